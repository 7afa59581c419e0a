"""How the index behaves with many passages: ``python -m evals.bench_index [--passages 10000]``.

Documents are made of the guidance's own sentences, shuffled; but for a sample, their vectors are random (the encoder would
need hours for a hundred thousand passages), which changes nothing of what is timed. Questions are encoded as ever.
"""

import argparse
import hashlib
import json
import random
import resource
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from time import perf_counter

import numpy as np

from assistant.language.encoder import Vectors, encoder
from assistant.retrieval.corpus import Document, corpus_of, load_folder
from assistant.retrieval.knowledge_base import KnowledgeBase
from assistant.retrieval.units import embedded, units
from evals.cases import questions

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
SECTIONS = 20
"""Sections of a document, each of one passage."""
SAMPLE = 200
"""Passages of the real guidance that are indexed with the real encoder, to compare with the encoder alone."""


def vectors(texts: Sequence[str]) -> Vectors:
    """Unit vectors that depend on the text alone and mean nothing, shape (texts, 384)."""
    seeds = (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") for text in texts)
    drawn = [np.random.default_rng(seed).standard_normal(384) for seed in seeds]
    rows = np.array(drawn, np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def write_documents(folder: Path, passages: int) -> None:
    """Documents with ``passages`` sections in all, of three shuffled sentences each."""
    shipped = [d for d in load_folder(KNOWLEDGE / "guidance", "shipped") if not isinstance(d, Exception)]
    texts = [u.text for u in units(corpus_of(shipped)) if u.kind == "sentence"]
    rng = random.Random(1)  # noqa: S311
    for number in range(0, passages, SECTIONS):
        sections = (f"## Section {number + i}\n{' '.join(rng.sample(texts, 3))}\n" for i in range(SECTIONS))
        front = f"---\nid: made-{number}\ntitle: Made {number}\nquestion: What is made {number}?\n---\n"
        (folder / f"made-{number}.md").write_text(front + f"# Made {number}\n\n" + "\n".join(sections), encoding="utf-8")


def measure(passages: int) -> Iterator[tuple[str, float]]:
    """Name and value of each figure; seconds, megabytes, counts."""
    with tempfile.TemporaryDirectory(prefix="advisor-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        guidance = folder / "guidance"
        guidance.mkdir()
        write_documents(guidance, passages)

        def encode(texts: Sequence[str]) -> Vectors:
            return encoder().encode(texts) if len(texts) == 1 else vectors(texts)

        def base() -> KnowledgeBase:
            return KnowledgeBase(guidance, KNOWLEDGE / "sources.yaml", folder / "added", folder / "index", encode)

        start = perf_counter()
        made = base()
        counts = made.reindex()
        yield "passages", counts.passages
        yield "texts embedded", counts.embedded
        yield "index built, s", perf_counter() - start
        start = perf_counter()
        base().reindex()
        yield "opened again and found up to date, s", perf_counter() - start
        paper = folder / "paper.md"
        paper.write_text("# Holidays\n\nThe plant is closed in August.\n")
        start = perf_counter()
        made.add(paper)
        yield "one document added, s", perf_counter() - start
        asked = [case.question for case in questions("dev")]
        made.ask(asked[0])
        seconds = []
        for question in asked:
            start = perf_counter()
            made.ask(question)
            seconds.append(perf_counter() - start)
        yield "ask, median ms", 1000 * float(np.median(seconds))
        yield "ask, 95th percentile ms", 1000 * float(np.quantile(seconds, 0.95))
        yield "peak memory of the process, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def throughput() -> Iterator[tuple[str, float]]:
    """The real encoder alone, and indexing with it, on the same texts: characters a second, and the share."""
    documents = [d for d in load_folder(KNOWLEDGE / "guidance", "shipped") if not isinstance(d, Exception)]
    chosen: list[Document] = []
    while sum(len(corpus_of([d]).passages) for d in chosen) < SAMPLE and len(chosen) < len(documents):
        chosen.append(documents[len(chosen)])
    texts = [unit.text for unit in units(corpus_of(chosen))]
    encoder().encode(texts[:64])
    start = perf_counter()
    for batch in range(0, len(texts), 512):
        encoder().encode(texts[batch : batch + 512])
    bare = perf_counter() - start
    with tempfile.TemporaryDirectory(prefix="advisor-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        guidance = folder / "guidance"
        guidance.mkdir()
        for document in chosen:
            (guidance / document.path.name).write_text(document.path.read_text(encoding="utf-8"), encoding="utf-8")
        start = perf_counter()
        KnowledgeBase(guidance, KNOWLEDGE / "sources.yaml", folder / "added", folder / "index", encoder().encode).reindex()
        indexed = perf_counter() - start
    yield "passages of the sample", len([text for d in chosen for text in map(embedded, corpus_of([d]).passages)])
    yield "encoder alone, texts a second", len(texts) / bare
    yield "indexing, texts a second", len(texts) / indexed
    yield "indexing as share of the encoder alone", bare / indexed


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = {}
    for name, value in chain(throughput(), measure(chosen.passages)):
        figures[name] = value
        if not chosen.json:
            print(f"{name:45} {value:,.2f}", flush=True)
    if chosen.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
