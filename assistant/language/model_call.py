"""Calls a language model so that nothing it does can cost a turn: faults become one kind of error, and open a breaker."""

import json
import re
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import structlog
from pydantic import SecretStr

from assistant.errors import EngineError
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_openai import ChatOpenAI

T = TypeVar("T")

_OPENAI = "https://api.openai.com/v1"
_REASONS = re.compile(r"(?:o\d|gpt-[5-9])(?!.*chat)", re.IGNORECASE)
_FENCED = re.compile(r"\s*```(?:json)?\s*(\{.*\})\s*```\s*", re.DOTALL)

# What a client library lets through when a server answers with something that is no chat completion: no choices, null
# content, a page of HTML. The list is spelt out here because the server is outside the program's control.
_STRANGE_ANSWER = (ValueError, TypeError, KeyError, IndexError, AttributeError)


class Unverified(EngineError):
    """The model answered, and nothing of its answer could be verified."""


def chat_model(settings: Settings) -> "ChatOpenAI":
    """The chat model of the settings; importing the client takes about a second, so it happens here.

    Raises:
        EngineError: neither a key nor an address of a service is set.
    """
    key, base = settings.openai_api_key.get_secret_value(), settings.openai_base_url
    if not key and not base:
        raise EngineError(
            "The language model needs a key or a service of your own: set ADVISOR_OPENAI_API_KEY, or set "
            "ADVISOR_OPENAI_BASE_URL to an OpenAI-compatible address, or choose the embedded engine."
        )
    import langsmith
    from langchain_openai import ChatOpenAI

    # Beats every tracing variable of the environment: what a person says goes to the model's service and nowhere else.
    langsmith.configure(enabled=False)
    # Reasoning models refuse a temperature; little effort is enough for reading, and keeps the turn short.
    reasons = _REASONS.match(settings.openai_model) is not None
    return ChatOpenAI(
        model=settings.openai_model,
        base_url=base or _OPENAI,
        api_key=settings.openai_api_key if key else SecretStr("none"),  # the client insists on one, such a service may not
        timeout=settings.openai_timeout_s,
        max_retries=1,
        temperature=None if reasons else 0.0,
        reasoning_effort="low" if reasons and not base else None,
        use_responses_api=False,  # compatible services offer chat completions alone
    )


class Breaker:
    """Lets no call through for ``pause_s`` seconds after ``most`` failures in a row. Safe to share between threads."""

    def __init__(self, most: int = 3, pause_s: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._pause, self._clock = most, pause_s, clock
        self._failures, self._until, self._lock = 0, 0.0, Lock()

    @property
    def closed(self) -> bool:
        """Whether calls go through."""
        with self._lock:
            return self._clock() >= self._until

    def succeeded(self) -> None:
        """Forget earlier failures."""
        with self._lock:
            self._failures, self._until = 0, 0.0

    def failed(self) -> None:
        """Count a failure. After a pause a single further one opens the breaker again."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._until = self._clock() + self._pause


class ModelCall:
    """A chat model behind a breaker."""

    def __init__(self, chat: "ChatOpenAI", breaker: Breaker | None = None) -> None:
        self._chat, self._breaker = chat, breaker or Breaker()

    def attempt(self, step: str, work: Callable[[], T]) -> T | None:
        """The result of ``work``, or None when the breaker is open or ``work`` raised EngineError.

        A failure leaves one log line: an id, the step and the kind of error, never anything that was said.
        """
        if not self._breaker.closed:
            return None
        try:
            result = work()
        except EngineError as fault:
            self._breaker.failed()
            kind = type(fault.__cause__ or fault).__name__
            structlog.get_logger(__name__).warning("language_model_failed", id=uuid4().hex[:12], step=step, error=kind)
            return None
        self._breaker.succeeded()
        return result

    def structured(self, rules: str, data: str, schema: dict[str, Any]) -> dict[str, Any]:
        """The model's JSON object in ``schema`` (``name``, ``strict``, ``schema``). It is parsed, not yet validated.

        Raises:
            EngineError: no connection, a refusal, prose, cut or otherwise broken JSON.
        """
        from openai import OpenAIError

        try:
            runnable = self._chat.with_structured_output(schema, method="json_schema", include_raw=True)
            with _untraced():
                answer = runnable.invoke(_messages(rules, data))
            # The library's own parser completes JSON that was cut off; half an answer is none here.
            content = _content(answer["raw"] if isinstance(answer, dict) else answer)
            fenced = _FENCED.fullmatch(content)
            parsed = json.loads(fenced[1] if fenced else content)
        except (OpenAIError, *_STRANGE_ANSWER) as fault:
            raise EngineError("The language model gave no JSON that could be read.") from fault
        if not isinstance(parsed, dict):
            raise EngineError("The language model gave JSON that is no object.")
        return parsed

    def prose(self, rules: str, data: str) -> str:
        """The model's text.

        Raises:
            EngineError: no connection, a refusal, or an answer that is no text.
        """
        from openai import OpenAIError

        try:
            with _untraced():
                return _content(self._chat.invoke(_messages(rules, data))).strip()
        except (OpenAIError, *_STRANGE_ANSWER) as fault:
            raise EngineError("The language model gave no text.") from fault


def _untraced() -> Any:
    """No tracing within, even if someone switched it on since, or the call runs inside another program's trace."""
    from langsmith import tracing_context

    return tracing_context(enabled=False)


def _messages(rules: str, data: str) -> "list[BaseMessage]":
    from langchain_core.messages import HumanMessage, SystemMessage

    return [SystemMessage(rules), HumanMessage(data)]


def _content(message: Any) -> str:
    if message.additional_kwargs.get("refusal"):
        raise Unverified("The language model refused.")
    content = message.content
    if not isinstance(content, str) or not content.strip():
        raise ValueError("no text in the answer")
    return content
