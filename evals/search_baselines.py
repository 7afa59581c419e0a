"""Plainer ways of searching the same passages, to compare the product's own search with, in the same run.

Each gives sections for a question, best first. All see the same passages; those with vectors use the same encoder.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from assistant.retrieval.corpus import Passage
from assistant.retrieval.units import embedded

Section = tuple[str, str]
"""(document, section)."""
Ranking = Callable[[str, int], tuple[Section, ...]]
"""The ``k`` best sections for a question."""
Encode = Callable[[Sequence[str]], np.ndarray]

_WORD = re.compile(r"\w+")


def baselines(passages: Sequence[Passage], encode: Encode) -> dict[str, Ranking]:
    """Vectors alone, BM25 of two libraries, and Chroma as it comes."""
    return {
        "vectors alone": _vectors(passages, encode),
        "BM25 alone (bm25s)": _bm25s(passages),
        "rank-bm25": _rank_bm25(passages),
        "Chroma's plain query": _chroma(passages, encode),
    }


def sections(passages: Sequence[Passage], order: Iterable[int], k: int) -> tuple[Section, ...]:
    """The first ``k`` sections in the order of their best passages."""
    return tuple(dict.fromkeys((passages[i].document, passages[i].section) for i in order))[:k]


def _vectors(passages: Sequence[Passage], encode: Encode) -> Ranking:
    """Exact cosine of the question with each passage under its heading."""
    held = encode([embedded(passage) for passage in passages])

    def ranked(question: str, k: int) -> tuple[Section, ...]:
        return sections(passages, np.argsort(-(held @ encode([question])[0]), kind="stable"), k)

    return ranked


def _bm25s(passages: Sequence[Passage]) -> Ranking:
    """The library's own tokenizer and parameters, with its English stop words."""
    import bm25s

    def tokens(texts: list[str]) -> list[list[str]]:
        found: list[list[str]] = bm25s.tokenize(texts, stopwords="en", return_ids=False, show_progress=False)
        return found

    index = bm25s.BM25()
    index.index(tokens([passage.searched for passage in passages]), show_progress=False)

    def ranked(question: str, k: int) -> tuple[Section, ...]:
        asked = [token for token in tokens([question])[0] if token in index.vocab_dict]
        scores = index.get_scores(asked) if asked else np.zeros(len(passages))
        return sections(passages, _scoring(scores), k)

    return ranked


def _rank_bm25(passages: Sequence[Passage]) -> Ranking:
    """The library's BM25Okapi on lower-case words."""
    from rank_bm25 import BM25Okapi

    index = BM25Okapi([_WORD.findall(passage.searched.lower()) for passage in passages])

    def ranked(question: str, k: int) -> tuple[Section, ...]:
        return sections(passages, _scoring(index.get_scores(_WORD.findall(question.lower()))), k)

    return ranked


def _scoring(scores: np.ndarray) -> list[int]:
    return [int(i) for i in np.argsort(-scores, kind="stable") if scores[i] > 0]


def _chroma(passages: Sequence[Passage], encode: Encode) -> Ranking:
    """A collection with Chroma's own settings, filled with the passages' plain text."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection(f"plain-{uuid.uuid4().hex}", embedding_function=None)
    for start in range(0, len(passages), 1000):
        texts = [passage.text for passage in passages[start : start + 1000]]
        collection.add(ids=[str(start + i) for i in range(len(texts))], embeddings=encode(texts))

    def ranked(question: str, k: int) -> tuple[Section, ...]:
        found = collection.query(query_embeddings=encode([question]), n_results=min(3 * k, len(passages)), include=[])
        return sections(passages, (int(i) for i in found["ids"][0]), k)

    return ranked
