"""The calculations that this organisation needs: memory, GPUs, copies for the load, transfer time, the API's bill.

Every number that was not stated is a named assumption and stands beside the result.
"""

from collections.abc import Sequence
from typing import Final

from assistant.interview.model import Value
from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import DEFAULT_GPU, Catalogue, Gpu
from assistant.planning.cost import HOURS_PER_YEAR, energy, token_api
from assistant.planning.placement import Placement
from assistant.planning.queueing import MOST_IN_SERVICE, autoscale, queue_replicas
from assistant.planning.situation import Situation
from assistant.planning.sizing import BYTES_PER_PARAM, finetune, serve, weights_payload_gb
from assistant.planning.throughput import latency, replicas
from assistant.planning.transfer import billed_gb, egress, promotion_minutes, transfer

PARAMS_B: Final = 8.0
CONTEXT: Final = 2048
BATCH: Final = 64
TOKENS_IN: Final = 1000
TOKENS_OUT: Final = 300
REACHED: Final = 0.5
"""Share of the roofline's throughput that a served model keeps while it holds its answer time."""
AVERAGE_OF_PEAK: Final = 0.1
WAIT_S: Final = 0.3
WITHIN: Final = 0.95
"""The first token of a conversation within 300 ms (llm-d planner, traffic and SLOs), for 95 of 100 requests."""
EDGE_GPU: Final = "l4"
"""The smallest card of the catalogue, 72 W: what a device in the field can carry."""
EDGE_PARAMS_B: Final = 1.0
LINK_GBPS: Final = 1.0
PRECISION: Final = "fp8"
SMALL_GPU: Final = "l40s"
SMALL_MODEL: Final = 13e9
LIGHT_RPS: Final = 10.0
_SECONDS_A_MONTH: Final = 730 * 3600
GPU_PHASES: Final = frozenset({"train", "customise", "optimise", "batch_inference", "online_inference"})
"""The phases that need accelerators; a store beside the documents is no reason to size a cluster."""
_MADE = frozenset({"on-prem", "colocation", "cloud", "sovereign-cloud"})


class Sizing(Value):
    """One calculation with what it is for, its answer in a sentence, and what it assumes."""

    id: str
    purpose: str
    answer: str
    calculation: Calculation
    assumptions: tuple[str, ...] = ()


def estimates(here: Situation, placements: Sequence[Placement], catalogue: Catalogue) -> tuple[Sizing, ...]:
    """The calculations for what is trained, served and moved; empty where no GPU plan is warranted.

    None is at stages 1 and 2, as no pilot has shown a need, unless a machine of one's own is called for already.
    """
    by_phase = {p.phase: p.decision for p in placements}
    found: list[Sizing] = []
    if not warranted(here, placements):
        return ()
    gpu = catalogue.gpu(_card(here))
    params, given = _params(here)
    if by_phase["customise"] in _MADE:
        found += _finetuning(here, params, gpu, given)
    served = by_phase["online_inference"]
    if served in _MADE:
        found += _serving(here, params, gpu, given, catalogue)
    elif served == "edge":
        found.append(_on_device(here, catalogue))
    elif served == "api" and here.peak_rps and catalogue.apis:
        found.append(_api_bill(here.peak_rps, catalogue))
    if here.training_data_tb:
        found += _moving(here, here.training_data_tb, catalogue)
    if by_phase["customise"] in _MADE and served in _MADE and served != by_phase["customise"]:
        found.append(_promotion(params, given))
    return tuple(found)


def warranted(here: Situation, placements: Sequence[Placement]) -> bool:
    """Whether a plan for GPUs makes sense yet."""
    return here.stage >= 3 or (here.stage == 2 and any(p.decision == "on-prem" for p in placements if p.phase in GPU_PHASES))


def _card(here: Situation) -> str:
    light = (here.peak_rps or 0) <= LIGHT_RPS
    few = here.team_ml_engineers is not None and here.team_ml_engineers <= 3
    small = here.stage == 2 or here.small_budget or few
    return SMALL_GPU if small and light and _params(here)[0] <= SMALL_MODEL else DEFAULT_GPU


def _params(here: Situation) -> tuple[float, tuple[str, ...]]:
    """Parameters of the model, and the assumption if their number was not stated."""
    if here.model_params_b:
        return here.model_params_b * 1e9, ()
    return PARAMS_B * 1e9, (f"The size of the model was not named; {PARAMS_B:g} billion parameters are assumed.",)


def _finetuning(here: Situation, params: float, gpu: Gpu, given: tuple[str, ...]) -> list[Sizing]:
    methods = ("full", "lora") if here.stage >= 3 and here.means else ("lora", "qlora")
    found: list[Sizing] = []
    for method in methods:
        worked = finetune(params=params, method=method, gpu=gpu)
        needed = worked.values["gpus_needed"]
        cards = f"{needed} x {gpu.name}" if needed is not None else f"more than {gpu.name} can give"
        found.append(
            Sizing(
                id=f"finetune-{method}",
                purpose=f"Memory to adapt a model of {params / 1e9:g} billion parameters ({method})",
                answer=f"{gigabytes(worked.parts('memory_gb')['total'])} in all: {cards}.",
                calculation=worked,
                assumptions=(*given, "Sequences of 2,048 tokens, one at a time on each GPU."),
            )
        )
    return found


def _serving(here: Situation, params: float, gpu: Gpu, given: tuple[str, ...], catalogue: Catalogue) -> list[Sizing]:
    worked = serve(params=params, precision=PRECISION, context=CONTEXT, batch=BATCH, gpu=gpu)
    cards = int(worked.number("gpus"))
    assumed = (*given, f"8-bit weights, {BATCH} conversations of {CONTEXT:,} tokens at once.")
    found = [
        Sizing(
            id="serve-memory",
            purpose=f"Memory to serve one copy of a model of {params / 1e9:g} billion parameters",
            answer=f"{gigabytes(worked.number('total_gb'))} in all: {cards} x {gpu.name} for one copy.",
            calculation=worked,
            assumptions=assumed,
        )
    ]
    if here.peak_rps and here.stage >= 3:
        found += _copies(here.peak_rps, params, gpu, cards, worked.number("kv_gb"), given)
        copies = found[-1].calculation
        found += _waiting(here.peak_rps, float(str(copies.inputs["rps_per_replica"])))
        found.append(_energy(gpu, cards * int(copies.number("replicas")), catalogue))
    return found


def _on_device(here: Situation, catalogue: Catalogue) -> Sizing:
    """One request at a time on each device: a load is spread over devices, so no data centre's card is counted."""
    small, gpu = here.model_params_b or EDGE_PARAMS_B, catalogue.gpu(EDGE_GPU)
    worked = serve(params=small * 1e9, precision="int8", context=CONTEXT, batch=1, gpu=gpu)
    cards = int(worked.number("gpus"))
    size = gigabytes(worked.number("total_gb"))
    fits = (
        f"it fits on a card such as {gpu.name}" if cards == 1 else f"{cards} x {gpu.name}: distil it before it is sent out"
    )
    given = (
        ()
        if here.model_params_b
        else (f"The model's size was not named; {EDGE_PARAMS_B:g} billion parameters are assumed.",)
    )
    return Sizing(
        id="serve-memory",
        purpose=f"Memory on each device for a model of {small:g} billion parameters",
        answer=f"{size} in all: {fits}.",
        calculation=worked,
        assumptions=(
            *given,
            f"8-bit weights, one request of {CONTEXT:,} tokens at a time; a model of another kind keeps its weights alone.",
        ),
    )


def gigabytes(size: float) -> str:
    """A size in GB with the figures that tell something: 140 GB, 3.4 GB, 0.1 GB."""
    return f"{size:,.0f} GB" if size >= 10 else f"{size:.2g} GB"


def _copies(peak: float, params: float, gpu: Gpu, cards: int, kv_gb: float, given: tuple[str, ...]) -> list[Sizing]:
    pace = latency(
        params=params, gpu=gpu, gpus=cards, weight_bytes=BYTES_PER_PARAM[PRECISION], prompt_tokens=TOKENS_IN,
        batch=BATCH, kv_gb=kv_gb,
    )  # fmt: skip
    each = pace.number("tokens_per_second") * REACHED / TOKENS_OUT
    worked = replicas(peak_rps=peak, rps_per_replica=each)
    count = int(worked.number("replicas"))
    assumed = (
        *given,
        f"{TOKENS_IN:,} tokens in and {TOKENS_OUT} out per request; {REACHED:.0%} of the bandwidth limit is reached. "
        "Measure a copy before you buy.",
    )
    return [
        Sizing(
            id="serve-pace",
            purpose="How fast one copy can be, at best",
            answer=f"At most {pace.number('tokens_per_second'):,.0f} tokens a second.",
            calculation=pace,
            assumptions=assumed,
        ),
        Sizing(
            id="serve-copies",
            purpose=f"Copies for {peak:,g} requests a second at the peak",
            answer=f"{count} copies on {count * cards} x {gpu.name}, scaling between {worked.values['min']} and "
            f"{worked.values['max']} copies.",
            calculation=worked,
            assumptions=assumed,
        ),
    ]


def _waiting(peak: float, each: float) -> list[Sizing]:
    """Copies that keep people from queueing, and how few may stand in quiet hours. An answer takes BATCH / rate (Little)."""
    service = BATCH / each
    band = autoscale(peak_rps=peak, quiet_rps=peak * AVERAGE_OF_PEAK, rps_per_replica=each)
    found = [
        Sizing(
            id="serve-scaling",
            purpose="How far the copies may be scaled down",
            answer=f"Never below {band.values['floor']} copies, {band.values['peak']} at the peak.",
            calculation=band,
            assumptions=(f"Quiet hours bring {AVERAGE_OF_PEAK:.0%} of the peak; one copy may fail at any time.",),
        )
    ]
    if peak * service + BATCH > MOST_IN_SERVICE:
        return found  # more than one pool: to be split first
    queue = queue_replicas(peak_rps=peak, service_s=service, slots=BATCH, wait_s=WAIT_S, within=WITHIN)
    queued = Sizing(
        id="serve-waiting",
        purpose=f"Copies that let {WITHIN:.0%} of requests start within {WAIT_S:g} seconds at the peak",
        answer=f"{queue.values['replicas']} copies; on average {queue.values['least_replicas']} would keep up.",
        calculation=queue,
        assumptions=(f"A full copy answers {BATCH} requests side by side; arrivals are random.",),
    )
    return [*found, queued]


def _energy(gpu: Gpu, cards: int, catalogue: Catalogue) -> Sizing:
    grid = catalogue.grids[0] if catalogue.grids else None
    worked = energy(
        gpu_hours=cards * HOURS_PER_YEAR, watts=gpu.watts, pue=catalogue.figure("pue-average").value,
        kg_co2e_kwh=grid.kg_co2e_kwh if grid else None,
    )  # fmt: skip
    gas = f", {worked.number('co2e_t'):,.0f} tonnes of CO2e" if grid else ""
    place = (f"The place was not named; the grid of {grid.region} is taken ({grid.cite()}).",) if grid else ()
    return Sizing(
        id="serve-energy",
        purpose=f"Energy and greenhouse gas of {cards} GPUs in a year",
        answer=f"At most {worked.number('mwh'):,.0f} MWh{gas}.",
        calculation=worked,
        assumptions=("At full power all year round; copies that are scaled down need less.", *place),
    )


def _api_bill(peak: float, catalogue: Catalogue) -> Sizing:
    calls = peak * AVERAGE_OF_PEAK * _SECONDS_A_MONTH
    row = sorted(catalogue.apis, key=lambda a: a.usd_per_million_out)[len(catalogue.apis) // 2]
    worked = token_api(tokens_in=calls * TOKENS_IN, tokens_out=calls * TOKENS_OUT, api=row)
    return Sizing(
        id="api-bill",
        purpose="A month's bill of a metered service",
        answer=f"About {worked.number('usd_month'):,.0f} US dollars a month with {row.model}, a service of middling price.",
        calculation=worked,
        assumptions=(
            f"The average load is {AVERAGE_OF_PEAK:.0%} of the peak; a request: {TOKENS_IN:,} tokens in, {TOKENS_OUT} out.",
        ),
    )


def _moving(here: Situation, volume: float, catalogue: Catalogue) -> list[Sizing]:
    efficiency = catalogue.figure("link-efficiency").value
    worked = transfer(tb=volume, gbps=LINK_GBPS, efficiency=efficiency)
    days = worked.number("days")
    span = f"{days:,.1f} days" if days >= 1 else f"{worked.number('hours'):,.1f} hours"
    found = [
        Sizing(
            id="data-transfer",
            purpose=f"Time to move {volume:,g} TB of training data once",
            answer=f"{span} over {LINK_GBPS:g} Gbit/s.",
            calculation=worked,
            assumptions=(f"The link was not named; {LINK_GBPS:g} Gbit/s, {efficiency:.0%} of it usable.",),
        )
    ]
    if here.data_in_cloud and here.cloud in {row.provider for row in catalogue.egress}:
        prices = next(row for row in catalogue.egress if row.provider == here.cloud)
        out = egress(gb=billed_gb(volume), prices=prices)
        found.append(
            Sizing(
                id="data-egress",
                purpose=f"Price of carrying {volume:,g} TB out of the cloud once",
                answer=f"{out.number('usd'):,.0f} US dollars in one month.",
                calculation=out,
            )
        )
    return found


def _promotion(params: float, given: tuple[str, ...]) -> Sizing:
    size = weights_payload_gb(params)
    worked = transfer(tb=size / 1e3, gbps=LINK_GBPS, efficiency=0.7)
    minutes = promotion_minutes(payload_gb=size, gbps=LINK_GBPS)
    return Sizing(
        id="promotion",
        purpose="Size of a finished model on its way to where it serves",
        answer=f"{gigabytes(size)}, {minutes:,.0f} minutes over {LINK_GBPS:g} Gbit/s.",
        calculation=worked,
        assumptions=(*given, f"16-bit weights; {LINK_GBPS:g} Gbit/s, 70 % of it usable."),
    )
