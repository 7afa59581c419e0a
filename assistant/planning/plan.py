"""The plan: the roadmap to the next stage, and where each phase of a model's life belongs, with the arithmetic."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.interview.assessment import Assessment, Probabilities
from assistant.interview.evidence import FACT_UNITS, Evidence, Fact
from assistant.interview.model import Level, MaturityModel, Value
from assistant.planning.actions import Action
from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Catalogue
from assistant.planning.economics import OwnOrRent, own_or_rent
from assistant.planning.estimates import GPU_PHASES, Sizing, estimates
from assistant.planning.money import money_tables
from assistant.planning.placement import Placement, contract_mapping, place
from assistant.planning.promotion import Step, promotion_path
from assistant.planning.roadmap import Roadmap, roadmap
from assistant.planning.situation import situation

NO_CLUSTER = "No GPU cluster before a pilot has finished: at this stage there is no load to size machines for."
PILOT_ONLY = "No GPU cluster before a pilot has finished: one machine carries the trial, and this is what it has to hold."


class StatedFact(Value):
    """A deployment fact as the person stated it."""

    name: str
    value: float | bool | str
    unit: str
    quote: str
    source: int | str


class Deployment(Value):
    """Where each phase goes and what that takes.

    ``no_sizing`` says why there are none or few calculations, where that is so. ``own_or_rent`` is None where nothing is
    owned or rented by the hour.
    """

    placements: tuple[Placement, ...]
    placement: dict[str, str]
    promotion: tuple[Step, ...]
    sizing: tuple[Sizing, ...]
    no_sizing: str
    own_or_rent: OwnOrRent | None
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    totals: Calculation | None = None
    """Owning, renting at every term and a token API over 1, 3 and 5 years, discounted; None where nothing is compared."""
    tornado: Calculation | None = None
    """How far each uncertain input moves the saving of owning."""
    gravity: Calculation | None = None
    """The ways to move the training data or to bring the machines to it, and the crossover sizes."""
    traps: tuple[str, ...] = ()
    """Published numbers that mislead and that this plan's calculations touch, by name and with their source."""

    def of(self, phase: str) -> Placement:
        """The placement of one phase; KeyError when there is no such phase."""
        return {str(p.phase): p for p in self.placements}[phase]


class Standing(Value):
    """The assessment in short, as it was when the plan was made."""

    stage: Level
    stage_name: str
    stage_probs: Probabilities
    confidence: float
    levels: dict[str, int]
    names: dict[str, str]


class Plan(Value):
    """Roadmap, deployment, and what both were made from."""

    assessment: Standing
    facts: tuple[StatedFact, ...]
    roadmap: Roadmap
    deployment: Deployment
    assumptions: tuple[str, ...]
    sources: tuple[str, ...]
    """Ids of every source and guidance document that the plan cites, in order of first use."""

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON-ready data; ``["deployment"]["placement"]`` is the mapping of the three decisions."""
        return self.model_dump(mode="json")

    def to_markdown(self) -> str:
        """The plan as Markdown; the person's words are quoted as data and never as markup."""
        from assistant.planning.plan_markdown import markdown

        return markdown(self)


def make_plan(
    model: MaturityModel,
    evidence: Sequence[Evidence],
    facts: Mapping[str, Fact],
    assessment: Assessment,
    actions: Sequence[Action],
    catalogue: Catalogue,
    target: int | None = None,
) -> Plan:
    """The plan that follows from evidence and facts; the same input gives the same plan.

    Raises `InputError` when a fact's value is not of its kind or ``target`` is out of reach.
    """
    way = roadmap(model, evidence, assessment, actions, facts, target)
    return assembled(facts, assessment, way, deploy(facts, assessment, catalogue))


def assembled(facts: Mapping[str, Fact], assessment: Assessment, way: Roadmap, deployment: Deployment) -> Plan:
    """The plan of a roadmap and a deployment that were made already."""
    assumptions = tuple(dict.fromkeys((way.capacity.grounds, *deployment.assumptions)))
    return Plan(
        assessment=Standing(
            stage=assessment.stage,
            stage_name=assessment.stage_name,
            stage_probs=assessment.stage_probs,
            confidence=assessment.confidence,
            levels={d: view.level for d, view in assessment.dimensions.items()},
            names={d: view.name for d, view in assessment.dimensions.items()},
        ),
        facts=tuple(
            StatedFact(name=f.name, value=f.value, unit=f.unit or FACT_UNITS.get(f.name, ""), quote=f.quote, source=f.source)
            for f in facts.values()
        ),
        roadmap=way,
        deployment=deployment,
        assumptions=assumptions,
        sources=_cited(way, deployment),
    )


def deploy(facts: Mapping[str, Fact], assessment: Assessment, catalogue: Catalogue) -> Deployment:
    """The deployment plan for the stage that the organisation is at."""
    here = situation(facts, assessment.stage)
    placements = place(facts, assessment.stage, catalogue, assessment.stage_probs)
    sizing = estimates(here, placements, catalogue)
    payload = next((f"Weights only: {s.answer}" for s in sizing if s.id == "promotion"), "")
    placed = {p.decision for p in placements if p.phase in GPU_PHASES}
    machines = placed & {"on-prem", "colocation", "cloud", "sovereign-cloud"}
    compared = own_or_rent(catalogue, here, colocated="colocation" in machines) if here.stage >= 3 and machines else None
    money = money_tables(catalogue, here, compared, sizing)
    assumed = [*(a for p in placements for a in p.assumptions), *(a for s in sizing for a in s.assumptions)]
    assumed += [money.unlimited] if money.unlimited else []
    return Deployment(
        placements=placements,
        placement=contract_mapping(placements),
        promotion=promotion_path(here, placements, payload),
        sizing=sizing,
        no_sizing="" if here.stage >= 3 else PILOT_ONLY if sizing else NO_CLUSTER,
        own_or_rent=compared,
        assumptions=tuple(dict.fromkeys(assumed)),
        warnings=tuple(
            dict.fromkeys([*(w for p in placements for w in p.warnings), *([money.beyond] if money.beyond else [])])
        ),
        totals=money.totals,
        tornado=money.tornado,
        gravity=money.gravity,
        traps=money.traps,
    )


def _cited(way: Roadmap, deployment: Deployment) -> tuple[str, ...]:
    groups = (
        *(item.sources for item in way.items),
        *(p.sources for p in deployment.placements),
        *(step.sources for step in deployment.promotion),
    )
    return tuple(dict.fromkeys(source for group in groups for source in group))
