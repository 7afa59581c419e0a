"""What the assessment would be once actions are finished: the same posterior over evidence that has moved on."""

from collections.abc import Collection, Sequence

from assistant.interview.evidence import Evidence
from assistant.interview.inference import Posterior
from assistant.interview.model import LEVELS, MaturityModel

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
    rises = {dimension: _rise(model, dimension, level, holding, done) for dimension, level in now.median_levels.items()}
    later = [_moved(item, *rises[item.dimension]) for item in evidence if item.indicator not in done]
    later += [
        Evidence(
            quote="(after the action)", source="plan", dimension=model.indicators[i].dimension, indicator=i,
            polarity="affirmed", weight=DONE_WEIGHT, kind="check",
        )
        for i in sorted(done)
        if i in model.indicators
    ]  # fmt: skip
    return Posterior(model, later)


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
