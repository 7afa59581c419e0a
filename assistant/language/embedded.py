"""The embedded reader: understands free text with no key and no network."""

import re
from collections.abc import Sequence

import numpy as np

from assistant.interview.evidence import Evidence
from assistant.interview.model import DIMENSIONS, MaturityModel, Polarity, Question, Value
from assistant.language.encoder import Encoder, Vectors
from assistant.language.facts import FactReader
from assistant.language.judge import LABELS, POLARITIES, Array, Heads, Judge
from assistant.language.protocol import Intent, Understanding
from assistant.language.scope import Scope, plain
from assistant.language.sentences import Span, clauses, sentences

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


class Thresholds(Value):
    """Where the reader draws its lines; fitted on development data, kept in ``knowledge/model/reading.yaml``."""

    on_topic: float
    """Least probability that a sentence speaks of a dimension that was not asked about, for its level to be read."""
    asked_about: float
    """Probability that an answer speaks of the dimension that was asked about."""
    asked_about_strayed: float
    """The same for an answer that strayed: hardly a sentence on the dimension asked about, and much on another."""
    few_words: int
    """Most words of an answer from which hardly any level can be read."""
    asked_about_short: float
    """Probability that an answer of so few words speaks of the dimension that was asked about."""
    idle: float
    """An answer that reaches this probability for no dimension speaks of nothing that the advisor asks about."""
    strayed_own: float
    """An answer strayed where the dimension asked about reaches less than this share of the strongest dimension ..."""
    strayed_other: float
    """... and the strongest has at least this probability."""
    most_dimensions: int
    """Most dimensions whose level is read from one message."""
    similar: float
    """Least cosine between a clause and a statement for the pair to be judged at all."""
    most_statements: int
    """Most pairs of clause and statement that are judged in one message, nearest first."""
    sure: float
    """Least probability that a statement is addressed for it to become evidence."""
    cues_share: float
    """Weight of the cue phrases' log-probabilities (with scope) beside the statement reader's, in a log-linear pool."""
    mostly_silent: float
    """How much likelier it is that a statement is not addressed when it was found by likeness than in the balanced texts
    that the reader is calibrated on."""
    level_trust: float
    """Exponent on the likelihood of a level that was asked about; below 1 where readings of one person go together."""
    plans_count_against: float
    """How far an answer that mostly speaks of plans, the past or elsewhere is read as not (yet) so (0..1)."""
    not_yet: tuple[float, float, float, float, float]
    """Level probabilities of what is only planned, was once, or is so elsewhere."""
    aside_trust: float
    """The same for a level that was read in passing, from an answer to another question."""
    longest_judged: int
    """Most clauses of one message that are judged against statements."""
    english: frozenset[str]
    """Words that nearly every English message contains some of."""


class EmbeddedReader:
    """Reads with the trained judge, sentence vectors and scope cues."""

    def __init__(
        self,
        model: MaturityModel,
        encoder: Encoder,
        judge: Judge,
        heads: Heads,
        scope: Scope,
        facts: FactReader,
        thresholds: Thresholds,
    ) -> None:
        self._model, self._encoder, self._judge, self._heads = model, encoder, judge, heads
        self._scope, self._facts, self._at = scope, facts, thresholds
        self._indicators = list(model.indicators.values())
        self._statements = encoder.encode([indicator.statement for indicator in self._indicators])

    def read(self, text: str, question: Question | None, source: int | str) -> Understanding:
        """What the message says; an answer is read in the light of the question."""
        intent = self._intent(text)
        if intent in ("empty", "unreadable", "stop"):
            return Understanding(intent=intent)
        option = _picked(text, question)
        if option is not None:
            return Understanding(intent="answer", option=option)
        spans = [s for s in sentences(text) if not self._asks(s.text)]
        facts = self._facts.read(text, question, source)
        if intent in ("question", "unknown") and not spans:
            return Understanding(intent=intent, facts=facts)
        if intent == "unknown":
            return Understanding(intent=intent, facts=facts)
        evidence = self._evidence(text, spans, question, source)
        if question is not None and question.indicator is not None:
            evidence = (*self._checked(text, question, source), *evidence)
        if intent == "answer" and not evidence and not facts:
            intent = "off_topic"
        corrects = self._scope.marks(text, "correction")
        anchored = self._scope.concrete(text)
        return Understanding(intent=intent, evidence=evidence, facts=facts, corrects=corrects, anchored=anchored)

    def _checked(self, text: str, question: Question, source: int | str) -> tuple[Evidence, ...]:
        """What a typed answer to a question about one indicator says of it."""
        indicator = self._model.indicators[question.indicator or ""]
        probs = self.judge(question.text, text, indicator.statement)
        best = max(POLARITIES, key=lambda label: probs[label])
        weight = probs[best] * self._scope.claim(text).firmness
        item = Evidence(
            quote=text,
            source=source,
            dimension=indicator.dimension,
            indicator=indicator.id,
            polarity=best,
            weight=round(weight, 3),
            kind="check",
        )
        return (item,)

    def judge(self, question: str, text: str, statement: str) -> dict[str, float]:
        """How a text, said in answer to a question (or to none), stands to any statement: probabilities of LABELS."""
        said = f"{question} {text}" if question else text
        probs = self._stand([(said, statement)], [self._scope.claim(text).polarity])[0]
        return {label: round(float(p), 6) for label, p in zip(LABELS, probs, strict=True)}

    def _intent(self, text: str) -> Intent:
        if not any(c.isalnum() for c in text):
            return "unreadable" if text.strip() else "empty"
        words = _WORD.findall(plain(text))
        letters = [c for c in text if c.isalpha()]
        foreign = sum(not c.isascii() for c in letters) > 0.3 * max(len(letters), 1)
        known = sum(word in self._at.english for word in words)
        if foreign or (len(words) >= 6 and known < 0.12 * len(words)):
            return "unreadable"
        if self._scope.marks(text, "stop"):
            return "stop"
        spans = sentences(text)
        asking = [s for s in spans if self._asks(s.text)]
        if asking and len(asking) * 2 >= len(spans):
            return "question"
        short = len(words) <= 14
        return "unknown" if short and self._scope.marks(text, "unknown") else "answer"

    def _asks(self, sentence: str) -> bool:
        ends = sentence.rstrip(" \"'”’)").endswith("?")
        return ends or (self._scope.marks(sentence, "question") and len(sentence) < 200 and not sentence.endswith("."))

    def _evidence(
        self, text: str, spans: Sequence[Span], question: Question | None, source: int | str
    ) -> tuple[Evidence, ...]:
        if not spans:
            return ()
        asked = question.dimension if question is not None and question.dimension in DIMENSIONS else None
        said = [clause for span in spans for clause in clauses(span)][: self._at.longest_judged]
        texts = list(dict.fromkeys(part.text for part in (*spans, *said)))  # most sentences are one clause: encode once
        vector = dict(zip(texts, self._encoder.encode(texts), strict=True))
        topics = self._heads.topics(np.array([vector[span.text] for span in spans]))
        levels = self._levels(text, spans, topics, question, asked, source)
        spoken_of = {item.dimension for item in levels}
        made = self._statements_made(
            text, spans, said, np.array([vector[part.text] for part in said]), spoken_of, question, source
        )
        return (*levels, *made)

    def _levels(
        self,
        text: str,
        spans: Sequence[Span],
        topics: Array,
        question: Question | None,
        asked: str | None,
        source: int | str,
    ) -> list[Evidence]:
        """Evidence on the level of each dimension that is spoken of.

        The dimension asked about is read from the whole answer, any other from the sentences that speak of it.
        """
        parts: dict[str, tuple[str, float]] = {}
        if asked and (spoken := self._spoken(text, topics, asked)) > 0:
            parts[asked] = (_stretch(text, spans), spoken)
        for d in np.argsort(-topics.max(axis=0))[: self._at.most_dimensions]:
            about = [span for span, p in zip(spans, topics[:, d], strict=True) if p >= self._at.on_topic]
            if about and DIMENSIONS[d] not in parts and len(parts) < self._at.most_dimensions:
                parts[DIMENSIONS[d]] = (_stretch(text, about), float(topics[:, d].max()))
        pairs = [(self._asked_as(d, question if d == asked else None), words) for d, (words, _) in parts.items()]
        read = self._judge.levels(pairs)
        trust = {True: self._at.level_trust, False: self._at.aside_trust}
        return [
            self._level(d, words, spoken, self._today(words, probs), trust[d == asked], source)
            for (d, (words, spoken)), probs in zip(parts.items(), read, strict=True)
        ]

    def _spoken(self, text: str, topics: Array, asked: str) -> float:
        """Probability that an answer speaks of the dimension asked about.

        Less where it strayed to another, and where it is too short to be sure of; none where it speaks of nothing.
        """
        own, most = float(topics[:, DIMENSIONS.index(asked)].max()), float(topics.max())
        if most >= self._at.strayed_other and own < self._at.strayed_own * most:
            return self._at.asked_about_strayed
        if len(text.split()) > self._at.few_words:
            return self._at.asked_about if most >= self._at.idle else 0.0
        replies = any(self._scope.marks(text, kind) for kind in ("affirm_short", "deny_short"))
        return self._at.asked_about_short if replies or own >= self._at.on_topic else 0.0

    def _level(self, dimension: str, words: str, spoken: float, probs: Array, trust: float, source: int | str) -> Evidence:
        """A level as evidence: where the words may not speak of the dimension at all, they say that much less."""
        if not self._scope.concrete(words):  # a claim without anything concrete may describe the next level up
            share = self._model.parameters.overclaim
            probs = (1 - share) * probs + share * np.append(probs[1:], probs[-1])
        likelihood = (spoken * probs + (1 - spoken) * 0.2) ** trust
        return Evidence(
            quote=words,
            source=source,
            dimension=dimension,
            indicator=f"{dimension}.level-{int(probs.argmax()) + 1}",
            polarity="affirmed",
            weight=round(spoken * float(probs.max()), 3),
            kind="level",
            levels=_five(likelihood / likelihood.max()),
        )

    def _today(self, words: str, probs: Array) -> Array:
        """Level probabilities, corrected where most of the words speak of plans, the past or other places."""
        claims = [self._scope.claim(span.text) for span in sentences(words)]
        absent = sum(claim.polarity == "planned" or bool(claim.cues & {"past", "elsewhere"}) for claim in claims)
        share = self._at.plans_count_against if 2 * absent > len(claims) else 0.0
        mixed: Array = (1 - share) * probs + share * np.array(self._at.not_yet)
        return mixed

    def _asked_as(self, dimension: str, question: Question | None) -> str:
        return question.text if question is not None else self._model.dimension(dimension).opener

    def _statements_made(
        self,
        text: str,
        spans: Sequence[Span],
        said: Sequence[Span],
        vectors: Vectors,
        spoken_of: set[str],
        question: Question | None,
        source: int | str,
    ) -> list[Evidence]:
        """Evidence on single indicators: the clauses that speak of them, with the polarity in which they do.

        A clause is judged within its sentence and the one before it, as the answer to the question asked.
        """
        near = vectors @ self._statements.T
        open_to = np.array([indicator.dimension in spoken_of for indicator in self._indicators])
        near = np.where(open_to[None], near, -1.0)
        order = np.argsort(-near, axis=None)[: self._at.most_statements]
        pairs = [divmod(int(place), len(self._indicators)) for place in order]
        pairs = [(row, column) for row, column in pairs if near[row, column] >= self._at.similar]
        if not pairs:
            return []
        asked = [question.text if question and question.dimension == self._indicators[c].dimension else "" for _, c in pairs]
        texts = [
            (_around(text, spans, said[r], q), self._indicators[c].statement) for (r, c), q in zip(pairs, asked, strict=True)
        ]
        claims = [self._scope.claim(said[r].text) for r, _ in pairs]
        judged = self._stand(texts, [claim.polarity for claim in claims])
        judged[:, LABELS.index("not_addressed")] *= self._at.mostly_silent
        judged /= judged.sum(axis=1, keepdims=True)
        strongest: dict[str, Evidence] = {}
        for (row, column), probs, claim in zip(pairs, judged, claims, strict=True):
            item = self._statement(said[row], column, probs, claim.firmness, source)
            if item is not None and item.weight > (strongest[item.indicator].weight if item.indicator in strongest else 0):
                strongest[item.indicator] = item
        return sorted(strongest.values(), key=lambda item: -item.weight)

    def _stand(self, pairs: Sequence[tuple[str, str]], claims: Sequence[Polarity]) -> Array:
        """How texts stand to statements, shape (pairs, 5): the trained reader and the cues as two witnesses."""
        judged = self._judge.statements(pairs)
        judged = judged * self._heads.cues(claims) ** self._at.cues_share
        result: Array = judged / judged.sum(axis=1, keepdims=True)
        return result

    def _statement(self, clause: Span, column: int, probs: Array, firmness: float, source: int | str) -> Evidence | None:
        mixed = {label: float(p) for label, p in zip(LABELS, probs, strict=True)}
        best = max(POLARITIES, key=lambda label: mixed[label])
        if mixed["not_addressed"] > 1 - self._at.sure:
            return None
        indicator = self._indicators[column]
        trust = mixed[best] * firmness
        return Evidence(
            quote=clause.text,
            source=source,
            dimension=indicator.dimension,
            indicator=indicator.id,
            polarity=best,
            weight=round(trust, 3),
        )


def _stretch(text: str, spans: Sequence[Span]) -> str:
    """The verbatim stretch of the message from the first to the last of its sentences."""
    return text[spans[0].start : spans[-1].start + len(spans[-1].text)]


def _around(text: str, spans: Sequence[Span], clause: Span, question: str) -> str:
    """A clause as the statement reader sees it: its sentence and the one before, after the question that they answer."""
    place = next((i for i, span in enumerate(spans) if span.start <= clause.start < span.start + len(span.text)), 0)
    said = _stretch(text, spans[max(0, place - 1) : place + 1])
    return f"{question} {said}" if question else said


def _picked(text: str, question: Question | None) -> str | None:
    """The option that the words name: its number, its letter, or its own text."""
    if question is None or not question.options:
        return None
    said = plain(text).strip(" .!)(")
    for position, option in enumerate(question.options):
        if said in (str(position + 1), "abcdefgh"[position], plain(option.text).strip(" .!")):
            return option.id
    return None


def _five(values: Array) -> tuple[float, float, float, float, float]:
    first, second, third, fourth, fifth = (round(max(float(value), 1e-6), 6) for value in values)
    return first, second, third, fourth, fifth
