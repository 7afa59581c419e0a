"""Train the topic heads: the sentence vector of a text -> of which dimensions it speaks.

Eight logistic regressions on frozen MiniLM vectors, trained on the exemplars of each dimension against those of the others
and against sentences of the public data, which speak of none. Seconds on a CPU; needs scikit-learn from the extra ``train``.

    python -m training.topics --public FOLDER
"""

import argparse
import random
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from assistant.interview.model import DIMENSIONS
from assistant.knowledge import maturity_model
from assistant.language.encoder import MODELS, encoder
from assistant.language.sentences import sentences
from training.corpus import ROOT, development_answers, rows_in, zipped


def main() -> None:
    """Train, report on the development respondents, write ``topics.npz``."""
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
    np.savez(MODELS / "topics.npz", weights=np.array(weights, np.float32), biases=np.array(biases, np.float32))


if __name__ == "__main__":
    main()
