"""What the assessment would be once actions are finished: the same posterior over evidence that has moved on."""

from collections.abc import Collection, Sequence

import numpy as np

from assistant.interview.evidence import Evidence
from assistant.interview.inference import Array, Posterior, level_likelihoods, stage_posterior
from assistant.interview.model import DIMENSIONS, LEVELS, MaturityModel

DONE_WEIGHT = 0.8
"""How far a finished action is trusted to have made its indicators true; as an ordinary affirmation."""
ENOUGH = 0.75
"""Share of a level's indicators that have to hold for the level to be taken as reached: one of a few may be missing."""


def share(model: MaturityModel, dimension: str, level: int, holding: Collection[str]) -> float:
    """The share of a level's indicators that hold, 0..1."""
    of_level = [i.id for i in model.dimension(dimension).indicators if i.level == level]
    return sum(i in holding for i in of_level) / len(of_level) if of_level else 1.0


def reached(model: MaturityModel, dimension: str, holding: Collection[str], now: int) -> int:
    """The level that the dimension is carried to from ``now`` by the indicators that hold: level upon level."""
    level = now
    while level < LEVELS[-1] and share(model, dimension, level + 1, holding) >= ENOUGH:
        level += 1
    return level


def outlook(
    model: MaturityModel, evidence: Sequence[Evidence], now: Posterior, holding: Collection[str], done: Collection[str]
) -> Posterior:
    """The posterior when the indicators ``done`` have become true, beside those ``holding`` today.

    They count as affirmed, and what was said against them no longer counts. A whole answer or a picked option describes
    the level of the day it was given: it moves up by as many levels as the finished actions have carried its dimension.
    """
    levels = now.median_levels
    later = [
        item
        for dimension, level in levels.items()
        for item in _later(model, [e for e in evidence if e.dimension == dimension], dimension, level, holding, done)
    ]
    return Posterior(model, later)


class Prospect:
    """The outlook for many sets of finished work, quickly: what is said of a dimension depends on its own work alone.

    The likelihood of a dimension's levels is kept for each set of its indicators, so that another set of finished work
    costs no more than one pass through the rule's automaton. Gives the same stages as `outlook` (a test holds them
    together).
    """

    def __init__(self, model: MaturityModel, evidence: Sequence[Evidence], now: Posterior, holding: Collection[str]) -> None:
        self._model, self._now, self._holding = model, now, frozenset(holding)
        self._levels = now.median_levels
        self._own = {d: [e for e in evidence if e.dimension == d] for d in DIMENSIONS}
        self._rows: dict[tuple[str, frozenset[str]], Array] = {}

    def row(self, dimension: str, done: frozenset[str]) -> Array:
        """The likelihood of the dimension's five levels once its indicators ``done`` are true, shape (5,)."""
        place = DIMENSIONS.index(dimension)
        if not done:
            found: Array = self._now.likelihood[place]
            return found
        if (dimension, done) not in self._rows:
            own, level = self._own[dimension], self._levels[dimension]
            later = _later(self._model, own, dimension, level, self._holding, done)
            self._rows[dimension, done] = level_likelihoods(self._model, later)[place]
        return self._rows[dimension, done]

    def likelihood(self, done: Collection[str]) -> Array:
        """The likelihood of all levels once the indicators ``done`` are true, shape (8, 5)."""
        own: dict[str, set[str]] = {d: set() for d in DIMENSIONS}
        for indicator in done:
            if indicator in self._model.indicators:
                own[self._model.indicators[indicator].dimension].add(indicator)
        return np.stack([self.row(d, frozenset(own[d])) for d in DIMENSIONS])

    def stages(self, done: Sequence[Collection[str]]) -> Array:
        """The stage's probabilities for each set of finished indicators, shape (sets, 5)."""
        return stage_posterior(self._model, np.stack([self.likelihood(one) for one in done]))


def _later(
    model: MaturityModel,
    own: Sequence[Evidence],
    dimension: str,
    level: int,
    holding: Collection[str],
    done: Collection[str],
) -> list[Evidence]:
    """The evidence on one dimension as it would be after the work."""
    rise = _rise(model, dimension, level, holding, done)
    finished = sorted(i for i in done if i in model.indicators and model.indicators[i].dimension == dimension)
    return [_moved(item, *rise) for item in own if item.indicator not in done] + [
        Evidence(
            quote="(after the action)", source="plan", dimension=dimension, indicator=i,
            polarity="affirmed", weight=DONE_WEIGHT, kind="check",
        )
        for i in finished
    ]  # fmt: skip


def _rise(
    model: MaturityModel, dimension: str, level: int, holding: Collection[str], done: Collection[str]
) -> tuple[int, float]:
    """Whole levels that the dimension rises by, and how probable one more is: the square of the way made towards it."""
    if not any(model.indicators[i].dimension == dimension for i in done if i in model.indicators):
        return 0, 0.0
    after = reached(model, dimension, {*holding, *done}, level)
    if after == LEVELS[-1]:
        return after - level, 0.0
    before = share(model, dimension, after + 1, holding)
    way = (share(model, dimension, after + 1, {*holding, *done}) - before) / max(ENOUGH - before, 0.01)
    return after - level, min(1.0, max(0.0, way)) ** 2


def _moved(item: Evidence, levels: int, further: float) -> Evidence:
    if item.levels is None or (levels == 0 and further == 0):
        return item
    near, far = _shifted(item.levels, levels), _shifted(item.levels, levels + 1)
    mixed = tuple((1 - further) * a + further * b for a, b in zip(near, far, strict=True))
    return item.model_copy(update={"levels": mixed})


def _shifted(old: tuple[float, ...], levels: int) -> tuple[float, ...]:
    """The same witness about a level that is higher by ``levels``, at most 5."""
    step = min(levels, 4 - max(range(5), key=old.__getitem__))
    return tuple(old[max(0, i - step)] for i in range(5))
