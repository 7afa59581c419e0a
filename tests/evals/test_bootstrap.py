"""The bootstrap: it covers, repeats to the bit, and uses the pairing."""

import numpy as np
import pytest

from evals.bootstrap import Array, difference, interval, mean


def shares(hits: Array) -> Array:
    return np.column_stack([hits, np.ones(len(hits))])


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        found = interval(shares((random.random(80) < 0.7).astype(float)), mean, resamples=400)
        assert found is not None
        held += found.low <= 0.7 <= found.high
    assert 0.88 <= held / 200 <= 0.99


def test_a_respondents_answers_are_drawn_together() -> None:
    alike = np.array([[8.0, 8.0], [0.0, 8.0]] * 20)
    mixed = np.array([[4.0, 8.0]] * 40)
    clustered, even = interval(alike, mean), interval(mixed, mean)
    assert clustered is not None
    assert even is not None
    assert clustered.value == even.value == pytest.approx(0.5)
    assert clustered.high - clustered.low > 0.25
    assert even.high == even.low


def test_the_same_seed_gives_the_same_interval_to_the_bit() -> None:
    parts = shares(np.array([1.0, 0.0, 1.0, 1.0, 0.0]))
    assert interval(parts, mean) == interval(parts, mean)


def test_nothing_to_measure_gives_no_interval() -> None:
    assert interval(np.empty((0, 2)), mean) is None
    assert interval(np.zeros((3, 2)), mean) is None


def test_pairing_sees_a_small_steady_gain() -> None:
    random = np.random.default_rng(5)
    before = random.normal(0, 1, 60)
    found = difference(shares(before), shares(before + 0.1 + random.normal(0, 0.02, 60)), mean)
    assert found is not None
    assert found.low > 0.08
    assert found.high < 0.12
    assert found.p < 0.01


def test_no_difference_is_told_as_none() -> None:
    same = shares(np.array([1.0, 0.0, 1.0]))
    found = difference(same, same, mean)
    assert found is not None
    assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_a_pairing_needs_the_same_cases() -> None:
    with pytest.raises(ValueError, match="same cases"):
        difference(np.zeros((2, 2)), np.zeros((3, 2)), mean)
