"""Drafts for the training side: a queue with a quota (Kueue), storage, network rules, and a job for each method planned.

A run on one accelerator is a plain Job; a larger one is a TrainJob, which starts the processes on every server.
"""

import math
from collections.abc import Iterable
from typing import Final

from assistant.interview.model import Value
from assistant.planning import manifest_parts as parts
from assistant.planning.estimates import Sizing
from assistant.planning.manifest_parts import Draft, Part, Tree

QUEUE: Final = "training"
KEPT: Final = 2
"""Checkpoints kept: the last one and the one before it."""
_PREFIX = "finetune-"
_RETRIES = 3


class Run(Value):
    """One way to adapt the model, from a calculation ``finetune-...``; ``state_gb`` is what a checkpoint holds."""

    id: str
    method: str
    gpu: str
    gpus: int
    memory_gb: float
    state_gb: float
    sequence: int
    batch: int

    @property
    def nodes(self) -> int:
        """How many servers the run is spread over."""
        return -(-self.gpus // parts.GPUS_PER_NODE)


class Site(Value):
    """What the training side can draw on: own accelerators left for it, and the data in TB; None where not named."""

    own_gpus: int | None = None
    data_tb: float | None = None


def runs_of(sizing: Iterable[Sizing]) -> tuple[Run, ...]:
    """The runs that fit on accelerators of the kind planned; `unfit` names the others."""
    return tuple(_run(s) for s in sizing if s.id.startswith(_PREFIX) and s.calculation.values["gpus_needed"] is not None)


def unfit(sizing: Iterable[Sizing]) -> tuple[str, ...]:
    """A sentence for each method that no number of such accelerators can carry."""
    return tuple(
        f"There is no job for {s.id}: one sequence does not fit the memory of the accelerator planned."
        for s in sizing
        if s.id.startswith(_PREFIX) and s.calculation.values["gpus_needed"] is None
    )


def _run(sizing: Sizing) -> Run:
    worked, memory = sizing.calculation, sizing.calculation.parts("memory_gb")
    return Run(
        id=sizing.id,
        method=sizing.id.removeprefix(_PREFIX),
        gpu=str(worked.inputs["gpu"]),
        gpus=int(worked.number("gpus_needed")),
        memory_gb=memory["total"],
        state_gb=memory["weights"] + memory["optimizer"],
        sequence=int(str(worked.inputs["seq"])),
        batch=int(str(worked.inputs["batch"])),
    )


def training(runs: tuple[Run, ...], site: Site) -> Part:
    """The drafts for adapting a model; ``runs`` is not empty."""
    needed = max(run.gpus for run in runs)
    spread = any(run.nodes > 1 for run in runs)
    network = [*parts.closed_network(parts.TRAINING), *((parts.allow_among(parts.TRAINING),) if spread else ())]
    drafts = (
        Draft(path="training/namespace.yaml", objects=(parts.namespace(parts.TRAINING),), numbers="none in this file"),
        _queue(runs, quota(runs, site), site),
        _storage(runs, site),
        Draft(
            path="training/network-policy.yaml",
            objects=tuple(network),
            numbers="none from the plan; the ports are those of the name service",
        ),
        *(_job(run, site) if run.gpus == 1 else _train_job(run, site) for run in runs),
    )
    remarks = [f"The files {_PREFIX}*.yaml are ways to do the same: apply the one that was chosen."] if len(runs) > 1 else []
    if site.own_gpus:
        remarks.append(f"Your own accelerators are taken to be of the kind {runs[0].gpu}; the plan knows only their number.")
    if site.own_gpus is not None and site.own_gpus < needed:
        remarks.append(
            f"The largest run needs {needed} accelerators of the kind {runs[0].gpu}; {site.own_gpus} of your own are left "
            "for it, so it waits in the queue until there are enough."
        )
    if not site.data_tb:
        remarks.append("The amount of training data was not named, so no storage is claimed for it.")
    return Part(drafts=drafts, remarks=tuple(remarks))


def quota(runs: tuple[Run, ...], site: Site) -> int:
    """How many accelerators the queue hands out: what the largest run needs, or all of one's own if these are more."""
    return max(site.own_gpus or 0, *(run.gpus for run in runs))


def _queue(runs: tuple[Run, ...], gpus: int, site: Site) -> Draft:
    gpu = runs[0].gpu
    flavor = f"gpu-{gpu}"
    each_gb = max(_node_gb(run) * run.nodes / run.gpus for run in runs)
    amounts: dict[str, int | str] = {
        "cpu": parts.CPUS_PER_GPU * gpus,
        "memory": parts.gigabytes(each_gb * gpus),
        parts.gpu_resource(gpu): gpus,
    }
    group = {
        "coveredResources": list(amounts),
        "flavors": [{"name": flavor, "resources": [{"name": n, "nominalQuota": q} for n, q in amounts.items()]}],
    }
    objects = (
        _kueue("ResourceFlavor", parts.meta(flavor), nodeLabels={parts.GPU_LABEL: gpu}, tolerations=parts.tolerations(gpu)),
        _kueue(
            "ClusterQueue",
            parts.meta(QUEUE),
            queueingStrategy="BestEffortFIFO",
            namespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": parts.TRAINING}},
            resourceGroups=[group],
        ),
        _kueue("LocalQueue", parts.meta(QUEUE, parts.TRAINING), clusterQueue=QUEUE),
    )
    own = site.own_gpus is not None and gpus == site.own_gpus
    basis = "gpu_on_prem" if own else max(runs, key=lambda run: run.gpus).id
    return Draft(
        path="training/queue.yaml",
        objects=objects,
        numbers=f"quota of accelerators: {basis}; memory: the largest memory for one accelerator of "
        f"{', '.join(run.id for run in runs)}; cpu: an assumption of {parts.CPUS_PER_GPU} for each accelerator",
        placeholders=(parts.GPU_LABEL,),
    )


def _kueue(kind: str, metadata: Tree, **spec: object) -> Tree:
    return {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": kind, "metadata": metadata, "spec": spec}


def _storage(runs: tuple[Run, ...], site: Site) -> Draft:
    largest = max(runs, key=lambda run: run.state_gb)
    claims = [parts.volume_claim("checkpoints", parts.TRAINING, KEPT * largest.state_gb)]
    numbers = f"checkpoints: {KEPT} x (weights + optimizer) of {largest.id}"
    if site.data_tb:
        claims.append(parts.volume_claim("training-data", parts.TRAINING, site.data_tb * 1e3))
        numbers += "; training-data: training_data_tb"
    return Draft(path="training/storage.yaml", objects=tuple(claims), numbers=numbers, placeholders=(parts.STORAGE,))


def _node_gb(run: Run) -> int:
    return max(1, math.ceil(run.memory_gb / run.nodes))


def _settings(run: Run) -> list[Tree]:
    given = {"METHOD": run.method, "SEQUENCE_LENGTH": run.sequence, "BATCH_PER_ACCELERATOR": run.batch}
    return [{"name": name, "value": str(value)} for name, value in given.items()]


def _volumes(site: Site) -> tuple[list[Tree], list[Tree]]:
    names = ["checkpoints", *(["training-data"] if site.data_tb else [])]
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in names]
    mounts: list[Tree] = [{"name": name, "mountPath": f"/{name}"} for name in names]
    for mount in mounts[1:]:
        mount["readOnly"] = True  # a run reads the data; only checkpoints are written
    return volumes, mounts


def _labels() -> dict[str, str]:
    return {"kueue.x-k8s.io/queue-name": QUEUE}


def _image() -> str:
    return f"{parts.REGISTRY}/training/finetune:{parts.VERSION}"


def _draft(run: Run, job: Tree) -> Draft:
    return Draft(
        path=f"training/{run.id}.yaml",
        objects=(job,),
        numbers=f"accelerators, memory, sequence length and batch: {run.id}; "
        f"cpu: an assumption of {parts.CPUS_PER_GPU} for each accelerator",
        placeholders=(parts.REGISTRY, parts.VERSION),
    )


def _job(run: Run, site: Site) -> Draft:
    volumes, mounts = _volumes(site)
    container = {
        "name": "train",
        "image": _image(),
        "env": _settings(run),
        "resources": parts.resources(run.gpu, run.gpus, _node_gb(run)),
        "securityContext": parts.container_security(),
        "volumeMounts": mounts,
    }
    pod = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": parts.pod_security(),
        "containers": [container],
        "volumes": volumes,
    }
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": parts.meta(run.id, parts.TRAINING, _labels()),
        "spec": {"suspend": True, "backoffLimit": _RETRIES, "template": {"spec": pod}},
    }
    return _draft(run, job)


def _train_job(run: Run, site: Site) -> Draft:
    volumes, mounts = _volumes(site)
    container = {"name": "node", "volumeMounts": mounts, "securityContext": parts.container_security()}
    pod = {"securityContext": parts.pod_security(), "containers": [container], "volumes": volumes}
    patch = {
        "manager": "advisor.example/plan",
        "trainingRuntimeSpec": {
            "template": {
                "spec": {"replicatedJobs": [{"name": "node", "template": {"spec": {"template": {"spec": pod}}}}]},
            }
        },
    }
    job = {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "TrainJob",
        "metadata": parts.meta(run.id, parts.TRAINING, _labels()),
        "spec": {
            "suspend": True,
            "runtimeRef": {
                "apiGroup": "trainer.kubeflow.org",
                "kind": "ClusterTrainingRuntime",
                "name": "torch-distributed",
            },
            "trainer": {
                "image": _image(),
                "env": _settings(run),
                "numNodes": run.nodes,
                "numProcPerNode": run.gpus // run.nodes,
                "resourcesPerNode": parts.resources(run.gpu, run.gpus // run.nodes, _node_gb(run)),
            },
            "runtimePatches": [patch],
        },
    }
    return _draft(run, job)
