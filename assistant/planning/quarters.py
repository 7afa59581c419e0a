"""What a schedule asks of each quarter, and what is finished in the first 30, 60 and 90 days."""

import math
from collections.abc import Mapping, Sequence

from pydantic import Field

from assistant.interview.model import Value
from assistant.planning.actions import Action
from assistant.planning.capacity import Capacity
from assistant.planning.schedule import QUARTER, YEAR, Method, Slot, finished, quarter_ends
from assistant.planning.worth import Worth

MILESTONES = {30: 4, 60: 9, 90: 13}
"""Days, and the last week that has ended by then (to the nearest week; 13 weeks are the quarter)."""


class Quarter(Value):
    """One quarter: the work and the money that its actions take, what there is, and what is reached at its end.

    ``effort_weeks``: person-weeks, an action's effort spread evenly over its weeks. ``usd_year``: the highest cost of
    all that started since the year began; ``budget_usd_year``: the money of a year, None where no budget was named.
    """

    number: int
    start_week: int
    end_week: int
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    effort_weeks: float
    capacity_weeks: float
    usd: float
    usd_year: float
    budget_usd_year: float | None
    reach: float = Field(ge=0, le=1)
    """P(target stage or higher) at its end."""


class Milestone(Value):
    """What is finished within the first days: ids of actions, and those of them that are quick wins."""

    days: int
    end_week: int
    finished: tuple[str, ...]
    quick_wins: tuple[str, ...]
    reach: float = Field(ge=0, le=1)


class Scheduling(Value):
    """How the order was found and what it is worth: the sum of the probabilities at the ends of all quarters."""

    method: Method
    value: float
    value_list_schedule: float
    """The same for the greedy schedule of the same actions."""
    horizon_weeks: int
    formula: str = "value = sum over quarters q of P(target stage or higher | actions finished by the end of q)"
    sources: tuple[str, ...] = (
        "RCPSP: Brucker et al. 1999, European Journal of Operational Research 112, 3-41",
        "OR-Tools CP-SAT",
    )


def quarters(actions: Mapping[str, Action], slots: Sequence[Slot], means: Capacity, worth: Worth) -> tuple[Quarter, ...]:
    """All quarters up to the last one in which something runs."""
    last = max((slot.end_week for slot in slots), default=0)
    weeks = quarter_ends(math.ceil(last / QUARTER) * QUARTER)
    reached = worth.reach([finished(slots, week) for week in weeks]) if weeks else []
    return tuple(_quarter(week, reach, actions, slots, means) for week, reach in zip(weeks, reached, strict=True))


def _quarter(end: int, reach: float, actions: Mapping[str, Action], slots: Sequence[Slot], means: Capacity) -> Quarter:
    first = end - QUARTER + 1
    year = (end - 1) // YEAR * YEAR
    effort = 0.0
    for slot in slots:
        shared = min(end, slot.end_week) - max(first, slot.start_week) + 1
        effort += actions[slot.action].effort_weeks * max(0, shared) / (slot.end_week - slot.start_week + 1)
    starting = [s for s in slots if first <= s.start_week <= end]
    return Quarter(
        number=end // QUARTER,
        start_week=first,
        end_week=end,
        starts=tuple(s.action for s in starting),
        ends=tuple(s.action for s in slots if first <= s.end_week <= end),
        effort_weeks=round(effort, 2),
        capacity_weeks=means.people_weeks_quarter,
        usd=sum(actions[s.action].planned_usd for s in starting),
        usd_year=sum(actions[s.action].planned_usd for s in slots if year < s.start_week <= end),
        budget_usd_year=means.budget_usd,
        reach=reach,
    )


def milestones(actions: Mapping[str, Action], slots: Sequence[Slot], worth: Worth) -> tuple[Milestone, ...]:
    """What is finished in the first 30, 60 and 90 days."""
    ended = [finished(slots, week) for week in MILESTONES.values()]
    return tuple(
        Milestone(
            days=days, end_week=week, finished=names, reach=reach,
            quick_wins=tuple(name for name in names if actions[name].quick_win),
        )
        for (days, week), names, reach in zip(MILESTONES.items(), ended, worth.reach(ended), strict=True)
    )  # fmt: skip
