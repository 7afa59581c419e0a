"""How well pairs are read: agreement, likelihood, calibration."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.language.judge import LABELS

TEMPERATURES = tuple(round(0.6 + 0.1 * i, 1) for i in range(30))


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Level probabilities (n, 5) from cumulative logits (n, 4)."""
    above = 1 / (1 + np.exp(-logits[:, :4]))
    above = np.minimum.accumulate(above, axis=1)
    bounds = np.concatenate([np.ones((len(above), 1)), above, np.zeros((len(above), 1))], axis=1)
    return np.clip(bounds[:, :-1] - bounds[:, 1:], 1e-6, 1)


def shifted(logits: np.ndarray, levels: np.ndarray) -> dict[str, Any]:
    """The temperature and the shift of the four cumulative logits that fit the levels best (lightly held to no change)."""
    import torch

    given, truth = torch.tensor(logits, dtype=torch.float32), torch.tensor(levels - 1)
    scale, shift = torch.zeros(1, requires_grad=True), torch.zeros(4, requires_grad=True)
    optimizer = torch.optim.Adam([scale, shift], lr=0.02)
    for _ in range(1500):
        above = torch.cummin(torch.sigmoid(given * scale.exp() + shift), dim=1).values
        edges = torch.cat([torch.ones(len(above), 1), above, torch.zeros(len(above), 1)], dim=1)
        probs = (edges[:, :-1] - edges[:, 1:]).clamp(min=1e-4)
        loss = -(probs / probs.sum(1, keepdim=True)).gather(1, truth[:, None]).log().mean()
        loss = loss + 0.002 * (scale.square().sum() + shift.square().sum())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {
        "temperature": round(float((-scale.detach()).exp()), 3),
        "shift": [round(value, 3) for value in shift.tolist()],
    }


def calibrated(logits: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """The temperature and the five biases added after it that fit the labels best (lightly held to no change)."""
    import torch

    given, truth = torch.tensor(logits, dtype=torch.float32), torch.tensor(labels)
    scale, bias = torch.zeros(1, requires_grad=True), torch.zeros(logits.shape[1], requires_grad=True)
    optimizer = torch.optim.Adam([scale, bias], lr=0.02)
    for _ in range(1000):
        loss = torch.nn.functional.cross_entropy(given * scale.exp() + bias, truth) + 0.01 * bias.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {
        "temperature": round(float((-scale.detach()).exp()), 3),
        "shift": [round(value, 3) for value in bias.tolist()],
    }


def confusion(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """P(read | said), shape (4, 4), of label probabilities (n, 5), where the statement is addressed.

    One more case is counted in every cell, so that no misreading is impossible.
    """
    counts = np.ones((4, 4))
    for truth, guess in zip(labels, probs[:, :4].argmax(1), strict=True):
        if truth < 4:
            counts[truth, guess] += 1
    return counts / counts.sum(1, keepdims=True)


def f1_of(guess: np.ndarray, truth: np.ndarray) -> float:
    """F1 of one class; 0 where it is never guessed nor true."""
    both = float((guess & truth).sum())
    return 2 * both / max(float(guess.sum() + truth.sum()), 1.0)


def label_report(logits: np.ndarray, targets: Sequence[int]) -> str:
    """Macro-F1 over the five labels, F1 of each, accuracy of the polarity among the addressed, best temperature."""
    labels = np.array(targets)
    guess = logits.argmax(1)
    f1 = [f1_of(guess == k, labels == k) for k in range(len(LABELS))]
    each = ", ".join(f"{label} {value:.2f}" for label, value in zip(LABELS, f1, strict=True))
    addressed = labels < 4
    polarity = float(np.mean(logits[addressed, :4].argmax(1) == labels[addressed])) if addressed.any() else float("nan")
    nll, temperature = min((label_nll(logits, labels, t), t) for t in TEMPERATURES)
    return f"macro-F1 {np.mean(f1):.3f} ({each}), polarity {polarity:.3f}, NLL {nll:.3f} at temperature {temperature:.1f}"


def label_nll(logits: np.ndarray, labels: np.ndarray, temperature: float) -> float:
    """Mean negative log-likelihood of the true labels at a temperature."""
    scaled = logits / temperature
    scaled = scaled - scaled.max(1, keepdims=True)
    log_probs = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
    return float(-log_probs[np.arange(len(labels)), labels].mean())


def report(logits: np.ndarray, levels: np.ndarray) -> str:
    """Quadratic-weighted kappa, exact, within one, ranked probability score, best temperature."""
    probs = probabilities(logits)
    guess = probs.argmax(1) + 1
    cut = np.cumsum(probs, 1)[:, :4] - (levels[:, None] <= np.arange(1, 5))
    best = min((nll(logits, levels, t), t) for t in TEMPERATURES)
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
