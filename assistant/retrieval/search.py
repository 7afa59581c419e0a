"""Search: vectors of passages, sentences, headings and foreseen questions, and BM25, fused by reciprocal rank.

A rank counts as much as the similarity behind it, so that a ranking without anything similar has little to say.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from assistant.interview.model import DimensionId, Level
from assistant.retrieval.corpus import Passage
from assistant.retrieval.index import Index, Neighbour
from assistant.retrieval.lexicon import Lexicon, Novelty, expanded

_NEAREST = 150
"""Units fetched a query: enough that each kind has its best among them."""
_RANK_OFFSET = 10
"""The constant of reciprocal rank fusion: small, since the corpus is small and first places mean much."""
_BEST_WORDS = 0.6
"""Taken for the similarity of the best passage by BM25, whose scores have no scale of their own."""


class Hit(NamedTuple):
    """A passage and what speaks for it."""

    passage: Passage
    score: float
    """Sum of weighted reciprocal ranks; comparable within one query only."""
    cosine: float
    """Of the passage, or 0 when it is not among the nearest."""
    sentences: Mapping[int, float]
    """Cosine by number of the sentence, for those among the nearest."""


class _Scored(NamedTuple):
    passage: str
    similarity: float


class Found(NamedTuple):
    """The passages for a question, best first, and how well the question is covered at all."""

    hits: tuple[Hit, ...]
    cosine: float
    """Largest cosine of a passage; 0 without passages."""
    sentence_cosine: float
    """Largest cosine of a sentence."""
    novelty: Novelty


def search(
    index: Index,
    question: str,
    k: int = 10,
    *,
    focus: str = "",
    stage: Level | None = None,
    dimension: DimensionId | None = None,
) -> Found:
    """The ``k`` best passages, of documents that apply to ``stage`` and ``dimension`` where given. Embeds once.

    ``focus`` is the part of the question whose words count, when the rest only says what it refers to.
    """
    asked = expanded(question)
    passages, lexicon = index.view
    near = index.neighbours(index.encode(asked), _NEAREST, _where(stage, dimension))
    allowed = {
        identity
        for identity, passage in passages.items()
        if (stage is None or not passage.stages or stage in passage.stages)
        and (dimension is None or not passage.dimensions or dimension in passage.dimensions)
    }
    fused: dict[str, float] = {}
    focused = expanded(focus) if focus else asked
    worded = _word_ranking(lexicon, focused, list(passages))
    rankings = (*_near_rankings(near, passages), worded, _heading_ranking(lexicon, focused, passages, near, worded))
    for ranking in rankings:
        kept = (scored for scored in ranking if scored.passage in allowed)
        for rank, scored in enumerate(kept, 1):
            share = max(scored.similarity, 0.0) / (_RANK_OFFSET + rank)
            fused[scored.passage] = fused.get(scored.passage, 0.0) + share
    best = sorted(fused, key=lambda identity: (-fused[identity], identity))[:k]
    return Found(
        hits=tuple(_hit(passages[identity], fused[identity], near) for identity in best),
        cosine=max((unit.cosine for unit in near if unit.kind == "passage"), default=0.0),
        sentence_cosine=max((unit.cosine for unit in near if unit.kind == "sentence"), default=0.0),
        novelty=lexicon.novelty(question),
    )


def _where(stage: Level | None, dimension: DimensionId | None) -> dict[str, Any] | None:
    conditions: list[dict[str, Any]] = []
    if stage is not None:
        conditions.append({"stages": {"$contains": stage}})
    if dimension is not None:
        conditions.append({"dimensions": {"$contains": dimension}})
    return {"$and": conditions} if len(conditions) > 1 else next(iter(conditions), None)


def _near_rankings(near: Sequence[Neighbour], passages: Mapping[str, Passage]) -> list[list[_Scored]]:
    """Passages by their own vector, best sentence and heading, and by the questions that section and document answer."""
    by_kind: dict[str, dict[str, float]] = {"passage": {}, "sentence": {}, "heading": {}}
    sections: dict[tuple[str, str], float] = {}
    documents: dict[str, float] = {}
    for unit in near:
        if unit.kind in by_kind:
            by_kind[unit.kind].setdefault(unit.passage, unit.cosine)
        elif unit.kind == "question":
            documents.setdefault(unit.document, unit.cosine)
        elif unit.passage in passages:
            sections.setdefault((unit.document, passages[unit.passage].section), unit.cosine)
    touched = documents.keys() | {document for document, _ in sections}
    members = [(identity, passage) for identity, passage in passages.items() if passage.document in touched]
    place = {identity: rank for rank, identity in enumerate(by_kind["passage"])}
    members.sort(key=lambda member: place.get(member[0], len(place)))
    spread = (
        {i: sections[p.document, p.section] for i, p in members if (p.document, p.section) in sections},
        {i: documents[p.document] for i, p in members if p.document in documents},
    )
    rankings = [list(ranking.items()) for ranking in by_kind.values()]
    rankings += [sorted(ranking.items(), key=lambda one: -one[1]) for ranking in spread]
    return [[_Scored(name, cosine) for name, cosine in ranking] for ranking in rankings]


def _word_ranking(lexicon: Lexicon, question: str, order: Sequence[str]) -> list[_Scored]:
    """The best passages by BM25; the first one counts as much as a cosine of ``_BEST_WORDS``."""
    scores = lexicon.scores(question)
    best = np.argsort(-scores, kind="stable")[:_NEAREST]
    ranked = [int(i) for i in best if scores[i] > 0]
    return [_Scored(order[i], _BEST_WORDS * float(scores[i] / scores[ranked[0]])) for i in ranked]


def _heading_ranking(
    lexicon: Lexicon,
    question: str,
    passages: Mapping[str, Passage],
    near: Sequence[Neighbour],
    worded: Sequence[_Scored],
) -> list[_Scored]:
    """What else was found, by the share of the question's words in its heading; equals by the passage's own vector."""
    cosine = {unit.passage: unit.cosine for unit in near if unit.kind == "passage"}
    found = dict.fromkeys([*(unit.passage for unit in near), *(scored.passage for scored in worded)])
    scored = [_Scored(name, lexicon.overlap(question, passages[name].section)) for name in found if name in passages]
    scored.sort(key=lambda one: (-one.similarity, -cosine.get(one.passage, 0.0), one.passage))
    return [one for one in scored if one.similarity > 0]


def _hit(passage: Passage, score: float, near: Sequence[Neighbour]) -> Hit:
    own = [unit for unit in near if unit.passage == passage.id]
    return Hit(
        passage=passage,
        score=score,
        cosine=next((unit.cosine for unit in own if unit.kind == "passage"), 0.0),
        sentences={unit.sentence: unit.cosine for unit in own if unit.kind == "sentence"},
    )
