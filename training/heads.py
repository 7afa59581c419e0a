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
from training.pairs import NOTHING, Stated, stated_in
from training.statements import unseen_indicators

_SHORT = 35
"""Most words of a text from which the statement head and the cues learn: they are used on clauses."""


def main() -> None:
    """Train, report on the development respondents, write ``heads.npz``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public", type=Path, required=True)
    public = parser.parse_args().public
    rng = random.Random(3)
    model = maturity_model(ROOT / "knowledge")
    folder = ROOT / "knowledge" / "exemplars"
    answers, utterances, several, idle = (
        rows_in(folder / name) for name in ("answers", "indicators", "several", "off_topic")
    )
    texts = [(row["text"], row["dimension"]) for row in answers]
    texts += [(span.text, row["dimension"]) for row in answers for span in sentences(row["text"]) if len(span.text) > 25]
    texts += [(row["text"], row["indicator"].split(".")[0]) for row in utterances]
    texts += [(i.statement, i.dimension) for i in model.indicators.values()]
    texts += [(o.text, d.id) for d in model.dimensions for q in d.questions for o in q.options]
    others = [row["premise"] for row in zipped(public / "nli.jsonl.gz")]
    others += [row["answer"] for row in zipped(public / "indirect_answers.jsonl.gz")]
    texts += [(text, "") for text in rng.sample(others, 4000)]
    texts += [(span.text, "") for row in idle for span in sentences(row["text"])]
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
    stated = [s for s in stated_in(model, answers, utterances, several) if len(s.text.split()) <= _SHORT]
    statement = statement_head(model, stated, rng)
    np.savez(
        MODELS / "heads.npz",
        topic_weights=np.array(weights, np.float32),
        topic_biases=np.array(biases, np.float32),
        statement_weights=statement.coef_.astype(np.float32),
        statement_biases=statement.intercept_.astype(np.float32),
        cue_likelihood=cue_likelihood(stated).astype(np.float32),
    )


def cue_likelihood(stated: list[Stated]) -> np.ndarray:
    """P(claim by the cues | label), shape (5 labels, 4 polarities): counted, with one more of each against zeros."""
    scope = Scope(load(ROOT / "knowledge" / "model" / "cues.yaml", CueLists))
    counts = np.ones((len(LABELS), len(POLARITIES)))
    for item in stated:
        counts[LABELS.index(item.label), POLARITIES.index(scope.claim(item.text).polarity)] += 1
    shares = counts / counts.sum(axis=1, keepdims=True)
    print("claim by the cues, by label:\n", shares.round(2))
    return shares


def statement_head(model: MaturityModel, stated: list[Stated], rng: random.Random) -> LogisticRegression:
    """The head that judges (text, statement) pairs; its score on indicators held out of a first fit is printed."""
    indicators = list(model.indicators.values())
    pairs = [(s.text, s.statement, LABELS.index(s.label)) for s in stated]
    for item in stated:
        far = [i for i in indicators if i.dimension != item.dimension]
        pairs.append((item.text, rng.choice(far).statement, NOTHING))
    texts, statements = (_encoded([pair[k] for pair in pairs]) for k in (0, 1))
    features = statement_features(texts, statements)
    labels = np.array([label for *_, label in pairs])
    unseen = {model.indicators[i].statement for i in unseen_indicators(model)}
    held = np.array([statement in unseen for _, statement, _ in pairs])
    first = LogisticRegression(C=0.3, max_iter=400, class_weight="balanced").fit(features[~held], labels[~held])
    guess = first.predict(features[held])
    print(f"statements, unseen indicators: macro-F1 {f1_score(labels[held], guess, average='macro'):.3f}")
    return LogisticRegression(C=0.3, max_iter=400, class_weight="balanced").fit(features, labels)


def _encoded(texts: list[str]) -> np.ndarray:
    """Vectors of texts, each different one encoded once."""
    different = list(dict.fromkeys(texts))
    place = {text: i for i, text in enumerate(different)}
    return encoder().encode(different)[[place[text] for text in texts]]


if __name__ == "__main__":
    main()
