"""A knowledge base over the shipped guidance, and small ones that are quick to index; all with the real encoder."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.language.encoder import encoder
from assistant.language.vector_cache import CachedEncoder
from assistant.retrieval.knowledge_base import KnowledgeBase
from tests.conftest import ROOT

KNOWLEDGE = ROOT / "knowledge"

SOURCES = """\
sources:
  - {id: AB, title: Study, publisher: Institute, year: 2025, address: "https://example.org/study", seen: original}
"""

CATS = """\
---
id: cats
title: Keeping cats
question: How do we keep cats in the office?
stages: [1]
dimensions: [culture]
sources: [AB]
---
# Keeping cats

## What cats eat
Office cats eat dry food twice a day [AB]. Fresh water stands in every kitchen.

## Where cats sleep
Office cats sleep on the window sill of the archive.
"""

BOATS = """\
---
id: boats
title: Mooring boats
question: Where do we moor the boats?
stages: [4]
dimensions: [operations]
sources: [AB]
---
# Mooring boats

## Berths in the harbour
Boats are moored at berth seven of the northern harbour [AB].
"""


class CountingEncoder:
    """The real encoder; remembers vectors over all tests, and what this test asked for."""

    _known: ClassVar[dict[str, NDArray[np.float32]]] = {}

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts.extend(texts)
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, encoder().encode(new), strict=True))
        return np.array([self._known[text] for text in texts], np.float32).reshape(len(texts), -1)


@pytest.fixture
def encode() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def guidance(tmp_path: Path) -> Path:
    folder = tmp_path / "guidance"
    folder.mkdir()
    (folder / "cats.md").write_text(CATS)
    (folder / "boats.md").write_text(BOATS)
    (tmp_path / "sources.yaml").write_text(SOURCES)
    return folder


@pytest.fixture
def small(tmp_path: Path, guidance: Path, encode: CountingEncoder) -> Callable[..., KnowledgeBase]:
    """Makes a knowledge base over the two small documents; each call is a process of its own, so to speak."""

    def make(chroma_url: str = "", index: str = "index", embedding: str = "e/1") -> KnowledgeBase:
        return KnowledgeBase(
            guidance, tmp_path / "sources.yaml", tmp_path / "added", tmp_path / index, encode, chroma_url, embedding
        )

    return make


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    folder = tmp_path_factory.mktemp("shipped")
    encode = CachedEncoder(CountingEncoder()).encode  # the guidance's own vectors are shipped
    return KnowledgeBase(KNOWLEDGE / "guidance", KNOWLEDGE / "sources.yaml", folder / "added", folder / "index", encode)
