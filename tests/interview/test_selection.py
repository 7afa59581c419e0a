"""The next question: the one worth most, never one that is known, and an end."""

import numpy as np
import pytest

from assistant.interview.evidence import Fact
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.interview.picking import picked
from assistant.interview.selection import expected_gain, next_question, open_likelihoods, option_likelihoods
from assistant.interview.state import State, Turned
from tests.interview.builders import profile, stands_at


def interview(model: MaturityModel, levels: dict[str, int]) -> tuple[list[str], State]:
    """A respondent who picks the option nearest to the truth; the questions asked and the end state."""
    state, asked = State(), []
    while (question := next_question(model, state, Posterior(model, state.evidence)).question) is not None:
        asked.append(question.id)
        evidence, facts = (), ()
        if question.options:
            aim = levels.get(question.dimension, 3)
            option = min(question.options, key=lambda o: abs((o.level or aim) - aim))
            evidence, facts = picked(question, option, option.text, len(asked), model.parameters)
        turn = Turned(seq=len(asked), action="chose", text="x", question=question.id, evidence=evidence, facts=facts)
        state = state.model_copy(update={"turns": (*state.turns, turn)})
        state = State.model_validate(state.model_dump())
    return asked, state


@pytest.mark.parametrize("stage", [1, 2, 3, 4, 5])
def test_an_interview_ends_and_finds_the_stage(model: MaturityModel, stage: int) -> None:
    asked, state = interview(model, dict.fromkeys(DIMENSIONS, stage))
    posterior = Posterior(model, state.evidence)
    assert len(asked) == len(set(asked))
    assert len(asked) <= model.parameters.max_questions
    assert int(posterior.stage.argmax()) + 1 == stage
    touched = {model.questions[q].dimension for q in asked}
    assert touched >= set(DIMENSIONS)


def test_what_is_answered_or_skipped_is_never_asked_again(model: MaturityModel) -> None:
    first = next_question(model, State(), Posterior(model, ())).question
    assert first is not None
    state = State(turns=(Turned(seq=1, action="skipped", text="", question=first.id),))
    again = next_question(model, state, Posterior(model, ())).question
    assert again is not None
    assert again.id != first.id


def test_a_known_fact_is_not_asked_for(model: MaturityModel) -> None:
    evidence = profile(3, 3, 3, 3, 3, 3, 3, 3)
    told = Fact(name="data_sensitivity", value="high", quote="personal data")
    turn = Turned(seq=1, action="said", text="x", evidence=tuple(evidence), facts=(told,))
    choice = next_question(model, State(turns=(turn,)), Posterior(model, evidence))
    assert choice.question is not None
    assert choice.question.dimension == "deployment"
    assert choice.question.fact != "data_sensitivity"


def test_early_stages_are_not_asked_about_load(model: MaturityModel) -> None:
    asked, _ = interview(model, dict.fromkeys(DIMENSIONS, 1))
    assert "deployment.load" not in asked
    assert "deployment.gpus" not in asked


def test_gain_is_large_where_doubt_is_large_and_small_where_it_is_not(model: MaturityModel) -> None:
    question = next(q for q in model.all_questions if q.dimension == "data" and q.options)
    unsure = expected_gain(model, Posterior(model, ()), question)
    sure = expected_gain(model, Posterior(model, [stands_at("data", 3, 0.05)]), question)
    assert unsure > 3 * sure >= 0


def test_likelihoods_of_answers_are_distributions(model: MaturityModel) -> None:
    assert open_likelihoods(model.parameters).sum(axis=0) == pytest.approx(np.ones(5))
    for question in model.all_questions:
        if question.options and question.dimension != "deployment":
            assert option_likelihoods(question, model.parameters).sum(axis=0) == pytest.approx(np.ones(5))
