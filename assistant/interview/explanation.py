"""Why the advisor thinks so, and what would change its mind: computed, not written."""

from collections.abc import Sequence

from assistant.interview.evidence import Evidence
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, MaturityModel, Value


class Reason(Value):
    """A piece of evidence and by how much it moved the probability of the stage (leaving it out, all else kept)."""

    evidence: Evidence
    shift: float


class Change(Value):
    """A level that, if it stood otherwise than it seems to, would change the stage."""

    dimension: str
    level: int
    stage: int


def reasons(model: MaturityModel, evidence: Sequence[Evidence], stage: int, limit: int = 5) -> tuple[Reason, ...]:
    """The evidence that speaks most for (positive shift) or against the stage, strongest first.

    The shift is P(stage | all) - P(stage | all but this one): an exact counterfactual.
    """
    whole = Posterior(model, evidence).stage[stage - 1]
    weighed = [item for item in evidence if item.kind != "implied"]
    found = []
    for item in weighed:
        rest = [other for other in evidence if other is not item]
        found.append(Reason(evidence=item, shift=float(whole - Posterior(model, rest).stage[stage - 1])))
    return tuple(sorted(found, key=lambda reason: -abs(reason.shift))[:limit])


def what_would_change(model: MaturityModel, posterior: Posterior) -> tuple[Change, ...]:
    """The single levels that, moved by one, would give another overall stage by the rubric's rule."""
    levels = posterior.median_levels
    now = model.stage_of(levels)
    changes = []
    for dimension in DIMENSIONS:
        for level in (levels[dimension] - 1, levels[dimension] + 1):
            if 1 <= level <= 5:
                stage = model.stage_of(levels | {dimension: level})
                if stage != now:
                    changes.append(Change(dimension=dimension, level=level, stage=stage))
    return tuple(changes)


def conditions_missing(model: MaturityModel, posterior: Posterior) -> tuple[str, ...]:
    """In words, what the next stage asks for by the rubric's rule and the most probable levels do not yet give."""
    levels = posterior.median_levels
    target = min(model.stage_of(levels) + 1, 5)
    missing = []
    for rule in model.rule:
        if rule.stage != target:
            continue
        for condition in rule.conditions:
            low = [model.dimension(d).name for d in condition.of if levels[d] < condition.level]
            short = condition.count - (len(condition.of) - len(low))
            if short > 0:
                names = ", ".join(low)
                missing.append(
                    f"{short} more of {names} at level {condition.level}"
                    if len(low) > short
                    else f"{names} at level {condition.level}"
                )
    return tuple(missing)
