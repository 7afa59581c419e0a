"""Ways of asking: the product's own, and plainer ones to compare it with."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assistant.interview.followup import follow_up
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, MaturityModel, Question
from assistant.interview.selection import next_question
from assistant.interview.state import State

OWN = "adaptive"
"""The interview as people get it; the other ways are there to compare."""


@dataclass(frozen=True)
class Moment:
    """What a way of asking may look at."""

    model: MaturityModel
    unlimited: MaturityModel
    """The same without limits of patience."""
    state: State
    posterior: Posterior
    random: np.random.Generator
    product: Callable[[], Question | None]
    """What the product would ask, its follow-ups among it."""


Chooses = Callable[[Moment], Question | None]


@dataclass(frozen=True)
class Way:
    """How a way of asking goes on until it has enough (None), and what it would ask beyond that."""

    own: Chooses
    beyond: Chooses
    follows_up: bool = False
    """Whether it decides by itself what stays open and what is followed up."""


def _left(moment: Moment) -> list[Question]:
    """The anchored questions that were not asked, in the order of the files."""
    return [q for d in moment.model.dimensions for q in d.questions if q.id not in moment.state.answered]


def _product(moment: Moment) -> Question | None:
    return moment.product()


def _most_informative(moment: Moment) -> Question | None:
    """The product's follow-ups and order of asking about levels, without its limits of patience."""
    followed = follow_up(moment.model, moment.state, moment.posterior) if moment.state.turns else None
    if followed is not None:
        return followed.question
    question = next_question(moment.unlimited, moment.state, moment.posterior).question
    return question if question is not None and question.dimension in DIMENSIONS else None


def _in_order(moment: Moment) -> Question | None:
    return next(iter(_left(moment)), None)


def _first_of_each(moment: Moment) -> Question | None:
    firsts = (d.questions[0] for d in moment.model.dimensions)
    return next((q for q in firsts if q.id not in moment.state.answered), None)


def _any(moment: Moment) -> Question | None:
    left = _left(moment)
    return left[int(moment.random.integers(len(left)))] if left else None


def _least_certain(moment: Moment) -> Question | None:
    """The first unasked question of the dimension whose level is least certain, by its entropy."""
    probs = moment.posterior.levels
    entropy = -(probs * np.log(np.maximum(probs, 1e-12))).sum(axis=1)
    left = _left(moment)
    for d in np.argsort(-entropy, kind="stable"):
        question = next((q for q in left if q.dimension == DIMENSIONS[d]), None)
        if question is not None:
            return question
    return None


def _until_certain(chooses: Chooses) -> Chooses:
    """With the product's rule for when the stage is certain enough, and its limit of patience."""

    def choose(moment: Moment) -> Question | None:
        parameters, answered = moment.model.parameters, moment.state.answered
        touched = {moment.model.questions[q].dimension for q in answered}
        certain = float(moment.posterior.stage.max()) >= parameters.confident and len(touched) == len(DIMENSIONS)
        enough = certain or len(answered) >= parameters.max_questions - parameters.kept_for_plan
        return None if enough else chooses(moment)

    return choose


def _nothing(_moment: Moment) -> Question | None:
    return None


WAYS: dict[str, Way] = {
    OWN: Way(_product, _most_informative, follows_up=True),
    "fixed": Way(_in_order, _nothing),
    "random": Way(_until_certain(_any), _any),
    "short": Way(_first_of_each, _nothing),
    "least_certain": Way(_until_certain(_least_certain), _least_certain),
}
"""``fixed`` is the full questionnaire, ``short`` the first anchored question of each dimension."""
