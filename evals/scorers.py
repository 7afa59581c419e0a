"""Pure scorers: what was said against what was expected. None stands for "cannot be measured"; NaN never appears."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Stated = float | bool | str
"""The value of a deployment fact."""

CLASSES = 5
ECE_LEAST = 1000
"""Fewest cases for the calibration error: below, a perfect model shows an error of several points by chance alone."""
_LEAST_PROBABILITY = 1e-6
"""Log-loss is cut here, so that one certain error does not hide all else."""
_TOLERANCE = 0.05
"""Relative tolerance of a fact's number: "about 40 TB" is 40 TB, and 1 TB may be 1,000 or 1,024 GB."""


class Counts(NamedTuple):
    """Right, invented and missed items."""

    right: int
    invented: int
    missed: int


class Calibration(NamedTuple):
    """The expected calibration error, and what a perfectly calibrated model would show on as many cases."""

    error: float
    null: float


def rps(probs: Sequence[float], truth: int) -> float:
    """Ranked probability score of five probabilities for 1..5: mean squared error of the four cumulative ones.

    0 is perfect, 1 the worst; proper and ordinal: being near costs less than being far.
    """
    cumulative = np.cumsum(np.asarray(probs, float))[:-1]
    reached = np.arange(1, len(probs)) >= truth
    return float(((cumulative - reached) ** 2).mean())


def brier(probs: Sequence[float], truth: int) -> float:
    """Brier score over all classes, 0..2: summed squared error of the probabilities; ``truth`` counts from 1."""
    wanted = np.arange(1, len(probs) + 1) == truth
    return float(((np.asarray(probs, float) - wanted) ** 2).sum())


def log_loss(probs: Sequence[float], truth: int) -> float:
    """Negative natural logarithm of the probability given to the truth, cut at 1e-6."""
    return -math.log(max(float(probs[truth - 1]), _LEAST_PROBABILITY))


def confusion(truth: Sequence[int], said: Sequence[int]) -> Array:
    """Counts, shape (5, 5): row is the expected level, column the level given."""
    table = np.zeros((CLASSES, CLASSES))
    for expected, given in zip(truth, said, strict=True):
        table[expected - 1, given - 1] += 1
    return table


def kappa(table: Array) -> float | None:
    """Quadratic-weighted kappa of a confusion table, at most 1.

    None without cases, or when all cases and all answers are of one class: agreement beyond chance is then undefined.
    """
    size = len(table)
    weights = np.subtract.outer(np.arange(size), np.arange(size)) ** 2 / (size - 1) ** 2
    total = table.sum()
    if not total:
        return None
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    disagreement = float((weights * by_chance).sum())
    return 1 - float((weights * table).sum()) / disagreement if disagreement else None


def within(truth: int, said: int, distance: int = 1) -> bool:
    """Whether a level is at most ``distance`` off."""
    return abs(truth - said) <= distance


def fact_counts(expected: Mapping[str, Stated], found: Mapping[str, Stated]) -> Counts:
    """Facts that were found rightly, invented and missed; a wrong value is one invented and one missed."""
    right = sum(name in found and same_value(value, found[name]) for name, value in expected.items())
    return Counts(right, len(found) - right, len(expected) - right)


def same_value(expected: Stated, found: Stated) -> bool:
    """Equal words and truth values, numbers within 5 per cent."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, str) or isinstance(found, str):
        return expected == found
    return math.isclose(expected, found, rel_tol=_TOLERANCE)


def precision(counts: Counts) -> float | None:
    """Share of what was found that is right; None when nothing was found."""
    return _ratio(counts.right, counts.right + counts.invented)


def recall(counts: Counts) -> float | None:
    """Share of what was there that was found; None when nothing was there."""
    return _ratio(counts.right, counts.right + counts.missed)


def f1(counts: Counts) -> float | None:
    """Harmonic mean of precision and recall; None when nothing was there and nothing was found."""
    return _ratio(2 * counts.right, 2 * counts.right + counts.invented + counts.missed)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def placement_hits(acceptable: Mapping[str, Collection[str]], given: Mapping[str, str]) -> dict[str, bool]:
    """For each phase whether the decision given is an acceptable one; a phase without a decision is a miss."""
    return {phase: given.get(phase) in decisions for phase, decisions in acceptable.items()}


def calibration(confidences: Sequence[float], hits: Sequence[bool], bins: int = 10, seed: int = 1) -> Calibration | None:
    """Expected calibration error in bins of equal size, beside its value for a perfect model; None below 1,000 cases.

    The null value is the mean over 200 draws in which each answer is right with exactly its stated confidence.
    """
    if len(confidences) != len(hits):
        raise ValueError("There must be one hit or miss for each confidence.")
    if len(confidences) < ECE_LEAST:
        return None
    order = np.argsort(confidences, kind="stable")
    stated = np.asarray(confidences, float)[order]
    parts = np.array_split(np.arange(len(stated)), bins)

    def error(right: Array) -> float:
        gaps = [abs(float(stated[part].mean() - right[part].mean())) * len(part) for part in parts]
        return sum(gaps) / len(stated)

    random = np.random.default_rng(seed)
    null = [error((random.random(len(stated)) < stated).astype(float)) for _ in range(200)]
    return Calibration(error(np.asarray(hits, float)[order]), float(np.mean(null)))
