"""Search: vectors of passages, sentences and questions, and BM25, fused by reciprocal rank."""

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


class Hit(NamedTuple):
    """A passage and what speaks for it."""

    passage: Passage
    score: float
    """Sum of reciprocal ranks; comparable within one query only."""
    cosine: float
    """Of the passage, or 0 when it is not among the nearest."""
    sentences: Mapping[int, float]
    """Cosine by number of the sentence, for those among the nearest."""
    overlap: float
    """Share of the question's words, weighted by rarity, that stand in the passage; 0..1."""


class Found(NamedTuple):
    """The passages for a question, best first, and how well the question is covered at all."""

    hits: tuple[Hit, ...]
    cosine: float
    """Largest cosine of a passage; 0 without passages."""
    sentence_cosine: float
    """Largest cosine of a sentence."""
    novelty: Novelty


def search(
    index: Index, question: str, k: int = 10, *, stage: Level | None = None, dimension: DimensionId | None = None
) -> Found:
    """The ``k`` best passages, of documents that apply to ``stage`` and ``dimension`` where given. Embeds once."""
    asked = expanded(question)
    passages, lexicon = index.view
    near = index.neighbours(index.encode(asked), _NEAREST, _where(stage, dimension))
    allowed = {
        identity
        for identity, passage in passages.items()
        if (stage is None or not passage.stages or stage in passage.stages)
        and (dimension is None or not passage.dimensions or dimension in passage.dimensions)
    }
    order = list(passages)
    scores = lexicon.scores(asked)
    lexical = [order[i] for i in np.argsort(-scores, kind="stable") if scores[i] > 0]
    fused: dict[str, float] = {}
    for ranking in (*_rankings(near, passages), lexical):
        for rank, identity in enumerate(name for name in ranking if name in allowed):
            fused[identity] = fused.get(identity, 0.0) + 1 / (_RANK_OFFSET + rank + 1)
    best = sorted(fused, key=lambda identity: (-fused[identity], identity))[:k]
    return Found(
        hits=tuple(_hit(lexicon, asked, passages[identity], fused[identity], near) for identity in best),
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


def _rankings(near: Sequence[Neighbour], passages: Mapping[str, Passage]) -> list[list[str]]:
    """Passages by their own vector, by their best sentence, and by the question that their document answers."""
    by_passage = [unit.passage for unit in near if unit.kind == "passage"]
    by_sentence = list(dict.fromkeys(unit.passage for unit in near if unit.kind == "sentence"))
    place = {identity: rank for rank, identity in enumerate(by_passage)}
    members: dict[str, list[str]] = {}
    for identity in sorted(passages, key=lambda name: place.get(name, len(place))):
        members.setdefault(passages[identity].document, []).append(identity)
    by_question = [name for unit in near if unit.kind == "question" for name in members.get(unit.document, ())]
    return [by_passage, by_sentence, by_question]


def _hit(lexicon: Lexicon, question: str, passage: Passage, score: float, near: Sequence[Neighbour]) -> Hit:
    own = [unit for unit in near if unit.passage == passage.id]
    return Hit(
        passage=passage,
        score=score,
        cosine=next((unit.cosine for unit in own if unit.kind == "passage"), 0.0),
        sentences={unit.sentence: unit.cosine for unit in own if unit.kind == "sentence"},
        overlap=lexicon.overlap(question, passage.searched),
    )
