"""Stated facts, as ``advisor plan --facts FILE`` gives them: checked facts, and stage or levels as evidence."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import InputError, KnowledgeError
from assistant.interview.evidence import FACT_UNITS, Evidence, Fact
from assistant.interview.model import DIMENSIONS, LEVELS, MaturityModel
from assistant.knowledge import load_yaml, parse_yaml

_CHOICES: dict[str, tuple[str, ...]] = {
    "data_sensitivity": ("low", "medium", "high", "regulated"),
    "residency": ("none", "country", "region", "on-prem-only"),
    "cloud": ("none", "aws", "azure", "gcp", "multi", "sovereign"),
}
_OWN_KEYS = ("stage", "levels", "facts")


def facts_of(stated: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts in ``stated`` (at its top or under ``facts``), each checked; InputError names what is wrong."""
    given = {**{k: v for k, v in stated.items() if k not in _OWN_KEYS}, **(stated.get("facts") or {})}
    return {name: _fact(name, value) for name, value in given.items()}


def _fact(name: str, value: Any) -> Fact:
    if name not in FACT_UNITS:
        raise InputError(f"Unknown fact {name!r}; known facts are {', '.join(FACT_UNITS)}.")
    if isinstance(value, Mapping):
        value = value.get("value")
    if name == "has_datacentre":
        if not isinstance(value, bool):
            raise InputError(f"{name} is {value!r}; true or false is expected.")
    elif name in _CHOICES:
        if value not in _CHOICES[name]:
            raise InputError(f"{name} is {value!r}; one of {', '.join(_CHOICES[name])} is expected.")
    else:
        value = _number(name, value)
    return Fact(name=name, value=value, unit=FACT_UNITS[name], quote=f"{name}: {_shown(value)}", source="stated facts")


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= float(value) < float("inf"):
        unit = FACT_UNITS[name]
        raise InputError(f"{name} is {value!r}; a number of at least 0 is expected ({unit}).")
    return float(value)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def evidence_of(model: MaturityModel, stated: Mapping[str, Any]) -> list[Evidence]:
    """Evidence for the stated ``levels`` (or, failing these, for all eight levels of the stated ``stage``)."""
    stage, levels = stated.get("stage"), stated.get("levels")
    if levels is None:
        if stage is None:
            return []
        levels = dict.fromkeys(DIMENSIONS, _level("stage", stage))
    if not isinstance(levels, Mapping):
        raise InputError("levels must map dimensions to levels, such as {data: 2}.")
    unknown = sorted(set(levels) - set(DIMENSIONS))
    if unknown:
        raise InputError(f"Unknown dimensions {', '.join(map(str, unknown))}; known are {', '.join(DIMENSIONS)}.")
    return [_stated(model, dimension, _level(dimension, level)) for dimension, level in levels.items()]


def _level(name: str, value: Any) -> int:
    if isinstance(value, bool) or value not in LEVELS:
        raise InputError(f"{name} is {value!r}; a whole number from 1 to 5 is expected.")
    return int(value)


def _stated(model: MaturityModel, dimension: str, level: int) -> Evidence:
    spread = model.parameters.option_spread / 2
    first, second, third, fourth, fifth = np.exp(-np.abs(np.array(LEVELS) - level) / spread).tolist()
    return Evidence(
        quote=f"{dimension}: {level}",
        source="stated facts",
        dimension=dimension,
        indicator=f"{dimension}.level-{level}",
        polarity="affirmed",
        weight=model.parameters.option_reliability,
        kind="option",
        levels=(first, second, third, fourth, fifth),
    )


def stated_in(file: Path, changes: Sequence[str] = ()) -> dict[str, Any]:
    """The content of a facts file, with ``name=value`` changes applied; InputError names what is wrong."""
    try:
        content = load_yaml(file)
    except KnowledgeError as fault:
        raise InputError(str(fault)) from fault
    if not isinstance(content, dict):
        raise InputError(f"{file}:1: facts are expected, one a line, such as 'peak_rps: 200'.")
    for change in changes:
        name, sign, value = change.partition("=")
        if not sign:
            raise InputError(f"--set {change!r} is not understood; name=value is expected, such as peak_rps=500.")
        content[name.strip()] = parse_yaml(value or "null", file)
    return content
