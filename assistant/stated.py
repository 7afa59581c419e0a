"""Stated facts, as ``advisor plan --facts FILE`` gives them: checked facts, and stage or levels as evidence."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import InputError, KnowledgeError
from assistant.interview.evidence import FACT_UNITS, PLANNING_CLUES, Evidence, Fact
from assistant.interview.model import DIMENSIONS, LEVELS, MaturityModel
from assistant.knowledge import load_yaml

_CHOICES: dict[str, tuple[str, ...]] = {
    "data_sensitivity": ("low", "medium", "high", "regulated"),
    "residency": ("none", "country", "region", "on-prem-only"),
    "cloud": ("none", "aws", "azure", "gcp", "multi", "sovereign"),
    "data_location": ("cloud", "on-prem"),
}
_FLAGS = ("has_datacentre", *(name for name in PLANNING_CLUES if name not in _CHOICES))
_UNITS = {**FACT_UNITS, **PLANNING_CLUES, "horizon_months": "months"}
"""The stable facts, and what the planner otherwise draws from a person's words."""
_LARGEST = 1e15
"""No fact is near it; beyond it somebody slipped."""
_MOST = {
    "training_data_tb": 1e7, "model_params_b": 1e5, "peak_rps": 1e8, "gpu_on_prem": 1e7, "budget_usd_year": 1e12,
    "team_ml_engineers": 1e6, "latency_ms": 1e9, "horizon_months": 1200.0,
}  # fmt: skip
"""Beyond these a unit was mixed up: ten exabytes of data, 100 trillion parameters, the largest services and budgets."""
_OWN_KEYS = ("stage", "levels", "facts")


def facts_of(stated: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts in ``stated`` (at its top or under ``facts``), each checked; InputError names what is wrong."""
    inner = stated.get("facts") or {}
    if not isinstance(inner, Mapping):
        raise InputError("facts must map names to values, such as {peak_rps: 200}.")
    given = {**inner, **{k: v for k, v in stated.items() if k not in _OWN_KEYS}}
    return {name: _fact(name, value) for name, value in given.items()}


def _fact(name: str, value: Any) -> Fact:
    if name not in _UNITS:
        raise InputError(f"Unknown fact {name!r}; known facts are {', '.join(_UNITS)}.")
    if isinstance(value, Mapping):
        value = value.get("value")
    if name in _FLAGS:
        if not isinstance(value, bool):
            raise InputError(f"{name} is {_brief(value)}; true or false is expected.")
    elif name in _CHOICES:
        if value not in _CHOICES[name]:
            raise InputError(f"{name} is {_brief(value)}; one of {', '.join(_CHOICES[name])} is expected.")
    else:
        value = _number(name, value)
    return Fact(name=name, value=value, unit=_UNITS[name], quote=f"{name}: {_shown(value)}", source="stated facts")


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        raise InputError(f"{name} is {_brief(value)}; a number of at least 0 is expected ({_UNITS[name]}).")
    if value > (most := _MOST.get(name, _LARGEST)):
        raise InputError(f"{name} is {_brief(value)}; at most {most:g} {_UNITS[name]} is expected: check the unit.")
    return float(value)


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def evidence_of(model: MaturityModel, stated: Mapping[str, Any]) -> list[Evidence]:
    """Evidence for the stated ``levels`` and, where these leave a dimension out, for the level of the stated ``stage``."""
    stage, levels = stated.get("stage"), stated.get("levels") or {}
    if not isinstance(levels, Mapping):
        raise InputError("levels must map dimensions to levels, such as {data: 2}.")
    unknown = [str(name) for name in levels if name not in DIMENSIONS]
    if unknown:
        raise InputError(f"Unknown dimensions {', '.join(unknown)}; known are {', '.join(DIMENSIONS)}.")
    all_eight = {} if stage is None else dict.fromkeys(DIMENSIONS, stage)
    given = {name: _level("stage" if name not in levels else name, level) for name, level in {**all_eight, **levels}.items()}
    return [_stated(model, dimension, level) for dimension, level in given.items()]


def _level(name: str, value: Any) -> int:
    if isinstance(value, bool) or value not in LEVELS:
        raise InputError(f"{name} is {_brief(value)}; a whole number from 1 to 5 is expected.")
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


def stated_in(file: Path) -> dict[str, Any]:
    """The content of a facts file; InputError names what is wrong."""
    try:
        content = load_yaml(file)
    except KnowledgeError as fault:
        raise InputError(str(fault)) from fault
    if not isinstance(content, dict):
        raise InputError(f"{file}:1: facts are expected, one a line, such as 'peak_rps: 200'.")
    return content


def restaged(stated: Mapping[str, Any], changes: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """``stated`` with the changes made that are of the stage or of a dimension's level, and the changes that are not.

    ``stage=4`` and ``data=2`` are such changes, and ``stage=unknown`` takes it away. InputError names a wrong level.
    """
    content, levels, others = dict(stated), dict(stated.get("levels") or {}), []
    for change in changes:
        name, sign, value = (part.strip() for part in change.partition("="))
        if not sign or name not in ("stage", *DIMENSIONS):
            others.append(change)
            continue
        place = content if name == "stage" else levels
        if value == "unknown":
            place.pop(name, None)
        else:
            place[name] = _level(name, int(value) if value.isdecimal() else value)
    return {**content, "levels": levels}, others
