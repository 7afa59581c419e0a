"""How two plans differ, row by row: what, before, after, and why."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field, JsonValue

from assistant.interview.model import Value
from assistant.planning.calculation import Calculation
from assistant.planning.changes import FACT_SOURCE
from assistant.planning.economics import OwnOrRent
from assistant.planning.estimates import Sizing
from assistant.planning.placement import Placement
from assistant.planning.placement_phases import PHASE_NAMES, PLACE_NAMES
from assistant.planning.plan import Plan, StatedFact
from assistant.planning.roadmap import Item, Roadmap

Part = Literal["fact", "placement", "cost", "sizing", "roadmap", "promotion", "warning", "assumption"]
NONE = "none"
UNKNOWN = "unknown"
_SAME = 1e-9
"""Figures that differ by less than this share are equal: the rest is rounding."""


class Row(Value):
    """One thing that differs.

    ``before`` and ``after`` are words; ``numbers`` holds the figures behind them by name, before and after, None where
    there is none. ``moves``: whether a decision turns and not only its rule or its figures: another place, another
    cheapest way, another pace.
    """

    part: Part
    what: str
    before: str
    after: str
    why: str
    numbers: dict[str, tuple[float | None, float | None]] = Field(default_factory=dict)
    moves: bool = False


def differences(before: Plan, after: Plan, prices: Iterable[Row] = ()) -> tuple[Row, ...]:
    """Everything that differs, in the order of `Part`; empty for equal plans.

    ``prices``: rows on prices that were supposed, which no plan holds; they come with the facts.
    """
    facts = (*_facts(before.facts, after.facts), *prices)
    places = tuple(_placements(before.deployment.placements, after.deployment.placements))
    standing = tuple(_standing(before, after))
    supposed = "; ".join(f"{row.what} is {row.after}" for row in (*standing, *facts))
    cause = "; ".join(f"{row.what} is now {_place(row.after)}" for row in places if row.moves) or supposed
    return (
        *standing,
        *facts,
        *places,
        *_costs(before.deployment.own_or_rent, after.deployment.own_or_rent, supposed),
        *_order(before.deployment.totals, after.deployment.totals, supposed),
        *_ways(before.deployment.gravity, after.deployment.gravity, supposed),
        *_sizes(before.deployment.sizing, after.deployment.sizing, cause),
        *_roadmap(before.roadmap, after.roadmap, supposed if standing else after.roadmap.capacity.grounds),
        *_promotion(before, after, cause),
        *_listed("warning", before.deployment.warnings, after.deployment.warnings, "no longer so"),
        *_listed("assumption", before.assumptions, after.assumptions, "no longer assumed"),
    )


def _standing(before: Plan, after: Plan) -> Iterable[Row]:
    was, now = before.assessment, after.assessment
    if was.stage != now.stage:
        names = (f"{was.stage}, {was.stage_name}", f"{now.stage}, {now.stage_name}")
        yield Row(part="fact", what="stage", before=names[0], after=names[1], why="supposed")
    for dimension, level in was.levels.items():
        if now.levels[dimension] != level:
            levels = (str(level), str(now.levels[dimension]))
            yield Row(part="fact", what=was.names[dimension], before=levels[0], after=levels[1], why="supposed")


def _facts(before: Iterable[StatedFact], after: Iterable[StatedFact]) -> Iterable[Row]:
    was, now = ({fact.name: fact for fact in facts} for facts in (before, after))
    for name in dict.fromkeys((*was, *now)):
        old, new = was.get(name), now.get(name)
        if old is None or new is None or old.value != new.value:
            if old is None and new is not None and new.source != FACT_SOURCE:
                continue  # a clue that the words of another fact told before as well
            pair = (_figure(old.value if old else None), _figure(new.value if new else None))
            yield Row(
                part="fact", what=name, before=_value(old), after=_value(new), why="supposed",
                numbers={name: pair} if any(number is not None for number in pair) else {},
            )  # fmt: skip


def _value(fact: StatedFact | None) -> str:
    if fact is None:
        return UNKNOWN
    if isinstance(fact.value, bool):
        return "yes" if fact.value else "no"
    text = f"{fact.value:,g}" if isinstance(fact.value, int | float) else fact.value
    return f"{text} {fact.unit}".strip() if fact.unit != "count" else text


def _placements(before: Iterable[Placement], after: Iterable[Placement]) -> Iterable[Row]:
    was = {placement.phase: placement for placement in before}
    for new in after:
        old = was.get(new.phase)
        if old is not None and (old.decision, old.rule) == (new.decision, new.rule):
            continue
        moves = old is None or old.decision != new.decision
        reason = new.reason.split(" You said:", 1)[0]
        yield Row(
            part="placement",
            what=PHASE_NAMES[new.phase],
            before=f"{PLACE_NAMES[old.decision]} (rule {old.rule})" if old else NONE,
            after=f"{PLACE_NAMES[new.decision] if moves else 'the same place'} (rule {new.rule})",
            why=reason,
            moves=moves,
            numbers={"confidence": (old.confidence if old else None, new.confidence)},
        )


def _place(text: str) -> str:
    return text.split(" (rule", 1)[0]


def _costs(before: OwnOrRent | None, after: OwnOrRent | None, cause: str) -> Iterable[Row]:
    if before is None or after is None:
        if before is not after:
            there = [f"{p.server}, {p.years} years" if p else NONE for p in (before, after)]
            yield Row(part="cost", what="Owning against renting", before=there[0], after=there[1], why=cause)
        return
    if before.server != after.server:
        yield Row(part="cost", what="Server compared", before=before.server, after=after.server, why=cause)
    why = _inputs_changed(before.owned, after.owned) or cause
    for name, label, unit in (
        ("own_usd", f"Owning for {after.years} years", "USD"),
        ("own_usd_hour", "Owning, an hour", "USD"),
        ("marginal_usd_hour", "Running what is owned, an hour", "USD"),
    ):
        yield from _number("cost", label, name, getattr(before, name), getattr(after, name), unit, why)
    yield from _offers(before, after, why, cause)


def _offers(before: OwnOrRent, after: OwnOrRent, why: str, cause: str) -> Iterable[Row]:
    was, now = ({offer.name: offer for offer in compared.offers} for compared in (before, after))
    used = float(str(after.owned.inputs.get("utilisation", 1.0)))
    for name in dict.fromkeys((*was, *now)):
        old, new = was.get(name), now.get(name)
        if old is None or new is None:
            pair = [f"{o.usd_hour:,.2f} USD an hour" if o else NONE for o in (old, new)]
            yield Row(part="cost", what=f"Offer compared: {name}", before=pair[0], after=pair[1], why=why)
            continue
        yield from _number("cost", f"Renting: {name}, an hour", "usd_hour", old.usd_hour, new.usd_hour, "USD", cause)
        if _moved(old.break_even, new.break_even):
            yield Row(
                part="cost", what=f"Owning is cheaper than {name} above a use of", before=_share(old.break_even),
                after=_share(new.break_even), why=why, numbers={"break_even": (old.break_even, new.break_even)},
            )  # fmt: skip
        order = [("owning" if used > o.break_even else "renting") for o in (old, new)]
        if order[0] != order[1]:
            what = f"Cheaper at {used:.0%} use: owning or {name}"
            yield Row(part="cost", what=what, before=order[0], after=order[1], why=why, moves=True)


def _order(before: Calculation | None, after: Calculation | None, cause: str) -> Iterable[Row]:
    """The cheapest of owning, renting and a token API over each span of years, where it is another one."""
    if before is None or after is None:
        return
    was, now = (_words(worked.values.get("cheapest")) for worked in (before, after))
    for years, name in now.items():
        if years in was and was[years] != name:
            yield Row(part="cost", what=f"Cheapest over {years} years", before=was[years], after=name, why=cause, moves=True)


def _words(value: JsonValue) -> dict[str, str]:
    return {name: str(word) for name, word in value.items()} if isinstance(value, dict) else {}


def _ways(before: Calculation | None, after: Calculation | None, cause: str) -> Iterable[Row]:
    """Whether the data travels to the machines or the machines come to the data, where that turns."""
    if before is None or after is None:
        return
    said = [
        "the machines come to the data" if c.values.get("bring_compute") else "the data travels" for c in (before, after)
    ]
    if said[0] != said[1]:
        why = _inputs_changed(before, after) or cause
        yield Row(part="cost", what="What moves", before=said[0], after=said[1], why=why, moves=True)


def _share(value: float) -> str:
    return "never" if value > 1 else f"{value:.0%} of the hours"


def _number(part: Part, what: str, name: str, old: float, new: float, unit: str, why: str) -> Iterable[Row]:
    if _moved(old, new):
        shown = [f"{v:,.0f} {unit}" if abs(v) >= 1000 else f"{v:,.2f} {unit}" for v in (old, new)]
        yield Row(
            part=part, what=what, before=shown[0], after=f"{shown[1]}{_by(old, new)}", why=why, numbers={name: (old, new)}
        )


def _by(old: float, new: float) -> str:
    return f" ({(new - old) / old:+.0%})" if old else ""


def _moved(old: float, new: float) -> bool:
    return abs(old - new) > _SAME * max(abs(old), abs(new))


def _sizes(before: Iterable[Sizing], after: Iterable[Sizing], cause: str) -> Iterable[Row]:
    was, now = ({sizing.id: sizing for sizing in sizings} for sizings in (before, after))
    for key in dict.fromkeys((*now, *was)):
        old, new = was.get(key), now.get(key)
        numbers = _changed(old.calculation.values if old else {}, new.calculation.values if new else {})
        if old is not None and new is not None:
            if not numbers and old.answer == new.answer:
                continue
            why = _inputs_changed(old.calculation, new.calculation) or cause
        else:
            why = cause
        named = new or old
        yield Row(
            part="sizing",
            what=named.purpose if named else key,
            before=old.answer if old else "not needed",
            after=new.answer if new else "not needed",
            why=why,
            numbers=numbers,
        )


def _changed(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]
) -> dict[str, tuple[float | None, float | None]]:
    was, now = _flat(before), _flat(after)
    pairs = {name: (was.get(name), now.get(name)) for name in dict.fromkeys((*was, *now))}
    return {n: (a, b) for n, (a, b) in pairs.items() if a is None or b is None or _moved(a, b)}


def _flat(values: Mapping[str, JsonValue], prefix: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        elif (number := _figure(value)) is not None:
            found[prefix + name] = number
    return found


def _figure(value: object) -> float | None:
    return None if isinstance(value, bool) or not isinstance(value, int | float) else float(value)


def _inputs_changed(before: Calculation, after: Calculation) -> str:
    pairs = _changed(before.inputs, after.inputs)
    return "; ".join(f"{name} is {_short(b)} and not {_short(a)}" for name, (a, b) in pairs.items())


def _short(value: float | None) -> str:
    return NONE if value is None else f"{value:,.6g}"


def _roadmap(before: Roadmap, after: Roadmap, why: str) -> Iterable[Row]:
    if before is after:
        return
    if before.target != after.target:
        names = [f"{way.target}, {way.target_name}" for way in (before, after)]
        yield Row(part="roadmap", what="Target stage", before=names[0], after=names[1], why="the stage today is another")
    if (before.capacity.lanes, before.capacity.people) != (after.capacity.lanes, after.capacity.people):
        teams = [f"{c.lanes} actions side by side, {c.people:g} people on each" for c in (before.capacity, after.capacity)]
        yield Row(part="roadmap", what="Capacity", before=teams[0], after=teams[1], why=why, moves=True)
    was, now = ({item.id: item for item in way.items} for way in (before, after))
    for key in dict.fromkeys((*now, *was)):
        yield from _action(was.get(key), now.get(key), why)
    yield from _reached(before, after, why)


def _action(old: Item | None, new: Item | None, why: str) -> Iterable[Row]:
    item = new or old
    pair = [f"weeks {i.start_week} to {i.end_week}" if i else "not on it" for i in (old, new)]
    if item is not None and pair[0] != pair[1]:
        weeks = (float(old.end_week) if old else None, float(new.end_week) if new else None)
        numbers = {"end_week": weeks}
        yield Row(part="roadmap", what=item.title, before=pair[0], after=pair[1], why=why, numbers=numbers)


def _reached(before: Roadmap, after: Roadmap, why: str) -> Iterable[Row]:
    if before.target != after.target:
        return
    was, now = ({phase.name: phase for phase in way.phases} for way in (before, after))
    for name in dict.fromkeys((*was, *now)):
        old, new = was.get(name), now.get(name)
        pair = [f"{phase.reach:.0%}" if phase else "no phase" for phase in (old, new)]
        if pair[0] != pair[1]:
            what = f"Probability of stage {after.target} after {name[0].lower() + name[1:]}"
            numbers = {"reach": (old.reach if old else None, new.reach if new else None)}
            yield Row(part="roadmap", what=what, before=pair[0], after=pair[1], why=why, numbers=numbers)


def _promotion(before: Plan, after: Plan, cause: str) -> Iterable[Row]:
    was, now = ({step.title: step for step in plan.deployment.promotion} for plan in (before, after))
    for title in dict.fromkeys((*now, *was)):
        if (title in was) != (title in now):
            pair = ["a step" if title in steps else NONE for steps in (was, now)]
            yield Row(part="promotion", what=title, before=pair[0], after=pair[1], why=cause)


def _listed(part: Part, before: Iterable[str], after: Iterable[str], gone: str) -> Iterable[Row]:
    was, now = dict.fromkeys(before), dict.fromkeys(after)
    for text in dict.fromkeys((*now, *was)):
        if (text in was) != (text in now):
            pair = ("new", text) if text in now else (text, gone)
            yield Row(part=part, what=part.capitalize(), before=pair[0], after=pair[1], why="follows from the above")
