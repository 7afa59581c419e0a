"""The money tables of a plan as rows of text: break-even, totals, what moves them, data gravity.

Every writer of a plan lays them out in its own way; the wording and the rounding are here, once.
"""

from collections.abc import Mapping
from typing import Any

from assistant.interview.model import Value
from assistant.planning.calculation import Calculation
from assistant.planning.economics import OwnOrRent

NEVER = "never"
NO_OFFER = "no offer"
UNKNOWN = "not known"


class TextTable(Value):
    """A table with its caption, the head and rows of text, and what it rests on."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    formula: str
    inputs: str
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()


def breakeven_rows(compared: OwnOrRent) -> TextTable | None:
    """Months until a bought server has paid for itself, by offer and share of hours in use; None without an offer."""
    months = _mapping(compared.table.values["months"])
    if not months:
        return None
    rows = tuple((name, *(_months(cell) for cell in _mapping(cells).values())) for name, cells in months.items())
    shares = tuple(f"{float(share):.0%}" for share in _mapping(next(iter(months.values()))))
    return _table(
        "Months until a bought server has paid for itself, by offer and share of hours in use",
        ("Compared with", *shares), rows, compared.table,
    )  # fmt: skip


def total_rows(totals: Calculation) -> TextTable:
    """The total of every way over each horizon; the cheapest of each column is marked."""
    cheapest = _mapping(totals.values["cheapest"])
    usd = _mapping(totals.values["usd"])
    rows = tuple(
        (name, *(_total(cell, cheapest[years] == name) for years, cell in _mapping(cells).items()))
        for name, cells in usd.items()
    )
    head = tuple(f"{years} {'year' if years == '1' else 'years'}" for years in cheapest)
    return _table("Total in US dollars of today, by way and horizon (* the least)", ("Way", *head), rows, totals)


def tornado_rows(moved: Calculation) -> TextTable:
    """How far each input moves the saving of owning over the cheapest compared offer, widest first."""
    rows = []
    for row in _list(moved.values["rows"]):
        turns = "yes" if row["turns"] else "no"
        span = f"{_size(row['low'])} to {_size(row['high'])}"
        rows.append(
            (
                f"{row['input']} ({row['unit']})", span, f"{row['saving_low']:,.0f}",
                f"{row['saving_high']:,.0f}", f"{row['swing']:,.0f}", turns, str(row["ground"]),
            )
        )  # fmt: skip
    base = _mapping(moved.values["base_usd"])
    return _table(
        f"What moves the saving of owning most (US dollars over three years; {base['saving']:,.0f} as planned)",
        ("Input", "Range", "Saving at low", "Saving at high", "Swing", "Turns it", "Ground"), tuple(rows), moved,
    )  # fmt: skip


def gravity_rows(weighed: Calculation) -> TextTable:
    """The ways to move the training data once, with time and money, and bringing the machines to it."""
    rows = tuple(
        (_capital(str(way["way"])), _days(way["days"]), UNKNOWN if way["usd"] is None else f"{way['usd']:,.0f}")
        for way in _list(weighed.values["ways"])
    )
    return _table(
        f"Moving {float(str(weighed.inputs['tb'])):,g} TB once, or bringing the machines to it",
        ("Way", "Time", "US dollars"), rows, weighed, tuple(crossovers(weighed)),
    )  # fmt: skip


def crossovers(weighed: Calculation) -> list[str]:
    """From which size on another way is better, in sentences."""
    found = _mapping(weighed.values["crossover"])
    said = [
        f"Over {name}, shipped devices arrive first from {_size(tb)} TB on."
        for name, tb in _mapping(found["device_faster_above_tb"]).items()
    ]
    limits = _mapping(found["refresh_limit_tb"])
    days = weighed.inputs["refresh_days"]
    said += [
        f"What is needed anew every {days:g} days may be {_size(tb)} TB at most over {name}." for name, tb in limits.items()
    ]
    cheaper = found["compute_cheaper_above_tb"]
    if cheaper is not None:
        said.append(
            f"From {_size(cheaper)} TB on, carrying the data out once costs more than a month of dearer machines beside it."
        )
    brought = "the machines should come to the data" if weighed.values["bring_compute"] else "the data can travel"
    return [
        *said,
        f"By time and money alone, {brought}; what rules forbid comes first.",
        "The last way's money is the price difference of machines for a month.",
    ]


def _table(
    caption: str, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], worked: Calculation, notes: tuple[str, ...] = ()
) -> TextTable:
    given = ", ".join(f"{name} = {_given(value)}" for name, value in worked.inputs.items() if value not in (None, {}, []))
    return TextTable(
        caption=caption, head=head, rows=rows, formula=worked.formula, inputs=given, sources=worked.sources,
        notes=(*notes, *worked.notes),
    )  # fmt: skip


def _given(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} {_given(part)}" for name, part in value.items()) + "}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.6g}"


def _months(cell: Any) -> str:
    return NEVER if cell is None else f"{cell:,.1f}"


def _total(cell: Any, least: bool) -> str:
    return NO_OFFER if cell is None else f"{cell:,.0f}{' *' if least else ''}"


def _days(days: float) -> str:
    if days >= 1:
        return f"{days:,.1f} days"
    return f"{days * 24:,.1f} hours" if days * 24 >= 1 else f"{days * 1440:,.1f} minutes"


def _size(number: float) -> str:
    """Three digits and no power of ten: 0.35, 86.8, 2,268."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"a mapping was expected in a calculation, but {value!r} stands there")
    return dict(value)


def _list(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise TypeError(f"a list was expected in a calculation, but {value!r} stands there")
    return value
