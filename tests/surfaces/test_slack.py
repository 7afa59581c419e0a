"""The Slack bot, served for real: signed requests go in over HTTP or a web socket, and a small Slack records the answers."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from slack_sdk import WebClient

from assistant import Advisor, Answer, Citation, Settings
from assistant.errors import InputError
from assistant.surfaces.slack import messages, server
from assistant.surfaces.slack.bot import bolt_app
from assistant.surfaces.slack.lanes import Lanes
from assistant.surfaces.slack.places import Place
from tests.surfaces.slack_world import (
    BOT,
    SECRET,
    TEAM,
    FakeSlack,
    Person,
    buttons,
    eventually,
    free_port,
    served,
    shown,
    signed,
)

OPENING = "We are a furniture maker. Two models run live in the warehouse, and the shift leads depend on them."


@pytest.fixture(scope="module")
def slack() -> Iterator[FakeSlack]:
    fake = FakeSlack()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


def _settings(folder: Any, slack: FakeSlack, **more: Any) -> Settings:
    return Settings(
        data_dir=folder, slack_signing_secret=SECRET, slack_bot_token="xoxb-1", slack_app_token="xapp-1",
        slack_api_url=slack.api, _env_file=None, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def advisor(tmp_path_factory: pytest.TempPathFactory, slack: FakeSlack) -> Advisor:
    made = Advisor(_settings(tmp_path_factory.mktemp("data"), slack))
    made.start(owner="warm").say("warm")
    return made


@pytest.fixture(scope="module")
def address(advisor: Advisor, slack: FakeSlack) -> Iterator[str]:
    with served(bolt_app(advisor)) as where:
        yield where


@pytest.fixture
def anna(address: str, slack: FakeSlack) -> Person:
    """A person whom no other test knows."""
    return Person(address, f"UANNA{uuid4().hex[:8]}", slack.base)


@pytest.fixture
def berta(address: str, slack: FakeSlack) -> Person:
    return Person(address, f"UBERTA{uuid4().hex[:8]}", slack.base)


class Slow:
    """A reader that takes its time, the first time most, and counts."""

    def __init__(self, inner: Any, first: float, later: float) -> None:
        self.inner, self.first, self.later, self.read_count = inner, first, later, 0

    def read(self, *args: Any) -> Any:
        self.read_count += 1
        time.sleep(self.first if self.read_count == 1 else self.later)
        return self.inner.read(*args)


class Echo:
    """A writer that repeats the person's own words: the worst that a language model could do."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.words = inner, ""

    def greeting(self, question: Any) -> str:
        return str(self.inner.greeting(question))

    def reply(self, situation: Any) -> str:
        return f"You said: {self.words}"


def quiet(slack: FakeSlack, seconds: float = 0.5) -> int:
    """How many posts there are once nothing more happens."""
    time.sleep(seconds)
    return len(slack.of("chat.postMessage"))


# at the door


def test_url_verification(address: str) -> None:
    answer = signed(address, json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"}))
    assert answer.status_code == 200
    assert "abc" in answer.text


def test_health(address: str) -> None:
    assert httpx.get(address.replace(server.PATH, "/healthz")).json() == {"ok": True}


@pytest.mark.parametrize(("secret", "age"), [("forged", 0), (SECRET, 600), ("", 0)])
def test_forged_and_stale_requests_are_refused(address: str, slack: FakeSlack, secret: str, age: float) -> None:
    before = len(slack.calls)
    assert signed(address, json.dumps({"type": "event_callback"}), secret=secret, age=age).status_code == 401
    assert len(slack.calls) == before


def test_unsigned_unreadable_and_huge_requests_are_refused(address: str) -> None:
    assert httpx.post(address, content="{}").status_code == 401
    assert httpx.post(address, content=b"\xff\xfe").status_code == 400
    assert httpx.post(address, content=b"a" * 1_200_000).status_code == 413


def test_without_a_signing_secret_nothing_is_let_in(tmp_path: Any, slack: FakeSlack) -> None:
    settings = Settings(data_dir=tmp_path, slack_bot_token="xoxb-1", slack_api_url=slack.api, _env_file=None)
    with served(bolt_app(Advisor(settings))) as where:
        assert signed(where, json.dumps({"type": "event_callback"}), secret="").status_code == 401


# conversations


def test_a_conversation_in_direct_messages(anna: Person, slack: FakeSlack, advisor: Advisor) -> None:
    assert anna.says("hello").status_code == 200
    assert "what does your organisation do" in shown(slack.post(anna.direct, 1))
    anna.says(OPENING)
    second = slack.post(anna.direct, 2)
    assert "likely" in shown(second)
    about = [b["action_id"] for b in buttons(second)]
    assert [name for name in about if not name.startswith("option:")] in (
        ["skip", "undo", "plan"],
        ["skip", "misread", "undo", "plan"],
    )
    anna.says("Yes, in a few processes, and people depend on it")
    slack.post(anna.direct, 3)
    anna.says("skip")
    slack.post(anna.direct, 4)
    anna.says("undo")
    slack.post(anna.direct, 5)
    session = advisor.resume(Place(TEAM, anna.direct, anna.user).session_id(), owner=f"{TEAM}:{anna.user}")
    assert [turn.action for turn in session.turns] == ["said", "chose" if session.turns[1].action == "chose" else "said"]
    assert session.turns[0].text == OPENING


def test_status_quotes_the_person_and_new_begins_afresh(anna: Person, slack: FakeSlack, advisor: Advisor) -> None:
    anna.says("status")
    assert messages.NOTHING_YET in shown(slack.post(anna.direct, 1))
    anna.says(OPENING)
    slack.post(anna.direct, 2)
    anna.says("status")
    assert "level" in shown(slack.post(anna.direct, 3))
    anna.says("new")
    assert "what does your organisation do" in shown(slack.post(anna.direct, 4))
    old = slack.post(anna.direct, 2)
    anna.says("We are a hospital and have tried nothing yet.")
    slack.post(anna.direct, 5)
    mine = {s.id: s.turns for s in advisor.sessions(owner=f"{TEAM}:{anna.user}")}
    assert sorted(mine.values()) == [1, 1]
    anna.clicks(old, "option:")
    assert messages.OUTDATED in shown(slack.post(anna.direct, 6))
    replica = Advisor(advisor.settings)
    with served(bolt_app(replica)) as where:  # a process that has never seen this person finds the same session
        Person(where, anna.user, slack.base).says("Nobody is in charge of it.")
        slack.post(anna.direct, 7)
    assert sorted(s.turns for s in advisor.sessions(owner=f"{TEAM}:{anna.user}")) == [1, 2]


def test_a_mention_is_answered_in_its_thread(anna: Person, slack: FakeSlack) -> None:
    anna.mentions(OPENING, "CMENTION", ts="500.1")
    first = slack.post("CMENTION", 1, thread="500.1")
    assert "likely" in shown(first)
    anna.event(
        {"type": "message", "channel_type": "channel", "channel": "CMENTION", "text": "Nobody owns our data."}, "500.1"
    )
    slack.post("CMENTION", 2, thread="500.1")
    anna.mentions("help", "CMENTION", thread="500.1")
    assert "/advisor ask" in shown(slack.post("CMENTION", 3, thread="500.1"))
    assert not slack.posts("CMENTION")


def test_another_person_gets_one_sentence_and_no_content(
    anna: Person, berta: Person, slack: FakeSlack, advisor: Advisor
) -> None:
    anna.mentions(OPENING, "CTWO", ts="600.1")
    first = slack.post("CTWO", 1, thread="600.1")
    for number, act in enumerate(("status", "plan", "We have 40 TB of data."), start=2):
        berta.mentions(act, "CTWO", thread="600.1")
        assert shown(slack.post("CTWO", number, thread="600.1")) == f"{messages.NOT_YOURS}\n{messages.NOT_YOURS}"
    berta.clicks(first, "option:")
    assert messages.NOT_YOURS in shown(slack.post("CTWO", 5, thread="600.1"))
    berta.event({"type": "message", "channel_type": "channel", "channel": "CTWO", "text": "lunch?"}, "600.1")
    quiet(slack)
    assert len(slack.posts("CTWO", "600.1")) == 5
    session = advisor.resume(Place(TEAM, "CTWO", anna.user, "600.1").session_id(), owner=f"{TEAM}:{anna.user}")
    assert len(session.turns) == 1
    assert not advisor.sessions(owner=f"{TEAM}:{berta.user}")


def test_the_assistant_container(anna: Person, slack: FakeSlack) -> None:
    thread = {"user_id": anna.user, "channel_id": anna.direct, "thread_ts": "700.1", "context": {}}
    anna.event({"type": "assistant_thread_started", "assistant_thread": thread})
    assert "what does your organisation do" in shown(slack.post(anna.direct, 1, thread="700.1"))
    assert slack.of("assistant.threads.setSuggestedPrompts", channel_id=anna.direct)
    anna.says(OPENING, thread="700.1")
    assert "likely" in shown(slack.post(anna.direct, 2, thread="700.1"))
    assert slack.of("assistant.threads.setStatus", channel_id=anna.direct)[0]["status"] == "is thinking..."
    anna.event({"type": "assistant_thread_context_changed", "assistant_thread": thread})
    quiet(slack, 0.2)
    assert len(slack.posts(anna.direct, "700.1")) == 2


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_changed", "message": {"text": "x", "ts": "1.1"}},
        {"subtype": "message_deleted", "previous_message": {"text": "x", "ts": "1.1"}},
        {"subtype": "bot_message", "bot_id": "B9"},
        {"bot_id": "B0"},
        {"user": BOT},
        {"subtype": "channel_join"},
    ],
)
def test_what_no_person_wrote_is_ignored(anna: Person, slack: FakeSlack, event: dict[str, Any]) -> None:
    before = quiet(slack, 0)
    assert anna.says("hello", **event).status_code == 200
    assert (
        anna.event({"type": "message", "channel_type": "channel", "channel": "C", "text": "hi", **event}).status_code == 200
    )
    assert quiet(slack, 0.2) == before


def test_a_file_is_answered_with_one_sentence(anna: Person, slack: FakeSlack) -> None:
    anna.says("", subtype="file_share", files=[{"id": "F1"}])
    assert messages.NO_FILES in shown(slack.post(anna.direct, 1))


# buttons


def test_a_click_answers_the_question_once(anna: Person, slack: FakeSlack, advisor: Advisor) -> None:
    anna.says(OPENING)
    asked = slack.post(anna.direct, 1)
    anna.clicks(asked, "option:", ts="801.1")
    anna.clicks(asked, "option:", ts="801.1")
    slack.post(anna.direct, 3)
    texts = [shown(post) for post in slack.posts(anna.direct)]
    assert [messages.OUTDATED in text for text in texts] == [False, False, True]
    settled = eventually(lambda: slack.of("chat.update", channel=anna.direct))[0]
    assert "Your answer" in str(settled["blocks"])
    assert not buttons({"blocks": settled["blocks"]})
    anna.clicks(slack.posts(anna.direct)[1], "undo", ts="802.1")
    again = slack.post(anna.direct, 4)
    before = [b["action_id"] for b in buttons(asked) if b["action_id"] != "misread"]  # an undo has nothing to misread
    assert [b["action_id"] for b in buttons(again)] == before
    anna.clicks(again, "skip", ts="803.1")
    slack.post(anna.direct, 5)
    session = advisor.resume(Place(TEAM, anna.direct, anna.user).session_id(), owner=f"{TEAM}:{anna.user}")
    assert [turn.action for turn in session.turns] == ["said", "skipped"]


def test_a_button_of_another_persons_session_does_nothing(anna: Person, berta: Person, slack: FakeSlack) -> None:
    anna.says(OPENING)
    asked = slack.post(anna.direct, 1)
    berta.clicks(asked, "plan", channel=berta.direct)
    assert messages.NOT_YOURS in shown(slack.post(berta.direct, 1))


def test_a_button_with_a_broken_value_is_outdated(anna: Person, slack: FakeSlack) -> None:
    anna.says(OPENING)
    asked = slack.post(anna.direct, 1)
    for button in buttons(asked):
        button["value"] = "{"
    anna.clicks(asked, "option:")
    assert messages.OUTDATED in shown(slack.post(anna.direct, 2))


def test_plan_posts_the_summary_and_uploads_the_report(anna: Person, slack: FakeSlack) -> None:
    anna.says(OPENING)
    before = len(slack.uploads)
    anna.clicks(slack.post(anna.direct, 1), "plan")
    assert "Where it runs" in shown(slack.post(anna.direct, 2))
    eventually(lambda: len(slack.uploads) > before)
    assert b"PK" in slack.uploads[-1][:400]
    anna.says("report pdf")
    eventually(lambda: len(slack.uploads) > before + 1)
    assert b"%PDF" in slack.uploads[-1][:400]
    asked = slack.of("files.getUploadURLExternal")[-1]
    assert asked["filename"] == "ai-maturity-report.pdf"
    eventually(lambda: slack.of("files.completeUploadExternal", channel_id=anna.direct))


def test_a_refused_upload_names_the_permission(anna: Person, slack: FakeSlack) -> None:
    anna.says(OPENING)
    slack.post(anna.direct, 1)
    slack.answers["files.getUploadURLExternal"] = {"ok": False, "error": "missing_scope"}
    try:
        anna.says("report")
        assert "files:write" in shown(slack.post(anna.direct, 2))
    finally:
        del slack.answers["files.getUploadURLExternal"]


# the slash command


def responses(slack: FakeSlack) -> list[dict[str, Any]]:
    return slack.of("respond")


def test_the_command_acts_in_direct_messages_and_tells_so(anna: Person, slack: FakeSlack) -> None:
    before = len(responses(slack))
    answer = anna.commands("start")
    assert answer.status_code == 200
    assert "what does your organisation do" in shown(slack.post(anna.direct, 1))
    eventually(lambda: len(responses(slack)) > before)
    assert responses(slack)[-1]["response_type"] == "ephemeral"
    anna.says(OPENING)
    slack.post(anna.direct, 2)
    for number, word in enumerate(("skip", "undo", "status"), start=3):
        anna.commands(word, channel=anna.direct)
        slack.post(anna.direct, number)
    assert len(responses(slack)) == before + 1
    assert not slack.posts("CROOM")


@pytest.mark.parametrize("text", ["", "help", "dance", "ask", "start the engine", "<!channel>"])
def test_an_unknown_command_gets_the_help(anna: Person, slack: FakeSlack, text: str) -> None:
    before = len(responses(slack))
    assert anna.commands(text).status_code == 200
    eventually(lambda: len(responses(slack)) > before)
    assert "/advisor ask" in shown(responses(slack)[-1])


def test_ask_is_answered_with_sources_for_one_person_only(
    anna: Person, slack: FakeSlack, advisor: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shelf:  # the real one indexes the whole knowledge base first, which its own tests do
        def ask(self, question: str, history: Any = ()) -> Answer:
            cited = Citation(
                document="d", section="Control", quote="q", source="Paper, https://paper.example/a", title="Hybrid"
            )
            return Answer(text=f"{question} Because of control. [1]", citations=(cited,))

    monkeypatch.setattr(advisor.engines, "knowledge", Shelf())
    before = len(responses(slack))
    anna.commands("ask Why train on premises?")
    eventually(lambda: len(responses(slack)) > before)
    text = shown(responses(slack)[-1])
    assert "Why train on premises? Because of control. [1]" in text
    assert "[1] Hybrid, Control: Paper, <https://paper.example/a>" in text
    assert not slack.posts(anna.direct)


# promises to Slack


def test_acknowledged_within_three_seconds_whatever_the_advisor_does(
    anna: Person, slack: FakeSlack, advisor: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advisor.engines, "reader", Slow(advisor.engines.reader, 3.2, 0.3))
    people = [Person(anna.address, f"{anna.user}{n}", slack.base) for n in range(9)]  # more than there are threads
    waits = []
    for person in people:
        began = time.monotonic()
        assert person.says(OPENING).status_code == 200
        waits.append(time.monotonic() - began)
    began = time.monotonic()
    assert anna.commands("help").status_code == 200
    waits.append(time.monotonic() - began)
    assert max(waits) < 3
    for person in people:
        slack.post(person.direct, 1)


def test_a_repeated_delivery_is_answered_once(anna: Person, slack: FakeSlack, advisor: Advisor) -> None:
    anna.says(OPENING, event_id="EvTwice")
    anna.says(OPENING, event_id="EvTwice", headers={"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"})
    slack.post(anna.direct, 1)
    with served(bolt_app(Advisor(advisor.settings))) as where:  # the load balancer may choose another replica
        Person(where, anna.user, slack.base).says(OPENING, event_id="EvTwice", headers={"x-slack-retry-num": "2"})
        quiet(slack)
    assert len(slack.posts(anna.direct)) == 1
    session = advisor.resume(Place(TEAM, anna.direct, anna.user).session_id(), owner=f"{TEAM}:{anna.user}")
    assert len(session.turns) == 1


def test_replicas_that_read_the_same_delivery_at_once_answer_once(
    anna: Person, slack: FakeSlack, advisor: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Advisor(advisor.settings)
    monkeypatch.setattr(advisor.engines, "reader", Slow(advisor.engines.reader, 0.6, 0.6))
    monkeypatch.setattr(other.engines, "reader", Slow(other.engines.reader, 0.6, 0.6))
    with served(bolt_app(other)) as where:
        twin = Person(where, anna.user, slack.base)
        anna.says("hello")
        slack.post(anna.direct, 1)
        anna.says(OPENING, event_id="EvRace")
        twin.says(OPENING, event_id="EvRace", headers={"x-slack-retry-num": "1"})
        slack.post(anna.direct, 2)
        quiet(slack, 1)
    assert len(slack.posts(anna.direct)) == 2
    assert advisor.engines.reader.read_count == other.engines.reader.read_count == 1


def test_messages_of_one_conversation_are_answered_in_order(anna: Person, slack: FakeSlack, advisor: Advisor) -> None:
    said = [OPENING, "We hold about 40 TB of data.", "Nobody owns the data.", "We have three data scientists."]
    for text in said:
        anna.says(text)
    slack.post(anna.direct, 4)
    session = advisor.resume(Place(TEAM, anna.direct, anna.user).session_id(), owner=f"{TEAM}:{anna.user}")
    assert [turn.text for turn in session.turns] == said


def test_a_rate_limited_post_is_sent_again(anna: Person, slack: FakeSlack) -> None:
    slack.limited["chat.postMessage"] = 1
    anna.says("hello")
    assert slack.post(anna.direct, 1)
    assert len(slack.posts(anna.direct)) == 1


def test_hostile_text_is_never_markup(
    anna: Person, slack: FakeSlack, advisor: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = Echo(advisor.engines.writer)
    echo.words = "<!channel> <@U1> <http://evil.example|x> & [click](http://evil.example)"
    monkeypatch.setattr(advisor.engines, "writer", echo)
    anna.says(
        "&lt;!channel&gt; two models run live in production &lt;@U1&gt; <!everyone> <@U1> <http://evil.example|x>. Nobody "
        "owns the data &lt;!here&gt;."
    )
    anna.says("status")
    for number in (1, 2):
        text = json.dumps(slack.post(anna.direct, number)["blocks"]) + slack.post(anna.direct, number)["text"]
        assert "<" not in text
        assert ">" not in text


def test_an_inner_fault_becomes_a_sentence_with_a_number(
    anna: Person, slack: FakeSlack, advisor: Advisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def read(self, *_: Any) -> Any:
            raise RuntimeError("secret detail")

    monkeypatch.setattr(advisor.engines, "reader", Broken())
    anna.says(OPENING)
    text = shown(slack.post(anna.direct, 1))
    assert "nothing you said is lost" in text
    assert "secret detail" not in text
    monkeypatch.undo()
    anna.says(OPENING)
    assert "likely" in shown(slack.post(anna.direct, 2))


def test_a_lane_survives_faulty_work() -> None:
    done: list[int] = []
    lanes = Lanes(threads=1)
    lanes.submit("a", lambda: done.append(1 // 0))
    lanes.submit("a", lambda: done.append(2))
    lanes.submit("b", lambda: done.append(3))
    eventually(lambda: sorted(done) == [2, 3])


def test_ids_are_short_stable_and_apart() -> None:
    places = [
        Place("T1", "C1", "U1", "1.1"), Place("T1", "C1", "U1", "1.2"), Place("T1", "C2", "U1", "1.1"),
        Place("T2", "C1", "U1", "1.1"), Place("T1", "D1", "U1"), Place("T1", "D1", "U2"),
    ]  # fmt: skip
    ids = [place.session_id() for place in places] + [places[4].session_id(2)]
    assert len(set(ids)) == len(ids)
    assert max(map(len, ids)) <= 64
    assert Place("T1", "C1", "U2", "1.1").session_id() == ids[0]  # a thread is one session, whoever speaks


# serving


def test_socket_mode(advisor: Advisor, slack: FakeSlack, anna: Person) -> None:
    from websockets.sync.server import ServerConnection
    from websockets.sync.server import serve as serve_sockets

    acknowledged: list[str] = []
    connections: list[ServerConnection] = []

    def talk(connection: ServerConnection) -> None:
        connections.append(connection)
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        event = {
            "type": "message", "channel_type": "im", "channel": anna.direct, "user": anna.user,
            "text": "hello" if len(connections) == 1 else OPENING, "ts": f"{len(connections)}.1",
        }  # fmt: skip
        payload = {"type": "event_callback", "team_id": TEAM, "event_id": f"EvSocket{len(connections)}", "event": event}
        envelope = {"envelope_id": f"E{len(connections)}", "type": "events_api", "payload": payload, "retry_attempt": 0}
        connection.send(json.dumps(envelope))
        connection.send(json.dumps({**envelope, "envelope_id": f"R{len(connections)}", "retry_attempt": 1}))
        acknowledged.extend(json.loads(message)["envelope_id"] for message in connection)

    with serve_sockets(talk, "127.0.0.1", 0) as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        where = f"ws://127.0.0.1:{hub.socket.getsockname()[1]}"
        slack.answers["apps.connections.open"] = {"ok": True, "url": where}
        handler = server.socket_handler(advisor, bolt_app(advisor))
        handler.connect()
        try:
            assert "what does your organisation do" in shown(slack.post(anna.direct, 1))
            connections[0].send(
                json.dumps({"type": "disconnect", "reason": "refresh_requested"})
            )  # as Slack does, every few hours
            assert "likely" in shown(slack.post(anna.direct, 2))
            eventually(lambda: {"E1", "R1", "E2", "R2"} <= set(acknowledged))
            quiet(slack, 0.3)
            assert len(slack.posts(anna.direct)) == 2
        finally:
            handler.close()


@pytest.mark.parametrize(
    ("socket", "given", "named"),
    [
        (False, {}, ["ADVISOR_SLACK_BOT_TOKEN", "ADVISOR_SLACK_SIGNING_SECRET"]),
        (False, {"slack_bot_token": "xoxb-1"}, ["ADVISOR_SLACK_SIGNING_SECRET"]),
        (True, {"slack_bot_token": "xoxb-1"}, ["ADVISOR_SLACK_APP_TOKEN"]),
    ],
)
def test_missing_tokens_are_named(tmp_path: Any, socket: bool, given: dict[str, str], named: list[str]) -> None:
    advisor = Advisor(Settings(data_dir=tmp_path, _env_file=None, **given))
    with pytest.raises(InputError) as fault:
        server.serve(advisor, socket=socket)
    assert all(name in str(fault.value) for name in named)
    assert str(fault.value).count("ADVISOR_") == len(named)


def test_a_port_in_use_a_wrong_token_and_no_network_are_one_sentence_each(
    advisor: Advisor, address: str, slack: FakeSlack, tmp_path: Any
) -> None:
    taken = int(address.rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(InputError, match=f"Port {taken} cannot be used .*--port"):
        server.serve(advisor, port=taken)
    slack.answers["auth.test"] = {"ok": False, "error": "invalid_auth"}
    try:
        with pytest.raises(InputError, match="ADVISOR_SLACK_BOT_TOKEN"):
            server.serve(advisor, port=free_port())
    finally:
        del slack.answers["auth.test"]
    slack.answers["apps.connections.open"] = {"ok": False, "error": "invalid_auth"}
    with pytest.raises(InputError, match="ADVISOR_SLACK_APP_TOKEN"):
        server.serve(advisor, socket=True)
    nowhere = FakeSlack()
    nowhere.server.shutdown()
    nowhere.server.server_close()
    with pytest.raises(InputError, match="cannot be reached"):
        server.serve(Advisor(_settings(tmp_path, nowhere)), port=free_port())


def test_the_command_serves_and_ends_in_good_order(slack: FakeSlack, tmp_path: Any) -> None:
    variables = {
        "ADVISOR_SLACK_BOT_TOKEN": "xoxb-1",
        "ADVISOR_SLACK_SIGNING_SECRET": SECRET,
        "ADVISOR_SLACK_API_URL": slack.api,
        "ADVISOR_DATA_DIR": str(tmp_path),
    }
    port = free_port()
    start = "from assistant.surfaces.cli import main; main()"
    command = [sys.executable, "-c", start, "slack", "--port", str(port), "--json"]
    process = subprocess.Popen(command, env={**os.environ, **variables}, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"port": port, "path": server.PATH}
        person = Person(f"http://127.0.0.1:{port}{server.PATH}", "UCLI", slack.base)
        assert person.says(OPENING).status_code == 200
        assert person.says("Nobody owns the data.").status_code == 200
        process.terminate()
        assert process.wait(60) == 0
        assert len(slack.posts("DUCLI")) == 2  # what was acknowledged was answered
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_given_client_is_used_and_waits_out_rate_limits(advisor: Advisor, slack: FakeSlack) -> None:
    client = WebClient(token="xoxb-2", base_url=slack.api)
    assert bolt_app(advisor, client).client is client
    assert any("RateLimit" in type(handler).__name__ for handler in client.retry_handlers)
