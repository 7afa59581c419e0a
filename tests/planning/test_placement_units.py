"""The same facts said in other units give the same plan: the reader turns both into one value."""

from functools import cache
from pathlib import Path

import pytest
from planning_cases import catalogue

from assistant.knowledge import load
from assistant.language.fact_cues import FactCues
from assistant.language.facts import FactReader
from assistant.language.scope import CueLists, Scope
from assistant.planning.placement import place

MODEL = Path(__file__).parents[2] / "knowledge" / "model"


@cache
def reader() -> FactReader:
    return FactReader(load(MODEL / "fact_cues.yaml", FactCues), Scope(load(MODEL / "cues.yaml", CueLists)))


def told(words):
    facts = {fact.name: fact for fact in reader().read(words, None, 1)}
    assert facts, words
    found = place(facts, 4, catalogue())
    numbers = tuple(tuple(text for text in p.flips_if if "utilisation" in text) for p in found)
    return {name: pytest.approx(fact.value) for name, fact in facts.items()}, [p.decision for p in found], numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We have 120 TB of training data.", "We have 120,000 GB of training data."),
        ("An answer has to be there within 8 ms.", "An answer has to be there within 0.008 seconds."),
        ("At the peak there are 150 requests per second.", "At the peak there are 9,000 requests per minute."),
        ("Our budget is 0.4 million dollars a year.", "Our budget is 400,000 dollars a year."),
    ],
)
def test_other_units_same_plan(one, other):
    assert told(one) == told(other)
