"""The phases of a model's life, the places where they can be, and what a placement rule is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.planning.situation import Situation

PhaseId = Literal[
    "train", "customise", "optimise", "batch_inference", "online_inference", "retrieval_store", "registry", "monitoring"
]
Decision = Literal["on-prem", "colocation", "cloud", "sovereign-cloud", "api", "edge", "none-yet"]

PHASES: tuple[PhaseId, ...] = (
    "train", "customise", "optimise", "batch_inference", "online_inference", "retrieval_store", "registry", "monitoring",
)  # fmt: skip
BUILD: tuple[PhaseId, ...] = ("train", "customise", "optimise")
HOME: tuple[PhaseId, ...] = (*BUILD, "batch_inference")
BATCH: tuple[PhaseId, ...] = ("batch_inference",)
ONLINE: tuple[PhaseId, ...] = ("online_inference",)
STORE: tuple[PhaseId, ...] = ("retrieval_store",)
WEIGHTS: tuple[PhaseId, ...] = ("train", "optimise")
"""What has no point where nobody changes a model's weights."""
ADAPT: tuple[PhaseId, ...] = ("customise",)


def _always(_: Situation) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """When a rule applies, what it decides for which phases, and how it is explained.

    ``uses``: the facts it looks at; those not said become named assumptions. ``instead``: the runner-up and why not.
    ``certainty`` in 0..1: how far the rule can be trusted when every fact it uses was stated. ``hard``: whether it is a
    limit that nothing outweighs; ``stated``: whether what that limit rests on was said, and not only supposed.
    """

    id: str
    phases: tuple[PhaseId, ...]
    when: Callable[[Situation], bool]
    decision: Decision
    reason: str
    instead: Decision
    why_not: str
    uses: tuple[str, ...]
    sources: tuple[str, ...]
    certainty: float
    hard: bool = False
    stated: Callable[[Situation], bool] = _always


PHASE_NAMES: dict[PhaseId, str] = {
    "train": "Training",
    "customise": "Customising",
    "optimise": "Optimising",
    "batch_inference": "Inference in batches",
    "online_inference": "Inference on request",
    "retrieval_store": "The index of your documents",
    "registry": "The registry of models",
    "monitoring": "Monitoring",
}
PLACE_NAMES: dict[Decision, str] = {
    "on-prem": "on your premises",
    "colocation": "on own machines in a rented cage (colocation)",
    "cloud": "in the cloud",
    "sovereign-cloud": "in a sovereign cloud",
    "api": "through a metered API",
    "edge": "at the edge, where the question arises",
    "none-yet": "nowhere yet",
}
