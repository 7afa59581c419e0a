"""The pairs of texts that the reader is trained on."""

import random
from dataclasses import dataclass
from pathlib import Path

from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.language.judge import LABELS
from training.corpus import zipped

NOT_LEVEL = -1


@dataclass(frozen=True)
class Example:
    """A pair of texts.

    ``level`` is 1..5, 0 when the answer does not speak of the dimension, -1 when the pair is a text and a statement, whose
    ``label`` (index in LABELS) counts then.
    """

    first: str
    second: str
    level: int = NOT_LEVEL
    label: int = NOT_LEVEL


def prompts(model: MaturityModel, dimension: str) -> list[str]:
    """Ways in which a dimension may be asked about."""
    d = model.dimension(dimension)
    return [d.opener, d.opener, f"{d.name}.", f"{d.name}. {d.about}", *(q.text for q in d.questions)]


def level_examples(model: MaturityModel, rows: list[dict], rng: random.Random) -> list[Example]:
    """Each answer with a question of its dimension, and with one of another dimension as a negative."""
    out = []
    for row in rows:
        own = model.questions.get(row.get("question") or "")
        asked = own.text if own else rng.choice(prompts(model, row["dimension"]))
        out.append(Example(asked, row["text"], level=row["level"]))
        other = rng.choice([d for d in DIMENSIONS if d != row["dimension"]])
        out.append(Example(rng.choice(prompts(model, other)), row["text"], level=0))
    for dimension in model.dimensions:
        for question in dimension.questions:
            out += [Example(question.text, o.text, level=o.level or 0) for o in question.options]
        for level, text in dimension.levels.items():
            out.append(Example(rng.choice(prompts(model, dimension.id)), text, level=level))
        for indicator in dimension.indicators:
            out.append(Example(rng.choice(prompts(model, dimension.id)), indicator.statement, level=indicator.level))
    return out


def statement_examples(model: MaturityModel, rows: list[dict], rng: random.Random) -> list[Example]:
    """Each utterance with its statement, and with another as a negative: mostly of the same dimension.

    Of the same dimension only a statement at another level is taken, since neighbours often follow from the same words.
    """
    out = []
    indicators = list(model.indicators.values())
    nothing = LABELS.index("not_addressed")
    for row in rows:
        own = model.indicators[row["indicator"]]
        out.append(Example(row["text"], own.statement, label=LABELS.index(row["label"])))
        near = [i for i in indicators if i.dimension == own.dimension and i.level != own.level]
        far = [i for i in indicators if i.dimension != own.dimension]
        other = rng.choice(near if rng.random() < 0.7 else far)
        out.append(Example(row["text"], other.statement, label=nothing))
    return out


def examples(model: MaturityModel, answers: list[dict], utterances: list[dict], rng: random.Random) -> list[Example]:
    """One epoch's pairs."""
    return level_examples(model, answers, rng) + statement_examples(model, utterances, rng)


def public_examples(folder: Path, count: int, rng: random.Random) -> list[Example]:
    """Pairs of the public data (docs/reading.md names it): inference pairs, and indirect answers with what they affirm.

    One in five indirect answers gets the statement of another question: not addressed.
    """
    nli = {
        "entailment": "affirmed",
        "contradiction": "denied",
        "neutral": "not_addressed",
        "not_entailment": "not_addressed",
    }
    answer = {"yes": "affirmed", "probably_yes": "affirmed", "no": "denied", "probably_no": "denied"}
    answer |= {"conditional": "planned", "in_the_middle": "partly", "other": "not_addressed"}
    out = [
        Example(row["premise"], row["hypothesis"], label=LABELS.index(nli[row["label"]]))
        for row in zipped(folder / "nli.jsonl.gz")
    ]
    indirect = zipped(folder / "indirect_answers.jsonl.gz")
    for row in indirect:
        if rng.random() < 0.2:
            out.append(Example(row["answer"], rng.choice(indirect)["statement"], label=LABELS.index("not_addressed")))
        else:
            said = f"{row['question']} {row['answer']}"
            out.append(Example(said, row["statement"], label=LABELS.index(answer[row["label"]])))
    return rng.sample(out, min(count, len(out)))
