"""Moving data: time, the bill on the way out, and shipped devices; the source stands in each case's id."""

import math

import pytest
from catalogue_files import catalogue
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.planning.transfer import appliance, billed_gb, egress, promotion_minutes, transfer

AWS = catalogue().egress_of("aws")
TB = 1024
"""Billed GB in what a price list calls a TB."""


@pytest.mark.parametrize(
    ("tb", "gbps", "efficiency", "hours", "tolerance"),
    [
        pytest.param(100, 10, 0.8, 27.8, 0.002, id="100 TB over 10 Gbit/s, anchors"),
        pytest.param(100, 1, 0.7, 13.2 * 24, 0.02, id="W19 100 TB over 1 Gbit/s, alelapi.github.io"),
        pytest.param(0.14, 1, 0.7, 27 / 60, 0.02, id="weights of 70B in BF16, derived"),
    ],
)
def test_copies_over_a_link(tb: float, gbps: float, efficiency: float, hours: float, tolerance: float) -> None:
    assert transfer(tb=tb, gbps=gbps, efficiency=efficiency).number("hours") == pytest.approx(hours, rel=tolerance)


def test_the_default_efficiency_is_0_8() -> None:
    assert transfer(tb=100, gbps=10).values == transfer(tb=100, gbps=10, efficiency=0.8).values


@pytest.mark.parametrize(("tb", "gbps", "advised"), [(100, 10, 0), (100, 1, 1), (25, 0.09, 1), (1, 0.05, 0), (20, 0.5, 0)])
def test_a_device_is_advised_for_weeks_of_copying_and_for_slow_links(tb: float, gbps: float, advised: int) -> None:
    assert transfer(tb=tb, gbps=gbps).values["appliance_advised"] == advised


def test_devices_travel_together_and_are_copied_side_by_side() -> None:
    shipped = appliance(tb=200, device_tb=80, copy_gbps=10, shipping_days=5)
    assert shipped.values["devices"] == 3
    assert shipped.number("days") == pytest.approx(5 + 2 * 80e12 * 8 / 10e9 / 86400)


def test_promotion_of_a_70b_model_takes_27_minutes_derived() -> None:
    assert promotion_minutes(payload_gb=140, gbps=1) == pytest.approx(27, rel=0.02)
    assert promotion_minutes(payload_gb=140, gbps=1, targets=3) == pytest.approx(80, rel=0.02)


@pytest.mark.parametrize(
    ("gb", "usd"),
    [
        pytest.param(0, 0.0, id="nothing"),
        pytest.param(1, 0.09, id="one GB"),
        pytest.param(10 * TB - 1, 921.51, id="just under 10 TB"),
        pytest.param(10 * TB, 921.60, id="exactly 10 TB"),
        pytest.param(10 * TB + 1, 921.685, id="just over 10 TB"),
        pytest.param(20 * TB, 1_792.00, id="W20 20 TB, price tiers"),
        pytest.param(50 * TB, 4_403.20, id="exactly 50 TB"),
        pytest.param(50 * TB + 1, 4_403.27, id="just over 50 TB"),
        pytest.param(100 * TB, 7_987.20, id="100 TB, derived in the correction of another planner"),
        pytest.param(150 * TB, 11_571.20, id="exactly 150 TB"),
        pytest.param(150 * TB + 1, 11_571.25, id="just over 150 TB"),
        pytest.param(200 * TB, 14_131.20, id="200 TB"),
    ],
)
def test_egress_is_marginal_and_right_at_the_edges(gb: float, usd: float) -> None:
    assert egress(gb=gb, prices=AWS).number("usd") == pytest.approx(usd, abs=0.001)


def test_the_free_allowance_comes_off_first() -> None:
    assert egress(gb=100, prices=AWS, free_allowance=True).number("usd") == 0
    assert egress(gb=200, prices=AWS, free_allowance=True).number("usd") == pytest.approx(9)


def test_a_tier_may_cost_nothing() -> None:
    oracle = catalogue().egress_of("oci")
    assert egress(gb=10 * TB, prices=oracle).number("usd") == 0
    assert egress(gb=20 * TB, prices=oracle).number("usd") == pytest.approx(10 * TB * 0.0085)


def test_billed_gb_are_binary() -> None:
    assert billed_gb(1.073741824) == pytest.approx(1000)


@given(gb=st.floats(0, 1e7), more=st.floats(0, 1e6))
def test_more_traffic_never_costs_less_nor_more_than_the_dearest_tier(gb: float, more: float) -> None:
    less, greater = egress(gb=gb, prices=AWS).number("usd"), egress(gb=gb + more, prices=AWS).number("usd")
    assert less <= greater
    assert greater <= less + more * 0.09 + 1e-6


@given(tb=st.floats(0.001, 1e6), gbps=st.floats(0.001, 1e4), faster=st.floats(1, 100))
def test_a_faster_link_never_takes_longer(tb: float, gbps: float, faster: float) -> None:
    slow = transfer(tb=tb, gbps=gbps).number("hours")
    assert transfer(tb=tb, gbps=gbps * faster).number("hours") <= slow


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"tb": 0}, "tb"),
        ({"tb": -1}, "tb"),
        ({"gbps": 0}, "gbps"),
        ({"gbps": math.nan}, "gbps"),
        ({"efficiency": 0}, "efficiency"),
        ({"efficiency": 80}, "efficiency"),
    ],
)
def test_transfer_refuses_bad_input_by_name(change: dict[str, float], named: str) -> None:
    with pytest.raises(InputError, match=named):
        transfer(**({"tb": 100.0, "gbps": 10.0} | change))


def test_egress_refuses_a_negative_volume() -> None:
    with pytest.raises(InputError, match="gb"):
        egress(gb=-1, prices=AWS)
