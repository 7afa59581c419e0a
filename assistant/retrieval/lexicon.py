"""Words: how a text is cut into terms, the BM25 index over passages, and which words the knowledge base has never seen."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_STOP_WORD = re.compile(
    r"a|about|above|after|again|all|also|am|an|and|any|are|as|at|be|because|been|before|being|"
    r"below|between|both|but|by|can|could|did|do|does|doing|down|during|each|even|ever|few|for|from|"
    r"further|get|gets|got|had|has|have|having|he|her|here|him|his|how|i|if|in|into|is|it|its|"
    r"just|let|like|make|me|more|most|much|my|no|nor|not|now|of|off|on|once|only|or|other|our|"
    r"ours|out|over|own|please|same|shall|she|should|so|some|such|than|that|the|their|them|then|"
    r"there|these|they|this|those|through|to|too|under|until|up|us|very|was|we|were|what|when|where|"
    r"which|while|who|whom|why|will|with|would|you|your|yours"
)

_WORD = re.compile(r"[a-z0-9à-öø-ÿ]+(?:['’][a-z]+)?")
_POSSESSIVE = re.compile(r"['’]s?$")
_NAME = re.compile(r"(?<=[\w,;)] )(?:[A-Z][\w-]*|\w*[A-Z][\w-]*)")
_VOWEL = re.compile("[aeiouy]")

_ALIASES = (
    (r"on[- ]?prem", "on premises"),
    (r"gen[- ]?ai|chatgpt|copilot", "generative AI"),
    (r"llms?", "language model"),
    (r"ml", "machine learning"),
    (r"rag", "retrieval"),
    (r"fine[- ]?tun(?:e|ed|es)", "fine-tuning"),
    (r"roi", "return and benefit"),
    (r"amazon", "AWS"),
    (r"bigquery", "Google cloud"),
    (r"eu|brussels", "European"),
    (r"stage (?:1|one)|(?:first|lowest|bottom) (?:stage|rung|step)", "Awareness stage"),
    (r"stage (?:2|two)|second stage", "Active stage"),
    (r"stage (?:3|three)|third stage", "Operational stage"),
    (r"stage (?:4|four)|fourth stage", "Systemic stage"),
    (r"stage (?:5|five)|(?:fifth|last|highest|top) (?:stage|rung|step)", "Transformational stage"),
)
"""What people say, and the words that the guidance uses for it."""

_ALIAS_PATTERNS = tuple((re.compile(rf"\b(?:{said})\b", re.IGNORECASE), meant) for said, meant in _ALIASES)


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The terms of a text in order: lower case, without stop words and common endings."""
    found = (_POSSESSIVE.sub("", match) for match in _WORD.findall(text.lower()))
    return tuple(_stem(word) for word in found if len(word) > 1 and not _STOP_WORD.fullmatch(word))


def expanded(question: str) -> str:
    """The question, followed by the guidance's own words for what it says in others."""
    extra = [meant for said, meant in _ALIAS_PATTERNS if said.search(question) and meant.lower() not in question.lower()]
    return f"{question} ({', '.join(extra)})" if extra else question


def _stem(word: str) -> str:
    """Without plural, -ing and -ed, so that "trains", "training" and "trained" are one term."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and _VOWEL.search(root):
            word = root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


class Novelty(NamedTuple):
    """How much of a question the knowledge base has no word for."""

    share: float
    """Share of the question's terms, weighted by rarity, that stand nowhere; 0..1."""
    name: bool
    """Whether a name in the question (a place, firm or product) stands nowhere."""


class Lexicon:
    """BM25 over texts, and their vocabulary."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        terms = [list(words(text)) for text in texts]
        self._count = len(terms)
        self._frequency = Counter(term for found in terms for term in set(found))
        self._beginnings = {term[:size] for term in self._frequency for size in (5, 6)}
        self._bm25 = bm25s.BM25() if self._frequency else None
        if self._bm25 is not None:
            self._bm25.index(terms, show_progress=False)

    def scores(self, question: str) -> NDArray[np.float32]:
        """The BM25 score of each text, shape (texts,); 0 where no term is shared."""
        terms = [term for term in words(question) if term in self._frequency]
        if self._bm25 is None or not terms:
            return np.zeros(self._count, np.float32)
        return np.asarray(self._bm25.get_scores(terms), np.float32)

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term: large when it is rare."""
        frequency = self._frequency[term]
        return log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))

    def overlap(self, question: str, text: str) -> float:
        """Share of the question's terms, weighted by rarity, that stand in ``text``; 0..1."""
        asked, present = set(words(question)), set(words(text))
        total = sum(map(self.weight, asked))
        return sum(map(self.weight, asked & present)) / total if total else 0.0

    def novelty(self, question: str) -> Novelty:
        """What of the question is new. A word or name counts as known by a shared beginning ("Europe", "European")."""
        plain = question
        for said, meant in _ALIAS_PATTERNS:
            plain = said.sub(meant, plain)
        asked = set(words(plain))
        total = sum(map(self.weight, asked))
        unknown = sum(self.weight(term) for term in asked if not self._known(term, 6))
        names = _NAME.findall(plain)
        return Novelty(
            share=unknown / total if total else 1.0,
            name=any(not self._known(term, 5) for name in names for term in words(name)),
        )

    def _known(self, term: str, beginning: int) -> bool:
        return term in self._frequency or (len(term) >= beginning and term[:beginning] in self._beginnings)
