"""Which known traps of the published numbers a calculation walks into; the traps themselves are data of the catalogue."""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Condition, Trap


def met(traps: Iterable[Trap], worked: Calculation) -> tuple[Trap, ...]:
    """The traps whose conditions the calculation's inputs and values all meet, in the catalogue's order."""
    given = {**worked.inputs, **worked.values}
    return tuple(t for t in traps if worked.name in t.calculators and all(_holds(c, given) for c in t.when))


def warnings(traps: Iterable[Trap], worked: Calculation) -> tuple[str, ...]:
    """What to say about the traps that a calculation meets, each by its name and with its source."""
    return tuple(f"{t.name}: {t.warning} ({t.source}, {t.date.isoformat()})" for t in met(traps, worked))


def _holds(condition: Condition, given: Mapping[str, JsonValue]) -> bool:
    """Whether one condition holds; a mapping holds when any of its numbers does, and what was not given never does."""
    value = given.get(condition.input)
    if isinstance(value, Mapping):
        return any(_number_holds(condition, number) for number in value.values())
    if isinstance(value, str):
        return value in condition.equals
    return not condition.equals and _number_holds(condition, value)


def _number_holds(condition: Condition, value: JsonValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    close = not condition.near or any(abs(value - other) <= condition.within * abs(other) for other in condition.near)
    return (
        close
        and (condition.at_least is None or value >= condition.at_least)
        and (condition.at_most is None or value <= condition.at_most)
        and (condition.below is None or value < condition.below)
    )
