"""The pairs of texts that the readers are trained on."""

import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.interview.model import MaturityModel
from assistant.language.encoder import encoder
from assistant.language.judge import LABELS
from assistant.language.sentences import sentences
from training.corpus import ROOT, rows_of, zipped

NOTHING = LABELS.index("not_addressed")
_LONG = 45
"""Words from which a text is cut to what is near the statement."""
_STATED = 0.5
"""Chance that a pair of text and statement is shown with the question that the text answers, where one is known."""


@dataclass(frozen=True)
class Pair:
    """Two texts; ``target`` is a level 1..5, or an index in LABELS of how the first stands to the second."""

    first: str
    second: str
    target: int


def prompts(model: MaturityModel, dimension: str) -> list[str]:
    """Ways in which a dimension may be asked about."""
    d = model.dimension(dimension)
    return [d.opener, d.opener, f"{d.name}.", f"{d.name}. {d.about}", *(q.text for q in d.questions)]


def level_pairs(model: MaturityModel, rows: list[dict], rng: random.Random) -> list[Pair]:
    """Each answer with a question of its dimension; options, level descriptions and indicators of the model beside them."""
    out = []
    for row in rows:
        own = model.questions.get(row.get("question") or "")
        asked = own.text if own and rng.random() < 0.8 else rng.choice(prompts(model, row["dimension"]))
        out.append(Pair(asked, row["text"], row["level"]))
    for dimension in model.dimensions:
        for question in dimension.questions:
            out += [Pair(question.text, o.text, o.level or 1) for o in question.options]
        for level, text in dimension.levels.items():
            out.append(Pair(rng.choice(prompts(model, dimension.id)), text, level))
        for indicator in dimension.indicators:
            out.append(Pair(rng.choice(prompts(model, dimension.id)), indicator.statement, indicator.level))
    return out


@dataclass(frozen=True)
class Stated:
    """A text, said in answer to ``question`` (or to none), and how it stands to a statement."""

    question: str
    text: str
    statement: str
    label: str
    dimension: str
    scenario: str
    level: int = 0
    """Level of the statement, where it is an indicator's."""
    indicator: str = ""
    """Id of the indicator that the text was written about, if any."""

    def cropped(self, vectors: dict[str, np.ndarray]) -> "Stated":
        """The same with a long text cut to the two sentences nearest to the statement, each with the one before it.

        So the reader sees it at run time too, and trains twice as fast.
        """
        spans = sentences(self.text)
        if len(self.text.split()) <= _LONG or len(spans) <= 3:
            return self
        near = np.array([vectors[span.text] @ vectors[self.statement] for span in spans])
        best = set(np.argsort(-near)[:2].tolist())
        kept = sorted(best | {i - 1 for i in best if i > 0})
        return replace(self, text=" ".join(spans[i].text for i in kept))

    def pair(self, rng: random.Random | None = None) -> Pair:
        """The pair to train on; with ``rng`` the question is now and then left out."""
        with_question = self.question and (rng is None or len(self.text.split()) <= 7 or rng.random() < _STATED)
        first = f"{self.question} {self.text}" if with_question else self.text
        return Pair(first, self.statement, LABELS.index(self.label))


def stated_in(model: MaturityModel, answers: list[dict], utterances: list[dict], several: list[dict]) -> list[Stated]:
    """Everything in the exemplars that says how a text stands to a statement."""
    out = []
    for row in answers:
        asked = model.questions.get(row.get("question") or f"{row['dimension']}.open")
        out += [
            Stated(asked.text if asked else "", row["text"], s["text"], s["label"], row["dimension"], row["scenario"])
            for s in row.get("statements", ())
        ]
    for row in (*utterances, *several):
        marks = row["indicators"] if "indicators" in row else {row["indicator"]: row["label"]}
        asked, scenario = row.get("question", ""), row.get("scenario", row["id"])
        for name, label in marks.items():
            own = model.indicators[name]
            out.append(Stated(asked, row["text"], own.statement, label, own.dimension, scenario, own.level, name))
        for statement in row.get("statements", ()):
            out.append(Stated(asked, row["text"], statement["text"], statement["label"], own.dimension, scenario, 0, own.id))
    return out


def cropped(stated: list[Stated]) -> list[Stated]:
    """Long texts cut to what is nearest to their statement (a minute or two: all sentences are encoded)."""
    long = [s for s in stated if len(s.text.split()) > _LONG]
    texts = list(dict.fromkeys([*(span.text for s in long for span in sentences(s.text)), *(s.statement for s in long)]))
    vectors = dict(zip(texts, encoder().encode(texts), strict=True))
    return [s.cropped(vectors) for s in stated]


def probes(split: str = "dev") -> list[Pair]:
    """Reading probes (``evals/cases/probes.jsonl``) as pairs; in training never of any split but development."""
    path = ROOT / "evals" / "cases" / "probes.jsonl"
    rows = rows_of(path) if path.exists() else []
    stated = [
        Stated(r["question"], r["text"], r["statement"], r["label"], "", r["scenario"]) for r in rows if r["split"] == split
    ]
    return [item.pair() for item in stated]


def negatives(model: MaturityModel, stated: list[Stated], rng: random.Random, share: float) -> list[Pair]:
    """Texts with statements that they do not address: of another dimension, or of another organisation in the same one.

    Of the same dimension only an indicator away from the text's own level is taken: neighbours often follow from one text.
    """
    indicators = list(model.indicators.values())
    out = []
    for item in rng.sample(stated, int(share * len(stated))):
        far = [i for i in indicators if i.dimension != item.dimension]
        near = [i for i in indicators if i.dimension == item.dimension and abs(i.level - item.level) > 1]
        if item.level and near and rng.random() < 0.5:
            statement = rng.choice(near).statement
        elif rng.random() < 0.5:
            statement = rng.choice(far).statement
        else:
            other = rng.choice(stated)
            if other.scenario == item.scenario or other.dimension == item.dimension:
                continue
            statement = other.statement
        drawn = Stated(item.question, item.text, statement, "not_addressed", item.dimension, item.scenario)
        out.append(drawn.pair(rng))
    return out


def fact_pairs(rows: list[dict], statements: dict[str, dict[str, str]], rng: random.Random) -> list[Pair]:
    """Utterances on deployment facts: with the statement of their value, and of another value of the same fact."""
    out = []
    for row in rows:
        if not row["fact"]:
            drawn = [rng.choice(list(values.values())) for values in rng.sample(list(statements.values()), 2)]
            out += [Pair(row["text"], statement, NOTHING) for statement in drawn]
            continue
        values = statements[row["fact"]]
        out.append(Pair(row["text"], values[row["value"]], LABELS.index("affirmed")))
        other = rng.choice([value for value in values if value != row["value"]])
        out.append(Pair(row["text"], values[other], LABELS.index("denied")))
    return out


def idle_pairs(model: MaturityModel, rows: list[dict], rng: random.Random, each: int = 3) -> list[Pair]:
    """Answers that say nothing of the organisation's use of AI, with statements that they therefore do not address."""
    indicators = list(model.indicators.values())
    out = []
    for row in rows:
        first = f"{row['question']} {row['text']}" if row["question"] and rng.random() < _STATED else row["text"]
        out += [Pair(first, i.statement, NOTHING) for i in rng.sample(indicators, each)]
    return out


def public_pairs(folder: Path, count: int, rng: random.Random) -> list[Pair]:
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
        Pair(row["premise"], row["hypothesis"], LABELS.index(nli[row["label"]])) for row in zipped(folder / "nli.jsonl.gz")
    ]
    indirect = zipped(folder / "indirect_answers.jsonl.gz")
    for row in indirect:
        if rng.random() < 0.2:
            out.append(Pair(row["answer"], rng.choice(indirect)["statement"], NOTHING))
        else:
            said = f"{row['question']} {row['answer']}"
            out.append(Pair(said, row["statement"], LABELS.index(answer[row["label"]])))
    return rng.sample(out, min(count, len(out)))
