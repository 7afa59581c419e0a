"""Prices and rates of the catalogue as a what-if changes them: by a short name, by a figure's id, or row by row."""

from collections.abc import Callable, Mapping, Sequence

from assistant.errors import InputError
from assistant.interview.model import Value
from assistant.planning.catalogue import Catalogue, CloudInstance, Egress, Row
from assistant.planning.changes import FACTS, GROWTH, LARGEST, Change, unknown_name

_RENTS = ("usd_hour", "usd_hour_1y", "usd_hour_3y", "usd_hour_5y", "usd_hour_spot")


class PriceName(Value):
    """A short name for a price in many rows: the catalogue's list, the fields, and what it is."""

    table: str
    fields: tuple[str, ...]
    meaning: str
    settable: bool
    """Whether one value for all rows makes sense; else it can only rise or fall."""


NAMES: dict[str, PriceName] = {
    "usd_kwh": PriceName(table="power", fields=("usd_kwh",), meaning="electricity, USD per kWh", settable=True),
    "gpu_hour": PriceName(table="cloud", fields=_RENTS, meaning="a rented GPU, USD per GPU-hour", settable=True),
    "server_price": PriceName(table="servers", fields=("price_usd",), meaning="servers with GPUs, USD", settable=False),
    "token_price": PriceName(
        table="apis",
        fields=("usd_per_million_in", "usd_per_million_out"),
        meaning="metered tokens, USD per million in",
        settable=False,
    ),
    "egress_price": PriceName(
        table="egress", fields=("tiers",), meaning="traffic out of a cloud, USD per GB", settable=False
    ),
}
_TABLES = ("gpus", "servers", "cloud", "apis", "power", "figures")


def price_names(catalogue: Catalogue) -> tuple[str, ...]:
    """The short names and the figures' names; single rows go by ``list.id.field``."""
    return (*NAMES, *(_under(row.id) for row in catalogue.figures))


def changed_catalogue(catalogue: Catalogue, changes: Sequence[Change]) -> Catalogue:
    """The catalogue with the changes of prices applied in turn; the same object when none is about a price.

    A changed row names the what-if as its source. Raises `InputError` for a name that is neither a fact nor a price, and
    for a value that no price has.
    """
    for change in changes:
        if change.name not in FACTS and change.name != GROWTH:
            catalogue = _applied(catalogue, change)
    return catalogue


def price(catalogue: Catalogue, name: str) -> str:
    """What the price ``name`` is in the catalogue, in words; from least to most where many rows have one."""
    if name in NAMES:
        known = NAMES[name]
        found = sorted(v for row in getattr(catalogue, known.table) for v in _prices(row, known.fields[0]))
        spread = f"{found[0]:,.4g}" if found[0] == found[-1] else f"{found[0]:,.4g} to {found[-1]:,.4g}"
        return f"{spread} ({known.meaning})"
    figure = next((row for row in catalogue.figures if _under(row.id) == _under(name)), None)
    if figure is not None:
        return f"{figure.value:,.6g} {figure.unit}"
    table, _, rest = name.partition(".")
    row_id, _, field = rest.rpartition(".")
    return next(f"{getattr(row, field):,.6g}" for row in getattr(catalogue, table) if row.id == row_id)


def _prices(row: Row, field: str) -> list[float]:
    if isinstance(row, Egress):
        return [tier.usd_per_gb for tier in row.tiers]
    value: float | None = getattr(row, field)
    return [] if value is None else [value / row.gpus if isinstance(row, CloudInstance) else value]


def _applied(catalogue: Catalogue, change: Change) -> Catalogue:
    if change.how == "unknown":
        raise InputError(f"A price cannot be unknown, so {change.text!r} cannot be; leave it out to keep the catalogue's.")
    if change.name in NAMES:
        return _by_name(catalogue, NAMES[change.name], change)
    figure = next((row for row in catalogue.figures if _under(row.id) == _under(change.name)), None)
    if figure is not None:
        return _with(catalogue, "figures", {figure.id}, lambda row: _row(row, ("value",), change))
    table, _, rest = change.name.partition(".")
    row_id, _, field = rest.rpartition(".")
    if table not in _TABLES or not row_id:
        raise unknown_name(change.name, price_names(catalogue))
    return _with(catalogue, table, {_existing(catalogue, table, row_id, field)}, lambda row: _row(row, (field,), change))


def _existing(catalogue: Catalogue, table: str, row_id: str, field: str) -> str:
    rows: Sequence[Row] = getattr(catalogue, table)
    row = next((row for row in rows if row.id == row_id), None)
    if row is None:
        raise InputError(f"Unknown row {row_id!r} of {table}; it has {', '.join(r.id for r in rows)}.")
    numbers = [name for name in type(row).model_fields if isinstance(getattr(row, name), float)]
    if field not in numbers:
        raise InputError(f"Unknown figure {field!r} of {table}.{row_id}; it has {', '.join(numbers)}.")
    return row_id


def _by_name(catalogue: Catalogue, name: PriceName, change: Change) -> Catalogue:
    if change.how != "times" and not name.settable:
        raise InputError(
            f"{change.name} ({name.meaning}) has many values, so it can only be scaled, such as {change.name}*=0.8; "
            f"a single one is set as {name.table}.ID.{name.fields[0]}=VALUE."
        )

    def new(row: Row) -> Row:
        if isinstance(row, Egress):
            return _tiers(row, change)
        if isinstance(row, CloudInstance) and change.how != "times":
            return _rent(row, change)
        return _row(row, name.fields, change)

    return _with(catalogue, name.table, {row.id for row in getattr(catalogue, name.table)}, new)


def _with(catalogue: Catalogue, table: str, ids: set[str], new: Callable[[Row], Row]) -> Catalogue:
    rows = tuple(new(row) if row.id in ids else row for row in getattr(catalogue, table))
    return catalogue.model_copy(update={table: rows})


def _row(row: Row, fields: Sequence[str], change: Change) -> Row:
    update = {f: _value(change, getattr(row, f)) for f in fields if getattr(row, f) is not None}
    return _marked(row, update, change) if update else row


def _rent(row: CloudInstance, change: Change) -> Row:
    """On-demand rent of a whole instance for a price per GPU-hour; committed prices keep their share of it."""
    if row.usd_hour is None:
        return row
    hour = _value(change, row.usd_hour / row.gpus) * row.gpus
    share = hour / row.usd_hour
    update = {f: getattr(row, f) * share for f in _RENTS if getattr(row, f) is not None}
    return _marked(row, update, change)


def _tiers(row: Egress, change: Change) -> Row:
    scaled = tuple(t.model_copy(update={"usd_per_gb": _value(change, t.usd_per_gb, free=True)}) for t in row.tiers)
    return _marked(row, {"tiers": scaled}, change)


def _value(change: Change, before: float, *, free: bool = False) -> float:
    given = change.value
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise InputError(f"{change.name} is {given!r}; a number above 0 is expected, such as {change.name}={before:g}.")
    after = before * given if change.how == "times" else before + given if change.how == "plus" else given
    if not (0 < after <= LARGEST or (free and after == 0)):
        raise InputError(f"{change.text!r} gives {after:g}; a number above 0 is expected, such as {change.name}={before:g}.")
    return float(f"{after:.10g}")


def _marked(row: Row, update: Mapping[str, object], change: Change) -> Row:
    note = f"What if {change.text}. {row.note}".strip()
    return row.model_copy(update={**update, "source": f"what if {change.text}", "note": note, "confidence": "derived"})


def _under(name: str) -> str:
    return name.replace("-", "_")
