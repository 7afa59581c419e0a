"""What several deployment drafts share: names, placeholders, quantities, pod settings and network rules.

A draft is a tree of plain values; nothing that a person said goes into one, only numbers and the names below.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from assistant.interview.model import Value

Tree = dict[str, Any]

SERVING: Final = "model-serving"
TRAINING: Final = "model-training"
EDGE: Final = "model-edge"
MODEL: Final = "served-model"
REGISTRY: Final = "registry.example"
VERSION: Final = "REPLACE-VERSION"
GPU_LABEL: Final = "accelerator.example/model"
GATEWAY: Final = "gateway.example"
MONITORING: Final = "monitoring.example"
PROMETHEUS: Final = "http://prometheus.example:9090"
STORAGE: Final = "storage.example"
CPUS_PER_GPU: Final = 8
"""Processor cores beside each accelerator: a planning assumption, as the plan sizes accelerators and memory only."""
GPUS_PER_NODE: Final = 8
"""The largest number of accelerators in one server; `gpu_count` rounds to whole servers of eight above it."""
HTTP: Final = 8080


class Draft(Value):
    """One file: its path, its objects in the order in which they are applied, and where its numbers come from.

    ``placeholders`` are the words in it that the reader has to replace.
    """

    path: str
    objects: tuple[Tree, ...]
    numbers: str
    placeholders: tuple[str, ...] = ()


class Part(Value):
    """The drafts for one side of the deployment, and in sentences what is missing there and why."""

    drafts: tuple[Draft, ...] = ()
    remarks: tuple[str, ...] = ()


def gigabytes(amount: float) -> str:
    """An amount of GB (1e9 bytes) as Kubernetes writes it, rounded up to whole GB and never 0."""
    return f"{max(1, math.ceil(amount - 1e-9))}G"


def gpu_resource(gpu: str) -> str:
    """The name under which a device plug-in offers this accelerator."""
    return "amd.com/gpu" if gpu.startswith("mi") else "nvidia.com/gpu"


def resources(gpu: str, gpus: int, memory_gb: float) -> Tree:
    """Requests that equal the limits, so that no neighbour can take away what the plan counts on."""
    amounts = {"cpu": str(CPUS_PER_GPU * gpus), "memory": gigabytes(memory_gb), gpu_resource(gpu): str(gpus)}
    return {"requests": amounts, "limits": amounts}


def meta(name: str, namespace: str = "", labels: Mapping[str, str] | None = None) -> Tree:
    """An object's metadata; without a namespace for what belongs to the whole cluster."""
    found: Tree = {"name": name}
    if namespace:
        found["namespace"] = namespace
    if labels:
        found["labels"] = dict(labels)
    return found


def namespace(name: str) -> Tree:
    """A namespace that refuses privileged pods."""
    labels = {"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/warn": "restricted"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta(name, labels=labels)}


def tolerations(gpu: str) -> list[Tree]:
    """Leave to run on nodes that are kept free for accelerators."""
    return [{"key": gpu_resource(gpu), "operator": "Exists", "effect": "NoSchedule"}]


def pod_security() -> Tree:
    """A pod that does not run as root."""
    return {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def container_security() -> Tree:
    """A container that cannot gain rights."""
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def volume_claim(name: str, space: str, amount_gb: float) -> Tree:
    """A claim to storage that several nodes read and write."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": meta(name, space),
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": STORAGE,
            "resources": {"requests": {"storage": gigabytes(amount_gb)}},
        },
    }


def _policy(name: str, space: str, spec: Tree) -> Tree:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta(name, space),
        "spec": {"podSelector": {}, **spec},
    }


def closed_network(space: str) -> list[Tree]:
    """Nothing goes in or out of the namespace but questions to the cluster's name service."""
    names = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    ports = [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]
    return [
        _policy("deny-all", space, {"policyTypes": ["Ingress", "Egress"]}),
        _policy("allow-names", space, {"policyTypes": ["Egress"], "egress": [{"to": [names], "ports": ports}]}),
    ]


def allow_in(name: str, space: str, caller: str, port: int) -> Tree:
    """Let the pods of the namespace labelled as ``caller`` reach one port."""
    source = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": caller}}}
    rule = {"from": [source], "ports": [{"protocol": "TCP", "port": port}]}
    return _policy(name, space, {"policyTypes": ["Ingress"], "ingress": [rule]})


def allow_among(space: str) -> Tree:
    """Let the pods of one namespace talk to each other, as a model or a run spread over several nodes has to."""
    peers: list[Tree] = [{"podSelector": {}}]
    spec = {"policyTypes": ["Ingress", "Egress"], "ingress": [{"from": peers}], "egress": [{"to": peers}]}
    return _policy("allow-among-nodes", space, spec)
