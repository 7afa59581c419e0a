"""Short ways to say what tests of the interview talk about."""

import numpy as np
from hypothesis import strategies as st

from assistant.interview.evidence import Evidence
from assistant.interview.model import DIMENSIONS, MaturityModel


def states(indicator: str, polarity: str = "affirmed", weight: float = 0.8, source: int = 1) -> Evidence:
    """A statement about an indicator."""
    return Evidence(
        quote=f"{indicator} {polarity} {weight}",
        source=source,
        dimension=indicator.split(".")[0],
        indicator=indicator,
        polarity=polarity,
        weight=weight,
    )


def stands_at(dimension: str, level: int, spread: float = 0.2, source: int = 1) -> Evidence:
    """A whole answer that puts a dimension at a level."""
    levels = np.exp(-np.abs(np.arange(1, 6) - level) / spread)
    return Evidence(
        quote=f"{dimension} is at {level}",
        source=source,
        dimension=dimension,
        indicator=f"{dimension}.level-{level}",
        polarity="affirmed",
        weight=0.9,
        kind="level",
        levels=tuple(np.maximum(levels, 1e-9).tolist()),
    )


def profile(*levels: int) -> list[Evidence]:
    """All eight dimensions, in order, at these levels and near certain."""
    return [stands_at(dimension, level, 0.08) for dimension, level in zip(DIMENSIONS, levels, strict=True)]


def evidence_of(model: MaturityModel) -> st.SearchStrategy[list[Evidence]]:
    """Any list of statements and whole answers."""
    statement = st.builds(
        states,
        st.sampled_from(sorted(model.indicators)),
        st.sampled_from(["affirmed", "denied", "planned", "partly"]),
        st.floats(0, 1),
        st.integers(1, 9),
    )
    whole = st.builds(stands_at, st.sampled_from(DIMENSIONS), st.integers(1, 5), st.floats(0.2, 3))
    return st.lists(st.one_of(statement, whole), max_size=25)
