"""How much an organisation can take on at once: from the people and the money it named."""

import math
from collections.abc import Mapping

from assistant.interview.evidence import Fact
from assistant.interview.model import Value
from assistant.planning.actions import Action, Size
from assistant.planning.schedule import QUARTER
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
    people_weeks_quarter: float
    """Person-weeks of a quarter: lanes x people x 13 weeks."""

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
    return Capacity(
        size=size,
        lanes=lanes,
        people=hands,
        items=items,
        budget_usd=money,
        grounds=grounds,
        people_weeks_quarter=lanes * hands * QUARTER,
    )
