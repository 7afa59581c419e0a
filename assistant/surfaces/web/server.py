"""Serves the page: one process, one port, nothing fetched from elsewhere."""

import errno
import json
import secrets
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request

from assistant.advisor import Advisor
from assistant.errors import AdvisorError, InputError
from assistant.settings import Settings
from assistant.surfaces.web.page import Page

Message = MutableMapping[str, Any]

MAX_UPLOAD = "20mb"
_HEADERS = {
    # The page's library builds functions from text, hence 'unsafe-eval'; everything else comes from this server alone, so
    # that no picture, form or script which somebody smuggled into a text can carry anything away.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; form-action 'self'; frame-src 'none'; "
        "object-src 'none'; base-uri 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


_FONTS = ("Segoe UI", "Helvetica Neue", "Helvetica", "Arial", "sans-serif")
"""What is installed anyway; nothing is fetched."""


class Shield:
    """Adds the protective headers to every response, without touching streams."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]

    async def __call__(self, scope: Message, receive: Callable[..., Any], send: Callable[..., Awaitable[None]]) -> None:
        """Answer one request."""

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, shielded if scope["type"] == "http" else send)


def app(advisor: Advisor) -> FastAPI:
    """The web application, ready to be served."""
    served = FastAPI(title="AI maturity advisor", docs_url=None, redoc_url=None, openapi_url=None)

    @served.get("/healthz")
    def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    served.add_middleware(Shield)
    header = advisor.settings.web_user_header
    mounted: FastAPI = gr.mount_gradio_app(
        served,
        Page(advisor, _secret(advisor.settings)).build(),
        path="/",
        auth_dependency=(lambda request: _signed_in(request, header)) if header else None,
        css_paths=Path(__file__).with_name("style.css"),
        theme=gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=[gr.themes.Font(name) for name in _FONTS]),
        head='<meta name="viewport" content="width=device-width, initial-scale=1">',
        js=_LABELS,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=MAX_UPLOAD,
    )
    return mounted


_LABELS = """() => {
    const name = (id, role, label) => { const e = document.getElementById(id);
        if (e) { e.setAttribute('role', role); e.setAttribute('aria-label', label); } };
    const label = () => {
        name('quick-replies', 'group', 'Answers to pick from');
        name('dimension-radar', 'figure', 'Level of each dimension; the same as a table below');
        name('roadmap-chart', 'figure', 'Roadmap over time; the same in words below');
        name('cost-chart', 'figure', 'Cost; the same in words below');
        name('evidence-ledger', 'region', 'Evidence');
    };
    label();
    new MutationObserver(label).observe(document.body, {childList: true, subtree: true});
}"""


def _signed_in(request: Request, header: str) -> str | None:
    """The user whom the trusted proxy names; None refuses the request."""
    return request.headers.get(header, "").strip() or None


def serve(advisor: Advisor, host: str = "", port: int = 0, *, as_json: bool = False) -> None:
    """Serve the page until the process is stopped; InputError when the address cannot be used."""
    host, port = host or advisor.settings.web_host, port or advisor.settings.web_port
    listening = _listen(host, port)
    with listening:
        application = app(advisor)
        threading.Thread(target=_warm, args=(advisor,), daemon=True).start()
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{port}"
        line = json.dumps({"url": address, "host": host, "port": port}) if as_json else f"The page is at {address}"
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        config = uvicorn.Config(application, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens; taken before anything slow is built, so that a wrong address is named at once."""
    if not 1 <= port <= 65535:
        raise InputError(f"Port {port} does not exist; choose one from 1 to 65535 with --port.")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128)
    except OSError as fault:
        reasons = {
            errno.EADDRINUSE: f"Port {port} on {host} is in use by another program; choose another with --port or "
            "ADVISOR_WEB_PORT.",
            errno.EACCES: f"Port {port} may not be opened by this user; choose one above 1023 with --port or "
            "ADVISOR_WEB_PORT.",
        }
        other = f"The address {host} cannot be served on ({fault.strerror}); choose one of this machine with --host."
        raise InputError(reasons.get(fault.errno or 0, other)) from fault


def _warm(advisor: Advisor) -> None:
    """Load the reading model and bring the index up to date before somebody waits for them.

    A fault is shown to the person, in words, once the thing is needed.
    """
    with suppress(AdvisorError):
        advisor.read_statement({"text": "We use AI.", "statement": "AI is in use."})
        advisor.ask("What is the AI maturity model?")


def _secret(settings: Settings) -> str:
    """The secret that keeps the browser's memory readable across restarts."""
    given = settings.web_secret.get_secret_value()
    if given:
        return given
    path = settings.data_folder / "web-secret"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_hex(16))
        return path.read_text(encoding="ascii")
    except OSError as fault:
        raise InputError(
            f"The data folder {settings.data_folder} cannot be used ({fault.strerror}); name another in ADVISOR_DATA_DIR."
        ) from fault
