"""A small Slack for tests: the Web API methods that the bot uses, over real HTTP, and requests signed as Slack does."""

import hashlib
import hmac
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import uvicorn
from slack_bolt import App

from assistant.surfaces.slack.server import PATH, web_app

SECRET, BOT, TEAM = "signing-secret", "UBOT", "T1"
Payload = dict[str, Any]
_numbers = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(find: Callable[[], Any], seconds: float = 45) -> Any:
    """What ``find`` returns once it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := find():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


class FakeSlack:
    """Records every call; ``answers`` overrides a method's answer, ``limited`` counts calls to refuse with 429."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Payload]] = []
        self.uploads: list[bytes] = []
        self.answers: dict[str, Payload] = {}
        self.limited: dict[str, int] = {}
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                world.answer(self, self.path.removeprefix("/api/").strip("/"), body)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        self.api = f"{self.base}/api/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler, method: str, body: bytes) -> None:
        if method == "upload":
            self.uploads.append(body)
            given: Payload = {}
        elif request.headers.get("content-type", "").startswith("application/json"):
            given = json.loads(body or "{}")
        else:
            given = dict(parse_qsl(body.decode()))
        limited = self.limited.get(method, 0) > 0
        if limited:
            self.limited[method] -= 1
            reply: Payload = {"ok": False, "error": "ratelimited"}
        else:
            reply = self.answers.get(method) or {"ok": True, **self._known(method, given)}
            self.calls.append((method, given))
        content = json.dumps(reply).encode()
        request.send_response(429 if limited else 200)
        if limited:
            request.send_header("Retry-After", "1")
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def _known(self, method: str, given: Payload) -> Payload:
        answers = {
            "auth.test": {
                "team_id": TEAM,
                "team": "Team",
                "user_id": BOT,
                "user": "advisor",
                "bot_id": "B0",
                "url": self.base,
            },
            "chat.postMessage": {"ts": f"{next(_numbers)}.5", "channel": given.get("channel")},
            "conversations.open": {"channel": {"id": f"D{given.get('users')}"}},
            "files.getUploadURLExternal": {"upload_url": f"{self.base}/api/upload", "file_id": "F1"},
            "files.completeUploadExternal": {"files": [{"id": "F1"}]},
        }
        return answers.get(method, {"ts": "1.5"})

    def of(self, method: str, **matching: str | None) -> list[Payload]:
        """All calls of a method with these values."""
        return [c for m, c in list(self.calls) if m == method and all(c.get(k) == v for k, v in matching.items())]

    def posts(self, channel: str, thread: str | None = None) -> list[Payload]:
        return self.of("chat.postMessage", channel=channel, thread_ts=thread)

    def post(self, channel: str, number: int = 1, thread: str | None = None, seconds: float = 45) -> Payload:
        """The post with that number (1 is the first), once it is there."""
        return eventually(lambda: (self.posts(channel, thread) + [None] * number)[number - 1], seconds)


class Person:
    """Sends to the bot what Slack sends when this person does something."""

    def __init__(self, address: str, user: str, base: str) -> None:
        self.address, self.user, self.base = address, user, base
        self.direct = f"D{user}"

    def says(self, text: str, thread: str | None = None, **more: Any) -> httpx.Response:
        """A direct message."""
        return self.event({"type": "message", "channel_type": "im", "channel": self.direct, "text": text}, thread, **more)

    def mentions(self, text: str, channel: str, thread: str | None = None, **more: Any) -> httpx.Response:
        return self.event({"type": "app_mention", "channel": channel, "text": f"<@{BOT}> {text}"}, thread, **more)

    def event(
        self, event: Payload, thread: str | None = None, event_id: str = "", headers: Payload | None = None, **more: Any
    ) -> httpx.Response:
        number = next(_numbers)
        event = {"user": self.user, "ts": f"{1000 + number}.1", "team": TEAM, **event, **more}
        if thread:
            event["thread_ts"] = thread
        body = {
            "type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event": event,
            "event_id": event_id or f"Ev{number}", "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }  # fmt: skip
        return signed(self.address, json.dumps(body), headers=headers)

    def clicks(self, post: Payload, action: str, *, ts: str = "", channel: str = "") -> httpx.Response:
        """A click on a button of a message that was posted; ``action`` is the beginning of the button's action id."""
        button = next(b for b in buttons(post) if b["action_id"].startswith(action))
        message = {"ts": ts or f"{next(_numbers)}.7", "blocks": post["blocks"], "text": post["text"]}
        if post.get("thread_ts"):
            message["thread_ts"] = post["thread_ts"]
        body = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": self.user, "team_id": TEAM}, "api_app_id": "A1",
            "channel": {"id": channel or post["channel"]}, "message": message, "trigger_id": f"trigger-{next(_numbers)}",
            "response_url": f"{self.base}/api/respond", "actions": [{**button, "action_ts": "1.1", "block_id": "b"}],
        }  # fmt: skip
        return signed(self.address, urlencode({"payload": json.dumps(body)}), form=True)

    def commands(self, text: str, channel: str = "CROOM") -> httpx.Response:
        body = {
            "command": "/advisor", "text": text, "team_id": TEAM, "user_id": self.user, "channel_id": channel,
            "trigger_id": f"trigger-{next(_numbers)}", "response_url": f"{self.base}/api/respond", "api_app_id": "A1",
        }  # fmt: skip
        return signed(self.address, urlencode(body), form=True)


def signed(
    address: str, raw: str, *, secret: str = SECRET, age: float = 0, form: bool = False, headers: Payload | None = None
) -> httpx.Response:
    stamp = str(int(time.time() - age))
    mark = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{raw}".encode(), hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    fields = {"x-slack-request-timestamp": stamp, "x-slack-signature": mark, "content-type": kind, **(headers or {})}
    return httpx.post(address, content=raw, headers=fields, timeout=30)


def buttons(post: Payload) -> list[Payload]:
    return [element for block in post["blocks"] if block["type"] == "actions" for element in block["elements"]]


def shown(post: Payload) -> str:
    """All texts of a message that Slack would read as mrkdwn, and the text for notifications."""
    texts = [post["text"]]
    for block in post["blocks"]:
        texts += [block["text"]["text"]] if block["type"] == "section" else []
        texts += [e["text"] for e in block["elements"]] if block["type"] == "context" else []
    return "\n".join(texts)


@contextmanager
def served(bolt: App) -> Iterator[str]:
    """The address at which the real app is served over HTTP."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(web_app(bolt), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}{PATH}"
    finally:
        server.should_exit = True
        thread.join(10)
