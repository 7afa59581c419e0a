"""Constraints as people of many trades word them, and sentences that only look like constraints.

``constraint_sentences.jsonl``: a line holds ``text``, the ``facts`` it states and, where judgement may differ, those that
``may`` be read from it.
"""

import json
import math
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant.interview.evidence import FACT_UNITS, PLANNING_CLUES
from assistant.knowledge import load
from assistant.language.fact_cues import FactCues
from assistant.language.facts import FactReader
from assistant.language.scope import CueLists, Scope

MODEL = Path(__file__).parents[2] / "knowledge" / "model"
NAMES = FACT_UNITS | PLANNING_CLUES
ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in Path(__file__).with_name("constraint_sentences.jsonl").read_text(encoding="utf-8").splitlines()
]


@cache
def reader() -> FactReader:
    return FactReader(load(MODEL / "fact_cues.yaml", FactCues), Scope(load(MODEL / "cues.yaml", CueLists)))


def read(text: str) -> dict[str, Any]:
    return {fact.name: fact.value for fact in reader().read(text, None, 1)}


def same(expected: Any, found: Any) -> bool:
    if isinstance(expected, bool | str) or isinstance(found, bool | str):
        return type(expected) is type(found) and expected == found
    return math.isclose(expected, found, rel_tol=0.05)


@cache
def counts() -> tuple[Counter[str], Counter[str], Counter[str]]:
    right, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    for row in ROWS:
        found = read(row["text"])
        for name, value in row["facts"].items():
            (right if name in found and same(value, found[name]) else missed)[name] += 1
        for name, value in found.items():
            allowed = [stated[name] for stated in (row["facts"], row.get("may", {})) if name in stated]
            wrong[name] += not any(same(each, value) for each in allowed)
    return right, missed, wrong


def test_the_sentences_name_known_facts_and_many_state_nothing() -> None:
    assert len(ROWS) >= 250
    assert len({row["text"] for row in ROWS}) == len(ROWS)
    assert all(set(row["facts"]) | set(row.get("may", {})) <= set(NAMES) for row in ROWS)
    assert sum(not row["facts"] for row in ROWS) >= len(ROWS) / 4


@pytest.mark.parametrize("name", sorted({name for row in ROWS for name in row["facts"]}))
def test_each_fact_is_read_and_not_invented(name: str) -> None:
    right, missed, wrong = (count[name] for count in counts())
    assert right / (right + missed) >= 0.85, (right, missed)
    assert right / (right + wrong) >= 0.95, (right, wrong)


def test_hardly_anything_is_invented_and_little_is_missed() -> None:
    right, missed, wrong = (count.total() for count in counts())
    assert right / (right + wrong) >= 0.98
    assert right / (right + missed) >= 0.95


def test_a_short_question_names_what_its_answer_is_about() -> None:
    assert read("GPUs? None.") == {"gpu_on_prem": 0.0}
    assert read("Should we? No.") == {}


def test_the_quote_of_a_clue_is_verbatim() -> None:
    text = "We fell trees. In the forest there is no network, so the machine must think for itself. It is fun."
    (fact,) = reader().read(text, None, 3)
    assert (fact.name, fact.value, fact.unit) == ("disconnected_site", True, "")
    assert fact.quote == "In the forest there is no network, so the machine must think for itself."


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("The guests' data is personal, I'd call it medium.", "medium"),
        ("Client audio is confidential, high.", "high"),
        ("Patient data, regulated.", "regulated"),
    ],
)
def test_how_people_grade_their_data_outweighs_its_kind(text: str, grade: str) -> None:
    assert read(text)["data_sensitivity"] == grade


@pytest.mark.parametrize("piece", ["must stay in our own ", "no foreign court may ", "no network in the forest ", "GPUs? "])
def test_a_long_message_of_constraints_is_read_in_half_a_second(piece: str) -> None:
    from time import process_time

    reader().read("We have 40 TB of data.", None, 0)
    begin = process_time()
    reader().read((piece * 20_000)[:20_000], None, 0)
    assert process_time() - begin < 0.5
