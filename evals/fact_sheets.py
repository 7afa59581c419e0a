"""Simulated organisations: what is so, in part so, planned or not so, for every indicator of the model.

The process by which a sheet is drawn is not the engine's model of an interview (``assistant/interview/inference.py``): an
engine that is judged on its own assumptions looks better than it is. Its rates are data in ``cases/sheets.yaml``.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from zlib import crc32

import numpy as np
from pydantic import Field, model_validator

from assistant.errors import InputError
from assistant.interview.model import DIMENSIONS, DimensionId, Indicator, MaturityModel, Polarity, Value
from assistant.knowledge import load
from evals.cases import FOLDER

FILE = FOLDER / "sheets.yaml"

Standing = Literal["true", "partly", "planned", "false"]
"""How an indicator stands by the sheet."""

LABEL: dict[Standing, Polarity] = {"true": "affirmed", "partly": "partly", "planned": "planned", "false": "denied"}
"""In which words a standing is told."""

_FAR = (1.5, 2.5)
"""Levels by which a dimension of an uneven organisation stands off."""
_DOUBTFUL = 0.5
"""Share of a level's indicators at which it is doubtful whether the level is held, or nearly reached."""
_TRIES = 5000


class Rates(Value):
    """The rates of ``sheets.yaml``; their meaning stands there."""

    height_sd: float = Field(ge=0)
    group_sd: float = Field(ge=0)
    own_sd: float = Field(ge=0)
    groups: tuple[tuple[DimensionId, ...], ...]
    uneven: float = Field(ge=0, le=1)
    indicators: dict[Literal["far_below", "below", "own", "next", "above"], dict[Standing, float]]
    facts_known: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sorted(d for group in self.groups for d in group) != sorted(DIMENSIONS):
            raise ValueError(f"groups must name each of {', '.join(DIMENSIONS)} exactly once")
        for place, shares in self.indicators.items():
            if abs(sum(shares.values()) - 1) > 1e-9:
                raise ValueError(f"the shares of indicators.{place} must sum to 1")
        if len(self.indicators) != 5:
            raise ValueError("indicators must give shares for far_below, below, own, next and above")
        return self


class Sheet(Value):
    """One simulated organisation: its levels, how every indicator stands, and the deployment facts that are known."""

    id: str
    stage: int
    """The stage that the rubric's rule gives to the levels."""
    acceptable_stages: tuple[int, ...]
    levels: dict[str, int]
    indicators: dict[str, Standing]
    facts: dict[str, float | bool | str]


@lru_cache(maxsize=4)
def rates(file: Path = FILE) -> Rates:
    """The rates by which sheets are drawn; KnowledgeError names file and line of a fault."""
    return load(file, Rates)


def draw(model: MaturityModel, sheet_id: str, stage: int, by: Rates | None = None) -> Sheet:
    """A sheet of an organisation at ``stage``; the same id gives the same sheet."""
    chosen = by or rates()
    random = np.random.default_rng(crc32(sheet_id.encode()))
    levels = _levels(model, stage, chosen, random)
    standing: dict[str, Standing] = {}
    for dimension in model.dimensions:
        standing |= indicators_at(dimension.indicators, levels[dimension.id], chosen, random)
    return Sheet(
        id=sheet_id,
        stage=stage,
        acceptable_stages=acceptable(model, levels, standing),
        levels=levels,
        indicators=standing,
        facts=_facts(model, stage, chosen, random),
    )


def acceptable(model: MaturityModel, levels: Mapping[str, int], standing: Mapping[str, Standing]) -> tuple[int, ...]:
    """The stage by the rule, and a neighbouring one that it misses, or is held above, by one doubtful level.

    A level is doubtful where hardly half of its indicators are true, and the next one is nearly reached where at least half
    of its indicators are true or partly so. Without that doubt nearly every stage would count as borderline, for each hangs
    on the level of the use cases.
    """
    stage = model.stage_of(dict(levels))
    found = {stage}
    for dimension in model.dimensions:
        level = levels[dimension.id]
        own = [standing[i.id] for i in dimension.indicators if i.level == level]
        following = [standing[i.id] for i in dimension.indicators if i.level == level + 1]
        if own and own.count("true") / len(own) <= _DOUBTFUL:
            found.add(model.stage_of({**levels, dimension.id: level - 1}))
        if following and (following.count("true") + following.count("partly")) / len(following) >= 1 - _DOUBTFUL:
            found.add(model.stage_of({**levels, dimension.id: level + 1}))
    return tuple(sorted(s for s in found if abs(s - stage) <= 1))


def _levels(model: MaturityModel, stage: int, by: Rates, random: np.random.Generator) -> dict[str, int]:
    """A profile to which the rule gives the stage; InputError when hardly any profile does."""
    for _ in range(_TRIES):
        height = stage + random.normal(0, by.height_sd)
        at: dict[str, float] = {}
        for group in by.groups:
            shared = random.normal(0, by.group_sd)
            at |= {d: height + shared + random.normal(0, by.own_sd) for d in group}
        if random.random() < by.uneven:
            for d in random.choice(DIMENSIONS, size=int(random.integers(1, 3)), replace=False):
                at[d] += float(random.choice([-1.0, 1.0])) * random.uniform(*_FAR)
        levels = {d: int(np.clip(round(at[d]), 1, 5)) for d in DIMENSIONS}
        if model.stage_of(levels) == stage:
            return levels
    raise InputError(f"Hardly any profile drawn around {stage} is of that stage by the rule; mend {FILE.name} or the rule.")


def indicators_at(
    indicators: Sequence[Indicator], level: int, by: Rates, random: np.random.Generator
) -> dict[str, Standing]:
    """How a dimension's indicators stand when the dimension is at ``level``."""
    found = {i.id: _stands(by.indicators[_place(i.level - level)], random) for i in indicators}
    own = [i.id for i in indicators if i.level == level]
    following = [i.id for i in indicators if i.level == level + 1]
    lacking = [i for i in own if found[i] != "true"]
    for i in lacking[: max(0, len(lacking) - len(own) // 2)]:
        found[i] = "true"
    if following and all(found[i] == "true" for i in following):
        found[following[0]] = "false"
    return found


def _place(distance: int) -> Literal["far_below", "below", "own", "next", "above"]:
    if distance <= -2:
        return "far_below"
    if distance == -1:
        return "below"
    if distance == 0:
        return "own"
    return "next" if distance == 1 else "above"


def _stands(shares: dict[Standing, float], random: np.random.Generator) -> Standing:
    names = list(shares)
    return names[int(random.choice(len(names), p=list(shares.values())))]


def _facts(model: MaturityModel, stage: int, by: Rates, random: np.random.Generator) -> dict[str, float | bool | str]:
    """A plausible part of the deployment facts: whoever is further has more data, machines, people and money."""
    found: dict[str, float | bool | str] = {}
    for question in model.deployment:
        values = [option.value for option in question.options if option.value is not None]
        if question.fact is None or not values:
            continue
        place = int(random.integers(len(values)))
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            height = (stage - 1) / 4 * (len(values) - 1) + random.normal(0, 0.8)
            place = int(np.clip(round(height), 0, len(values) - 1))
        if random.random() < by.facts_known:
            found[question.fact] = values[place]
    if found.get("has_datacentre") is False:
        found = {name: value for name, value in found.items() if name != "gpu_on_prem"} | {"gpu_on_prem": 0.0}
    return found
