"""The maturity model's data, and the loader that names file, line and fault."""

import shutil
from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from assistant.interview.evidence import FACT_UNITS
from assistant.interview.model import DIMENSIONS, LEVELS, MaturityModel
from assistant.knowledge import maturity_model
from tests.conftest import ROOT


def test_every_dimension_is_complete(model: MaturityModel) -> None:
    for dimension in model.dimensions:
        for level in LEVELS[1:]:
            assert sum(i.level == level for i in dimension.indicators) >= 3, (dimension.id, level)
        assert len(dimension.questions) >= 3
        levels = {o.level for q in dimension.questions for o in q.options}
        assert levels == set(LEVELS), dimension.id


def test_questions_never_name_a_level_or_a_stage(model: MaturityModel) -> None:
    named = ["level", "maturity", "stage 1", *(stage.name.lower() for stage in model.stages if stage.name != "Active")]
    for question in model.all_questions:
        for text in (question.text, *(o.text for o in question.options)):
            assert not [word for word in named if word in text.lower()], text


def test_options_rise(model: MaturityModel) -> None:
    for dimension in model.dimensions:
        for question in dimension.questions:
            levels = [o.level or 0 for o in question.options]
            assert levels == sorted(levels), question.id


def test_every_deployment_question_sets_a_known_fact(model: MaturityModel) -> None:
    for question in model.deployment:
        assert question.fact in FACT_UNITS
        assert all(option.value is not None for option in question.options)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "knowledge" / "model", tmp_path / "model")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("dimensions/data.yaml", "level: 3,", "level: 9,", ["data.yaml:", "less than or equal to 5"]),
        ("dimensions/data.yaml", "id: data\n", "id: date\n", ["data.yaml:1", "id"]),
        ("dimensions/data.yaml", "[data.sources_known", "[data.sources_unknown", ["data.yaml", "data.sources_unknown"]),
        ("dimensions/data.yaml", "opener:", "openner:", ["data.yaml:", "openner"]),
        ("dimensions/data.yaml", "questions:\n", "questions:\n  - {{\n", ["data.yaml:", "not valid YAML"]),
        ("stages.yaml", "number: 2", "number: 7", ["stages.yaml:"]),
        ("inference.yaml", "max_questions: 18", "max_questions: many", ["inference.yaml:", "max_questions"]),
    ],
)
def test_a_damaged_file_is_named_with_its_line(copy: Path, file: str, old: str, new: str, names: list[str]) -> None:
    path = copy / "model" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(KnowledgeError) as fault:
        maturity_model.__wrapped__(copy)
    for name in names:
        assert name in str(fault.value)


def test_the_line_is_the_right_one(copy: Path) -> None:
    path = copy / "model" / "dimensions" / "data.yaml"
    lines = path.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if "data.named_owners, level: 3" in line)
    lines[at] = lines[at].replace("level: 3", "level: 0")
    path.write_text("\n".join(lines))
    with pytest.raises(KnowledgeError, match=rf"data\.yaml:{at + 1}: "):
        maturity_model.__wrapped__(copy)


def test_a_missing_file_is_one_sentence(copy: Path) -> None:
    (copy / "model" / "stages.yaml").unlink()
    with pytest.raises(KnowledgeError, match=r"stages\.yaml: cannot be read"):
        maturity_model.__wrapped__(copy)


def test_dimension_ids_are_stable() -> None:
    assert DIMENSIONS == (
        "strategy", "use_cases", "data", "infrastructure", "operations", "people", "governance", "culture",
    )  # fmt: skip
