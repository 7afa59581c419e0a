"""Deployment drafts that follow from a plan: which files there are, with the plan's numbers in them, and what is left out.

Only machines of one's own, or rented ones that the organisation runs itself, get drafts. A metered service, a managed one
and "nowhere yet" get a sentence instead. The values are trees of plain data: writing them as YAML is the reporting side's.
"""

from collections.abc import Iterator
from typing import Final

from assistant.interview.evidence import Fact
from assistant.interview.model import Value
from assistant.planning.manifest_parts import (
    GATEWAY,
    GPU_LABEL,
    MONITORING,
    PROMETHEUS,
    REGISTRY,
    STORAGE,
    VERSION,
    Draft,
    Part,
)
from assistant.planning.manifests_serving import Copy, copies_of, copy_of, edge, serving
from assistant.planning.manifests_training import Site, runs_of, training, unfit
from assistant.planning.placement import PHASE_NAMES, PLACE_NAMES, Placement
from assistant.planning.plan import Plan
from assistant.planning.situation import Situation, situation

CLUSTERS: Final = frozenset({"on-prem", "colocation", "cloud", "sovereign-cloud"})
MANAGED: Final = frozenset({"no-team-closed"})
"""Rules that choose the cloud for its managed services, as nobody is there to run a cluster."""
MEANING: Final = {
    REGISTRY: "your container registry; it holds the model and the images",
    VERSION: "the version that passed the evaluation gate, best as a digest",
    GPU_LABEL: "a node label of your choice; put it on the nodes with the accelerator that the value names",
    GATEWAY: "the namespace from which requests may come",
    MONITORING: "the namespace of the system that collects measurements",
    PROMETHEUS: "the address of your Prometheus; open the way from KEDA to it",
    STORAGE: "a storage class that several nodes may write to at once",
}


class Manifests(Value):
    """The drafts, and in sentences what has to be known beside them.

    ``left_out`` says for which side there is nothing and why; ``remarks`` what the numbers do not cover.
    """

    drafts: tuple[Draft, ...]
    left_out: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def placeholders(self) -> dict[str, str]:
        """What the reader has to replace in the files, each with its meaning."""
        used = {word for draft in self.drafts for word in draft.placeholders}
        return {word: text for word, text in MEANING.items() if word in used}


def manifests(plan: Plan) -> Manifests:
    """The drafts for serving and for training; the same plan gives the same drafts."""
    here = stated_situation(plan)
    sides = (_serving(plan), _training(plan, here))
    found = [side for side in sides if isinstance(side, Part)]
    return Manifests(
        drafts=tuple(draft for side in found for draft in side.drafts),
        left_out=tuple(side for side in sides if isinstance(side, str)),
        remarks=tuple(remark for side in found for remark in side.remarks),
    )


def stated_situation(plan: Plan) -> Situation:
    """The situation that the plan was made for."""
    facts = {f.name: Fact(name=f.name, value=f.value, unit=f.unit, quote=f.quote, source=f.source) for f in plan.facts}
    return situation(facts, plan.assessment.stage)


def own_cluster(placement: Placement) -> bool:
    """Whether the organisation itself runs the machines of this phase, its own or rented ones."""
    return placement.decision in CLUSTERS and placement.rule not in MANAGED


def _serving(plan: Plan) -> Part | str:
    placement = plan.deployment.of("online_inference")
    if not own_cluster(placement) and placement.decision != "edge":
        return _nothing(placement)
    sizing = {s.id: s for s in plan.deployment.sizing}
    copy = copy_of(sizing)
    if copy is None:
        return _unsized(plan, placement)
    return edge(copy) if placement.decision == "edge" else serving(copy, copies_of(sizing))


def _training(plan: Plan, here: Situation) -> Part | str:
    placement = plan.deployment.of("customise")
    if not own_cluster(placement):
        return _nothing(placement)
    runs = runs_of(plan.deployment.sizing)
    missing = unfit(plan.deployment.sizing)
    if not runs:
        return " ".join(missing) or _unsized(plan, placement)
    part = training(runs, Site(own_gpus=left_for_training(plan, here), data_tb=here.training_data_tb))
    return part.model_copy(update={"remarks": (*part.remarks, *missing)})


def left_for_training(plan: Plan, here: Situation) -> int | None:
    """Own accelerators that serving on the same premises leaves; None where none were named or training is elsewhere."""
    if here.gpu_on_prem is None or plan.deployment.of("customise").decision != "on-prem":
        return None
    taken = serving_gpus(plan) if plan.deployment.of("online_inference").decision == "on-prem" else 0
    return max(0, int(here.gpu_on_prem) - taken)


def serving_gpus(plan: Plan) -> int:
    """The accelerators of all planned copies together; 0 where the plan has not sized serving."""
    sizing = {s.id: s for s in plan.deployment.sizing}
    copy: Copy | None = copy_of(sizing)
    copies = copies_of(sizing)
    return copy.gpus * (copies.planned if copies else 1) if copy else 0


def _nothing(placement: Placement) -> str:
    name, where = PHASE_NAMES[placement.phase], PLACE_NAMES[placement.decision]
    if placement.rule in MANAGED:
        return (
            f"{name}: the plan chose a managed service, as nobody is there to run a cluster, so there is nothing to deploy."
        )
    return f"{name}: the plan puts it {where}, so there is nothing to deploy."


def _unsized(plan: Plan, placement: Placement) -> str:
    why = plan.deployment.no_sizing or "The plan holds no sizing for it."
    return f"{PHASE_NAMES[placement.phase]}: no file is written. {why}"


_NEEDS: Final = {
    "serving.kserve.io/v1beta1": "KServe 0.16 or newer, with its runtimes for vLLM and Triton",
    "keda.sh/v1alpha1": "KEDA 2.16 or newer",
    "kueue.x-k8s.io/v1beta2": "Kueue 0.15 or newer",
    "trainer.kubeflow.org/v1alpha1": "Kubeflow Trainer 2.2 or newer, with its runtime torch-distributed",
}


def readme(made: Manifests) -> str:
    """The text that goes with the files: how to use them, what to fill in, what is missing (Markdown)."""
    return "\n".join(_readme(made)) + "\n"


def _readme(made: Manifests) -> Iterator[str]:
    yield "# Deployment drafts"
    yield ""
    yield "Drafts with the plan's numbers: read them, fill in what is marked, and try them on a test cluster first."
    yield "They hold no secrets: access to the registry is set up on the cluster, not in these files."
    if made.drafts:
        yield from _listed("Files, in the order in which to apply them", (f"`{d.path}`" for d in made.drafts))
        versions = {str(item["apiVersion"]) for draft in made.drafts for item in draft.objects}
        needs = [text for version, text in _NEEDS.items() if version in versions]
        yield from _listed(
            "What the cluster needs",
            (*needs, "a network plug-in that enforces NetworkPolicy", "the device plug-in of the accelerators"),
        )
        yield from _listed("What to fill in", (f"`{word}`: {text}" for word, text in made.placeholders.items()))
    yield from _listed("What is not here, and why", made.left_out)
    yield from _listed("What to know", made.remarks)
    yield ""
    yield "The first line of each file names the calculation or fact that each number comes from; the plan shows the work."


def _listed(title: str, items: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    rows = [f"- {item}" for item in items]
    if rows:
        yield from ("", f"## {title}", "", *rows)
