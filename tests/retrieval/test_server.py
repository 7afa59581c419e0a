"""Two replicas on one real Chroma server."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import StorageError
from assistant.retrieval.knowledge_base import KnowledgeBase


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("chroma"), "run", "--path", tmp_path / "server", "--host", "127.0.0.1"]
    with (tmp_path / "chroma.log").open("wb") as log:  # a pipe that nobody reads would stop the server
        process = subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the Chroma server did not start")


def test_replicas_share_vectors_and_added_documents(
    server: tuple[str, subprocess.Popen[bytes]], small: Callable[..., KnowledgeBase], tmp_path: Path
) -> None:
    url, process = server
    one, two = small(url), small(url)
    assert one.reindex().embedded > 0
    assert two.reindex().embedded == 0

    question = "Until when are unused holidays carried over?"
    assert two.ask(question).abstained
    path = tmp_path / "holidays.txt"
    path.write_text("Unused holidays are carried over until the end of March.")
    assert one.add(path) == ("holidays",)
    assert two.ask(question).citations[0].document == "holidays"
    assert not (tmp_path / "added").exists()
    assert [entry.id for entry in small(url).documents()] == ["boats", "cats", "holidays"]

    two.remove("holidays")
    assert one.ask(question).abstained
    assert one.restore("holidays") == 1
    assert two.ask(question).citations[0].document == "holidays"
    two.remove("holidays")

    process.kill()
    process.wait()
    with pytest.raises(StorageError, match=url):
        one.ask(question)
