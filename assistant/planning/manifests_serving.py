"""Drafts for the serving side: KServe with vLLM or Triton, KEDA, network rules, a disruption budget; or an edge device."""

from typing import Final

from assistant.interview.model import Value
from assistant.planning import manifest_parts as parts
from assistant.planning.estimates import Sizing
from assistant.planning.manifest_parts import Draft, Part, Tree
from assistant.planning.sizing import USABLE_MEMORY

TRITON_BELOW: Final = 1e9
"""Models with fewer parameters are taken to be classical or embedding models; the plan's facts do not say the kind."""
_TRITON_METRICS: Final = 8002
_FROM_MEMORY = "accelerators, memory and node label: serve-memory"
_CPU = f"cpu: an assumption of {parts.CPUS_PER_GPU} for each accelerator"


class Copy(Value):
    """What one copy of the served model needs, from the calculation ``serve-memory``."""

    params: float
    precision: str
    context: int
    batch: int
    gpu: str
    gpus: int
    total_gb: float
    weights_gb: float

    @property
    def triton(self) -> bool:
        """Whether Triton serves it rather than vLLM."""
        return self.params < TRITON_BELOW

    @property
    def nodes(self) -> int:
        """How many servers one copy is spread over."""
        return -(-self.gpus // parts.GPUS_PER_NODE)

    @property
    def metrics_port(self) -> int:
        """Where the server shows its measurements."""
        return _TRITON_METRICS if self.triton else parts.HTTP


class Copies(Value):
    """How many copies run, from the calculation ``serve-copies``; ``rps`` is the load at which one more is started."""

    planned: int
    least: int
    most: int
    rps: float


def copy_of(sizing: dict[str, Sizing]) -> Copy | None:
    """What one copy needs; None where the plan has not sized serving."""
    if "serve-memory" not in sizing:
        return None
    worked = sizing["serve-memory"].calculation
    return Copy(
        params=_number(worked.inputs["params"]),
        precision=str(worked.inputs["precision"]),
        context=int(_number(worked.inputs["context"])),
        batch=int(_number(worked.inputs["batch"])),
        gpu=str(worked.inputs["gpu"]),
        gpus=int(worked.number("gpus")),
        total_gb=worked.number("total_gb"),
        weights_gb=worked.number("weights_gb"),
    )


def copies_of(sizing: dict[str, Sizing]) -> Copies | None:
    """How many copies run; None where no load was named.

    The load that one copy carries is lowered by the plan's headroom, so that the peak asks for just the planned copies.
    """
    if "serve-copies" not in sizing:
        return None
    worked = sizing["serve-copies"].calculation
    return Copies(
        planned=int(worked.number("replicas")),
        least=int(worked.number("min")),
        most=int(worked.number("max")),
        rps=_number(worked.inputs["rps_per_replica"]) / (1 + _number(worked.inputs["headroom"])),
    )


def _number(value: object) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise TypeError(f"a number was expected among a calculation's inputs, but {value!r} stands there")


def serving(copy: Copy, copies: Copies | None) -> Part:
    """The drafts for a cluster that serves the model, on machines of one's own or rented ones."""
    scaled = copies if copy.nodes == 1 else None
    drafts = [
        Draft(path="serving/namespace.yaml", objects=(parts.namespace(parts.SERVING),), numbers="none in this file"),
        _service(copy, scaled),
        _network(copy),
    ]
    if scaled:
        drafts.append(_autoscaling(copy, scaled))
    if scaled and scaled.least > 1:
        drafts.append(_budget())
    return Part(drafts=tuple(drafts), remarks=_remarks(copy, copies))


def _remarks(copy: Copy, copies: Copies | None) -> tuple[str, ...]:
    remarks: list[str] = []
    if copies is None:
        remarks.append("The load was not named, or this is a pilot: one copy serves, and nothing scales it.")
    elif copy.nodes > 1:
        remarks.append(
            f"One copy is spread over {copy.nodes} servers, and KServe scales no such copies: the draft holds one; apply it "
            f"{copies.planned} times under different names for the load in the plan."
        )
    elif copies.least == 1:
        remarks.append("One copy is the least that runs, so there is no disruption budget: it could only block maintenance.")
    if copy.triton:
        remarks.append(
            f"A model of fewer than {TRITON_BELOW / 1e9:g} billion parameters is taken to be a classical or embedding model."
        )
    return tuple(remarks)


def _service(copy: Copy, copies: Copies | None) -> Draft:
    least, most = (copies.least, copies.most) if copies else (1, 1)
    share = parts.resources(copy.gpu, copy.gpus // copy.nodes, copy.total_gb / copy.nodes)
    predictor: Tree = {
        "minReplicas": least,
        "maxReplicas": most,
        "automountServiceAccountToken": False,
        "securityContext": parts.pod_security(),
        "nodeSelector": {parts.GPU_LABEL: copy.gpu},
        "tolerations": parts.tolerations(copy.gpu),
        "model": {**(_triton() if copy.triton else _vllm(copy)), "resources": share},
    }
    if copy.nodes > 1:
        predictor["workerSpec"] = _workers(copy, share)
    service = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": parts.meta(parts.MODEL, parts.SERVING)
        | {
            "annotations": {
                "serving.kserve.io/deploymentMode": "Standard",
                "serving.kserve.io/autoscalerClass": "external" if copies else "none",
            }
        },
        "spec": {"predictor": predictor},
    }
    counted = "minReplicas and maxReplicas: serve-copies" if copies else "one replica: no calculation"
    settings = "" if copy.triton else "; the server's arguments: serve-memory"
    return Draft(
        path="serving/inference-service.yaml",
        objects=(service,),
        numbers=f"{_FROM_MEMORY}{settings}; {counted}; {_CPU}",
        placeholders=(parts.REGISTRY, parts.VERSION, parts.GPU_LABEL),
    )


def _vllm(copy: Copy) -> Tree:
    several = copy.nodes > 1
    arguments = [
        f"--model_name={parts.MODEL}",
        "--backend=vllm",
        *(() if several else (f"--tensor-parallel-size={copy.gpus}",)),
        f"--max-model-len={copy.context}",
        f"--max-num-seqs={copy.batch}",
        f"--gpu-memory-utilization={USABLE_MEMORY:g}",
        *((f"--quantization={copy.precision}",) if copy.precision == "fp8" else ()),
    ]
    return {
        "modelFormat": {"name": "huggingface"},
        "runtime": "kserve-huggingfaceserver-multinode" if several else "kserve-huggingfaceserver",
        "storageUri": f"oci://{parts.REGISTRY}/models/{parts.MODEL}:{parts.VERSION}",
        "args": arguments,
        "securityContext": parts.container_security(),
    }


def _triton() -> Tree:
    return {
        "modelFormat": {"name": "triton", "version": "2"},
        "runtime": "kserve-tritonserver",
        "protocolVersion": "v2",
        "storageUri": f"oci://{parts.REGISTRY}/models/{parts.MODEL}:{parts.VERSION}",
        "securityContext": parts.container_security(),
    }


def _workers(copy: Copy, share: Tree) -> Tree:
    return {
        "pipelineParallelSize": copy.nodes,
        "tensorParallelSize": parts.GPUS_PER_NODE,
        "nodeSelector": {parts.GPU_LABEL: copy.gpu},
        "tolerations": parts.tolerations(copy.gpu),
        "containers": [{"name": "worker-container", "resources": share}],
    }


def _network(copy: Copy) -> Draft:
    rules = [
        *parts.closed_network(parts.SERVING),
        parts.allow_in("allow-gateway", parts.SERVING, parts.GATEWAY, parts.HTTP),
        parts.allow_in("allow-measuring", parts.SERVING, parts.MONITORING, copy.metrics_port),
        *((parts.allow_among(parts.SERVING),) if copy.nodes > 1 else ()),
    ]
    return Draft(
        path="serving/network-policy.yaml",
        objects=tuple(rules),
        numbers="none from the plan; the ports are those of the servers and of the name service",
        placeholders=(parts.GATEWAY, parts.MONITORING),
    )


def _autoscaling(copy: Copy, copies: Copies) -> Draft:
    counter = "nv_inference_request_success" if copy.triton else "vllm:request_success_total"
    scaled = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": parts.meta(parts.MODEL, parts.SERVING),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"{parts.MODEL}-predictor"},
            "minReplicaCount": copies.least,
            "maxReplicaCount": copies.most,
            "fallback": {"failureThreshold": 3, "replicas": copies.planned},
            "triggers": [
                {
                    "type": "prometheus",
                    "metricType": "AverageValue",
                    "metadata": {
                        "serverAddress": parts.PROMETHEUS,
                        "query": f'sum(rate({counter}{{namespace="{parts.SERVING}"}}[2m]))',
                        "threshold": f"{copies.rps:.6g}",
                    },
                }
            ],
        },
    }
    return Draft(
        path="serving/autoscaling.yaml",
        objects=(scaled,),
        numbers="least, most and fallback replicas: serve-copies; threshold, requests a second for one copy: serve-copies, "
        "rps_per_replica / (1 + headroom)",
        placeholders=(parts.PROMETHEUS,),
    )


def _budget() -> Draft:
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": parts.meta(parts.MODEL, parts.SERVING),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": {"serving.kserve.io/inferenceservice": parts.MODEL}},
        },
    }
    return Draft(
        path="serving/disruption-budget.yaml",
        objects=(budget,),
        numbers="maxUnavailable: one copy at a time, as serve-copies keeps more than one running",
    )


def edge(copy: Copy) -> Part:
    """The drafts for one device where the question arises; it goes on with what it has when the line is down."""
    rules = (*parts.closed_network(parts.EDGE), parts.allow_in("allow-caller", parts.EDGE, parts.GATEWAY, parts.HTTP))
    return Part(
        drafts=(
            Draft(path="edge/namespace.yaml", objects=(parts.namespace(parts.EDGE),), numbers="none in this file"),
            Draft(
                path="edge/deployment.yaml",
                objects=(_device(copy),),
                numbers="accelerators and node label: serve-memory; memory: serve-memory, weights_gb; one replica a device; "
                f"{_CPU}",
                placeholders=(parts.REGISTRY, parts.VERSION, parts.GPU_LABEL),
            ),
            Draft(
                path="edge/network-policy.yaml",
                objects=rules,
                numbers="none from the plan; the ports are those of the server and of the name service",
                placeholders=(parts.GATEWAY,),
            ),
        ),
        remarks=(
            f"The plan sized the model with the accelerator {copy.gpu}: measure on the device that stands at the edge, and "
            "set its own accelerator and memory.",
        ),
    )


def _device(copy: Copy) -> Tree:
    labels = {"app": parts.MODEL}
    container = {
        "name": "model",
        "image": f"{parts.REGISTRY}/edge/{parts.MODEL}:{parts.VERSION}",
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"containerPort": parts.HTTP}],
        "resources": parts.resources(copy.gpu, copy.gpus, copy.weights_gb),
        "securityContext": parts.container_security(),
        "readinessProbe": {"tcpSocket": {"port": parts.HTTP}},
    }
    pod = {
        "automountServiceAccountToken": False,
        "securityContext": parts.pod_security(),
        "nodeSelector": {parts.GPU_LABEL: copy.gpu},
        "containers": [container],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": parts.meta(parts.MODEL, parts.EDGE, labels),
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
