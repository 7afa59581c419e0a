"""The web page without a browser: what it shows is escaped, all ids are there, and faults are one sentence."""

import json
import re
import socket
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient

from assistant import Advisor, Answer, Citation, Evidence, Fact, Question, Session, Settings
from assistant.errors import InputError, StorageError
from assistant.language.protocol import Understanding
from assistant.surfaces.web import charts, plan_views, server, texts, views
from assistant.surfaces.web.handlers import Handlers
from assistant.surfaces.web.page import Page

IDS = (
    *("chat-log", "chat-input", "chat-send", "quick-replies", "stage-gauge", "dimension-radar", "evidence-ledger", "undo"),
    *("skip", "plan-tab", "roadmap-chart", "cost-chart", "download-report", "ask-tab", "documents-upload", "sessions-list"),
)
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>"\'><b>${alert(3)} {{4}}'


class Tags(HTMLParser):
    def __init__(self, content: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.attributes += [name for name, _ in attrs]


@pytest.fixture
def advisor(settings: Settings) -> Advisor:
    """An advisor that takes every message whole, as evidence and as a fact."""
    made = Advisor(settings)
    about = next(i for i in made.model.indicators if i.startswith("use_cases."))

    def read(text: str, question: Question | None, source: int | str) -> Understanding:
        item = Evidence(quote=text, source=source, dimension="use_cases", indicator=about, polarity="affirmed", weight=0.9)
        fact = Fact(name="residency", value="country", quote=text, source=source)
        return Understanding(intent="answer", evidence=(item,), facts=(fact,))

    made.engines.__dict__["reader"] = SimpleNamespace(read=read)
    return made


@pytest.fixture
def hostile(advisor: Advisor) -> Session:
    session = advisor.start()
    session.say(HOSTILE)
    return session


def harmless(content: str) -> None:
    tags = Tags(content)
    assert not {"img", "script", "iframe", "form"} & set(tags.found)
    assert not [name for name in tags.attributes if name.startswith("on")]


def test_nothing_that_was_said_becomes_markup(advisor: Advisor, hostile: Session) -> None:
    for content in (
        views.gauge(advisor, hostile),
        views.ledger(advisor, hostile),
        views.levels_table(hostile.assessment),
        views.progress(advisor, hostile),
    ):
        harmless(content)
    assert "&lt;img" in views.ledger(advisor, hostile)


def test_documents_with_hostile_names_are_shown_as_text(advisor: Advisor, tmp_path: Path) -> None:
    session = advisor.start()
    path = tmp_path / "<img src=x onerror=alert(1)>.md"
    path.write_text("We run models in production, and people rely on them daily.", encoding="utf-8")
    session.attach(path)
    content = views.documents(session)
    harmless(content)
    assert "&lt;img src=x" in content


def test_a_plan_shows_hostile_words_as_text(advisor: Advisor, hostile: Session) -> None:
    plan = hostile.plan()
    for content in (
        plan_views.summary(plan),
        plan_views.roadmap(plan),
        plan_views.placements(plan),
        plan_views.cost_caption(plan),
    ):
        harmless(content)
    for figure in (charts.gantt(plan), charts.costs(plan), charts.radar(hostile.assessment)):
        assert "<img" not in figure.to_json()


def test_citations_are_escaped_and_addresses_are_links() -> None:
    citation = Citation(document="d", section=HOSTILE, quote=HOSTILE, source="See https://example.org/a?b=1, and more")
    content = views.citations(Answer(text="", citations=(citation,)))
    harmless(content)
    assert '<a href="https://example.org/a?b=1" target="_blank" rel="noopener noreferrer">' in content
    harmless(views.citations(Answer(text="", abstained=True, nearest=HOSTILE)))


@pytest.mark.parametrize(
    "typed",
    [
        "![x](http://evil.example/x.png)",
        "# big",
        "[a](javascript:alert(1))",
        "<https://evil.example>",
        "1. one",
        "`x`",
        "*a*_b_",
    ],
)
def test_typed_words_carry_no_markdown(typed: str) -> None:
    shown = texts.as_typed(typed)
    assert not re.search(r"(?<![\\&])[!*_`#\[\]<>]|://|^\d+\.", shown)


def test_replies_keep_their_markdown_but_no_html_or_pictures() -> None:
    shown = texts.as_reply("**bold** <img src=x> a < b ![p](http://x) <script>")
    assert shown == "**bold** &lt;img src=x> a < b !\\[p](http://x) &lt;script>"


def test_evidence_says_in_words_what_it_is_about(advisor: Advisor, hostile: Session) -> None:
    for label, key in views.rejectable(advisor, hostile):
        assert "→" in label
        assert re.fullmatch(r"[0-9a-f]{16}", key)


def test_all_stable_ids_are_on_the_page(advisor: Advisor) -> None:
    blocks = Page(advisor, "secret").build()
    config = json.dumps(blocks.get_config_file(), default=str)
    missing = [name for name in IDS if f'"elem_id": "{name}"' not in config]
    assert not missing
    limits = [fn.concurrency_limit for fn in blocks.fns.values() if fn.fn is not None]
    assert limits
    assert all(limit and limit > 1 for limit in limits)


def test_the_page_is_shielded_and_healthy(advisor: Advisor) -> None:
    with TestClient(server.app(advisor)) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        page = client.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    assert not re.findall(r"(?:src|href)=[\"']https?://(?!testserver)", page.text)


def test_without_a_signed_in_user_the_page_is_refused(settings: Settings) -> None:
    guarded = Advisor(settings.model_copy(update={"web_user_header": "X-User"}))
    with TestClient(server.app(guarded)) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/config").status_code == 401
        assert client.get("/config", headers={"X-User": "anna"}).status_code == 200


def request(**headers: str) -> Any:
    return SimpleNamespace(headers=headers, query_params={})


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sentences: list[str] = []
    for name in ("Warning", "Info"):
        monkeypatch.setattr(gr, name, lambda message, **_: sentences.append(message))
    return sentences


def test_another_owners_session_is_refused_in_one_sentence(settings: Settings, told: list[str]) -> None:
    advisor = Advisor(settings.model_copy(update={"web_user_header": "x-user"}))
    handlers = Handlers(advisor, 6)
    theirs = advisor.start(owner="berta")
    handlers.skip(theirs.id, request(**{"x-user": "anna"}))
    assert len(told) == 1
    assert "belongs to another owner" in told[0]
    opened = handlers.open(theirs.id, request(**{"x-user": "anna"}))
    assert opened[0] != theirs.id
    assert advisor.resume(opened[0], "anna").owner == "anna"
    assert not advisor.resume(theirs.id, "berta").turns


def test_a_fault_puts_the_words_back(advisor: Advisor, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    session = advisor.start()
    handlers = Handlers(advisor, 6)

    def fail(*_: object, **__: object) -> None:
        raise StorageError("The event log cannot be written; free some space.")

    monkeypatch.setattr(Session, "say", fail)
    steps = list(handlers.say(session.id, "my long answer", [], request()))
    assert steps[0][0] == ""
    assert steps[0][1][-1]["content"] == "my long answer"
    assert steps[-1][0] == "my long answer"
    assert steps[-1][1] == []
    assert told == ["The event log cannot be written; free some space."]


def test_an_inner_fault_is_a_sentence_with_a_number(
    advisor: Advisor, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = advisor.start()
    monkeypatch.setattr(Session, "skip", lambda _: 1 / 0)
    Handlers(advisor, 6).skip(session.id, request())
    assert len(told) == 1
    assert "ZeroDivisionError" not in told[0]
    assert re.search(r"number [0-9a-f]{8}", told[0])


def test_what_changed_nothing_is_answered_and_kept_in_the_box(advisor: Advisor) -> None:
    session = advisor.start()
    typed = "x" * (advisor.settings.max_message_chars + 1)
    last = list(Handlers(advisor, 6).say(session.id, typed, [], request()))[-1]
    assert last[0] == typed
    assert "I read at most" in last[1][-1]["content"]


def test_show_fills_all_its_outputs(advisor: Advisor, hostile: Session) -> None:
    handlers = Handlers(advisor, 6)
    assert len(handlers.show(hostile)) == handlers.shown


def test_a_port_in_use_is_one_sentence(advisor: Advisor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} on 127.0.0.1 is in use.*--port"):
            server.serve(advisor, "127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "named"), [("127.0.0.1", 70000, "70000"), ("no.such.host.invalid", 7999, "--host")]
)
def test_an_impossible_address_is_one_sentence(advisor: Advisor, host: str, port: int, named: str) -> None:
    with pytest.raises(InputError, match=named):
        server.serve(advisor, host, port)


def test_the_secret_of_the_browser_is_kept(settings: Settings) -> None:
    first = server._secret(settings)
    assert len(first) >= 32
    assert server._secret(settings) == first
    assert (settings.data_folder / "web-secret").stat().st_mode & 0o077 == 0


def test_several_documents_one_faulty(advisor: Advisor, told: list[str], tmp_path: Path) -> None:
    session = advisor.start()
    good, bad = tmp_path / "good.md", tmp_path / "bad.xyz"
    good.write_text("Our models run in production in three departments.", encoding="utf-8")
    bad.write_text("x", encoding="utf-8")
    Handlers(advisor, 6).attach(session.id, [str(bad), str(good)], request())
    assert len(told) == 1
    assert "bad.xyz" in told[0]
    assert [turn.text for turn in advisor.resume(session.id).turns] == ["good.md"]
