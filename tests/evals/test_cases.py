"""The case files: they load, the splits are apart, and a fault is named with its line."""

import json
from pathlib import Path

import pytest

from assistant.errors import InputError
from evals.cases import FOLDER, QuestionCase, questions, respondents


def test_all_cases_load_and_the_splits_are_apart() -> None:
    dev, test = respondents("dev"), respondents("test")
    assert min(len(dev), len(test)) >= 60
    public = [case for case in (*dev, *test) if case.source is not None]
    assert 2 * len(public) >= len(dev) + len(test)
    assert not {case.id for case in dev} & {case.id for case in test}
    assert not {case.opening for case in dev} & {case.opening for case in test}


def test_both_splits_hold_every_stage_and_voice() -> None:
    for split in ("dev", "test"):
        cases = respondents(split)
        assert {case.expected.stage for case in cases} == {1, 2, 3, 4, 5}
        assert len({case.voice for case in cases}) >= 10


def test_questions_are_split_by_their_id_alone() -> None:
    dev, test = questions("dev"), questions("test")
    assert len(dev) + len(test) == 252
    assert min(len(dev), len(test)) >= 20
    for cases in (dev, test):
        assert {case.answerable for case in cases} == {True, False}
    moved = QuestionCase(id=dev[0].id, question="Something else?", relevant=(), answerable=False)
    assert moved.split == "dev"


def test_questions_name_sections_that_the_guidance_has() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (FOLDER.parents[1] / "knowledge/guidance").glob("*.md")}
    faults = [
        case.id
        for case in (*questions("dev"), *questions("test"))
        for document, section in case.relevant
        if f"## {section}\n" not in texts.get(document, "")
    ]
    assert not faults


def test_what_the_advisor_sees_holds_no_expectation() -> None:
    given = respondents("dev")[0].given()
    assert set(given) == {"id", "opening", "answers", "constraints_text"}


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(InputError, match=r"'train'.*dev, test"):
        respondents("train")


def good() -> dict[str, object]:
    return respondents("dev")[0].model_dump(mode="json")


def test_every_fault_is_told_with_file_line_and_place(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    wrong = good() | {"id": "x2", "expected": {**respondents("dev")[0].expected.model_dump(mode="json"), "stage": 9}}
    file.write_text("\n".join([json.dumps(good()), "", "{not json", json.dumps(wrong), json.dumps(good())]))
    with pytest.raises(InputError) as caught:
        respondents("dev", file)
    told = str(caught.value)
    assert "cases.jsonl:3: not valid JSON" in told
    assert "cases.jsonl:4: expected.stage" in told
    assert "cases.jsonl:5: id" in told
    assert "line 1" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"acceptable_stages": [5]}, "acceptable_stages must hold"),
        ({"levels": {"strategy": 1}}, "levels must name exactly"),
        ({"placement": {"training": ["cloud"]}}, "placement must give"),
        ({"facts": {"moon_phase": 1}}, "unknown facts moon_phase"),
    ],
)
def test_an_incoherent_expectation_is_a_fault(tmp_path: Path, change: dict[str, object], told: str) -> None:
    case = good()
    case["expected"] = {**respondents("dev")[0].expected.model_dump(mode="json"), **change}
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps(case))
    with pytest.raises(InputError, match=told):
        respondents("dev", file)


def test_an_answerable_question_names_sections(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": "q", "question": "Why?", "relevant": [], "answerable": true}\n')
    with pytest.raises(InputError, match=r"questions\.jsonl:1: .*names relevant sections"):
        questions("dev", file)


def test_missing_and_empty_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.jsonl: cannot be read"):
        questions("dev", tmp_path / "gone.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(InputError, match=r"empty\.jsonl:1: there are no cases"):
        questions("dev", tmp_path / "empty.jsonl")
