"""Scorers against values worked out by hand."""

import math

import numpy as np
import pytest

from evals import scorers
from evals.scorers import Counts


def test_rps_is_the_mean_squared_error_of_the_cumulative_probabilities() -> None:
    # cumulative .1 .3 .6 .9 against 0 0 1 1: (.01 + .09 + .16 + .01) / 4
    assert scorers.rps((0.1, 0.2, 0.3, 0.3, 0.1), 3) == pytest.approx(0.0675)


def test_rps_is_nought_for_certainty_and_one_for_the_opposite_end() -> None:
    assert scorers.rps((0, 0, 0, 1, 0), 4) == pytest.approx(0)
    assert scorers.rps((1, 0, 0, 0, 0), 5) == pytest.approx(1)


def test_rps_costs_less_near_than_far() -> None:
    assert scorers.rps((0, 0, 0, 1, 0), 5) == pytest.approx(0.25)
    assert scorers.rps((0, 1, 0, 0, 0), 5) == pytest.approx(0.75)


def test_brier_and_log_loss() -> None:
    probs = (0.5, 0.2, 0.1, 0.1, 0.1)
    assert scorers.brier(probs, 1) == pytest.approx(0.25 + 0.04 + 0.03)
    assert scorers.log_loss(probs, 2) == pytest.approx(-math.log(0.2))
    assert scorers.log_loss((1, 0, 0, 0, 0), 2) == pytest.approx(-math.log(1e-6))


def test_kappa_by_hand() -> None:
    # Expected 1 1 5 5, given 1 2 5 4. Weighted disagreement 2 * 1/16; by chance (weights in sixteenths, products / 4):
    # rows 1 and 5 hold 2 each, columns 1 2 4 5 hold 1 each: 2 * (0 + 1 + 9 + 16 + 16 + 9 + 1 + 0) / 4 / 16 = 26 / 16.
    table = scorers.confusion([1, 1, 5, 5], [1, 2, 5, 4])
    assert scorers.kappa(table) == pytest.approx(1 - 2 / 26)


def test_kappa_is_one_when_all_agree_and_undefined_without_variety() -> None:
    assert scorers.kappa(scorers.confusion([1, 3, 5], [1, 3, 5])) == pytest.approx(1)
    assert scorers.kappa(scorers.confusion([3, 3], [3, 3])) is None
    assert scorers.kappa(np.zeros((5, 5))) is None


def test_confusion_has_expected_levels_in_rows() -> None:
    table = scorers.confusion([2, 2, 3], [2, 4, 3])
    assert table[1, 3] == 1
    assert table.sum() == 3


def test_a_wrong_value_is_one_invented_and_one_missed() -> None:
    expected = {"has_datacentre": False, "training_data_tb": 40.0, "cloud": "aws"}
    found = {"has_datacentre": False, "training_data_tb": 400.0, "latency_ms": 20.0}
    assert scorers.fact_counts(expected, found) == Counts(right=1, invented=2, missed=2)


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        (40.0, 41.0, True),
        (40.0, 43.0, False),
        (0, 0.0, True),
        (0, False, False),
        (1, True, False),
        (True, True, True),
        ("aws", "aws", True),
        ("none", 0.0, False),
    ],
)
def test_values_are_the_same_within_five_per_cent_and_of_one_kind(
    expected: float | bool | str, found: float | bool | str, same: bool
) -> None:
    assert scorers.same_value(expected, found) is same


def test_precision_recall_and_f1() -> None:
    counts = Counts(right=3, invented=1, missed=2)
    assert scorers.precision(counts) == pytest.approx(0.75)
    assert scorers.recall(counts) == pytest.approx(0.6)
    assert scorers.f1(counts) == pytest.approx(2 * 0.75 * 0.6 / 1.35)


def test_without_anything_to_find_nothing_is_measured() -> None:
    nothing = Counts(0, 0, 0)
    assert (scorers.precision(nothing), scorers.recall(nothing), scorers.f1(nothing)) == (None, None, None)
    assert scorers.f1(Counts(0, 1, 0)) == 0


def test_placement_takes_any_acceptable_decision_and_counts_a_missing_one_as_wrong() -> None:
    acceptable = {"training": ["on-prem"], "inference": ["api", "cloud"], "customisation": ["on-prem"]}
    hits = scorers.placement_hits(acceptable, {"training": "cloud", "inference": "cloud"})
    assert hits == {"training": False, "inference": True, "customisation": False}


def test_calibration_is_silent_below_a_thousand_cases() -> None:
    assert scorers.calibration([0.8] * 999, [True] * 999) is None


def test_calibration_error_by_hand_and_beside_its_null_value() -> None:
    found = scorers.calibration([0.9] * 1000, [True, False] * 500)
    assert found is not None
    assert found.error == pytest.approx(0.4, abs=1e-9)
    assert 0 < found.null < 0.06


def test_a_calibrated_model_shows_about_the_null_value() -> None:
    random = np.random.default_rng(3)
    stated = random.uniform(0.2, 1, 2000)
    found = scorers.calibration(stated.tolist(), (random.random(2000) < stated).tolist())
    assert found is not None
    assert found.error < 2.5 * found.null


def test_calibration_needs_a_hit_for_each_confidence() -> None:
    with pytest.raises(ValueError, match="one hit or miss"):
        scorers.calibration([0.5], [])
