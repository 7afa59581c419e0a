"""Where each phase of a model's life belongs, why, how sure that is, and what would change it."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from pydantic import Field

from assistant.interview.evidence import Fact
from assistant.interview.model import LEVELS, Value
from assistant.planning.catalogue import Catalogue
from assistant.planning.economics import use_sentence
from assistant.planning.placement_rules import PHASES, Decision, PhaseId, Rule, decide
from assistant.planning.situation import (
    EDGE_MS,
    HEAVY_RPS,
    HEAVY_TB,
    MEANS_ENGINEERS,
    MEANS_USD,
    SHORT_MONTHS,
    TINY_RPS,
    Situation,
    phrase,
    situation,
)

PHASE_NAMES: dict[PhaseId, str] = {
    "train": "Training",
    "customise": "Customising",
    "optimise": "Optimising",
    "batch_inference": "Inference in batches",
    "online_inference": "Inference on request",
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
    here = situation(facts, stage)
    weights = tuple(stage_probs) if stage_probs else tuple(float(level == stage) for level in LEVELS)
    return tuple(_placed(phase, here, facts, weights, catalogue) for phase in PHASES)


def contract_mapping(placements: Sequence[Placement]) -> dict[str, str]:
    """The three decisions that the plan's data carry: training, customisation, inference (on request)."""
    by_phase: dict[str, str] = {p.phase: p.decision for p in placements}
    return {
        "training": by_phase["train"],
        "customisation": by_phase["customise"],
        "inference": by_phase["online_inference"],
    }


def _placed(
    phase: PhaseId,
    here: Situation,
    facts: Mapping[str, Fact],
    weights: tuple[float, ...],
    catalogue: Catalogue | None,
) -> Placement:
    rule = decide(phase, here)
    stated = tuple(
        Stated(name=name, text=phrase(name, value), quote=facts[name].quote if name in facts else "")
        for name in rule.uses
        if (value := getattr(here, name)) is not None
    )
    missing = tuple(name for name in rule.uses if getattr(here, name) is None)
    same = sum(w for level, w in zip(LEVELS, weights, strict=True) if _at(phase, here, level) == rule.decision)
    said = "; ".join(item.text for item in stated)
    use = use_sentence(catalogue, here, rule.decision) if catalogue and _weighs_cost(rule) else None
    return Placement(
        phase=phase,
        decision=rule.decision,
        rule=rule.id,
        hard=rule.hard,
        reason=f"{rule.reason} You said: {said}." if said else rule.reason,
        instead=rule.instead,
        why_not=rule.why_not,
        flips_if=((use,) if use else ()) + flips(phase, here),
        sources=rule.sources + (("COUNSEL",) if _legal(here, rule) else ()),
        facts=stated,
        assumptions=tuple(dict.fromkeys(_assumption(name, rule.decision) for name in missing)),
        warnings=_warnings(phase, here, rule),
        confidence=round(min(1.0, rule.certainty * _DOUBT ** len(missing) * same), 3),
    )


def _at(phase: PhaseId, here: Situation, stage: int) -> Decision:
    return decide(phase, here.model_copy(update={"stage": stage})).decision


def _weighs_cost(rule: Rule) -> bool:
    return not rule.hard and {rule.decision, rule.instead} <= {"on-prem", "colocation", "cloud"}


_PROBES: tuple[tuple[str, dict[str, object]], ...] = (
    ("the data were not allowed to leave your premises", {"residency": "on-prem-only"}),
    ("the data were regulated and bound to the country", {"residency": "country", "data_sensitivity": "regulated"}),
    ("you had no data centre and no GPUs of your own", {"has_datacentre": False, "gpu_on_prem": 0.0}),
    ("you had a data centre of your own", {"has_datacentre": True}),
    ("you owned eight or more GPUs", {"gpu_on_prem": 8.0, "has_datacentre": True}),
    ("the data were harmless and free to move", {"data_sensitivity": "low", "residency": "none", "air_gapped": None}),
    (f"an answer had to be there within {EDGE_MS:g} ms", {"latency_ms": EDGE_MS}),
    ("models had to work where there is no connection", {"disconnected_site": True}),
    ("every site were connected", {"disconnected_site": False}),
    ("no foreign law were allowed to reach the data", {"foreign_law_excluded": True}),
    (f"an answer could take longer than {EDGE_MS:g} ms", {"latency_ms": 10 * EDGE_MS}),
    (f"the peak were {TINY_RPS:g} request a second or less", {"peak_rps": TINY_RPS}),
    (f"the peak were above {TINY_RPS:g} request a second", {"peak_rps": 20.0}),
    (
        f"{HEAVY_RPS:g} or more requests a second came round the clock",
        {"peak_rps": 10 * HEAVY_RPS, "load_steady": True},
    ),
    ("the load came in bursts", {"load_steady": False}),
    ("the data already lay in the cloud", {"data_location": "cloud", "cloud": "multi", "has_datacentre": False}),
    (f"there were {HEAVY_TB:g} TB or more to learn from", {"training_data_tb": HEAVY_TB}),
    ("nobody could build or run models", {"team_ml_engineers": 0.0}),
    (
        f"you had {MEANS_ENGINEERS:g} or more engineers and {MEANS_USD:,.0f} US dollars a year",
        {"team_ml_engineers": MEANS_ENGINEERS, "budget_usd_year": MEANS_USD},
    ),
    (f"the need lasted less than {SHORT_MONTHS:g} months", {"horizon_months": SHORT_MONTHS / 2}),
)


@lru_cache(maxsize=256)
def flips(phase: PhaseId, here: Situation, limit: int = 4) -> tuple[str, ...]:
    """What would change the decision, found by deciding again with one thing changed; the stage's turn comes last."""
    now = decide(phase, here).decision
    found: list[str] = []
    for condition, change in _PROBES:
        if all(getattr(here, name) == value for name, value in change.items()):
            continue
        other = decide(phase, here.model_copy(update=change)).decision
        if other != now:
            found.append(f"It would be {PLACE_NAMES[other]} if {condition}.")
    found = found[:limit]
    for stage in (here.stage + 1, here.stage - 1):
        if 1 <= stage <= 5 and (other := _at(phase, here, stage)) != now:
            found.append(f"At stage {stage} it would be {PLACE_NAMES[other]}.")
    return tuple(found)


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
    "horizon_months": "No end of the need was named; three years are assumed.",
}


def _assumption(name: str, decision: Decision) -> str:
    if name != "has_datacentre":
        return _ASSUMED[name]
    if decision == "on-prem":
        return "Whether you have a data centre was not said; one, or room for a first machine, is assumed."
    return "Whether you have a data centre was not said; none is counted on for this."


def _legal(here: Situation, rule: Rule) -> bool:
    return rule.decision in _AWAY and (here.borders or here.regulated)


_AWAY = frozenset({"cloud", "sovereign-cloud", "api"})
_Applies = Callable[[PhaseId, Situation, Rule], bool]
_WARNINGS: tuple[tuple[_Applies, str], ...] = (
    (
        lambda _, s, r: r.decision == "on-prem" and s.no_site and not s.gpus,
        "Conflict: you have no data centre. A room with power, cooling and people has to come first; a locked cage "
        "elsewhere is a way out only if counsel agrees that it counts as your premises.",
    ),
    (
        lambda _, s, r: r.decision == "on-prem" and s.no_site and s.gpus >= 1,
        "Conflict: you own GPUs but said there is no data centre; check power, cooling and access where they stand.",
    ),
    (
        lambda _, s, r: r.decision == "on-prem" and s.no_team,
        "Conflict: nobody is there to run machines; hire or contract somebody before buying.",
    ),
    (
        lambda _, s, r: r.decision == "on-prem" and s.small_budget and not s.gpus,
        "The budget carries one workstation rather than a server: start with light methods (LoRA, QLoRA).",
    ),
    (
        lambda *given: given[1].premises_only and given[1].cloud not in (None, "none"),
        "Conflict: a cloud is in use, but this data may not leave your premises; keep it out of that cloud.",
    ),
    (
        lambda _, s, r: _legal(s, r),
        "Whether the law allows this is a question for your counsel; the plan does not interpret the law.",
    ),
    (
        lambda _, s, r: s.borders and r.decision in ("cloud", "api"),
        "Only in a region that the rule allows, with terms that fix the place, forbid training on your data and "
        "list sub-processors.",
    ),
    (
        lambda phase, s, r: phase == "online_inference" and r.decision in _AWAY and s.regulated and not s.borders,
        "If the requests themselves carry regulated data that may not leave, inference stays at home too.",
    ),
    (
        lambda _, s, r: r.decision == "api" and s.data_sensitivity == "high",
        "Names and other personal details are taken out before anything goes to the service.",
    ),
    (
        lambda _, s, r: r.id == "inverse-train" and s.sensitive,
        "Personal data goes to rented machines only where the contract names the place, and after what is not needed was "
        "taken out; train at home what may not go.",
    ),
    (
        lambda _, s, r: s.foreign_law_excluded is True and s.public_cloud and r.decision == "sovereign-cloud",
        "Conflict: an international cloud is in use, but no foreign law may reach this data; keep it out of that cloud.",
    ),
    (
        lambda _, s, r: r.decision in ("cloud", "sovereign-cloud") and s.cloud == "none",
        "No cloud is in use yet: contract, accounts, network and cost alarms come first.",
    ),
    (
        lambda _, s, r: r.decision == "api" and s.regulated,
        "No regulated data goes into the service before the contract and counsel allow it.",
    ),
)
"""When each conflict or duty is said: by phase, situation and the rule that fired."""


def _warnings(phase: PhaseId, here: Situation, rule: Rule) -> tuple[str, ...]:
    return tuple(text for applies, text in _WARNINGS if applies(phase, here, rule))
