"""Compare ways of reading a statement on the reading probes, in one table (docs/reading.md).

    python -m training.compare --split dev statement=assistant/language/models/statement.onnx alone=alone.onnx

Each NAME=FILE is an exported statement reader. Of every way: macro-F1 (95 % bootstrap over scenarios), accuracy on
minimal pairs and the share read right on both sides, log-loss, Brier score, and milliseconds a pair.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.engines import Engines
from assistant.language.encoder import Vectors, encoder
from assistant.language.judge import LABELS, Calibrated, Heads
from assistant.settings import Settings
from training.corpus import ROOT, rows_of
from training.scores import confusion, f1_of

_SIMILAR = 0.35
"""Least cosine for the cascade to judge a pair at all, as in ``knowledge/model/reading.yaml``."""

Way = Callable[[Sequence[dict]], np.ndarray]
"""Probes to probabilities of LABELS, shape (n, 5)."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="+", help="NAME=FILE.onnx, its card beside it")
    parser.add_argument("--split", default="dev", choices=("dev", "test"))
    chosen = parser.parse_args()
    rows = [r for r in rows_of(ROOT / "evals" / "cases" / "probes.jsonl") if r["split"] == chosen.split]
    engines = Engines(Settings(_env_file=None))
    scope, heads = engines.scope, Heads()

    def cues(probes: Sequence[dict]) -> np.ndarray:
        return heads.cues([scope.claim(p["text"]).polarity for p in probes])

    def vectors(probes: Sequence[dict]) -> np.ndarray:
        return heads.statements(*_encoded(probes))

    def near(probes: Sequence[dict]) -> np.ndarray:
        texts, stated = _encoded(probes)
        return (texts * stated).sum(axis=1) >= _SIMILAR

    ways: dict[str, Way] = {
        "cues alone": cues,
        "vectors + heads": vectors,
        "vectors + heads, cues": _pool(vectors, (cues, 0.5)),
    }
    for entry in chosen.readers:
        name, _, file = entry.partition("=")
        reader = _reader(Path(file))
        ways[name] = reader
        ways[f"{name}, cues"] = _pool(reader, (cues, 0.5))
        ways[f"{name}, heads"] = _pool(reader, (vectors, 0.5))
        ways[f"{name}, heads, cues"] = _pool(reader, (vectors, 0.5), (cues, 0.5))
        ways[f"{name}, cascade"] = _gated(reader, near)
    ways["the product"] = lambda probes: np.array(
        [list(engines.embedded_reader.judge(p["question"], p["text"], p["statement"]).values()) for p in probes]
    )
    print(f"{chosen.split}: {len(rows)} probes")
    for name, way in ways.items():
        began = time.perf_counter()
        probs = way(rows)
        spent = (time.perf_counter() - began) / len(rows) * 1000
        print(f"| {name} | {row_of(rows, probs / probs.sum(1, keepdims=True))} | {spent:.1f} |", flush=True)
    print("confusion of the product, for knowledge/model/inference.yaml: rows said, columns read")
    print(confusion(probs, np.array([LABELS.index(r["label"]) for r in rows])).round(2))


def _encoded(probes: Sequence[dict]) -> tuple[Vectors, Vectors]:
    """Vectors of the probes' texts and of their statements."""
    return encoder().encode([p["text"] for p in probes]), encoder().encode([p["statement"] for p in probes])


def row_of(rows: Sequence[dict], probs: np.ndarray) -> str:
    """The figures of one way of reading, as cells of a table."""
    labels = np.array([LABELS.index(r["label"]) for r in rows])
    single = np.array([r["kind"] == "indicator" for r in rows])
    free = single & np.array([r["indicator"] == "free" for r in rows])
    scenarios = np.array([r["scenario"] for r in rows])
    low, high = _interval(probs[single], labels[single], scenarios[single])
    log_loss = -np.log(np.clip(probs[np.arange(len(rows)), labels], 1e-6, 1)).mean()
    brier = ((probs - np.eye(5)[labels]) ** 2).sum(1).mean()
    pairs = np.mean(probs[~single].argmax(1) == labels[~single])
    both = _both(rows, probs.argmax(1) == labels)
    cells = (
        f"{_macro(probs[single], labels[single]):.3f} [{low:.2f}, {high:.2f}]",
        f"{_macro(probs[free], labels[free]):.3f}",
        f"{pairs:.3f}",
        f"{both:.3f}",
        f"{log_loss:.3f}",
        f"{brier:.3f}",
    )
    return " | ".join(cells)


def _both(rows: Sequence[dict], right: np.ndarray) -> float:
    """Share of minimal pairs of which both sides are read right."""
    groups: dict[str, list[bool]] = {}
    for row, ok in zip(rows, right, strict=True):
        if row["kind"] != "indicator":
            groups.setdefault(row["pair"], []).append(bool(ok))
    return float(np.mean([all(g) for g in groups.values()])) if groups else float("nan")


def _macro(probs: np.ndarray, labels: np.ndarray) -> float:
    guess = probs.argmax(1)
    return float(np.mean([f1_of(guess == k, labels == k) for k in range(len(LABELS))]))


def _interval(probs: np.ndarray, labels: np.ndarray, scenarios: np.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval of macro-F1, scenarios drawn with replacement."""
    random = np.random.default_rng(1)
    names = np.unique(scenarios)
    places = {name: np.flatnonzero(scenarios == name) for name in names}
    values = []
    for _ in range(400):
        drawn = np.concatenate([places[name] for name in random.choice(names, len(names))])
        values.append(_macro(probs[drawn], labels[drawn]))
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def _reader(file: Path) -> Way:
    model = Calibrated(file.stem, file.parent)

    def read(probes: Sequence[dict]) -> np.ndarray:
        said = [f"{p['question']} {p['text']}" if p["question"] else p["text"] for p in probes]
        logits = model.logits(list(zip(said, [p["statement"] for p in probes], strict=True)))
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    return read


def _pool(first: Way, *others: tuple[Way, float]) -> Way:
    """A log-linear pool: the first way's probabilities, times each other's to the power of its share."""

    def pooled(probes: Sequence[dict]) -> np.ndarray:
        probs = first(probes)
        for way, share in others:
            probs = probs * way(probes) ** share
        return probs

    return pooled


def _gated(way: Way, near: Callable[[Sequence[dict]], np.ndarray]) -> Way:
    """Only what the vectors find alike is judged; all else is not addressed."""
    nothing = np.eye(5)[LABELS.index("not_addressed")] * 0.96 + 0.008

    def gated(probes: Sequence[dict]) -> np.ndarray:
        return np.where(near(probes)[:, None], way(probes), nothing[None])

    return gated


if __name__ == "__main__":
    main()
