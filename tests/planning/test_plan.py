"""The whole plan: its data, its Markdown, its promotion path and the calculations that suit the organisation."""

import json
import time

import pytest
from planning_cases import at_levels, plan_for, real_actions, said

from assistant.planning.plan_markdown import escaped, quoted

FULL = {
    "has_datacentre": True, "data_sensitivity": ("high", "patient letters | <b>secret</b>"), "cloud": "aws",
    "training_data_tb": 40, "peak_rps": 20, "model_params_b": 7, "team_ml_engineers": 6, "budget_usd_year": 600_000,
    "gpu_on_prem": 8,
}  # fmt: skip


def test_the_data_carries_the_three_decisions_and_is_ready_for_json():
    plan = plan_for(at_levels(base=3), **FULL)
    data = plan.to_dict()
    assert data["deployment"]["placement"] == {"training": "on-prem", "customisation": "on-prem", "inference": "cloud"}
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert plan.deployment.of("online_inference").decision == "cloud"


def test_every_recommendation_rests_on_evidence_or_a_source():
    plan = plan_for(at_levels(base=3), **FULL)
    assert all(item.because and item.sources for item in plan.roadmap.items)
    assert all(placement.sources for placement in plan.deployment.placements)
    assert all(step.sources and step.owner and step.artefact and step.gate for step in plan.deployment.promotion)
    assert all(s.calculation.sources and s.calculation.formula and s.calculation.inputs for s in plan.deployment.sizing)
    cited = {source for placement in plan.deployment.placements for source in placement.sources}
    assert cited <= set(plan.sources)


def test_stated_facts_are_used_and_missing_ones_named():
    full = {s.id: s for s in plan_for(at_levels(base=3), **FULL).deployment.sizing}
    assert {"finetune-full", "finetune-lora", "serve-memory", "serve-copies", "data-transfer", "promotion"} <= full.keys()
    assert full["serve-memory"].calculation.inputs["params"] == 7e9
    assert not any("was not named; 8" in text for text in full["serve-memory"].assumptions)
    bare = plan_for(at_levels(base=3))
    assert any("8 billion parameters are assumed" in text for text in bare.assumptions)
    assert "data-transfer" not in {s.id for s in bare.deployment.sizing}


@pytest.mark.parametrize("stage", [1, 2])
def test_no_cluster_is_planned_before_a_pilot_has_finished(stage):
    part = plan_for(at_levels(base=stage), has_datacentre=True, peak_rps=50).deployment
    assert "before a pilot has finished" in part.no_sizing
    assert not part.sizing
    assert part.own_or_rent is None


def test_a_pilot_on_sensitive_data_gets_one_machine_sized():
    part = plan_for(at_levels(base=2), data_sensitivity="regulated", has_datacentre=True, peak_rps=5).deployment
    assert {s.id for s in part.sizing} == {"finetune-lora", "finetune-qlora", "serve-memory"}
    assert "one machine" in part.no_sizing
    assert len(part.promotion) == 2


def test_owning_and_renting_meet_at_the_break_even_share():
    compared = plan_for(at_levels(base=3), **FULL).deployment.own_or_rent
    assert compared is not None
    assert [o.break_even for o in compared.offers] == sorted((o.break_even for o in compared.offers), reverse=True)
    for offer in compared.offers:
        rented = offer.usd_hour * compared.years * 8760 * offer.break_even
        assert rented == pytest.approx(compared.own_usd)
    assert any("aws" in offer.name for offer in compared.offers)
    assert any("GPUs you own already" in note for note in compared.notes)


@pytest.mark.parametrize(
    ("given", "part", "absent"),
    [
        ({"has_datacentre": True}, "Carry the signed artefact over", "media"),
        ({"residency": ("on-prem-only", "we are air-gapped"), "has_datacentre": True}, "signed media", "artefact over"),
        ({"has_datacentre": True, "latency_ms": 5}, "devices in waves", "artefact over"),
        ({"residency": "on-prem-only", "has_datacentre": True}, "Sign it", "artefact over"),
        ({"team_ml_engineers": 0}, "Fix what the service may see", "Sign it"),
    ],
)
def test_the_promotion_path_suits_the_boundary(given, part, absent):
    titles = [step.title for step in plan_for(at_levels(base=3), **given).deployment.promotion]
    assert any(part in title for title in titles)
    assert not any(absent in title for title in titles)


def test_nothing_is_promoted_where_nothing_is_served():
    assert plan_for(at_levels(base=1), residency="on-prem-only").deployment.promotion == ()


def test_the_weights_that_cross_are_counted():
    step = next(s for s in plan_for(at_levels(base=3), **FULL).deployment.promotion if "Carry" in s.title)
    assert "14 GB" in step.crosses


def test_data_in_a_cloud_shows_the_price_of_its_way_out():
    part = plan_for(at_levels(base=3), cloud=("aws", "all our data is on AWS"), training_data_tb=20).deployment
    assert "data-egress" in {s.id for s in part.sizing}


def test_a_small_service_gets_a_monthly_bill():
    part = plan_for(at_levels(base=3), peak_rps=0.5).deployment
    assert "api-bill" in {s.id for s in part.sizing}


def test_the_markdown_tells_the_whole_plan():
    text = plan_for(at_levels(base=2), **FULL).to_markdown()
    parts = (
        "# Plan", "## Roadmap: To stage 3", "### First 30 days", "## Deployment", "### Promotion path", "### Sizing",
        "## Assumptions", "## Sources", "Because:", "Owner:", "Finished when:", "Rejected:",
    )  # fmt: skip
    for part in parts:
        assert part in text
    assert "### Owning or renting" in plan_for(at_levels(base=3), **FULL).to_markdown()


def test_what_a_person_said_never_becomes_markup():
    nasty = "</td> | # [click](https://evil.example) ![x](y) **bold** `code`\n\n# Heading\n<script>alert(1)</script>"
    evidence = [*at_levels(base=2), said("use_cases.in_production", "denied", nasty)]
    text = plan_for(evidence, data_sensitivity=("high", nasty), has_datacentre=True).to_markdown()
    assert "<script>" not in text
    assert "https://evil.example" not in text
    assert "\n# Heading" not in text
    assert "[click](" not in text.replace(r"\[click\](", "")
    assert r"\*\*bold\*\*" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a | b", r"a \| b"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("two\nlines\t and  more", "two lines and more"),
        ("*x* _y_ `z` [l](u)", r"\*x\* \_y\_ \`z\` \[l\](u)"),
        ("http://a.b www.c.d me@e.f", "http:&#47;&#47;a.b www&#46;c.d me&#64;e.f"),
        ("bell\u0007 and \u202eturned", "bell and turned"),
        ("größer – 東京", "größer – 東京"),
    ],
)
def test_escaping(text, expected):
    assert escaped(text) == expected


def test_long_quotes_are_cut():
    assert len(quoted("x" * 1000)) <= 243
    assert quoted("x" * 1000).endswith("…”")


def test_an_empty_session_still_gets_a_plan():
    plan = plan_for([])
    assert plan.roadmap.items
    assert plan.to_markdown()


def test_a_plan_is_made_in_a_moment():
    start = time.perf_counter()
    plan_for(at_levels(base=3), **FULL)
    assert time.perf_counter() - start < 3


def test_the_same_input_gives_the_same_plan():
    assert plan_for(at_levels(base=3), **FULL) == plan_for(at_levels(base=3), **FULL)


@pytest.mark.parametrize("stage", [1, 2, 3, 4, 5])
def test_the_knowledge_base_makes_a_plan_for_every_stage(stage):
    given = real_actions()
    if not given:
        pytest.skip("the knowledge base has no actions yet")
    assert plan_for(at_levels(base=stage), given, **FULL).to_markdown()
