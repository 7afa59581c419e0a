"""Simulated interviews: respondents who answer in words are really read, and asked in the product's way and in plainer ones.

The steps of a conversation are the product's own (``assistant/steps.py``): reading, follow-ups, contradictions, corrections
and "I don't know" do here what they do there. Only the wording of replies and the storage are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast
from zlib import crc32

import numpy as np

from assistant.interview.events import Event, Recorded, ReplyGiven, SessionStarted
from assistant.interview.evidence import Fact
from assistant.interview.followup import follows_up, question_of
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, MaturityModel, Question
from assistant.interview.state import State, fold
from assistant.knowledge import maturity_model
from assistant.language.protocol import Reader, Understanding
from assistant.planning.changes import Change
from assistant.planning.deciding import waits_for
from assistant.steps import Steps
from evals.answering import Person, Persona, Reply
from evals.voices import Phrases, Voices, phrasebook, voices
from evals.ways import OWN, WAYS, Moment, Way

if TYPE_CHECKING:
    from assistant.advisor import Advisor

MOST = 42
"""Level questions after which an interview ends, however much is left to ask."""
POINTS = (*range(1, 21), 30, MOST)
"""Numbers of level questions at which the curves are drawn."""
_REMEMBERED = 20_000
_FEW = 12
"""Fewer personas than this are interviewed in one process: starting others takes longer."""


@dataclass(frozen=True)
class Standing:
    """Where an organisation seems to stand at some point of an interview."""

    stage: int
    stage_probs: tuple[float, ...]
    levels: dict[str, int]

    @classmethod
    def by(cls, posterior: Posterior) -> "Standing":
        """As the product tells it: the likeliest stage, the median levels."""
        probs = tuple(round(float(p), 9) for p in posterior.stage)
        return cls(int(posterior.stage.argmax()) + 1, probs, posterior.median_levels)


@dataclass(frozen=True)
class Interview:
    """One simulated interview and what came of it."""

    questions: int
    """Questions about the eight dimensions until the way of asking had enough; one that is put again counts again."""
    fact_questions: int
    """Questions for deployment facts."""
    follow_ups: int
    """Of the level questions those that followed up on an answer."""
    end: Standing
    """When the way of asking had enough."""
    curve: dict[int, Standing]
    """After so many level questions; going on past the end, by the same order of asking, where there is more to ask."""


@dataclass(frozen=True)
class Simulated:
    """All interviews with one persona, by way of asking."""

    persona: Persona
    runs: dict[str, tuple[Interview, ...]]


class Remembering:
    """A reader that reads the same words in answer to the same question once, whoever says them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[tuple[str, str, str], Understanding] = {}

    def read(self, text: str, question: Question | None, source: int | str) -> Understanding:
        """What the text says, stamped with its source."""
        place = (text, question.id, question.text) if question else (text, "", "")
        if place not in self._read:
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            self._read[place] = self._reader.read(text, question, 0)
        read = self._read[place]
        evidence = tuple(item.model_copy(update={"source": source}) for item in read.evidence)
        facts = tuple(fact.model_copy(update={"source": source}) for fact in read.facts)
        return read.model_copy(update={"evidence": evidence, "facts": facts})


@dataclass(frozen=True)
class _Engines:
    reader: Reader


@dataclass(frozen=True)
class Table:
    """What interviews are held with; stands in for the product's ``Advisor`` towards its steps."""

    model: MaturityModel
    engines: _Engines
    phrases: Phrases
    voices: Voices

    @classmethod
    def laid(cls, model: MaturityModel, reader: Reader, phrases: Phrases) -> "Table":
        """With a reader that remembers."""
        return cls(model, _Engines(Remembering(reader)), phrases, voices())

    def supposed(self, text: str) -> tuple[Change, ...]:  # noqa: ARG002
        """Nothing: no persona asks "what if"."""
        return ()

    def waits_for(self, facts: Mapping[str, Fact], stage: int) -> frozenset[str]:
        """The facts that the plan waits for, as the product asks for them, but without prices."""
        return waits_for(self.model, facts, stage)

    @cached_property
    def unlimited(self) -> MaturityModel:
        """The model without limits of patience, to go on asking beyond the product's end."""
        limits = {"confident": 2.0, "worth_asking": -1.0, "max_questions": 10_000, "kept_for_plan": 0}
        return self.model.model_copy(update={"parameters": self.model.parameters.model_copy(update=limits)})


class _Asks(Protocol):
    """Chooses the next question.

    ``stays`` is the one that was not answered, ``stops`` says whether the person wants to stop, ``product`` gives the
    product's own choice.
    """

    def __call__(
        self,
        state: State,
        posterior: Posterior,
        stays: Question | None,
        *,
        stops: bool,
        product: Callable[[], Question | None],
    ) -> Question | None: ...


class _Step(Steps):
    """The product's step, without wording, and with the way of asking in place of the product's choice of a question."""

    def __init__(self, table: Table, records: Sequence[Recorded], ask: _Asks) -> None:
        super().__init__(cast("Advisor", table), records)
        self._ask = ask

    def _reply(self, opening: list[Event], read: Understanding, instead: Sequence[str] = ()) -> list[Event]:
        """As the product's, but for what only its words need (two assessments, a third of the time)."""
        found, after = self._drafted(opening, read)
        question, _ = self._next(opening[0], read, after, Posterior(self._model, after.evidence), instead)
        return [*opening, found, ReplyGiven(text="", question=question.id if question else None, done=question is None)]

    def _next(
        self, first: Event, read: Understanding, after: State, posterior: Posterior, instead: Sequence[str]
    ) -> tuple[Question | None, str]:
        answered = getattr(first, "question", "") is not None
        stays = None if answered else question_of(self._model, after, self._state.open_question)
        own = super()._next
        stops = read.intent == "stop"
        product = lambda: own(first, read, after, posterior, instead)[0]  # noqa: E731
        return self._ask(after, posterior, stays, stops=stops, product=product), ""


@dataclass
class _Talk:
    """One interview as it goes on."""

    table: Table
    way: Way
    person: Person
    random: np.random.Generator
    records: list[Recorded] = field(default_factory=list)
    levels: int = 0
    facts: int = 0
    follow_ups: int = 0
    curve: dict[int, Standing] = field(default_factory=dict)
    open: Question | None = None
    end: tuple[int, int, int, Standing] | None = None

    def held(self) -> Interview:
        """The whole interview, from the first question to the last."""
        self._record([SessionStarted(owner="simulated", greeting=""), ReplyGiven(text="")])
        self._record(_Step(self.table, self.records, self._chosen).said(self.person.opening()))
        while self.open is not None and not (self.end and self.levels >= MOST):
            self._step(self.open)
        end = self.end or (self.levels, self.facts, self.follow_ups, Standing.by(self._posterior()))
        return Interview(end[0], end[1], end[2], end[3], {k: s for k, s in self.curve.items() if k in POINTS})

    def _posterior(self) -> Posterior:
        return Posterior(self.table.model, fold(self.records).evidence)

    def _record(self, events: Sequence[Event]) -> None:
        seq = len(self.records) + 1
        self.records += [Recorded(seq=seq + i, turn=seq, event=event) for i, event in enumerate(events)]

    def _step(self, question: Question) -> None:
        reply = self.person.answer(question, len(self.records) + 1)
        if not reply.corrects:
            about_level = question.dimension in DIMENSIONS
            self.levels += about_level
            self.facts += not about_level
            self.follow_ups += follows_up(question.id)
        self._record(self._done(_Step(self.table, self.records, self._chosen), reply))

    def _done(self, step: Steps, reply: Reply) -> list[Event]:
        if reply.action == "said":
            return step.said(reply.text)
        return step.chosen(reply.option) if reply.action == "chose" else step.skipped()

    def _chosen(
        self,
        state: State,
        posterior: Posterior,
        stays: Question | None,
        *,
        stops: bool,
        product: Callable[[], Question | None],
    ) -> Question | None:
        """The next question by the way of asking; beyond its own end, the one that it would have asked next."""
        if self.levels:
            self.curve[self.levels] = Standing.by(posterior)
        moment = Moment(self.table.model, self.table.unlimited, state, posterior, self.random, product)
        self.open = None if self.end or stops else self._own(moment, stays)
        if self.open is None:
            self.end = self.end or (self.levels, self.facts, self.follow_ups, Standing.by(posterior))
            self.open = stays or self.way.beyond(moment)
        return self.open

    def _own(self, moment: Moment, stays: Question | None) -> Question | None:
        return self.way.own(moment) if self.way.follows_up else stays or self.way.own(moment)


def interview(table: Table, persona: Persona, way: str, repeat: int = 0) -> Interview:
    """One interview in one of the ``WAYS`` of asking."""
    person = Person(table.model, persona, table.phrases, table.voices, repeat)
    random = np.random.default_rng([crc32(persona.sheet.id.encode()), repeat])
    return _Talk(table, WAYS[way], person, random).held()


def interviews_with(table: Table, persona: Persona, repeats: int = 1, ways: Sequence[str] = tuple(WAYS)) -> Simulated:
    """The persona interviewed in every way of asking, ``repeats`` times."""
    return Simulated(persona, {way: tuple(interview(table, persona, way, r) for r in range(repeats)) for way in ways})


@dataclass(frozen=True)
class Place:
    """Where a process finds what it needs to lay a table of its own."""

    knowledge: Path
    phrases: Path | None = None

    def table(self) -> Table:
        """A table with the embedded reader."""
        from assistant.engines import Engines
        from assistant.settings import Settings

        engines = Engines(Settings(engine="embedded", knowledge_dir=self.knowledge, _env_file=None))
        return Table.laid(engines.model, engines.embedded_reader, phrasebook(engines.model, self.phrases))


_laid: list[Table] = []
"""The table of a worker process."""


def _lay(place: Place) -> None:
    _laid[:] = [place.table()]


def _interviewed(persona: Persona) -> Simulated:
    return interviews_with(_laid[0], persona)


def simulate(personas: Sequence[Persona], place: Place, workers: int = 2, fewest: int = _FEW) -> list[Simulated]:
    """Every persona interviewed in every way, in ``workers`` processes; the result is the same for any number of them.

    Fewer personas than ``fewest`` are interviewed in this process.
    """
    if workers < 2 or len(personas) < fewest:
        table = place.table()
        return [interviews_with(table, persona) for persona in personas]
    phrasebook(maturity_model(place.knowledge), place.phrases)  # a fault is told here, and not by a broken pool
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_lay, initargs=(place,)) as pool:
        return list(pool.map(_interviewed, personas, chunksize=2))


__all__ = ["MOST", "OWN", "POINTS", "WAYS", "Interview", "Place", "Simulated", "Standing", "Table", "interview", "simulate"]
