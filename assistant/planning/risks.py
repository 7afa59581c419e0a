"""What may go wrong with an action on a roadmap: by its own nature, and by its place among the others."""

from collections.abc import Mapping, Sequence

from assistant.planning.actions import Action
from assistant.planning.schedule import QUARTER, Slot

WIDE = 3.0
"""From this ratio of the highest to the lowest cost on, an offer should be had before the money is promised."""
MANY = 2
"""So many actions that wait for one make its delay everybody's."""


def risks(action: Action, slot: Slot, slots: Sequence[Slot], after: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The authored risk of the action first, then those that follow from the schedule, each with what to do about it."""
    found = [action.risk] if action.risk else []
    start = {s.action: s.start_week for s in slots}
    followers = [name for name in start if action.id in after.get(name, ())]
    tight = [name for name in followers if start[name] == slot.end_week + 1]
    if tight and len(followers) >= MANY:
        found.append(f"{len(followers)} actions wait for it, {len(tight)} of them at once: a week's delay delays them too.")
    elif tight:
        found.append("The action that waits for it begins the week after: there is no slack.")
    if slot.end_week - slot.start_week + 1 > QUARTER:
        found.append("It runs longer than a quarter: agree on an intermediate result that can be shown by half-time.")
    low, high = action.cost_usd
    if high >= 10_000 and high >= WIDE * max(low, 1.0):
        found.append(f"The cost may come to {high:,.0f} US dollars, far above the lowest: get an offer before it starts.")
    return tuple(found)
