"""Pure measures of retrieval and abstention. An item is anything hashable, such as (document, section)."""

import math
from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple


class Abstention(NamedTuple):
    """How well "not covered" is told from "covered"; the positive class is "should abstain"."""

    precision: float
    recall: float
    f1: float
    answered: int
    """Covered questions that were answered."""
    covered: int
    refused: int
    """Questions outside the knowledge base on which the advisor abstained."""
    uncovered: int


def unique(ranked: Sequence[Hashable]) -> list[Hashable]:
    """The first occurrence of each item, in order: several passages of one section count once."""
    return list(dict.fromkeys(ranked))


def ndcg(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int = 10) -> float:
    """Normalised discounted cumulative gain at ``k`` with gain 1 for a relevant item; 0..1.

    ValueError when nothing is relevant: the measure is undefined, and such a case belongs to ``abstention``.
    """
    if not relevant:
        raise ValueError("nDCG needs at least one relevant item; leave out questions that nothing answers.")
    wanted = set(relevant)
    gain = sum(1 / math.log2(rank + 2) for rank, item in enumerate(unique(ranked)[:k]) if item in wanted)
    return gain / sum(1 / math.log2(rank + 2) for rank in range(min(k, len(wanted))))


def recall(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int = 5) -> float:
    """Share of the relevant items among the first ``k``, of those that fit into ``k``; 0..1. ValueError as ``ndcg``."""
    if not relevant:
        raise ValueError("Recall needs at least one relevant item; leave out questions that nothing answers.")
    wanted = set(relevant)
    return len(wanted.intersection(unique(ranked)[:k])) / min(k, len(wanted))


def hit(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int = 1) -> bool:
    """Whether a relevant item stands among the first ``k``."""
    return not set(relevant).isdisjoint(unique(ranked)[:k])


def abstention(answerable: Sequence[bool], abstained: Sequence[bool]) -> Abstention:
    """Precision, recall and F1 of abstaining; a ratio without cases is 1.0 when nothing was got wrong, else 0.0."""
    pairs = list(zip(answerable, abstained, strict=True))
    refused = sum(not covered and silent for covered, silent in pairs)
    silent_total = sum(silent for _, silent in pairs)
    uncovered = sum(not covered for covered, _ in pairs)
    precision = refused / silent_total if silent_total else float(uncovered == 0)
    found = refused / uncovered if uncovered else float(silent_total == 0)
    f1 = 2 * precision * found / (precision + found) if precision + found else 0.0
    answered = sum(covered and not silent for covered, silent in pairs)
    return Abstention(precision, found, f1, answered, len(pairs) - uncovered, refused, uncovered)
