"""Train the search: the map of questions, the weights of what is known of a passage, and the test of coverage.

- The map is learned from the foreseen questions of the guidance: each should come nearest to a sentence, passage or heading
  of its own section (softmax over sections, their nearest unit counting; kept near to the identity).
- The weights are fitted on the development questions of ``evals/cases/questions.jsonl``.
- Coverage is learned from ``knowledge/exemplars/coverage`` and ``tests/retrieval/calibration.jsonl``.

Test questions are never seen.

    python -m training.search [--map-only]
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from assistant.language.encoder import encoder
from assistant.language.vector_cache import CachedEncoder
from assistant.retrieval import search as searching
from assistant.retrieval.corpus import Corpus, Document, corpus_of, load_folder
from assistant.retrieval.foreseen import Place, load_foreseen
from assistant.retrieval.grounded import COVERED
from assistant.retrieval.knowledge_base import KnowledgeBase
from assistant.retrieval.lexicon import expanded
from assistant.retrieval.units import units
from evals import retrieval_metrics
from evals.cases import questions
from training.corpus import ROOT, rows_in, rows_of

SCALE = 20.0
"""Of cosines, before the softmax."""


SHARES = (1.0, 0.7, 0.5)
"""How much a foreseen question's first, second and third section count as its answer."""


def question_map(corpus: Corpus, steps: int, penalty: float) -> np.ndarray:
    """The map (384, 384) that brings foreseen questions near to their sections."""
    encode = CachedEncoder(encoder().encode).encode
    section_of = {p.id: Place(p.document, p.section) for p in corpus.passages}
    places = {section: i for i, section in enumerate(dict.fromkeys(section_of.values()))}
    held = [u for u in units(corpus) if u.kind in ("passage", "sentence", "heading")]
    vectors = torch.tensor(encode([u.text for u in held]))
    owners = torch.tensor([places[section_of[u.passage]] for u in held])
    told = torch.tensor(encode([expanded(foreseen.question) for foreseen in corpus.foreseen]))
    targets = torch.zeros(len(told), len(places))
    for row, foreseen in enumerate(corpus.foreseen):
        for share, place in zip(SHARES, foreseen.sections, strict=False):
            targets[row, places[place]] = share
    targets /= targets.sum(1, keepdim=True)
    mapping = torch.eye(told.shape[1], requires_grad=True)
    optimizer = torch.optim.Adam([mapping], lr=2e-3)
    random = torch.Generator().manual_seed(0)
    for _ in range(steps):
        batch = torch.randint(0, len(told), (256,), generator=random)
        near = torch.nn.functional.normalize(told[batch] @ mapping, dim=1) @ vectors.T * SCALE
        best = torch.full((256, len(places)), -1e4).scatter_reduce(1, owners.expand(256, -1), near, "amax")
        loss = torch.nn.functional.cross_entropy(best, targets[batch])  # against shares, not one class
        loss = loss + penalty * ((mapping - torch.eye(len(mapping))) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"map: loss {loss.item():.3f}")
    return mapping.detach().numpy()


def fitted_weights(cases: list[tuple[np.ndarray, np.ndarray]], steps: int = 500, penalty: float = 1e-3) -> np.ndarray:
    """Weights (features,) of a softmax over passages; each case is (features of passages, which of them are right).

    None is negative: that a passage looks more like the question never speaks against it.
    """
    weights = torch.ones(len(searching.FEATURES), requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=0.1)
    data = [(torch.tensor(x), torch.tensor(y)) for x, y in cases if y.any()]
    for _ in range(steps):
        loss = penalty * (weights**2).sum()
        for features, right in data:
            logs = torch.log_softmax(features @ weights, dim=0)
            loss = loss - logs[right].mean() / len(data)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            weights.clamp_(min=0.0)
    return weights.detach().numpy()


def fitted_coverage(signals: np.ndarray, covered: np.ndarray, steps: int = 2000) -> np.ndarray:
    """Weights (signals,) of a logistic regression, both outcomes counting the same.

    The parts of the question's vector, if there, are small numbers: their weights are held back less.
    """
    count = searching.SIGNALS
    penalty = torch.tensor([2e-3] * (count - 1) + [0.0] + [2e-5] * (signals.shape[1] - count))
    x, y = torch.tensor(signals), torch.tensor(covered, dtype=torch.float32)
    weights = torch.zeros(x.shape[1], requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=0.05)
    balance = torch.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    for _ in range(steps):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ weights, y, weight=balance)
        loss = loss + (penalty * weights**2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return weights.detach().numpy()


def store(**parts: np.ndarray) -> None:
    """Write the parts that are given, keep the others, and use them from now on."""
    held = dict(np.load(searching.FILE)) if searching.FILE.exists() else {}
    start = {
        "question_map": np.eye(384),
        "features": np.ones(len(searching.FEATURES)),
        "coverage": np.zeros(searching.SIGNALS),
        "coverage_by_vector": np.zeros(searching.SIGNALS + 384),
    }
    np.savez_compressed(
        searching.FILE, **{name: np.asarray(parts.get(name, held.get(name, start[name])), np.float16) for name in start}
    )
    searching.weights.cache_clear()


def main() -> None:
    """Fit, print what it gives on the development questions, write ``search.npz``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--penalty", type=float, default=0.001)
    parser.add_argument("--keep-map", action="store_true")
    chosen = parser.parse_args()
    documents = [d for d in load_folder(ROOT / "knowledge" / "guidance", "shipped") if isinstance(d, Document)]
    if not chosen.keep_map:
        corpus = corpus_of(documents, load_foreseen(ROOT / "knowledge" / "guidance"))
        store(question_map=question_map(corpus, chosen.steps, chosen.penalty))
    cases = list(questions("dev"))
    calibration = rows_of(ROOT / "tests" / "retrieval" / "calibration.jsonl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encode = CachedEncoder(encoder().encode).encode
        base = KnowledgeBase(
            ROOT / "knowledge" / "guidance", ROOT / "knowledge" / "sources.yaml", folder / "a", folder / "i", encode
        )
        found = {case.id: base.search(case.question, 10_000) for case in cases if case.answerable}
        relevant = {case.id: case.relevant for case in cases if case.answerable}
        pairs = {i: _pair(found[i], lambda h, i=i: (h.passage.document, h.passage.section) in relevant[i]) for i in found}
        folds = {identity: number % 8 for number, identity in enumerate(pairs)}
        without = [fitted_weights([p for i, p in pairs.items() if folds[i] != k]) for k in range(8)]
        report = [ranked(found[i], without[folds[i]], relevant[i]) for i in pairs]
        print("cross-validated nDCG@10, recall@5, MRR:", np.mean(report, axis=0).round(3))
        weights = fitted_weights([*pairs.values()])
        print("weights:", dict(zip(searching.FEATURES, weights.round(2).tolist(), strict=True)))
        store(features=weights)
        exemplars = rows_in(ROOT / "knowledge" / "exemplars" / "coverage")
        others = [(c["question"], c["answerable"]) for c in (*calibration, *exemplars)]
        others += [(entry.question, True) for entry in base.documents()]
        fit_coverage(base, [(case.question, case.answerable) for case in cases], others)


def fit_coverage(base: KnowledgeBase, own: list[tuple[str, bool]], others: list[tuple[str, bool]]) -> None:
    """Fit both tests of coverage on (question, answerable); print how one that has not seen ``own`` does on it."""
    encode = CachedEncoder(encoder().encode).encode
    asked = [*own, *others]
    vectors = encode([expanded(question) for question, _ in asked])
    plain = np.array([searching.signals(base.search(question)) for question, _ in asked])
    covered = np.array([answerable for _, answerable in asked])
    tested = np.arange(len(asked)) < len(own)
    fitted = {}
    for name, signals in {"coverage": plain, "coverage_by_vector": np.hstack([plain, vectors])}.items():
        logits = signals[tested] @ fitted_coverage(signals[~tested], covered[~tested])
        silent = 1 / (1 + np.exp(-logits)) < COVERED
        print(name, "of questions not seen:", retrieval_metrics.abstention(covered[tested].tolist(), silent.tolist()))
        fitted[name] = fitted_coverage(signals[~tested], covered[~tested])
    store(**fitted)


def _pair(found: searching.Found, right: Callable[[searching.Hit], bool]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([hit.features for hit in found.hits]), np.array([right(hit) for hit in found.hits])


def ranked(found: searching.Found, weights: np.ndarray, relevant: tuple) -> tuple[float, float, float]:
    """nDCG@10, recall@5 and reciprocal rank of the sections in the order that the weights give."""
    order = np.argsort([-float(hit.features @ weights) for hit in found.hits], kind="stable")
    sections = list(dict.fromkeys((found.hits[i].passage.document, found.hits[i].passage.section) for i in order))[:10]
    rank = next((k for k, section in enumerate(sections, 1) if section in relevant), 0)
    first = 1 / rank if rank else 0.0
    return retrieval_metrics.ndcg(sections, relevant), retrieval_metrics.recall(sections, relevant), first


if __name__ == "__main__":
    main()
