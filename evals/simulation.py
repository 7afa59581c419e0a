"""Simulated interviews: how many questions are asked, and how good the stage then is, beside plainer ways of asking.

A simulated respondent knows the levels that a case's texts support and slips now and then. Slips follow a process of their
own (a neighbouring answer, now and then any answer) and not the engine's model, or the engine would be judged by itself.
Only the pure core of the interview runs: nothing is read and nothing is worded, so a question takes milliseconds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

import numpy as np

from assistant.interview.assessment import assess
from assistant.interview.evidence import FACT_UNITS, Evidence, Fact
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, LEVELS, MaturityModel, Option, Question
from assistant.interview.picking import picked
from assistant.interview.selection import next_question, open_likelihoods
from assistant.interview.state import State, Turned
from evals.cases import Respondent

C = TypeVar("C")

PICK_SLIP = 0.15
"""Share of picked options that are a neighbour of the right one."""
WORDS_SLIP = 0.35
"""Share of open answers that are read one level off: reading words is worse than a click."""
WILD = 0.03
"""Share of answers of either kind that are anything at all."""
REPEATS = 3
"""Interviews simulated for each case, each with slips of its own."""


@dataclass(frozen=True)
class Interview:
    """One simulated interview and what came of it."""

    case: Respondent
    repeat: int
    about_levels: int
    """Questions asked about the eight dimensions."""
    about_facts: int
    """Questions asked for deployment facts."""
    stage: int
    stage_probs: tuple[float, ...]
    levels: dict[str, int]
    rule_stage: int
    """The stage that the rubric's rule gives to the case's levels: no interview can know more."""


class Answerer:
    """A simulated respondent. The same case and repeat answer a question alike, whatever way of asking meets it."""

    def __init__(self, model: MaturityModel, case: Respondent, repeat: int) -> None:
        self._model, self._case, self._repeat = model, case, repeat

    def answer(self, question: Question, seq: int) -> Turned:
        """The turn in which the question is answered, with the evidence or the fact that follows."""
        random = np.random.default_rng([crc32(f"{self._case.id}/{question.id}".encode()), self._repeat])
        if question.fact is not None:
            return self._fact(question, seq)
        level = self._case.expected.levels[question.dimension]
        if not question.options:
            return self._words(question, seq, level, random)
        option = _slipped(question.options, _typical(question.options, level, random), PICK_SLIP, random)
        evidence, facts = picked(question, option, option.text, seq, self._model.parameters)
        return Turned(seq=seq, action="chose", text=option.text, question=question.id, evidence=evidence, facts=facts)

    def _words(self, question: Question, seq: int, level: int, random: np.random.Generator) -> Turned:
        read = _slipped(LEVELS, level, WORDS_SLIP, random)
        likelihood = open_likelihoods(self._model.parameters)[read - 1]
        first, second, third, fourth, fifth = (float(value) for value in likelihood / likelihood.max())
        item = Evidence(
            quote=f"{question.dimension} in own words",
            source=seq,
            dimension=question.dimension,
            indicator=f"{question.dimension}.level-{read}",
            polarity="affirmed",
            weight=self._model.parameters.open_reliability,
            kind="level",
            levels=(first, second, third, fourth, fifth),
        )
        return Turned(seq=seq, action="said", text=item.quote, question=question.id, evidence=(item,))

    def _fact(self, question: Question, seq: int) -> Turned:
        """The fact as the case states it; a respondent who does not know it says so."""
        name = question.fact or ""
        if name not in self._case.expected.facts:
            return Turned(seq=seq, action="skipped", text="", question=question.id, unknown=True)
        value = self._case.expected.facts[name]
        fact = Fact(name=name, value=value, unit=FACT_UNITS[name], quote=f"{name}: {value}", source=seq)
        return Turned(seq=seq, action="said", text=fact.quote, question=question.id, facts=(fact,))


def _typical(options: Sequence[Option], level: int, random: np.random.Generator) -> Option:
    """The option nearest to the level; of two as near, either."""
    distance = [abs((option.level or level) - level) for option in options]
    nearest = [option for option, far in zip(options, distance, strict=True) if far == min(distance)]
    return nearest[int(random.integers(len(nearest)))]


def _slipped(choices: Sequence[C], right: C, slip: float, random: np.random.Generator) -> C:
    """The right choice, now and then a neighbour of it, and rarely any at all."""
    chance = random.random()
    place = list(choices).index(right)
    if chance < WILD:
        return choices[int(random.integers(len(choices)))]
    if chance < WILD + slip:
        near = [p for p in (place - 1, place + 1) if 0 <= p < len(choices)]
        return choices[near[int(random.integers(len(near)))]]
    return choices[place]


Way = Callable[[MaturityModel, State, Posterior, np.random.Generator], Question | None]
"""A way of asking: the next question, or None when enough was asked."""


def adaptive(model: MaturityModel, state: State, posterior: Posterior, _random: np.random.Generator) -> Question | None:
    """The interview as it is: the question worth most, until nothing is."""
    return next_question(model, state, posterior).question


def fixed(model: MaturityModel, state: State, _posterior: Posterior, _random: np.random.Generator) -> Question | None:
    """The full questionnaire: every anchored question, in the order in which it stands in the files."""
    return next((q for d in model.dimensions for q in d.questions if q.id not in state.answered), None)


def short_form(model: MaturityModel, state: State, _posterior: Posterior, _random: np.random.Generator) -> Question | None:
    """The static short form: the first anchored question of each dimension."""
    return next((q for d in model.dimensions for q in d.questions[:1] if q.id not in state.answered), None)


def random_order(model: MaturityModel, state: State, posterior: Posterior, random: np.random.Generator) -> Question | None:
    """Anchored questions in random order, with the interview's own rule for when the stage is certain enough."""
    parameters = model.parameters
    left = [q for d in model.dimensions for q in d.questions if q.id not in state.answered]
    certain = float(posterior.stage.max()) >= parameters.confident
    touched = {model.questions[q].dimension for q in state.answered}
    if not left or len(state.answered) >= parameters.max_questions or (certain and len(touched) == len(DIMENSIONS)):
        return None
    return left[int(random.integers(len(left)))]


WAYS: dict[str, Way] = {
    "adaptive": adaptive,
    "fixed": fixed,
    "random": random_order,
    "short": short_form,
}


def interview(model: MaturityModel, case: Respondent, way: Way, repeat: int = 0) -> Interview:
    """One interview from the first question to the last."""
    person = Answerer(model, case, repeat)
    random = np.random.default_rng([crc32(case.id.encode()), repeat])
    state = State()
    posterior = Posterior(model, ())
    while (question := way(model, state, posterior, random)) is not None:
        turn = person.answer(question, len(state.turns) + 1)
        state = State(turns=(*state.turns, turn))
        if turn.evidence:
            posterior = Posterior(model, state.evidence)
    view = assess(model, state.evidence, posterior)
    about_facts = sum(model.questions[q].dimension == "deployment" for q in state.answered)
    return Interview(
        case=case,
        repeat=repeat,
        about_levels=len(state.answered) - about_facts,
        about_facts=about_facts,
        stage=view.stage,
        stage_probs=view.stage_probs,
        levels={d: part.level for d, part in view.dimensions.items()},
        rule_stage=model.stage_of(case.expected.levels),
    )
