"""The money tables in a plan and in its Markdown, and sentences for what cannot be."""

import pytest
from planning_cases import at_levels, plan_for

from assistant.errors import InputError
from assistant.planning.plan import Plan
from assistant.stated import facts_of

FACTS = {
    "training_data_tb": 120.0, "has_datacentre": True, "peak_rps": 50.0, "model_params_b": 70.0, "cloud": "aws",
    "budget_usd_year": 900_000.0, "team_ml_engineers": 6.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_for(at_levels(base=3), **FACTS)


def test_the_plan_has_every_table_with_formula_inputs_and_sources(plan: Plan) -> None:
    part = plan.deployment
    for made in (part.totals, part.tornado, part.gravity):
        assert made is not None
        assert made.formula
        assert made.inputs
        assert made.sources
    told = plan.to_dict()["deployment"]
    assert {"totals", "tornado", "gravity", "traps"} <= told.keys()
    assert part.traps


def test_totals_name_owned_and_every_term_of_the_clouds_compared(plan: Plan) -> None:
    assert plan.deployment.totals is not None
    usd = plan.deployment.totals.values["usd"]
    assert isinstance(usd, dict)
    assert {"owned", "aws p5.48xlarge, on demand", "nebius 8 x H100, spot"} <= usd.keys()
    assert any("3 years reserved" in name for name in usd)
    assert all(set(row) == {"1", "3", "5"} for row in usd.values())  # type: ignore[arg-type]


def test_the_tornado_agrees_with_the_totals_and_has_grounds(plan: Plan) -> None:
    tornado, totals = plan.deployment.tornado, plan.deployment.totals
    assert tornado is not None
    assert totals is not None
    assert tornado.parts("base_usd")["owned"] == pytest.approx(totals.values["usd"]["owned"]["3"])  # type: ignore[call-overload,index]
    rows = tornado.values["rows"]
    assert isinstance(rows, list)
    assert [row["swing"] for row in rows] == sorted((row["swing"] for row in rows), reverse=True)  # type: ignore[call-overload,index]
    assert all(row["ground"] for row in rows)  # type: ignore[call-overload,index]


def test_storage_in_the_cloud_is_paid_by_the_rented_ways_only(plan: Plan) -> None:
    lean = plan_for(at_levels(base=3), **{**FACTS, "training_data_tb": 1.0}).deployment.totals
    full = plan.deployment.totals
    assert lean is not None
    assert full is not None
    assert full.values["usd"]["owned"] == lean.values["usd"]["owned"]  # type: ignore[call-overload,index]
    name = "aws p5.48xlarge, on demand"
    assert full.values["usd"][name]["5"] > lean.values["usd"][name]["5"]  # type: ignore[call-overload,index]


def test_the_markdown_lays_them_out(plan: Plan) -> None:
    text = plan.to_markdown()
    for heading in (
        "Months until a bought server has paid for itself", "Total in US dollars of today",
        "What moves the saving of owning most", "Moving 120 TB once", "Published numbers to read with care",
    ):  # fmt: skip
        assert heading in text
    assert "shipped devices arrive first from 86.8 TB on" in text
    assert "None" not in text.split("Months until", 1)[1].split("Formula", 1)[0]


def test_data_that_leaves_a_cloud_pays_in_the_plan() -> None:
    away = plan_for(at_levels(base=3), **{**FACTS, "data_location": "cloud"}).deployment.gravity
    assert away is not None
    assert away.inputs["direction"] == "out"
    assert away.values["ways"][0]["usd"] > 5_000  # type: ignore[call-overload,index,operator]


def test_serving_has_a_queueing_margin_a_floor_and_its_energy(plan: Plan) -> None:
    worked = {s.id: s.calculation for s in plan.deployment.sizing}
    assert worked["serve-waiting"].number("replicas") >= worked["serve-waiting"].number("least_replicas")
    assert worked["serve-scaling"].number("floor") >= 2
    assert worked["serve-energy"].number("co2e_t") == pytest.approx(worked["serve-energy"].number("mwh") * 0.35)


def test_early_stages_get_no_money_tables() -> None:
    early = plan_for(at_levels(base=1), **FACTS).deployment
    assert (early.totals, early.tornado, early.gravity, early.traps) == (None, None, None, ())


@pytest.mark.parametrize(
    ("fact", "value"),
    [("training_data_tb", 1e9), ("peak_rps", -5), ("budget_usd_year", float("nan")), ("model_params_b", 7e9)],
)
def test_impossible_facts_get_one_sentence_that_names_them(fact: str, value: float) -> None:
    with pytest.raises(InputError, match=fact) as told:
        facts_of({fact: value})
    assert "\n" not in str(told.value)


def test_without_a_budget_there_is_a_plan_that_says_what_it_took() -> None:
    free = plan_for(at_levels(base=3), **{k: v for k, v in FACTS.items() if k != "budget_usd_year"})
    assert free.deployment.totals is not None
    assert any("budget" in text.lower() for text in free.assumptions)


@pytest.mark.parametrize(("budget", "told"), [(1_000.0, True), (0.0, True), (900_000.0, False)])
def test_a_budget_that_carries_nothing_is_said_aloud(budget: float, told: bool) -> None:
    warned = plan_for(at_levels(base=3), **{**FACTS, "budget_usd_year": budget}).deployment.warnings
    assert any("carries none of the ways compared" in text for text in warned) is told
