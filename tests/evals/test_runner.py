"""The runner: real suites on a few development cases, the baseline, the report and the comparison."""

import json
from pathlib import Path

import pytest

from assistant.errors import InputError
from evals import baseline, compare, questions, report_page, respondents
from evals import cases as case_files
from evals.results import CaseResult, Measured, Run, SuiteResult
from evals.runner import run

DEV = case_files.respondents("dev")


@pytest.fixture(scope="module")
def judged() -> Run:
    return run("respondents", split="dev", limit=3)


def figure(name: str, value: float | None, better: str = "higher") -> Measured:
    return Measured(name=name, label=name, better=better, n=10, value=value)  # type: ignore[arg-type]


def test_the_real_advisor_is_judged_on_development_cases(judged: Run) -> None:
    assert judged.passed
    figures = judged.figures
    for name in ("stage_accuracy", "stage_rps", "levels_within_one", "placement_training", "placement", "facts_f1"):
        measured = figures[f"respondents.{name}"]
        assert measured.value is not None
        assert measured.low is not None
        assert measured.high is not None
        assert 0 <= measured.low <= measured.value <= measured.high <= 1
    assert figures["respondents.stage_ece"].value is None
    assert "unmeasured (3 answers" in judged.to_text()
    assert {s.group for s in judged.suites[0].slices} == {"voice", "stage"}


def test_a_run_is_json_without_nan_and_without_anybodys_words(judged: Run) -> None:
    text = json.dumps(judged.to_dict(), allow_nan=False)
    assert DEV[0].opening[:40] not in text
    assert judged.to_dict()["suites"]["respondents"]["measures"]["stage_ece"]["status"] == "unmeasured"


def test_questions_are_judged_with_the_real_knowledge_base(tmp_path: Path) -> None:
    told = run("questions", split="dev", limit=4, html=tmp_path / "report.html")
    assert told.figures["questions.ndcg_at_10"].value is not None
    assert "<h2>questions, 4 cases</h2>" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"suite": "answers"}, "'answers'.*respondents, questions, interview.*all"),
        ({"suite": "all", "engine": "oracle"}, "'oracle'.*embedded, openai"),
        ({"suite": "all", "split": "train"}, "'train'.*dev, test"),
        ({"suite": "interview", "split": "dev", "limit": 1, "bless": True}, "cannot become the baseline"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_sentence(arguments: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        run(**arguments)  # type: ignore[arg-type]


def test_below_the_baseline_a_run_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phrases_file: Path) -> None:
    monkeypatch.setattr("evals.voices.PHRASEBOOK", phrases_file)
    file = tmp_path / "baseline.json"
    assert run("interview", split="dev", simulated=1, bless=True, baseline_file=file).passed
    held = json.loads(file.read_text())
    held["embedded"]["dev"]["interview.adaptive_questions"] -= 0.5
    file.write_text(json.dumps(held))
    failed = run("interview", split="dev", simulated=1, baseline_file=file, html=tmp_path / "report.html")
    assert not failed.passed
    assert len(failed.below) == 1, "what was blessed holds in the same run again"
    assert "interview.adaptive_questions" in failed.below[0]
    assert failed.to_text().endswith("FAILED")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == page.count("<desc") == len(failed.suites[0].charts) == 3
    assert "<script" not in page
    assert "http" not in page


def test_no_baseline_is_taken_from_an_untrained_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.runner.respondent_cases", lambda _split: DEV[:1])
    monkeypatch.setattr("evals.runner._trained", lambda: False)
    with pytest.raises(InputError, match="untrained placeholder"):
        run("respondents", split="dev", bless=True, baseline_file=tmp_path / "baseline.json")
    assert not (tmp_path / "baseline.json").exists()
    assert "say nothing of the product" in run("respondents", split="dev", limit=1).to_text()


def test_the_floor_is_held_in_the_measures_own_direction() -> None:
    floors = {"a.share": 0.8, "a.error": 0.2, "b.share": 0.9}
    better = {"a.share": figure("share", 0.8 - 1e-10), "a.error": figure("error", 0.1, "lower")}
    assert not baseline.below(better, floors, ("a",))
    worse = {"a.share": figure("share", 0.79), "a.error": figure("error", 0.21, "lower")}
    assert len(baseline.below(worse, floors, ("a",))) == 2
    assert "unmeasured" in baseline.below({"a.share": figure("share", None)}, {"a.share": 0.8}, ("a",))[0]


def test_blessing_leaves_other_engines_splits_and_suites_alone(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    baseline.bless({"a.x": figure("x", 0.5), "b.y": figure("y", 0.6)}, "embedded", "dev", file)
    baseline.bless({"a.x": figure("x", 0.7), "a.told": figure("told", 3.0, "")}, "embedded", "dev", file)
    baseline.bless({"a.x": figure("x", 0.9)}, "openai", "test", file)
    assert baseline.floors("embedded", "dev", file) == {"a.x": 0.7, "b.y": 0.6}
    assert baseline.floors("openai", "test", file) == {"a.x": 0.9}
    assert baseline.floors("openai", "dev", file) == {}


def test_a_damaged_baseline_is_named(tmp_path: Path) -> None:
    (tmp_path / "baseline.json").write_text('{"embedded": 3}')
    with pytest.raises(InputError, match=r"baseline\.json: not a baseline"):
        baseline.floors("embedded", "dev", tmp_path / "baseline.json")


class Refuses:
    def assess_respondent(self, given: object) -> dict[str, object]:
        raise InputError("No.")


def test_a_case_that_cannot_be_judged_fails_the_run() -> None:
    outcomes, faults = respondents.judge(DEV[:1], Refuses())
    result = respondents.result(outcomes, faults)
    assert result.cases_total == 1
    assert all(m.value is None for m in result.measures)
    told = Run("embedded", "dev", (result,), ())
    assert not told.passed
    assert f"respondent {DEV[0].id}: No." in told.to_text()


def test_question_figures_by_hand() -> None:
    covered = case_files.QuestionCase(id="c", question="?", relevant=(("d", "s"),), answerable=True)
    uncovered = case_files.QuestionCase(id="u", question="?", relevant=(), answerable=False)
    outcomes = [
        questions.Answered(covered, (("d", "other"), ("d", "s")), (("d", "s"),), abstained=False, text=""),
        questions.Answered(uncovered, (), (), abstained=True, text=""),
        questions.Answered(uncovered, (), (), abstained=False, text=""),
    ]
    figures = {m.name: m.value for m in questions.result(outcomes).measures}
    assert figures["mrr"] == pytest.approx(0.5)
    assert figures["recall_at_5"] == 1
    assert figures["cited_right"] == 1
    assert figures["abstention_precision"] == 1
    assert figures["abstention_recall"] == pytest.approx(0.5)
    assert figures["abstention_f1"] == pytest.approx(2 / 3)


def suite_of(missed: dict[str, bool]) -> SuiteResult:
    shown = tuple(
        CaseResult(i, m, 1.0, {"stage": 1}, {"stage": 2}, f"<script>{i}</script>", ("<b>",)) for i, m in missed.items()
    )
    return SuiteResult("s", len(shown), (figure("share", sum(missed.values()) / len(missed), "lower"),), cases=shown)


def test_the_report_escapes_every_text_and_shows_misses_first() -> None:
    page = report_page.page(Run("embedded", "test", (suite_of({"good1": False, "bad1": True}),), ("x < y",)))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;bad1" in page
    assert page.index("bad1") < page.index("good1")
    assert "x &lt; y" in page
    assert "test split" in page


def test_a_comparison_tells_flips_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, missed in (("base", {"a": True, "b": False, "gone": True}), ("new", {"a": False, "b": True, "c": True})):
        (tmp_path / f"{name}.json").write_text(json.dumps(Run("embedded", "dev", (suite_of(missed),), ()).to_dict()))
    assert compare.main([str(tmp_path / "base.json"), str(tmp_path / "new.json")]) == 0
    told = capsys.readouterr().out
    assert "broken: b" in told
    assert "mended: a" in told
    assert "added: c" in told
    assert "removed: gone" in told
    assert compare.main([str(tmp_path / "none.json"), str(tmp_path / "new.json")]) == 2


def test_mcnemar_by_hand() -> None:
    assert compare.mcnemar(0, 0) == 1
    assert compare.mcnemar(5, 0) == pytest.approx(2 / 32)
    assert compare.mcnemar(3, 1) == pytest.approx(2 * 5 / 16)
