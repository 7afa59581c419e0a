"""The assessment that a person sees: stage, levels, and how sure."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from assistant.interview.evidence import Evidence
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, MaturityModel, Value

Probabilities = tuple[float, float, float, float, float]


class DimensionView(Value):
    """Where one dimension stands: its level 1..5, the probability of each, and the evidence.

    ``level`` is the median of the probabilities.
    """

    id: str
    name: str
    level: int
    probs: Probabilities
    evidence: tuple[Evidence, ...] = ()


class Assessment(Value):
    """Where the organisation stands.

    ``stage_probs`` and each dimension's ``probs`` are five probabilities for 1..5 that sum to 1; ``confidence`` is the
    probability of ``stage``.
    """

    stage: int = Field(ge=1, le=5)
    stage_name: str
    stage_probs: Probabilities
    dimensions: dict[str, DimensionView]
    confidence: float = Field(ge=0, le=1)

    def to_dict(self) -> dict[str, Any]:
        """The assessment as JSON-ready data."""
        return self.model_dump(mode="json")


def assess(model: MaturityModel, evidence: Sequence[Evidence], posterior: Posterior | None = None) -> Assessment:
    """The assessment that follows from the evidence (and from the prior where there is none)."""
    belief = posterior or Posterior(model, evidence)
    stage = int(belief.stage.argmax()) + 1
    levels = belief.median_levels
    views = {
        dimension: DimensionView(
            id=dimension,
            name=model.dimension(dimension).name,
            level=levels[dimension],
            probs=_five(belief.levels[d].tolist()),
            evidence=tuple(item for item in evidence if item.dimension == dimension),
        )
        for d, dimension in enumerate(DIMENSIONS)
    }
    return Assessment(
        stage=stage,
        stage_name=model.stages[stage - 1].name,
        stage_probs=_five(belief.stage.tolist()),
        dimensions=views,
        confidence=float(belief.stage[stage - 1]),
    )


def _five(values: list[float]) -> Probabilities:
    total = sum(values)
    first, second, third, fourth, fifth = (value / total for value in values)
    return first, second, third, fourth, fifth
