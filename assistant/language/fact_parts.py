"""Cuts a message into the parts that each state one thing, and marks those that state nothing true of us today."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.language.fact_cues import FactCues
from assistant.language.numbers import Amount, mark
from assistant.language.scope import Scope, plain
from assistant.language.sentences import Span, clauses, sentences

_WINDOW = 1000
"""Characters read at once: cutting a text into sentences takes time that grows with the square of its length."""
_LONGEST_ALONE = 100
_ASIDE = 4
"""Words up to which "one hears" is an aside about what stands before it."""
_TOPIC = 3
"""Words up to which a question only names what the next sentence is about."""
_ASKED_TOPIC = re.compile(rf"^((?:[^\s?]+ ){{0,{_TOPIC - 1}}}[^\s?]+)\? (?=\S)")
_WORD = re.compile(r"[\w'#]+|[^\w\s]")
_FOREIGN = re.compile(r"^(?:and )?(?:they|their|he|she|his|her|it|its)\b")
_LASTING = ("planned", "elsewhere", "hearsay", "hypothetical", "past", "question")
"""What a part's neighbours after it share until one speaks for itself."""


class Part(NamedTuple):
    """A part of a clause: its text with amounts marked, what it is marked as, and where it begins in the clause."""

    text: str
    start: int
    cues: frozenset[str]

    def is_one_of(self, *cues: str) -> bool:
        """Whether the part carries one of the cues."""
        return not self.cues.isdisjoint(cues)


class Clause(NamedTuple):
    """A clause with its verbatim words, its text with amounts marked, and its parts."""

    quote: str
    text: str
    amounts: tuple[Amount, ...]
    parts: tuple[Part, ...]
    sentence: int


def windows(text: str) -> Iterator[str]:
    """Verbatim pieces of the text of at most ``_WINDOW`` characters, cut at the end of a sentence where there is one."""
    begin = 0
    while len(text) - begin > _WINDOW:
        piece = text[begin : begin + _WINDOW]
        cut = max(piece.rfind(end) for end in (". ", "! ", "? ", "\n"))
        if cut < _WINDOW // 3:
            cut = piece.rfind(" ")
        stop = begin + (cut + 1 if cut > 0 else _WINDOW)
        yield text[begin:stop]
        begin = stop
    yield text[begin:]


def read_clauses(text: str, cues: FactCues, scope: Scope) -> Iterator[Clause]:
    """The clauses of a message in order."""
    number, carried = 0, frozenset[str]()
    for window in windows(text):
        for sentence in _answered(window, cues):
            number += 1
            asks = "?" in window[sentence.start + len(sentence.text) - 1 : sentence.start + len(sentence.text) + 1]
            carried = carried & {"elsewhere"} if _FOREIGN.match(sentence.text.lower()) else frozenset()
            for clause in clauses(sentence):
                read = _read(clause, number, cues, scope, carried, asks=asks)
                carried = read.parts[-1].cues & set(_LASTING) if read.parts else frozenset()
                yield read


def _answered(window: str, cues: FactCues) -> Iterator[Span]:
    """The sentences; a short question that names a topic ("GPUs?") is one with its answer."""
    found = sentences(window)
    while found:
        first = found.pop(0)
        names = first.text.endswith("?") and len(first.text.split()) <= _TOPIC
        if found and names and not (found[0].text.endswith("?") or cues.general["ask"].search(plain(first.text))):
            found[0] = Span(window[first.start : found[0].start + len(found[0].text)], first.start)
            continue
        yield first


def _read(span: Span, number: int, cues: FactCues, scope: Scope, carried: frozenset[str], *, asks: bool) -> Clause:
    text = cues.general["bounds"].sub("up to", _ASKED_TOPIC.sub(r"\1: ", plain(span.text)))
    marked = mark(text)
    parts: list[Part] = []
    begin = 0
    lead = ""
    for stop, after in [*((m.start(), m.end()) for m in cues.general["cut"].finditer(marked.text)), (len(marked.text),) * 2]:
        piece = marked.text[begin:stop].strip(" .!*-–—•\"'")
        if piece:
            own = _marks(piece, cues, scope, asks=asks)
            if cues.general["settled"].search(f"{lead} {piece}".strip()):
                own |= {"settled"}
            before = parts[-1].cues if parts else carried
            if "settled" not in own and not cues.general["reset"].search(piece):
                own |= before & frozenset(_LASTING)
            if parts and len(piece.split()) <= _ASIDE:  # "..., one hears", "..., say"
                aside = own & {"hearsay"} if "#" in piece else own & {"hearsay", "settled"}
                parts[-1] = parts[-1]._replace(cues=parts[-1].cues | aside)
            parts.append(Part(piece, marked.text.index(piece, begin), own))
        begin, lead = after, marked.text[stop:after].strip(" ,")
    return Clause(span.text, marked.text, marked.amounts, tuple(parts), number)


def _marks(piece: str, cues: FactCues, scope: Scope, *, asks: bool) -> frozenset[str]:
    general = cues.general
    bare = general["blank"].sub(" ", piece)
    found = {cue for cue in scope.claim(bare).cues if cue in ("denied", "past", "planned", "elsewhere", "unknown")}
    for cue in ("elsewhere", "hearsay", "hypothetical", "nothing"):
        if general[cue].search(bare):
            found.add(cue)
    if general["past_more"].search(bare):
        found.add("past")
    if asks and general["ask"].search(piece):
        found.add("question")
    return frozenset(found)


def touched(clause: Clause, start: int, stop: int) -> list[Part]:
    """The parts that the characters ``start`` to ``stop`` of the clause belong to."""
    return [part for part in clause.parts if part.start < stop and start < part.start + len(part.text)]


def alone(part: Part, start: int, stop: int, cues: FactCues) -> bool:
    """Whether nothing of weight stands in the part beside its characters ``start`` to ``stop``."""
    if len(part.text) - (stop - start) > _LONGEST_ALONE:
        return False
    rest = f"{part.text[:start]} {part.text[stop:]}"
    return all(word in cues.fillers or word.startswith("#") for word in _WORD.findall(rest))
