"""How much compute and memory a model needs: pre-training, fine-tuning, serving.

Parameters and tokens are counts, memory is in GB of 1e9 bytes unless a name says GiB (2**30 bytes).
"""

import math

from pydantic import JsonValue

from assistant.errors import InputError
from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import REFERENCE_GPU, Frozen, Gpu
from assistant.planning.inputs import not_negative, one_of, positive, pue_factor, share, whole
from assistant.planning.sharding import by_stage

GIB = 2**30
USABLE_MEMORY = 0.9
"""Share of a GPU's memory that is planned for; the rest is left to the runtime (vLLM's default)."""

BYTES_PER_PARAM = {"bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0, "int4": 0.5}
FLOPS_PER_PARAM_TOKEN = {"full": 6.0, "lora": 4.0, "qlora": 4.0}
"""Forward 2 + gradient of activations 2 + gradient of weights 2; frozen weights need no gradient of their own."""

MFU_BAND = (0.25, 0.35, 0.45)
TRAINABLE_SHARE = 0.005
"""Adapters' share of the model's parameters; 0.1 to 1 % is usual."""

_KAPLAN = "6ND: Kaplan et al. 2020, arXiv 2001.08361; with recomputation 8ND: Narayanan et al. 2021, arXiv 2104.04473"
_ZERO = "16 bytes per trained parameter: Rajbhandari et al. 2019 (ZeRO), arXiv 1910.02054"
_LORA = "LoRA: Hu et al. 2021, arXiv 2106.09685"
_QLORA = "QLoRA, 0.127 bit per parameter of double-quantised constants: Dettmers et al. 2023, arXiv 2305.14314"
_ACTIVATIONS = "activation memory: Korthikanti et al. 2022, arXiv 2205.05198"
_HF_MEMORY = "weights, KV cache and fine-tuning memory: Hugging Face, Llama 3.1 article, 2024-07-23"
_VLLM_BUDGET = "activation and runtime memory: llm-d planner, empirical vLLM memory results, 2026-04-27"


class Method(Frozen):
    """Bytes a fine-tuning method holds: per base parameter, and the published range per base parameter."""

    base_bytes: float
    low_bytes: float
    high_bytes: float
    sources: tuple[str, ...]


METHODS = {
    "full": Method(base_bytes=2.0, low_bytes=8.0, high_bytes=16.0, sources=(_ZERO,)),
    "lora": Method(base_bytes=2.0, low_bytes=2.0, high_bytes=2.35, sources=(_LORA, _ZERO)),
    "qlora": Method(base_bytes=0.5 + 0.127 / 8, low_bytes=0.53, high_bytes=0.75, sources=(_QLORA, _ZERO)),
}


def model_shape(params: float) -> tuple[int, int]:
    """Estimate (layers, hidden size) of a dense transformer from its parameter count.

    A block holds about 12·h² parameters (Kaplan et al. 2020), so N ≈ 12·L·h²; with the usual aspect
    h = 128·L this gives h = ∛(128·N/12), rounded to a multiple of 128. 7e9 gives 33 x 4,224 (Llama: 32 x 4,096).
    """
    count = positive("params", params, "parameters", "7e9")
    hidden = max(128, 128 * round((128 * count / 12) ** (1 / 3) / 128))
    return max(1, round(hidden / 128)), hidden


def activation_bytes(
    *, seq: int, batch: int, layers: int, hidden: int, recompute: bool = True, heads: int | None = None
) -> float:
    """Return the bytes of activations that one GPU keeps for the backward pass in 16-bit precision.

    With s = `seq` tokens, b = `batch` sequences, h = `hidden`, L = `layers`, a = `heads`: one layer keeps
    s·b·h·(34 + 5·a·s/h) bytes; with recomputation the model keeps 2·s·b·h·L for the layers' inputs plus one
    layer's working set. Without `heads` the 5·a·s/h of the attention scores is left out, as FlashAttention
    never stores them. The output layer's logits come on top. Source: Korthikanti et al. 2022.
    """
    per_token_layer = 34.0 * hidden + (5.0 * heads * seq if heads else 0.0)
    one_layer = seq * batch * per_token_layer
    return 2.0 * seq * batch * hidden * layers + one_layer if recompute else one_layer * layers


def lora_params(*, rank: int, layers: int, shapes: tuple[tuple[int, int], ...]) -> int:
    """Return the parameters of LoRA adapters: layers · Σ rank·(d_in + d_out) over the adapted matrices.

    `shapes` are the (d_in, d_out) of the matrices adapted in every layer. Source: Hu et al. 2021.
    """
    whole("rank", rank, "adapter ranks", "16")
    return layers * sum(rank * (d_in + d_out) for d_in, d_out in shapes)


def train(
    *,
    params: float,
    tokens: float,
    gpu: Gpu,
    mfu: float | None = None,
    gpu_hours: float | None = None,
    gpus: int | None = None,
    pue: float = 1.0,
    recompute: bool = False,
    method: str = "full",
    kg_co2e_kwh: float | None = None,
) -> Calculation:
    """Size a training run, or find what share of the GPUs' peak a known run reached.

    C = 6·N·D FLOP (8·N·D with full activation recomputation; 4·N·D for LoRA and QLoRA);
    G = C / (F·MFU·3600) GPU-hours; energy = G·W·PUE / 1e6 MWh; days = G / (24·n).
    N = `params` active per token, D = `tokens` seen over all epochs, F = dense BF16 peak in FLOP/s, W = watts
    per GPU, n = `gpus`. Sources: Kaplan et al. 2020; Narayanan et al. 2021.

    Give exactly one of `mfu` (model FLOP utilisation, a share) and `gpu_hours`; the other is solved for.

    Returns:
        `gpu_hours`, `mfu`, `flops`, `energy_mwh`; `co2e_t` when the grid's `kg_co2e_kwh` is given; `wall_days` when `gpus`
        is given; `gpu_hours_band` (at
        MFU 0.25, 0.35 and 0.45) when `mfu` is given, for published runs differ that much.

    Raises:
        InputError: a number out of range, both or neither of `mfu` and `gpu_hours`, or hours so few that the
            GPUs would have to exceed their peak.
    """
    count = positive("params", params, "parameters", "405e9")
    seen = positive("tokens", tokens, "tokens", "15e12")
    one_of("method", method, FLOPS_PER_PARAM_TOKEN)
    factor = FLOPS_PER_PARAM_TOKEN[method] + (2.0 if recompute else 0.0)
    flops = factor * count * seen
    peak_hours = flops / (gpu.bf16_tflops * 1e12 * 3600)
    hours, reached = _solve_mfu(peak_hours, mfu, gpu_hours)
    energy = hours * gpu.watts * pue_factor(pue) / 1e6
    values: dict[str, JsonValue] = {"gpu_hours": hours, "mfu": reached, "flops": flops, "energy_mwh": energy}
    if gpus is not None:
        values["wall_days"] = hours / (24 * whole("gpus", gpus, "GPUs", "1024"))
    if kg_co2e_kwh is not None:
        values["co2e_t"] = energy * not_negative("kg_co2e_kwh", kg_co2e_kwh, "kg CO2e per kWh", "0.35")
    if mfu is not None:
        values["gpu_hours_band"] = {f"mfu_{level}": peak_hours / level for level in MFU_BAND}
    return Calculation(
        name="train",
        values=values,
        formula=f"flops = {factor:g}·params·tokens; gpu_hours = flops / (peak_flops·mfu·3600); "
        "energy_mwh = gpu_hours·watts·pue / 1e6; co2e_t = energy_mwh·kg_co2e_kwh; wall_days = gpu_hours / (24·gpus)",
        inputs={
            "params": params, "tokens": tokens, "gpu": gpu.id, "mfu": mfu, "gpu_hours": gpu_hours, "gpus": gpus,
            "pue": pue, "recompute": recompute, "method": method, "bf16_tflops_dense": gpu.bf16_tflops,
            "watts": gpu.watts, "kg_co2e_kwh": kg_co2e_kwh,
        },
        sources=(_KAPLAN, gpu.cite()),
        notes=_train_notes(method),
    )  # fmt: skip


def _solve_mfu(peak_hours: float, mfu: float | None, gpu_hours: float | None) -> tuple[float, float]:
    """Return (GPU-hours, MFU) from whichever is given; `peak_hours` is what the run would take at MFU 1."""
    if mfu is not None and gpu_hours is None:
        reached = share("mfu", mfu, "0.4")
        return peak_hours / reached, reached
    if gpu_hours is not None and mfu is None:
        hours = positive("gpu_hours", gpu_hours, "GPU-hours", "30.84e6")
        if hours < peak_hours:
            raise InputError(
                f"`gpu_hours` must be at least {peak_hours:.4g} for this run at the GPU's full peak, but was "
                f"{gpu_hours!r}; give more hours, fewer tokens or a faster GPU."
            )
        return hours, peak_hours / hours
    given = "both" if mfu is not None else "neither"
    raise InputError(f"Exactly one of `mfu` and `gpu_hours` is needed, but {given} was given; give just one of them.")


def _train_notes(method: str) -> tuple[str, ...]:
    notes = (
        "One successful run; add 20 to 50 % for failed and trial runs.",
        "Published runs reach an MFU of 0.14 to 0.51; state the one you assume, and why.",
    )
    if method == "qlora":
        return (*notes, "QLoRA also spends 30 to 40 % on dequantisation, which a lower MFU has to express.")
    return notes


def finetune(
    *,
    params: float,
    method: str,
    seq: int = 2048,
    batch: int = 1,
    gpus: int = 1,
    layers: int | None = None,
    hidden: int | None = None,
    trainable_share: float = TRAINABLE_SHARE,
    recompute: bool = True,
    gpu: Gpu | None = None,
) -> Calculation:
    """Size the memory of fine-tuning with mixed-precision Adam.

    With N = `params` and n = trained parameters (N for `full`, else `trainable_share`·N): weights = 2·N (`full`),
    2·N + 2·n (`lora`) or (0.5 + 0.127/8)·N + 2·n (`qlora`); gradients = 2·n; optimizer = 12·n (FP32 master copy
    4, two moments 8); activations as in `activation_bytes`, on each GPU for its own `batch` sequences of `seq`
    tokens. All in bytes, given in GB. Sources: ZeRO 2019, LoRA 2021, QLoRA 2023, Korthikanti et al. 2022.

    `layers` and `hidden` are estimated from `params` when missing (see `model_shape`). With a `gpu`, the
    fewest GPUs are found that hold the sharded state within 90 % of their memory.

    Returns:
        `memory_gb` {weights, gradients, optimizer, activations, total} of the whole job, `per_gpu_gb` with the
        state sharded over `gpus`, `state_per_gpu_gb` at each ZeRO stage (none, zero-1, zero-2, zero-3), `range_gb`
        {low, high} as published figures spread, and with `gpu` `gpus_needed` (None if even one sequence's activations do
        not fit).

    Raises:
        InputError: a number out of range or an unknown method.
    """
    count = positive("params", params, "parameters", "7e9")
    plan = METHODS[one_of("method", method, METHODS)]
    tokens_each, sequences = whole("seq", seq, "tokens", "2048"), whole("batch", batch, "sequences", "1")
    cards = whole("gpus", gpus, "GPUs", "1")
    trained = count * (1.0 if method == "full" else share("trainable_share", trainable_share, "0.005"))
    guessed_layers, guessed_hidden = model_shape(count)
    depth = guessed_layers if layers is None else whole("layers", layers, "layers", "32")
    width = guessed_hidden if hidden is None else whole("hidden", hidden, "hidden units", "4096")
    each = activation_bytes(seq=tokens_each, batch=sequences, layers=depth, hidden=width, recompute=recompute)
    memory = _training_state_gb(plan, count, trained)
    state = sum(memory.values())
    memory["activations"] = each * cards / 1e9
    values: dict[str, JsonValue] = {
        "memory_gb": {**memory, "total": state + memory["activations"]},
        "per_gpu_gb": (state + memory["activations"]) / cards,
        "state_per_gpu_gb": dict(by_stage({k: v for k, v in memory.items() if k != "activations"}, cards)),
        "range_gb": {
            "low": plan.low_bytes * count / 1e9,
            "high": plan.high_bytes * count / 1e9 + memory["activations"],
        },
        "trained_params": trained,
    }
    if gpu is not None:
        values["gpus_needed"] = _gpus_for_state(state, each / 1e9, gpu)
    return Calculation(
        name="finetune",
        values=values,
        formula="weights = base_bytes·params (+ 2·trained for adapters); gradients = 2·trained; optimizer = 12·trained; "
        + ("activations = gpus·seq·batch·hidden·(2·layers + 34)" if recompute
           else "activations = gpus·seq·batch·hidden·34·layers") + "; total = their sum (bytes / 1e9)",
        inputs={
            "params": params, "method": method, "seq": seq, "batch": batch, "gpus": gpus, "layers": depth,
            "hidden": width, "base_bytes": plan.base_bytes, "trainable_share": trained / count,
            "recompute": recompute, "gpu": gpu.id if gpu else None,
        },
        sources=(*plan.sources, _ACTIVATIONS, _HF_MEMORY, *((gpu.cite(),) if gpu else ())),
        notes=_finetune_notes(method, estimated=layers is None or hidden is None),
    )  # fmt: skip


def _training_state_gb(plan: Method, params: float, trained: float) -> dict[str, float]:
    """Return the GB of weights (with 16-bit adapters beside frozen ones), gradients and Adam's FP32 state."""
    adapters = 0.0 if trained == params else 2.0 * trained
    return {
        "weights": (plan.base_bytes * params + adapters) / 1e9,
        "gradients": 2.0 * trained / 1e9,
        "optimizer": 12.0 * trained / 1e9,
    }


def _gpus_for_state(state_gb: float, activations_gb: float, gpu: Gpu) -> int | None:
    """Return the fewest GPUs that hold a sharded state beside their own activations, None if none can."""
    room = USABLE_MEMORY * gpu.memory_gb - activations_gb
    return gpu_count(max(1, math.ceil(state_gb / room))) if room > 0 else None


def _finetune_notes(method: str, *, estimated: bool) -> tuple[str, ...]:
    notes = [
        "memory_gb is the whole job; per_gpu_gb shards weights, gradients and optimizer over the GPUs (ZeRO-3, FSDP).",
        "Not counted: the logits of the output layer (vocabulary x tokens) and the framework, about 1 GB or more.",
    ]
    if estimated:
        notes.append("Layers and hidden size are estimated: hidden = (128·params/12)^(1/3), layers = hidden/128.")
    if method == "full":
        notes.append("An 8-bit optimizer on BF16 weights needs about 8 bytes per parameter instead of 16 (range_gb.low).")
    return tuple(notes)


def gpu_count(least: int) -> int:
    """Round a count up to one that splits a model evenly: 1, 2, 4, 8, then whole servers of eight.

    Tensor parallelism divides the attention heads, which come in powers of two; beyond eight, stages of eight.
    """
    for size in (1, 2, 4, 8):
        if least <= size:
            return size
    return 8 * math.ceil(least / 8)


def serve(
    *,
    params: float,
    precision: str = "bf16",
    layers: int | None = None,
    kv_heads: int = 8,
    head_dim: int = 128,
    context: int = 8192,
    batch: int = 1,
    gpu: Gpu | None = None,
    kv_precision: str = "bf16",
) -> Calculation:
    """Size the memory of serving a model, and the GPUs that hold one copy of it.

    weights = `params`·bytes(`precision`): 2 for bf16, 1 for fp8 and int8, 0.5 for int4 (all experts of a mixture
    count); KV cache per token = 2·`layers`·`kv_heads`·`head_dim`·bytes(`kv_precision`) bytes; KV = that ·
    `context`·`batch`; gpus = ⌈total / (0.9·GPU memory)⌉, rounded up by `gpu_count`. Without `gpu` the H100 SXM is
    taken; without `layers` their number is estimated (see `model_shape`). The KV cache stays in 16 bits by
    default whatever the weights' precision, as vLLM does. Sources: Hugging Face Llama 3.1 article; llm-d planner.

    Returns:
        `weights_gb`, `kv_bytes_per_token`, `kv_gb`, `total_gb`, `gpus`; also `gpus_least` before rounding and
        `gpus_with_runtime`, which leaves 5.5 GiB for activations and 0.15 (one GPU) or 0.6 GiB for the runtime
        on each GPU (None if a GPU has no room left).

    Raises:
        InputError: a number out of range or an unknown precision.
    """
    count = positive("params", params, "parameters", "70e9")
    weight_bytes = BYTES_PER_PARAM[one_of("precision", precision, BYTES_PER_PARAM)]
    kv_bytes = BYTES_PER_PARAM[one_of("kv_precision", kv_precision, BYTES_PER_PARAM)]
    depth = model_shape(count)[0] if layers is None else whole("layers", layers, "layers", "80")
    heads = whole("kv_heads", kv_heads, "key-value heads", "8")
    width = whole("head_dim", head_dim, "dimensions per head", "128")
    length, sequences = whole("context", context, "tokens", "8192"), whole("batch", batch, "sequences", "1")
    card = gpu or REFERENCE_GPU
    per_token = int(2 * depth * heads * width * kv_bytes)
    weights, cache = count * weight_bytes / 1e9, per_token * length * sequences / 1e9
    least = math.ceil((weights + cache) / (USABLE_MEMORY * card.memory_gb))
    with_runtime = _gpus_with_runtime(weights + cache, card)
    return Calculation(
        name="serve",
        values={
            "weights_gb": weights, "kv_bytes_per_token": per_token, "kv_gb": cache, "total_gb": weights + cache,
            "gpus": gpu_count(least), "gpus_least": least, "gpus_with_runtime": with_runtime,
        },
        formula="weights_gb = params·weight_bytes / 1e9; kv_bytes_per_token = 2·layers·kv_heads·head_dim·kv_bytes; "
        "kv_gb = kv_bytes_per_token·context·batch / 1e9; gpus = ceil(total_gb / (0.9·memory_gb)), "
        "rounded up to 1, 2, 4, 8 or whole servers of eight",
        inputs={
            "params": params, "precision": precision, "weight_bytes": weight_bytes, "layers": depth,
            "kv_heads": kv_heads, "head_dim": head_dim, "context": context, "batch": batch,
            "kv_precision": kv_precision, "kv_bytes": kv_bytes, "gpu": card.id, "memory_gb": card.memory_gb,
        },
        sources=(_HF_MEMORY, _VLLM_BUDGET, card.cite()),
        notes=_serve_notes(precision, least, with_runtime, estimated=layers is None, default_gpu=gpu is None),
    )  # fmt: skip


def _gpus_with_runtime(total_gb: float, gpu: Gpu) -> int | None:
    """Return the GPUs needed once each also holds activations and the runtime, None if a GPU has no room for more."""
    reported = gpu.reported_gib or gpu.memory_gb * 1e9 / GIB
    need = total_gb * 1e9 / GIB
    if need <= USABLE_MEMORY * reported - 5.5 - 0.15:
        return 1
    room = USABLE_MEMORY * reported - 5.5 - 0.6
    return gpu_count(max(2, math.ceil(need / room))) if room > 0 else None


def _serve_notes(
    precision: str, least: int, with_runtime: int | None, *, estimated: bool, default_gpu: bool
) -> tuple[str, ...]:
    rounded = gpu_count(least)
    notes = ["One copy of the model; more copies serve more requests per second."]
    if default_gpu:
        notes.append(f"No GPU was named, so {REFERENCE_GPU.name} is assumed.")
    if rounded != least:
        notes.append(f"{least} GPUs would hold it; rounded up to {rounded} so that the attention heads split evenly.")
    if with_runtime is not None and with_runtime > rounded:
        notes.append(f"Tight: with activations and runtime on each GPU, vLLM would need {with_runtime}.")
    if with_runtime is None:
        notes.append("This GPU is too small to hold a dense model's activations beside its share; choose a larger one.")
    if precision == "int4":
        notes.append("4-bit weights carry scales on top, about 3 to 10 % more.")
    if estimated:
        notes.append("The number of layers is estimated from params; give --layers for an exact KV cache.")
    return tuple(notes)


def weights_payload_gb(params: float, precision: str = "bf16", adapter_params: float = 0.0) -> float:
    """Return the GB that a promotion moves: params·bytes(precision) + 2 bytes per adapter parameter."""
    per_param = BYTES_PER_PARAM[one_of("precision", precision, BYTES_PER_PARAM)]
    adapters = 2.0 * not_negative("adapter_params", adapter_params, "parameters", "20e6")
    return (positive("params", params, "parameters", "70e9") * per_param + adapters) / 1e9
