"""``advisor size``: the calculators. Each answer carries formula, inputs and sources."""

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from assistant.errors import InputError
from assistant.surfaces.size_options import CALCULATORS, REQUIRED, Calculator, Option

size = typer.Typer(help="Calculators: memory, compute, speed, transfer, energy, cost, break-even.", no_args_is_help=True)

_BESIDE = ("formula", "inputs", "sources", "notes", "name", "warnings")


def _answer(name: str, as_json: bool, inputs: dict[str, Any]) -> None:
    from assistant.advisor import Advisor

    result = Advisor().size(name, **{key: value for key, value in inputs.items() if value is not None})
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    for line in _lines(result):
        typer.echo(line)


def _lines(result: dict[str, Any]) -> Iterator[str]:
    for key, value in result.items():
        if key not in _BESIDE:
            yield f"{key}: {_shown(value)}"
    yield f"formula: {result['formula']}"
    yield "inputs: " + ", ".join(f"{k} = {_shown(v)}" for k, v in result["inputs"].items() if v is not None)
    yield "sources: " + "; ".join(result["sources"])
    for note in result.get("notes", ()):
        yield f"note: {note}"
    for warning in result.get("warnings", ()):
        yield f"warning: {warning}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_shown(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_shown(v) for v in value)
    if value is None:
        return "never"
    return f"{value:,.6g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _named(option: Option, given: list[str] | None) -> dict[str, float] | None:
    """``NAME=VALUE`` pairs as a mapping; InputError names the pair that is none."""
    if not given:
        return None
    found = {}
    for pair in given:
        name, _, value = pair.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError as fault:
            raise InputError(
                f"{option.flag} {pair!r} is not understood; NAME=NUMBER is expected, such as mine=10."
            ) from fault
    return found


def _command(calculator: Calculator) -> Callable[..., None]:
    """The command of one calculator, with the options that its table names."""

    def run(**given: Any) -> None:
        as_json = given.pop("as_json")
        for option in calculator.options:
            if option.kind is dict:
                given[option.name] = _named(option, given[option.name])
            elif option.kind is list:
                given[option.name] = given[option.name] or None
        _answer(calculator.name, as_json, given)

    parameters = [_parameter(option) for option in calculator.options]
    shown = Annotated[bool, typer.Option("--json", help="Answer as JSON, for machines.")]
    parameters.append(inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=shown))
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads options from
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__ = calculator.about
    return run


def _flags(option: Option) -> list[str]:
    return [f"{option.flag}/--no-{option.flag[2:]}"] if option.kind is bool else [option.flag]


def _parameter(option: Option) -> inspect.Parameter:
    kinds: dict[type, Any] = {dict: list[str], list: list[float]}
    kind = kinds.get(option.kind, option.kind)
    typed = kind if option.default is REQUIRED or option.default is not None else kind | None
    annotation = Annotated[typed, typer.Option(*_flags(option), help=option.about)]  # type: ignore[valid-type]  # made here
    default = inspect.Parameter.empty if option.default is REQUIRED else option.default
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


for _calculator in CALCULATORS:
    size.command(_calculator.name.replace("_", "-"))(_command(_calculator))
