"""The vectors computed beforehand are those of the encoder, and cover the shipped guidance."""

import numpy as np
import pytest

from assistant.language.encoder import encoder
from assistant.language.vector_cache import CachedEncoder


def test_the_shipped_guidance_needs_no_encoding() -> None:
    """`make vectors` brings this up to date after a change of the guidance."""
    from training.vectors import guidance_texts

    encoded: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        encoded.extend(texts)
        return encoder().encode(texts)

    texts = guidance_texts()
    vectors = CachedEncoder(encode).encode(texts)
    assert len(encoded) <= len(texts) * 0.02, "run `make vectors` and commit the file"
    some = list(range(0, len(texts), 40))
    assert (vectors[some] * encoder().encode([texts[i] for i in some])).sum(axis=1) == pytest.approx(1, abs=2e-3)


def test_an_unknown_text_is_encoded_and_an_absent_file_is_no_fault(tmp_path) -> None:
    cached = CachedEncoder(encoder().encode, tmp_path / "none.npz")
    text = "A sentence that stands nowhere in the guidance."
    assert cached.encode([text]) == pytest.approx(encoder().encode([text]))
