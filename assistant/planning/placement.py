"""Where each phase of a model's life belongs, why, how sure that is, and what would change it."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from assistant.interview.evidence import Fact
from assistant.interview.model import LEVELS, Value
from assistant.planning.catalogue import Catalogue
from assistant.planning.placement_flips import cost_flips, flips
from assistant.planning.placement_phases import PHASE_NAMES, PHASES, PLACE_NAMES, Decision, PhaseId, Rule
from assistant.planning.placement_prices import prices
from assistant.planning.placement_rules import decide, prior
from assistant.planning.placement_warnings import legal, warnings
from assistant.planning.situation import EDGE_MS, HEAVY_TB, TINY_RPS, Situation, phrase, situation

__all__ = ["PHASE_NAMES", "PLACE_NAMES", "Placement", "Stated", "contract_mapping", "flips", "place", "priced"]

_DOUBT = 0.93
"""Confidence kept for each fact that a rule uses and that nobody stated."""


class Stated(Value):
    """A fact that a decision rests on, with the person's words."""

    name: str
    text: str
    quote: str


class Placement(Value):
    """The decision for one phase.

    ``rule``: id of the rule that fired. ``instead`` and ``why_not``: the alternative rejected. ``flips_if``: what would
    change the decision. ``sources``: source ids and guidance documents. ``facts``: the stated facts that the rule used;
    ``assumptions``: what was assumed where one is missing; ``warnings``: conflicts and duties. ``confidence``: 0..1.
    ``prior``: what the hybrid approach alone would decide (None before stage 3); ``against_prior``: what recent evidence
    says against it here, whichever of the two decided; empty where nothing does.
    """

    phase: PhaseId
    decision: Decision
    rule: str
    hard: bool
    reason: str
    instead: Decision
    why_not: str
    flips_if: tuple[str, ...]
    sources: tuple[str, ...]
    facts: tuple[Stated, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    confidence: float = Field(ge=0, le=1)
    prior: Decision | None = None
    against_prior: str = ""


def place(
    facts: Mapping[str, Fact],
    stage: int,
    catalogue: Catalogue | None = None,
    stage_probs: Sequence[float] | None = None,
) -> tuple[Placement, ...]:
    """The placement of every phase, in the order of `PHASES`.

    ``stage_probs`` are the probabilities of the stages 1..5: a decision that other likely stages would change is less
    sure. With a ``catalogue`` the use at which owning and renting cost the same is named. Raises `InputError` when a
    fact has a value that is not of its kind.
    """
    here = situation(facts, stage) if catalogue is None else priced(facts, stage, catalogue)
    weights = tuple(stage_probs) if stage_probs else tuple(float(level == stage) for level in LEVELS)
    return tuple(_placed(phase, here, facts, weights) for phase in PHASES)


def priced(facts: Mapping[str, Fact], stage: int, catalogue: Catalogue) -> Situation:
    """The situation with the catalogue's prices for a model of the size that was stated: what `place` decides on."""
    here = situation(facts, stage)
    return here.model_copy(update={"prices": prices(catalogue, here.model_params_b)})


def contract_mapping(placements: Sequence[Placement]) -> dict[str, str]:
    """The three decisions that the plan's data carry: training, customisation, inference (on request)."""
    by_phase: dict[str, str] = {p.phase: p.decision for p in placements}
    return {
        "training": by_phase["train"],
        "customisation": by_phase["customise"],
        "inference": by_phase["online_inference"],
    }


def _placed(phase: PhaseId, here: Situation, facts: Mapping[str, Fact], weights: tuple[float, ...]) -> Placement:
    rule = decide(phase, here)
    uses = tuple("air_gapped" if name == "residency" and here.air_gapped else name for name in rule.uses)
    stated = tuple(
        Stated(name=name, text=phrase(name, value), quote=facts[name].quote if name in facts else "")
        for name in uses
        if (value := getattr(here, name)) is not None
    )
    missing = tuple(name for name in uses if getattr(here, name) is None)
    same = sum(w for level, w in zip(LEVELS, weights, strict=True) if _at(phase, here, level) == rule.decision)
    said = "; ".join(item.text for item in stated)
    expected = prior(phase, here.stage)
    return Placement(
        phase=phase,
        decision=rule.decision,
        rule=rule.id,
        hard=rule.hard and rule.stated(here),
        reason=f"{rule.reason} You said: {said}." if said else rule.reason,
        instead=rule.instead,
        why_not=rule.why_not,
        flips_if=cost_flips(phase, here, rule) + flips(phase, here),
        sources=rule.sources + (("COUNSEL",) if legal(here, rule) else ()),
        facts=stated,
        assumptions=tuple(dict.fromkeys(_assumption(name, rule.decision) for name in missing)),
        warnings=warnings(phase, here, rule),
        confidence=round(min(1.0, rule.certainty * _DOUBT ** len(missing) * same), 3),
        prior=expected,
        against_prior=_against_prior(phase, here, rule, expected),
    )


def _against_prior(phase: PhaseId, here: Situation, rule: Rule, expected: Decision | None) -> str:
    """Both sides, where the hybrid approach and what is known of this organisation, or recent studies, disagree."""
    if expected is None or phase in ("registry", "monitoring"):  # these follow where models are made and answer
        return ""
    if rule.decision != expected:
        shown = f"The hybrid approach would put this {PLACE_NAMES[expected]}; here it is {PLACE_NAMES[rule.decision]}"
        return f"{shown}, by the rule {rule.id} [{', '.join(rule.sources)}]."
    if rule.id == "hybrid-build" and not here.sensitive and not here.heavy_data:
        return (
            "The hybrid approach decides here. Studies of 2025 and 2026 put training that comes in bursts in the cloud "
            "[HBS, DEL3T, ERTAS]: if yours does, and control of the environment weighs little, renting is the other answer."
        )
    if rule.id == "hybrid-serve" and here.load_steady is None:
        return (
            "The hybrid approach decides here. Studies of 2025 and 2026 put even, heavy inference on machines of one's own "
            "[LP2368, DEL3T, HBS]: if your load runs round the clock, compare its use with the share named below."
        )
    return ""


def _at(phase: PhaseId, here: Situation, stage: int) -> Decision:
    return decide(phase, here.model_copy(update={"stage": stage})).decision


_ASSUMED: dict[str, str] = {
    "data_sensitivity": "How sensitive the data is was not said; ordinary business data is assumed.",
    "residency": "Nothing was said of rules about where the data may be; none is assumed.",
    "gpu_on_prem": "GPUs of your own were not mentioned; none is assumed.",
    "cloud": "No cloud was mentioned; the choice of provider is taken to be open.",
    "disconnected_site": "Sites without a connection were not mentioned; none is assumed.",
    "foreign_law_excluded": "Whether a provider under foreign law is acceptable was not said; the other facts decide it.",
    "latency_ms": f"No answer time was named; more than {EDGE_MS:g} ms is assumed to be good enough.",
    "peak_rps": f"The load was not named; more than {TINY_RPS:g} request a second is assumed.",
    "load_steady": "Whether the load is steady was not said; it is assumed to rise and fall.",
    "data_location": "Where the data lies was not said; it is assumed to lie with you.",
    "training_data_tb": f"The amount of data was not named; less than {HEAVY_TB:g} TB is assumed.",
    "budget_usd_year": "No budget was named; none for own machines is assumed.",
    "team_ml_engineers": "The number of people who build models was not said; a small team is assumed.",
    "gpus_idle": "Whether GPUs stand idle was not said; what the load leaves free is counted.",
    "open_models_fall_short": "No test of open models was mentioned; one that is good enough is assumed.",
    "horizon_months": "No end of the need was named; a server's life of five years is assumed.",
}


def _assumption(name: str, decision: Decision) -> str:
    if name != "has_datacentre":
        return _ASSUMED[name]
    if decision == "on-prem":
        return "Whether you have a data centre was not said; one, or room for a first machine, is assumed."
    return "Whether you have a data centre was not said; none is counted on for this."
