"""Owning, renting and metered tokens against published numbers; the source stands in each case's id."""

import math

import pytest
from catalogue_files import catalogue
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.planning.cost import (
    breakeven,
    breakeven_table,
    breakeven_utilisation,
    capital_recovery_factor,
    cost,
    energy,
    payback_months,
    rental,
    token_api,
    usd_per_million_tokens,
)

FIVE_YEARS = 5 * 8760
SALE_PRICE = 250_141.80
OWN_HOUR = 6.37

shares = st.floats(min_value=0.01, max_value=1)
money = st.floats(min_value=0.01, max_value=1e9)


@pytest.mark.parametrize(
    ("capex", "cloud", "own", "hours", "months"),
    [
        pytest.param(833_806, 98.32, 0.87, 8_556, 11.9, id="W1 Lenovo LP2225"),
        pytest.param(SALE_PRICE, 98.32, OWN_HOUR, 2_720, 3.7, id="W2 Lenovo LP2368 case 1"),
        pytest.param(SALE_PRICE, 62.92, OWN_HOUR, 4_423, 6.0, id="W3 Lenovo LP2368, one year reserved"),
        pytest.param(SALE_PRICE, 55.04, OWN_HOUR, 5_140, 7.0, id="AWS on demand, derived"),
        pytest.param(SALE_PRICE, 49.28, OWN_HOUR, 5_829, 8.0, id="CoreWeave, derived"),
        pytest.param(SALE_PRICE, 23.60, OWN_HOUR, 14_518, 19.9, id="Nebius, derived"),
    ],
)
def test_break_even(capex: float, cloud: float, own: float, hours: float, months: float) -> None:
    answer = breakeven(capex_usd=capex, cloud_usd_hour=cloud, own_usd_hour=own)
    assert answer.number("hours") == pytest.approx(hours, rel=0.001)
    assert answer.number("months") == pytest.approx(months, abs=0.3)


def test_renting_that_is_cheaper_than_running_never_breaks_even() -> None:
    answer = breakeven(capex_usd=250_000, cloud_usd_hour=23.60, own_usd_hour=OWN_HOUR, utilisation=0.2)
    assert answer.values["hours"] is None
    assert answer.values["months"] is None
    assert "Never" in answer.notes[0]
    assert answer.number("least_utilisation") == pytest.approx(0.27, abs=0.001)


@given(capex=money, cloud=money, own=st.floats(min_value=0, max_value=1e9), used=shares)
def test_a_dearer_cloud_never_lengthens_the_break_even(capex: float, cloud: float, own: float, used: float) -> None:
    cheap = breakeven(capex_usd=capex, cloud_usd_hour=cloud, own_usd_hour=own, utilisation=used).values["hours"]
    dear = breakeven(capex_usd=capex, cloud_usd_hour=2 * cloud, own_usd_hour=own, utilisation=used).values["hours"]
    if cheap is not None:
        assert dear <= cheap  # type: ignore[operator]


def test_the_table_has_a_cell_for_every_price_and_use() -> None:
    prices = {"azure": 98.32, "nebius": 23.60}
    months = breakeven_table(capex_usd=SALE_PRICE, own_usd_hour=OWN_HOUR, cloud_usd_hour=prices).values["months"]
    assert isinstance(months, dict)
    assert months["azure"]["1"] == pytest.approx(3.73, abs=0.01)  # type: ignore[call-overload,index]
    assert months["nebius"]["0.1"] is None  # type: ignore[call-overload,index]


def test_w4_maintenance_and_colocation_per_hour_lenovo_lp2368() -> None:
    owned = cost(
        servers=1, capex_usd=SALE_PRICE, years=5, power_kw=10.2, usd_kwh=0.12, maintenance=0.12, colo_usd_month=1500
    )
    parts = owned.parts("parts_usd")
    assert parts["maintenance"] / FIVE_YEARS == pytest.approx(3.42, rel=0.015)
    assert parts["colocation"] / FIVE_YEARS == pytest.approx(2.08, rel=0.015)


def test_w5_five_years_of_8xb300_lenovo_lp2368_case_2() -> None:
    on_premises, cloud = 461_567.50 + 12.6 * FIVE_YEARS, 142.42 * FIVE_YEARS
    assert on_premises == pytest.approx(1_013_447, rel=0.001)
    assert cloud == pytest.approx(6_238_000, rel=0.001)
    assert 1 - on_premises / cloud == pytest.approx(0.838, abs=0.001)
    owned = cost(servers=1, capex_usd=461_567.50, years=5, power_kw=14, usd_kwh=0.9, pue=1.0, utilisation=1.0)
    assert owned.number("usd_total") == pytest.approx(on_premises, rel=0.001)  # 14 kW x 0.9 = 12.6 USD an hour


def test_w6_amortised_hour_and_price_per_million_tokens_lenovo_lp2368() -> None:
    hour = SALE_PRICE / FIVE_YEARS + OWN_HOUR
    assert hour == pytest.approx(12.08, abs=0.005)
    own = usd_per_million_tokens(usd_hour=hour, tokens_per_second=30_576)
    azure = usd_per_million_tokens(usd_hour=98.32, tokens_per_second=30_576)
    assert own == pytest.approx(0.11, abs=0.005)
    assert azure == pytest.approx(0.89, abs=0.005)
    assert azure / own == pytest.approx(8, rel=0.03)


def test_w16_rented_hours_of_the_405b_run_lenovo_lp2225() -> None:
    assert rental(gpu_hours=39.3e6, instance_usd_hour=98.32, gpus_per_instance=8) == pytest.approx(483e6, rel=0.002)


def test_w21_a_workstation_card_against_gpt5_pan_2509_18101() -> None:
    bill = token_api(tokens_in=95e6 / 3, tokens_out=190e6 / 3, api=catalogue().api("gpt-5")).number("usd_month")
    electricity = 0.575 * 160 * 0.15
    assert payback_months(capex_usd=2000, saved_usd_month=bill - electricity) == pytest.approx(3.0, rel=0.05)
    assert payback_months(capex_usd=2000, saved_usd_month=-1) is None


@pytest.mark.parametrize(
    ("used", "usd_hour"),
    [pytest.param(0.40, 50, id="W22 at 40 %, Uptime 2025"), pytest.param(0.08, 250, id="W22 at 8 %, Uptime 2025")],
)
def test_w22_idle_hours_make_owned_hours_dear(used: float, usd_hour: float) -> None:
    # An owned hour costs 20 USD all in: 175,200 USD over one year of a server that draws next to nothing.
    owned = cost(servers=1, capex_usd=20 * 8760, years=1, power_kw=1e-9, usd_kwh=0, utilisation=used)
    assert owned.number("usd_hour") == pytest.approx(usd_hour, rel=0.1)
    assert owned.number("usd_hour_owned") == pytest.approx(20)


@pytest.mark.parametrize(
    ("owned", "cloud", "share"),
    [
        pytest.param(20, 66, 0.33, id="W22 Uptime 2025"),
        pytest.param(12.08, 55.04, 0.22, id="8xH100 against AWS, derived"),
        pytest.param(12.08 + 50_000 / 8760, 55.04, 0.32, id="with a quarter of an engineer, derived"),
        pytest.param(12.08, 23.60, 0.51, id="against Nebius, derived"),
        pytest.param(12.08 + 50_000 / 8760, 23.60, 0.75, id="against Nebius with staff, derived"),
    ],
)
def test_break_even_utilisation(owned: float, cloud: float, share: float) -> None:
    assert breakeven_utilisation(owned_usd_hour=owned, cloud_usd_hour=cloud) == pytest.approx(share, rel=0.1)


def test_energy_of_the_405b_run_is_21_6_gwh_anchors() -> None:
    assert energy(gpu_hours=30.84e6, watts=700).number("mwh") == pytest.approx(21_588)
    assert energy(gpu_hours=30.84e6, watts=700, pue=1.54).number("mwh") == pytest.approx(21_588 * 1.54)


def test_the_contracts_example_adds_up() -> None:
    owned = cost(servers=1, capex_usd=833_806, years=5, power_kw=10, usd_kwh=0.15)
    assert owned.number("usd_total") == pytest.approx(833_806 + 10 * 1.3 * FIVE_YEARS * 0.15)
    assert owned.number("usd_hour") == pytest.approx(owned.number("usd_total") / (FIVE_YEARS * 0.8))
    assert owned.number("usd_total") == pytest.approx(sum(owned.parts("parts_usd").values()))
    assert any("staff" in note for note in owned.notes)


def test_servers_add_up_and_staff_is_shared() -> None:
    one = cost(servers=1, capex_usd=250_000, years=4, power_kw=10, usd_kwh=0.1, staff_usd_year=100_000)
    four = cost(servers=4, capex_usd=250_000, years=4, power_kw=10, usd_kwh=0.1, staff_usd_year=100_000)
    assert four.number("usd_total") - 400_000 == pytest.approx(4 * (one.number("usd_total") - 400_000))
    assert four.number("usd_hour") < one.number("usd_hour")


def test_capital_costs_more_with_interest_and_less_with_a_residual() -> None:
    basis = {"servers": 1, "capex_usd": 100_000, "years": 5, "power_kw": 1, "usd_kwh": 0.1}
    plain = cost(**basis).parts("parts_usd")["hardware"]
    assert plain == pytest.approx(100_000)
    assert cost(**basis, discount_rate=0.08).parts("parts_usd")["hardware"] == pytest.approx(5 * 25_045.65, rel=1e-4)
    assert cost(**basis, residual=0.1).parts("parts_usd")["hardware"] == pytest.approx(90_000)
    assert capital_recovery_factor(1e-20, 5) == pytest.approx(0.2)


@given(used=shares, more=shares)
def test_more_use_never_makes_an_hour_dearer(used: float, more: float) -> None:
    low, high = sorted((used, more))
    basis = {"servers": 2, "capex_usd": 250_000, "years": 5, "power_kw": 10, "usd_kwh": 0.12}
    assert cost(**basis, utilisation=high).number("usd_hour") <= cost(**basis, utilisation=low).number("usd_hour")


@given(load=money, pue=st.floats(1, 3), more=st.floats(1, 2))
def test_a_worse_pue_never_saves_energy(load: float, pue: float, more: float) -> None:
    good = energy(gpu_hours=load, watts=700, pue=pue).number("mwh")
    assert energy(gpu_hours=load, watts=700, pue=pue * more).number("mwh") >= good


def test_cached_input_and_batch_mode_lower_a_token_bill() -> None:
    api = catalogue().api("gpt-5")
    full = token_api(tokens_in=1e9, tokens_out=1e8, api=api).number("usd_month")
    assert full == pytest.approx(1250 + 1000)
    assert token_api(tokens_in=1e9, tokens_out=1e8, api=api, cached=0.5).number("usd_month") == pytest.approx(
        1250 * (1 - 0.45) + 1000
    )
    assert token_api(tokens_in=1e9, tokens_out=1e8, api=api, batch=True).number("usd_month") == pytest.approx(full / 2)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"servers": 0}, "servers"),
        ({"servers": 1.5}, "servers"),
        ({"capex_usd": -1}, "capex_usd"),
        ({"years": 0}, "years"),
        ({"years": 1e9}, "years"),
        ({"power_kw": math.nan}, "power_kw"),
        ({"usd_kwh": -0.1}, "usd_kwh"),
        ({"pue": 0.99}, "pue"),
        ({"utilisation": 0}, "utilisation"),
        ({"utilisation": 1.01}, "utilisation"),
        ({"utilisation": 80}, "utilisation"),
        ({"staff_usd_year": -1}, "staff_usd_year"),
        ({"discount_rate": -0.1}, "discount_rate"),
        ({"residual": 2}, "residual"),
    ],
)
def test_cost_refuses_bad_input_by_name(change: dict[str, float], named: str) -> None:
    good = {"servers": 1, "capex_usd": 250_000, "years": 5, "power_kw": 10, "usd_kwh": 0.12}
    with pytest.raises(InputError, match=named):
        cost(**(good | change))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"capex_usd": 0}, "capex_usd"),
        ({"cloud_usd_hour": -98}, "cloud_usd_hour"),
        ({"own_usd_hour": math.inf}, "own_usd_hour"),
        ({"utilisation": 0}, "utilisation"),
    ],
)
def test_break_even_refuses_bad_input_by_name(change: dict[str, float], named: str) -> None:
    good = {"capex_usd": 250_000.0, "cloud_usd_hour": 55.04, "own_usd_hour": 6.37}
    with pytest.raises(InputError, match=named):
        breakeven(**(good | change))


@pytest.mark.parametrize("change", [{"gpu_hours": 0}, {"watts": -700}, {"pue": 0.5}])
def test_energy_refuses_bad_input_by_name(change: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(change))):
        energy(**({"gpu_hours": 1.0, "watts": 700.0} | change))
