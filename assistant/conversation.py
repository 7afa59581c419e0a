"""A session: one conversation with one owner. Every step is appended to the event log before it is answered."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import InputError
from assistant.interview.assessment import Assessment, assess
from assistant.interview.events import (
    ActionUndone,
    Event,
    EvidenceFound,
    EvidenceRemoved,
    PlanMade,
    Recorded,
    ReplyGiven,
)
from assistant.interview.evidence import Evidence, Fact
from assistant.interview.explanation import Change, Reason, conditions_missing, reasons, what_would_change
from assistant.interview.followup import question_of
from assistant.interview.inference import Posterior
from assistant.interview.model import Question, Value
from assistant.interview.state import State, Turned, fold
from assistant.planning.plan import Plan
from assistant.steps import Steps
from assistant.storage.log import Conflict

if TYPE_CHECKING:
    from assistant.advisor import Advisor
    from assistant.planning.what_if import WhatIf

_TRIES = 5


class Turn(Value):
    """The advisor's answer to one step of the person.

    ``seq`` is the step's place in the log, by which it can be edited; ``found`` is what was newly understood.
    """

    seq: int
    text: str
    question: Question | None
    assessment: Assessment
    done: bool
    found: tuple[Evidence, ...] = ()
    facts: tuple[Fact, ...] = ()


class Session:
    """A conversation. Not for use by several threads at once; several processes may share one through the log."""

    def __init__(self, advisor: "Advisor", session_id: str) -> None:
        self.id = session_id
        self._advisor = advisor
        self._model = advisor.model
        self._records: list[Recorded] = []
        self.repeated = False
        """Whether the last step with a key had been taken before, so that its first answer was given again."""
        self._refresh()

    # what is known

    @property
    def state(self) -> State:
        """The state that follows from the log."""
        return fold(self._records)

    @property
    def owner(self) -> str:
        """Whose session it is."""
        return self.state.owner

    @property
    def greeting(self) -> str:
        """The first words, as Markdown."""
        return self.state.greeting

    @property
    def question(self) -> Question | None:
        """The question that waits for an answer."""
        state = self.state
        return question_of(self._model, state, state.open_question)

    @property
    def evidence(self) -> list[Evidence]:
        """All evidence that counts."""
        return list(self.state.evidence)

    @property
    def facts(self) -> dict[str, Fact]:
        """The stated deployment facts."""
        return dict(self.state.facts)

    @property
    def turns(self) -> Sequence[Turned]:
        """The conversation as it stands now."""
        return self.state.turns

    @property
    def done(self) -> bool:
        """Whether the interview has enough."""
        return self.state.done

    @property
    def mendable(self) -> bool:
        """Whether something was read from the latest answer's words, so that it can be said to be misread."""
        last = self.state.turns[-1] if self.state.turns else None
        return last is not None and last.action == "said" and bool(last.evidence or last.facts)

    @property
    def assessment(self) -> Assessment:
        """Where the organisation stands by what was said so far."""
        return assess(self._model, self.state.evidence)

    def knows(self, key: str) -> bool:
        """Whether a step with this key was taken already, here or by another process."""
        if not any(r.key == key for r in self._records):
            self._refresh()
        return any(r.key == key for r in self._records)

    def reasons(self, limit: int = 5) -> tuple[Reason, ...]:
        """The evidence that moved the stage most."""
        return reasons(self._model, self.state.evidence, self.assessment.stage, limit)

    def what_would_change(self) -> tuple[Change, ...]:
        """The levels that, if they stood otherwise, would change the stage."""
        return what_would_change(self._model, Posterior(self._model, self.state.evidence))

    def missing(self) -> tuple[str, ...]:
        """What the next stage asks for and is not yet given, in words."""
        return conditions_missing(self._model, Posterior(self._model, self.state.evidence))

    # what the person does

    def say(self, text: str, key: str | None = None) -> Turn:
        """Say something; the same ``key`` again is answered with the first answer and changes nothing."""
        if not isinstance(text, str):
            raise InputError(f"A message is text, not {type(text).__name__}; send words.")
        cleaned = "".join(c for c in text if c in "\n\t" or c.isprintable()).strip()
        fault = self._unreadable(text, cleaned)
        return self._aside(fault) if fault else self._step(lambda: self._steps.said(cleaned), key)

    def choose(self, option_id: str, key: str | None = None) -> Turn:
        """Answer the open question by picking one of its options."""
        return self._step(lambda: self._steps.chosen(option_id), key)

    def skip(self, key: str | None = None) -> Turn:
        """Leave the open question unanswered; it is not asked again."""
        return self._step(lambda: self._steps.skipped(), key)

    def undo(self, key: str | None = None) -> Turn:
        """Take the last step back; what was read from it no longer counts. Nothing to undo is no error."""
        if self.state.last_action is None and not (key and self._replayed(key)):
            return self._aside("There is nothing to undo yet.")
        return self._step(lambda: [ActionUndone(target=self.state.last_action or 0)], key)

    def edit(self, seq: int, new_text: str, key: str | None = None) -> Turn:
        """Change the words of an earlier turn; they are read anew, and the assessment follows."""
        cleaned = new_text.strip()
        fault = self._unreadable(new_text, cleaned)
        if fault:
            raise InputError(fault)
        return self._step(lambda: self._steps.edited(seq, cleaned), key)

    def misread(self, key: str | None = None) -> Turn:
        """Say that the latest answer was not understood rightly: what was read from it is gone."""
        return self._step(lambda: self._steps.misread(), key)

    def reject(self, item: Evidence, key: str | None = None) -> Turn:
        """Say that a piece of evidence was read wrongly: it no longer counts."""
        home = next((t.seq for t in self.state.turns if item in t.evidence), None)
        if home is None:
            raise InputError("That piece of evidence is not in the ledger (any more); choose one that is listed.")
        return self._step(lambda: [EvidenceRemoved(target=home, indicator=item.indicator, quote=item.quote)], key)

    def attach(self, path: str | Path, key: str | None = None) -> Turn:
        """Give a document as evidence about the organisation; its passages weigh less than what is said in person."""
        from assistant.retrieval.documents import read_document

        document = Path(path)
        pages = read_document(document)
        return self._step(lambda: self._steps.attached(document, [page.text for page in pages]), key)

    def plan(self, key: str | None = None) -> Plan:
        """The roadmap and the deployment plan by what is known now; ``key`` marks the step, as in ``say``."""
        for _ in range(_TRIES):
            state = self.state
            plan = self._advisor.plan(state.evidence, state.facts)
            try:
                self._append([PlanMade(plan=plan.to_dict())], key)
            except Conflict:
                self._refresh()
                if key is None or not self.knows(key):
                    continue
            return plan
        raise Conflict("The session is busy in another window; try again in a moment.")

    def what_if(self, *changes: str) -> "WhatIf":
        """What ``changes`` such as ``peak_rps=500`` or ``usd_kwh*=2`` would make of the plan; nothing is stored."""
        from assistant.planning.changes import read_change

        state = self.state
        return self._advisor.what_if(state.evidence, state.facts, [read_change(change) for change in changes])

    def report(self, path: str | Path) -> Path:
        """Write the report; the suffix chooses the format: .md, .docx, .pdf or .json."""
        from assistant.reporting.write import write_report

        return write_report(self._advisor.report_of(self), Path(path))

    # how a step is made

    @property
    def _steps(self) -> Steps:
        return Steps(self._advisor, self._records)

    def _step(self, decide: Callable[[], list[Event]], key: str | None) -> Turn:
        """Decide on events, append them, answer. When another process was faster, read its events and decide anew."""
        for _ in range(_TRIES):
            replayed = self._replayed(key)
            self.repeated = replayed is not None
            if replayed is not None:
                return replayed
            try:
                first = self._append(decide(), key)
            except Conflict:
                self._refresh()
                continue
            return self._turn(first)
        raise Conflict("The session is busy in another window; try again in a moment.")

    def _append(self, events: Sequence[Event], key: str | None = None) -> int:
        after = self._records[-1].seq
        self._records += self._advisor.log.append(self.id, after, events, key=key)
        return after + 1

    def _refresh(self) -> None:
        after = self._records[-1].seq if self._records else 0
        self._records += self._advisor.log.read(self.id, after)

    def _replayed(self, key: str | None) -> Turn | None:
        """The first answer to a step with this key, if there was one."""
        if key is None or not self.knows(key):
            return None
        first = next((r.seq for r in self._records if r.key == key), None)
        return None if first is None else self._turn(first)

    def _turn(self, first: int) -> Turn:
        """The answer that the step at ``first`` got, with the assessment as it was after it."""
        last = max(r.seq for r in self._records if r.turn == first)
        state = fold(r for r in self._records if r.seq <= last)
        own = [r.event for r in self._records if r.turn == first]
        reply = next((e for e in own if isinstance(e, ReplyGiven)), None)
        read = [e for e in own if isinstance(e, EvidenceFound)]
        question = reply.question if reply else state.open_question
        return Turn(
            seq=first,
            text=reply.text if reply else self._acknowledged(own[0], state),
            question=question_of(self._model, state, question),
            assessment=assess(self._model, state.evidence),
            done=reply.done if reply else state.done,
            found=tuple(item for e in read for item in e.evidence),
            facts=tuple(fact for e in read for fact in e.facts),
        )

    def _acknowledged(self, event: Event, state: State) -> str:
        question = question_of(self._model, state, state.open_question)
        words = {
            "action_undone": "Taken back.",
            "evidence_removed": "Removed; it no longer counts.",
            "message_edited": "Changed, and read anew.",
        }.get(event.kind, "Noted.")
        return f"{words}\n\n{question.text}" if question else words

    def _aside(self, text: str) -> Turn:
        """An answer that changes nothing: the open question stays open."""
        state = self.state
        question = self.question
        return Turn(
            seq=self._records[-1].seq,
            text=f"{text}\n\n{question.text}" if question else text,
            question=question,
            assessment=assess(self._model, state.evidence),
            done=state.done,
        )

    def _unreadable(self, text: str, cleaned: str) -> str:
        """One clear sentence when a message cannot be read at all; empty when it can."""
        longest = self._advisor.settings.max_message_chars
        if not cleaned:
            return "That message was empty; please type an answer, pick an option, or skip the question."
        if len(text) > longest:
            return (
                f"That message has {len(text):,} characters and I read at most {longest:,}; "
                "please send the part that matters most, or upload it as a document."
            )
        if len(cleaned) * 10 < len(text) * 7 and len(text) > 20:
            return "That looks like binary data and not like text; please type your answer in words."
        return ""
