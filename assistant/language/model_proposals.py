"""What a language model may propose about a message, and the check of every proposal against the message itself."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, Field, ValidationError

from assistant.interview.evidence import FACT_UNITS, Evidence, Fact, Polarity
from assistant.interview.model import DIMENSIONS, DimensionId, Indicator, Level, MaturityModel, Value
from assistant.language.model_call import Unverified
from assistant.language.numbers import mark
from assistant.language.scope import plain

ModelIntent = Literal["answer", "unknown", "question", "stop", "off_topic"]

P = TypeVar("P", bound=BaseModel)

_TRUST = 0.9
"""Cap on the weight of a model's reading at certainty 1."""

_LEVEL_LIKELIHOOD = (1.0, 0.6, 0.4, 0.32, 0.28)
"""Likelihood of a proposed level by its distance from the level: modest, since the embedded reader weighs the same words."""

_MOST = 64  # proposals of a kind that are looked at; a schema-bound model gives far fewer

_RANGES: dict[str, tuple[float, float]] = {
    "training_data_tb": (1e-6, 1e7),
    "gpu_on_prem": (0, 1e6),
    "latency_ms": (0.1, 1e7),
    "peak_rps": (1e-6, 1e8),
    "model_params_b": (1e-3, 1e5),
    "budget_usd_year": (1, 1e12),
    "team_ml_engineers": (0, 1e5),
}
_WHOLE = ("gpu_on_prem", "team_ml_engineers")

_FACTORS: dict[str, tuple[tuple[str, float], ...]] = {
    "TB": (
        (r"[km]i?b|(?:kilo|mega)bytes?", 1e-6),
        (r"gi?b|gigs?|gigabytes?", 1e-3),
        (r"ti?b|terabytes?", 1),
        (r"pi?b|petabytes?", 1e3),
        (r"exabytes?", 1e6),
    ),
    "ms": ((r"ms|msecs?|milliseconds?", 1), (r"s|secs?|seconds?", 1e3), (r"mins?|minutes?", 6e4)),
    "requests/s": (
        (r"s|secs?|seconds?|rps|qps|tps", 1),
        (r"mins?|minutes?|rpm|qpm", 1 / 60),
        (r"h|hours?|hourly", 1 / 3600),
        (r"days?|daily", 1 / 86400),
    ),
    "USD": ((r"months?|monthly", 12), (r"quarters?|quarterly", 4)),
    "billions": ((r"b|bn|billions?|m|millions?|t|tn|trillions?", 1e-9),),
}
"""What one of the quote's own unit is in the fact's unit. A quote without any of these words is in the fact's unit."""

_NOTHING = re.compile(r"\b(?:no|none|not|nobody|without|zero)\b")
_OTHER_MONEY = re.compile(r"[€£¥₹]|(?<![a-z])(?:eur(?:os?)?|gbp|pounds?|chf|francs?|yen|inr|rupees?|yuan)(?![a-z])")
_MARKS = " \t\r\n\"'“”„‘’‚«»`"


class _Reading(BaseModel):
    quote: str
    id: str
    polarity: Polarity
    certainty: float = Field(ge=0, le=1)


class _LevelSeen(BaseModel):
    quote: str
    dimension: DimensionId
    level: Level


class _FactSeen(BaseModel):
    quote: str
    name: str
    value: bool | float | str
    unit: str


class _Answer(BaseModel):
    intent: ModelIntent
    indicators: list[Any]
    levels: list[Any]
    facts: list[Any]


class Proposal(Value):
    """What of the model's answer stood up to the check. Every quote is verbatim in the message."""

    intent: ModelIntent
    indicators: tuple[Evidence, ...]
    levels: tuple[Evidence, ...]
    facts: tuple[Fact, ...]


class Limits(Value):
    """How much is shown to the model, and how much it may note, for one message. Smaller ones suit a slow local server."""

    candidates: int = Field(default=24, ge=1)
    """Most statements listed in the prompt."""
    described: int = Field(default=3, ge=1, le=8)
    """Most dimensions whose levels are described in the prompt."""
    readings: int = Field(default=16, ge=1)
    levels: int = Field(default=3, ge=1, le=8)
    facts: int = Field(default=11, ge=1)


def answer_schema(model: MaturityModel, limits: Limits) -> dict[str, Any]:
    """The schema of an answer. It is the same for every message, so a service compiles it once."""
    words = sorted({word for known in known_values(model).values() for word in known})
    quote = {"type": "string", "description": "Verbatim part of the message"}
    return {
        "name": "reading",
        "strict": True,
        "schema": _object(
            indicators=_list(
                limits.readings,
                quote=quote,
                id={"type": "string", "enum": list(model.indicators)},
                polarity={"type": "string", "enum": list(get_args(Polarity))},
                certainty={"type": "number", "minimum": 0, "maximum": 1},
            ),
            levels=_list(
                limits.levels,
                quote=quote,
                dimension={"type": "string", "enum": list(DIMENSIONS)},
                level={"type": "integer", "enum": [1, 2, 3, 4, 5]},
            ),
            facts=_list(
                limits.facts,
                quote=quote,
                name={"type": "string", "enum": list(FACT_UNITS)},
                value={"anyOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string", "enum": words}]},
                unit={"type": "string", "enum": sorted(set(FACT_UNITS.values()))},
            ),
            intent={"type": "string", "enum": list(get_args(ModelIntent))},
        ),
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(most: int, **properties: Any) -> dict[str, Any]:
    return {"type": "array", "maxItems": most, "items": _object(**properties)}


def known_values(model: MaturityModel) -> dict[str, tuple[str, ...]]:
    """The words that a fact may take, by fact: those of its question's options. Other facts are numbers or yes/no."""
    return {
        question.fact: tuple(option.value for option in question.options if isinstance(option.value, str))
        for question in model.deployment
        if question.fact is not None and any(isinstance(option.value, str) for option in question.options)
    }


def verified(
    answer: Mapping[str, Any],
    text: str,
    source: int | str,
    listed: Mapping[str, Indicator],
    described: Iterable[str],
    values: Mapping[str, tuple[str, ...]],
) -> Proposal:
    """What of the model's answer can be trusted to be about ``text``.

    ``listed`` are the indicators that the model was shown, ``described`` the dimensions whose levels it was shown, and
    ``values`` the words that facts may take. Whatever names something else, or quotes what was not said, is dropped.

    Raises:
        Unverified: the answer has another shape, or it proposes things and not one of them stands.
    """
    try:
        whole = _Answer.model_validate(answer)
    except ValidationError as fault:
        raise Unverified("The language model's answer has another shape.") from fault
    readings: dict[str, Evidence] = {}
    for reading in _valid(whole.indicators, _Reading):
        item = _indicator(reading, text, source, listed)
        if item is not None and (item.indicator not in readings or readings[item.indicator].weight < item.weight):
            readings[item.indicator] = item
    levels: dict[str, Evidence] = {}
    shown = set(described)
    for seen in _valid(whole.levels, _LevelSeen):
        quote = verbatim(seen.quote, text)
        if quote is not None and seen.dimension in shown:
            levels.setdefault(seen.dimension, _level(quote, seen, source))
    facts: dict[str, Fact] = {}
    for stated in _valid(whole.facts, _FactSeen):
        fact = _fact(stated, text, source, values)
        if fact is not None:
            facts.setdefault(fact.name, fact)
    if (whole.indicators or whole.levels or whole.facts) and not (readings or levels or facts):
        raise Unverified("Nothing that the language model noted stands in the message.")
    return Proposal(
        intent=whole.intent,
        indicators=tuple(sorted(readings.values(), key=lambda item: -item.weight)),
        levels=tuple(levels.values()),
        facts=tuple(facts.values()),
    )


def verbatim(quote: str, text: str) -> str | None:
    """The part of ``text`` that ``quote`` is, give or take space and quotation marks around it; None if there is none."""
    for candidate in (quote.strip(), quote.strip(_MARKS)):
        if any(c.isalnum() for c in candidate) and candidate in text:
            return candidate
    return None


def _valid(items: list[Any], kind: type[P]) -> list[P]:
    """The items that are well-formed; one bad item does not cost the others."""
    found = []
    for item in items[:_MOST]:
        try:
            found.append(kind.model_validate(item))
        except ValidationError:
            continue
    return found


def _indicator(reading: _Reading, text: str, source: int | str, listed: Mapping[str, Indicator]) -> Evidence | None:
    quote = verbatim(reading.quote, text)
    weight = round(_TRUST * reading.certainty, 3)
    if quote is None or reading.id not in listed or weight == 0:
        return None
    return Evidence(
        quote=quote,
        source=source,
        dimension=listed[reading.id].dimension,
        indicator=reading.id,
        polarity=reading.polarity,
        weight=weight,
    )


def _level(quote: str, seen: _LevelSeen, source: int | str) -> Evidence:
    first, second, third, fourth, fifth = (_LEVEL_LIKELIHOOD[abs(level - seen.level)] for level in range(1, 6))
    return Evidence(
        quote=quote,
        source=source,
        dimension=seen.dimension,
        indicator=f"{seen.dimension}.level-{seen.level}",
        polarity="affirmed",
        weight=0.5,
        kind="level",
        levels=(first, second, third, fourth, fifth),
    )


def _fact(stated: _FactSeen, text: str, source: int | str, values: Mapping[str, tuple[str, ...]]) -> Fact | None:
    quote = verbatim(stated.quote, text)
    unit = FACT_UNITS.get(stated.name)
    if quote is None or unit is None or stated.unit.strip().lower() != unit.lower():
        return None
    if not _possible(stated.name, stated.value, values) or (unit and not _stands(float(stated.value), unit, quote)):
        return None
    return Fact(name=stated.name, value=stated.value, unit=unit, quote=quote, source=source)


def _possible(name: str, value: float | bool | str, values: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the fact can have that value at all."""
    if name in values:
        return value in values[name]
    if name not in _RANGES:
        return isinstance(value, bool)
    if isinstance(value, bool | str):
        return False
    least, most = _RANGES[name]
    return least <= value <= most and (name not in _WHOLE or value == int(value))


def _stands(value: float, unit: str, quote: str) -> bool:
    """Whether a figure of the quote gives the value in that unit; a model that reckons otherwise is not followed."""
    said = plain(quote)
    if unit == "USD" and _OTHER_MONEY.search(said):
        return False
    if value == 0:
        return _NOTHING.search(said) is not None
    found = [
        factor for unit_words, factor in _FACTORS.get(unit, ()) if re.search(rf"(?<![a-z])(?:{unit_words})(?![a-z])", said)
    ]
    figures = [amount.value for amount in mark(said).amounts if not amount.percent]
    return any(abs(figure * factor - value) <= 0.01 * value for figure in figures for factor in found or [1.0])
