"""The bill of materials: JSON-ready, traceable, in agreement with the plan, and free of providers' names."""

import json
import re

import pytest
from jsonschema import Draft202012Validator
from manifest_cases import CASES, HOSTILE, NOTHING, plan_of
from planning_cases import catalogue

from assistant.planning.bill import bill
from assistant.planning.plan import Plan

TEXT = {"type": "string"}
MONEY = {"type": ["number", "null"], "minimum": 0}
FORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "schema_version", "currency", "hours_per_year", "items", "usd_year", "unpriced"],
    "properties": {
        "schema": {"const": "bill-of-materials"},
        "schema_version": {"const": 1},
        "currency": {"const": "USD"},
        "hours_per_year": {"const": 8760},
        "usd_year": {"type": "number", "minimum": 0},
        "unpriced": {"type": "array", "items": TEXT},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["what", "count", "unit", "where", "basis", "sources", "usd_year"],
                "properties": {
                    "what": TEXT,
                    "count": {"type": "number", "exclusiveMinimum": 0},
                    "unit": TEXT,
                    "where": {"enum": ["on-prem", "colocation", "cloud", "sovereign-cloud", "api", "edge"]},
                    "basis": TEXT,
                    "sources": {"type": "array", "items": TEXT, "minItems": 1},
                    "usd_year": MONEY,
                    "usd_year_most": MONEY,
                    "usd_once": MONEY,
                    "priced_in": {"enum": ["", "own_or_rent"]},
                    "note": TEXT,
                },
            },
        },
    },
}
EVERY = (*CASES, *NOTHING)


def items_of(plan: Plan, start: str) -> list[dict]:
    return [item for item in bill(plan).to_dict()["items"] if item["what"].startswith(start)]


@pytest.mark.parametrize("name", EVERY)
def test_the_bill_has_its_form_and_is_ready_for_json(name):
    data = bill(plan_of(name)).to_dict()
    Draft202012Validator(FORM).validate(data)
    assert json.loads(json.dumps(data, allow_nan=False)) == data


@pytest.mark.parametrize("name", EVERY)
def test_every_line_rests_on_a_calculation_or_a_fact_of_the_plan(name):
    plan = plan_of(name)
    known = {s.id for s in plan.deployment.sizing} | {f.name for f in plan.facts}
    known |= {"own_or_rent.owned", "own_or_rent.offers"} if plan.deployment.own_or_rent else set()
    assert {item.basis for item in bill(plan).items} <= known


@pytest.mark.parametrize("name", EVERY)
def test_no_line_names_a_providers_product(name):
    text = json.dumps(bill(plan_of(name)).to_dict())
    for row in catalogue().cloud:
        assert row.id not in text
        assert row.name not in text
    assert not re.search(r"\b(aws|azure|gcp|amazon|google)\b", text, re.IGNORECASE)


@pytest.mark.parametrize("name", EVERY)
def test_the_sum_is_that_of_the_lines_and_the_rest_is_named(name):
    found = bill(plan_of(name))
    assert found.usd_year == pytest.approx(sum(i.usd_year for i in found.items if i.usd_year is not None))
    priced = {i.what for i in found.items if i.priced_in or i.usd_year is not None or i.usd_once is not None}
    assert set(found.unpriced) == {i.what for i in found.items} - priced


@pytest.mark.parametrize("name", CASES)
def test_accelerators_are_those_of_the_sizing(name):
    plan = plan_of(name)
    sizing = {s.id: s.calculation for s in plan.deployment.sizing}
    for item in items_of(plan, "Accelerators that serve"):
        copies = sizing["serve-copies"].number("replicas") if item["basis"] == "serve-copies" else 1
        assert item["count"] == copies * sizing["serve-memory"].number("gpus")
    for item in items_of(plan, "Accelerators that adapt"):
        assert item["count"] == max(c.values["gpus_needed"] or 0 for s, c in sizing.items() if s.startswith("finetune-"))


def test_rented_hours_cost_what_the_plan_compares():
    plan = plan_of("hybrid")
    compared = plan.deployment.own_or_rent
    assert compared is not None
    (item,) = items_of(plan, "Rented hours")
    (serving,) = items_of(plan, "Accelerators that serve")
    prices = [usd[-1] / compared.years / compared.gpus * serving["count"] for usd in compared.rented_usd.values()]
    assert item["usd_year"] == pytest.approx(min(prices), abs=0.01)
    assert item["usd_year_most"] == pytest.approx(max(prices), abs=0.01)


def test_owned_servers_cost_what_the_plan_counts_for_them():
    plan = plan_of("colocation")
    compared = plan.deployment.own_or_rent
    assert compared is not None
    lines = [i for i in bill(plan).to_dict()["items"] if i["basis"] == "own_or_rent.owned"]
    (servers,) = items_of(plan, "Servers with")
    assert sum(i["usd_year"] for i in lines) == pytest.approx(servers["count"] * compared.owned.number("usd_year"), abs=0.1)
    assert any(i["what"].startswith("Room") for i in lines)


def test_what_is_owned_is_not_bought_again():
    plan = plan_of("hybrid")
    assert not items_of(plan, "Servers with")
    (owned,) = items_of(plan, "Accelerators owned already")
    compared = plan.deployment.own_or_rent
    assert compared is not None
    assert owned["count"] == 8
    assert owned["usd_year"] == pytest.approx(8 / compared.gpus * compared.marginal_usd_hour * 8760, abs=0.01)


def test_a_metered_service_is_a_line_with_its_yearly_price():
    plan = plan_of("tiny")
    worked = next(s.calculation for s in plan.deployment.sizing if s.id == "api-bill")
    (item,) = items_of(plan, "Tokens")
    assert item["usd_year"] == pytest.approx(12 * worked.number("usd_month"), abs=0.01)
    assert item["where"] == "api"


def test_the_way_out_of_a_cloud_is_paid_once():
    plan = plan_of("all cloud")
    worked = next(s.calculation for s in plan.deployment.sizing if s.id == "data-egress")
    (item,) = items_of(plan, "Traffic out")
    assert item["usd_once"] == pytest.approx(worked.number("usd"), abs=0.01)
    assert item["usd_year"] is None


def test_nothing_is_needed_where_nothing_is_planned_yet():
    assert bill(plan_of("awareness, closed")).items == ()


def test_nobodys_words_get_into_the_bill():
    text = json.dumps(bill(plan_of("hostile")).to_dict())
    assert "evil" not in text
    assert not any(line and line in text for line in HOSTILE.splitlines()[2:])
