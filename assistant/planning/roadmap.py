"""The roadmap: which actions, in which order and by when, lead to the next stage, and why each is on it."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from assistant.errors import InputError
from assistant.interview.assessment import Assessment, Probabilities
from assistant.interview.evidence import Evidence, Fact
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, Level, MaturityModel, Value
from assistant.planning.actions import Action, order
from assistant.planning.capacity import Capacity, capacity
from assistant.planning.choice import EARLY_WINS, Choice, LeftOut, choose
from assistant.planning.gap import Gap, Ground, Needs, gaps, needs, probability, status
from assistant.planning.outlook import Prospect
from assistant.planning.quarters import MILESTONES, Milestone, Quarter, Scheduling, milestones, quarters
from assistant.planning.risks import risks
from assistant.planning.schedule import EFFORT_LIMIT, QUARTER, YEAR, Job, Method, Slot, Task, found_schedules, list_schedule
from assistant.planning.worth import Worth

PHASES: tuple[tuple[str, int, int], ...] = (
    ("First 30 days", 1, 4),
    ("Days 31-90", 5, 13),
    ("Months 4-6", 14, 26),
    ("Months 7-12", 27, 52),
    ("Year 2", 53, 104),
)
"""Name, first and last week."""
QUICK_WEIGHT = 3
"""Between schedules of the same worth a quick win's delay counts so much more: early results keep a programme alive."""


LEAST_TOLD = 0.005
"""Gain from which it is told: below, it would read as 0 points."""


class Item(Value):
    """One action on the roadmap. Weeks count from 1, both ends belong to it; effort is in person-weeks, cost in USD."""

    id: str
    title: str
    dimension: str
    from_level: Level
    to_level: Level
    start_week: int
    end_week: int
    quarter: int
    """The quarter in which it starts, from 1."""
    owner: str
    effort_weeks: float
    cost_usd: tuple[float, float]
    kpi: str
    exit_criterion: str
    why: str
    steps: tuple[str, ...]
    quick_win: bool
    gate: bool
    """Whether it works on a dimension that the rule of the target stage is short of."""
    closes: tuple[str, ...]
    """Ids of the unmet indicators that it makes true; for a roadmap that sustains, of those that it keeps."""
    because: tuple[Ground, ...]
    after: tuple[str, ...]
    gain: float
    """How much lower P(target stage or higher) would be in the end without it and all that wait for it."""
    risks: tuple[str, ...]
    alternative_to: str | None
    """The action that organisations of other sizes do instead, where there is one."""
    sources: tuple[str, ...]


class Phase(Value):
    """A stretch of time, the actions that start in it, and where the organisation is expected to stand at its end."""

    name: str
    start_week: int
    end_week: int
    items: tuple[Item, ...]
    stage_probs_after: Probabilities
    """Expected probabilities of the stages once everything that ends by then is finished."""
    reach: float = Field(ge=0, le=1)
    """P(target stage or higher) at its end."""


class Roadmap(Value):
    """The way from ``stage`` to ``target`` (the same when the organisation is at stage 5 and sustains it)."""

    stage: Level
    target: Level
    target_name: str
    sustains: bool
    gates: tuple[str, ...]
    """What the rule of the target stage still asks for, in words."""
    phases: tuple[Phase, ...]
    quarters: tuple[Quarter, ...]
    first_days: tuple[Milestone, ...]
    """What is finished in the first 30, 60 and 90 days."""
    scheduling: Scheduling
    gap: tuple[Gap, ...]
    left_out: tuple[LeftOut, ...]
    capacity: Capacity
    stage_probs_before: Probabilities

    @property
    def items(self) -> tuple[Item, ...]:
        """All actions in the order in which they start."""
        return tuple(item for phase in self.phases for item in phase.items)


def roadmap(
    model: MaturityModel,
    evidence: Sequence[Evidence],
    assessment: Assessment,
    actions: Sequence[Action],
    facts: Mapping[str, Fact],
    target: int | None = None,
    *,
    search: float = EFFORT_LIMIT,
) -> Roadmap:
    """The roadmap to ``target`` (the next stage when None).

    ``search``: the solver's limit in deterministic seconds; with 0 the list schedule stands, which is quicker.

    Raises `InputError` for a target below the next stage or above 5, `KnowledgeError` for actions that wait in a ring.
    """
    goal = _goal(assessment.stage, target)
    sustains = assessment.stage == 5
    belief = Posterior(model, evidence)
    means = capacity(facts)
    wanted = _sustained(goal) if sustains else needs(model, belief, goal)
    gap = gaps(model, evidence, belief, wanted)
    holding = _holding(model, evidence, belief)
    limit = YEAR if goal <= 3 and goal - assessment.stage <= 1 else 2 * YEAR  # wide change takes longer than a year
    choice = choose(model, actions, gap, holding, wanted, means, years=limit // YEAR, sustains=sustains)
    closes = {a.id: _closed(a, gap) for a in _in_order(choice)}
    worth = Worth(model, Prospect(model, evidence, belief, holding), closes, choice.after, goal)
    slots, scheduling = _scheduled(choice, means, worth, limit, search)
    chosen = {a.id: a for a in choice.actions}
    gains = worth.gains([s.action for s in slots])
    items = tuple(
        _item(chosen[s.action], s, choice, gap, wanted, model, evidence).model_copy(
            update={"gain": round(gains[s.action], 4), "risks": risks(chosen[s.action], s, slots, choice.after)}
        )
        for s in slots
    )
    return Roadmap(
        stage=assessment.stage,
        target=goal,
        target_name=model.stages[goal - 1].name,
        sustains=sustains,
        gates=wanted.conditions,
        phases=_phases(items, worth, goal),
        quarters=quarters(chosen, slots, means, worth),
        first_days=milestones(chosen, slots, worth),
        scheduling=scheduling,
        gap=gap,
        left_out=(*choice.left_out, *_not_scheduled(choice, slots, means, limit)),
        capacity=means,
        stage_probs_before=assessment.stage_probs,
    )


def _goal(stage: int, target: int | None) -> int:
    lowest = min(stage + 1, 5)
    if target is None:
        return lowest
    if not lowest <= target <= 5:
        raise InputError(f"`target` must be a stage from {lowest} to 5, but was {target}; leave it out for the next stage.")
    return target


def _sustained(goal: int) -> Needs:
    levels, weights = dict.fromkeys(DIMENSIONS, 5), dict.fromkeys(DIMENSIONS, 1.0)
    return Needs(target=goal, now=levels, levels=levels, weights=weights, gates=(), conditions=())


def _holding(model: MaturityModel, evidence: Sequence[Evidence], belief: Posterior) -> frozenset[str]:
    levels = belief.median_levels
    return frozenset(
        i.id
        for i in model.indicators.values()
        if status(i, evidence, levels[i.dimension], probability(model, i, evidence, belief)) is None
    )


def _in_order(choice: Choice) -> tuple[Action, ...]:
    """The chosen actions by priority, each after those it waits for. Raises `KnowledgeError` for a ring."""
    return order([a.model_copy(update={"requires": choice.after[a.id]}) for a in choice.actions])


def _closed(action: Action, gap: Sequence[Gap]) -> tuple[str, ...]:
    """The gaps that an action closes; for one that only keeps or prepares, what it keeps."""
    return tuple(g.indicator for g in gap if g.indicator in action.indicators) or action.indicators


def _task(choice: Choice, means: Capacity, limit: int) -> Task:
    jobs = tuple(
        Job(
            id=a.id, weeks=means.weeks(a), usd=a.planned_usd, after=choice.after[a.id],
            weight=QUICK_WEIGHT if a.quick_win else 1,
        )
        for a in _in_order(choice)
    )  # fmt: skip
    return Task(jobs=jobs, lanes=means.lanes, horizon=limit, usd_year=means.budget_usd)


def _scheduled(
    choice: Choice, means: Capacity, worth: Worth, limit: int, search: float
) -> tuple[tuple[Slot, ...], Scheduling]:
    """The better of the list schedule and the one that is searched for, both judged by the exact model."""
    task = _task(choice, means, limit)
    slots = greedy = list_schedule(task)
    value = plain = worth.area(greedy, limit)
    method: Method = "list schedule"
    if search > 0:
        found, how = found_schedules(_valued(task, choice, greedy, worth), search)
        for one in found:
            if (better := worth.area(one, limit)) > value or (method == "list schedule" and better >= value):
                slots, value, method = one, better, how
    scheduling = Scheduling(method=method, value=value, value_list_schedule=plain, horizon_weeks=limit)
    return slots, scheduling


def _valued(task: Task, choice: Choice, greedy: Sequence[Slot], worth: Worth) -> Task:
    """The task with what its ends are worth, and with the quick wins that open the list schedule held in their place."""
    quick = {a.id for a in choice.actions if a.quick_win}
    opening = [s.action for s in greedy if s.start_week == 1 and s.end_week <= MILESTONES[30] and s.action in quick]
    base, tables = worth.tables()
    jobs = tuple(job.model_copy(update={"early": job.id in opening[:EARLY_WINS]}) for job in task.jobs)
    return task.model_copy(update={"jobs": jobs, "base": base, "tables": tables})


def _not_scheduled(choice: Choice, slots: Sequence[Slot], means: Capacity, limit: int) -> tuple[LeftOut, ...]:
    """The chosen actions for which there is no room in time, and which of time, money or another action is at fault."""
    inside = {s.action for s in slots}
    task = _task(choice, means, limit)
    with_money = {s.action for s in list_schedule(task.model_copy(update={"usd_year": None}))}
    month = limit * 12 // YEAR
    found = []
    for action in (a for a in _in_order(choice) if a.id not in inside):
        before = next((b for b in choice.after[action.id] if b not in inside), None)
        if before is not None:
            reason = f"It waits for {before}, which is left out too."
        elif action.id in with_money and means.budget_usd is not None:
            reason = f"With the budget of each year it would end after month {month}; it comes next."
        else:
            reason = f"With the people there are it would end after month {month}; it comes next."
        found.append(LeftOut(action=action.id, title=action.title, dimension=action.dimension, reason=reason))
    return tuple(found)


def _item(
    action: Action, slot: Slot, choice: Choice, gap: Sequence[Gap], wanted: Needs, model: MaturityModel,
    evidence: Sequence[Evidence],
) -> Item:  # fmt: skip
    closed = [g for g in gap if g.indicator in action.indicators]
    grounds = [ground for g in closed for ground in g.grounds] or _kept(action, model, evidence)
    unique = tuple(dict.fromkeys(grounds))
    shared = {name: getattr(action, name) for name in Item.model_fields.keys() & Action.model_fields.keys()}
    return Item(
        **shared,
        start_week=slot.start_week,
        end_week=slot.end_week,
        quarter=(slot.start_week - 1) // QUARTER + 1,
        gain=0.0,
        risks=(),
        gate=action.dimension in wanted.gates,
        closes=_closed(action, gap),
        because=tuple(sorted(unique, key=lambda ground: ground.quote is None))[:3],
        after=choice.after[action.id],
    )


def _kept(action: Action, model: MaturityModel, evidence: Sequence[Evidence]) -> list[Ground]:
    """For an action that keeps what holds, or that prepares another one: what was said of it."""
    said = [e for e in evidence if e.indicator in action.indicators and e.polarity == "affirmed"]
    about = model.indicators
    if said:
        return [Ground(about=about[e.indicator].statement, status="kept", quote=e.quote, source=e.source) for e in said]
    return [Ground(about=about[i].statement, status="unsaid") for i in action.indicators[:1] if i in about]


def _phases(items: Sequence[Item], worth: Worth, goal: int) -> tuple[Phase, ...]:
    last = max((item.end_week for item in items), default=0)
    begun = [phase for phase in PHASES if phase[1] <= last]
    done = [[item.id for item in items if item.end_week <= end] for _, _, end in begun]
    phases: list[Phase] = []
    for (name, first, end), after in zip(begun, worth.stages(done) if begun else (), strict=True):
        one, two, three, four, five = (float(p) for p in after)
        probs = (one, two, three, four, five)
        reach = min(1.0, sum(probs[goal - 1 :]))
        starting = tuple(i for i in items if first <= i.start_week <= end)
        phases.append(Phase(name=name, start_week=first, end_week=end, items=starting, stage_probs_after=probs, reach=reach))
    return tuple(phases)
