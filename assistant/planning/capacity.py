"""How much an organisation can take on at once: from the people and the money it named."""

import math
from collections.abc import Mapping, Sequence

from assistant.interview.evidence import Fact
from assistant.interview.model import Value
from assistant.planning.actions import Action, Size
from assistant.planning.situation import situation

LEAST_WEEKS = 2
"""Even a small action waits for meetings, agreement and answers."""


class Capacity(Value):
    """The size of the organisation's means, and what follows from it for a roadmap.

    ``lanes``: how many actions run side by side; ``people``: how many work on one of them, full-time; ``items``: the
    most actions a roadmap may hold; ``budget_usd``: what may be spent in a year, None where nothing was said.
    """

    size: Size
    lanes: int
    people: float
    items: int
    budget_usd: float | None
    grounds: str
    """What the size was read from, or that it was assumed."""

    def weeks(self, action: Action) -> int:
        """How many weeks the action takes in one lane."""
        return max(LEAST_WEEKS, math.ceil(action.effort_weeks / self.people))


_BY_SIZE: dict[Size, tuple[int, float, int]] = {
    "small": (2, 0.75, 12),
    "medium": (3, 1.25, 16),
    "large": (4, 2.0, 16),
}
"""Lanes, people a lane, most items. Planning assumptions: change takes time beside the daily work."""


def capacity(facts: Mapping[str, Fact]) -> Capacity:
    """The capacity by the number of people who build models, else by the budget, else medium, said aloud."""
    here = situation(facts, stage=1)
    people, money = here.team_ml_engineers, here.budget_usd_year
    size: Size = "medium"
    grounds = "Neither the number of people who build models nor a budget was named; a medium-sized effort is assumed."
    if people is not None:
        size = "small" if people <= 3 else "medium" if people <= 10 else "large"
        grounds = f"{people:g} people who build or run models were named."
    elif money is not None:
        size = "small" if money < 100_000 else "medium" if money < 1_000_000 else "large"
        grounds = f"A budget of {money:,.0f} US dollars a year was named."
    lanes, hands, items = _BY_SIZE[size]
    return Capacity(size=size, lanes=lanes, people=hands, items=items, budget_usd=money, grounds=grounds)


class Slot(Value):
    """When an action runs; weeks count from 1 and both ends belong to it."""

    action: str
    start_week: int
    end_week: int


def schedule(actions: Sequence[Action], after: Mapping[str, Sequence[str]], means: Capacity) -> tuple[Slot, ...]:
    """Put actions, given in order of priority, into lanes; ``after`` names what each waits for (no rings).

    Always the action that can start first is placed next, the one given earlier where two can.
    """
    lanes = [0] * means.lanes
    ends: dict[str, int] = {}
    waiting = {action.id: action for action in actions}
    slots: list[Slot] = []
    while waiting:
        free = min(lanes)
        ready = [a for a in waiting.values() if not any(r in waiting for r in after.get(a.id, ()))]
        starts = {a.id: max([free, *(ends[r] for r in after.get(a.id, ()) if r in ends)]) for a in ready}
        chosen = min(ready, key=lambda a: starts[a.id])  # min keeps the first of equals: the higher priority
        start = starts[chosen.id]
        end = start + means.weeks(chosen)
        # the lane that has been free for the shortest time before the start, so that early lanes stay open
        lane = max((i for i, busy in enumerate(lanes) if busy <= start), key=lanes.__getitem__)
        lanes[lane] = end
        ends[chosen.id] = end
        slots.append(Slot(action=chosen.id, start_week=start + 1, end_week=end))
        del waiting[chosen.id]
    return tuple(slots)
