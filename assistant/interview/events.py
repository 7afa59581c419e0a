"""What can happen in a session, as named facts in the past tense, and nothing else.

A session's log is a sequence of *actions* (the person said, chose, skipped, edited, undid, attached, confirmed ...), each
followed by its *consequences* (evidence found, facts found, a question asked, a reply given). All events of one action
carry the action's sequence number in ``turn``, so that undoing an action takes back everything that came of it.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from assistant.interview.evidence import Evidence, Fact
from assistant.interview.model import Value


class SessionStarted(Value):
    """A session was opened and greeted."""

    kind: Literal["session_started"] = "session_started"
    owner: str
    greeting: str


class MessageReceived(Value):
    """The person said something; ``question`` is the id of the question it answers, if one was open."""

    kind: Literal["message_received"] = "message_received"
    text: str
    question: str | None = None


class OptionChosen(Value):
    """The person answered by picking an option."""

    kind: Literal["option_chosen"] = "option_chosen"
    question: str
    option: str
    text: str


class QuestionSkipped(Value):
    """The person did not want to answer."""

    kind: Literal["question_skipped"] = "question_skipped"
    question: str | None


class MessageEdited(Value):
    """The person changed the words of an earlier turn; what was read from the old words no longer counts."""

    kind: Literal["message_edited"] = "message_edited"
    target: int
    text: str


class ActionUndone(Value):
    """The action with sequence number ``target`` was taken back."""

    kind: Literal["action_undone"] = "action_undone"
    target: int


class EvidenceRemoved(Value):
    """Evidence of the turn ``target`` no longer counts: it was read wrongly, or was corrected or overruled later.

    Which: the one with this ``indicator`` and ``quote``; or, where ``dimension`` is given, all about that dimension.
    """

    kind: Literal["evidence_removed"] = "evidence_removed"
    target: int
    indicator: str = ""
    quote: str = ""
    dimension: str | None = None


class EvidenceWeighed(Value):
    """What was read in the turn ``target`` counts ``factor`` times as much (at most fully); with 0, not at all."""

    kind: Literal["evidence_weighed"] = "evidence_weighed"
    target: int
    factor: float = Field(ge=0)


class ReadingRejected(Value):
    """The person said that the turn ``target`` was not understood rightly: nothing that was read from it counts."""

    kind: Literal["reading_rejected"] = "reading_rejected"
    target: int


class DocumentAttached(Value):
    """A document was given as evidence about the organisation; ``digest`` is the SHA-256 of its bytes."""

    kind: Literal["document_attached"] = "document_attached"
    name: str
    digest: str
    characters: int


class EvidenceFound(Value):
    """Evidence was read from what was said.

    ``unknown`` when the person said that they do not know; ``anchored`` unless it was claimed without anything concrete.
    """

    kind: Literal["evidence_found"] = "evidence_found"
    evidence: tuple[Evidence, ...] = ()
    facts: tuple[Fact, ...] = ()
    unknown: bool = False
    anchored: bool = True


class ReplyGiven(Value):
    """The advisor replied. ``question`` is the id of the question it asked, ``None`` when it asked none."""

    kind: Literal["reply_given"] = "reply_given"
    text: str
    question: str | None = None
    done: bool = False


class PlanMade(Value):
    """A plan was made; ``plan`` is its full content."""

    kind: Literal["plan_made"] = "plan_made"
    plan: dict[str, Any]


Event = Annotated[
    SessionStarted
    | MessageReceived
    | OptionChosen
    | QuestionSkipped
    | MessageEdited
    | ActionUndone
    | EvidenceRemoved
    | EvidenceWeighed
    | ReadingRejected
    | DocumentAttached
    | EvidenceFound
    | ReplyGiven
    | PlanMade,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Turns an event into JSON-ready data and back."""

ACTIONS = (
    MessageReceived,
    OptionChosen,
    QuestionSkipped,
    MessageEdited,
    ActionUndone,
    EvidenceRemoved,
    ReadingRejected,
    DocumentAttached,
    PlanMade,
)


class Recorded(Value):
    """An event in its place in a session's log.

    ``seq`` counts from 1 without gaps; ``turn`` is the ``seq`` of the action that the event belongs to; ``key`` is the
    caller's idempotency key and stands on actions only; ``at`` is seconds since 1970 (UTC).
    """

    seq: int = Field(ge=1)
    turn: int = Field(ge=1)
    event: Event
    key: str | None = None
    at: float = 0.0
