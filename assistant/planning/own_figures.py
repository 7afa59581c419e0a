"""A person's own figures in place of the catalogue's: some fields of known rows, or whole new rows, from one file."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from assistant.errors import InputError
from assistant.planning.catalogue import Catalogue

OWN_SOURCE = "own-figures"
_LISTS = (
    "gpus", "servers", "cloud", "apis", "egress", "power", "figures", "grids", "links", "appliances",
)  # fmt: skip


def with_own(catalogue: Catalogue, own: Any, named: str, stamp: dt.date) -> dict[str, Any]:
    """Return the catalogue's data with the figures of `own` in place, ready to be checked as a `Catalogue`.

    `own` maps a list's name to rows with an id: a known id changes the fields that are given, an unknown one is a new row.
    A changed row has the source `own-figures` and the date `stamp` unless it names its own, and its note says what stood
    there before. `named` is what the file is called in messages.

    Raises:
        InputError: not a mapping of lists of rows with ids, or a list that the catalogue does not have.
    """
    if not isinstance(own, Mapping):
        raise InputError(
            f"{named} must map lists such as `servers` or `figures` to rows; see knowledge/catalog for the form."
        )
    data = catalogue.model_dump(mode="python")
    for name, rows in own.items():
        if name not in _LISTS:
            raise InputError(f"{named} has the list {name!r}, but the catalogue knows {', '.join(_LISTS)}; rename it.")
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) and row.get("id") for row in rows):
            raise InputError(f"`{name}` in {named} must be a list of rows, each with an `id` and the figures to change.")
        data[name] = _changed(list(data[name]), rows, stamp)
    sources = list(data["sources"])
    if all(source["id"] != OWN_SOURCE for source in sources):
        sources.append(
            {"id": OWN_SOURCE, "title": f"Own figures ({named})", "publisher": "you", "kind": "price-list", "date": stamp}
        )
    data["sources"] = sources
    return data


def _changed(rows: list[dict[str, Any]], own: list[Mapping[str, Any]], stamp: dt.date) -> list[dict[str, Any]]:
    at = {row["id"]: place for place, row in enumerate(rows)}
    for row in own:
        stamped = {"source": OWN_SOURCE, "date": stamp, "confidence": "read", **row}
        if row["id"] not in at:
            rows.append(stamped)
            continue
        before = rows[at[row["id"]]]
        told = {"note": f"Your own figure, in place of that of {before['source']}, {before['date']}."}
        price = {"price_source": OWN_SOURCE, "price_date": stamp} if "price_usd" in row and "bf16_tflops" in before else {}
        rows[at[row["id"]]] = {**before, **told, **price, **stamped}
    return rows
