"""Search: what vectors (of passages, sentences, headings, foreseen questions) and BM25 say of a passage, weighed together.

A question and the passage that answers it are worded differently; a linear map, learned from the foreseen questions of the
guidance, brings the question's vector nearer to its passages. Map and weights come from ``python -m training.search``.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.interview.model import DimensionId, Level
from assistant.retrieval.corpus import Passage
from assistant.retrieval.foreseen import Place
from assistant.retrieval.index import Index, View
from assistant.retrieval.lexicon import Lexicon, Novelty, expanded
from assistant.retrieval.units import Neighbour

Array = NDArray[np.float32]

FILE = Path(__file__).with_name("search.npz")
"""Map and weights, learned by ``python -m training.search``."""

NEAREST = 1500
"""Units fetched for a vector: enough that each kind has its best among them."""
CLOSEST = 3
"""Foreseen questions of a section whose mean similarity counts, beside that of the closest one."""
SHARING = 10
"""Passages among which the probability is shared, where it is asked how evenly."""
SIGNALS = 6
"""Of coverage, the constant last."""
FEATURES = ("passage", "sentence", "heading", "asked", "asked_mean", "question", "words", "words_heading")
"""What is known of a passage: cosine of its own vector, its best sentence, its heading, the closest foreseen question of its
section and the mean of the closest few, the question its document answers; BM25 beside the best one's, 0..1; share of the
question's words in its heading."""


class Weights(NamedTuple):
    """The learned part of the search."""

    question_map: Array
    """Maps a question's vector to where the passages that answer it lie, shape (384, 384)."""
    features: Array
    """Of FEATURES; sums are logits of a softmax over the passages."""
    coverage: Array
    """Of a logistic regression on ``signals``: does the knowledge base cover the question?"""
    coverage_by_vector: Array
    """The same on ``signals`` and the question's vector, for what the shipped guidance covers."""


@cache
def weights() -> Weights:
    """The shipped weights."""
    with np.load(FILE, allow_pickle=False) as stored:
        return Weights(*(stored[name].astype(np.float32) for name in Weights._fields))


class Hit(NamedTuple):
    """A passage and what speaks for it."""

    passage: Passage
    score: float
    """Logit beside the other passages; comparable within one query only."""
    features: Array
    """By FEATURES."""
    sentences: Mapping[int, float]
    """Cosine by number of the sentence, for those among the nearest."""


class Found(NamedTuple):
    """The passages for a question, best first, and which of the question's words the knowledge base has never seen."""

    hits: tuple[Hit, ...]
    novelty: Novelty
    vector: Array | None
    """The question's, where questions are foreseen for the best passage: what is asked of it is known then."""


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
    passages, lexicon = index.view.passages, index.view.lexicon
    view = index.view
    asked = index.encode(expanded(question))
    mapped = asked @ weights().question_map
    near = [unit for unit in index.neighbours(asked, NEAREST) if unit.kind == "asked"]
    near += [unit for unit in index.neighbours(mapped, NEAREST) if unit.kind != "asked"]
    worded = _by_words(lexicon, expanded(focus or question), list(passages))
    found = [
        identity
        for identity in dict.fromkeys([*_passages_of(near, view), *worded])
        if identity in passages and _applies(passages[identity], stage, dimension)
    ]
    features = _features(found, near, worded, expanded(focus or question), view)
    scores = features @ weights().features
    best = np.argsort(-scores, kind="stable")[:k]
    spoken = {(unit.passage, unit.sentence): unit.cosine for unit in near if unit.kind == "sentence"}
    hits = tuple(
        Hit(
            passage=passages[found[i]],
            score=float(scores[i]),
            features=features[i],
            sentences={number: cosine for (name, number), cosine in spoken.items() if name == found[i]},
        )
        for i in best
    )
    known = bool(hits) and Place(hits[0].passage.document, hits[0].passage.section) in view.foreseen
    return Found(hits, lexicon.novelty(question), asked if known else None)


def coverage(found: Found) -> float:
    """Probability that the knowledge base covers the question; of two tests, the mean errs less than either alone."""
    if not found.hits:
        return 0.0
    told = signals(found)
    plain = _probability(told, weights().coverage)
    if found.vector is None:
        return plain
    return (plain + _probability(np.append(told, found.vector).astype(np.float32), weights().coverage_by_vector)) / 2


def _probability(told: Array, weight: Array) -> float:
    return float(1 / (1 + np.exp(-(told @ weight))))


def signals(found: Found) -> Array:
    """What tells whether a question is covered, shape (SIGNALS,).

    The best passage's score, how far it stands above the last one, how evenly the first ones share the probability, the
    share of words and the number of names that the knowledge base has never seen, a constant.
    """
    scores = np.array([hit.score for hit in found.hits[:SHARING]], np.float32)
    shares = np.exp(scores - scores[0])
    shares /= shares.sum()
    evenness = float(-(shares * np.log(shares + 1e-9)).sum())
    return np.array(
        [scores[0] / 10, (scores[0] - scores[-1]) / 10, evenness, found.novelty.share, found.novelty.name, 1.0], np.float32
    )


def _applies(passage: Passage, stage: Level | None, dimension: DimensionId | None) -> bool:
    return (stage is None or not passage.stages or stage in passage.stages) and (
        dimension is None or not passage.dimensions or dimension in passage.dimensions
    )


def _passages_of(near: Sequence[Neighbour], view: View) -> list[str]:
    """Every passage that one of the units speaks for: its own, or all of the sections that answer a foreseen question."""
    own = [unit.passage for unit in near if unit.passage]
    return own + [name for unit in near for place in unit.sections for name in view.by_section.get(place, ())]


def _by_words(lexicon: Lexicon, question: str, order: Sequence[str]) -> dict[str, float]:
    """The best passages by BM25, with their score beside the best one's."""
    scores = lexicon.scores(question)
    best = [int(i) for i in np.argsort(-scores, kind="stable")[:NEAREST] if scores[i] > 0]
    return {order[i]: float(scores[i] / scores[best[0]]) for i in best}


def _features(
    found: Sequence[str],
    near: Sequence[Neighbour],
    worded: Mapping[str, float],
    question: str,
    view: View,
) -> Array:
    """FEATURES of each passage, shape (passages, features); what is not among the nearest counts as the farthest of them.

    Where no questions are foreseen, as with documents that were added, the passage's own vectors stand in for theirs.
    """
    passages = view.passages
    cosines: dict[str, dict[Any, float]] = {"passage": {}, "sentence": {}, "heading": {}, "question": {}}
    asked: dict[Place, list[float]] = {}
    for unit in near:
        for place in unit.sections:
            asked.setdefault(place, []).append(unit.cosine)
        if unit.kind == "heading" and unit.passage in passages:
            cosines["heading"].setdefault(Place(unit.document, passages[unit.passage].section), unit.cosine)
        elif unit.kind in cosines:
            cosines[unit.kind].setdefault(unit.document if unit.kind == "question" else unit.passage, unit.cosine)
    floors = {kind: min(values.values(), default=0.0) for kind, values in cosines.items()}
    floor = min((cosine for values in asked.values() for cosine in values), default=0.0)
    rows = []
    for identity in found:
        passage = passages[identity]
        section = Place(passage.document, passage.section)
        own = cosines["passage"].get(identity, floors["passage"]), cosines["sentence"].get(identity, floors["sentence"])
        closest = (asked.get(section, []) + [floor] * CLOSEST)[:CLOSEST]
        rows.append(
            (
                *own,
                cosines["heading"].get(section, floors["heading"]),
                closest[0] if section in view.foreseen else max(own),
                sum(closest) / CLOSEST if section in view.foreseen else sum(own) / len(own),
                cosines["question"].get(passage.document, floors["question"]) if passage.question else own[0],
                worded.get(identity, 0.0),
                view.lexicon.overlap(question, passage.section),
            )
        )
    return np.array(rows, np.float32).reshape(len(rows), len(FEATURES))
