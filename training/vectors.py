"""Compute the vectors of the shipped guidance beforehand: ``make vectors`` after changing ``knowledge/guidance``."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant.language.encoder import Vectors, encoder
from assistant.language.vector_cache import CACHE, CachedEncoder, write
from assistant.retrieval.knowledge_base import KnowledgeBase

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"


def guidance_texts() -> list[str]:
    """Every text that indexing the shipped guidance encodes, in order, each once."""
    seen: dict[str, None] = {}
    known = CachedEncoder(encoder().encode)

    def record(texts: Sequence[str]) -> Vectors:
        seen.update(dict.fromkeys(texts))
        return known.encode(texts)

    with tempfile.TemporaryDirectory() as folder:
        base = KnowledgeBase(
            guidance=KNOWLEDGE / "guidance",
            sources=KNOWLEDGE / "sources.yaml",
            added=Path(folder) / "added",
            index_folder=Path(folder) / "index",
            encode=record,
        )
        base.reindex()
    return list(seen)


if __name__ == "__main__":
    texts = guidance_texts()
    write(texts, CachedEncoder(encoder().encode).encode(texts))  # what is known is not encoded again
    print(f"{len(texts)} vectors written to {CACHE.name}, {CACHE.stat().st_size:,} bytes")
