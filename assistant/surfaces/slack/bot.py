"""The Bolt app: what Slack sends is acknowledged at once and handed to the desk."""

import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, Assistant, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from assistant.advisor import Advisor
from assistant.logs import report_fault
from assistant.surfaces.slack import messages
from assistant.surfaces.slack.desk import Click, Desk
from assistant.surfaces.slack.messages import Message
from assistant.surfaces.slack.places import Place
from assistant.surfaces.slack.text import spoken

_SUBTYPES = (None, "file_share", "thread_broadcast")
"""Kinds of messages that a person wrote; edits, deletions, joins and bots' messages are none of them."""
_RATE_LIMITED_TRIES = 3

Payload = dict[str, Any]


def bolt_app(advisor: Advisor, client: WebClient | None = None) -> App:
    """The bot as a Bolt app, for HTTP or Socket Mode. Asks Slack who the bot is, and raises BoltError if that fails.

    Without a signing secret in the settings every HTTP request is refused: Socket Mode needs none.
    """
    settings = advisor.settings
    client = client or WebClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    if not any(isinstance(handler, RateLimitErrorRetryHandler) for handler in client.retry_handlers):
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_RATE_LIMITED_TRIES))
    secret = settings.slack_signing_secret.get_secret_value() or secrets.token_hex(32)
    app = App(name="advisor", client=client, signing_secret=secret)
    _register(app, _Events(Desk(advisor, client)))
    return app


def _register(app: App, events: "_Events") -> None:
    assistant = Assistant(app_name="advisor")
    assistant.thread_started(events.container_opened)
    assistant.thread_context_changed(_nothing)
    assistant.user_message(events.container_message)
    app.use(assistant)
    app.event("app_mention")(events.mention)
    app.event("message")(events.message)
    app.command(re.compile(r"^/"))(events.command)
    app.action(re.compile(r"^(option:.*|skip|undo|misread|plan)$", re.DOTALL))(events.click)
    app.error(_fault)


class _Events:
    """Turns Slack's payloads into calls of the desk. Bolt fills the arguments by their names."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def container_opened(self, body: Payload, event: Payload, context: BoltContext) -> None:
        thread = event["assistant_thread"]
        place = Place(_team(context), thread["channel_id"], thread["user_id"], thread["thread_ts"])
        self._desk.welcome(place, _key(body, event))

    def container_message(self, body: Payload, event: Payload, context: BoltContext) -> None:
        self._said(body, event, context, event.get("thread_ts"), thinking=True)

    def mention(self, body: Payload, event: Payload, context: BoltContext) -> None:
        self._said(body, event, context, event.get("thread_ts") or event["ts"])

    def message(self, body: Payload, event: Payload, context: BoltContext) -> None:
        if event.get("channel_type") == "im":
            self._said(body, event, context, event.get("thread_ts"))
        elif event.get("thread_ts") and f"<@{context.bot_user_id}" not in event.get("text", "") and _written(event):
            # A message that mentions the bot comes a second time, as a mention.
            place = Place(_team(context), event["channel"], event["user"], event["thread_ts"])
            self._desk.overheard(place, _key(body, event), spoken(event.get("text", "")))

    def _said(
        self, body: Payload, event: Payload, context: BoltContext, thread: str | None, *, thinking: bool = False
    ) -> None:
        if not _written(event):
            return
        place = Place(_team(context), event["channel"], event["user"], thread)
        text = spoken(event.get("text", ""), context.bot_user_id or "")
        key = _key(body, event)
        if event.get("files"):
            self._desk.note(place, f"{key}:files", messages.NO_FILES)
            if not text:
                return
        self._desk.message(place, key, text, thinking=thinking)

    def command(self, ack: Ack, command: Payload, context: BoltContext, respond: Respond) -> None:
        ack()
        place = Place(_team(context), command["channel_id"], command["user_id"])
        key = command.get("trigger_id") or secrets.token_hex(16)
        self._desk.command(place, key, spoken(command.get("text", "")), _only_to_them(respond))

    def click(self, ack: Ack, body: Payload, action: Payload, context: BoltContext) -> None:
        ack()
        message = body.get("message") or {}
        channel = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id", "")
        place = Place(_team(context), channel, body["user"]["id"], message.get("thread_ts"))
        click = Click.of(action["action_id"], action.get("value", ""), message.get("ts", ""), message.get("blocks") or ())
        self._desk.click(place, body.get("trigger_id") or secrets.token_hex(16), click)


def _written(event: Payload) -> bool:
    """Whether a person wrote this message just now."""
    return event.get("subtype") in _SUBTYPES and not event.get("bot_id") and bool(event.get("user"))


def _team(context: BoltContext) -> str:
    return context.team_id or context.enterprise_id or "workspace"


def _key(body: Payload, event: Payload) -> str:
    """The key of a delivery, the same in each repetition: Slack's event id."""
    key = body.get("event_id") or f"{event.get('channel')}:{event.get('ts') or event.get('event_ts')}"
    return key if len(key) <= 190 else hashlib.sha256(key.encode()).hexdigest()


def _only_to_them(respond: Respond) -> Callable[[Message], object]:
    def say(message: Message) -> object:
        return respond(text=message.text, blocks=list(message.blocks), response_type="ephemeral")

    return say


def _nothing() -> None:
    """The channel that a person looks at beside the container is none of the advisor's business."""


def _fault() -> None:
    """A payload that could not even be handed over: logged with an id."""
    report_fault()
