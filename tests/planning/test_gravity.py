"""Data gravity: ways, crossover sizes, and traffic that costs by its direction."""

import pytest
from catalogue_files import catalogue
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.planning.gravity import data_movement, device_faster_above_tb, egress_gb_for, gravity
from assistant.planning.transfer import appliance, billed_gb, egress, transfer

AWS = catalogue().egress_of("aws")
DEVICE = catalogue().appliance("aws-snowball-80")
LINES = {"1 Gbit/s": 1.0, "10 Gbit/s": 10.0}


def ways(**given: object) -> dict[str, dict[str, object]]:
    found = gravity(**({"tb": 100.0, "gbps": LINES} | given)).values["ways"]  # type: ignore[arg-type]
    return {str(way["way"]): way for way in found}  # type: ignore[call-overload,index,union-attr]


@given(usd=st.floats(0.01, 1e6))
def test_the_gigabytes_for_a_sum_cost_that_sum(usd: float) -> None:
    assert egress(gb=egress_gb_for(usd, AWS) or 0, prices=AWS).number("usd") == pytest.approx(usd, rel=1e-9)


@pytest.mark.parametrize("gb", [10240, 51200, 153600])
def test_the_inverse_is_right_at_the_edges(gb: float) -> None:
    assert egress_gb_for(egress(gb=gb, prices=AWS).number("usd"), AWS) == pytest.approx(gb)


def test_a_free_first_tier_is_passed_before_anything_is_paid() -> None:
    assert egress_gb_for(8.5, catalogue().egress_of("oci")) == pytest.approx(10240 + 1000)


@pytest.mark.parametrize("gbps", [0.1, 1.0, 3.0, 10.0])
def test_at_the_crossover_line_and_device_take_as_long(gbps: float) -> None:
    size = device_faster_above_tb(gbps, 0.7, DEVICE)
    assert size is not None
    sent = appliance(tb=size, device_tb=80, copy_gbps=DEVICE.copy_gbps, shipping_days=DEVICE.shipping_days).number("days")
    assert transfer(tb=size, gbps=gbps, efficiency=0.7).number("days") == pytest.approx(sent, rel=1e-6)


def test_up_is_free_and_down_is_billed_in_steps() -> None:
    month = data_movement(up_gb=50_000, down_gb=20_480, prices=AWS)
    assert month.number("usd_up") == 0
    assert month.number("usd_month") == pytest.approx(1792)
    assert data_movement(up_gb=20_480, down_gb=0, prices=AWS).number("usd_month") == 0


def test_data_that_leaves_a_cloud_pays_and_data_that_enters_does_not() -> None:
    out, into = ways(direction="out", prices=AWS), ways(direction="in", prices=AWS)
    paid = egress(gb=billed_gb(100), prices=AWS).number("usd")
    assert out["line: 1 Gbit/s"]["usd"] == pytest.approx(paid)
    assert into["line: 1 Gbit/s"]["usd"] == 0
    assert ways(direction="out")["line: 1 Gbit/s"]["usd"] is None  # a cloud whose price is not known


def test_lines_are_hired_by_the_month_and_devices_by_the_job() -> None:
    links = tuple(row for row in catalogue().links if row.gbps == 1)
    shown = ways(tb=600.0, lines=links, device=DEVICE, direction="out", prices=AWS)
    hired = shown["private line: Direct Connect port 1 Gbit/s"]
    assert hired["days"] == pytest.approx(600e12 * 8 / 0.7e9 / 86400)
    assert hired["usd"] == pytest.approx(3 * 219 + billed_gb(600) * 0.02)  # 79 days begin a third month
    assert shown["8 x Snowball Edge storage optimised"]["usd"] == pytest.approx(8 * 300 + billed_gb(600) * 0.03)


def test_the_machines_come_to_the_data_when_it_is_late_or_dear() -> None:
    basis = {"tb": 100.0, "gbps": {"line": 1.0}, "direction": "out", "prices": AWS}
    assert gravity(**basis, difference_usd_month=1e6).values["bring_compute"] == 0  # type: ignore[arg-type]
    assert gravity(**basis, difference_usd_month=5_000).values["bring_compute"] == 1  # type: ignore[arg-type]
    assert gravity(**basis, refresh_days=13).values["bring_compute"] == 1  # type: ignore[arg-type]
    assert gravity(**basis, refresh_days=14).values["bring_compute"] == 0  # type: ignore[arg-type]


def test_the_crossover_sizes_stand_beside_the_ways() -> None:
    cross = gravity(
        tb=100, gbps=LINES, direction="out", prices=AWS, device=DEVICE, refresh_days=30, change_tb_month=23.0,
        difference_usd_month=921.60,
    ).values["crossover"]  # fmt: skip
    assert isinstance(cross, dict)
    assert cross["compute_cheaper_above_tb"] == pytest.approx(10240 * 2**30 / 1e12)
    assert cross["refresh_limit_tb"]["1 Gbit/s"] == pytest.approx(226.8)  # type: ignore[call-overload,index]
    assert cross["change_share_of_line"]["1 Gbit/s"] == pytest.approx(0.1, rel=0.01)  # type: ignore[call-overload,index]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"tb": -1}, "tb"),
        ({"tb": 1e9}, "tb"),
        ({"gbps": {"line": 0}}, "gbps"),
        ({"efficiency": 70}, "efficiency"),
        ({"direction": "up"}, "direction"),
        ({"refresh_days": 0}, "refresh_days"),
        ({"change_tb_month": -1}, "change_tb_month"),
    ],
)
def test_gravity_refuses_bad_input_by_name(change: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        gravity(**({"tb": 100.0, "gbps": LINES} | change))  # type: ignore[arg-type]
