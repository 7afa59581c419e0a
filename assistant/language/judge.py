"""The trained reader: judges a whole answer against the levels, a clause against a statement, and what a text is about.

One fine-tuned MiniLM (int8 ONNX, ``models/reader.onnx``) with three heads; its hash, temperatures and scores stand in
``models/reader.json``. How it was trained and what it reaches: ``docs/reading.md``.
"""

from collections.abc import Sequence
from functools import lru_cache

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
    """What is known of the shipped reader: identity and calibration.

    ``*_temperature`` divides the logits, ``level_shift`` is then added to the four cumulative ones (fitted on answers that
    were not trained on).
    """

    sha256: str
    level_temperature: float
    level_shift: tuple[float, float, float, float]
    statement_temperature: float
    trained_on: dict[str, int]
    scores: dict[str, float]


class Judge:
    """The trained reader with its calibration."""

    def __init__(self) -> None:
        path = MODELS / "reader.json"
        try:
            self.card = Card.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, ValidationError) as fault:
            raise EngineError(
                "The reading model's card reader.json is missing or damaged; install the package again."
            ) from fault
        self._model = OnnxText(MODELS / "reader.onnx", self.card.sha256, max_tokens=_MAX_TOKENS)

    def levels(self, pairs: Sequence[tuple[str, str]]) -> Array:
        """For (question, whole answer) pairs: level probabilities, shape (n, 5)."""
        logits = self._logits(pairs)
        above = _sigmoid(logits[:, :4] / self.card.level_temperature + np.array(self.card.level_shift))
        above = np.minimum.accumulate(above, axis=1)
        bounds = np.concatenate([np.ones((len(above), 1)), above, np.zeros((len(above), 1))], axis=1)
        probs = np.clip(bounds[:, :-1] - bounds[:, 1:], 1e-4, None)
        result: Array = probs / probs.sum(axis=1, keepdims=True)
        return result

    def statements(self, pairs: Sequence[tuple[str, str]]) -> Array:
        """For (text, statement) pairs: probabilities of LABELS, shape (n, 5)."""
        return _softmax(self._logits(pairs)[:, 5:] / self.card.statement_temperature)

    def _logits(self, pairs: Sequence[tuple[str, str]]) -> Array:
        if not pairs:
            return np.zeros((0, 10))
        return np.stack([output.astype(np.float64) for output, _ in self._model.run(pairs)])


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
