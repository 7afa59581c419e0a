"""Every known trap of the published numbers speaks up where it is met, by name, and keeps silent elsewhere."""

from collections.abc import Callable

import pytest
from catalogue_files import catalogue

from assistant.planning.calculation import Calculation
from assistant.planning.calculators import CALCULATORS
from assistant.planning.catalogue import Trap
from assistant.planning.cost import breakeven, breakeven_table, cost, token_api
from assistant.planning.sizing import finetune, train
from assistant.planning.traps import met, warnings

H100 = catalogue().gpu("h100-sxm")
OWN = {"servers": 1, "capex_usd": 250_000, "years": 5, "power_kw": 10, "usd_kwh": 0.12}


def api(name: str) -> Calculation:
    return token_api(tokens_in=1e6, tokens_out=1e6, api=catalogue().api(name))


def even(cloud: float, own: float = 9.0, used: float = 1.0) -> Calculation:
    return breakeven(capex_usd=250_000, cloud_usd_hour=cloud, own_usd_hour=own, utilisation=used)


def table(**prices: float) -> Calculation:
    return breakeven_table(capex_usd=250_000, own_usd_hour=9.0, cloud_usd_hour=prices)


def run(params: float, tokens: float, mfu: float) -> Calculation:
    return train(params=params, tokens=tokens, gpu=H100, mfu=mfu)


CASES: list[tuple[str, Callable[[], Calculation], Callable[[], Calculation]]] = [
    ("lenovo-power", lambda: even(55.04, own=0.87), lambda: even(55.04, own=9.0)),
    ("lenovo-power", lambda: even(55.04, own=6.37), lambda: even(55.04, own=6.5)),
    ("one-dear-cloud", lambda: even(98.32), lambda: even(55.04)),
    ("one-dear-cloud", lambda: table(azure=98.32, aws=55.04), lambda: table(aws=55.04)),
    ("old-p5-price", lambda: even(33.0), lambda: even(40.0)),
    ("output-tokens-only", lambda: api("gpt-5-mini"), lambda: api("gpt-5")),
    ("hours-per-day", lambda: even(55.04, used=0.4), lambda: even(55.04)),
    ("no-staff", lambda: cost(**OWN), lambda: cost(**OWN, staff_usd_year=50_000)),  # type: ignore[arg-type]
    ("hf-70b-full", lambda: finetune(params=70e9, method="full"), lambda: finetune(params=70e9, method="lora")),
    ("hf-70b-full", lambda: finetune(params=70e9, method="full"), lambda: finetune(params=8e9, method="full")),
    ("small-model-mfu", lambda: run(8e9, 15e12, 0.4), lambda: run(70e9, 15e12, 0.4)),
    ("small-model-mfu", lambda: run(8e9, 15e12, 0.4), lambda: run(8e9, 15e12, 0.16)),
    ("gpus-and-power-only", lambda: api("gpt-5"), lambda: even(55.04)),
    ("threshold-without-price", lambda: table(aws=55.04), lambda: even(55.04)),
    ("sparse-peak", lambda: run(70e9, 15e12, 0.2), lambda: run(70e9, 15e12, 0.35)),
]


def ids(worked: Calculation) -> set[str]:
    return {trap.id for trap in met(catalogue().traps, worked)}


@pytest.mark.parametrize(("trap", "walks_in", "keeps_out"), CASES)
def test_a_trap_is_met_where_it_lies(
    trap: str, walks_in: Callable[[], Calculation], keeps_out: Callable[[], Calculation]
) -> None:
    assert trap in ids(walks_in())
    assert trap not in ids(keeps_out())


def test_every_trap_of_the_catalogue_is_tested() -> None:
    assert {trap.id for trap in catalogue().traps} == {trap for trap, _, _ in CASES}


def test_a_warning_names_the_trap_its_source_and_its_date() -> None:
    said = warnings(catalogue().traps, even(98.32))
    assert any(w.startswith("A break-even against the dearest cloud alone: ") for w in said)
    assert all("(lenovo-lp2368, 2026-01-15)" in w for w in said)


def test_traps_name_calculators_that_exist() -> None:
    known = {*CALCULATORS, "payback"}
    assert {name for trap in catalogue().traps for name in trap.calculators} <= known


def test_a_number_is_no_word_and_a_missing_input_meets_nothing() -> None:
    trap = Trap.model_validate(
        {
            "id": "t",
            "name": "T",
            "calculators": ["breakeven"],
            "warning": "w",
            "source": "s",
            "date": "2026-01-01",
            "when": [{"input": "cloud_usd_hour", "equals": ["55.04"]}],
        }
    )
    assert met((trap,), even(55.04)) == ()
    absent = trap.model_copy(update={"when": (trap.when[0].model_copy(update={"input": "nothing", "equals": ()}),)})
    assert met((absent,), even(55.04)) == ()
