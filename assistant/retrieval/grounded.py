"""Composes an answer from passages that are quoted to the letter, or says that the knowledge base has none."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from math import exp
from typing import NamedTuple

from assistant.retrieval.answer import Answer, Citation
from assistant.retrieval.conflicts import Conflict
from assistant.retrieval.corpus import CITED, Passage, Source
from assistant.retrieval.lexicon import words
from assistant.retrieval.search import Found, Hit, coverage
from assistant.retrieval.text import Span, paragraphs, sentences

COVERED = 0.42
"""Least probability of coverage for a question to be answered: on a plateau of the best F1 of abstention on dev."""
_DOUBTFUL = 0.8

_MAX_QUOTES = 3
_QUOTE_CHARS = 420
"""A paragraph up to this length is quoted whole; of a longer one, the sentences that matter."""
_TOTAL_CHARS = 1300
_LEADING_CHARS = 760
"""The first passage is quoted whole up to this length: what it says in two paragraphs belongs together."""
_NEAR_BEST_SENTENCE = 0.75
_NEAR_BEST_PASSAGE = 0.15
"""A further passage is quoted when its best sentence comes this near to the best one, and it is so likely beside it."""
_NOT_NEAREST = 0.15
"""Taken for the cosine of a sentence that is not among the nearest."""

_LEANS = re.compile(
    r"(?:[-*•]\s|\W*(?:this|that|these|those|it|its|they|their|such|but|and|so|however|also|both)\b)", re.IGNORECASE
)
_MARKDOWN = re.compile(r"([\\`*_\[\]#!|~])")

_FOLLOW_UP = re.compile(
    r"^\W*(?:and|but|or|so|then|also|what about|how about|what if|why(?: not)?\W*$|how so|in|on|with|for|at)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those|there|one|ones|same|instead|else)\b", re.IGNORECASE
)


Opposed = tuple[Conflict, Sequence[Passage]]
"""A known conflict, with the passage in which each of its sides stands."""


class _Quote(NamedTuple):
    passage: Passage
    span: Span
    score: float

    @property
    def text(self) -> str:
        return self.passage.text[self.span.start : self.span.stop]


def standalone(question: str, history: Sequence[str]) -> str:
    """The question as it is understood alone: a short follow-up ("And in the cloud?") carries the previous question."""
    if not history:
        return question
    terms = len(words(question))
    leaning = bool(_FOLLOW_UP.search(question)) or bool(_POINTS_BACK.search(question))
    if terms <= 1 or (leaning and terms <= 5):
        return f"{standalone(history[-1], history[:-1])} {question}"
    return question


def compose(question: str, found: Found, sources: Mapping[str, Source], conflicts: Sequence[Opposed] = ()) -> Answer:
    """The answer to ``question``: a lead-in and one to three quotations, each with its number; or an abstention.

    Where sources are known to disagree on what is asked, the other side is quoted too.
    """
    certainty = coverage(found)
    if certainty < COVERED:
        return _abstention(found)
    quotes = _chosen(question, found.hits)
    opposed = _opposed(question, quotes, conflicts)
    citations = tuple(_citation(quote, sources) for quote in quotes)
    titles = list(dict.fromkeys(f"*{_shown(quote.passage, quote.passage.title)}*" for quote in quotes))
    lead = "The nearest that the knowledge base says" if certainty < _DOUBTFUL else "The knowledge base says"
    body = [f"{_shown(quote.passage, quote.text)} [{number}]" for number, quote in enumerate(quotes, 1)]
    if opposed is not None:
        conflict, other = opposed
        number = len(quotes) + 1
        place = f"*{_shown(other.passage, other.passage.title)}*, under “{_shown(other.passage, other.passage.section)}”"
        body.append(f"Sources differ on {conflict.about}. In {place}:")
        body.append(f"{_shown(other.passage, other.text)} [{number}]")
        body += [f"{conflict.why} [1] [{number}]"] if conflict.why else []
        citations += (_citation(other, sources),)
    return Answer(text="\n\n".join([f"{lead}, in {_listed(titles)}:", *body]), citations=citations)


def _opposed(question: str, quotes: Sequence[_Quote], conflicts: Sequence[Opposed]) -> tuple[Conflict, _Quote] | None:
    """The first known conflict on what is asked of which one side is quoted, and the other side."""
    quoted = [quote.text for quote in quotes]
    for conflict, places in conflicts:
        side = conflict.against(quoted) if conflict.concerns(question) else None
        if side is not None:
            passage = places[conflict.sides.index(side)]
            start = passage.text.index(side.quote)
            return conflict, _Quote(passage, Span(start, start + len(side.quote)), 0.0)
    return None


def with_sources(answer: Answer) -> str:
    """The answer's text followed by its numbered citations, for surfaces that show one text and nothing beside it."""
    lines = [
        f"{number}. {citation.title or citation.document}, “{citation.section}”. {citation.source}"
        for number, citation in enumerate(answer.citations, 1)
    ]
    return "\n\n".join([answer.text, "**Sources**\n\n" + "\n".join(lines)]) if lines else answer.text


def _abstention(found: Found) -> Answer:
    nearest = next((hit.passage.question for hit in found.hits if hit.passage.question), "")
    text = "The knowledge base does not cover this question, so I give no answer rather than a guess."
    if nearest:
        text += f" The nearest question that it covers: “{nearest}”"
    return Answer(text=text, abstained=True, nearest=nearest)


def _chosen(question: str, hits: Sequence[Hit]) -> list[_Quote]:
    """The best quotation of the best passages, in order of rank; parts of one section in the order of the text."""
    asked = set(words(question))
    near = [hit for hit in hits[: 2 * _MAX_QUOTES] if exp(hit.score - hits[0].score) >= _NEAR_BEST_PASSAGE]
    candidates = [_best_quote(hit, asked, _LEADING_CHARS if hit is hits[0] else 0) for hit in near]
    threshold = _NEAR_BEST_SENTENCE * max(quote.score for quote in candidates)
    chosen, size = [candidates[0]], len(candidates[0].text)
    for quote in candidates[1:]:
        fits = len(chosen) < _MAX_QUOTES and size + len(quote.text) <= _TOTAL_CHARS
        if fits and quote.score >= threshold and quote.text not in {other.text for other in chosen}:
            chosen.append(quote)
            size += len(quote.text)
    place: dict[tuple[str, str], int] = {}
    for quote in chosen:
        place.setdefault((quote.passage.document, quote.passage.section), len(place))
    order = [hit.passage.id for hit in hits]
    by_text = sorted(order, key=lambda identity: [int(part) for part in identity.rpartition("#")[2].split(".")])
    return sorted(
        chosen, key=lambda q: (place[q.passage.document, q.passage.section], by_text.index(q.passage.id), q.span.start)
    )


def _best_quote(hit: Hit, asked: set[str], whole: int) -> _Quote:
    """The paragraph around the passage's best sentence, or as much of it as is needed to understand that sentence.

    A passage of up to ``whole`` characters is quoted as it is.
    """
    text = hit.passage.text
    spans = sentences(text)
    scores = [
        hit.sentences.get(number, _NOT_NEAREST) + 0.25 * _shared(asked, text[span.start : span.stop])
        for number, span in enumerate(spans)
    ]
    best = max(range(len(spans)), key=lambda number: (scores[number], -number))
    if len(text) <= whole:
        return _Quote(hit.passage, Span(0, len(text)), scores[best])
    paragraph = next(p for p in paragraphs(text) if p.start <= spans[best].start < p.stop)
    if paragraph.stop - paragraph.start <= _QUOTE_CHARS:
        return _Quote(hit.passage, paragraph, scores[best])
    first = last = best
    while first > 0 and spans[first - 1].start >= paragraph.start and _LEANS.match(text, spans[first].start):
        first -= 1
    while last + 1 < len(spans) and spans[last + 1].stop <= min(paragraph.stop, spans[first].start + _QUOTE_CHARS):
        last += 1
    return _Quote(hit.passage, Span(spans[first].start, spans[last].stop), scores[best])


def _shared(asked: set[str], text: str) -> float:
    return len(asked.intersection(words(text))) / len(asked) if asked else 0.0


def _citation(quote: _Quote, sources: Mapping[str, Source]) -> Citation:
    named = [name for name in dict.fromkeys(CITED.findall(quote.text)) if name in sources]
    named = named or [name for name in quote.passage.sources if name in sources]
    passage = quote.passage
    if passage.origin == "added":
        source = f"{passage.title} ({passage.file})" if passage.file else passage.title
    else:
        source = "; ".join(sources[name].reference for name in named) or passage.title
    return Citation(document=passage.document, section=passage.section, quote=quote.text, source=source, title=passage.title)


def _shown(passage: Passage, text: str) -> str:
    """Text as it is shown: a shipped passage as it stands, an added one with its Markdown and HTML made harmless."""
    return text if passage.origin == "shipped" else _MARKDOWN.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
