"""The suite of reading probes: how a text, said in answer to a question, stands to a statement.

Single probes cover every indicator and statements that none covers; minimal pairs differ in a few words, and the same
statement gets two different labels (negation, plan, past, hearsay, scope).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from assistant.language.judge import LABELS
from evals.bootstrap import Array, mean
from evals.cases import PAIRS, Probe
from evals.results import CaseResult, Measure, SuiteResult, measured, sliced

NAME = "reading"


@dataclass(frozen=True)
class Read:
    """One probe and the probabilities of the five labels that it got."""

    case: Probe
    probs: dict[str, float]

    @property
    def label(self) -> str:
        """The label given."""
        return max(LABELS, key=lambda label: self.probs[label])

    @property
    def right(self) -> bool:
        """Whether it is the label that the words support."""
        return self.label == self.case.label


Scenario = tuple[Read, ...]
"""All probes of one scenario: what one writer wrote about one organisation goes together."""


def _single(outcome: Scenario) -> list[Read]:
    return [read for read in outcome if read.case.kind == "indicator"]


def _paired(outcome: Scenario) -> list[Read]:
    return [read for read in outcome if read.case.kind in PAIRS]


def _confusion(of: Callable[[Scenario], Sequence[Read]]) -> Callable[[Scenario], Sequence[float] | None]:
    def parts(outcome: Scenario) -> Sequence[float] | None:
        table = np.zeros((len(LABELS), len(LABELS)))
        for read in of(outcome):
            table[LABELS.index(read.case.label), LABELS.index(read.label)] += 1
        return [float(cell) for cell in table.ravel()] if table.any() else None

    return parts


def _macro_f1(total: Array) -> float | None:
    table = total.reshape(len(LABELS), len(LABELS))
    f1 = [2 * table[k, k] / max(table[k].sum() + table[:, k].sum(), 1) for k in range(len(LABELS))]
    return float(np.mean(f1)) if table.any() else None


def _mean_of(value: Callable[[Read], float], of: Callable[[Scenario], Sequence[Read]]) -> Callable[[Scenario], Any]:
    def parts(outcome: Scenario) -> Sequence[float] | None:
        values = [float(value(read)) for read in of(outcome)]
        return (sum(values), len(values)) if values else None

    return parts


def _both(outcome: Scenario) -> Sequence[float] | None:
    pairs = [[read.right for read in group] for _, group in groupby(_paired(outcome), lambda r: r.case.pair)]
    return (float(sum(all(pair) for pair in pairs)), len(pairs)) if pairs else None


def _log_loss(read: Read) -> float:
    return float(-np.log(max(read.probs[read.case.label], 1e-6)))


_F1 = Measure("macro_f1", "macro-F1 over the five labels", "higher", _confusion(_single), _macro_f1)
_ACCURACY = Measure("pairs_accuracy", "minimal pairs, accuracy", "higher", _mean_of(lambda r: r.right, _paired), mean)
MEASURES: tuple[Measure[Scenario], ...] = (
    _F1,
    Measure("accuracy", "accuracy", "higher", _mean_of(lambda r: r.right, _single), mean),
    Measure("log_loss", "log-loss (0 best)", "lower", _mean_of(_log_loss, _single), mean),
    _ACCURACY,
    Measure("pairs_both", "minimal pairs, both sides right", "higher", _both, mean),
    Measure("pairs_log_loss", "minimal pairs, log-loss", "lower", _mean_of(_log_loss, _paired), mean),
)


def _of_kind(kind: str, read: Read) -> bool:
    return read.case.kind == kind


_STATEMENTS: dict[str, Callable[[Read], bool]] = {
    "an indicator": lambda read: read.case.indicator != "free",
    "free": lambda read: read.case.indicator == "free",
}


def judge(cases: Sequence[Probe], reader: Any) -> list[Scenario]:
    """Every probe read by ``reader.judge``, by scenario in the order of the file."""
    read = [Read(case, reader.judge(case.question, case.text, case.statement)) for case in cases]
    by_scenario: dict[str, list[Read]] = {}
    for item in read:
        by_scenario.setdefault(item.case.scenario, []).append(item)
    return [tuple(items) for items in by_scenario.values()]


def result(outcomes: Sequence[Scenario]) -> SuiteResult:
    """All figures; known indicators and free statements apart, and each kind of minimal pair."""
    reads = [read for outcome in outcomes for read in outcome]
    return SuiteResult(
        name=NAME,
        cases_total=len(reads),
        measures=tuple(measured(measure, outcomes) for measure in MEASURES),
        slices=(
            *(sliced("statement", name, _only(outcomes, known), (_F1,)) for name, known in _STATEMENTS.items()),
            *(sliced("pairs", kind, _only(outcomes, partial(_of_kind, kind)), (_ACCURACY,)) for kind in PAIRS),
        ),
        cases=tuple(sorted((_case(read) for read in reads), key=lambda c: (-c.missed, -c.weight, c.id))),
    )


def _only(outcomes: Sequence[Scenario], keep: Callable[[Read], bool]) -> list[Scenario]:
    kept = (tuple(read for read in outcome if keep(read)) for outcome in outcomes)
    return [outcome for outcome in kept if outcome]


def _case(read: Read) -> CaseResult:
    case = read.case
    return CaseResult(
        id=case.id,
        missed=not read.right,
        weight=_log_loss(read),
        expected={"label": case.label},
        given={"label": read.label, "probs": {label: round(p, 3) for label, p in read.probs.items()}},
        text=f"{case.question} {case.text}".strip(),
        quotes=(case.statement,),
        tags=(case.kind, case.label),
    )
