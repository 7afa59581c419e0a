"""The roadmap closes the right gaps, in an order and at a pace that can be kept, and shows why."""

import pytest
from planning_cases import action, at_levels, facts, generated_actions, judged, model, real_actions, said

from assistant.errors import InputError, KnowledgeError
from assistant.interview.inference import Posterior
from assistant.planning.gap import gaps, needs, probability, status
from assistant.planning.outlook import outlook
from assistant.planning.roadmap import roadmap


def way(evidence, actions=None, target=None, **given):
    chosen = generated_actions() if actions is None else actions
    return roadmap(model(), evidence, judged(evidence), chosen, facts(**given), target)


def at_level_three(dimension):
    return next(i for i in model().indicators.values() if i.dimension == dimension and i.level == 3)


@pytest.mark.parametrize("stage", [1, 2, 3, 4])
def test_it_leads_to_the_next_stage_and_makes_it_likely(stage):
    found = way(at_levels(base=stage))
    assert (found.stage, found.target) == (stage, stage + 1)
    assert 4 <= len(found.items) <= 16
    before = sum(found.stage_probs_before[stage:])
    reach = [phase.reach for phase in found.phases]
    assert reach == sorted(reach)
    assert reach[-1] > max(0.6, before)
    assert all(abs(sum(phase.stage_probs_after) - 1) < 1e-9 for phase in found.phases)


def test_gating_dimensions_come_before_those_that_only_lag():
    found = way(at_levels(base=2, culture=1))
    assert any("Use cases" in gate for gate in found.gates)
    gated = [i.start_week for i in found.items if i.gate]
    lagging = [i.start_week for i in found.items if not i.gate and not i.quick_win]
    assert sum(gated) / len(gated) < sum(lagging) / len(lagging)
    assert {i.dimension for i in found.items if i.gate} >= {"use_cases"}


def test_the_rule_leaves_a_choice_and_the_nearest_dimensions_are_taken():
    evidence = at_levels(base=1, use_cases=3, data=3, people=2, governance=2)
    wanted = needs(model(), Posterior(model(), evidence), 3)
    assert set(wanted.gates) == {"people", "governance"}


def test_what_an_action_requires_comes_before_it():
    found = way(at_levels(base=1), target=3)
    ends = {item.id: item.end_week for item in found.items}
    for item in found.items:
        assert all(ends[before] < item.start_week for before in item.after)


def test_a_prerequisite_that_holds_already_is_not_repeated():
    first = action("try-it", "use_cases.experiments_run")
    then = action("go-live", "use_cases.in_production", requires=("try-it",))
    found = way(at_levels(base=2), actions=(first, then))
    assert [item.id for item in found.items] == ["go-live"]
    assert found.items[0].after == ()


def test_a_missing_prerequisite_is_fetched_in_the_version_for_the_size():
    big = action("try-it", "use_cases.experiments_run", sizes=("large",))
    small = action("try-it-small", "use_cases.experiments_run", sizes=("small",))
    then = action("go-live", "use_cases.in_production", requires=("try-it",))
    evidence = [*at_levels(base=1), said("use_cases.experiments_run", "denied", "we tried nothing")]
    found = way(evidence, actions=(big, small, then), target=3, team_ml_engineers=1)
    assert [item.id for item in found.items][:2] == ["try-it-small", "go-live"]


def test_a_ring_among_the_actions_is_an_error_that_names_them():
    ring = (
        action("one", "use_cases.in_production", requires=("two",)),
        action("two", "use_cases.users_depend", requires=("one",)),
    )
    with pytest.raises(KnowledgeError, match="one"):
        way(at_levels(base=2), actions=ring)


def test_because_quotes_the_words_that_show_the_gap_or_says_that_nothing_was_said():
    quote = "nothing of it runs in the shop yet"
    evidence = [*at_levels(base=2), said("use_cases.in_production", "denied", quote)]
    grounds = {g.quote for item in way(evidence).items if "use_cases.in_production" in item.closes for g in item.because}
    assert quote in grounds
    silent = [e for e in evidence if e.dimension == "use_cases"]
    unsaid = [g for item in way(silent).items if item.dimension == "data" for g in item.because]
    assert unsaid
    assert all(g.quote is None and g.about for g in unsaid)


@pytest.mark.parametrize(
    ("polarity", "level", "expected"),
    [("affirmed", 1, None), ("denied", 4, "denied"), ("planned", 4, "planned"), (None, 3, None), (None, 2, "unsaid")],
)
def test_when_an_indicator_holds(polarity, level, expected):
    indicator = at_level_three("data")
    evidence = [*at_levels(base=level), *([said(indicator.id, polarity, "words")] if polarity else [])]
    chance = probability(model(), indicator, evidence, Posterior(model(), evidence))
    assert status(indicator, evidence, level, chance) == expected


def test_the_probability_of_an_indicator_follows_what_was_said_of_it():
    indicator = model().indicators["use_cases.in_production"]
    chances = []
    for polarity in ("denied", "planned", "partly", "affirmed"):
        evidence = [said(indicator.id, polarity, "words").model_copy(update={"kind": "check"})]
        chances.append(probability(model(), indicator, evidence, Posterior(model(), evidence)))
    assert chances == sorted(chances)
    assert chances[0] < 0.2 < 0.8 < chances[-1]


def test_a_plan_is_not_yet_true_even_where_the_level_would_allow_it():
    indicator = at_level_three("governance")
    evidence = [*at_levels(base=3), said(indicator.id, "planned", "a review is planned")]
    belief = Posterior(model(), evidence)
    found = gaps(model(), evidence, belief, needs(model(), belief, 4))
    assert any(g.indicator == indicator.id and g.status == "planned" for g in found)


def test_small_means_give_a_shorter_and_slower_roadmap():
    small, large = way(at_levels(base=2), team_ml_engineers=1), way(at_levels(base=2), team_ml_engineers=30)
    assert (small.capacity.size, large.capacity.size) == ("small", "large")
    assert len(small.items) < len(large.items)
    assert max(i.end_week for i in small.items) > max(i.end_week for i in large.items)
    assert small.left_out
    assert all(left.reason for left in small.left_out)


def test_money_limits_what_is_chosen_and_the_reason_is_given():
    dear = (action("dear", "use_cases.in_production", cost_usd=(90_000, 100_000)), action("cheap", "use_cases.users_depend"))
    found = way(at_levels(base=2), actions=dear, budget_usd_year=50_000)
    assert [item.id for item in found.items] == ["cheap"]
    assert any(left.action == "dear" and "budget" in left.reason for left in found.left_out)


def test_what_would_end_too_late_is_left_out_with_its_followers():
    slow = (
        action("slow", "use_cases.in_production", effort_weeks=200),
        action("after", "use_cases.users_depend", requires=("slow",)),
    )
    found = way(at_levels(base=2), actions=slow, team_ml_engineers=1)
    assert not found.items
    assert {left.action for left in found.left_out} >= {"slow", "after"}


def test_gaps_without_an_action_are_named():
    found = way(at_levels(base=2), actions=(action("one", "use_cases.in_production"),))
    assert any(left.action == "" and "nothing" in left.reason for left in found.left_out)


def test_at_stage_five_the_roadmap_keeps_what_is_there():
    keep = action("keep", "use_cases.core_products", from_level=5, to_level=5)
    evidence = [*at_levels(base=5), said("use_cases.core_products", "affirmed", "our product is the model")]
    found = way(evidence, actions=(*generated_actions(), keep))
    assert found.sustains
    assert found.target == 5
    assert [item.id for item in found.items] == ["keep"]
    assert found.items[0].because[0].quote == "our product is the model"
    assert 1 <= len(way(at_levels(base=5)).items) <= 8


@pytest.mark.parametrize("target", [1, 2, 6])
def test_a_target_out_of_reach_is_refused(target):
    with pytest.raises(InputError, match="target"):
        way(at_levels(base=2), target=target)


def test_a_later_target_gives_a_longer_roadmap():
    assert way(at_levels(base=1), target=3).phases[-1].end_week >= way(at_levels(base=1)).phases[-1].end_week


def test_finished_actions_lift_the_outlook_and_leave_other_dimensions_alone():
    evidence = at_levels(base=2)
    now = Posterior(model(), evidence)
    done = {i.id for i in model().indicators.values() if i.dimension == "data" and i.level == 3}
    later = outlook(model(), evidence, now, {i.id for i in model().indicators.values() if i.level <= 2}, done)
    assert later.levels[2][2:].sum() > 0.8 > 0.2 > now.levels[2][2:].sum()
    assert abs(later.levels[6] - now.levels[6]).max() < 0.1


def test_the_same_input_gives_the_same_roadmap():
    assert way(at_levels(base=2)) == way(at_levels(base=2))


@pytest.mark.parametrize("stage", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("people", [2, 7, 40])
def test_the_actions_of_the_knowledge_base_make_a_roadmap_for_every_stage_and_size(stage, people):
    given = real_actions()
    if not given:
        pytest.skip("the knowledge base has no actions yet")
    found = way(at_levels(base=stage), actions=given, team_ml_engineers=people)
    assert 3 <= len(found.items) <= 16
    assert all(item.because and item.sources and item.owner for item in found.items)
    if stage < 5:
        assert found.phases[-1].reach > sum(found.stage_probs_before[stage:])
