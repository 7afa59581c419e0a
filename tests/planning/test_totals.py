"""Totals over one, three and five years, discounted, and the tornado of what moves them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.planning.cost import capital_recovery_factor
from assistant.planning.totals import Spread, annuity, owned_total, rented_total, tornado, totals

BASIS = {"capex_usd": 250_000.0, "run_usd_year": 60_000.0, "utilisation": 0.5}
PRICES = {"on demand": 50.0, "reserved": 30.0, "three years": 20.0, "spot": 15.0}
TERMS = {"reserved": 1, "three years": 3}


def test_an_annuity_is_the_inverse_of_the_capital_recovery_factor() -> None:
    assert annuity(0.08, 5) == pytest.approx(3.99271, abs=1e-5)  # any table of annuities
    assert annuity(0.08, 5) == pytest.approx(1 / capital_recovery_factor(0.08, 5))
    assert annuity(0, 5) == 5


def test_owned_money_by_hand() -> None:
    plain = owned_total(capex_usd=100, run_usd_year=10, years=3, discount_rate=0, resale=0)
    assert plain == pytest.approx(130)
    sold = owned_total(capex_usd=100, run_usd_year=10, years=3, discount_rate=0.1, resale=1)
    assert sold == pytest.approx(100 + 10 / 1.1 + 10 / 1.21 + 10 / 1.331 - 40 / 1.331)
    assert owned_total(capex_usd=100, run_usd_year=0, years=5, discount_rate=0.1, resale=1) == pytest.approx(100)


def test_rented_money_by_hand() -> None:
    plain = rented_total(usd_hour=2, utilisation=0.5, years=3, discount_rate=0, extra_usd_year=7)
    assert plain == pytest.approx(3 * (8760 + 7))
    bound = rented_total(usd_hour=2, utilisation=0.5, years=3, discount_rate=0, committed_years=1, extra_usd_year=0)
    assert bound == pytest.approx(3 * 2 * 8760)  # a commitment is paid, used or not
    assert rented_total(usd_hour=2, utilisation=1, years=1, discount_rate=0, committed_years=3, extra_usd_year=0) is None


def test_every_way_stands_beside_the_others() -> None:
    made = totals(
        **BASIS, rented_usd_hour=PRICES, committed_years=TERMS, fixed_usd_year={"token API": 12_000}, discount_rate=0
    )  # type: ignore[arg-type]
    usd = made.values["usd"]
    assert isinstance(usd, dict)
    assert set(usd) == {"owned", *PRICES, "token API"}
    assert usd["three years"] == {"1": None, "3": pytest.approx(20 * 8760 * 3), "5": None}
    assert usd["spot"]["5"] == pytest.approx(15 * 4380 * 5)  # type: ignore[call-overload,index]
    assert made.values["cheapest"] == {"1": "token API", "3": "token API", "5": "token API"}


@given(price=st.floats(1, 200), used=st.floats(0.05, 1), rate=st.floats(0, 0.2), resale=st.floats(0, 1))
def test_a_longer_horizon_never_makes_owning_look_worse(price: float, used: float, rate: float, resale: float) -> None:
    shares = []
    for years in (1, 3, 5):
        owned = owned_total(capex_usd=250_000, run_usd_year=60_000, years=years, discount_rate=rate, resale=resale)
        rented = rented_total(usd_hour=price, utilisation=used, years=years, discount_rate=rate, extra_usd_year=0)
        assert rented is not None
        shares.append(owned / rented)
    assert shares[0] >= shares[1] - 1e-9 >= shares[2] - 2e-9


@given(price=st.floats(1, 200), cheaper=st.floats(0.1, 1))
def test_a_cheaper_cloud_never_makes_owning_the_cheapest(price: float, cheaper: float) -> None:
    dear = totals(**BASIS, rented_usd_hour={"cloud": price}).values["cheapest"]  # type: ignore[arg-type]
    cheap = totals(**BASIS, rented_usd_hour={"cloud": price * cheaper}).values["cheapest"]  # type: ignore[arg-type]
    assert isinstance(dear, dict)
    assert isinstance(cheap, dict)
    assert all(cheap[y] == "cloud" for y in dear if dear[y] == "cloud")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"capex_usd": -1}, "capex_usd"),
        ({"utilisation": 0}, "utilisation"),
        ({"discount_rate": -0.01}, "discount_rate"),
        ({"discount_rate": 8}, "discount_rate"),
        ({"resale": 2}, "resale"),
        ({"horizons": ()}, "horizons"),
        ({"horizons": (1.5,)}, "horizons"),
        ({"rented_usd_hour": {"cloud": 0}}, "usd_hour"),
    ],
)
def test_totals_refuse_bad_input_by_name(change: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        totals(**({**BASIS, "rented_usd_hour": PRICES} | change))  # type: ignore[arg-type]


def price_and_use(at: Mapping[str, float]) -> dict[str, float]:
    return {"owned": 100.0, "rented": at["price"] * at["use"]}


SPREADS = [
    Spread(name="use", low=9, base=10, high=11, unit="h", ground="measured"),
    Spread(name="price", low=5, base=8, high=12, unit="USD", ground="offers"),
]


def test_the_tornado_is_widest_first_and_says_what_turns_the_decision() -> None:
    made = tornado(price_and_use, SPREADS)
    assert made.values["base_usd"] == {"owned": 100.0, "rented": 80.0, "saving": -20.0}
    first, second = made.values["rows"]  # type: ignore[misc]
    assert (first["input"], first["swing"], first["turns"]) == ("price", 70.0, True)  # type: ignore[call-overload,index]
    assert (second["saving_low"], second["saving_high"]) == (-28.0, -12.0)  # type: ignore[call-overload,index]
    assert second["turns"] is False  # type: ignore[call-overload,index]


def test_a_range_holds_its_base() -> None:
    with pytest.raises(InputError, match="`use`"):
        tornado(price_and_use, [SPREADS[0].model_copy(update={"base": 20})])
    with pytest.raises(InputError, match="spreads"):
        tornado(price_and_use, [])
