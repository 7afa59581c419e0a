"""Schedules keep what they must keep, the search beats the greedy order, and the quick outlook is the outlook."""

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_cases import action, at_levels, facts, generated_actions, judged, model, real_actions, said

from assistant.interview.inference import Posterior
from assistant.planning.actions import action_faults
from assistant.planning.capacity import capacity
from assistant.planning.outlook import Prospect, outlook
from assistant.planning.roadmap import roadmap
from assistant.planning.schedule import YEAR, Job, Table, Task, found_schedules, list_schedule
from assistant.planning.worth import LEAST, Worth
from evals.roadmaps import check, faults, organisation, roadmap_of

ORGANISATIONS = 300
"""`make roadmaps` does the same with 10,000."""


def task(*jobs, lanes=1, horizon=YEAR, usd_year=None, **more):
    return Task(jobs=jobs, lanes=lanes, horizon=horizon, usd_year=usd_year, **more)


def weeks(slots):
    return {s.action: (s.start_week, s.end_week) for s in slots}


def broken(found, given):
    """What a schedule breaks, by its own count."""
    when, jobs = weeks(found), {j.id: j for j in given.jobs}
    for name, (start, end) in when.items():
        if end - start + 1 != jobs[name].weeks or end > given.horizon or start < 1:
            return f"{name} has not its weeks"
        if any(b in jobs and (b not in when or when[b][1] >= start) for b in jobs[name].after):
            return f"{name} starts too early"
    for week in range(1, given.horizon + 1):
        if sum(start <= week <= end for start, end in when.values()) > given.lanes:
            return f"too many in week {week}"
    for year in range(-(-given.horizon // YEAR)):
        paid = sum(jobs[n].usd for n, (start, _) in when.items() if (start - 1) // YEAR == year)
        if given.usd_year is not None and paid > given.usd_year:
            return f"too much money in year {year}"
    return ""


@st.composite
def tasks(draw):
    count = draw(st.integers(1, 9))
    jobs = []
    for n in range(count):
        after = draw(st.sets(st.integers(0, n - 1), max_size=2)) if n else set()
        usd = draw(st.sampled_from((0.0, 1_000.0, 9_999.5, 40_000.0)))
        jobs.append(Job(id=f"j{n}", weeks=draw(st.integers(2, 40)), usd=usd, after=tuple(f"j{a}" for a in sorted(after))))
    tables = tuple(
        Table(jobs=(j.id,), scores=(((), 0.0), ((0,), draw(st.floats(-0.2, 1.5))))) for j in jobs if draw(st.booleans())
    )
    return task(
        *draw(st.permutations(jobs)), lanes=draw(st.integers(1, 4)), horizon=draw(st.sampled_from((YEAR, 2 * YEAR))),
        usd_year=draw(st.sampled_from((None, 0.0, 10_000.0, 60_000.0))), base=-3.0, tables=tables,
    )  # fmt: skip


@given(tasks())
@settings(max_examples=60, deadline=None)
def test_no_schedule_breaks_an_order_a_capacity_or_a_budget(one):
    assert broken(list_schedule(one), one) == ""
    found, _ = found_schedules(one)
    assert found
    for slots in found:
        assert broken(slots, one) == ""


def test_random_organisations_get_roadmaps_without_a_fault():
    assert {n: found for n in range(ORGANISATIONS) if (found := check(n))} == {}


def test_the_look_for_faults_finds_them():
    number, way = next((n, w) for n in range(50) for w in [roadmap_of(organisation(n))] if any(i.after for i in w.items))
    one = organisation(number)
    assert not list(faults(one, way))

    def changed(**by_item):
        phases = [p.model_copy(update={"items": tuple(by_item["item"](i) for i in p.items)}) for p in way.phases]
        return way.model_copy(update={"phases": tuple(phases)})

    at_once = changed(item=lambda i: i.model_copy(update={"start_week": 1, "end_week": 2}))
    found = "\n".join(faults(one, at_once))
    assert "requires" in found
    assert "actions run in week" in found
    assert "person-weeks" in found
    poor = way.model_copy(update={"capacity": way.capacity.model_copy(update={"budget_usd": 0.0})})
    assert any("US dollars" in fault for fault in faults(one, poor))


def test_the_list_schedule_waits_for_the_money_of_the_next_year():
    one = task(Job(id="a", weeks=4, usd=60), Job(id="b", weeks=4, usd=50), lanes=2, horizon=2 * YEAR, usd_year=100)
    assert weeks(list_schedule(one)) == {"a": (1, 4), "b": (YEAR + 1, YEAR + 4)}
    assert weeks(list_schedule(one.model_copy(update={"horizon": YEAR}))) == {"a": (1, 4)}


def test_what_ends_too_late_is_left_out_with_its_followers():
    one = task(Job(id="slow", weeks=60), Job(id="next", weeks=2, after=("slow",)), Job(id="other", weeks=3))
    assert weeks(list_schedule(one)) == {"other": (1, 3)}
    assert weeks(found_schedules(one)[0][-1]) == {"other": (1, 3)}


def test_the_search_does_first_what_is_worth_most():
    """Greedily by priority the worthless long job is first; only the other order reaches the probability in quarter one."""
    worth = Table(jobs=("gate",), scores=(((), 0.0), ((0,), 3.0)))
    one = task(Job(id="long", weeks=12), Job(id="gate", weeks=8), base=-3.1, tables=(worth,))
    assert weeks(list_schedule(one))["gate"] == (13, 20)
    found, method = found_schedules(one)
    assert weeks(found[-1])["gate"] == (1, 8)
    assert method == "cp-sat: best possible"


def test_a_search_without_time_leaves_the_list_schedule():
    evidence = at_levels(base=2)
    way = roadmap(model(), evidence, judged(evidence), generated_actions(), facts(), search=1e-9)
    assert way.scheduling.method == "list schedule"
    assert way.scheduling.value == way.scheduling.value_list_schedule
    assert way.items
    assert way == roadmap(model(), evidence, judged(evidence), generated_actions(), facts(), search=0)


def test_the_search_beats_the_list_schedule_and_never_loses():
    plans = [roadmap_of(organisation(n)).scheduling for n in range(40)]
    assert all(p.value >= p.value_list_schedule for p in plans)
    ours, plain = sum(p.value for p in plans), sum(p.value_list_schedule for p in plans)
    assert ours > 1.02 * plain
    assert any(p.method == "cp-sat: best possible" for p in plans)


def test_the_value_is_the_sum_of_the_outlook_over_the_quarters():
    evidence = [*at_levels(base=2), said("use_cases.in_production", "denied", "nothing runs")]
    way = roadmap(model(), evidence, judged(evidence), real_actions(), facts(team_ml_engineers=5))
    belief = Posterior(model(), evidence)
    holding = {i.id for i in model().indicators.values() if i.level <= 2}
    total = 0.0
    for week in (13, 26, 39, 52):
        done = {i for item in way.items if item.end_week <= week for i in item.closes}
        total += float(outlook(model(), evidence, belief, holding, done).stage[2:].sum())
    assert way.scheduling.value == pytest.approx(total)
    assert way.quarters[-1].reach == pytest.approx(way.phases[-1].reach)


def test_the_quick_outlook_is_the_outlook():
    evidence = [
        *at_levels(base=2, data=4, culture=1),
        said("data.catalogue", "denied", "no"),
        said("people.community", "partly", "x"),
    ]
    belief = Posterior(model(), evidence)
    ids = sorted(model().indicators)
    holding, sets = set(ids[::5]), [set(), set(ids[::3]), set(ids[1::4]), {"data.catalogue"}]
    quick = Prospect(model(), evidence, belief, holding).stages(sets)
    for done, row in zip(sets, quick, strict=True):
        assert row == pytest.approx(outlook(model(), evidence, belief, holding, done).stage)


def test_what_was_said_against_finished_work_no_longer_counts():
    said_no = said("data.catalogue", "denied", "we have none")
    belief = Posterior(model(), at_levels(base=2))
    with_no, without = (
        outlook(model(), [*at_levels(base=2), *more], belief, set(), {"data.catalogue"}).levels for more in ([said_no], [])
    )
    assert with_no == pytest.approx(without)


def test_the_tables_add_up_to_what_everything_gains():
    evidence = at_levels(base=2)
    closes = {a.id: a.indicators for a in generated_actions() if a.to_level == 3}
    worth = Worth(model(), Prospect(model(), evidence, Posterior(model(), evidence), set()), closes, {}, 3)
    base, tables = worth.tables()
    nothing, everything = worth.reach([(), tuple(closes)])
    assert math.exp(base) == pytest.approx(max(nothing, LEAST))
    gained = sum(max(score for _, score in table.scores) for table in tables)
    assert math.exp(base + gained) == pytest.approx(everything, rel=0.05)


def test_quarters_show_work_and_money_against_what_there_is():
    evidence = at_levels(base=2)
    way = roadmap(model(), evidence, judged(evidence), real_actions(), facts(team_ml_engineers=5, budget_usd_year=150_000))
    assert sum(q.effort_weeks for q in way.quarters) == pytest.approx(sum(i.effort_weeks for i in way.items), abs=0.1)
    assert all(q.effort_weeks <= q.capacity_weeks == 3 * 1.25 * 13 for q in way.quarters)
    assert all(q.usd_year <= 150_000 for q in way.quarters)
    assert sum(q.usd for q in way.quarters) == sum(i.cost_usd[1] for i in way.items)
    assert [i.id for i in way.items if i.quarter == 1] == list(way.quarters[0].starts)


def test_the_first_days_name_the_quick_wins_that_are_finished():
    evidence = at_levels(base=1)
    way = roadmap(model(), evidence, judged(evidence), real_actions(), facts(team_ml_engineers=2))
    assert [m.days for m in way.first_days] == [30, 60, 90]
    assert way.first_days[0].quick_wins
    assert {*way.first_days[0].finished} <= {*way.first_days[2].finished}
    ends = {i.id: i.end_week for i in way.items}
    assert all(ends[name] <= m.end_week for m in way.first_days for name in m.finished)


def test_what_another_chosen_action_makes_true_is_waited_for():
    """The prerequisite is not on the roadmap, as a wider action makes the same true: that one has to come first."""
    wide = action("wide", "use_cases.in_production", "use_cases.users_depend", "use_cases.process_owner", effort_weeks=9)
    narrow = action("narrow", "use_cases.users_depend", effort_weeks=30)
    then = action("then", "use_cases.effect_measured", requires=("narrow",), effort_weeks=1)
    evidence = at_levels(base=2)
    way = roadmap(model(), evidence, judged(evidence), (wide, narrow, then), facts())
    items = {i.id: i for i in way.items}
    assert "narrow" not in items
    assert items["then"].after == ("wide",)
    assert items["then"].start_week > items["wide"].end_week


def test_items_say_what_they_are_worth_and_what_may_go_wrong():
    evidence = at_levels(base=2)
    way = roadmap(model(), evidence, judged(evidence), real_actions(), facts(team_ml_engineers=5))
    assert all(item.risks for item in way.items)
    assert max(item.gain for item in way.items) > 0.05
    live = next(i for i in way.items if i.closes[0].startswith("use_cases.in_production"))
    assert live.gain > sum(i.gain for i in way.items) / len(way.items)


def test_too_little_money_or_time_is_told():
    evidence = at_levels(base=2)
    short = roadmap(model(), evidence, judged(evidence), real_actions(), facts(team_ml_engineers=5, budget_usd_year=20_000))
    reasons = [left.reason for left in short.left_out]
    assert any("20,000 US dollars a year" in reason for reason in reasons)
    assert all(len(reason) > 20 for reason in reasons)


def test_at_least_twenty_four_actions_have_an_alternative_for_another_size():
    linked = [a for a in real_actions() if a.alternative_to]
    assert len({a.alternative_to for a in linked}) >= 24
    assert {size for a in linked for size in a.sizes} == {"small", "medium", "large"}


def test_an_alternative_for_the_same_size_or_for_something_else_is_a_fault():
    first = action("first", "data.catalogue", sizes=("small",))
    same = action("same", "data.catalogue", sizes=("small",), alternative_to="first")
    other = action("other", "data.named_owners", sizes=("large",), alternative_to="first")
    ghost = action("ghost", "data.catalogue", alternative_to="nobody")
    found = list(action_faults(model(), (first, same, other, ghost)))
    assert len(found) == 3
    assert all(name in text for name, text in zip(("same", "other", "nobody"), found, strict=True))


def test_a_prerequisite_comes_in_the_linked_alternative():
    big = action("big", "use_cases.experiments_run", sizes=("large",))
    linked = action("linked", "use_cases.experiments_run", sizes=("small",), alternative_to="big")
    wider = action("wider", "use_cases.experiments_run", "use_cases.pilot_tried", sizes=("small",), effort_weeks=40)
    then = action("then", "use_cases.in_production", requires=("big",))
    evidence = [*at_levels(base=1), said("use_cases.experiments_run", "denied", "we tried nothing")]
    way = roadmap(model(), evidence, judged(evidence), (big, wider, linked, then), facts(team_ml_engineers=1), 3)
    assert next(i for i in way.items if i.id == "then").after == ("linked",)


def test_capacity_is_people_times_weeks():
    assert capacity(facts(team_ml_engineers=1)).people_weeks_quarter == 2 * 0.75 * 13


def test_the_solver_is_loaded_only_where_it_plans():
    code = "import sys, assistant.planning.plan; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
