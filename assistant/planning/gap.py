"""What separates an organisation from the next stage: the indicators that do not hold yet, and which of them count most."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import Field

from assistant.interview.evidence import Evidence
from assistant.interview.inference import Posterior, reading_likelihood, true_given_level
from assistant.interview.model import DIMENSIONS, Condition, Indicator, Level, MaturityModel, Polarity, Value

Status = Literal["denied", "planned", "partly", "unclear", "unsaid"]
"""Why an indicator does not hold: said to be false, intended only, true in part, contradictory, or nothing was said."""

GATE, BEHIND, CATCH_UP = 3.0, 1.2, 0.8
"""Weights of a gap: a dimension that the rule of the target stage is short of; one that lags more than a level behind
the target; one that lags a level behind."""


class Ground(Value):
    """Why something is a gap: the person's words, or, where ``quote`` is None, that nothing was said yet."""

    about: str
    """The statement of the indicator, or the dimension's name when a whole answer was judged."""
    status: Status | Literal["level", "kept"]
    quote: str | None = None
    source: int | str | None = None


class Gap(Value):
    """An indicator that does not hold and is needed for the target stage."""

    indicator: str
    statement: str
    dimension: str
    level: Level
    status: Status
    probability: float = Field(ge=0, le=1)
    """P(the indicator is true | all evidence)."""
    weight: float
    grounds: tuple[Ground, ...]


class Needs(Value):
    """The level that each dimension needs for the target stage, and how much each weighs.

    ``gates`` are the dimensions that the rule is short of, the nearest ones where it leaves a choice.
    """

    target: Level
    now: dict[str, int]
    levels: dict[str, int]
    weights: dict[str, float]
    gates: tuple[str, ...]
    conditions: tuple[str, ...]


def probability(model: MaturityModel, indicator: Indicator, evidence: Iterable[Evidence], posterior: Posterior) -> float:
    """P(the indicator is true | all evidence): averaged over the posterior of its dimension's level.

    At each level the chance by the graded-response curve is updated with what was said of this very indicator; of
    readings with the same polarity only the most trusted counts, as in the posterior itself.
    """
    strongest: dict[Polarity, tuple[float, bool]] = {}
    for item in evidence:
        if item.indicator == indicator.id:
            read = item.kind == "indicator"
            strongest[item.polarity] = max(strongest.get(item.polarity, (0.0, read)), (item.weight, read))
    true = true_given_level(indicator, model.parameters)
    false = 1 - true
    for polarity, (weight, read) in sorted(strongest.items()):
        says_true, says_false = reading_likelihood(polarity, weight, model.parameters, read=read)
        true, false = true * says_true, false * says_false
    levels = posterior.levels[DIMENSIONS.index(indicator.dimension)]
    return float((levels * (true / (true + false))).sum())


def status(indicator: Indicator, evidence: Iterable[Evidence], level: int, chance: float) -> Status | None:
    """Why the indicator does not hold, or None when it does.

    It holds when it was affirmed, or when its level is reached and it was not spoken against. Affirmed and denied at
    once, or true in part, it holds when it is more likely true than not; a plan is not yet true.
    """
    said = {item.polarity for item in evidence if item.indicator == indicator.id}
    if "affirmed" in said:
        return None if said == {"affirmed"} or chance >= 0.5 else "unclear"
    if "denied" in said:
        return "denied"
    if "planned" in said:
        return "planned"
    if "partly" in said:
        return None if chance >= 0.5 and indicator.level < level else "partly"
    return None if indicator.level <= level else "unsaid"


def needs(model: MaturityModel, posterior: Posterior, target: int) -> Needs:
    """What the target stage asks of each dimension, gating conditions first.

    Where the rule leaves a choice ("three of six"), the dimensions that are most probably there already are taken.
    Every other dimension is wanted one level higher than it is, up to the target, so that none is left behind.
    """
    now = posterior.median_levels
    wanted = {d: min(target, now[d] + 1) for d in DIMENSIONS}
    weights = {d: BEHIND if now[d] < target - 1 else CATCH_UP for d in DIMENSIONS}
    gates: dict[str, None] = {}
    words: list[str] = []
    conditions = [c for rule in model.rule if rule.stage <= target for c in rule.conditions]
    for condition in sorted(conditions, key=lambda c: len(c.of) - c.count):
        chosen = _nearest(condition, posterior, gates)
        for dimension in chosen:
            wanted[dimension] = max(wanted[dimension], condition.level)
            if now[dimension] < condition.level:
                weights[dimension] = GATE
                gates[dimension] = None
        if any(now[d] < condition.level for d in chosen):
            words.append(_in_words(model, condition))
    asked = tuple(dict.fromkeys(words))
    return Needs(target=target, now=now, levels=wanted, weights=weights, gates=tuple(gates), conditions=asked)


def _nearest(condition: Condition, posterior: Posterior, gates: Mapping[str, None]) -> list[str]:
    """The dimensions that meet the condition with the least effort, those that are gates already before others."""

    def key(dimension: str) -> tuple[bool, float]:
        there = float(posterior.levels[DIMENSIONS.index(dimension)][condition.level - 1 :].sum())
        return dimension not in gates and there < 0.5, -there

    return [str(d) for d in sorted(condition.of, key=key)][: condition.count]


def _in_words(model: MaturityModel, condition: Condition) -> str:
    names = [model.dimension(d).name for d in condition.of]
    if condition.count == len(names):
        who = "every dimension" if len(names) == len(DIMENSIONS) else " and ".join(names)
    else:
        who = f"at least {condition.count} of {', '.join(names)}"
    return f"{who} at level {condition.level} or higher"


def gaps(model: MaturityModel, evidence: Sequence[Evidence], posterior: Posterior, wanted: Needs) -> tuple[Gap, ...]:
    """The indicators up to the wanted levels that do not hold, weightiest and least probable first."""
    found: list[Gap] = []
    for dimension, level in posterior.median_levels.items():
        here = [item for item in evidence if item.dimension == dimension]
        for indicator in model.dimension(dimension).indicators:
            if indicator.level > wanted.levels[dimension]:
                continue
            chance = probability(model, indicator, here, posterior)
            why = status(indicator, here, level, chance)
            if why is not None:
                found.append(
                    Gap(
                        indicator=indicator.id, statement=indicator.statement, dimension=dimension,
                        level=indicator.level, status=why, probability=round(chance, 4),
                        weight=wanted.weights[dimension], grounds=_grounds(model, indicator, here, why),
                    )
                )  # fmt: skip
    return tuple(sorted(found, key=lambda gap: (-gap.weight, gap.level, gap.probability)))


def _grounds(model: MaturityModel, indicator: Indicator, here: Sequence[Evidence], why: Status) -> tuple[Ground, ...]:
    own = [e for e in here if e.indicator == indicator.id and e.polarity != "affirmed"]
    if own:
        return tuple(
            Ground(about=indicator.statement, status=why, quote=e.quote, source=e.source)
            for e in sorted(own, key=lambda e: -e.weight)[:2]
        )
    whole = [e for e in here if e.levels is not None and max(range(5), key=e.levels.__getitem__) + 1 < indicator.level]
    if whole:
        name = model.dimension(indicator.dimension).name
        return (Ground(about=name, status="level", quote=whole[-1].quote, source=whole[-1].source),)
    return (Ground(about=indicator.statement, status=why),)
