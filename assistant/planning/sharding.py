"""How the state of a training run is spread over GPUs: data-parallel copies, ZeRO stages 1 to 3 (FSDP). GB of 1e9 bytes."""

from collections.abc import Mapping

from assistant.planning.calculation import Calculation
from assistant.planning.inputs import positive, whole

_ZERO = "ZeRO: Rajbhandari et al. 2019, arXiv 1910.02054, figure 1"
SHARDED = {
    "none": frozenset[str](),
    "zero-1": frozenset({"optimizer"}),
    "zero-2": frozenset({"optimizer", "gradients"}),
    "zero-3": frozenset({"optimizer", "gradients", "weights"}),
}
"""Which parts of the state each stage divides among the GPUs; FSDP's full sharding is zero-3."""


def by_stage(state_gb: Mapping[str, float], gpus: int) -> dict[str, float]:
    """Return the GB of `state_gb` {weights, gradients, optimizer} that ONE of `gpus` GPUs holds at each stage.

    A part that the stage divides counts 1/n, every other part in full. Source: ZeRO, figure 1.
    """
    cards = whole("gpus", gpus, "GPUs", "8")
    return {
        stage: sum(size / cards if part in divided else size for part, size in state_gb.items())
        for stage, divided in SHARDED.items()
    }


def sharding(*, params: float, gpus: int) -> Calculation:
    """Return what one GPU holds of a full run with mixed-precision Adam, at each stage of sharding.

    weights 2·N, gradients 2·N, optimizer 12·N bytes; none: 16·N; zero-1: 4·N + 12·N/n; zero-2: 2·N + 14·N/n;
    zero-3: 16·N/n. N = `params`, n = `gpus`. Activations come on top, on each GPU its own.

    Raises:
        InputError: a number out of range.
    """
    count = positive("params", params, "parameters", "7.5e9")
    state = {"weights": 2 * count / 1e9, "gradients": 2 * count / 1e9, "optimizer": 12 * count / 1e9}
    return Calculation(
        name="sharding",
        values={"per_gpu_gb": dict(by_stage(state, gpus))},
        formula="none = 16·params; zero-1 = 4·params + 12·params/gpus; zero-2 = 2·params + 14·params/gpus; "
        "zero-3 = 16·params/gpus (bytes / 1e9)",
        inputs={"params": params, "gpus": gpus},
        sources=(_ZERO,),
        notes=("zero-3 (FSDP) sends half as much again between GPUs as plain data parallelism.",),
    )
