"""What the assessment would be once actions are finished: the same posterior over evidence that has moved on."""

from collections.abc import Collection, Sequence

from assistant.interview.evidence import Evidence
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, LEVELS, MaturityModel

DONE_WEIGHT = 0.8
"""How far a finished action is trusted to have made its indicators true; as an ordinary affirmation."""
ENOUGH = 0.75
"""Share of a level's indicators that have to hold for the level to be taken as reached: one of a few may be missing."""


def reached(model: MaturityModel, dimension: str, holding: Collection[str]) -> int:
    """The highest level of the dimension at and below which enough indicators hold."""
    level = 1
    for candidate in LEVELS[1:]:
        of_level = [i.id for i in model.dimension(dimension).indicators if i.level == candidate]
        if sum(i in holding for i in of_level) < ENOUGH * len(of_level):
            break
        level = candidate
    return level


def outlook(
    model: MaturityModel, evidence: Sequence[Evidence], now: Posterior, holding: Collection[str], done: Collection[str]
) -> Posterior:
    """The posterior when the indicators ``done`` have become true, beside those ``holding`` today.

    They count as affirmed, and what was said against them no longer counts. A whole answer or a picked option describes
    the level of the day it was given: it moves up by as many levels as the finished actions have carried its dimension.
    """
    rise = {
        dimension: max(0, reached(model, dimension, {*holding, *done}) - int(now.levels[row].argmax()) - 1)
        for row, dimension in enumerate(DIMENSIONS)
    }
    later = [_moved(item, rise[item.dimension]) for item in evidence if item.indicator not in done]
    later += [
        Evidence(
            quote="(after the action)", source="plan", dimension=model.indicators[i].dimension, indicator=i,
            polarity="affirmed", weight=DONE_WEIGHT,
        )
        for i in sorted(done)
        if i in model.indicators
    ]  # fmt: skip
    return Posterior(model, later)


def _moved(item: Evidence, levels: int) -> Evidence:
    if item.levels is None or levels == 0:
        return item
    old = item.levels
    peak = max(range(5), key=old.__getitem__)
    step = min(levels, 4 - peak)
    first, second, third, fourth, fifth = (old[max(0, i - step)] for i in range(5))
    return item.model_copy(update={"levels": (first, second, third, fourth, fifth)})
