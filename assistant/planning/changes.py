"""What a what-if changes: a fact, or a price of the catalogue, said as ``name=value`` or as a factor; read and applied.

``peak_rps=500`` sets a value and ``gpu_on_prem=unknown`` takes it away; ``peak_rps*=2`` doubles it, ``gpu_on_prem+=8``
adds eight, ``peak_rps+=30%`` adds a third or so, and ``peak_rps+=30%^3`` does that every year for three years.
``growth=30%^3`` lets the load and the training data grow alike; ``usd_kwh=0.30`` sets a price (see ``price_changes``).
"""

import math
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import NoneType
from typing import Literal, get_args, get_origin

from assistant.errors import InputError
from assistant.interview.evidence import FACT_UNITS, PLANNING_CLUES, Fact
from assistant.interview.model import Value
from assistant.planning.situation import Situation, situation

FACT_SOURCE = "what if"
"""The source of a fact that only a what-if supposes."""
UNITS = {**FACT_UNITS, **PLANNING_CLUES, "horizon_months": "months"}
LARGEST = 1e15
"""No fact is near it; beyond it somebody slipped."""
GROWTH = "growth"
GROWS = ("peak_rps", "training_data_tb")
"""What grows with a business: the requests that it answers and the data that it keeps."""
_ORIGINS = {"load_steady": ("peak_rps",), "data_location": ("cloud",), "air_gapped": ("residency", "has_datacentre")}
"""The facts from whose words the planner draws a clue that was not stated by itself."""
_FACTOR = re.compile(r"(?P<number>\d+\.?\d*|\.\d+)\s*(?P<percent>%?)(?:\s*\^\s*(?P<years>\d+\.?\d*))?")
_EXAMPLE = "peak_rps=500, peak_rps*=2 or peak_rps+=30%^3"


class Change(Value):
    """One thing supposed to be otherwise.

    ``text``: as it was typed, or in plain words; ``value`` is None where it becomes unknown; ``quote``: the words that
    suppose it, where these are others than ``text``.
    """

    text: str
    name: str
    how: Literal["set", "times", "plus", "unknown"]
    value: float | bool | str | None = None
    quote: str = ""


def read_change(text: str) -> Change:
    """The change that ``name=value``, ``name*=factor``, ``name+=amount`` or ``name+=percent%^years`` says.

    Whether the name is known and the value is of its kind shows when it is applied. Raises `InputError` for other forms.
    """
    left, sign, right = text.partition("=")
    operator = left.rstrip()[-1:] if left.rstrip()[-1:] in "*+-" else ""
    name, given = left.rstrip().rstrip("*+-").strip(), right.strip()
    if not sign or not name or not given:
        raise InputError(f"{text!r} is not understood; name=value is expected, such as {_EXAMPLE}.")
    if name == GROWTH and not operator:
        if "%" not in given:
            raise InputError(f"growth is {given!r}; a percentage a year and years are expected, such as growth=30%^3.")
        shrinks = given.startswith("-")
        return Change(text=text, name=name, how="times", value=_factor(text, "-" if shrinks else "+", given.lstrip("-+")))
    if not operator:
        return _set(text, name, given)
    if operator == "*" or "%" in given:
        return Change(text=text, name=name, how="times", value=_factor(text, operator, given))
    amount = _number(given)
    if amount is None:
        raise InputError(f"{given!r} in {text!r} is no amount; give a number or a percentage, such as {name}+=30%.")
    return Change(text=text, name=name, how="plus", value=-amount if operator == "-" else amount)


def _set(text: str, name: str, given: str) -> Change:
    if given.lower() == "unknown":
        return Change(text=text, name=name, how="unknown")
    if any(mark in given for mark in "[]{}\n"):
        raise InputError(f"The value in {text!r} is no plain value; give for example peak_rps=500.")
    bare = given.strip("'\"")
    words: dict[str, bool] = {"true": True, "false": False}
    number = _number(bare)
    return Change(text=text, name=name, how="set", value=words.get(bare.lower(), bare if number is None else number))


def _number(given: str) -> float | None:
    try:
        return float(given)
    except ValueError:
        return None


def _factor(text: str, operator: str, given: str) -> float:
    """The factor that "2", "1.3^3" or, as a growth or a fall, "30%^3" stand for: (1 ± rate) ^ years."""
    match = _FACTOR.fullmatch(given)
    if match is None:
        raise InputError(f"{given!r} in {text!r} is no factor; give for example {_EXAMPLE}.")
    number, years = float(match["number"]), float(match["years"] or 1)
    rate = number / 100 if match["percent"] else number
    base = {"*": rate, "+": 1 + rate, "-": 1 - rate}[operator]
    try:
        factor = base**years if base >= 0 else math.nan
    except OverflowError:
        factor = math.inf
    if not 0 <= factor <= LARGEST:
        raise InputError(f"{given!r} in {text!r} gives no factor from 0 to {LARGEST:g}; give for example {_EXAMPLE}.")
    return factor


def kind_of(name: str) -> tuple[str, ...] | type:
    """What a fact's value may be: the known words, `bool`, or `float`; KeyError when there is no such fact."""
    kind = _kinds(name)[0]
    words = get_args(kind)
    return words or (bool if kind is bool else float)


def _kinds(name: str) -> list[type]:
    """What a field of a situation may hold but None."""
    return [part for part in get_args(Situation.model_fields[name].annotation) if part is not NoneType]


def _is_fact(name: str) -> bool:
    """Whether a field may be unknown and holds words, a number or a yes or no; the stage and the prices do not."""
    kinds = _kinds(name)
    return len(kinds) == 1 and (kinds[0] in (bool, float) or get_origin(kinds[0]) is Literal)


FACTS = tuple(name for name in Situation.model_fields if name not in ("stage", "prices"))


def changed_facts(facts: Mapping[str, Fact], changes: Sequence[Change]) -> dict[str, Fact]:
    """The facts with the changes applied in turn; changes of prices are passed over.

    What the words of a changed fact told besides (a steady load, data in the cloud) still holds. Raises `InputError`
    that names a value not of its kind, or a relative change of something not known.
    """
    result = dict(facts)
    for change in changes:
        if change.name == GROWTH:
            grown = [name for name in GROWS if name in result]
            if not grown:
                raise InputError(f"Neither {' nor '.join(GROWS)} is known, so nothing can grow; set peak_rps first.")
            for name in grown:
                result = _applied(result, change.model_copy(update={"name": name}))
        elif change.name in FACTS:
            result = _applied(result, change)
    return result


def _applied(facts: dict[str, Fact], change: Change) -> dict[str, Fact]:
    name = change.name
    kept = {**facts, **_told_besides(facts, name)}
    if change.how == "unknown":
        for origin in _ORIGINS.get(name, ()):
            if origin in kept:
                kept[origin] = kept[origin].model_copy(update={"quote": ""})
        return {key: fact for key, fact in kept.items() if key != name}
    value = checked(name, change.value if change.how == "set" else _moved(kept, change))
    unit = UNITS.get(name, "")
    return {**kept, name: Fact(name=name, value=value, unit=unit, quote=change.quote or change.text, source=FACT_SOURCE)}


def _told_besides(facts: Mapping[str, Fact], name: str) -> dict[str, Fact]:
    """Clues that the words of the fact ``name`` told, as facts of their own, before these words are replaced."""
    found = {}
    for clue, origins in _ORIGINS.items():
        if clue in facts or name not in origins or name not in facts or clue == "air_gapped":
            continue
        value = getattr(situation(facts, 1), clue)
        if value is not None:
            found[clue] = facts[name].model_copy(update={"name": clue, "value": value, "unit": ""})
    return found


def _moved(facts: Mapping[str, Fact], change: Change) -> float:
    name, amount = change.name, change.value
    if kind_of(name) is not float:
        raise InputError(f"{name} is no number, so {change.text!r} cannot be; set it, such as {name}={_example(name)}.")
    if name not in facts:
        raise InputError(f"{name} is not known yet, so {change.text!r} cannot be; set it first, such as {name}=100.")
    before = facts[name].value
    if isinstance(before, str) or not isinstance(amount, int | float):
        raise InputError(f"{name} is {before!r}; a number is expected.")
    after = before * amount if change.how == "times" else before + amount
    exact = change.how == "plus" or math.isclose(amount * 100, round(amount * 100), rel_tol=1e-9)
    return float(f"{after:.10g}" if exact else f"{after:.3g}")  # compounded growth is not known to more than 3 digits


def _example(name: str) -> str:
    kind = kind_of(name)
    return kind[0] if isinstance(kind, tuple) else "true"


def checked(name: str, value: object) -> float | bool | str:
    """The value as one of the fact's kind; `InputError` names the fact, what is expected and the allowed words."""
    kind, text = kind_of(name), repr(value)
    brief = text if len(text) <= 40 else f"{text[:37]}..."
    if isinstance(kind, tuple):
        if isinstance(value, str) and value in kind:
            return value
        raise InputError(f"{name} is {brief}; one of {', '.join(kind)}, or unknown, is expected.")
    if kind is bool:
        if isinstance(value, bool):
            return value
        raise InputError(f"{name} is {brief}; true or false, or unknown, is expected.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        raise InputError(f"{name} is {brief}; a number of at least 0 is expected ({UNITS.get(name, '')}), or unknown.")
    return float(value)


def unknown_name(name: str, others: Sequence[str]) -> InputError:
    """The error for a name that is neither a fact nor a price, with the nearest ones and all that there are."""
    near = get_close_matches(name, [*FACTS, *others, GROWTH], n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}? Known" if near else "known"
    return InputError(
        f"Unknown fact {name!r}; {hint} facts are {', '.join(FACTS)}; prices are {', '.join(others)}; and {GROWTH}."
    )
