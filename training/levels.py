"""Train the level reader: (question, whole answer) -> level 1..5 of a dimension, four cumulative logits, ordinal loss.

python -m training.levels --hold-out a8 --hold-out w2       # how well writers never seen are read
python -m training.levels --out assistant/language/models/level.onnx
"""

import argparse
import random
from pathlib import Path

import numpy as np
import torch
from torch import nn

from assistant.knowledge import maturity_model
from training.corpus import ROOT, development_answers, rows_in
from training.finetune import LevelReader, export, fit, fresh_encoder, logits_of
from training.pairs import Pair, level_pairs
from training.scores import kappa, probabilities, report, shifted


def ordinal_loss(logits: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
    """Binary loss on each of the four cuts, summed; mean over the batch."""
    targets = (levels.unsqueeze(1) > torch.arange(1, 5)).float()
    return nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(1).mean()


def main() -> None:
    """Train, report, and export when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--hold-out", action="append", default=[])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    rng = random.Random(chosen.seed)
    model = maturity_model(ROOT / "knowledge")
    rows = rows_in(ROOT / "knowledge" / "exemplars" / "answers")
    trained = [row for row in rows if row["writer"] not in chosen.hold_out]
    held = [row for row in rows if row["writer"] in chosen.hold_out]
    development = development_answers()
    net = LevelReader(fresh_encoder())

    def scores() -> tuple[np.ndarray, np.ndarray]:
        for name, group in (("held-out writers", held), ("development respondents", development)):
            if group:
                pairs = [Pair(model.dimension(r["dimension"]).opener, r["text"], r["level"]) for r in group]
                logits, levels = logits_of(net, pairs), np.array([p.target for p in pairs])
                print(f"  {name} ({len(group)}): {report(logits, levels)}", flush=True)
        return logits, levels

    fit(
        net,
        lambda: level_pairs(model, trained, rng),
        ordinal_loss,
        epochs=chosen.epochs,
        rate=chosen.rate,
        rng=rng,
        look=scores,
    )
    if chosen.out:
        logits, levels = scores()
        raw = {
            "development_answers_kappa": round(kappa(probabilities(logits).argmax(1) + 1, levels), 3),
            "development_answers_exact": round(float(np.mean(probabilities(logits).argmax(1) + 1 == levels)), 3),
        }
        export(net, chosen.out, {**shifted(logits, levels), "trained_on": {"answers": len(trained)}, "scores": raw})


if __name__ == "__main__":
    main()
