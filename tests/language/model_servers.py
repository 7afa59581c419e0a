"""A real server on 127.0.0.1 for the tests of the language model: it answers as prepared, or passes on and records."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from assistant.interview.evidence import Evidence
from assistant.interview.model import Question
from assistant.language.protocol import Situation, Understanding
from assistant.settings import Settings

Reply = tuple[int, bytes]


TEXT = "We have a written AI policy. Three models serve customers, and an inventory is planned. Our archive holds 40 TB."
WHOLE_ANSWER = Evidence(
    quote=TEXT, source=3, dimension="governance", indicator="governance.level-3", polarity="affirmed", weight=0.6,
    kind="level", levels=(0.2, 0.4, 1.0, 0.5, 0.2),
)  # fmt: skip
EMBEDDED = (
    WHOLE_ANSWER,
    Evidence(quote="We have a written AI policy", source=3, dimension="governance", indicator="governance.written_policy",
             polarity="partly", weight=0.3),
    Evidence(quote="Three models serve customers", source=3, dimension="governance", indicator="governance.audits",
             polarity="denied", weight=0.2),
)  # fmt: skip


class FixedReader:
    """A reader that always understands the same."""

    def __init__(self, understanding: Understanding) -> None:
        self.understanding = understanding

    def read(self, text: str, question: Question | None, source: int | str) -> Understanding:
        return self.understanding


class FixedWriter:
    """A writer with one reply."""

    def reply(self, situation: Situation) -> str:
        return "embedded reply"

    def greeting(self, question: Question | None) -> str:
        return "embedded greeting"


def served_by(url: str, timeout_s: float = 5) -> Settings:
    """Settings for the server at ``url``."""
    return Settings(openai_base_url=url, openai_api_key="k", openai_model="m", openai_timeout_s=timeout_s, _env_file=None)


def completion(content: str | None, **message: Any) -> Reply:
    """A chat completion whose assistant message is ``content``."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content, **message}}
    body = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return 200, json.dumps(body).encode()


class ModelServer:
    """Answers every POST with ``answer(body)``, and keeps paths, requests and replies."""

    def __init__(self) -> None:
        self.answer: Callable[[bytes], Reply] = lambda _: completion("{}")
        self.paths: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []
        self.url = ""

    def reset(self, *replies: Reply, delay_s: float = 0) -> None:
        """Answer with ``replies`` in turn, the last one for ever, each after ``delay_s`` seconds."""
        waiting = list(replies)

        def answer(_: bytes) -> Reply:
            time.sleep(delay_s)
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        self.answer = answer
        self.clear()

    def clear(self) -> None:
        self.paths.clear()
        self.requests.clear()
        self.replies.clear()

    def pass_on_to(self, url: str) -> None:
        """Answer as the server at ``url`` does."""

        def answer(body: bytes) -> Reply:
            request = urllib.request.Request(url, body, {"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read()

        self.answer = answer
        self.clear()

    def prompt(self, at: int = -1) -> str:
        return "\n".join(message["content"] for message in self.requests[at]["messages"])


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A running `ModelServer`."""
    state = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.paths.append(self.path)
            if self.path.endswith("/chat/completions"):
                state.requests.append(json.loads(body))
            status, reply = state.answer(body)
            if status == 200 and reply.startswith(b"{"):
                state.replies.append(json.loads(reply))
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)
            except ConnectionError:
                self.close_connection = True  # the client gave up, as in the test of the timeout

        def log_message(self, *_: Any) -> None:
            """Nothing on the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
