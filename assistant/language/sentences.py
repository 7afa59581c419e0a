"""Cuts a message into sentences and clauses that are verbatim parts of it."""

import re
from typing import NamedTuple

_END = re.compile(r"(?<=[.!?…])(?P<closed>[\"'”’)\]]{0,3})\s{1,4}(?=[\"'“‘(\[]?[A-Z0-9À-Þ])|\n+|(?<=;)\s|•")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|approx|ca|etc|vs|Mr|Mrs|Ms|Dr|Prof|St|Nr|Inc|Ltd|Co)\.|\b[A-Z]\.)$")
_TURN = re.compile(
    r"(?:,\s{1,3}|\s{1,3}[–—-]\s{1,3}|\s{1,3})(?=(?:but|although|though|whereas|while|however|except that|yet)\b)",
    re.IGNORECASE,
)


class Span(NamedTuple):
    """A verbatim part of a message and where it begins."""

    text: str
    start: int


def sentences(text: str) -> list[Span]:
    """The sentences of ``text`` in order; blank ones are left out. Each is verbatim: ``text[start:].startswith(text)``."""
    cuts, begin = [], 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text, max(begin, match.start() - 8), match.start()):
            continue
        cuts.append((begin, match.end("closed") if match["closed"] else match.start()))
        begin = match.end()
    cuts.append((begin, len(text)))
    return [span for start, stop in cuts if (span := _trimmed(text, start, stop)) is not None]


def clauses(sentence: Span) -> list[Span]:
    """The parts of a sentence between turns such as "but": each carries a claim of its own."""
    parts, begin = [], 0
    for match in _TURN.finditer(sentence.text):
        if match.start() - begin >= 12:  # "not but ..." and the like are no clause of their own
            parts.append((begin, match.start()))
            begin = match.end()
    parts.append((begin, len(sentence.text)))
    trimmed = (_trimmed(sentence.text, start, stop) for start, stop in parts)
    return [Span(part.text, sentence.start + part.start) for part in trimmed if part is not None]


def _trimmed(text: str, start: int, stop: int) -> Span | None:
    piece = text[start:stop]
    stripped = piece.strip(" \t\r\n,;–—-•*")
    if not any(c.isalnum() for c in stripped):
        return None
    return Span(stripped, start + piece.index(stripped))
