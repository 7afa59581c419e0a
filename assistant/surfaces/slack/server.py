"""Serves the bot: over HTTP, as identical replicas behind a load balancer, or in Socket Mode without a public address."""

import json
import signal
import socket as sockets
import sys
from collections.abc import Callable
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Any

from assistant.errors import InputError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from slack_bolt import App
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    from assistant.advisor import Advisor
    from assistant.settings import Settings

PATH = "/slack/events"
_LARGEST_BODY = 1_000_000
"""Bytes; Slack's own payloads stay far below, and a stranger's need not be read."""


def serve(advisor: "Advisor", *, socket: bool = False, port: int = 0, as_json: bool = False) -> None:
    """Serve until the process is ended. ``port`` 0 means the port of the settings; InputError when it cannot start."""
    _require(advisor.settings, socket=socket)
    if socket:
        _serve_socket(advisor, as_json=as_json)
    else:
        _serve_http(advisor, port or advisor.settings.slack_port, as_json=as_json)


def web_app(bolt: "App") -> "FastAPI":
    """The HTTP application: events, commands and clicks on one address, and ``/healthz``."""
    from fastapi import FastAPI, Request, Response
    from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
    from starlette.concurrency import run_in_threadpool

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz() -> dict[str, bool]:
        return {"ok": True}

    @app.post(PATH)
    async def receive(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_BODY:
                return Response("Too large", status_code=413)
        try:
            given = to_bolt_request(request, bytes(body))
        except UnicodeDecodeError:
            return Response("UTF-8 is expected", status_code=400)
        # Bolt is synchronous: in the event loop, one request that waits would hold up the acknowledgement of all others.
        return to_starlette_response(await run_in_threadpool(bolt.dispatch, given))

    return app


def socket_handler(advisor: "Advisor", bolt: "App") -> "SocketModeHandler":
    """The handler for Socket Mode; it reconnects by itself."""
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_sdk import WebClient

    token = advisor.settings.slack_app_token.get_secret_value()
    return SocketModeHandler(
        bolt, app_token=token, web_client=WebClient(token=token, base_url=advisor.settings.slack_api_url)
    )


def _require(settings: "Settings", *, socket: bool) -> None:
    """InputError that names every variable that is missing."""
    second = "slack_app_token" if socket else "slack_signing_secret"
    missing = [name for name in ("slack_bot_token", second) if not getattr(settings, name).get_secret_value()]
    if missing:
        names = " and ".join(f"ADVISOR_{name.upper()}" for name in missing)
        raise InputError(
            f"The Slack bot needs {names}; copy {'them' if len(missing) > 1 else 'it'} from the app's page at "
            "api.slack.com/apps into the environment or a file .env."
        )


def _bolt(advisor: "Advisor") -> "App":
    from slack_bolt.error import BoltError

    from assistant.surfaces.slack.bot import bolt_app

    try:
        return bolt_app(advisor)
    except BoltError as fault:
        raise InputError(
            "Slack did not accept ADVISOR_SLACK_BOT_TOKEN; copy the bot token (xoxb-...) of the installed app again."
        ) from fault
    except OSError as fault:
        raise _unreachable(advisor, fault) from fault


def _unreachable(advisor: "Advisor", fault: OSError) -> InputError:
    reason = getattr(fault, "reason", None) or fault.strerror or fault
    return InputError(
        f"Slack cannot be reached at {advisor.settings.slack_api_url} ({reason}); "
        "check the network, or ADVISOR_SLACK_API_URL."
    )


def _serve_http(advisor: "Advisor", port: int, *, as_json: bool) -> None:
    import uvicorn

    try:
        # All addresses: Slack calls from outside, and every request must carry Slack's signature.
        listening = sockets.create_server(("0.0.0.0", port))  # noqa: S104
    except (OSError, OverflowError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise InputError(f"Port {port} cannot be used ({reason}); choose another with --port.") from fault
    with listening:
        app = web_app(_bolt(advisor))
        _announce({"port": port, "path": PATH}, f"Slack bot on port {port}, path {PATH}.", as_json=as_json)
        _on_sigterm(lambda: None)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


def _serve_socket(advisor: "Advisor", *, as_json: bool) -> None:
    from slack_sdk.errors import SlackApiError

    handler = socket_handler(advisor, _bolt(advisor))
    ended = Event()
    _on_sigterm(ended.set)
    try:
        handler.connect()  # type: ignore[no-untyped-call]
        _announce({"socket": True}, "Slack bot connected in Socket Mode.", as_json=as_json)
        ended.wait()
    except SlackApiError as fault:
        code = fault.response.get("error", "unknown error")
        raise InputError(
            f"Slack did not accept ADVISOR_SLACK_APP_TOKEN ({code}); create an app-level token (xapp-...) with "
            "connections:write, and switch Socket Mode on."
        ) from fault
    except OSError as fault:
        raise _unreachable(advisor, fault) from fault
    finally:
        handler.close()  # type: ignore[no-untyped-call]


def _on_sigterm(end: Callable[[], None]) -> None:
    """End in good order instead of at once: messages that were acknowledged are answered before the process is gone."""
    if current_thread() is main_thread():  # Python lets no other thread set it
        signal.signal(signal.SIGTERM, lambda *_: end())


def _announce(facts: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(facts) if as_json else sentence) + "\n")
    sys.stdout.flush()
