"""The state of a session: a pure fold of its events."""

from collections.abc import Iterable
from functools import cached_property

from assistant.interview.events import (
    ActionUndone,
    DocumentAttached,
    EvidenceFound,
    EvidenceRemoved,
    EvidenceWeighed,
    MessageEdited,
    MessageReceived,
    OptionChosen,
    PlanMade,
    QuestionSkipped,
    ReadingRejected,
    Recorded,
    ReplyGiven,
    SessionStarted,
)
from assistant.interview.evidence import Evidence, Fact
from assistant.interview.model import Value


class Turned(Value):
    """One turn of the conversation as it stands now: what the person did, what was read from it, what was replied."""

    seq: int
    action: str
    text: str
    question: str | None = None
    evidence: tuple[Evidence, ...] = ()
    facts: tuple[Fact, ...] = ()
    unknown: bool = False
    anchored: bool = True
    """Whether what was claimed came with something concrete: a name, a number, a time, a thing that happened."""
    reply: str = ""
    asked: str | None = None
    done: bool = False
    edited: bool = False


class State(Value):
    """Everything that is known of a session. Equal logs, after undo, give equal states."""

    owner: str = ""
    greeting: str = ""
    turns: tuple[Turned, ...] = ()
    started_with: str | None = None
    """The question that the greeting asked."""
    actions: tuple[int, ...] = ()
    """Sequence numbers of the actions that count and can be undone, oldest first."""

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """All evidence that counts, in the order in which it was given."""
        return tuple(item for turn in self.turns for item in turn.evidence)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The deployment facts; of several statements of one fact the last holds."""
        return {fact.name: fact for turn in self.turns for fact in turn.facts}

    @cached_property
    def answered(self) -> frozenset[str]:
        """Ids of the questions that were answered, skipped or met with "I don't know": never asked again."""
        return frozenset(turn.question for turn in self.turns if turn.question)

    @property
    def open_question(self) -> str | None:
        """The id of the question that waits for an answer."""
        return self.turns[-1].asked if self.turns else self.started_with

    @property
    def done(self) -> bool:
        """Whether the interview has enough."""
        return bool(self.turns) and self.turns[-1].done

    @property
    def last_action(self) -> int | None:
        """The sequence number of the latest action that can be undone."""
        return self.actions[-1] if self.actions else None


def fold(records: Iterable[Recorded]) -> State:
    """The state that follows from a session's log.

    An undone action and all its consequences are as if they had never happened; an undone edit brings the old words back.
    Undoing an undo is not offered: the person says it again.
    """
    log = tuple(records)
    undone = {r.event.target for r in log if isinstance(r.event, ActionUndone)}
    live = [r for r in log if r.turn not in undone and not isinstance(r.event, ActionUndone)]
    state = State()
    turns: dict[int, Turned] = {}
    edits: dict[int, int] = {}
    for record in live:
        event = record.event
        if isinstance(event, SessionStarted):
            state = State(owner=event.owner, greeting=event.greeting)
        elif isinstance(event, MessageEdited) and event.target in turns:
            edits[record.seq] = event.target
            fresh = {"text": event.text, "evidence": (), "facts": (), "unknown": False, "anchored": True, "edited": True}
            turns[event.target] = turns[event.target].model_copy(update=fresh)
        elif isinstance(event, EvidenceRemoved | EvidenceWeighed):
            _revise(turns, event)
        elif isinstance(event, EvidenceFound | ReplyGiven):
            home = edits.get(record.turn, record.turn)
            if home in turns:
                turns[home] = _consequence(turns[home], event, edited=record.turn in edits)
            elif isinstance(event, ReplyGiven):
                state = state.model_copy(update={"started_with": event.question})
        elif (opened := _opened(record)) is not None:
            turns[record.seq] = opened
            if isinstance(event, ReadingRejected) and event.target in turns:
                turns[event.target] = turns[event.target].model_copy(update={"evidence": (), "facts": ()})
    passive = SessionStarted | PlanMade
    actions = tuple(r.seq for r in live if r.seq == r.turn and not isinstance(r.event, passive))
    return state.model_copy(update={"turns": tuple(turns.values()), "actions": actions})


def _opened(record: Recorded) -> Turned | None:
    event = record.event
    if isinstance(event, MessageReceived):
        return Turned(seq=record.seq, action="said", text=event.text, question=event.question)
    if isinstance(event, OptionChosen):
        return Turned(seq=record.seq, action="chose", text=event.text, question=event.question)
    if isinstance(event, QuestionSkipped):
        return Turned(seq=record.seq, action="skipped", text="", question=event.question)
    if isinstance(event, ReadingRejected):
        return Turned(seq=record.seq, action="misread", text="")
    if isinstance(event, DocumentAttached):
        return Turned(seq=record.seq, action="attached", text=event.name)
    return None  # a plan made changes nothing of what is known


def _consequence(turn: Turned, event: EvidenceFound | ReplyGiven, *, edited: bool) -> Turned:
    if isinstance(event, EvidenceFound):
        return turn.model_copy(
            update={
                "evidence": (*turn.evidence, *event.evidence),
                "facts": (*turn.facts, *event.facts),
                "unknown": turn.unknown or event.unknown,
                "anchored": turn.anchored and event.anchored,
            }
        )
    if edited:  # an edit re-reads old words; what was replied and asked at the time stays as it was
        return turn
    return turn.model_copy(update={"reply": event.text, "asked": event.question, "done": event.done})


def _names(event: EvidenceRemoved, item: Evidence) -> bool:
    if event.dimension is not None:
        return event.dimension == item.dimension
    return (item.indicator, item.quote) == (event.indicator, event.quote)


def _revise(turns: dict[int, Turned], event: EvidenceRemoved | EvidenceWeighed) -> None:
    turn = turns.get(event.target)
    if turn is None:
        return
    if isinstance(event, EvidenceRemoved):
        fresh: dict[str, object] = {"evidence": tuple(e for e in turn.evidence if not _names(event, e))}
    elif event.factor:
        weighed = (e.model_copy(update={"weight": min(1.0, e.weight * event.factor)}) for e in turn.evidence)
        fresh = {"evidence": tuple(weighed)}
    else:
        fresh = {"evidence": (), "facts": ()}
    turns[event.target] = turn.model_copy(update=fresh)
