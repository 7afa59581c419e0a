"""The roadmap: which actions, in which order and by when, lead to the next stage, and why each is on it."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from assistant.errors import InputError
from assistant.interview.assessment import Assessment, Probabilities
from assistant.interview.evidence import Evidence, Fact
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, Level, MaturityModel, Value
from assistant.planning.actions import Action, order
from assistant.planning.capacity import Capacity, Slot, capacity, schedule
from assistant.planning.choice import Choice, LeftOut, choose
from assistant.planning.gap import Gap, Ground, Needs, gaps, needs, probability, status
from assistant.planning.outlook import outlook

PHASES: tuple[tuple[str, int, int], ...] = (
    ("First 30 days", 1, 4),
    ("Days 31-90", 5, 13),
    ("Months 4-6", 14, 26),
    ("Months 7-12", 27, 52),
    ("Year 2", 53, 104),
)
"""Name, first and last week."""


class Item(Value):
    """One action on the roadmap. Weeks count from 1, both ends belong to it; effort is in person-weeks, cost in USD."""

    id: str
    title: str
    dimension: str
    from_level: Level
    to_level: Level
    start_week: int
    end_week: int
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
) -> Roadmap:
    """The roadmap to ``target`` (the next stage when None).

    Raises `InputError` for a target below the next stage or above 5, `KnowledgeError` for actions that wait in a ring.
    """
    goal = _goal(assessment.stage, target)
    sustains = assessment.stage == 5
    belief = Posterior(model, evidence)
    means = capacity(facts)
    wanted = _sustained(goal) if sustains else needs(model, belief, goal)
    gap = gaps(model, evidence, belief, wanted)
    holding = _holding(model, evidence, belief)
    choice = choose(model, actions, gap, holding, wanted, means, sustains=sustains)
    slots = _scheduled(choice, means)
    limit = 52 if goal <= 3 and goal - assessment.stage <= 1 else 104  # wide change takes longer than a year
    late = _late(slots, choice, limit)
    chosen = {a.id: a for a in choice.actions}
    kept = (s for s in slots if s.action not in late)
    items = tuple(_item(chosen[s.action], s, choice, gap, wanted, model, evidence) for s in kept)
    return Roadmap(
        stage=assessment.stage,
        target=goal,
        target_name=model.stages[goal - 1].name,
        sustains=sustains,
        gates=wanted.conditions,
        phases=_phases(model, evidence, belief, holding, items, goal),
        gap=gap,
        left_out=(*choice.left_out, *(_too_late(chosen[name], limit) for name in sorted(late))),
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


def _scheduled(choice: Choice, means: Capacity) -> tuple[Slot, ...]:
    waiting = [a.model_copy(update={"requires": choice.after[a.id]}) for a in choice.actions]
    return schedule(order(waiting), choice.after, means)


def _late(slots: Sequence[Slot], choice: Choice, limit: int) -> frozenset[str]:
    late: set[str] = set()
    for slot in slots:  # an action never starts before those it waits for, so one pass is enough
        if slot.end_week > limit or any(before in late for before in choice.after[slot.action]):
            late.add(slot.action)
    return frozenset(late)


def _too_late(action: Action, limit: int) -> LeftOut:
    return LeftOut(
        action=action.id, title=action.title, dimension=action.dimension,
        reason=f"With the people there are it would end after month {limit * 12 // 52}; it comes next.",
    )  # fmt: skip


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
        gate=action.dimension in wanted.gates,
        closes=tuple(g.indicator for g in closed) or action.indicators,
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


def _phases(
    model: MaturityModel, evidence: Sequence[Evidence], belief: Posterior, holding: frozenset[str],
    items: Sequence[Item], goal: int,
) -> tuple[Phase, ...]:  # fmt: skip
    last = max((item.end_week for item in items), default=0)
    phases: list[Phase] = []
    for name, first, end in PHASES:
        if first > last:
            break
        done = {i for item in items if item.end_week <= end for i in item.closes}
        after = outlook(model, evidence, belief, holding, done).stage if done else belief.stage
        one, two, three, four, five = (float(p) for p in after)
        starting = tuple(i for i in items if first <= i.start_week <= end)
        probs = (one, two, three, four, five)
        reach = min(1.0, sum(probs[goal - 1 :]))
        phases.append(Phase(name=name, start_week=first, end_week=end, items=starting, stage_probs_after=probs, reach=reach))
    return tuple(phases)
