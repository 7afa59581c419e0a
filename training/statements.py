"""Train the statement reader: (question and text, statement) -> affirmed, denied, planned, partly, not addressed.

Stage 1 mostly on public inference pairs and indirect answers, stage 2 on the exemplars, with a share of the public pairs in
every epoch so that what they taught is not forgotten. Every eighth indicator is held out of training altogether.

    python -m training.statements --public FOLDER --keep stage1.pt --epochs 0          # stage 1 alone, weights kept
    python -m training.statements --public FOLDER --start stage1.pt --public-epochs 0 --out NAME.onnx  # stage 2 from there
    python -m training.statements --public-epochs 0                                    # stage 2 alone
"""

import argparse
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from assistant.interview.model import MaturityModel
from assistant.knowledge import load_yaml, maturity_model
from assistant.language.judge import LABELS
from training.corpus import ROOT, rows_in
from training.finetune import PairReader, export, fit, fresh_encoder, logits_of
from training.pairs import Pair, Stated, cropped, fact_pairs, idle_pairs, negatives, probes, public_pairs, stated_in
from training.scores import calibrated, label_report

EVERY = 8
"""Every eighth indicator, in the order of the ids, is never trained on."""


def unseen_indicators(model: MaturityModel) -> set[str]:
    """Ids of the indicators that are held out of training."""
    return set(sorted(model.indicators)[::EVERY])


def label_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy with a little smoothing, since labels of oblique texts are not beyond doubt."""
    return nn.functional.cross_entropy(logits, labels, label_smoothing=0.05)


def main() -> None:
    """Train, report, and export when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public", type=Path, help="folder of the public data")
    parser.add_argument("--public-pairs", type=int, default=90_000, help="pairs of stage 1")
    parser.add_argument("--public-epochs", type=int, default=3)
    parser.add_argument("--rehearsed", type=int, default=4_000, help="public pairs in every epoch of stage 2")
    parser.add_argument("--negatives", type=float, default=0.5, help="unaddressed pairs drawn for each labelled one")
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument("--keep", type=Path, help="where to write the weights after training")
    parser.add_argument("--hold-out", action="append", default=[], help="a writer not to train on")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    rng = random.Random(chosen.seed)
    model = maturity_model(ROOT / "knowledge")
    trained, held = split(model, set(chosen.hold_out))
    looked_at = {"unseen statements and writers": [s.pair() for s in held], "development probes": probes()}
    net = PairReader(fresh_encoder(), len(LABELS))
    if chosen.start:
        stored = torch.load(chosen.start)
        encoder = {k: v for k, v in stored.items() if k.startswith("encoder.")}
        head = {f"head.{k.split('.')[1]}": v for k, v in stored.items() if k.split(".")[0] in ("statement", "head")}
        net.load_state_dict(encoder | head)
    idle = rows_in(ROOT / "knowledge" / "exemplars" / "off_topic")
    facts = rows_in(ROOT / "knowledge" / "exemplars" / "facts")
    choices = load_yaml(ROOT / "knowledge" / "model" / "fact_statements.yaml")
    pool = public_pairs(chosen.public, 10**6, random.Random(7)) if chosen.public else []

    def epoch(rehearsed: int) -> list[Pair]:
        return [
            *(item.pair(rng) for item in trained),
            *negatives(model, trained, rng, chosen.negatives),
            *idle_pairs(model, idle, rng),
            *fact_pairs(facts, choices, rng),
            *rng.sample(pool, min(rehearsed, len(pool))),
        ]

    for epochs, rehearsed in ((chosen.public_epochs, chosen.public_pairs), (chosen.epochs, chosen.rehearsed)):
        if epochs:
            fit(net, partial(epoch, rehearsed), label_loss, epochs=epochs, rate=chosen.rate, rng=rng,
                look=lambda: show(net, looked_at))  # fmt: skip
    if chosen.keep:
        torch.save(net.state_dict(), chosen.keep)
    if chosen.out:
        publish(net, chosen.out, looked_at, len(trained))


def split(model: MaturityModel, writers: set[str]) -> tuple[list[Stated], list[Stated]]:
    """What is trained on, and what is held out: statements of the unseen indicators, and everything of these writers."""
    folder = ROOT / "knowledge" / "exemplars"
    groups = [rows_in(folder / name) for name in ("answers", "indicators", "several")]
    own = [[row for row in rows if row["writer"] not in writers] for rows in groups]
    others = [[row for row in rows if row["writer"] in writers] for rows in groups]
    unseen = unseen_indicators(model)
    everything = cropped(stated_in(model, *own))
    return (
        [s for s in everything if s.indicator not in unseen],
        [*(s for s in everything if s.indicator in unseen), *cropped(stated_in(model, *others))],
    )


def show(net: PairReader, groups: dict[str, Sequence[Pair]]) -> None:
    """Print the scores on everything held out."""
    for name, pairs in groups.items():
        if pairs:
            print(f"  {name} ({len(pairs)}): {label_report(logits_of(net, pairs), [p.target for p in pairs])}", flush=True)


def publish(net: PairReader, out: Path, groups: dict[str, Sequence[Pair]], trained: int) -> None:
    """Export with the calibration that fits the development probes."""
    pairs = [p for name, group in groups.items() if name == "development probes" for p in group]
    logits, labels = logits_of(net, pairs), np.array([p.target for p in pairs])
    export(net, out, {**calibrated(logits, labels), "trained_on": {"pairs": trained}, "scores": {}})


if __name__ == "__main__":
    main()
