"""``advisor size``: the calculators. Each answer carries formula, inputs and sources."""

import json
from typing import Annotated, Any

import typer

size = typer.Typer(help="Calculators: memory, compute, transfer, energy, cost, break-even.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON, for machines.")]
Gpu = Annotated[str, typer.Option(help="GPU id; an unknown one lists them.")]


def _answer(name: str, as_json: bool, **inputs: Any) -> None:
    from assistant.advisor import Advisor

    result = Advisor().size(name, **{key: value for key, value in inputs.items() if value is not None})
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    beside = ("formula", "inputs", "sources", "notes", "name")
    for key, value in result.items():
        if key not in beside:
            typer.echo(f"{key}: {_shown(value)}")
    typer.echo(f"formula: {result['formula']}")
    typer.echo("inputs: " + ", ".join(f"{k} = {_shown(v)}" for k, v in result["inputs"].items() if v is not None))
    typer.echo("sources: " + "; ".join(result["sources"]))
    for note in result.get("notes", ()):
        typer.echo(f"note: {note}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_shown(v)}" for k, v in value.items())
    if value is None:
        return "never"
    return f"{value:,.6g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


@size.command()
def train(
    params: Annotated[float, typer.Option(help="Parameters, such as 405e9.")],
    tokens: Annotated[float, typer.Option(help="Training tokens, such as 15e12.")],
    gpu: Gpu = "h100-sxm",
    mfu: Annotated[float | None, typer.Option(help="Model FLOPs utilisation, 0..1.")] = None,
    gpu_hours: Annotated[float | None, typer.Option(help="GPU-hours; the MFU is solved for.")] = None,
    gpus: Annotated[int | None, typer.Option(help="Number of GPUs, for the wall time.")] = None,
    as_json: Json = False,
) -> None:
    """Compute, GPU-hours, energy and time of training from scratch."""
    _answer("train", as_json, params=params, tokens=tokens, gpu=gpu, mfu=mfu, gpu_hours=gpu_hours, gpus=gpus)


@size.command()
def finetune(
    params: Annotated[float, typer.Option(help="Parameters, such as 7e9.")],
    method: Annotated[str, typer.Option(help="full, lora or qlora.")],
    seq: Annotated[int, typer.Option(help="Sequence length in tokens.")] = 2048,
    batch: Annotated[int, typer.Option(help="Sequences in a batch on each GPU.")] = 1,
    gpus: Annotated[int, typer.Option(help="GPUs that share the state.")] = 1,
    as_json: Json = False,
) -> None:
    """Memory of fine-tuning."""
    _answer("finetune", as_json, params=params, method=method, seq=seq, batch=batch, gpus=gpus)


@size.command()
def serve(
    params: Annotated[float, typer.Option(help="Parameters, such as 70e9.")],
    layers: Annotated[int, typer.Option(help="Transformer layers.")],
    kv_heads: Annotated[int, typer.Option(help="Key-value heads.")],
    head_dim: Annotated[int, typer.Option(help="Dimension of a head.")],
    precision: Annotated[str, typer.Option(help="bf16, fp8, int8 or int4.")] = "bf16",
    context: Annotated[int, typer.Option(help="Tokens in context.")] = 8192,
    batch: Annotated[int, typer.Option(help="Sequences at once.")] = 1,
    gpu: Gpu = "h100-sxm",
    as_json: Json = False,
) -> None:
    """Memory and GPUs of serving."""
    _answer(
        "serve", as_json, params=params, layers=layers, kv_heads=kv_heads, head_dim=head_dim,
        precision=precision, context=context, batch=batch, gpu=gpu,
    )  # fmt: skip


@size.command()
def transfer(
    tb: Annotated[float, typer.Option(help="Data in TB.")],
    gbps: Annotated[float, typer.Option(help="Link in Gbit/s.")],
    efficiency: Annotated[float, typer.Option(help="Share of the link that is reached.")] = 0.8,
    as_json: Json = False,
) -> None:
    """Time to move data over a link."""
    _answer("transfer", as_json, tb=tb, gbps=gbps, efficiency=efficiency)


@size.command()
def energy(
    gpu_hours: Annotated[float, typer.Option(help="GPU-hours.")],
    watts: Annotated[float, typer.Option(help="Watts of one GPU.")],
    pue: Annotated[float, typer.Option(help="Power usage effectiveness.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Energy."""
    _answer("energy", as_json, gpu_hours=gpu_hours, watts=watts, pue=pue)


@size.command()
def cost(
    capex_usd: Annotated[float, typer.Option(help="Price of a server.")],
    power_kw: Annotated[float, typer.Option(help="Power of a server in kW.")],
    servers: Annotated[int, typer.Option(help="Number of servers.")] = 1,
    years: Annotated[float, typer.Option(help="Years of use.")] = 5,
    usd_kwh: Annotated[float, typer.Option(help="Price of a kWh.")] = 0.15,
    pue: Annotated[float, typer.Option(help="Power usage effectiveness.")] = 1.3,
    utilisation: Annotated[float, typer.Option(help="Share of hours that do useful work, 0..1.")] = 0.8,
    staff_usd_year: Annotated[float, typer.Option(help="Staff for all servers, a year.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Cost of owning servers."""
    _answer(
        "cost", as_json, servers=servers, capex_usd=capex_usd, years=years, power_kw=power_kw, usd_kwh=usd_kwh,
        pue=pue, utilisation=utilisation, staff_usd_year=staff_usd_year,
    )  # fmt: skip


@size.command()
def breakeven(
    capex_usd: Annotated[float, typer.Option(help="Price of the server.")],
    cloud_usd_hour: Annotated[float, typer.Option(help="Price of the same in the cloud, an hour.")],
    own_usd_hour: Annotated[float, typer.Option(help="Running cost of the own server, an hour.")],
    as_json: Json = False,
) -> None:
    """Hours and months after which owning is cheaper than renting."""
    _answer("breakeven", as_json, capex_usd=capex_usd, cloud_usd_hour=cloud_usd_hour, own_usd_hour=own_usd_hour)
