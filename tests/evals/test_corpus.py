"""The labelled corpus: well-formed, broad enough, and apart from what it is tested on."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.interview.model import LEVELS, MaturityModel
from assistant.language.judge import LABELS
from evals.overlap import Twin, triples, twins

ROOT = Path(__file__).resolve().parents[2]
EXEMPLARS = ROOT / "knowledge" / "exemplars"
CASES = ROOT / "evals" / "cases"
LEAST = {"affirmed": 12, "denied": 8, "planned": 4, "partly": 4}


def rows_of(*paths: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def rows_in(name: str) -> list[dict[str, Any]]:
    return rows_of(*sorted((EXEMPLARS / name).glob("*.jsonl")))


@pytest.fixture(scope="module")
def learned() -> dict[str, str]:
    """Every text that the readers learn from, by id."""
    return {row["id"]: row["text"] for name in ("answers", "indicators", "several", "off_topic") for row in rows_in(name)}


@pytest.fixture(scope="module")
def tested() -> dict[str, dict[str, str]]:
    """The texts of the evaluation cases, by split and id."""
    found: dict[str, dict[str, str]] = {"dev": {}, "test": {}}
    for row in rows_of(CASES / "respondents.jsonl"):
        found[row["split"]] |= {f"{row['id']}.{d}": text for d, text in row["answers"].items()}
    for row in rows_of(CASES / "probes.jsonl"):
        found[row["split"]] |= {row["id"]: f"{row['question']} {row['text']}"}
    return found


def test_ids_are_unique_and_files_belong_to_one_writer(learned: dict[str, str]) -> None:
    rows = [row for name in ("answers", "indicators", "several", "off_topic") for row in rows_in(name)]
    assert len(learned) == len(rows)
    for path in EXEMPLARS.glob("*/*.jsonl"):
        assert {row["writer"] for row in rows_of(path)} == {path.stem}, path


def test_every_indicator_has_enough_utterances_of_each_kind(model: MaturityModel) -> None:
    counts = Counter((row["indicator"], row["label"]) for row in rows_in("indicators"))
    wanted = [(name, label) for name in model.indicators for label in LEAST]
    assert not [(name, label) for name, label in wanted if counts[name, label] < LEAST[label]]


def test_every_dimension_and_level_has_a_hundred_answers(model: MaturityModel) -> None:
    counts = Counter((row["dimension"], row["level"]) for row in rows_in("answers"))
    assert not [(d.id, level) for d in model.dimensions for level in LEVELS if counts[d.id, level] < 100]


def test_references_and_labels_are_known(model: MaturityModel) -> None:
    for row in rows_in("answers"):
        assert not row.get("question") or row["question"] in model.questions, row["id"]
        assert {s["label"] for s in row.get("statements", ())} <= set(LABELS), row["id"]
    for row in rows_in("several"):
        assert set(row["indicators"]) <= set(model.indicators), row["id"]
        assert set(row["indicators"].values()) <= set(LABELS), row["id"]


def test_nothing_tested_is_a_near_duplicate_of_anything_learned(learned: dict[str, str], tested: dict[str, Any]) -> None:
    long = {name: text for name, text in learned.items() if len(triples(text)) > 3}
    for split in ("dev", "test"):
        assert twins(long, tested[split]) == []


def test_nothing_in_test_is_a_near_duplicate_of_development(tested: dict[str, dict[str, str]]) -> None:
    assert twins(tested["dev"], tested["test"]) == []


def test_scenarios_and_writers_are_on_one_side_only() -> None:
    sides: dict[str, set[str]] = {"dev": set(), "test": set()}
    for row in rows_of(CASES / "probes.jsonl"):
        sides[row["split"]] |= {row["writer"], row["scenario"]}
    assert not sides["dev"] & sides["test"]
    assert not sides["test"] & {row["writer"] for row in rows_in("answers")}


def test_a_near_duplicate_is_found() -> None:
    learned = {"a": "Aline's team gets paged when it dies in the middle of the night."}
    found = twins(learned, {"b": "Aline's team gets paged when it dies, in the middle of a night!", "c": "Nobody is paged."})
    assert [(twin.learned, twin.tested) for twin in found] == [("a", "b")]
    assert isinstance(found[0], Twin)
    assert found[0].share >= 0.5
