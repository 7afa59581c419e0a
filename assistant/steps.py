"""What each step of a conversation means: the events that follow from what the person did. Nothing is stored here."""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import InputError
from assistant.interview.assessment import assess
from assistant.interview.events import (
    DocumentAttached,
    Event,
    EvidenceFound,
    EvidenceRemoved,
    MessageEdited,
    MessageReceived,
    OptionChosen,
    QuestionSkipped,
    ReadingRejected,
    Recorded,
    ReplyGiven,
)
from assistant.interview.evidence import Evidence, Fact
from assistant.interview.explanation import reasons
from assistant.interview.followup import FollowUp, confirmed, follow_up, overruled, question_of
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, Question
from assistant.interview.picking import not_known, picked
from assistant.interview.selection import best_anchored, next_question
from assistant.interview.state import State, Turned, fold
from assistant.language.protocol import Situation, Understanding

if TYPE_CHECKING:
    from assistant.advisor import Advisor


class Steps:
    """Decides on the events of the next step, by the log as it stands."""

    def __init__(self, advisor: "Advisor", records: Sequence[Recorded]) -> None:
        self._advisor, self._model, self._records = advisor, advisor.model, records
        self._state = fold(records)
        self._seq = records[-1].seq + 1 if records else 1

    def said(self, text: str) -> list[Event]:
        """The person typed a message."""
        question = self._open()
        if self._advisor.supposed(text):  # answered, and nothing of it is taken for a fact
            return self._reply([MessageReceived(text=text)], Understanding(intent="question"))
        read = self._read(text, question, self._seq)
        if read.corrects and (corrected := self._corrected(text)) is not None:
            return corrected
        if read.option is not None and question is not None:
            return self.chosen(read.option)
        if read.intent == "unknown" and question is not None:
            read = read.model_copy(update={"evidence": not_known(question, text, self._seq, self._model.parameters)})
        counts = read.intent in ("answer", "unknown")  # a question that was answered, however, is not asked again
        message = MessageReceived(text=text, question=question.id if counts and question else None)
        removed: list[Event] = []
        if counts and question is not None and question.id.startswith("conflict.") and read.evidence:
            removed = self._overruled(question, "neither")  # said in other words: these hold, and neither of the two
        return self._reply([message, *removed], read)

    def chosen(self, option_id: str) -> list[Event]:
        """The person picked an option of the open question."""
        question = self._open()
        if question is None:
            raise InputError("No question is open, so there is nothing to choose; say something instead.")
        option = question.option(option_id)
        if option is None:
            known = ", ".join(o.id for o in question.options) or "none, it is an open question"
            raise InputError(f"{option_id!r} is no option of the open question; its options are: {known}.")
        event = OptionChosen(question=question.id, option=option.id, text=option.text)
        if question.id.startswith("conflict."):
            removed = self._overruled(question, option.id)
            return self._reply([event, *removed], Understanding(intent="answer", option=option.id))
        if question.id.startswith("document."):
            weighed = confirmed(question.id, option.id, self._model.parameters.in_writing)
            return self._reply([event, *([weighed] if weighed else [])], Understanding(intent="answer", option=option.id))
        evidence, facts = picked(question, option, option.text, self._seq, self._model.parameters)
        return self._reply([event], Understanding(intent="answer", evidence=evidence, facts=facts, option=option.id))

    def skipped(self) -> list[Event]:
        """The person passed over the open question."""
        return self._reply([QuestionSkipped(question=self._state.open_question)], Understanding(intent="skipped"))

    def misread(self) -> list[Event]:
        """The person says that the latest answer was read wrongly."""
        turn = self._latest()
        if turn is None:
            raise InputError("There is nothing of your last answer that counts, so nothing to take out.")
        question = self._model.questions.get(turn.question or "")
        spoken_of = [question.dimension] if question and question.dimension in DIMENSIONS else []
        spoken_of += [e.dimension for e in turn.evidence]
        read = Understanding(intent="misread")
        return self._reply([ReadingRejected(target=turn.seq)], read, instead=spoken_of)

    def edited(self, seq: int, text: str) -> list[Event]:
        """The person changed the words of an earlier turn."""
        turn = next((t for t in self._state.turns if t.seq == seq), None)
        if turn is None or turn.action not in ("said", "chose"):
            known = ", ".join(str(t.seq) for t in self._state.turns if t.action in ("said", "chose")) or "none yet"
            raise InputError(f"Turn {seq} cannot be edited; turns with words of yours are: {known}.")
        question = self._model.questions.get(turn.question or "")
        read = self._read(text, question, seq)
        option = question.option(read.option) if question and read.option else None
        evidence, facts = read.evidence, read.facts
        if question is not None and option is not None:
            evidence, facts = picked(question, option, option.text, seq, self._model.parameters)
        found = EvidenceFound(evidence=evidence, facts=facts, anchored=read.anchored)
        return [MessageEdited(target=seq, text=text), found]

    def attached(self, document: Path, pages: Sequence[str]) -> list[Event]:
        """The person gave a document; until they confirm it, its statements count less than what is said in person."""
        evidence: list[Evidence] = []
        facts: list[Fact] = []
        share, least = self._model.parameters.in_writing, self._model.parameters.least_in_writing
        for number, text in enumerate(pages, start=1):
            for passage in (p.strip() for p in text.split("\n\n")):
                if len(passage) < 20:
                    continue
                read = self._read(passage[:2000], None, document.name)
                evidence += [
                    e.model_copy(update={"page": number, "weight": e.weight * share})
                    for e in read.evidence
                    if e.kind == "indicator" and e.weight >= least
                ]
                facts += read.facts
        event = DocumentAttached(
            name=document.name,
            digest=hashlib.sha256(document.read_bytes()).hexdigest(),
            characters=sum(map(len, pages)),
        )
        return self._reply([event], Understanding(intent="answer", evidence=tuple(evidence), facts=tuple(facts)))

    # what the steps share

    def _open(self) -> Question | None:
        return question_of(self._model, self._state, self._state.open_question)

    def _read(self, text: str, question: Question | None, source: int | str) -> Understanding:
        return self._advisor.engines.reader.read(text, question, source)

    def _latest(self) -> Turned | None:
        """The latest turn with words of the person from which something was read that still counts."""
        said = [turn for turn in self._state.turns if turn.action in ("said", "chose") and (turn.evidence or turn.facts)]
        return said[-1] if said else None

    def _corrected(self, text: str) -> list[Event] | None:
        """A message that corrects an earlier answer: it is read as the answer to that question and replaces it.

        None when nothing of what was said before is about the same dimensions or facts.
        """
        latest = next((t for t in reversed(self._state.turns) if t.action in ("said", "chose") and t.question), None)
        question = self._model.questions.get(latest.question or "") if latest else None
        read = self._read(text, question, self._seq)
        if read.intent != "answer" or read.option is not None:
            return None
        whole = {e.dimension for e in read.evidence if e.kind in ("level", "check")}
        replaced: list[Event] = []
        for dimension in DIMENSIONS:
            before = [t for t in self._state.turns if any(e.dimension == dimension for e in t.evidence)]
            if dimension in whole and before:
                replaced.append(EvidenceRemoved(target=before[-1].seq, dimension=dimension))
        if not replaced and not any(fact.name in self._state.facts for fact in read.facts):
            return None
        return self._reply([MessageReceived(text=text), *replaced], read.model_copy(update={"corrects": True}))

    def _overruled(self, question: Question, option_id: str) -> list[Event]:
        return [EvidenceRemoved(target=seq, dimension=question.dimension) for seq in overruled(question.id, option_id)]

    def _reply(self, opening: list[Event], read: Understanding, instead: Sequence[str] = ()) -> list[Event]:
        """The step's own events, what was read, and the reply with the next question.

        ``instead`` names dimensions of which the next question, one with options, has to be.
        """
        before = self._state
        found, after = self._drafted(opening, read)
        posterior = Posterior(self._model, after.evidence)
        question, why = self._next(opening[0], read, after, posterior, instead)
        now = assess(self._model, after.evidence, posterior)
        situation = Situation(
            understanding=read,
            assessment=now,
            before=assess(self._model, before.evidence),
            question=question,
            why=why,
            answer=self._answer_to(opening[0], read),
            # weighing each piece takes a posterior of its own, so it is done once, when the interview ends
            reasons=reasons(self._model, after.evidence, now.stage, 3) if question is None else (),
            done=question is None,
            turn_number=len(after.turns),
            previous=before.turns[-1].reply if before.turns else before.greeting,
        )
        text = self._advisor.engines.writer.reply(situation)
        return [*opening, found, ReplyGiven(text=text, question=question.id if question else None, done=question is None)]

    def _drafted(self, opening: list[Event], read: Understanding) -> tuple[EvidenceFound, State]:
        """What was read, as an event, and the state that follows from the step so far."""
        unknown = read.intent == "unknown" and isinstance(opening[0], MessageReceived)
        found = EvidenceFound(evidence=read.evidence, facts=read.facts, unknown=unknown, anchored=read.anchored)
        draft = [Recorded(seq=self._seq + i, turn=self._seq, event=e) for i, e in enumerate([*opening, found])]
        return found, fold([*self._records, *draft])

    def _next(
        self, first: Event, read: Understanding, after: State, posterior: Posterior, instead: Sequence[str]
    ) -> tuple[Question | None, str]:
        """The next question, and why it is asked where it follows up on the answer."""
        if read.intent == "stop":
            return None, ""
        if instead and (anchored := best_anchored(self._model, after, posterior, instead)) is not None:
            return anchored, ""
        follows: FollowUp | None = None
        if read.intent == "answer" and isinstance(first, MessageReceived | OptionChosen | DocumentAttached):
            follows = follow_up(self._model, after, posterior)
        if follows is not None:
            return follows.question, follows.why
        aside = isinstance(first, DocumentAttached) or getattr(first, "question", "") is None
        stays = question_of(self._model, after, self._state.open_question) if aside else None
        stage = int(posterior.stage.argmax()) + 1
        waits = partial(self._advisor.waits_for, after.facts, stage)
        return stays or next_question(self._model, after, posterior, waits).question, ""

    def _answer_to(self, event: Event, read: Understanding) -> str | None:
        """The answer to a question that the person asked in between, with its citations; or what a supposition changes."""
        if read.intent != "question" or not isinstance(event, MessageReceived):
            return None
        if changes := self._advisor.supposed(event.text):
            return self._advisor.answer_what_if(self._state.evidence, self._state.facts, changes)
        from assistant.retrieval.grounded import with_sources

        earlier = [turn.text for turn in self._state.turns if turn.question is None]
        return with_sources(self._advisor.ask(event.text, history=earlier[-3:]))
