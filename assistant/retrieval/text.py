"""Cuts a passage into paragraphs and sentences that are verbatim parts of it."""

import re
from typing import NamedTuple

_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9À-Þ])|\n+(?=[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|approx|ca|vs|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|Art|Fig|Inc|Ltd)\.|\b[A-Z]\.)$")


class Span(NamedTuple):
    """``text[start:stop]``; not blank, and without blanks at its ends."""

    start: int
    stop: int


def paragraphs(text: str) -> list[Span]:
    """The paragraphs of ``text`` in order."""
    return _between(text, Span(0, len(text)), [(m.start(), m.end()) for m in _PARAGRAPH.finditer(text)])


def sentences(text: str) -> list[Span]:
    """The sentences and list items of ``text`` in order; none crosses a paragraph."""
    found: list[Span] = []
    for paragraph in paragraphs(text):
        part = text[paragraph.start : paragraph.stop]
        cuts = [
            (paragraph.start + match.start(), paragraph.start + match.end())
            for match in _END.finditer(part)
            if not _ABBREVIATION.search(part[: match.start()])
        ]
        found.extend(_between(text, paragraph, cuts))
    return found


def _between(text: str, whole: Span, cuts: list[tuple[int, int]]) -> list[Span]:
    begins = [whole.start, *(stop for _, stop in cuts)]
    ends = [*(start for start, _ in cuts), whole.stop]
    spans = []
    for begin, end in zip(begins, ends, strict=True):
        piece = text[begin:end]
        if piece.strip():
            start = begin + len(piece) - len(piece.lstrip())
            spans.append(Span(start, start + len(piece.strip())))
    return spans
