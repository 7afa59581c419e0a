"""The part of a report that lays out the money: break-even, totals, what moves them, and data gravity."""

from collections.abc import Iterator

from assistant.planning.money_tables import TextTable, breakeven_rows, gravity_rows, tornado_rows, total_rows
from assistant.planning.plan import Deployment
from assistant.reporting.elements import Block, Bullets, Details, Heading, Table
from assistant.reporting.text import one_line

_FIRST, _OTHER, _LAST = 3.0, 1.4, 2.6


def money(part: Deployment) -> Iterator[Block]:
    """The money tables that the plan has, each with formula, inputs and sources, and the traps that it touches."""
    if part.own_or_rent is not None and (months := breakeven_rows(part.own_or_rent)):
        yield from _laid_out("Break-even by price and use", months)
    if part.totals is not None:
        yield from _laid_out("Totals over one, three and five years", total_rows(part.totals))
    if part.tornado is not None:
        yield from _laid_out("What moves the result most", tornado_rows(part.tornado))
    if part.gravity is not None:
        yield from _laid_out("Data gravity", gravity_rows(part.gravity))
    if part.traps:
        yield Heading(level=2, text="Published numbers to read with care")
        yield Bullets(items=tuple(one_line(trap) for trap in part.traps))


def _laid_out(heading: str, table: TextTable) -> Iterator[Block]:
    yield Heading(level=2, text=heading)
    words = len(table.head) - 1 if table.head[-1] == "Ground" else None
    yield Table(
        caption=table.caption,
        head=table.head,
        rows=tuple(tuple(one_line(cell) for cell in row) for row in table.rows),
        widths=tuple(_LAST if n == words else _FIRST if n == 0 else _OTHER for n in range(len(table.head))),
        numeric=tuple(n for n in range(1, len(table.head)) if n != words),
    )
    yield Details(
        pairs=(
            ("Formula", table.formula),
            ("Inputs", one_line(table.inputs)),
            *(("Note", note) for note in table.notes),
            ("Sources", "; ".join(table.sources)),
        )
    )
