"""The report as Markdown. What people said is data: every character with a meaning in Markdown or HTML is escaped."""

import re
from collections.abc import Iterator

from assistant.reporting.blocks import blocks
from assistant.reporting.elements import (
    Block,
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
_AT_START = re.compile(r"^(\s*)([#+=-]|\d{1,9}(?=[.)]))", re.MULTILINE)
_ENTITY = re.compile(r"&(?=#?\w+;)")


def markdown(report: Report) -> bytes:
    """The whole report as Markdown in UTF-8; charts stand as tables."""
    parts = (part for block in blocks(report) for part in (*_render(block), ""))
    return ("\n".join(parts).rstrip() + "\n").encode()


def escaped(text: str) -> str:
    """Text that shows as it was written; only characters that would mean something where they stand are touched."""
    safe = _ENTITY.sub("&amp;", clean(text)).replace("<", "&lt;").replace(">", "&gt;")
    safe = _ANYWHERE.sub(r"\\\1", safe)
    return _AT_START.sub(lambda m: f"{m[1]}{m[2]}&#8203;" if m[2].isdigit() else f"{m[1]}\\{m[2]}", safe)


def _line(text: str) -> str:
    return escaped(one_line(text))


def _render(block: Block) -> Iterator[str]:
    match block:
        case Cover():
            yield f"# {_line(block.title)}"
            yield ""
            yield f"**{_line(block.subtitle)}**"
            yield ""
            yield from (f"- {_line(name)}: {_line(value)}" for name, value in block.details)
        case Cards():
            rows = tuple((card.label, card.value, card.note) for card in block.items)
            yield from _table(("", "", ""), rows, ())
        case Heading():
            yield f"{'#' * (block.level + 1)} {_line(block.text)}"
        case Paragraph():
            text = _line(block.text)
            yield {"normal": text, "lead": f"**{text}**", "note": f"*{text}*"}[block.tone]
        case Quote():
            yield f"> “{_line(block.text)}”"
            if block.source:
                yield ">"
                yield f"> — {_line(block.source)}"
        case Bullets():
            yield from (f"- {_line(item)}" for item in block.items)
        case Details():
            yield from (f"- **{_line(name)}:** {_line(text)}" for name, text in block.pairs)
        case Table():
            yield f"**{_line(block.caption)}**"
            yield ""
            yield from _table(block.head, block.rows, block.numeric)
        case Figure():
            head, rows = block.chart.grid()
            yield f"**{_line(block.caption)}**"
            yield ""
            yield from _table(head, rows, tuple(range(1, len(head))) if block.chart.chart == "stages" else ())
        case Said():
            turn = f" ({block.number})" if block.number is not None else ""
            yield f"**{_line(block.who)}{turn}:**"
            yield ""
            yield from (f"> {escaped(line)}".rstrip() for line in clean(block.text).split("\n"))
        case References():
            yield from (f"- [{_line(r.id)}] {_line(r.text)}{_address(r.address)}" for r in block.items)


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], numeric: tuple[int, ...]) -> Iterator[str]:
    yield f"| {' | '.join(map(_line, head))} |"
    yield f"|{'|'.join('---:' if n in numeric else '---' for n in range(len(head)))}|"
    yield from (f"| {' | '.join(map(_line, row))} |" for row in rows)


def _address(address: str) -> str:
    if re.fullmatch(r"https?://[^\s<>]+", address):
        return f", <{address}>"
    return f", {_line(address)}" if address else ""
