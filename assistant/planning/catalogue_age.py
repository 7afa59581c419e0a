"""Which figures of the catalogue are too old to plan with."""

import datetime as dt
from collections.abc import Iterator
from pathlib import PurePath

from assistant.planning.catalogue import OLD_AFTER_DAYS, Catalogue, Gpu


def old_figures(catalogue: Catalogue, folder: PurePath, today: dt.date) -> Iterator[str]:
    """A warning for every figure that is over a year old on `today`, a GPU's price apart from its data sheet.

    `folder` is where the catalogue lies, for the message. Not of traps: what was published stays published.
    """
    for row in catalogue.rows():
        if row.is_old(today):
            yield _told(folder, f"{type(row).__name__} {row.id}", row.date, row.source)
        if isinstance(row, Gpu) and row.price_date and (today - row.price_date).days > OLD_AFTER_DAYS:
            yield _told(folder, f"price of {row.id}", row.price_date, row.price_source)


def _told(folder: PurePath, what: str, date: dt.date, source: str) -> str:
    return f"{folder}: warning: {what} is of {date.isoformat()} ({source}), over a year old; look it up again."
