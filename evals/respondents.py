"""The suite of written respondents: stage, levels, placement and facts, each against what the texts support."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.errors import AdvisorError
from assistant.interview.model import DIMENSIONS, LEVELS
from evals import scorers
from evals.bootstrap import Array, mean
from evals.cases import PHASES, Respondent
from evals.results import Better, CaseResult, Measure, Measured, SuiteResult, measured, sliced

NAME = "respondents"
_QUOTES = 8
"""Most quotes shown with a case."""


@dataclass(frozen=True)
class Judged:
    """A respondent and what the advisor made of the texts (the answer of ``Advisor.assess_respondent``)."""

    case: Respondent
    answer: Mapping[str, Any]

    @property
    def stage(self) -> int:
        """The stage given."""
        return int(self.answer["stage"])

    @property
    def levels(self) -> dict[str, int]:
        """The level given to each dimension."""
        return {d: int(self.answer["dimensions"][d]["level"]) for d in DIMENSIONS}

    @property
    def facts(self) -> dict[str, scorers.Stated]:
        """The values of the facts found."""
        return {name: fact["value"] for name, fact in self.answer["facts"].items()}

    @property
    def stage_hit(self) -> bool:
        """Whether the stage is one that a careful judge may give."""
        return self.stage in self.case.expected.acceptable_stages

    @property
    def placement_hits(self) -> dict[str, bool]:
        """For each phase whether its placement is right."""
        return scorers.placement_hits(self.case.expected.placement, self.answer["placement"])


def _share(name: str, label: str, hits: Callable[[Judged], Iterable[float]], better: Better = "higher") -> Measure[Judged]:
    """A mean over everything that ``hits`` gives for a respondent."""

    def parts(outcome: Judged) -> Sequence[float]:
        values = [float(value) for value in hits(outcome)]
        return sum(values), len(values)

    return Measure(name, label, better, parts, mean)


def _level_pairs(outcome: Judged) -> list[tuple[int, int]]:
    given = outcome.levels
    return [(level, given[dimension]) for dimension, level in outcome.case.expected.levels.items()]


def _level_scores(outcome: Judged, score: Callable[[Sequence[float], int], float]) -> list[float]:
    parts = outcome.answer["dimensions"]
    return [score(parts[d]["probs"], level) for d, level in outcome.case.expected.levels.items()]


def _stage_score(outcome: Judged, score: Callable[[Sequence[float], int], float]) -> list[float]:
    return [score(outcome.answer["stage_probs"], outcome.case.expected.stage)]


def _confusion(outcome: Judged) -> Sequence[float]:
    pairs = _level_pairs(outcome)
    table = scorers.confusion([a for a, _ in pairs], [b for _, b in pairs])
    return [float(cell) for cell in table.ravel()]


def _kappa(total: Array) -> float | None:
    return scorers.kappa(total.reshape(len(LEVELS), len(LEVELS)))


def _facts(outcome: Judged) -> Sequence[float]:
    return scorers.fact_counts(outcome.case.expected.facts, outcome.facts)


def _of_counts(score: Callable[[scorers.Counts], float | None]) -> Callable[[Array], float | None]:
    return lambda total: score(scorers.Counts(int(total[0]), int(total[1]), int(total[2])))


_STAGE = _share("stage_accuracy", "stage, any acceptable", lambda o: [o.stage_hit])
_WITHIN = _share("stage_within_one", "stage within one", lambda o: [scorers.within(o.case.expected.stage, o.stage)])
_EXACT = _share("levels_exact", "levels exact", lambda o: (a == b for a, b in _level_pairs(o)))
_PLACEMENT = _share("placement", "placement, all phases", lambda o: o.placement_hits.values())
_F1 = Measure("facts_f1", "facts F1", "higher", _facts, _of_counts(scorers.f1))


def _phase(phase: str) -> Measure[Judged]:
    return _share(f"placement_{phase}", f"placement of {phase}", lambda o: [o.placement_hits[phase]])


MEASURES: tuple[Measure[Judged], ...] = (
    _STAGE,
    _share("stage_strict", "stage, exactly as labelled", lambda o: [o.stage == o.case.expected.stage]),
    _WITHIN,
    _share("stage_rps", "stage RPS (0 best)", lambda o: _stage_score(o, scorers.rps), "lower"),
    _share("stage_brier", "stage Brier (0 best)", lambda o: _stage_score(o, scorers.brier), "lower"),
    _share("stage_log_loss", "stage log-loss (0 best)", lambda o: _stage_score(o, scorers.log_loss), "lower"),
    _EXACT,
    _share("levels_within_one", "levels within one", lambda o: (scorers.within(a, b) for a, b in _level_pairs(o))),
    _share("levels_mae", "levels, mean absolute error", lambda o: (abs(a - b) for a, b in _level_pairs(o)), "lower"),
    Measure("levels_kappa", "levels, quadratic kappa", "higher", _confusion, _kappa),
    _share("levels_rps", "levels RPS (0 best)", lambda o: _level_scores(o, scorers.rps), "lower"),
    _share("levels_log_loss", "levels log-loss (0 best)", lambda o: _level_scores(o, scorers.log_loss), "lower"),
    *(_phase(phase) for phase in PHASES),
    _PLACEMENT,
    Measure("facts_precision", "facts precision", "higher", _facts, _of_counts(scorers.precision)),
    Measure("facts_recall", "facts recall", "higher", _facts, _of_counts(scorers.recall)),
    _F1,
)
_SLICED = (_STAGE, _WITHIN, _EXACT, _PLACEMENT, _F1)


def judge(cases: Sequence[Respondent], advisor: Any) -> tuple[list[Judged], list[str]]:
    """Every respondent judged by ``advisor.assess_respondent``, and a sentence for each that could not be."""
    outcomes: list[Judged] = []
    faults: list[str] = []
    for case in cases:
        try:
            outcomes.append(Judged(case, advisor.assess_respondent(case.given())))
        except AdvisorError as fault:
            faults.append(f"respondent {case.id}: {fault}")
    return outcomes, faults


def result(outcomes: Sequence[Judged], faults: Sequence[str] = ()) -> SuiteResult:
    """All figures, slices by voice and stage, and the cases, misses first."""
    voices = sorted({o.case.voice for o in outcomes})
    stages = sorted({o.case.expected.stage for o in outcomes})
    return SuiteResult(
        name=NAME,
        cases_total=len(outcomes) + len(faults),
        measures=(*(measured(measure, outcomes) for measure in MEASURES), *_calibration(outcomes)),
        slices=(
            *(sliced("voice", v, [o for o in outcomes if o.case.voice == v], _SLICED) for v in voices),
            *(sliced("stage", str(s), [o for o in outcomes if o.case.expected.stage == s], _SLICED) for s in stages),
        ),
        cases=tuple(sorted((_case(o) for o in outcomes), key=lambda c: (-c.missed, -c.weight, c.id))),
        faults=tuple(faults),
    )


def _calibration(outcomes: Sequence[Judged]) -> list[Measured]:
    """The calibration error of stage and levels, where there are enough cases for it to mean anything."""
    stages = [(max(o.answer["stage_probs"]), o.stage == o.case.expected.stage) for o in outcomes]
    levels = [
        (max(o.answer["dimensions"][d]["probs"]), o.levels[d] == level)
        for o in outcomes
        for d, level in o.case.expected.levels.items()
    ]
    found: list[Measured] = []
    for name, label, pairs in (("stage_ece", "stage ECE", stages), ("levels_ece", "levels ECE", levels)):
        value = scorers.calibration([c for c, _ in pairs], [hit for _, hit in pairs])
        if value is None:
            why = f"{len(pairs)} answers; under {scorers.ECE_LEAST:,} chance alone shows an error"
            found.append(Measured(name, label, "lower", len(pairs), None, why=why))
            continue
        found += (
            Measured(name, label, "lower", len(pairs), value.error),
            Measured(f"{name}_null", f"{label} of a perfect model", "", len(pairs), value.null),
        )
    return found


def _case(outcome: Judged) -> CaseResult:
    case, answer = outcome.case, outcome.answer
    wrong_levels = sum(abs(a - b) for a, b in _level_pairs(outcome))
    wrong_phases = sum(not hit for hit in outcome.placement_hits.values())
    distance = min(abs(outcome.stage - stage) for stage in case.expected.acceptable_stages)
    evidence = sorted(answer["evidence"], key=lambda item: -item["weight"])[:_QUOTES]
    return CaseResult(
        id=case.id,
        missed=not outcome.stage_hit or bool(wrong_phases),
        weight=10.0 * distance + wrong_phases + wrong_levels / 100,
        expected={
            "stage": case.expected.stage,
            "acceptable_stages": list(case.expected.acceptable_stages),
            "levels": dict(case.expected.levels),
            "placement": {phase: list(decisions) for phase, decisions in case.expected.placement.items()},
            "facts": dict(case.expected.facts),
        },
        given={
            "stage": outcome.stage,
            "stage_probs": [round(float(p), 4) for p in np.asarray(answer["stage_probs"], float)],
            "levels": outcome.levels,
            "placement": dict(answer["placement"]),
            "facts": outcome.facts,
        },
        text=case.opening,
        quotes=tuple(f"{item['indicator']} {item['polarity']} {item['weight']:.2f}: {item['quote']}" for item in evidence),
        tags=(case.voice, f"stage {case.expected.stage}", case.industry),
    )
