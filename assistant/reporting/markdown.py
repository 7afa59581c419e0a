"""The report as Markdown. What people said is data: every character with a meaning in Markdown or HTML is escaped."""

import re
from collections.abc import Iterator
from functools import singledispatch

from assistant.reporting.blocks import blocks
from assistant.reporting.elements import (
    Bullets,
    Cards,
    Cover,
    Details,
    Figure,
    Heading,
    Paragraph,
    Quote,
    References,
    Said,
    Table,
)
from assistant.reporting.report import Report
from assistant.reporting.text import clean, one_line

_ANYWHERE = re.compile(r"([\\`*\[\]|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_AT_START = re.compile(r"^(\s*\d{0,9})(?:(?<!\d)([#+=-])|(?<=\d)([.)]))", re.MULTILINE)
_ENTITY = re.compile(r"&(?=#?\w+;)")


def markdown(report: Report) -> bytes:
    """The whole report as Markdown in UTF-8; charts stand as tables."""
    parts = (part for block in blocks(report) for part in (*_render(block), ""))
    return ("\n".join(parts).rstrip() + "\n").encode()


def escaped(text: str) -> str:
    """Text that shows as it was written; only characters that would mean something where they stand are touched."""
    safe = _ENTITY.sub("&amp;", clean(text)).replace("<", "&lt;").replace(">", "&gt;")
    safe = _ANYWHERE.sub(r"\\\1", safe)
    return _AT_START.sub(lambda m: f"{m[1]}\\{m[2] or m[3]}", safe)


def _line(text: str) -> str:
    return escaped(one_line(text))


@singledispatch
def _render(block: object) -> Iterator[str]:
    """The lines of a block; one function for each kind of block."""
    raise TypeError(f"{type(block).__name__} is no block of a report")


@_render.register
def _cover(block: Cover) -> Iterator[str]:
    yield f"# {_line(block.title)}"
    yield ""
    yield f"**{_line(block.subtitle)}**"
    yield ""
    yield from (f"- {_line(name)}: {_line(value)}" for name, value in block.details)


@_render.register
def _cards(block: Cards) -> Iterator[str]:
    return _table(("What", "Value", "Remark"), tuple((card.label, card.value, card.note) for card in block.items), ())


@_render.register
def _heading(block: Heading) -> Iterator[str]:
    yield f"{'#' * (block.level + 1)} {_line(block.text)}"


@_render.register
def _paragraph(block: Paragraph) -> Iterator[str]:
    mark = {"normal": "", "lead": "**", "note": "*"}[block.tone]
    yield f"{mark}{_line(block.text)}{mark}"


@_render.register
def _quote(block: Quote) -> Iterator[str]:
    yield f"> “{_line(block.text)}”"
    if block.source:
        yield ">"
        yield f"> — {_line(block.source)}"


@_render.register
def _bullets(block: Bullets) -> Iterator[str]:
    yield from (f"- {_line(item)}" for item in block.items)


@_render.register
def _details(block: Details) -> Iterator[str]:
    yield from (f"- **{_line(name)}:** {_line(text)}" for name, text in block.pairs)


@_render.register
def _captioned(block: Table) -> Iterator[str]:
    yield f"**{_line(block.caption)}**"
    yield ""
    yield from _table(block.head, block.rows, block.numeric)


@_render.register
def _figure(block: Figure) -> Iterator[str]:
    head, rows = block.chart.grid()
    yield f"**{_line(block.caption)}**"
    yield ""
    yield from _table(head, rows, ())


@_render.register
def _said(block: Said) -> Iterator[str]:
    turn = f" (turn {block.number})" if block.number is not None else ""
    yield f"**{_line(block.who)}{turn}:**"
    yield ""
    yield from (f"> {escaped(line)}".rstrip() for line in clean(block.text).split("\n"))


@_render.register
def _references(block: References) -> Iterator[str]:
    yield from (f"- [{_line(r.id)}] {_line(r.text)}{_address(r.address)}" for r in block.items)


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], numeric: tuple[int, ...]) -> Iterator[str]:
    yield f"| {' | '.join(map(_line, head))} |"
    yield f"|{'|'.join('---:' if n in numeric else '---' for n in range(len(head)))}|"
    yield from (f"| {' | '.join(map(_line, row))} |" for row in rows)


def _address(address: str) -> str:
    if re.fullmatch(r"https?://[^\s<>]+", address):
        return f", <{address}>"
    return f", {_line(address)}" if address else ""
