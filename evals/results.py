"""What a run found, as values that can be printed, stored as JSON and compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from evals.bootstrap import Finish, interval

Better = Literal["higher", "lower", ""]
"""Which way a measure is better; empty for one that is only told."""
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Measure(Generic[Outcome]):
    """A measure of a suite: what each case adds to it (None: nothing), and how the sum becomes a figure."""

    name: str
    label: str
    better: Better
    parts: Callable[[Outcome], Sequence[float] | None]
    finish: Finish


@dataclass(frozen=True)
class Measured:
    """A figure with its 95 per cent interval, over ``n`` cases; ``value`` is None and ``why`` says so when unmeasured."""

    name: str
    label: str
    better: Better
    n: int
    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The figure as JSON-ready data; an unmeasured one says so in words."""
        status = "measured" if self.value is not None else "unmeasured"
        figures = {"value": self.value, "low": self.low, "high": self.high}
        return {"status": status, **figures, "n": self.n, "better": self.better, "label": self.label, "why": self.why}

    def shown(self) -> str:
        """The figure in words: ``0.812 [0.700, 0.900]``, or ``unmeasured``."""
        if self.value is None:
            return f"unmeasured ({self.why})" if self.why else "unmeasured"
        span = "" if self.low is None or self.high is None else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f}{span}"


@dataclass(frozen=True)
class Slice:
    """The figures of a part of the cases, such as one voice; figures without interval, for they rest on few cases."""

    group: str
    name: str
    n: int
    values: dict[str, float | None]


@dataclass(frozen=True)
class CaseResult:
    """One case in the report: whether it is a miss, what was expected and given, and the words on which that rests."""

    id: str
    missed: bool
    weight: float
    """How bad the miss is; the worst is shown first."""
    expected: dict[str, Any]
    given: dict[str, Any]
    text: str
    quotes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """Lines over a number, such as the questions asked; ``marks`` are named places on the x axis."""

    name: str
    title: str
    x: str
    lines: dict[str, tuple[tuple[int, float], ...]]
    marks: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready data."""
        lines = {name: [list(point) for point in points] for name, points in self.lines.items()}
        return {"title": self.title, "x": self.x, "lines": lines, "marks": self.marks}


@dataclass(frozen=True)
class SuiteResult:
    """The figures, slices and cases of one suite; ``faults`` are cases that could not be judged."""

    name: str
    cases_total: int
    measures: tuple[Measured, ...]
    slices: tuple[Slice, ...] = ()
    cases: tuple[CaseResult, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready data, without anybody's words."""
        return {
            "cases": self.cases_total,
            "measures": {m.name: m.to_dict() for m in self.measures},
            "slices": [s.__dict__ for s in self.slices],
            "outcomes": {c.id: {"missed": c.missed, "expected": c.expected, "given": c.given} for c in self.cases},
            "faults": list(self.faults),
            "notes": list(self.notes),
            "charts": {chart.name: chart.to_dict() for chart in self.charts},
        }


@dataclass(frozen=True)
class Run:
    """A whole run: where it stands against the baseline decides whether it passed."""

    engine: str
    split: str
    suites: tuple[SuiteResult, ...]
    below: tuple[str, ...]
    """One sentence for each figure that is worse than its baseline."""
    about: dict[str, str] = field(default_factory=dict)
    """Version, hashes of the case files, seed: what two runs must share to be compared."""

    @property
    def passed(self) -> bool:
        """Whether no figure is worse than its baseline and every case could be judged."""
        return not self.below and not any(suite.faults for suite in self.suites)

    @property
    def figures(self) -> dict[str, Measured]:
        """All figures by ``suite.name``."""
        return {f"{suite.name}.{m.name}": m for suite in self.suites for m in suite.measures}

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready data; ``evals.compare`` reads it again."""
        return {
            "engine": self.engine,
            "split": self.split,
            "passed": self.passed,
            "below_baseline": list(self.below),
            "about": dict(self.about),
            "suites": {suite.name: suite.to_dict() for suite in self.suites},
        }

    def to_text(self) -> str:
        """The figures for a terminal."""
        lines = []
        for suite in self.suites:
            lines += [f"{suite.name} ({self.split}, {suite.cases_total} cases, engine {self.engine})"]
            width = max((len(m.label) for m in suite.measures), default=0)
            lines += (f"  {m.label:<{width}}  {m.shown()}  n={m.n}" for m in suite.measures)
            lines += (f"  note: {note}" for note in suite.notes)
            lines += (f"  not judged: {fault}" for fault in suite.faults)
        lines += (f"BELOW BASELINE: {sentence}" for sentence in self.below)
        return "\n".join([*lines, "passed" if self.passed else "FAILED"])


def measured(measure: Measure[Outcome], outcomes: Sequence[Outcome]) -> Measured:
    """The figure of a measure over the outcomes, with its interval over respondents."""
    parts = _parts(measure, outcomes)
    found = interval(parts, measure.finish)
    if found is None:
        why = "no case has it" if not len(parts) else "undefined on these cases"
        return Measured(measure.name, measure.label, measure.better, len(parts), None, why=why)
    return Measured(measure.name, measure.label, measure.better, len(parts), found.value, found.low, found.high)


def sliced(group: str, name: str, outcomes: Sequence[Outcome], measures: Sequence[Measure[Outcome]]) -> Slice:
    """The figures of one part of the outcomes."""
    return Slice(group, name, len(outcomes), {m.name: _value(m, outcomes) for m in measures})


def _value(measure: Measure[Outcome], outcomes: Sequence[Outcome]) -> float | None:
    parts = _parts(measure, outcomes)
    return measure.finish(parts.sum(axis=0)) if len(parts) else None


def _parts(measure: Measure[Outcome], outcomes: Sequence[Outcome]) -> Any:
    return np.array([part for outcome in outcomes if (part := measure.parts(outcome)) is not None], float)
