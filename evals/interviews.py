"""The suite of simulated interviews: the interview's own way of asking beside plainer ones, over the number of questions."""

from collections.abc import Callable, Sequence

import numpy as np

from evals import scorers
from evals.bootstrap import Array, difference, mean
from evals.results import Better, CaseResult, Chart, Measure, Measured, SuiteResult, measured, sliced
from evals.simulation import MOST, OWN, POINTS, WAYS, Interview, Simulated, Standing
from evals.voices import KINDS

NAME = "interview"
RESPONDENTS = 200
"""Simulated respondents of an ordinary run; a full one has ``FULL``."""
FULL = 1000
FULL_FORM = "fixed"
"""The way of asking that puts the full questionnaire."""
_NEAR = 0.01
"""Accuracy within which the own way counts as being as good as the full questionnaire."""

Score = Callable[[Simulated, Standing], float]


def _hit(outcome: Simulated, standing: Standing) -> float:
    return float(standing.stage in outcome.persona.sheet.acceptable_stages)


def _strict(outcome: Simulated, standing: Standing) -> float:
    return float(standing.stage == outcome.persona.sheet.stage)


def _near(outcome: Simulated, standing: Standing) -> float:
    return float(scorers.within(outcome.persona.sheet.stage, standing.stage))


def _over(outcome: Simulated, standing: Standing) -> float:
    return float(standing.stage - outcome.persona.sheet.stage)


def _rps(outcome: Simulated, standing: Standing) -> float:
    return scorers.rps(standing.stage_probs, outcome.persona.sheet.stage)


def _mae(outcome: Simulated, standing: Standing) -> float:
    return float(np.mean([abs(standing.levels[d] - level) for d, level in outcome.persona.sheet.levels.items()]))


def _levels_near(outcome: Simulated, standing: Standing) -> float:
    levels = outcome.persona.sheet.levels.items()
    return float(np.mean([scorers.within(level, standing.levels[d]) for d, level in levels]))


def _of(
    way: str, name: str, label: str, better: Better, value: Callable[[Simulated, Interview], float]
) -> Measure[Simulated]:
    """A mean over the repeats of one way of asking; only the interview's own way is held to a baseline."""

    def parts(outcome: Simulated) -> Sequence[float]:
        values = [value(outcome, run) for run in outcome.runs[way]]
        return sum(values), len(values)

    return Measure(f"{way}_{name}", f"{way}: {label}", better if way == OWN else "", parts, mean)


def _at_end(way: str, name: str, label: str, better: Better, score: Score) -> Measure[Simulated]:
    return _of(way, name, label, better, lambda outcome, run: score(outcome, run.end))


def measures_of(way: str) -> tuple[Measure[Simulated], ...]:
    """The measures of one way of asking, where it has enough."""
    return (
        _of(way, "questions", "questions about levels", "lower", lambda _, run: run.questions),
        _at_end(way, "stage_accuracy", "stage, any acceptable", "higher", _hit),
        _at_end(way, "stage_strict", "stage, exactly", "higher", _strict),
        _at_end(way, "stage_within_one", "stage within one", "higher", _near),
        _at_end(way, "stage_rps", "stage RPS (0 best)", "lower", _rps),
        _at_end(way, "levels_within_one", "levels within one", "higher", _levels_near),
        _at_end(way, "levels_mae", "levels, mean absolute error", "lower", _mae),
    )


def _quantile(share: float) -> Callable[[Array], float | None]:
    """The quantile of numbers of questions, from how often each number occurs."""

    def finish(counts: Array) -> float | None:
        reached = np.cumsum(counts) >= share * counts.sum() - 1e-9
        return float(reached.argmax()) if counts.sum() else None

    return finish


def _numbers(outcome: Simulated) -> Sequence[float]:
    counts = np.bincount([run.questions for run in outcome.runs[OWN]], minlength=4 * MOST)
    return [float(count) for count in counts]


def _reaching(outcome: Simulated) -> Sequence[float]:
    """Runs, hits of the full questionnaire, and hits of the own way after each number of questions of ``POINTS``."""
    full = [_hit(outcome, run.end) for run in outcome.runs[FULL_FORM]]
    own = [[_hit(outcome, run.curve.get(k, run.end)) for run in outcome.runs[OWN]] for k in POINTS]
    return [float(len(full)), sum(full), *(sum(hits) for hits in own)]


def _reached(total: Array) -> float | None:
    """The first of ``POINTS`` from which on the own way stays as accurate as the full questionnaire, within a point.

    None where it ends below. A point that is reached once by chance does not count.
    """
    wanted = total[1] - _NEAR * total[0]
    reached = None
    for k, hits in reversed(list(zip(POINTS, total[2:], strict=True))):
        if hits < wanted - 1e-9:
            break
        reached = float(k)
    return reached


def _reached_share(total: Array) -> float | None:
    reached = _reached(total)
    return None if reached is None else reached / MOST


def _inflated(outcome: Simulated) -> Sequence[float] | None:
    if outcome.persona.kind != "inflating":
        return None
    runs = outcome.runs[OWN]
    return sum(_over(outcome, run.end) for run in runs), len(runs)


_TOLD: tuple[Measure[Simulated], ...] = (
    Measure("adaptive_questions_median", f"{OWN}: questions about levels, median", "", _numbers, _quantile(0.5)),
    Measure("adaptive_questions_p90", f"{OWN}: questions about levels, 90th percentile", "", _numbers, _quantile(0.9)),
    _of(OWN, "follow_ups", "follow-up questions among them", "", lambda _, run: run.follow_ups),
    _of(OWN, "fact_questions", "questions for deployment facts", "", lambda _, run: run.fact_questions),
    Measure("adaptive_reaches_full", f"{OWN}: questions to the full questionnaire's accuracy", "", _reaching, _reached),
    Measure("adaptive_reaches_full_share", f"{OWN}: the same as share of the full one", "", _reaching, _reached_share),
    Measure("inflating_stage_over", "inflating: mean over-estimate, stages", "", _inflated, mean),
    Measure(
        "borderline", "respondents with two or more acceptable stages", "", lambda o: (float(_borderline(o)), 1.0), mean
    ),
)
_SLICED = (*measures_of(OWN)[:6], _at_end(OWN, "stage_over", "mean over-estimate", "", _over))


def _borderline(outcome: Simulated) -> bool:
    return len(outcome.persona.sheet.acceptable_stages) > 1


def result(outcomes: Sequence[Simulated]) -> SuiteResult:
    """The figures of every way of asking, the own way against each other one, case by case, and the curves."""
    ways = [measure for way in WAYS for measure in measures_of(way)]
    stages = sorted({o.persona.sheet.stage for o in outcomes})
    kinds = [kind for kind in KINDS if any(o.persona.kind == kind for o in outcomes)]
    return SuiteResult(
        name=NAME,
        cases_total=len(outcomes),
        measures=(*(measured(m, outcomes) for m in (*ways, *_TOLD)), *_differences(outcomes)),
        slices=(
            *(sliced("kind", kind, [o for o in outcomes if o.persona.kind == kind], _SLICED) for kind in kinds),
            *(sliced("stage", str(s), [o for o in outcomes if o.persona.sheet.stage == s], _SLICED) for s in stages),
        ),
        cases=tuple(sorted((_case(o) for o in outcomes), key=lambda c: (-c.missed, -c.weight, c.id))),
        notes=("Respondents are simulated: they speak and slip at fixed rates, so people will do worse.",),
        charts=charts(outcomes),
    )


_CURVES: tuple[tuple[str, str, Score], ...] = (
    ("stage_accuracy", "Share of stages that are acceptable", _hit),
    ("stage_rps", "Ranked probability score of the stage (0 is best)", _rps),
    ("levels_mae", "Mean absolute error of the levels", _mae),
)


def charts(outcomes: Sequence[Simulated]) -> tuple[Chart, ...]:
    """Each figure over the number of level questions, a line a way of asking; marks where the own way has enough."""
    numbers = [run.questions for o in outcomes for run in o.runs[OWN]]
    marks = {"median": float(np.median(numbers)), "p90": float(np.quantile(numbers, 0.9))} if numbers else {}
    told = {f"{OWN} has enough, {name}": place for name, place in marks.items()}
    return tuple(
        Chart(
            name=name,
            title=f"{title}, by questions asked",
            x="questions about levels",
            lines={way: curve(outcomes, way, score) for way in WAYS},
            marks=told,
        )
        for name, title, score in _CURVES
    )


def curve(outcomes: Sequence[Simulated], way: str, score: Score) -> tuple[tuple[int, float], ...]:
    """The mean score after each number of questions of ``POINTS`` that the way reaches with most respondents.

    An interview that ended before for want of questions counts with where it ended.
    """
    found: list[tuple[int, float]] = []
    for k in POINTS:
        runs = [(o, run) for o in outcomes for run in o.runs[way]]
        going = sum(k in run.curve for _, run in runs)
        if 2 * going > len(runs):
            found.append((k, float(np.mean([score(o, run.curve.get(k, run.end)) for o, run in runs]))))
    return tuple(found)


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
    runs, sheet = outcome.runs[OWN], outcome.persona.sheet
    wrong = sum(not _hit(outcome, run.end) for run in runs)
    return CaseResult(
        id=sheet.id,
        missed=2 * wrong > len(runs),
        weight=float(np.mean([_rps(outcome, run.end) for run in runs])),
        expected={"stage": sheet.stage, "acceptable_stages": list(sheet.acceptable_stages), "levels": sheet.levels},
        given={
            "stage": runs[0].end.stage,
            "levels": runs[0].end.levels,
            "questions": [run.questions for run in runs],
        },
        text=f"simulated, {outcome.persona.kind}",
        tags=(outcome.persona.kind, f"stage {sheet.stage}"),
    )
