"""Vectors of the shipped guidance, computed beforehand, so that the first question need not wait for the whole index.

Keyed by the text's hash: a text that is new or changed is simply encoded. ``make vectors`` writes the file anew.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from assistant.language.encoder import DIMENSIONS, MODELS, Vectors

CACHE = MODELS / "guidance-vectors.npz"


def key_of(text: str) -> int:
    """64 bits of the text's BLAKE2b hash."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


class CachedEncoder:
    """Encodes texts, looking up first what was encoded beforehand (half precision, cosine error below 0.001)."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], file: Path = CACHE) -> None:
        self._encode, self._file = encode, file

    @cached_property
    def _known(self) -> dict[int, Vectors]:
        if not self._file.is_file():
            return {}
        with np.load(self._file, allow_pickle=False) as stored:
            vectors = stored["vectors"].astype(np.float32)
            return dict(zip(stored["keys"].tolist(), vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, 384)."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        missing = []
        for row, text in enumerate(texts):
            known = self._known.get(key_of(text))
            if known is None:
                missing.append(row)
            else:
                vectors[row] = known / np.linalg.norm(known)
        if missing:
            vectors[missing] = self._encode([texts[row] for row in missing])
        return vectors


def write(texts: Sequence[str], vectors: Vectors, file: Path = CACHE) -> None:
    """Write the vectors of ``texts`` for later look-up."""
    keys = np.array([key_of(text) for text in texts], dtype=np.uint64)
    order = np.argsort(keys)
    np.savez(file, keys=keys[order], vectors=vectors[order].astype(np.float16))
