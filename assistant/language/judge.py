"""The trained readers: judge a whole answer against the levels, a text against a statement, and what a text is about.

Two fine-tuned MiniLMs (int8 ONNX, ``models/level.onnx`` and ``models/statement.onnx``); their hashes, calibration and scores
stand in cards beside them. How they were trained and what they reach: ``docs/reading.md``.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from assistant.errors import EngineError
from assistant.interview.evidence import Polarity
from assistant.interview.model import Value
from assistant.language.encoder import MODELS, OnnxText, Vectors

Array = NDArray[np.float64]

LABELS = ("affirmed", "denied", "planned", "partly", "not_addressed")
"""How a text stands to a statement, in the order of the pair head."""

POLARITIES: tuple[Polarity, ...] = ("affirmed", "denied", "planned", "partly")

_MAX_TOKENS = 192


class Card(Value):
    """What is known of a shipped reader: identity and calibration.

    ``temperature`` divides the logits, ``shift`` is then added to them (fitted on texts that were not trained on).
    """

    sha256: str
    temperature: float
    shift: tuple[float, ...]
    trained_on: dict[str, int]
    scores: dict[str, float]


class Judge:
    """The trained readers with their calibration."""

    def __init__(self) -> None:
        self.level, self.statement = Calibrated("level"), Calibrated("statement")

    def levels(self, pairs: Sequence[tuple[str, str]]) -> Array:
        """For (question, whole answer) pairs: level probabilities, shape (n, 5)."""
        above = _sigmoid(self.level.logits(pairs))
        above = np.minimum.accumulate(above, axis=1)
        bounds = np.concatenate([np.ones((len(above), 1)), above, np.zeros((len(above), 1))], axis=1)
        probs = np.clip(bounds[:, :-1] - bounds[:, 1:], 1e-4, None)
        result: Array = probs / probs.sum(axis=1, keepdims=True)
        return result

    def statements(self, pairs: Sequence[tuple[str, str]]) -> Array:
        """For (text, statement) pairs: probabilities of LABELS, shape (n, 5), as if all five were equally common."""
        return _softmax(self.statement.logits(pairs))


class Calibrated:
    """A model and its card, by default a shipped one."""

    def __init__(self, name: str, folder: Path = MODELS) -> None:
        try:
            self.card = Card.model_validate_json((folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValidationError) as fault:
            raise EngineError(
                f"The reading model's card {name}.json is missing or damaged; install the package again."
            ) from fault
        self._model = OnnxText(folder / f"{name}.onnx", self.card.sha256, max_tokens=_MAX_TOKENS)

    def logits(self, pairs: Sequence[tuple[str, str]]) -> Array:
        """Calibrated logits, shape (n, outputs)."""
        if not pairs:
            return np.zeros((0, len(self.card.shift)))
        raw = np.stack([output.astype(np.float64) for output, _ in self._model.run(pairs)])
        calibrated: Array = raw / self.card.temperature + np.array(self.card.shift)
        return calibrated


class Heads:
    """Logistic regressions on frozen sentence vectors (``models/heads.npz``).

    They know what a text is *about* better than the fine-tuned reader, which in turn knows better what it *claims*.
    """

    def __init__(self) -> None:
        path = MODELS / "heads.npz"
        try:
            with np.load(path, allow_pickle=False) as stored:
                held = {name: stored[name].astype(np.float64) for name in stored.files}
                self._topics = held["topic_weights"], held["topic_biases"]
                self._statements = held["statement_weights"], held["statement_biases"]
                self._cues = held["cue_likelihood"]
        except (OSError, KeyError, ValueError) as fault:
            raise EngineError("The file heads.npz is missing or damaged; install the package again.") from fault

    def topics(self, vectors: Vectors) -> Array:
        """P(the text speaks of the dimension), shape (texts, 8), in the order of DIMENSIONS."""
        weights, biases = self._topics
        return _sigmoid(vectors @ weights.T + biases)

    def statements(self, texts: Vectors, statements: Vectors) -> Array:
        """Probabilities of LABELS for rows of text and statement vectors, shape (rows, 5)."""
        weights, biases = self._statements
        return _softmax(statement_features(texts, statements) @ weights.T + biases)

    def cues(self, claims: Sequence[Polarity]) -> Array:
        """Likelihood of each of LABELS, given the claim that the cues show, shape (rows, 5)."""
        likelihood: Array = self._cues[:, [POLARITIES.index(claim) for claim in claims]].T
        return likelihood


def statement_features(texts: Vectors, statements: Vectors) -> Array:
    """What the statement head looks at, shape (rows, 769): the text, its product with the statement, their cosine.

    Scaled so that the three parts have about the same spread.
    """
    product = texts * statements
    features: Array = np.hstack([4 * texts, 30 * product, 10 * product.sum(axis=1, keepdims=True)]).astype(np.float64)
    return features


@lru_cache(maxsize=1)
def judge() -> Judge:
    """The one trained reader of the process."""
    return Judge()


def _sigmoid(logits: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return result


def _softmax(logits: Array) -> Array:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Array = odds / odds.sum(axis=1, keepdims=True)
    return result
