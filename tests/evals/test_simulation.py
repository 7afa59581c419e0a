"""Simulated interviews: fair to every way of asking, repeatable, and informative."""

import pytest

from assistant.interview.model import MaturityModel
from evals import interviews
from evals.cases import Respondent, respondents
from evals.simulation import WAYS, Answerer, interview


@pytest.fixture(scope="module")
def case_three() -> Respondent:
    return next(case for case in respondents("dev") if case.expected.stage == 3)


def test_a_repeat_is_the_same_to_the_bit(model: MaturityModel, case_three: Respondent) -> None:
    first, second = (interview(model, case_three, WAYS["adaptive"], 1) for _ in range(2))
    assert first == second


def test_a_question_is_answered_alike_whatever_came_before(model: MaturityModel, case_three: Respondent) -> None:
    question = model.dimensions[0].questions[0]
    early = Answerer(model, case_three, 0).answer(question, 1)
    late = Answerer(model, case_three, 0).answer(question, 9)
    assert early.text == late.text
    assert early.evidence[0].levels == late.evidence[0].levels


def test_picks_follow_the_level_with_slips(model: MaturityModel) -> None:
    picks = [
        (case.expected.levels[q.dimension], next(o.level for o in q.options if o.text == turn.text), q)
        for case in respondents("dev")[:15]
        for d in model.dimensions
        for q in d.questions[:3]
        for turn in [Answerer(model, case, 0).answer(q, 1)]
    ]
    exact = [
        abs(picked - level) == min(abs((o.level or 0) - level) for o in q.options) for level, picked, q in picks if picked
    ]
    assert 0.75 < sum(exact) / len(exact) < 0.95


def test_an_unknown_fact_is_passed_over_and_a_known_one_stated(model: MaturityModel, case_three: Respondent) -> None:
    for question in model.deployment:
        turn = Answerer(model, case_three, 0).answer(question, 1)
        assert {fact.name for fact in turn.facts} == {question.fact} & set(case_three.expected.facts)


def test_the_plain_ways_ask_what_they_say(model: MaturityModel, case_three: Respondent) -> None:
    assert interview(model, case_three, WAYS["short"]).about_levels == 8
    assert interview(model, case_three, WAYS["fixed"]).about_levels == sum(len(d.questions) for d in model.dimensions)
    assert interview(model, case_three, WAYS["random"]).about_levels <= model.parameters.max_questions


def test_the_suite_tells_every_way_and_the_paired_differences(model: MaturityModel) -> None:
    told = interviews.result(interviews.simulate(respondents("dev")[:6], model, repeats=2))
    figures = {m.name: m for m in told.measures}
    for way in WAYS:
        assert figures[f"{way}_stage_accuracy"].value is not None
    fewer = figures["adaptive_questions_minus_fixed"]
    assert fewer.high is not None
    assert fewer.high < -10
    assert figures["adaptive_stage_within_one"].value == pytest.approx(1, abs=0.2)
