"""What if: changes said in short, what they make of the plan, and how the difference is told."""

import json
import random
import time
from functools import lru_cache

import pytest
from planning_cases import at_levels, catalogue, facts, judged, model, real_actions

from assistant.errors import InputError
from assistant.interview.model import DIMENSIONS
from assistant.planning.actions import Action
from assistant.planning.changes import FACTS, changed_facts, read_change
from assistant.planning.plan import Plan, assembled, deploy, make_plan
from assistant.planning.price_changes import changed_catalogue, price_names
from assistant.planning.roadmap import roadmap
from assistant.planning.what_if import QUICK, WhatIf, what_if
from assistant.planning.what_if_markdown import brief

BAKERY = {
    "has_datacentre": True, "data_sensitivity": ("high", "customers' <b>names</b> | addresses"), "cloud": "aws",
    "training_data_tb": 40, "peak_rps": 20, "model_params_b": 7, "team_ml_engineers": 6, "budget_usd_year": 600_000,
}  # fmt: skip


@lru_cache(maxsize=1)
def actions() -> tuple[Action, ...]:
    return real_actions()


def supposed(*changes: str, base: int = 3, **values) -> WhatIf:
    evidence = at_levels(base=base)
    made = [read_change(change) for change in changes]
    return what_if(model(), evidence, facts(**values), judged(evidence), actions(), catalogue(), made)


def rows(asked: WhatIf, part: str) -> dict[str, tuple[str, str]]:
    return {row.what: (row.before, row.after) for row in asked.rows if row.part == part}


@pytest.mark.parametrize(
    ("text", "name", "how", "value"),
    [
        ("peak_rps=500", "peak_rps", "set", 500.0),
        (" peak_rps = 5e2 ", "peak_rps", "set", 500.0),
        ("data_sensitivity=high", "data_sensitivity", "set", "high"),
        ("has_datacentre=false", "has_datacentre", "set", False),
        ("gpu_on_prem=unknown", "gpu_on_prem", "unknown", None),
        ("peak_rps*=2", "peak_rps", "times", 2.0),
        ("peak_rps*=1.3^3", "peak_rps", "times", 2.197),
        ("peak_rps+=30%^3", "peak_rps", "times", 2.197),
        ("usd_kwh-=20%", "usd_kwh", "times", 0.8),
        ("gpu_on_prem+=8", "gpu_on_prem", "plus", 8.0),
        ("gpu_on_prem-=4", "gpu_on_prem", "plus", -4.0),
        ("growth=30%^3", "growth", "times", 2.197),
        ("growth=-10%", "growth", "times", 0.9),
        ("cloud.aws-p5-48xlarge.usd_hour-=20%", "cloud.aws-p5-48xlarge.usd_hour", "times", 0.8),
    ],
)
def test_changes_are_read(text, name, how, value):
    change = read_change(text)
    assert (change.name, change.how) == (name, how)
    assert change.value == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("peak_rps", "name=value is expected"),
        ("=5", "name=value is expected"),
        ("peak_rps=", "name=value is expected"),
        ("peak_rps=[1", "no plain value"),
        ("peak_rsp=5", "Unknown fact 'peak_rsp'; did you mean peak_rps.*usd_kwh"),
        ("peak_rps=fast", "number of at least 0 is expected"),
        ("peak_rps=-1", "number of at least 0"),
        ("peak_rps=nan", "number of at least 0"),
        ("peak_rps=1e300", "number of at least 0"),
        ("cloud=moon", "one of none, aws.*unknown"),
        ("has_datacentre=maybe", "true or false"),
        ("peak_rps*=x", "no factor"),
        ("peak_rps*=1e400", "no factor"),
        ("peak_rps+=some", "no amount"),
        ("peak_rps-=100", "at least 0"),
        ("gpu_on_prem*=2", "gpu_on_prem is not known yet"),
        ("cloud*=2", "cloud is no number"),
        ("growth=3", "percentage a year"),
        ("usd_kwh=-1", "number above 0"),
        ("usd_kwh=cheap", "number above 0"),
        ("usd_kwh=unknown", "cannot be unknown"),
        ("token_price=3", "only be scaled"),
        ("power.mars.usd_kwh=1", "Unknown row 'mars'"),
        ("power.us.volts=1", "Unknown figure 'volts'"),
    ],
)
def test_a_change_that_cannot_be_is_one_clear_sentence(change, told):
    with pytest.raises(InputError, match=told) as fault:
        supposed(change, peak_rps=20, cloud="aws")
    assert "\n" not in str(fault.value)


def test_growth_without_anything_known_to_grow_is_said():
    with pytest.raises(InputError, match="peak_rps"):
        supposed("growth=30%")


def test_another_load_moves_sizes_with_their_numbers_and_the_reason():
    asked = supposed("peak_rps=2000", **BAKERY)
    row = next(r for r in asked.rows if r.part == "sizing" and r.numbers.get("replicas"))
    before, after = row.numbers["replicas"]
    assert after > 10 * before
    assert "peak_rps is 2,000 and not 20" in row.why
    assert rows(asked, "fact") == {"peak_rps": ("20 requests/s", "2,000 requests/s")}
    assert not rows(asked, "roadmap")
    assert "the roadmap" in asked.kept


def test_data_that_may_not_leave_moves_placements_and_names_the_rule():
    asked = supposed("residency=on-prem-only", **BAKERY)
    before, after = rows(asked, "placement")["Inference on request"]
    assert "in the cloud" in before
    assert "on your premises (rule premises-only)" in after
    assert "inference on request" in asked.summary
    assert asked.plan.deployment.placement["inference"] == "on-prem"
    assert any("may not leave" in row.why for row in asked.rows if row.part == "placement")
    assert all("You said" not in row.why for row in asked.rows)


def test_a_price_moves_costs_and_break_evens_and_is_named_as_the_source():
    asked = supposed("usd_kwh=0.5", **BAKERY)
    moved = rows(asked, "cost")
    assert any("above a use of" in what for what in moved)
    own = next(row for row in asked.rows if "own_usd_hour" in row.numbers)
    assert own.numbers["own_usd_hour"][1] > own.numbers["own_usd_hour"][0]
    assert "usd_kwh is 0.5" in own.why
    assert not rows(asked, "roadmap")
    assert "0.5" in rows(asked, "fact")["usd_kwh"][1]
    changed = changed_catalogue(catalogue(), [read_change("usd_kwh=0.5")])
    assert all("what if usd_kwh=0.5" in row.cite() for row in changed.power)
    assert changed_catalogue(catalogue(), [read_change("peak_rps=5")]) == catalogue()


@pytest.mark.parametrize("name", ["usd_kwh", "gpu_hour", "server_price", "token_price", "egress_price"])
def test_every_short_name_scales_its_prices(name):
    changed = changed_catalogue(catalogue(), [read_change(f"{name}*=2")])
    assert changed != catalogue()
    back = changed_catalogue(changed, [read_change(f"{name}*=0.5")])
    for old, new in zip(catalogue().rows(), back.rows(), strict=True):
        for field, value in old.model_dump(exclude={"tiers"}).items():
            if isinstance(value, float):
                assert getattr(new, field) == pytest.approx(value), (old.id, field)
    assert name in price_names(catalogue())


def test_a_gpu_hour_is_set_for_every_instance_by_its_gpus():
    changed = changed_catalogue(catalogue(), [read_change("gpu_hour=2.5")])
    on_demand = [row for row in changed.cloud if row.usd_hour is not None]
    assert on_demand
    assert all(row.usd_hour == pytest.approx(2.5 * row.gpus) for row in on_demand)
    azure = changed.instance("azure-nd96isr-h100")
    assert azure.usd_hour_3y / azure.usd_hour == pytest.approx(43.16 / 98.32)


def test_cheaper_clouds_turn_the_order_of_cost():
    asked = supposed("gpu_hour*=0.3", **BAKERY)
    assert ("owning", "renting") in rows(asked, "cost").values()


def test_fewer_people_move_the_roadmap():
    asked = supposed("team_ml_engineers=1", **BAKERY)
    moved = rows(asked, "roadmap")
    assert "Capacity" in moved
    assert any(before != after and "week" in after for before, after in moved.values())
    assert asked.plan.roadmap.capacity.size == "small"


def test_growth_grows_load_and_data_and_is_rounded_as_a_forecast_is():
    grown = changed_facts(facts(peak_rps=20, training_data_tb=40), [read_change("growth=30%^3")])
    assert grown["peak_rps"].value == 43.9
    assert grown["training_data_tb"].value == 87.9
    assert changed_facts(facts(peak_rps=20), [read_change("peak_rps+=30%")])["peak_rps"].value == 26


def test_what_the_words_of_a_fact_told_besides_still_holds():
    before = facts(peak_rps=(200, "200 requests a second, around the clock"))
    after = changed_facts(before, [read_change("peak_rps=500")])
    assert after["load_steady"].value is True
    assert "load_steady" not in changed_facts(after, [read_change("load_steady=unknown")])
    assert changed_facts(before, [read_change("load_steady=unknown")])["peak_rps"].quote == ""
    assert "load_steady" not in changed_facts(facts(peak_rps=200), [read_change("peak_rps=500")])


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_can_be_supposed_and_become_unknown(name):
    known = facts(**BAKERY)
    assert name not in changed_facts(known, [read_change(f"{name}=unknown")])


def test_nothing_supposed_nothing_changed():
    asked = supposed(**BAKERY)
    assert asked.rows == ()
    same = supposed("peak_rps=20", **BAKERY)
    assert "nothing in the plan changes" in same.summary


def test_what_is_used_again_is_what_would_be_made_anew():
    """The roadmap is used again where people, money and levels stay; whatever is supposed, the plan is the same as anew."""
    evidence = at_levels(strategy=2, data=4)
    known = facts(**BAKERY)
    values = {
        "data_sensitivity": "regulated", "residency": "country", "training_data_tb": 300, "has_datacentre": "false",
        "gpu_on_prem": 16, "cloud": "gcp", "latency_ms": 10, "peak_rps": 900, "model_params_b": 70,
        "budget_usd_year": 90_000, "team_ml_engineers": 2, "load_steady": "true", "horizon_months": 6,
    }  # fmt: skip
    for name, value in values.items():
        changes = [read_change(f"{name}={value}")]
        asked = what_if(model(), evidence, known, judged(evidence), actions(), catalogue(), changes)
        others = changed_facts(known, changes)
        way = roadmap(model(), evidence, judged(evidence), actions(), others, search=QUICK)
        assert asked.plan == assembled(others, judged(evidence), way, deploy(others, judged(evidence), catalogue())), name


def test_the_markdown_escapes_what_was_typed_and_cuts_long_tables():
    asked = supposed("peak_rps=500", **BAKERY)
    text = asked.model_copy(update={"changes": ("<script>|*x*",)}).to_markdown()
    assert "<script>" not in text
    assert text.startswith("# What if")
    assert "| What | Before | After | Why |" in text
    long = supposed("team_ml_engineers=1", **BAKERY).to_markdown()
    assert len(long.splitlines()) < 120


def test_the_data_is_ready_for_json_and_without_the_plans():
    data = supposed("peak_rps=500", "usd_kwh*=2", **BAKERY).to_dict()
    assert json.loads(json.dumps(data, allow_nan=False))["changes"] == ["peak_rps=500", "usd_kwh*=2"]
    assert set(data) == {"changes", "summary", "rows", "kept"}


def test_the_answer_in_a_conversation_is_short():
    text = brief(supposed("residency=on-prem-only", "team_ml_engineers=1", **BAKERY))
    assert "Inference on request: on your premises and not in the cloud" in text
    assert "more" in text.splitlines()[-1]
    assert len(text.splitlines()) <= 9


def plans() -> list[tuple[list, dict, Plan]]:
    rng = random.Random(5)  # noqa: S311
    answers = {q.fact: [o.value for o in q.options if o.value is not None] for q in model().deployment}
    made = []
    for _ in range(20):
        evidence = at_levels(**{d: rng.randint(1, 5) for d in DIMENSIONS})
        known = facts(**{name: rng.choice(values) for name, values in answers.items() if rng.random() < 0.7})
        made.append((evidence, known, make_plan(model(), evidence, known, judged(evidence), actions(), catalogue())))
    return made


def test_a_fact_or_a_price_is_planned_again_in_milliseconds():
    """The measure on 100 organisations stands in the note; here the bound is loose, for machines that are busy."""
    spent = []
    for evidence, known, before in plans():
        view = judged(evidence)
        for change in ("data_sensitivity=regulated", "peak_rps=500", "usd_kwh*=1.5"):
            start = time.perf_counter()
            what_if(model(), evidence, known, view, actions(), catalogue(), [read_change(change)], before)
            spent.append(time.perf_counter() - start)
    assert sorted(spent)[int(0.95 * len(spent))] < 0.15
