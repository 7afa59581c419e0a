"""Percentile bootstrap over respondents, seeded: the interval of a measure, and of the difference of two runs.

A respondent is drawn with all that belongs to it (eight levels, three phases, many facts): what one person says goes
together, and drawing single answers would make the interval too narrow.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Finish = Callable[[Array], float | None]
"""Makes the measure of the sum of the cases' parts, such as (hits, cases) -> hits / cases."""

SEED = 20261124
RESAMPLES = 2000
COVERAGE = 0.95


class Interval(NamedTuple):
    """A measure with its 95 per cent interval."""

    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """Second run minus first on the same cases, with its 95 per cent interval and the two-sided p-value of no difference."""

    value: float
    low: float
    high: float
    p: float


def mean(parts: Array) -> float | None:
    """The finish of a mean or a share: the first part over the second."""
    return float(parts[0] / parts[1]) if parts[1] else None


def interval(parts: Array, finish: Finish, resamples: int = RESAMPLES, seed: int = SEED) -> Interval | None:
    """The measure over all cases (``parts``, shape (cases, k)) with its interval; None when it cannot be measured."""
    value = finish(parts.sum(axis=0)) if len(parts) else None
    if value is None:
        return None
    drawn = [result for total in _draws(len(parts), resamples, seed) @ parts if (result := finish(total)) is not None]
    low, high = _limits(drawn) if drawn else (value, value)
    return Interval(value, low, high)


def difference(
    first: Array, second: Array, finish: Finish, resamples: int = RESAMPLES, seed: int = SEED
) -> Difference | None:
    """The measure of ``second`` minus that of ``first``, case by case the same respondents; None when unmeasurable."""
    if first.shape != second.shape:
        raise ValueError("A paired comparison needs the same cases in both runs.")
    if not len(first):
        return None
    before, after = finish(first.sum(axis=0)), finish(second.sum(axis=0))
    if before is None or after is None:
        return None
    counts = _draws(len(first), resamples, seed)
    pairs = zip(counts @ first, counts @ second, strict=True)
    measured = ((finish(a), finish(b)) for a, b in pairs)
    drawn = [b - a for a, b in measured if a is not None and b is not None]
    if not drawn:
        return None
    low, high = _limits(drawn)
    tail = min(sum(d <= 0 for d in drawn), sum(d >= 0 for d in drawn))
    return Difference(after - before, low, high, min(1.0, 2 * (tail + 1) / (len(drawn) + 1)))


def _draws(cases: int, resamples: int, seed: int) -> Array:
    """How often each case is drawn in each resample, shape (resamples, cases)."""
    random = np.random.default_rng(seed)
    counts: Array = random.multinomial(cases, np.full(cases, 1 / cases), size=resamples).astype(float)
    return counts


def _limits(drawn: list[float]) -> tuple[float, float]:
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)
