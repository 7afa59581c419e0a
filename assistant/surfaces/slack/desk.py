"""What the bot does with a message, a click or a command: one step of a session, and the answer posted where it belongs."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from assistant.advisor import Advisor, Session, Turn
from assistant.errors import AdvisorError, Forbidden, InputError
from assistant.logs import report_fault
from assistant.surfaces.slack import messages
from assistant.surfaces.slack.lanes import Lanes
from assistant.surfaces.slack.messages import Block, Message
from assistant.surfaces.slack.places import Place, Seen, Sessions
from assistant.surfaces.slack.text import escape, shortened

WORDS = ("start", "new", "plan", "report", "undo", "skip", "misread", "status")
"""Words that act on a session; `help` and, as a command, `ask` work without one."""
_HELLO = frozenset({"hi", "hello", "hey", "hello there", "hi there", "good morning", "good afternoon"})
_FORMATS = {"": ".docx", "docx": ".docx", "word": ".docx", "pdf": ".pdf"}
_PROMPTS = (
    {"title": "Find out where we stand", "message": "start"},
    {"title": "Why train on premises?", "message": "Why train on premises?"},
    {"title": "What can you do?", "message": "help"},
)

Say = Callable[[Message], object]


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a button: what it does, the session and question it belongs to, and the message that it stands in."""

    action: str
    session: str
    question: str
    message_ts: str
    blocks: Sequence[Block] = ()

    @classmethod
    def of(cls, action: str, value: str, message_ts: str, blocks: Sequence[Block] = ()) -> "Click":
        """The click as the button's value describes it; a value that cannot be read belongs to no session."""
        try:
            carried = json.loads(value)
            return cls(action, str(carried["session"]), str(carried["question"]), message_ts, blocks)
        except (ValueError, KeyError, TypeError):
            return cls(action, "", "", message_ts, blocks)

    @property
    def option(self) -> str:
        """The id of the option that was picked, or nothing."""
        return self.action.removeprefix("option:") if self.action.startswith("option:") else ""

    @property
    def answers(self) -> bool:
        """Whether it deals with a question, and is void once another one is open."""
        return bool(self.option) or self.action == "skip"


class Desk:
    """Takes what Bolt hands over, after it is acknowledged. Each delivery is answered once, and faults become sentences."""

    def __init__(self, advisor: Advisor, client: WebClient) -> None:
        self._advisor = advisor
        self._client = client
        self._sessions = Sessions(advisor)
        self._seen = Seen()
        self._lanes = Lanes()
        self._direct: dict[str, str] = {}

    # what comes in

    def message(self, place: Place, key: str, text: str, *, thinking: bool = False) -> None:
        """Words to the bot: in a direct message, behind a mention, or (``thinking``) in the assistant's container."""
        self._take(place, key, partial(self._converse, place, key, text, thinking=thinking))

    def overheard(self, place: Place, key: str, text: str) -> None:
        """Words in a channel's thread that do not mention the bot: answered if the thread is this person's session."""
        self._take(place, key, partial(self._overhear, place, key, text))

    def welcome(self, place: Place, key: str) -> None:
        """The assistant's container was opened."""
        self._take(place, key, partial(self._greet, place))

    def click(self, place: Place, key: str, click: Click) -> None:
        """A button was clicked."""
        self._take(place, key, partial(self._clicked, place, key, click))

    def command(self, place: Place, key: str, text: str, say: Say) -> None:
        """A slash command, in whatever channel; ``say`` answers where only this person sees it."""
        self._take(place, key, partial(self._commanded, place, key, text, say), say)

    def note(self, place: Place, key: str, text: str) -> None:
        """Say one thing that leaves the session as it is."""
        self._take(place, key, partial(self._post, place, messages.plain(text)))

    def _take(self, place: Place, key: str, work: Callable[[], None], say: Say | None = None) -> None:
        if not self._seen.before(f"{place.team}:{key}"):
            careful = partial(_carefully, work, say or partial(self._post, place))
            self._lanes.submit(place.session_id(), careful)

    # what is done with it

    def _converse(self, place: Place, key: str, text: str, *, thinking: bool = False) -> None:
        session = self._sessions.open(place)
        if session.knows(key):
            return
        if thinking:
            self._status(place, "is thinking...")
        bare = text.strip(" \n\t/.!,").lower()
        word, _, rest = bare.partition(" ")
        if _acts(word, rest):
            self._act(place, session, word, rest, key)
        elif bare == "help":
            self._post(place, messages.plain(messages.HELP))
        elif not text or (not session.turns and bare in _HELLO):
            self._post(place, messages.opening_message(session))
        else:
            self._answer(place, session, session.say(text, key=key))

    def _act(self, place: Place, session: Session, word: str, rest: str, key: str) -> None:
        """Do what one of ``WORDS`` says."""
        match word:
            case "undo":
                self._answer(place, session, session.undo(key=key))
            case "skip":
                self._answer(place, session, session.skip(key=key))
            case "misread":
                self._answer(place, session, session.misread(key=key))
            case "start":
                self._post(place, messages.opening_message(session))
            case "new" if place.thread:
                self._post(place, messages.plain(messages.ONE_EACH))
            case "new":
                self._post(place, messages.opening_message(self._sessions.renew(place)))
            case _ if not session.turns:
                self._post(place, messages.plain(messages.NOTHING_YET))
            case "plan":
                self._post(place, messages.plan_message(session.plan(key=key), session.id))
                self._upload(place, session, _FORMATS[rest])
            case "report":
                self._upload(place, session, _FORMATS[rest])
            case _:
                self._post(place, messages.status_message(session))

    def _overhear(self, place: Place, key: str, text: str) -> None:
        if text and self._sessions.find(place) is not None:
            self._converse(place, key, text)

    def _greet(self, place: Place) -> None:
        session = self._sessions.open(place)
        if session.turns:
            return
        try:
            self._client.assistant_threads_setSuggestedPrompts(
                channel_id=place.channel, thread_ts=place.thread or "", title="To begin with", prompts=list(_PROMPTS)
            )
        except SlackApiError as fault:  # a convenience; the greeting matters more
            _log("suggested prompts", fault)
        self._post(place, messages.opening_message(session))

    def _clicked(self, place: Place, key: str, click: Click) -> None:
        if not click.session:
            raise InputError(messages.OUTDATED)
        session = self._advisor.resume(click.session, owner=place.owner)
        current, question = self._sessions.find(place), session.question
        if current is None or current.id != session.id:
            raise InputError(messages.OUTDATED)
        if click.action == "plan":
            self._act(place, session, "plan", "", key)
            return
        if click.answers and (question is None or question.id != click.question):
            raise InputError(messages.OUTDATED)
        # A double click is two deliveries: one step, whichever replica takes it, and never an answer to the next question.
        step = "answer" if click.answers else click.action
        once = f"click:{place.channel}:{click.message_ts}:{step}:{click.question}"[:200]
        option = question.option(click.option) if question else None
        if click.option:
            turn = session.choose(click.option, key=once)
        else:
            taken = {"skip": session.skip, "misread": session.misread}.get(click.action, session.undo)
            turn = taken(key=once)
        if session.repeated:
            raise InputError(messages.OUTDATED)
        self._answer(place, session, turn)
        if click.answers and click.blocks:
            self._settle(place, click, option.text if option else "skipped")

    def _commanded(self, place: Place, key: str, text: str, say: Say) -> None:
        word, _, rest = text.strip().partition(" ")
        word, rest = word.lower(), rest.strip()
        if word == "ask" and rest:
            say(messages.answer_message(self._advisor.ask(rest)))
        elif _acts(word, rest.lower()):
            home = Place(place.team, self._direct_channel(place), place.user)
            self._act(home, self._sessions.open(home), word, rest.lower(), key)
            if home.channel != place.channel:
                say(messages.plain(messages.ELSEWHERE))
        else:
            say(messages.plain(messages.HELP))

    # what goes out

    def _answer(self, place: Place, session: Session, turn: Turn) -> None:
        """Post the answer to a step, unless another replica took the same delivery and has answered it."""
        if not session.repeated:
            self._post(place, messages.turn_message(turn, session.id))

    def _post(self, place: Place, message: Message) -> None:
        self._client.chat_postMessage(
            channel=place.channel,
            thread_ts=place.thread,
            text=message.text,
            blocks=list(message.blocks),
            unfurl_links=False,
            unfurl_media=False,
        )

    def _settle(self, place: Place, click: Click, picked: str) -> None:
        """Put what was picked in place of the buttons of an answered question."""
        try:
            self._client.chat_update(
                channel=place.channel,
                ts=click.message_ts,
                text=shortened(escape(f"Your answer: {picked}"), messages.SECTION),
                blocks=list(messages.answered(click.blocks, picked)),
            )
        except SlackApiError as fault:  # old buttons that stay do no harm: a click on them is told so
            _log("answered question", fault)

    def _status(self, place: Place, status: str) -> None:
        try:
            self._client.assistant_threads_setStatus(channel_id=place.channel, thread_ts=place.thread or "", status=status)
        except SlackApiError as fault:  # a thread in direct messages that is no assistant's container has no status
            _log("status", fault)

    def _upload(self, place: Place, session: Session, suffix: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = session.report(Path(folder) / f"ai-maturity-report{suffix}")
            try:
                self._client.files_upload_v2(
                    channel=place.channel,
                    thread_ts=place.thread,
                    file=str(path),
                    filename=path.name,
                    title="AI maturity report",
                )
            except SlackApiError as fault:
                raise InputError(
                    f"Slack did not take the report ({_code(fault)}); give the bot the permission files:write, and "
                    "invite it to this channel."
                ) from fault

    def _direct_channel(self, place: Place) -> str:
        """The person's direct messages with the bot: what a command does is never shown to a whole channel."""
        known = self._direct.get(place.owner)
        if known is None:
            try:
                opened = self._client.conversations_open(users=place.user)
            except SlackApiError as fault:
                raise InputError(
                    f"I cannot open a direct message with you ({_code(fault)}); give the bot the permission im:write."
                ) from fault
            known = self._direct[place.owner] = (opened.get("channel") or {}).get("id") or place.user
        return known


def _carefully(work: Callable[[], None], say: Say) -> None:
    """Do the work; whatever goes wrong ends as one sentence to the person."""
    try:
        work()
    except Forbidden:
        _tell(say, messages.NOT_YOURS)
    except AdvisorError as fault:
        _tell(say, str(fault))
    except Exception:  # the last resort: the person gets a sentence with an id, the log gets the traceback
        _tell(say, report_fault())


def _tell(say: Say, sentence: str) -> None:
    try:
        say(messages.plain(sentence))
    except (SlackApiError, OSError):  # Slack refuses or cannot be reached: there is nobody left to tell
        report_fault()


def _acts(word: str, rest: str) -> bool:
    """Whether the words are a command, and not an answer that happens to begin like one."""
    return word in WORDS and (not rest or (word == "report" and rest in _FORMATS))


def _code(fault: SlackApiError) -> str:
    response: Any = fault.response
    return str(response.get("error", "unknown error"))


def _log(what: str, fault: SlackApiError) -> None:
    structlog.get_logger(__name__).warning("slack refused", what=what, error=_code(fault))
