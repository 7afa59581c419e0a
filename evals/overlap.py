"""Near-duplicates between what is learned from and what is tested on.

Two texts are near-duplicates when their word triples overlap (Jaccard) by half or more; an inverted index over the triples
compares ten thousand texts within a second.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

NEAR = 0.5
"""Least share of common word triples for two texts to be near-duplicates."""
_FEWEST_WORDS = 4
"""Texts of fewer words are compared as a whole."""


@dataclass(frozen=True)
class Twin:
    """Two texts that are too much alike, by id, and how much they share (0..1)."""

    learned: str
    tested: str
    share: float


def twins(learned: Mapping[str, str], tested: Mapping[str, str], near: float = NEAR) -> list[Twin]:
    """Every text in ``tested`` that has a near-duplicate in ``learned`` (both: id to text), with the nearest one."""
    index: dict[tuple[str, ...], list[str]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for name, text in learned.items():
        parts = triples(text)
        sizes[name] = len(parts)
        for part in parts:
            index[part].append(name)
    found = []
    for name, text in tested.items():
        parts = triples(text)
        common = Counter(other for part in parts for other in index.get(part, ()))
        shares = {other: n / (sizes[other] + len(parts) - n) for other, n in common.items()}
        nearest = max(shares, key=lambda other: shares[other], default=None)
        if nearest is not None and shares[nearest] >= near:
            found.append(Twin(learned=nearest, tested=name, share=round(shares[nearest], 3)))
    return found


def triples(text: str) -> frozenset[tuple[str, ...]]:
    """The word triples of a text, in lower case without punctuation; of a very short text the text itself."""
    words = re.findall(r"\w+", text.lower())
    if len(words) < _FEWEST_WORDS:
        return frozenset({tuple(words)}) if words else frozenset()
    return frozenset(tuple(words[i : i + 3]) for i in range(len(words) - 2))
