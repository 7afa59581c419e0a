"""The posterior: exact, coherent, and true to the rubric."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.interview.assessment import assess
from assistant.interview.inference import Posterior, automaton, level_likelihoods, reading_likelihood, true_given_level
from assistant.interview.model import DIMENSIONS, MaturityModel
from tests.interview.builders import evidence_of, profile, stands_at, states

relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_sums_over_every_combination_of_levels(model: MaturityModel) -> None:
    """The automaton against all 390,625 combinations, one by one."""
    random = np.random.default_rng(4)
    weights = random.random((8, 5))
    combinations = np.array(list(itertools.product(range(5), repeat=8)))
    product = np.ones(len(combinations))
    for d in range(8):
        product *= weights[d, combinations[:, d]]
    stage = np.ones(len(combinations), dtype=int)
    for rule in model.rule:
        met = np.ones(len(combinations), dtype=bool)
        for c in rule.conditions:
            met &= sum(combinations[:, DIMENSIONS.index(d)] + 1 >= c.level for d in c.of) >= c.count
        stage[met] = np.maximum(stage[met], rule.stage)
    expected = [product[stage == k].sum() for k in range(1, 6)]
    assert automaton(model.rule).stage_weights(weights) == pytest.approx(expected, rel=1e-9)


@given(data=st.data())
@relaxed
def test_probabilities_sum_to_one(model: MaturityModel, data: st.DataObject) -> None:
    view = assess(model, data.draw(evidence_of(model)))
    assert sum(view.stage_probs) == pytest.approx(1)
    assert all(p >= 0 for p in view.stage_probs)
    for dimension in view.dimensions.values():
        assert sum(dimension.probs) == pytest.approx(1)
    assert view.confidence == pytest.approx(max(view.stage_probs))


@given(data=st.data())
@relaxed
def test_order_of_evidence_does_not_matter(model: MaturityModel, data: st.DataObject) -> None:
    evidence = data.draw(evidence_of(model))
    shuffled = data.draw(st.permutations(evidence))
    assert Posterior(model, shuffled).stage == pytest.approx(Posterior(model, evidence).stage, abs=1e-9)


@given(data=st.data())
@relaxed
def test_saying_it_again_does_not_count_again(model: MaturityModel, data: st.DataObject) -> None:
    evidence = data.draw(evidence_of(model))
    assert Posterior(model, evidence * 3).stage == pytest.approx(Posterior(model, evidence).stage, abs=1e-9)


@given(data=st.data())
@relaxed
def test_more_affirming_evidence_never_lowers_the_level_it_supports(model: MaturityModel, data: st.DataObject) -> None:
    """P(level >= the indicator's level) and P(stage >= k) rise, or stay, for every k."""
    evidence = data.draw(evidence_of(model))
    indicator = model.indicators[data.draw(st.sampled_from(sorted(model.indicators)))]
    more = [*evidence, states(indicator.id, weight=data.draw(st.floats(0, 1)))]
    before, after = Posterior(model, evidence), Posterior(model, more)
    row = DIMENSIONS.index(indicator.dimension)
    at_least = slice(indicator.level - 1, None)
    assert after.levels[row, at_least].sum() >= before.levels[row, at_least].sum() - 1e-9
    for k in range(1, 5):
        assert after.stage[k:].sum() >= before.stage[k:].sum() - 1e-9


@pytest.mark.parametrize(
    ("levels", "stage"),
    [
        ((1, 1, 1, 1, 1, 1, 1, 1), 1),
        ((3, 1, 3, 3, 3, 3, 3, 3), 1),  # no experiment, no stage 2
        ((1, 2, 1, 1, 1, 1, 1, 1), 2),
        ((4, 2, 4, 4, 4, 4, 4, 4), 2),  # everything but production
        ((2, 3, 3, 3, 2, 2, 2, 2), 2),  # production, but not within reach
        ((3, 3, 3, 3, 2, 2, 2, 2), 3),
        ((4, 4, 4, 4, 4, 3, 3, 3), 4),
        ((4, 4, 4, 4, 4, 3, 3, 2), 3),  # one dimension below 3
        ((3, 4, 4, 4, 4, 4, 3, 3), 3),  # new projects do not consider AI
        ((5, 5, 5, 5, 4, 4, 4, 5), 5),
        ((5, 5, 5, 5, 5, 5, 3, 5), 4),  # one dimension below 4
    ],
)
def test_the_rubrics_rule_decides(model: MaturityModel, levels: tuple[int, ...], stage: int) -> None:
    view = assess(model, profile(*levels))
    assert model.stage_of(dict(zip(DIMENSIONS, levels, strict=True))) == stage
    assert view.stage == stage
    assert view.confidence > 0.8


def test_no_production_means_no_stage_three_whatever_else_is_said(model: MaturityModel) -> None:
    praise = [states(i.id, weight=0.95) for i in model.indicators.values() if i.dimension != "use_cases"]
    nothing_runs = stands_at("use_cases", 2, 0.05)
    assert Posterior(model, [*praise, nothing_runs]).stage[2:].sum() < 0.02


def test_without_evidence_the_doubt_is_large(model: MaturityModel) -> None:
    assert assess(model, []).confidence < 0.4


def test_indicator_curve_rises_with_the_level(model: MaturityModel) -> None:
    for indicator in model.indicators.values():
        curve = true_given_level(indicator, model.parameters)
        assert (np.diff(curve) > 0).all()
        assert curve[indicator.level - 1] > 0.5 > curve[indicator.level - 2]


@pytest.mark.parametrize("polarity", ["affirmed", "denied", "planned", "partly"])
def test_an_unreliable_reading_says_nothing(model: MaturityModel, polarity: str) -> None:
    true, false = reading_likelihood(polarity, 0.0, model.parameters)
    assert true == pytest.approx(false)


def test_a_plan_speaks_against_rather_than_for(model: MaturityModel) -> None:
    true, false = reading_likelihood("planned", 0.9, model.parameters)
    assert true < false


def test_an_indicator_that_the_model_lost_is_ignored(model: MaturityModel) -> None:
    gone = states("data.no_such_thing_any_more")
    assert level_likelihoods(model, [gone]) == pytest.approx(np.ones((8, 5)))
