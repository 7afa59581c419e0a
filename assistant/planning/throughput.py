"""How fast a served model can be and how many copies a load needs: roofline bounds and the KV-cache budget."""

import math

from pydantic import JsonValue

from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Gpu
from assistant.planning.inputs import not_negative, positive, share, whole
from assistant.planning.sizing import GIB

BLOCK_TOKENS = 16
"""vLLM's unit of the KV cache."""

_VLLM = "KV budget: llm-d planner, empirical vLLM memory results, 2026-04-27; vLLM issue 12330"
_ROOFLINE = "roofline: llm-analysis, LLM latency and memory analysis, read 2026-11"
_HEADROOM = "20 % headroom: llm-d planner, config_finder.py, 2026-04-27"


def kv_budget(
    *,
    memory_gib: float,
    weights_gib: float,
    activation_gib: float,
    other_gib: float,
    kv_bytes_per_token: float,
    utilisation: float = 0.9,
    gpus: int = 1,
    max_len: int | None = None,
) -> Calculation:
    """Return what is left for the KV cache, in vLLM's accounting.

    KV per GPU = M·u - W - A - O in GiB. M = `memory_gib` as the driver reports it, u = `utilisation` of memory,
    W = `weights_gib` on ONE GPU, A = `activation_gib` at peak, O = `other_gib` of the runtime.
    Tokens = KV·`gpus`·2**30 / `kv_bytes_per_token`. Sources: llm-d planner; vLLM issue 12330.

    Returns:
        `kv_gib` per GPU (negative when the weights do not fit) and `tokens` over all GPUs (0 then); `blocks` of 16 tokens,
        and `longest_context`, one block less, which vLLM keeps for itself (kvplan 0.1.1). With `max_len` also `starts` (1 or
        0: vLLM refuses to start when one sequence of that length does not fit) and `concurrency` = tokens / max_len.

    Raises:
        InputError: a number out of range.
    """
    room = positive("memory_gib", memory_gib, "GiB", "79.18") * share("utilisation", utilisation, "0.9")
    held = positive("weights_gib", weights_gib, "GiB", "14.99")
    held += not_negative("activation_gib", activation_gib, "GiB", "4.8")
    held += not_negative("other_gib", other_gib, "GiB", "0.15")
    per_token = positive("kv_bytes_per_token", kv_bytes_per_token, "bytes", "131072")
    left = room - held
    tokens = max(0, math.floor(left * whole("gpus", gpus, "GPUs", "2") * GIB / per_token))
    blocks = tokens // BLOCK_TOKENS
    longest = max(0, blocks - 1) * BLOCK_TOKENS
    values: dict[str, JsonValue] = {"kv_gib": left, "tokens": tokens, "blocks": blocks, "longest_context": longest}
    if max_len is not None:
        values["starts"] = int(whole("max_len", max_len, "tokens", "8192") <= longest)
        values["concurrency"] = tokens / max_len
    return Calculation(
        name="kv_budget",
        values=values,
        formula="kv_gib = memory_gib·utilisation - weights_gib - activation_gib - other_gib; "
        "tokens = kv_gib·gpus·2^30 / kv_bytes_per_token; longest_context = (floor(tokens / 16) - 1)·16",
        inputs={
            "memory_gib": memory_gib, "weights_gib": weights_gib, "activation_gib": activation_gib,
            "other_gib": other_gib, "kv_bytes_per_token": kv_bytes_per_token, "utilisation": utilisation,
            "gpus": gpus, "max_len": max_len,
        },
        sources=(_VLLM,),
        notes=("The model does not fit on these GPUs.",) if left <= 0 else (),
    )  # fmt: skip


def latency(
    *,
    params: float,
    gpu: Gpu,
    gpus: int = 1,
    weight_bytes: float = 2.0,
    prompt_tokens: int = 1024,
    batch: int = 1,
    kv_gb: float = 0.0,
    bandwidth_efficiency: float = 0.8,
    compute_efficiency: float = 0.7,
) -> Calculation:
    """Return lower bounds on latency from memory bandwidth and arithmetic peak.

    Decoding a token reads all active weights and the KV cache: t = (N·w + KV) / (n·BW·e_m).
    The first token computes the prompt: TTFT = 2·N·S·B / (n·F·e_f).
    N = `params` active, w = `weight_bytes` per parameter, KV = `kv_gb` read per step, n = `gpus`, BW in bytes/s,
    F = dense BF16 peak in FLOP/s, S = `prompt_tokens`, B = `batch`, e = efficiencies reached in practice.
    Communication between GPUs is left out. Sources: llm-analysis; aiconfigurator (0.8 of peak bandwidth).

    Returns:
        `decode_ms` per token, `ttft_ms`, `tokens_per_second` of the batch.

    Raises:
        InputError: a number out of range.
    """
    active = positive("params", params, "parameters", "8e9")
    cards, sequences = whole("gpus", gpus, "GPUs", "1"), whole("batch", batch, "sequences", "1")
    read = active * positive("weight_bytes", weight_bytes, "bytes", "2") + 1e9 * not_negative("kv_gb", kv_gb, "GB", "1")
    bandwidth = gpu.bandwidth_gb_s * 1e9 * cards * share("bandwidth_efficiency", bandwidth_efficiency, "0.8")
    peak = gpu.bf16_tflops * 1e12 * cards * share("compute_efficiency", compute_efficiency, "0.7")
    compute = 2 * active * sequences / peak
    decode = max(read / bandwidth, compute)
    inputs: dict[str, JsonValue] = {
        "params": params, "gpu": gpu.id, "gpus": gpus, "weight_bytes": weight_bytes, "prompt_tokens": prompt_tokens,
        "batch": batch, "kv_gb": kv_gb, "bandwidth_efficiency": bandwidth_efficiency,
        "compute_efficiency": compute_efficiency, "bandwidth_gb_s": gpu.bandwidth_gb_s,
        "bf16_tflops_dense": gpu.bf16_tflops,
    }  # fmt: skip
    return Calculation(
        name="latency",
        values={
            "decode_ms": decode * 1e3,
            "ttft_ms": compute * whole("prompt_tokens", prompt_tokens, "tokens", "1024") * 1e3,
            "tokens_per_second": sequences / decode,
        },
        formula="decode_ms = 1000·max((params·weight_bytes + kv) / (gpus·bandwidth·efficiency), "
        "2·params·batch / (gpus·peak·efficiency)); ttft_ms = 1000·2·params·prompt_tokens·batch / (gpus·peak·efficiency)",
        inputs=inputs,
        sources=(_ROOFLINE, gpu.cite()),
        notes=("Lower bounds: a measured latency is higher; measure before you promise one.",),
    )


def in_flight(*, rps: float, latency_s: float) -> float:
    """Return the requests in flight at once, by Little's law: `rps` (requests/s) · `latency_s` (s)."""
    return not_negative("rps", rps, "requests/s", "20") * positive("latency_s", latency_s, "seconds", "2.5")


def replicas(*, peak_rps: float, rps_per_replica: float, headroom: float = 0.2) -> Calculation:
    """Return the copies of a model that a peak load needs: n = ⌈(1 + headroom)·peak / per copy⌉.

    `rps_per_replica` is what one copy does while it keeps its latency target, measured or from a benchmark.
    Autoscale between n/2 (`min`) and 2·n (`max`). Source: llm-d planner.

    Raises:
        InputError: a number out of range.
    """
    load = positive("peak_rps", peak_rps, "requests/s", "50")
    each = positive("rps_per_replica", rps_per_replica, "requests/s", "4")
    spare = not_negative("headroom", headroom, "shares", "0.2")
    # A hair is taken off before rounding up, so that 1.2·10/4 asks for 3 copies and not, by rounding error, 4.
    count = max(1, math.ceil((1 + spare) * load / each - 1e-9))
    return Calculation(
        name="replicas",
        values={"replicas": count, "min": max(1, count // 2), "max": 2 * count},
        formula="replicas = ceil((1 + headroom)·peak_rps / rps_per_replica); min = replicas/2; max = 2·replicas",
        inputs={"peak_rps": peak_rps, "rps_per_replica": rps_per_replica, "headroom": headroom},
        sources=(_HEADROOM,),
    )
