"""Which of the facts not yet known the plan waits for: those whose answer could change a placement, a cost or a size."""

from collections.abc import Iterator, Mapping, Sequence

from assistant.interview.evidence import Fact
from assistant.interview.model import MaturityModel, Value
from assistant.planning.capacity import capacity
from assistant.planning.catalogue import Catalogue
from assistant.planning.economics import own_or_rent
from assistant.planning.placement import priced
from assistant.planning.placement_phases import PHASE_NAMES, PHASES, PLACE_NAMES, Decision
from assistant.planning.placement_rules import decide
from assistant.planning.situation import Situation, phrase, situation

Answers = Mapping[str, Sequence[float | bool | str]]
"""For each fact the answers that are plausible, as the interview offers them."""

SIZED_BY = {"peak_rps": "the machines that serve", "training_data_tb": "the time to move the data"}
"""Facts without which a calculation of the plan cannot be made, once it sizes machines at all."""
SIZED_FROM = 3
"""The stage from which machines are sized: before it no pilot has shown a need."""
_BEARS_ON_COST = ("cloud", "budget_usd_year", "gpu_on_prem")
"""The facts by which servers and offers are chosen for the comparison of owning and renting."""
_BEARS_ON_PACE = ("team_ml_engineers", "budget_usd_year")


class Need(Value):
    """Why the plan waits for a fact; it does not where all four are empty.

    ``flips``: an answer for each placement that it could change. ``sizes``: what could not be calculated without it.
    ``pace``: the roadmap could be faster or slower. ``cost``: the order of owning and renting could change.
    """

    fact: str
    flips: tuple[str, ...] = ()
    sizes: str = ""
    pace: str = ""
    cost: str = ""

    @property
    def waits(self) -> bool:
        """Whether the plan waits for the fact at all."""
        return bool(self.flips or self.cost or self.pace or self.sizes)


def needs(facts: Mapping[str, Fact], stage: int, answers: Answers, catalogue: Catalogue | None = None) -> tuple[Need, ...]:
    """For each fact of ``answers`` that is not known yet: what its answer could change in the plan.

    Every answer is tried by itself; where none changes a thing, every answer is tried together with those to one more
    unknown fact (money and people, say, count only together), and last against the prices of ``catalogue``. The order is
    that of ``answers``.
    """
    here = situation(facts, stage) if catalogue is None else priced(facts, stage, catalogue)
    unknown = {name: values for name, values in answers.items() if name not in facts and getattr(here, name) is None}
    tried = _Tried(here)
    return tuple(_need(name, unknown, facts, tried, catalogue) for name in unknown)


def waits_for(
    model: MaturityModel, facts: Mapping[str, Fact], stage: int, catalogue: Catalogue | None = None
) -> frozenset[str]:
    """The facts not yet known for which the plan waits, by the answers that the model's questions offer."""
    answers = {q.fact: [o.value for o in q.options if o.value is not None] for q in model.deployment if q.fact}
    return frozenset(need.fact for need in needs(facts, stage, answers, catalogue) if need.waits)


def _need(name: str, unknown: Answers, facts: Mapping[str, Fact], tried: "_Tried", catalogue: Catalogue | None) -> Need:
    here = tried.here
    flips = tuple(_alone(name, unknown[name], tried))
    sizes = SIZED_BY.get(name, "") if here.stage >= SIZED_FROM else ""
    need = Need(fact=name, flips=flips, sizes=sizes, pace=_pace(name, unknown[name], facts))
    if not need.waits:
        need = need.model_copy(update={"flips": _together(name, unknown, tried)})
    if not need.waits and catalogue is not None:
        need = need.model_copy(update={"cost": _cost(name, unknown[name], here, catalogue)})
    return need


class _Tried:
    """Decisions by what was supposed, so that no situation is decided twice."""

    def __init__(self, here: Situation) -> None:
        self.here = here
        self._seen: dict[tuple[tuple[str, object], ...], tuple[Decision, ...]] = {}

    def places(self, supposed: Mapping[str, object]) -> tuple[Decision, ...]:
        """The place of every phase with ``supposed`` in force."""
        key = tuple(sorted(supposed.items()))
        if key not in self._seen:
            other = self.here.model_copy(update=dict(supposed))
            self._seen[key] = tuple(decide(phase, other).decision for phase in PHASES)
        return self._seen[key]


def _alone(name: str, values: Sequence[object], tried: _Tried) -> Iterator[str]:
    now = tried.places({})
    for value in values:
        for phase, old, new in zip(PHASES, now, tried.places({name: value}), strict=True):
            if old != new:
                yield _sentence(PHASE_NAMES[phase], PLACE_NAMES[new], {name: value})


def _together(name: str, answers: Answers, tried: _Tried) -> tuple[str, ...]:
    """One combination with another unknown fact in which the answer matters, if there is any."""
    for other, others in answers.items():
        if other == name:
            continue
        for supposed in others:
            base = tried.places({other: supposed})
            for value in answers[name]:
                both = {other: supposed, name: value}
                for phase, old, new in zip(PHASES, base, tried.places(both), strict=True):
                    if old != new:
                        return (_sentence(PHASE_NAMES[phase], PLACE_NAMES[new], both),)
    return ()


def _sentence(phase: str, place: str, supposed: Mapping[str, object]) -> str:
    given = " and ".join(phrase(n, v) for n, v in supposed.items() if isinstance(v, bool | int | float | str))
    return f"{phase} would be {place} with: {given}."


def _cost(name: str, values: Sequence[object], here: Situation, catalogue: Catalogue) -> str:
    if name not in _BEARS_ON_COST or here.stage < SIZED_FROM:
        return ""
    now = _order(here, catalogue)
    for value in values:
        if _order(here.model_copy(update={name: value}), catalogue) != now:
            return "which of owning and renting costs less"
    return ""


def _order(here: Situation, catalogue: Catalogue) -> tuple[object, ...]:
    """The server compared, and whether owning it beats the cheapest and the dearest offer at the use that is usual."""
    compared = own_or_rent(catalogue, here)
    if compared is None or not compared.offers:
        return ()
    used = float(str(compared.owned.inputs.get("utilisation", 1.0)))
    return (compared.server, compared.offers[0].break_even < used, compared.offers[-1].break_even < used)


def _pace(name: str, values: Sequence[float | bool | str], facts: Mapping[str, Fact]) -> str:
    if name not in _BEARS_ON_PACE:
        return ""
    now = capacity(facts)
    for value in values:
        means = capacity({**facts, name: Fact(name=name, value=value, quote="")})
        if (means.lanes, means.people) != (now.lanes, now.people):
            return "how much of the roadmap can run side by side"
    return ""
