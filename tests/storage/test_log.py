"""The event log against the real thing: SQLite on disk, several processes, a killed process, PostgreSQL."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.errors import NotFound, StorageError
from assistant.interview.events import MessageReceived, ReplyGiven, SessionStarted
from assistant.storage.log import Conflict, EventLog
from tests.storage.postgres import postgres_url

HELLO = [SessionStarted(owner="anna", greeting="Hello"), ReplyGiven(text="Hello")]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'log.db'}"
    else:
        with postgres_url(tmp_path) as address:
            yield address


def says(words: str) -> list[MessageReceived]:
    return [MessageReceived(text=words)]


def test_what_is_appended_is_read_back(url: str) -> None:
    log = EventLog(url)
    session = log.start("anna", HELLO)
    log.append(session, 2, [*says("żółć ☃ 'quoted'"), ReplyGiven(text="ok")], key="k1")
    records = log.read(session)
    assert [r.seq for r in records] == [1, 2, 3, 4]
    assert [r.turn for r in records] == [1, 1, 3, 3]
    assert records[2].key == "k1"
    assert records[2].event == MessageReceived(text="żółć ☃ 'quoted'")
    assert log.read(session, after=3) == records[3:]
    log.close()


def test_the_same_step_is_appended_once(url: str) -> None:
    log = EventLog(url)
    session = log.start("anna", HELLO)
    log.append(session, 2, says("first"))
    with pytest.raises(Conflict):
        log.append(session, 2, says("second"))
    assert [r.seq for r in log.read(session)] == [1, 2, 3]
    log.close()


def test_a_key_is_used_once_and_a_conflict_writes_nothing(url: str) -> None:
    log = EventLog(url)
    session = log.start("anna", HELLO)
    log.append(session, 2, says("first"), key="k")
    with pytest.raises(Conflict):
        log.append(session, 3, [*says("again"), ReplyGiven(text="no")], key="k")
    assert len(log.read(session)) == 3
    log.close()


def test_sessions_of_an_owner_latest_first_and_deleted_for_good(url: str) -> None:
    log = EventLog(url)
    first, other, last = log.start("anna", HELLO), log.start("bob", HELLO), log.start("anna", HELLO)
    assert [row.id for row in log.sessions("anna")] == [last, first]
    assert {row.id for row in log.sessions()} == {first, other, last}
    log.delete(first)
    assert log.read(first) == []
    with pytest.raises(NotFound, match=first):
        log.session(first)
    log.close()


def test_sqlite_is_durable(tmp_path: Path) -> None:
    log = EventLog(f"sqlite:///{tmp_path / 'log.db'}")
    with log._engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    log.close()


def _write_many(url: str, session: str, writer: int, count: int) -> None:
    log = EventLog(url)
    for n in range(count):
        while True:
            after = len(log.read(session))
            try:
                log.append(session, after, says(f"{writer}-{n}"), key=f"{writer}-{n}")
            except Conflict:
                continue
            break
    log.close()


def test_two_processes_write_without_gaps_or_losses(url: str) -> None:
    log = EventLog(url)
    session = log.start("anna", HELLO)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(url, session, w, 20)) for w in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    records = log.read(session)
    assert [r.seq for r in records] == list(range(1, 43))
    assert {r.key for r in records[2:]} == {f"{w}-{n}" for w in (1, 2) for n in range(20)}
    log.close()


def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'log.db'}"
    log = EventLog(url)
    session = log.start("anna", HELLO)
    program = (
        "import sys; from assistant.storage.log import EventLog; from assistant.interview.events import MessageReceived\n"
        f"log = EventLog({url!r}); n = 2\n"
        "while True:\n"
        f"    log.append({session!r}, n, [MessageReceived(text=str(n))]); n += 1; print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen = [int(process.stdout.readline()) for _ in range(5)]
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    seen += [int(line) for line in process.stdout.read().split() if line.isdigit()]
    process.wait()
    process.stdout.close()
    records = log.read(session)
    assert len(records) >= seen[-1]
    assert [r.seq for r in records] == list(range(1, len(records) + 1))
    log.close()
    assert sqlite3.connect(tmp_path / "log.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    ("address", "says_what"),
    [
        ("sqlite:////proc/nowhere/advisor.db", "cannot be created"),
        ("nonsense", "not usable"),
        ("postgresql+psycopg://nobody@127.0.0.1:9/none", "cannot be opened"),
    ],
)
def test_an_unusable_place_is_one_sentence(address: str, says_what: str) -> None:
    with pytest.raises(StorageError, match=says_what) as fault:
        EventLog(address)
    assert "\n" not in str(fault.value)


def test_a_password_is_not_shown() -> None:
    with pytest.raises(StorageError) as fault:
        EventLog("postgresql+psycopg://me:hunter2@127.0.0.1:9/none")
    assert "hunter2" not in str(fault.value)
