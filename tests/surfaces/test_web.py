"""The web page in a real browser: nothing is fetched from elsewhere, nothing that is said runs, and everything works."""

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

from assistant import Advisor, Settings
from assistant.surfaces.web import server

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SLOW = 60_000
"""Milliseconds that a loaded machine may take for anything."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
]

OPENING = (
    "We are a regional bank with 2,000 staff. Two fraud models run in production in card payments and people rely on them "
    "every day; we own 12 GPUs in our own data centre."
)
INJECTION = (
    '<img src=x onerror="window.hurt=1"><script>window.hurt=2</script> ![p](http://evil.example/p.png) ${window.hurt=3} '
    "{{7*7}} We own 12 GPUs in our own data centre <b onclick=window.hurt=4>today</b>."
)


@pytest.fixture(scope="module")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    return Advisor(Settings(data_dir=tmp_path_factory.mktemp("web") / "data", _env_file=None))


@pytest.fixture(scope="module")
def address(advisor: Advisor) -> Iterator[str]:
    """The real server on a free port; reading model and index load meanwhile, as they do when it is started by hand."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(server.app(advisor), log_level="warning", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    threading.Thread(target=server._warm, args=(advisor,), daemon=True).start()
    while not running.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh browser on the page; the test fails on foreign requests, script errors and console errors."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(SLOW)
    wrong: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            wrong.append(f"foreign request: {request.url}")

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(f"console: {message.text}")

    opened.on("request", requested)
    opened.on("console", logged)
    opened.on("pageerror", lambda fault: wrong.append(f"script error: {fault}"))
    opened.goto(address)
    expect(bubbles(opened)).to_have_count(1, timeout=SLOW)
    yield opened
    context.close()
    assert not wrong


def bubbles(page: Page) -> Locator:
    return page.locator("#chat-log [data-testid=bot]")


def own(page: Page) -> Locator:
    return page.locator("#chat-log [data-testid=user]")


def replies(page: Page) -> Locator:
    return page.locator("#quick-replies button:visible")


def say(page: Page, text: str) -> None:
    before = bubbles(page).count()
    box = page.locator("#chat-input textarea")
    box.fill(text)
    box.press("Enter")
    expect(bubbles(page)).to_have_count(before + 1, timeout=SLOW)
    expect(box).to_have_value("")


def pick(page: Page, number: int) -> None:
    before = bubbles(page).count()
    replies(page).nth(min(number, replies(page).count() - 1)).click()
    expect(bubbles(page)).to_have_count(before + 1, timeout=SLOW)


def answer(page: Page, number: int = 2) -> None:
    """Answer the open question, by a quick reply where there is one."""
    if replies(page).count():
        pick(page, number)
    else:
        say(page, "A few people look after that, by a set procedure.")


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def test_a_whole_interview(page: Page, tmp_path: Path) -> None:
    gauge, ledger, progress = (page.locator(name) for name in ("#stage-gauge", "#evidence-ledger", "#progress"))
    expect(gauge).to_contain_text("Not known yet")
    say(page, OPENING)
    expect(ledger).to_contain_text("we own 12 GPUs")
    expect(page.locator("#dimension-radar svg.main-svg").first).to_be_visible()
    expect(page.locator("#chat-input textarea")).to_be_focused()
    answer(page)
    if place := os.environ.get("ADVISOR_SCREENSHOT"):
        answer(page, 1)
        answer(page, 3)
        page.mouse.move(5, 5)
        page.wait_for_timeout(600)
        page.screenshot(path=place)
    expect(gauge).to_contain_text(re.compile(r"stage \d of 5"))
    said = own(page).count()
    words = own(page).last.inner_text()
    answer(page)
    page.locator("#undo").click()
    expect(own(page)).to_have_count(said, timeout=SLOW)
    assert own(page).last.inner_text() == words
    page.locator("#skip").click()
    expect(own(page)).to_have_count(said + 1, timeout=SLOW)
    expect(own(page).last).to_contain_text("Skipped")
    for _ in range(30):
        if "Done after" in progress.inner_text():
            break
        answer(page)
    expect(progress).to_contain_text("Done after")
    expect(page.locator("#skip")).to_be_disabled()
    plan_and_report(page, tmp_path)


def plan_and_report(page: Page, folder: Path) -> None:
    tab(page, "Plan")
    page.locator("#make-plan").click()
    for chart in ("#roadmap-chart", "#cost-chart"):
        expect(page.locator(f"{chart} svg.main-svg").first).to_be_visible(timeout=SLOW)
    expect(page.locator("#placements")).to_contain_text("Inference on request")
    for kind, begins in (("PDF", b"%PDF"), ("DOCX", b"PK")):
        page.locator("#report-format").get_by_label(kind, exact=True).check()
        with page.expect_download(timeout=SLOW) as waiting:
            page.locator("#download-report").click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        assert path.suffix == f".{kind.lower()}"
        assert path.read_bytes().startswith(begins)
        assert path.stat().st_size > 10_000


def test_what_is_said_is_never_markup(page: Page) -> None:
    say(page, INJECTION)
    expect(own(page).last).to_contain_text("<img src=x onerror=")
    expect(page.locator("#evidence-ledger")).to_contain_text("<img src=x onerror=")
    tab(page, "Plan")
    page.locator("#make-plan").click()
    expect(page.locator("#roadmap-chart svg.main-svg").first).to_be_visible(timeout=SLOW)
    assert page.evaluate("window.hurt") is None
    assert page.locator("img[src='x'], img[src*='evil']").count() == 0


def test_what_was_read_wrongly_no_longer_counts(page: Page) -> None:
    say(page, "We are an insurer.")
    answer(page)
    answer(page)
    page.get_by_role("button", name="Something was read wrongly").click()
    choices = page.locator("#reject-choice input")
    expect(choices.first).to_be_visible(timeout=SLOW)  # the list opens a moment after the click
    before = choices.count()
    choices.first.check()
    page.locator("#reject").click()
    expect(choices).to_have_count(before - 1, timeout=SLOW)
    expect(choices.first).not_to_be_checked()


def test_one_press_says_that_an_answer_was_misread(page: Page) -> None:
    say(page, "Two models run live in the warehouse since May, and forty pickers wait for the plan every morning.")
    button = page.locator("#misread")
    expect(button).to_be_visible()
    button.click()
    expect(own(page).last).to_contain_text("not what I meant", timeout=SLOW)
    expect(button).to_be_hidden()
    expect(replies(page).first).to_be_visible()
    expect(page.locator("#evidence-ledger")).not_to_contain_text("forty pickers")


def test_an_earlier_answer_can_be_changed(page: Page) -> None:
    say(page, "We have no AI at all and nobody talks about it.")
    page.get_by_role("button", name="Change an earlier answer").click()
    page.locator("#edit-choice input").first.check()
    box = page.locator("#edit-text textarea")
    expect(box).to_have_value("We have no AI at all and nobody talks about it.")
    box.fill("Two models run in production in claims handling.")
    page.locator("#edit-apply").click()
    expect(own(page).last).to_contain_text("claims handling", timeout=SLOW)


def test_a_conversation_survives_a_reload_and_can_be_resumed(page: Page) -> None:
    say(page, "We are a hospital; one team tries a model on old X-ray pictures.")
    page.reload()
    expect(own(page)).to_have_count(1, timeout=SLOW)
    tab(page, "Sessions")
    page.locator("#session-new").click()
    expect(own(page)).to_have_count(0, timeout=SLOW)
    tab(page, "Sessions")
    page.locator("#sessions-list").get_by_label("X-ray").first.check()
    page.locator("#session-resume").click()
    expect(own(page)).to_have_count(1, timeout=SLOW)
    expect(own(page)).to_contain_text("X-ray")
    tab(page, "Sessions")
    page.locator("#sessions-list").get_by_label("X-ray").first.check()
    page.locator("#session-delete").click()
    page.locator("#session-delete-yes").click()
    expect(page.locator("#sessions-list").get_by_label("X-ray")).to_have_count(0, timeout=SLOW)


def test_a_document_is_evidence(page: Page, tmp_path: Path) -> None:
    paper = tmp_path / "audit.md"
    paper.write_text(
        "# Audit\n\nTwo machine learning models are in production in claims handling, with named owners.\n", encoding="utf-8"
    )
    tab(page, "Documents")
    page.locator("#documents-upload input[type=file]").set_input_files(paper)
    expect(page.locator("#documents-list")).to_contain_text("audit.md", timeout=SLOW)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    narrow = context.new_page()
    narrow.goto(address)
    expect(bubbles(narrow)).to_have_count(1, timeout=SLOW)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 360
    expect(narrow.get_by_role("tab", name="Sessions")).to_be_visible()
    context.close()


def test_a_question_gets_a_cited_answer(page: Page) -> None:
    tab(page, "Ask")
    box = page.locator("#ask-input textarea")
    box.fill("Why train on premises?")
    box.press("Enter")
    expect(page.locator("#ask-citations blockquote").first).to_be_visible(timeout=80_000)
    expect(page.locator("#ask-answer")).to_contain_text("[1]")
