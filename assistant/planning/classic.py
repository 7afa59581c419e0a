"""Sizing beyond language models: tables of data, models on processors, embeddings and the index that searches them."""

import math

from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Gpu
from assistant.planning.inputs import not_negative, positive, share, whole

_PANDAS = "5 to 10 times the data in memory: W. McKinney, Apache Arrow and the '10 things I hate about pandas', 2017-09-21"
_HNSW = "1.1·(bytes·d + 8·M) bytes a vector: OpenSearch documentation, k-NN index, read 2026-11"
_FORWARD = "2 FLOP per parameter and token forward: Kaplan et al. 2020, arXiv 2001.08361"
_LITTLE = "busy cores = rate · time (Little's law)"
WORK_FACTORS = (5.0, 10.0)
"""Memory for working on a table, as multiples of the table itself."""


def tabular(*, rows: float, columns: int, value_bytes: float = 8.0) -> Calculation:
    """Return the memory that training a classical model (trees, regressions) on a table needs: no GPU is required.

    data = rows·columns·value_bytes; memory = 5 to 10 times that. Source: McKinney 2017.

    Raises:
        InputError: a number out of range.
    """
    size = positive("rows", rows, "rows", "1e7") * whole("columns", columns, "columns", "200")
    size *= positive("value_bytes", value_bytes, "bytes", "8") / 1e9
    low, high = (factor * size for factor in WORK_FACTORS)
    return Calculation(
        name="tabular",
        values={"data_gb": size, "memory_gb": {"low": low, "high": high}},
        formula="data_gb = rows·columns·value_bytes / 1e9; memory_gb = 5 to 10 times data_gb",
        inputs={"rows": rows, "columns": columns, "value_bytes": value_bytes},
        sources=(_PANDAS,),
        notes=("Text columns weigh more than numbers; engines that read in parts need a fraction of this.",),
    )


def cpu_serving(*, peak_rps: float, milliseconds: float, headroom: float = 0.2) -> Calculation:
    """Return the processor cores that a model without GPU needs at its peak.

    cores = ⌈(1 + headroom)·rate·time⌉, with the time one prediction keeps one core busy. Source: Little's law.

    Raises:
        InputError: a number out of range.
    """
    busy = positive("peak_rps", peak_rps, "requests/s", "200") * positive("milliseconds", milliseconds, "ms", "5") / 1e3
    cores = max(1, math.ceil((1 + not_negative("headroom", headroom, "shares", "0.2")) * busy - 1e-9))
    return Calculation(
        name="cpu_serving",
        values={"cores": cores, "busy_cores": busy},
        formula="cores = ceil((1 + headroom)·peak_rps·milliseconds / 1000)",
        inputs={"peak_rps": peak_rps, "milliseconds": milliseconds, "headroom": headroom},
        sources=(_LITTLE,),
        notes=("Measure the milliseconds on the machine that will serve.",),
    )


def vector_index(
    *, vectors: float, dimensions: int, value_bytes: float = 4.0, links: int = 16, copies: int = 1
) -> Calculation:
    """Return the memory of a graph index (HNSW) over embeddings.

    memory = copies·1.1·(b·d + 8·M)·n bytes: b = `value_bytes` per dimension (4 float, 2 half, 1 byte), d = `dimensions`,
    M = `links` per vector, n = `vectors`. Source: OpenSearch documentation (1 million vectors of 256: 1.267 GB).

    Raises:
        InputError: a number out of range.
    """
    count, width = (
        positive("vectors", vectors, "vectors", "1e6"),
        whole("dimensions", dimensions, "dimensions", "384"),
    )
    each = 1.1 * (positive("value_bytes", value_bytes, "bytes", "4") * width + 8 * whole("links", links, "links", "16"))
    kept = whole("copies", copies, "copies", "2")
    return Calculation(
        name="vector_index",
        values={
            "memory_gb": kept * each * count / 1e9, "bytes_per_vector": each, "raw_gb": value_bytes * width * count / 1e9,
        },
        formula="memory_gb = copies·1.1·(value_bytes·dimensions + 8·links)·vectors / 1e9",
        inputs={
            "vectors": vectors, "dimensions": dimensions, "value_bytes": value_bytes, "links": links, "copies": copies,
        },
        sources=(_HNSW,),
    )  # fmt: skip


def embedding(*, tokens: float, params: float, gpu: Gpu, efficiency: float = 0.35) -> Calculation:
    """Return the GPU-hours of embedding a collection of texts once.

    FLOP = 2·N·D (forward only); GPU-hours = FLOP / (F·e·3600): N = `params`, D = `tokens`, F = dense peak,
    e = `efficiency` reached (0.35, the middle of the band of published training runs; measure it). Source: Kaplan 2020.

    Raises:
        InputError: a number out of range.
    """
    flops = 2 * positive("params", params, "parameters", "110e6") * positive("tokens", tokens, "tokens", "1e9")
    hours = flops / (gpu.bf16_tflops * 1e12 * share("efficiency", efficiency, "0.35") * 3600)
    return Calculation(
        name="embedding",
        values={"gpu_hours": hours, "flops": flops},
        formula="gpu_hours = 2·params·tokens / (peak_flops·efficiency·3600)",
        inputs={"tokens": tokens, "params": params, "gpu": gpu.id, "efficiency": efficiency},
        sources=(_FORWARD, gpu.cite()),
        notes=("Once for the collection; then only what changes is embedded anew.",),
    )
