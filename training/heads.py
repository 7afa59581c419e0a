"""Train the heads on frozen sentence vectors: of which dimensions a text speaks, and how it stands to a statement.

- topics: eight logistic regressions, on the exemplars of each dimension against those of the others and against sentences
  of the public data, which speak of none;
- statements: one logistic regression with five labels on (text, product of text and statement, their cosine), balanced
  over the labels, with two statements that the text does not address for each one that it does.

A minute on a CPU; needs scikit-learn from the extra ``train``.

    python -m training.heads --public FOLDER
"""

import argparse
import random
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.knowledge import load, maturity_model
from assistant.language.encoder import MODELS, encoder
from assistant.language.judge import LABELS, POLARITIES, statement_features
from assistant.language.scope import CueLists, Scope
from assistant.language.sentences import sentences
from training.corpus import ROOT, development_answers, rows_in, zipped


def main() -> None:
    """Train, report on the development respondents, write ``heads.npz``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public", type=Path, required=True)
    public = parser.parse_args().public
    rng = random.Random(3)
    model = maturity_model(ROOT / "knowledge")
    answers, utterances = (rows_in(ROOT / "knowledge" / "exemplars" / name) for name in ("answers", "indicators"))
    texts = [(row["text"], row["dimension"]) for row in answers]
    texts += [(span.text, row["dimension"]) for row in answers for span in sentences(row["text"]) if len(span.text) > 25]
    texts += [(row["text"], row["indicator"].split(".")[0]) for row in utterances]
    texts += [(i.statement, i.dimension) for i in model.indicators.values()]
    texts += [(o.text, d.id) for d in model.dimensions for q in d.questions for o in q.options]
    others = [row["premise"] for row in zipped(public / "nli.jsonl.gz")]
    others += [row["answer"] for row in zipped(public / "indirect_answers.jsonl.gz")]
    texts += [(text, "") for text in rng.sample(others, 4000)]
    vectors = encoder().encode([text for text, _ in texts])
    weights, biases = [], []
    held = development_answers()
    held_vectors = encoder().encode([row["text"] for row in held])
    for dimension in DIMENSIONS:
        target = np.array([d == dimension for _, d in texts])
        fitted = LogisticRegression(C=3.0, max_iter=400, class_weight={True: 2.0, False: 1.0}).fit(vectors, target)
        weights.append(fitted.coef_[0])
        biases.append(fitted.intercept_[0])
        truth = np.array([row["dimension"] == dimension for row in held])
        guess = fitted.predict_proba(held_vectors)[:, 1]
        print(f"{dimension:16} F1 on development answers {f1_score(truth, guess > 0.5):.3f}, "
              f"recall {guess[truth].mean():.2f}, elsewhere {guess[~truth].mean():.2f}")  # fmt: skip
    statement = statement_head(model, utterances, rng)
    np.savez(
        MODELS / "heads.npz",
        topic_weights=np.array(weights, np.float32),
        topic_biases=np.array(biases, np.float32),
        statement_weights=statement.coef_.astype(np.float32),
        statement_biases=statement.intercept_.astype(np.float32),
        cue_likelihood=cue_likelihood(utterances).astype(np.float32),
    )


def cue_likelihood(utterances: list[dict]) -> np.ndarray:
    """P(claim by the cues | label), shape (5 labels, 4 polarities): counted, with one more of each against zeros."""
    scope = Scope(load(ROOT / "knowledge" / "model" / "cues.yaml", CueLists))
    counts = np.ones((len(LABELS), len(POLARITIES)))
    for row in utterances:
        claim = POLARITIES.index(scope.claim(row["text"]).polarity)
        counts[LABELS.index(row["label"]), claim] += 1
        counts[LABELS.index("not_addressed"), claim] += 1  # any text leaves most statements unaddressed
    shares = counts / counts.sum(axis=1, keepdims=True)
    print("claim by the cues, by label:\n", shares.round(2))
    return shares


def statement_head(model: MaturityModel, utterances: list[dict], rng: random.Random) -> LogisticRegression:
    """The head that judges (text, statement) pairs; its score on indicators held out of a first fit is printed."""
    indicators = list(model.indicators.values())
    pairs = []
    for row in utterances:
        own = model.indicators[row["indicator"]]
        near = [i for i in indicators if i.dimension == own.dimension and i.level != own.level]
        pairs.append((row["text"], own, row["label"], own.id))
        pairs += [(row["text"], other, "not_addressed", own.id) for other in (rng.choice(near), rng.choice(indicators))]
    texts = encoder().encode([text for text, *_ in pairs])
    stated = encoder().encode([indicator.statement for _, indicator, *_ in pairs])
    features = statement_features(texts, stated)
    labels = np.array([LABELS.index(label) for _, _, label, _ in pairs])
    unseen = set(sorted(model.indicators)[::8])
    held = np.array([own in unseen or indicator.id in unseen for _, indicator, _, own in pairs])
    first = LogisticRegression(C=0.3, max_iter=400, class_weight="balanced").fit(features[~held], labels[~held])
    guess = first.predict(features[held])
    print(f"statements, unseen indicators: macro-F1 {f1_score(labels[held], guess, average='macro'):.3f}")
    return LogisticRegression(C=0.3, max_iter=400, class_weight="balanced").fit(features, labels)


if __name__ == "__main__":
    main()
