"""Which actions go on the roadmap: those that close the weightiest gaps for the least effort, with what they require."""

import math
from collections.abc import Collection, Iterable, Sequence

from assistant.interview.model import DIMENSIONS, MaturityModel, Value
from assistant.planning.actions import Action
from assistant.planning.capacity import Capacity
from assistant.planning.gap import Gap, Needs
from assistant.planning.outlook import reached

QUICK = 1.25
"""A quick win counts this much more: early results keep a programme alive."""
ENOUGH_ALREADY = 0.3
"""What a gap still counts when its dimension has reached the level that is needed."""
EARLY_WINS = 2
SUSTAINING_ITEMS = 8
LISTED_LEFT_OUT = 12


class LeftOut(Value):
    """An action, or a gap that no action closes (``action`` is then empty), that is not on the roadmap, and why."""

    action: str
    title: str
    dimension: str
    reason: str


class Choice(Value):
    """The chosen actions by priority; ``after`` names for each the chosen ones it waits for."""

    actions: tuple[Action, ...]
    after: dict[str, tuple[str, ...]]
    left_out: tuple[LeftOut, ...]


class _Chooser:
    """One run of the greedy choice over what is still open."""

    def __init__(
        self, model: MaturityModel, actions: Sequence[Action], gap: Sequence[Gap], holding: Collection[str],
        wanted: Needs, means: Capacity, years: int,
    ) -> None:  # fmt: skip
        self.model, self.wanted, self.means, self.years = model, wanted, means, years
        self.by_id = {action.id: action for action in actions}
        self.fitting = [action for action in actions if means.size in action.sizes]
        self.open = {g.indicator: g for g in gap}
        self.holding = set(holding)
        self.chosen: dict[str, Action] = {}
        self.spent = 0.0

    def chain(self, action: Action) -> list[Action]:
        """The action after everything it still waits for, in order; each once. A ring ends where it closes."""
        found: dict[str, Action] = {}
        self._collect(action, found, set())
        return list(found.values())

    def _collect(self, action: Action, found: dict[str, Action], path: set[str]) -> None:
        for required in self.required(action):
            if required.id not in found and required.id not in path and required.id not in self.chosen:
                self._collect(required, found, path | {action.id})
        found[action.id] = action

    def required(self, action: Action) -> list[Action]:
        """The prerequisites that do not hold yet, in the version that suits the size."""
        result: list[Action] = []
        for name in action.requires:
            required = self.by_id.get(name)
            if required is None or (name not in self.chosen and self.holding.issuperset(required.indicators)):
                continue
            suited = self.suited(required)
            if suited is not None and suited.id != action.id:
                result.append(suited)
        return result

    def suited(self, action: Action) -> Action | None:
        """The action in the version for this size: itself, its alternative, or what makes most of the same true, if any."""
        if self.means.size in action.sizes:
            return action
        linked = [a for a in self.fitting if action.id == a.alternative_to or a.id == action.alternative_to]
        if linked:
            return linked[0]
        shared = {a.id: len({*a.indicators} & {*action.indicators}) for a in self.fitting}
        best = max(self.fitting, key=lambda a: shared[a.id], default=None)
        return best if best is not None and shared[best.id] else None

    def gain(self, chain: Sequence[Action]) -> float:
        """The weight of the gaps that the chain closes, by the square root of its effort."""
        closed = {i for action in chain for i in action.indicators if i in self.open}
        total = 0.0
        for indicator in closed:
            gap = self.open[indicator]
            enough = self.level(gap.dimension) >= self.wanted.levels[gap.dimension]
            total += gap.weight * (1 - gap.probability) * (ENOUGH_ALREADY if enough else 1.0)
        effort = sum(action.effort_weeks for action in chain)
        return total * (QUICK if chain[-1].quick_win else 1.0) / math.sqrt(effort)

    def level(self, dimension: str) -> int:
        """The level that the chosen actions carry the dimension to."""
        return reached(self.model, dimension, self.holding, self.wanted.now[dimension])

    def affordable(self, chain: Sequence[Action]) -> bool:
        """Whether the money of the years there are carries the chain beside what is chosen, and no year's is too small."""
        budget = self.means.budget_usd
        if budget is None:
            return True
        costs = [action.planned_usd for action in chain]
        return max(costs) <= budget and self.spent + sum(costs) <= budget * self.years

    def take(self, chain: Sequence[Action]) -> None:
        """Put the chain on the roadmap; its indicators are no longer open."""
        for action in chain:
            self.chosen[action.id] = action
            self.spent += action.planned_usd
            self.holding.update(action.indicators)
            for indicator in action.indicators:
                self.open.pop(indicator, None)


def choose(
    model: MaturityModel, actions: Sequence[Action], gap: Sequence[Gap], holding: Collection[str], wanted: Needs,
    means: Capacity, *, years: int = 1, sustains: bool = False,
) -> Choice:  # fmt: skip
    """Pass the gates of the target stage one by one, then choose the best gain for its effort until the roadmap is full.

    ``years``: for how many the roadmap runs; each has its budget. In the result two quick wins come first, then heavier
    gaps before lighter ones and lower levels before higher ones.
    """
    run = _Chooser(model, actions, gap, holding, wanted, means, years)
    limit = min(means.items, SUSTAINING_ITEMS) if sustains else means.items
    if sustains:
        _keep(run, limit)
    reasons: dict[str, str] = {}
    pool = [a for a in run.fitting if a.to_level <= wanted.levels[a.dimension] and not a.sustains]
    for gate in wanted.gates:  # one gate is passed before the next is begun: half-open gates give no stage
        while (level := run.level(gate)) < wanted.levels[gate]:
            step = {i.id for i in model.dimension(gate).indicators if i.level == level + 1}
            if not _take_best(run, [a for a in pool if step & run.open.keys() & {*a.indicators}], reasons, limit):
                break
    while _take_best(run, pool, reasons, limit):
        pass
    ranked = _ranked(run.chosen.values(), wanted)
    after = {a.id: _waits_for(run, a, holding) for a in ranked}
    return Choice(actions=tuple(ranked), after=after, left_out=_left_out(run, reasons))


def _take_best(run: _Chooser, pool: Sequence[Action], reasons: dict[str, str], limit: int) -> bool:
    """Take the action of the pool that gains most, or note why it cannot be had; False when none gains anything."""
    chains = {a.id: run.chain(a) for a in pool if a.id not in run.chosen and a.id not in reasons}
    gains = {name: run.gain(chain) for name, chain in chains.items()}
    best = max(gains, key=gains.__getitem__, default=None)
    if best is None or gains[best] <= 0:
        return False
    if not run.affordable(chains[best]):
        reasons[best] = _too_dear(run, chains[best])
    elif len(run.chosen) + len(chains[best]) > limit:
        reasons[best] = "The roadmap is full; this one weighs less and comes next."
    else:
        run.take(chains[best])
    return True


def _too_dear(run: _Chooser, chain: Sequence[Action]) -> str:
    cost, budget = sum(action.planned_usd for action in chain), run.means.budget_usd or 0.0
    before = "; it needs others first, and with them" if len(chain) > 1 else ": it"
    return (
        f"The budget that was named, {budget:,.0f} US dollars a year, does not carry it beside what weighs more"
        f"{before} may cost up to {cost:,.0f}."
    )


def _ranked(chosen: Iterable[Action], wanted: Needs) -> list[Action]:
    ranked = sorted(chosen, key=lambda a: (-wanted.weights[a.dimension], a.to_level, not a.quick_win))
    first = [a for a in ranked if a.quick_win][:EARLY_WINS]
    return [*first, *(a for a in ranked if a not in first)]


def _keep(run: _Chooser, limit: int) -> None:
    """At stage 5: the actions that keep what is there, else those of level 5, one a dimension, to be renewed."""
    renewed = {a.dimension: a for a in reversed(run.fitting) if a.to_level == 5}
    keepers = [a for a in run.fitting if a.sustains] or [renewed[d] for d in DIMENSIONS if d in renewed]
    for action in keepers[:limit]:
        if run.affordable([action]):
            run.take([action])


def _waits_for(run: _Chooser, action: Action, held: Collection[str]) -> tuple[str, ...]:
    """The chosen actions that make true what the action requires and what does not hold today.

    That is the required action itself (in the version for the size) or, where another one chosen before makes the same
    true, that one: waiting only for what was chosen before, no two actions wait for each other.
    """
    names = list(run.chosen)
    earlier = names[: names.index(action.id)]
    found: dict[str, None] = {}
    for required in (run.by_id[name] for name in action.requires if name in run.by_id):
        missing = {*required.indicators} - {*held}
        suited = run.suited(required)
        itself = [suited.id] if suited is not None and suited.id in run.chosen and suited.id != action.id else []
        makers = {i: next((n for n in earlier if i in run.chosen[n].indicators), None) for i in sorted(missing)}
        others = [n for n in makers.values() if n is not None]
        if missing:
            covered = len(others) == len(makers)
            found |= dict.fromkeys(others if covered and not {*itself} & {*earlier} else itself or others)
    return tuple(found)


def _left_out(run: _Chooser, reasons: dict[str, str]) -> tuple[LeftOut, ...]:
    refused = [(run.by_id[name], reason) for name, reason in reasons.items()]
    found = [
        LeftOut(action=action.id, title=action.title, dimension=action.dimension, reason=reason)
        for action, reason in refused
        if any(i in run.open for i in action.indicators)
    ]
    covered = {i for name in reasons for i in run.by_id[name].indicators}
    found += [
        LeftOut(action="", title=g.statement, dimension=g.dimension, reason=_why_open(run, g))
        for g in run.open.values()
        if g.indicator not in covered
    ]
    return tuple(found[:LISTED_LEFT_OUT])


def _why_open(run: _Chooser, gap: Gap) -> str:
    others = [a for a in run.by_id.values() if gap.indicator in a.indicators]
    if any(run.means.size not in a.sizes for a in others):
        return f"The actions for this suit organisations of another size; yours is taken to be {run.means.size}."
    if others:
        return "Only actions beyond the target stage make this true."
    return "The action catalogue holds nothing for this yet."
