"""The suite of simulated interviews: the interview's own way of asking beside a full, a random and a short one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.interview.model import MaturityModel
from evals import scorers
from evals.bootstrap import difference, mean
from evals.cases import Respondent
from evals.results import Better, CaseResult, Measure, Measured, SuiteResult, measured, sliced
from evals.simulation import REPEATS, WAYS, Interview, interview

NAME = "interview"
OWN = "adaptive"
"""The interview as people get it; the other ways are there to compare."""


@dataclass(frozen=True)
class Simulated:
    """All interviews with one respondent, by way of asking."""

    case: Respondent
    runs: dict[str, tuple[Interview, ...]]


def _of(way: str, name: str, label: str, better: Better, value: Callable[[Interview], float]) -> Measure[Simulated]:
    """A mean over the repeats of one way of asking; only the interview's own way is held to a baseline."""

    def parts(outcome: Simulated) -> Sequence[float]:
        values = [float(value(run)) for run in outcome.runs[way]]
        return sum(values), len(values)

    return Measure(f"{way}_{name}", f"{way}: {label}", better if way == OWN else "", parts, mean)


def _levels_near(run: Interview) -> float:
    near = [scorers.within(level, run.levels[d]) for d, level in run.case.expected.levels.items()]
    return sum(near) / len(near)


def measures_of(way: str) -> tuple[Measure[Simulated], ...]:
    """The measures of one way of asking."""
    return (
        _of(way, "questions", "questions about levels", "lower", lambda r: r.about_levels),
        _of(way, "stage_accuracy", "stage, any acceptable", "higher", _hit),
        _of(way, "stage_within_one", "stage within one", "higher", lambda r: scorers.within(r.case.expected.stage, r.stage)),
        _of(way, "stage_rps", "stage RPS (0 best)", "lower", lambda r: scorers.rps(r.stage_probs, r.case.expected.stage)),
        _of(way, "levels_within_one", "levels within one", "higher", _levels_near),
    )


def _hit(run: Interview) -> float:
    return float(run.stage in run.case.expected.acceptable_stages)


_CEILING = _of(
    OWN,
    "ceiling",
    "stage accuracy if every level were known",
    "",
    lambda r: r.rule_stage in r.case.expected.acceptable_stages,
)
_FACTS = _of(OWN, "fact_questions", "questions for deployment facts", "", lambda r: r.about_facts)
_SLICED = measures_of(OWN)[:4]


def simulate(cases: Sequence[Respondent], model: MaturityModel, repeats: int = REPEATS) -> list[Simulated]:
    """Every case interviewed in every way, ``repeats`` times."""
    return [
        Simulated(case, {name: tuple(interview(model, case, way, r) for r in range(repeats)) for name, way in WAYS.items()})
        for case in cases
    ]


def result(outcomes: Sequence[Simulated]) -> SuiteResult:
    """The figures of every way of asking, and the interview's own way against each other one, case by case."""
    ways = [measure for way in WAYS for measure in measures_of(way)]
    stages = sorted({o.case.expected.stage for o in outcomes})
    return SuiteResult(
        name=NAME,
        cases_total=len(outcomes),
        measures=(*(measured(m, outcomes) for m in (*ways, _FACTS, _CEILING)), *_differences(outcomes)),
        slices=tuple(
            sliced("stage", str(stage), [o for o in outcomes if o.case.expected.stage == stage], _SLICED) for stage in stages
        ),
        cases=tuple(sorted((_case(o) for o in outcomes), key=lambda c: (-c.missed, -c.weight, c.id))),
        notes=("Respondents are simulated: they know their levels and slip at fixed rates, so people will do worse.",),
    )


def _differences(outcomes: Sequence[Simulated]) -> list[Measured]:
    """Paired by respondent: positive means that the interview's own way has more of it."""
    found: list[Measured] = []
    for way in (name for name in WAYS if name != OWN):
        for own, other in zip(measures_of(OWN), measures_of(way), strict=True):
            if not own.name.endswith(("_accuracy", "_rps", "_questions")):
                continue
            first, second = (np.array([m.parts(o) for o in outcomes], float) for m in (other, own))
            gap = difference(first, second, mean)
            what = own.label.partition(": ")[2]
            found.append(
                Measured(
                    name=f"{own.name}_minus_{way}",
                    label=f"{OWN} minus {way}: {what}",
                    better="",
                    n=len(outcomes),
                    value=gap.value if gap else None,
                    low=gap.low if gap else None,
                    high=gap.high if gap else None,
                    why="" if gap else "no case",
                )
            )
    return found


def _case(outcome: Simulated) -> CaseResult:
    runs = outcome.runs[OWN]
    wrong = sum(not _hit(run) for run in runs)
    return CaseResult(
        id=outcome.case.id,
        missed=2 * wrong > len(runs),
        weight=float(np.mean([scorers.rps(run.stage_probs, run.case.expected.stage) for run in runs])),
        expected={
            "stage": outcome.case.expected.stage,
            "acceptable_stages": list(outcome.case.expected.acceptable_stages),
            "stage_by_rule": runs[0].rule_stage,
        },
        given={"stages": [run.stage for run in runs], "questions": [run.about_levels for run in runs]},
        text=f"simulated from the levels of {outcome.case.id}",
        tags=(f"stage {outcome.case.expected.stage}",),
    )
