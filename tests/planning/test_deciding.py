"""Which facts the plan waits for."""

import random
import time

import pytest
from planning_cases import catalogue, facts, model

from assistant.planning.deciding import Need, needs
from assistant.planning.placement_phases import PHASES
from assistant.planning.placement_rules import decide
from assistant.planning.situation import situation

ANSWERS = {q.fact: [o.value for o in q.options if o.value is not None] for q in model().deployment}


def waiting(stage: int, prices: bool = True, **values) -> dict[str, Need]:
    found = needs(facts(**values), stage, ANSWERS, catalogue() if prices else None)
    return {need.fact: need for need in found if need.waits}


def test_nothing_known_nothing_asked_twice():
    assert {need.fact for need in needs(facts(), 3, ANSWERS)} == set(ANSWERS)
    assert "peak_rps" not in {need.fact for need in needs(facts(peak_rps=5), 3, ANSWERS)}


def test_at_awareness_only_what_changes_the_little_that_is_planned():
    waits = waiting(1)
    assert "residency" in waits
    assert {"cloud", "gpu_on_prem", "training_data_tb", "has_datacentre"}.isdisjoint(waits)


def test_a_stage_3_plan_waits_for_what_flips_it():
    waits = waiting(3)
    assert {"residency", "has_datacentre", "latency_ms", "team_ml_engineers"} <= set(waits)
    assert any("may not leave your premises" in text for text in waits["residency"].flips)
    assert waits["latency_ms"].flips[0] == (
        "Inference on request would be at the edge, where the question arises with: an answer within 10 ms."
    )
    assert all(" and " not in text for text in waits["latency_ms"].flips), "it counts by itself"


def test_where_data_may_not_leave_the_estate_no_longer_matters():
    waits = waiting(3, residency="on-prem-only")
    assert {"data_sensitivity", "has_datacentre", "cloud"}.isdisjoint(waits)
    assert {"peak_rps", "training_data_tb"} <= set(waits), "the machines are sized by them"
    assert waits["peak_rps"].sizes


def test_facts_that_count_only_together_are_found():
    waits = waiting(3, has_datacentre=False, data_sensitivity="high", residency="none", cloud="none", peak_rps=20,
                    latency_ms=500, gpu_on_prem=0, training_data_tb=5)  # fmt: skip
    assert {"team_ml_engineers", "budget_usd_year"} <= set(waits)
    (flip,) = waiting(2)["training_data_tb"].flips
    assert "0.5 requests a second at the peak and 40 TB to learn from" in flip


@pytest.mark.parametrize("seed", range(40))
def test_what_is_not_waited_for_changes_no_placement(seed):
    rng = random.Random(seed)  # noqa: S311
    stage = rng.randint(1, 5)
    known = {name: rng.choice(values) for name, values in ANSWERS.items() if rng.random() < 0.5}
    waits = waiting(stage, prices=False, **known)
    before = [decide(phase, situation(facts(**known), stage)).decision for phase in PHASES]
    for name, values in ANSWERS.items():
        if name in known or name in waits:
            continue
        for value in values:
            after = [decide(phase, situation(facts(**known, **{name: value}), stage)).decision for phase in PHASES]
            assert after == before, (name, value)


def test_it_takes_a_moment():
    spent = []
    for stage in (1, 2, 3, 4, 5):
        for known in ({}, {"data_sensitivity": "high"}, {"residency": "on-prem-only"}, {"team_ml_engineers": 0}):
            start = time.perf_counter()
            waiting(stage, **known)
            spent.append(time.perf_counter() - start)
    assert sorted(spent)[int(0.95 * len(spent))] < 0.06
