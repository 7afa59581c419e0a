"""Builders for the planner's tests: facts, evidence, and a small catalogue of actions made from the model itself."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.interview.assessment import Assessment, assess
from assistant.interview.evidence import FACT_UNITS, Evidence, Fact
from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.knowledge import load_yaml, maturity_model
from assistant.planning.actions import Action, ActionFile
from assistant.planning.catalogue import Catalogue
from assistant.planning.plan import Plan, make_plan

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
SIZES = ("small", "medium", "large")


def model() -> MaturityModel:
    return maturity_model(KNOWLEDGE)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    parts: dict[str, Any] = {}
    for path in sorted((KNOWLEDGE / "catalog").glob("*.yaml")):
        parts.update(load_yaml(path))
    return Catalogue.model_validate(parts)


def real_actions() -> tuple[Action, ...]:
    files = [ActionFile.model_validate(load_yaml(path)) for path in sorted((KNOWLEDGE / "actions").glob("*.yaml"))]
    return tuple(action for file in files for action in file.actions)


def facts(**values: Any) -> dict[str, Fact]:
    """Facts by name; a pair gives the value and the words that state it."""
    found = {}
    for name, given in values.items():
        value, quote = given if isinstance(given, tuple) else (given, f"we said {given}")
        found[name] = Fact(name=name, value=value, unit=FACT_UNITS.get(name, ""), quote=quote, source=9)
    return found


def at_levels(**levels: int) -> list[Evidence]:
    """Whole answers, one a dimension, that put it at a level (3 unless named otherwise) with the words that say so."""
    base = levels.pop("base", 3)
    found = []
    for turn, dimension in enumerate(DIMENSIONS):
        level = levels.get(dimension, base)
        likely = tuple(0.95 if n == level else 0.05 if abs(n - level) == 1 else 0.004 for n in range(1, 6))
        found.append(
            Evidence(
                quote=f"words on {dimension}", source=turn, dimension=dimension, indicator=f"{dimension}.level-{level}",
                polarity="affirmed", weight=0.9, kind="level", levels=likely,
            )
        )  # fmt: skip
    return found


def said(indicator: str, polarity: str, quote: str, weight: float = 0.9) -> Evidence:
    dimension = indicator.split(".", 1)[0]
    return Evidence(
        quote=quote,
        source=7,
        dimension=dimension,
        indicator=indicator,
        polarity=polarity,
        weight=weight,  # type: ignore[arg-type]
    )


def action(action_id: str, *indicators: str, **changes: Any) -> Action:
    level = model().indicators[indicators[0]].level
    given: dict[str, Any] = {
        "id": action_id, "title": f"Do what {action_id} says", "dimension": indicators[0].split(".", 1)[0],
        "from_level": level - 1, "to_level": level, "indicators": indicators, "why": "Because it closes a gap.",
        "steps": ("First this.", "Then that."), "owner": "Head of data", "effort_weeks": 4, "cost_usd": (0, 5000),
        "kpi": "Share of cases", "exit_criterion": "It can be seen by anyone.", "sources": ("FOUND",),
    }  # fmt: skip
    return Action(**given | changes)


@lru_cache(maxsize=1)
def generated_actions() -> tuple[Action, ...]:
    """One action for every two indicators of a level, each level's first one waiting for the level below."""
    found: list[Action] = []
    for dimension in model().dimensions:
        before: tuple[str, ...] = ()
        for level in (2, 3, 4, 5):
            ids = [i.id for i in dimension.indicators if i.level == level]
            names = []
            for start in range(0, len(ids), 2):
                name = f"{dimension.id.replace('_', '-')}-{level}-{start // 2}"
                names.append(name)
                found.append(action(name, *ids[start : start + 2], requires=before, quick_win=level == 2 and start == 0))
            before = (names[0],)
    return tuple(found)


def judged(evidence: list[Evidence]) -> Assessment:
    return assess(model(), evidence)


def plan_for(evidence: list[Evidence], actions: tuple[Action, ...] | None = None, **values: Any) -> Plan:
    given = generated_actions() if actions is None else actions
    return make_plan(model(), evidence, facts(**values), judged(evidence), given, catalogue())
