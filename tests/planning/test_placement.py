"""Every placement rule, the ten ways in which the hybrid default is wrong, conflicts, assumptions and what flips them."""

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from planning_cases import catalogue, facts

from assistant.errors import InputError
from assistant.interview.evidence import PLANNING_CLUES
from assistant.planning.placement import PHASE_NAMES, contract_mapping, flips, place
from assistant.planning.placement_rules import PHASES, RULES, decide
from assistant.planning.situation import Situation, phrase, situation

TRAIN, ONLINE, BATCH, STORE = "train", "online_inference", "batch_inference", "retrieval_store"

# rule id -> (phase, stage, facts, decision)
CASES = {
    "awareness-build": (TRAIN, 1, {"has_datacentre": True, "gpu_on_prem": 8}, "none-yet"),
    "awareness-closed": (ONLINE, 1, {"residency": "on-prem-only"}, "none-yet"),
    "awareness-try": (ONLINE, 1, {}, "api"),
    "edge-latency": (ONLINE, 4, {"latency_ms": 8, "peak_rps": 50}, "edge"),
    "edge-disconnected": (ONLINE, 3, {"disconnected_site": True, "has_datacentre": True}, "edge"),
    "premises-only": (ONLINE, 3, {"residency": "on-prem-only", "has_datacentre": True}, "on-prem"),
    "awareness-sovereign": (ONLINE, 1, {"foreign_law_excluded": True}, "sovereign-cloud"),
    "no-team-train": (TRAIN, 2, {"team_ml_engineers": 0, "has_datacentre": False}, "none-yet"),
    "small-volume-train": (TRAIN, 3, {"peak_rps": 0.5, "has_datacentre": False, "team_ml_engineers": 2}, "none-yet"),
    "frontier-train": (TRAIN, 3, {"open_models_fall_short": True, "has_datacentre": True}, "none-yet"),
    "regulated-serve-home": (
        ONLINE, 3,
        {"data_sensitivity": "regulated", "residency": "country", "cloud": "azure", "has_datacentre": True}, "on-prem",
    ),
    "frontier-closed": (ONLINE, 3, {"open_models_fall_short": True, "data_sensitivity": "high"}, "cloud"),
    "frontier-api": ("customise", 3, {"open_models_fall_short": True, "has_datacentre": True}, "api"),
    "small-volume-batch": (BATCH, 3, {"peak_rps": 0.5}, "api"),
    "small-volume-store": (STORE, 3, {"peak_rps": 0.5, "data_sensitivity": "low"}, "api"),
    "owned-gpus-serve": (
        ONLINE, 3,
        {"gpu_on_prem": 8, "has_datacentre": True, "peak_rps": 3, "load_steady": True, "cloud": "none"}, "on-prem",
    ),
    "cloud-is-all": (TRAIN, 3, {"cloud": "azure"}, "cloud"),
    "no-reason-to-own": (
        TRAIN, 3, {"data_sensitivity": "low", "training_data_tb": 0.5, "has_datacentre": True, "peak_rps": 80}, "cloud",
    ),
    "store-beside-documents": (STORE, 2, {"data_location": "on-prem"}, "on-prem"),
    "inverse-train": (
        TRAIN, 4,
        {
            "peak_rps": (9000, "9,000 requests a second, day and night"), "has_datacentre": True, "gpu_on_prem": 300,
            "cloud": "multi", "data_sensitivity": "high",
        },
        "cloud",
    ),
    "data-in-cloud": (TRAIN, 3, {"cloud": ("gcp", "all our data is in BigQuery on GCP")}, "cloud"),
    "foreign-law-build": (
        TRAIN, 3, {"residency": "country", "data_sensitivity": "regulated", "has_datacentre": False}, "sovereign-cloud",
    ),
    "foreign-law-home": (TRAIN, 3, {"cloud": "sovereign", "has_datacentre": True}, "on-prem"),
    "foreign-law-serve": (
        ONLINE, 4, {"residency": "country", "data_sensitivity": "high", "has_datacentre": True}, "sovereign-cloud",
    ),
    "sensitive-at-home": (TRAIN, 3, {"data_sensitivity": "regulated", "has_datacentre": True}, "on-prem"),
    "sensitive-trial-at-home": (ONLINE, 2, {"data_sensitivity": "regulated", "gpu_on_prem": 1}, "on-prem"),
    "no-team-closed": ("customise", 3, {"team_ml_engineers": 0, "data_sensitivity": "high"}, "cloud"),
    "no-team": ("customise", 3, {"team_ml_engineers": 0, "has_datacentre": True}, "api"),
    "small-volume-serve": (ONLINE, 3, {"peak_rps": 0.5}, "api"),
    "small-volume-adapt": ("customise", 3, {"peak_rps": 0.5, "has_datacentre": False, "team_ml_engineers": 2}, "api"),
    "steady-heavy-serve": (
        ONLINE, 4, {"peak_rps": (3000, "3,000 requests a second, day and night"), "has_datacentre": True}, "on-prem",
    ),
    "steady-heavy-colo": (
        ONLINE, 4,
        {
            "peak_rps": (900, "a flat 900 requests/s around the clock"), "has_datacentre": False,
            "budget_usd_year": 2_000_000, "team_ml_engineers": 12,
        },
        "colocation",
    ),
    "inverse-build": (
        TRAIN, 4, {"peak_rps": (3000, "steady 3,000 requests a second"), "has_datacentre": True}, "cloud",
    ),
    "short-horizon": (TRAIN, 3, {"horizon_months": 8, "has_datacentre": True}, "cloud"),
    "owned-gpus": (TRAIN, 3, {"gpu_on_prem": 16, "has_datacentre": True}, "on-prem"),
    "owned-workstation": ("customise", 3, {"gpu_on_prem": 2, "has_datacentre": False}, "on-prem"),
    "no-site-with-means": (
        TRAIN, 4,
        {
            "has_datacentre": False, "data_sensitivity": "high", "budget_usd_year": 1_000_000, "team_ml_engineers": 9,
        },
        "colocation",
    ),
    "no-site": (TRAIN, 3, {"has_datacentre": False, "team_ml_engineers": 2}, "cloud"),
    "heavy-data": (TRAIN, 3, {"training_data_tb": 120}, "on-prem"),
    "budget-below-server": (TRAIN, 3, {"budget_usd_year": 20_000}, "cloud"),
    "pilot-closed": (ONLINE, 2, {"data_sensitivity": "high"}, "cloud"),
    "pilot-serve": (ONLINE, 2, {}, "api"),
    "pilot-build": (TRAIN, 2, {"has_datacentre": True}, "cloud"),
    "hybrid-build": (TRAIN, 3, {"has_datacentre": True, "data_sensitivity": "medium"}, "on-prem"),
    "hybrid-batch": (BATCH, 3, {}, "cloud"),
    "hybrid-serve": (ONLINE, 5, {"has_datacentre": True, "peak_rps": 300}, "cloud"),
}  # fmt: skip


def placed(stage, phase=None, **given):
    found = place(facts(**given), stage, catalogue())
    return contract_mapping(found) if phase is None else next(p for p in found if p.phase == phase)


def test_every_rule_has_a_case():
    assert CASES.keys() == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", CASES)
def test_each_rule_fires_and_is_explained(rule):
    phase, stage, given, decision = CASES[rule]
    found = placed(stage, phase, **given)
    assert (found.rule, found.decision) == (rule, decision)
    assert found.instead != found.decision
    assert found.reason
    assert found.why_not
    assert found.sources
    assert found.flips_if
    assert 0 < found.confidence <= 1


# the mapping of training, customisation and inference that each exception of the hybrid default must give
EXCEPTIONS = {
    "a sensitive inference": (
        3, {"residency": "on-prem-only", "data_sensitivity": "regulated", "has_datacentre": True},
        ("on-prem", "on-prem", "on-prem"),
    ),
    "b edge latency": (4, {"latency_ms": 10, "has_datacentre": True}, ("on-prem", "on-prem", "edge")),
    "c no data centre, small team": (
        3, {"has_datacentre": False, "team_ml_engineers": 2, "peak_rps": 40}, ("cloud", "cloud", "cloud"),
    ),
    "d foreign law": (
        4, {"residency": "country", "data_sensitivity": "regulated", "has_datacentre": False},
        ("sovereign-cloud", "sovereign-cloud", "sovereign-cloud"),
    ),
    "e small volume": (
        3, {"peak_rps": 0.3, "has_datacentre": False, "team_ml_engineers": 1, "data_sensitivity": "low"},
        ("none-yet", "api", "api"),
    ),
    "f inverse": (
        4,
        {
            "peak_rps": (5000, "5,000 requests a second around the clock"), "has_datacentre": True,
            "data_sensitivity": "medium",
        },
        ("cloud", "cloud", "on-prem"),
    ),
    "g data already in the cloud": (
        3, {"cloud": ("aws", "everything we have is on AWS"), "peak_rps": 30}, ("cloud", "cloud", "cloud"),
    ),
    "h idle GPUs owned": (3, {"gpu_on_prem": 12, "budget_usd_year": 25_000}, ("on-prem", "on-prem", "cloud")),
    "j short horizon": (3, {"horizon_months": 6, "has_datacentre": True}, ("cloud", "cloud", "cloud")),
    "hybrid default": (3, {"has_datacentre": True}, ("on-prem", "on-prem", "cloud")),
    "hybrid default, nothing said": (4, {}, ("on-prem", "on-prem", "cloud")),
    "hybrid, sensitive": (
        5, {"has_datacentre": True, "data_sensitivity": "regulated", "residency": "none", "cloud": "azure"},
        ("on-prem", "on-prem", "cloud"),
    ),
    "awareness": (1, {"has_datacentre": True}, ("none-yet", "none-yet", "api")),
    "active": (2, {"has_datacentre": True}, ("cloud", "cloud", "api")),
    "active, sensitive at home": (
        2, {"data_sensitivity": "high", "has_datacentre": True}, ("on-prem", "on-prem", "cloud"),
    ),
    "gate over stage": (2, {"residency": "on-prem-only"}, ("on-prem", "on-prem", "on-prem")),
    "disconnected site": (
        3, {"disconnected_site": True, "has_datacentre": True, "gpu_on_prem": 4}, ("on-prem", "on-prem", "edge"),
    ),
    "foreign law excluded in words, own data centre": (
        3, {"foreign_law_excluded": True, "has_datacentre": True, "gpu_on_prem": 10, "peak_rps": 350},
        ("on-prem", "on-prem", "sovereign-cloud"),
    ),
    "foreign law excluded in words, no data centre": (
        3, {"foreign_law_excluded": True, "has_datacentre": False}, ("sovereign-cloud",) * 3,
    ),
    "in the country, at a provider that is accepted there": (
        5,
        {
            "residency": "country", "data_sensitivity": "high", "cloud": "azure", "has_datacentre": True,
            "peak_rps": 8000,
        },
        ("on-prem", "on-prem", "cloud"),
    ),
    "regulated, own GPUs, nothing forbids the cloud": (
        3, {"data_sensitivity": "regulated", "has_datacentre": True, "gpu_on_prem": 16, "cloud": "azure"},
        ("on-prem", "on-prem", "cloud"),
    ),
    "active, nobody to build, a few requests": (
        2, {"team_ml_engineers": 0, "has_datacentre": False, "load_small": True, "data_sensitivity": "high"},
        ("none-yet", "api", "api"),
    ),
    "active, half an engineer, regulated, in the country": (
        2,
        {
            "team_ml_engineers": 0.5, "has_datacentre": False, "data_sensitivity": "regulated", "residency": "country",
            "cloud": "aws",
        },
        ("cloud", "cloud", "cloud"),
    ),
    "in the region, international cloud in use": (
        4, {"residency": "region", "data_sensitivity": "high", "cloud": "azure", "has_datacentre": True},
        ("on-prem", "on-prem", "cloud"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_when_the_hybrid_default_holds_and_when_it_does_not(name):
    stage, given, expected = EXCEPTIONS[name]
    assert tuple(placed(stage, **given).values()) == expected


def test_an_air_gap_is_read_from_the_words_and_closes_every_phase():
    given = facts(residency=("on-prem-only", "the plant is air-gapped"), has_datacentre=True)
    assert situation(given, 3).air_gapped
    assert {p.decision for p in place(given, 3)} == {"on-prem"}


def test_an_air_gap_outweighs_a_site_without_a_connection():
    given = facts(air_gapped=True, disconnected_site=True, has_datacentre=True)
    assert {p.decision for p in place(given, 4)} == {"on-prem"}


def test_a_stated_clue_outweighs_what_other_facts_suggest():
    suggested = {"residency": "country", "data_sensitivity": "regulated", "has_datacentre": False}
    assert placed(3, **suggested)["inference"] == "sovereign-cloud"
    assert placed(3, **suggested, foreign_law_excluded=False)["inference"] == "cloud"
    assert not situation(facts(load_small=True, peak_rps=300), 3).tiny


def test_every_planning_clue_is_heeded_and_has_its_words():
    for name in PLANNING_CLUES:
        value = "cloud" if name == "data_location" else True
        assert getattr(situation(facts(**{name: value}), 3), name) == value
        assert phrase(name, value)
    with pytest.raises(InputError, match="disconnected_site"):
        place(facts(disconnected_site="yes"), 3)


def test_hard_gates_hold_at_every_stage_whatever_else_is_said():
    others = {"cloud": ("aws", "all data in AWS"), "peak_rps": 0.2, "team_ml_engineers": 0, "budget_usd_year": 1000}
    for stage in (2, 3, 4, 5):
        assert set(placed(stage, residency="on-prem-only", **others).values()) == {"on-prem"}


@pytest.mark.parametrize(
    ("given", "phase", "part"),
    [
        ({"residency": "on-prem-only", "has_datacentre": False}, TRAIN, "no data centre"),
        ({"has_datacentre": False, "gpu_on_prem": 16}, TRAIN, "own GPUs"),
        ({"residency": "on-prem-only", "team_ml_engineers": 0}, TRAIN, "nobody"),
        ({"has_datacentre": True, "budget_usd_year": 20_000}, TRAIN, "workstation"),
        ({"residency": "on-prem-only", "cloud": "aws"}, TRAIN, "keep it out of that cloud"),
        ({"residency": "region", "data_sensitivity": "medium"}, ONLINE, "counsel"),
        ({"data_sensitivity": "regulated", "has_datacentre": True}, ONLINE, "may not leave"),
        ({"cloud": "none"}, ONLINE, "No cloud is in use yet"),
        ({"foreign_law_excluded": True, "cloud": "aws"}, ONLINE, "keep it out of that cloud"),
        ({"team_ml_engineers": 0, "peak_rps": 0.1, "data_sensitivity": "high"}, ONLINE, "taken out"),
    ],
)
def test_conflicts_and_duties_are_said_aloud(given, phase, part):
    assert any(part in warning for warning in placed(3, phase, **given).warnings)


SITUATIONS = st.builds(
    Situation,
    stage=st.integers(1, 5),
    data_sensitivity=st.sampled_from([None, "low", "medium", "high", "regulated"]),
    residency=st.sampled_from([None, "none", "country", "region", "on-prem-only"]),
    training_data_tb=st.sampled_from([None, 0.5, 9, 50, 400]),
    has_datacentre=st.sampled_from([None, True, False]),
    gpu_on_prem=st.sampled_from([None, 0, 1, 8, 64]),
    cloud=st.sampled_from([None, "none", "aws", "multi", "sovereign"]),
    latency_ms=st.sampled_from([None, 5, 20, 21, 2000]),
    peak_rps=st.sampled_from([None, 0, 1, 99, 5000]),
    budget_usd_year=st.sampled_from([None, 0, 20_000, 300_000]),
    team_ml_engineers=st.sampled_from([None, 0, 2, 12]),
    load_steady=st.sampled_from([None, True, False]),
    data_location=st.sampled_from([None, "cloud", "on-prem"]),
    disconnected_site=st.sampled_from([None, True, False]),
    foreign_law_excluded=st.sampled_from([None, True, False]),
    load_small=st.sampled_from([None, True]),
    horizon_months=st.sampled_from([None, 6, 36]),
)


@settings(max_examples=300, deadline=None)
@drawn(here=SITUATIONS)
def test_no_situation_breaks_a_hard_gate(here):
    found = {phase: decide(phase, here).decision for phase in PHASES}
    if here.premises_only:
        assert set(found.values()) <= {"on-prem", "edge", "none-yet"}
    if here.edge and here.stage > 1:
        assert found[ONLINE] == "edge"
    if here.cut_off and here.stage > 1:
        assert found[ONLINE] == "edge"
    if here.stage == 1:
        assert set(found.values()) <= {"none-yet", "api"} | ({"sovereign-cloud"} if here.foreign_law_excluded else set())
    if here.foreign_law and here.stage > 1:
        assert not {"cloud", "api"} & set(found.values())


def test_law_is_left_to_counsel():
    found = placed(3, ONLINE, residency="region", data_sensitivity="regulated", cloud="azure")
    assert "COUNSEL" in found.sources
    assert any("sub-processors" in warning for warning in found.warnings)


def test_stated_facts_are_named_and_missing_ones_are_assumed_aloud():
    found = placed(3, TRAIN, data_sensitivity=("medium", "nothing secret in it"))
    assert "ordinary business data" in found.reason
    assert found.facts[0].quote == "nothing secret in it"
    assert any("data centre was not said" in text for text in found.assumptions)
    known = placed(3, TRAIN, data_sensitivity="medium", has_datacentre=True, gpu_on_prem=0)
    assert len(known.assumptions) < len(found.assumptions)
    assert known.confidence > found.confidence


def test_doubt_about_the_stage_lowers_the_confidence():
    sure = place({}, 3, stage_probs=[0, 0, 1, 0, 0])[0]
    torn = place({}, 3, stage_probs=[0, 0.45, 0.55, 0, 0])[0]
    assert torn.decision == sure.decision
    assert torn.confidence < sure.confidence


def test_what_would_flip_a_decision_really_does():
    here = Situation(stage=3, has_datacentre=True, peak_rps=30)
    text = " ".join(flips("online_inference", here))
    assert "within 20 ms" in text
    assert decide("online_inference", here.model_copy(update={"latency_ms": 20.0})).decision == "edge"
    assert "At stage 2" in text


def test_the_use_at_which_owning_pays_is_a_number():
    first = placed(3, TRAIN, has_datacentre=True).flips_if[0]
    assert "renting wins" in first
    assert "%" in first


@pytest.mark.parametrize(
    "wrong", [{"residency": "mars"}, {"has_datacentre": "yes"}, {"peak_rps": -1}, {"latency_ms": float("nan")}, {"cloud": 3}]
)
def test_a_fact_of_the_wrong_kind_is_refused_by_name(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        place(facts(**wrong), 3)


def test_unknown_facts_are_ignored_and_every_phase_is_placed_in_order():
    found = place(facts(favourite_colour="blue"), 3)
    assert tuple(p.phase for p in found) == PHASES == tuple(PHASE_NAMES)


@pytest.mark.parametrize(
    ("words", "steady"),
    [
        ("400 requests a second, 24/7", True),
        ("constant 400 requests a second", True),
        ("400 requests a second on Black Friday", False),
        ("a steady trickle with spikes of 400", False),
        ("400 requests a second", None),
    ],
)
def test_steadiness_is_read_from_the_words_about_the_load(words, steady):
    assert situation(facts(peak_rps=(400, words)), 3).load_steady is steady


@pytest.mark.parametrize(
    ("words", "place_of_data"),
    [
        ("our data lake is on AWS", "cloud"),
        ("we are fully in AWS", "cloud"),
        ("the website runs on AWS", None),
        ("our data is not in AWS, only the website", None),
        ("data on our premises, AWS for mail", None),
    ],
)
def test_where_the_data_lies_is_read_from_the_words_about_the_cloud(words, place_of_data):
    assert situation(facts(cloud=("aws", words)), 3).data_location == place_of_data
