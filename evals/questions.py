"""The suite of questions to the knowledge base: is the right section found, cited, and silence kept where it has none?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from assistant.errors import AdvisorError
from assistant.language.encoder import encoder
from assistant.language.vector_cache import CachedEncoder
from evals import retrieval_metrics, scorers
from evals.bootstrap import Array, difference, mean
from evals.cases import QuestionCase
from evals.results import CaseResult, Measure, Measured, SuiteResult, measured, sliced
from evals.search_baselines import Section, baselines

NAME = "questions"
DEPTH = 10
"""How many sections are looked at."""


@dataclass(frozen=True)
class Answered:
    """A question, the sections found for it (best first, each once), and the answer given."""

    case: QuestionCase
    ranked: tuple[Section, ...]
    cited: tuple[Section, ...]
    abstained: bool
    text: str
    quotes: tuple[str, ...] = ()
    others: Mapping[str, tuple[Section, ...]] = field(default_factory=dict)
    """What plainer ways of searching found."""

    def by(self, name: str) -> "Answered":
        """The same with the sections that a plainer way found."""
        return replace(self, ranked=self.others[name])


def _retrieval(name: str, label: str, score: Callable[[Answered], float]) -> Measure[Answered]:
    """A mean over the questions that the knowledge base answers."""
    return Measure(name, label, "higher", lambda o: (score(o), 1.0) if o.case.answerable else None, mean)


def _reciprocal_rank(outcome: Answered) -> float:
    ranks = (rank for rank, section in enumerate(outcome.ranked, 1) if section in outcome.case.relevant)
    return 1 / next(ranks, float("inf"))


def _silence(outcome: Answered) -> Sequence[float]:
    """Right, invented and missed abstentions."""
    silent, should = outcome.abstained, not outcome.case.answerable
    return float(silent and should), float(silent and not should), float(should and not silent)


def _of_silence(score: Callable[[scorers.Counts], float | None]) -> Callable[[Array], float | None]:
    return lambda total: score(scorers.Counts(int(total[0]), int(total[1]), int(total[2])))


def _cites_right(outcome: Answered) -> Sequence[float] | None:
    if outcome.abstained or not outcome.case.answerable:
        return None
    return float(not set(outcome.cited).isdisjoint(outcome.case.relevant)), 1.0


_NDCG = _retrieval("ndcg_at_10", "nDCG@10", lambda o: retrieval_metrics.ndcg(o.ranked, o.case.relevant, DEPTH))
_CITED = Measure("cited_right", "answers that cite a right section", "higher", _cites_right, mean)
_ABSTENTION = Measure("abstention_f1", "abstention F1", "higher", _silence, _of_silence(scorers.f1))

_RETRIEVAL: tuple[Measure[Answered], ...] = (
    _NDCG,
    _retrieval("recall_at_5", "recall@5", lambda o: retrieval_metrics.recall(o.ranked, o.case.relevant, 5)),
    _retrieval("mrr", "mean reciprocal rank", _reciprocal_rank),
)
MEASURES: tuple[Measure[Answered], ...] = (
    *_RETRIEVAL,
    _retrieval("answered", "covered questions answered", lambda o: float(not o.abstained)),
    _CITED,
    Measure("abstention_precision", "abstention precision", "higher", _silence, _of_silence(scorers.precision)),
    Measure("abstention_recall", "abstention recall", "higher", _silence, _of_silence(scorers.recall)),
    _ABSTENTION,
)
_SLICED = (_NDCG, _CITED, _ABSTENTION)


def judge(cases: Sequence[QuestionCase], advisor: Any) -> tuple[list[Answered], list[str]]:
    """Every question searched (by plainer ways too) and asked, and a sentence for each that could not be."""
    outcomes: list[Answered] = []
    faults: list[str] = []
    plainer = baselines(advisor.engines.knowledge.passages(), CachedEncoder(encoder().encode).encode)
    for case in cases:
        try:
            others = {name: ranked(case.question, DEPTH) for name, ranked in plainer.items()}
            outcomes.append(replace(_answered(case, advisor), others=others))
        except AdvisorError as fault:
            faults.append(f"question {case.id}: {fault}")
    return outcomes, faults


def _answered(case: QuestionCase, advisor: Any) -> Answered:
    # Several passages may come from one section, so more passages are fetched than sections are needed.
    hits = advisor.engines.knowledge.search(case.question, k=3 * DEPTH).hits
    sections = dict.fromkeys((hit.passage.document, hit.passage.section) for hit in hits)
    answer = advisor.ask(case.question)
    return Answered(
        case=case,
        ranked=tuple(sections)[:DEPTH],
        cited=tuple((c.document, c.section) for c in answer.citations),
        abstained=answer.abstained,
        text=answer.text,
        quotes=tuple(c.quote for c in answer.citations),
    )


def result(outcomes: Sequence[Answered], faults: Sequence[str] = ()) -> SuiteResult:
    """All figures, the covered and the uncovered questions apart, and the cases, misses first."""
    groups = (("covered", True), ("not covered", False))
    return SuiteResult(
        name=NAME,
        cases_total=len(outcomes) + len(faults),
        measures=(*(measured(measure, outcomes) for measure in MEASURES), *_beside(outcomes)),
        slices=tuple(
            sliced("knowledge base", name, [o for o in outcomes if o.case.answerable == answerable], _SLICED)
            for name, answerable in groups
        ),
        cases=tuple(sorted((_case(o) for o in outcomes), key=lambda c: (-c.missed, -c.weight, c.id))),
        faults=tuple(faults),
    )


def _beside(outcomes: Sequence[Answered]) -> list[Measured]:
    """The plainer ways' figures, and how much more the product has, paired by question."""
    found: list[Measured] = []
    covered = [o for o in outcomes if o.case.answerable]
    for way in covered[0].others if covered else ():
        theirs = [o.by(way) for o in covered]
        for measure in _RETRIEVAL:
            name, label = f"{measure.name}_{way}", f"{measure.label}, {way}"
            found.append(measured(Measure(name, label, "", measure.parts, measure.finish), theirs))
            first, second = (np.array([measure.parts(o) for o in group], float) for group in (theirs, covered))
            gap = difference(first, second, mean)
            if gap:
                name, label = f"{measure.name}_minus_{way}", f"{measure.label}, more than {way}"
                found.append(Measured(name, label, "", len(covered), gap.value, gap.low, gap.high))
    return found


def _case(outcome: Answered) -> CaseResult:
    case = outcome.case
    wrong_silence = outcome.abstained == case.answerable
    rank = _reciprocal_rank(outcome) if case.answerable else 1.0
    cites = _cites_right(outcome)
    return CaseResult(
        id=case.id,
        missed=wrong_silence or (cites is not None and not cites[0]),
        weight=2.0 * wrong_silence + 1 - rank,
        expected={"answerable": case.answerable, "relevant": [list(section) for section in case.relevant]},
        given={
            "abstained": outcome.abstained,
            "ranked": [list(section) for section in outcome.ranked],
            "cited": [list(section) for section in outcome.cited],
        },
        text=case.question,
        quotes=(outcome.text, *outcome.quotes),
        tags=("covered" if case.answerable else "not covered",),
    )
