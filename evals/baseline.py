"""The baseline: the figure below which (for an error: above which) a run fails. Kept by engine and split."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.errors import InputError
from evals.results import Measured

FILE = Path(__file__).resolve().parent / "baseline.json"
SLACK = 1e-9
"""What rounding may take off a figure."""

Floors = dict[str, float]
_CONTENT: TypeAdapter[dict[str, dict[str, Floors]]] = TypeAdapter(dict[str, dict[str, Floors]])


def floors(engine: str, split: str, file: Path = FILE) -> Floors:
    """The floors of an engine on a split by ``suite.measure``; empty when nothing was blessed yet."""
    return _read(file).get(engine, {}).get(split, {})


def below(figures: Mapping[str, Measured], held: Floors, suites: tuple[str, ...]) -> tuple[str, ...]:
    """A sentence for each figure of these suites that is worse than its floor, or has one and was not measured."""
    found: list[str] = []
    for name, floor in held.items():
        if name.partition(".")[0] not in suites:
            continue
        figure = figures.get(name)
        if figure is None or figure.value is None:
            found.append(f"{name} has the baseline {floor:.4f} and is unmeasured in this run")
        elif figure.better == "higher" and figure.value < floor - SLACK:
            found.append(f"{name} is {figure.value:.4f}, below its baseline of {floor:.4f}")
        elif figure.better == "lower" and figure.value > floor + SLACK:
            found.append(f"{name} is {figure.value:.4f}, above its baseline of {floor:.4f}")
    return tuple(found)


def bless(figures: Mapping[str, Measured], engine: str, split: str, file: Path = FILE) -> None:
    """Make these figures the baseline; those of other engines, splits and suites stay as they are."""
    content = _read(file)
    suites = {name.partition(".")[0] for name in figures}
    kept = {k: v for k, v in content.get(engine, {}).get(split, {}).items() if k.partition(".")[0] not in suites}
    fresh = {name: m.value for name, m in figures.items() if m.better and m.value is not None}
    content.setdefault(engine, {})[split] = dict(sorted((kept | fresh).items()))
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _read(file: Path) -> dict[str, dict[str, Floors]]:
    if not file.is_file():
        return {}
    try:
        return _CONTENT.validate_json(file.read_text(encoding="utf-8"))
    except ValidationError as fault:
        raise InputError(f"{file}: not a baseline (engine, split, measure, figure): {fault.errors()[0]['msg']}.") from fault
