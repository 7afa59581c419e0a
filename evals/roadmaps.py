"""How good and how fast roadmaps are, on random organisations: ``python -m evals.roadmaps [--organisations 200] [--json]``.

Three questions. By how much does the search (OR-Tools CP-SAT) beat the greedy list schedule of the same actions, in the
sum over quarters of the probability of the target stage? Does any roadmap break a prerequisite, a quarter's capacity or a
year's budget (``--check 10000``)? How long does a whole plan take? Organisations are drawn from a seed, so that all but the
times is the same in every run.
"""

import argparse
import json
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

from assistant.interview.assessment import Assessment, assess
from assistant.interview.evidence import FACT_UNITS, Evidence, Fact
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.knowledge import load_yaml, maturity_model
from assistant.planning.actions import Action, ActionFile
from assistant.planning.catalogue import Catalogue
from assistant.planning.gap import probability, status
from assistant.planning.plan import make_plan
from assistant.planning.roadmap import Item, Roadmap, roadmap
from assistant.planning.schedule import EFFORT_LIMIT, QUARTER, YEAR, found_schedules

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
ORGANISATIONS = 200
FRESH = 20_000
"""The number of the first organisation that the margin is measured on: the search was tuned on those of lower numbers."""
TIMED = 100
SEED = 14
LIMITS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Multiples of the limit that ``--limits`` tries."""
Given = dict[str, float | bool | str]


class Organisation(NamedTuple):
    """A random organisation: what is known of it, and how far it wants to go (None for the next stage)."""

    evidence: list[Evidence]
    assessment: Assessment
    facts: dict[str, Fact]
    target: int | None


@lru_cache(maxsize=1)
def model() -> MaturityModel:
    """The maturity model of the knowledge base."""
    return maturity_model(KNOWLEDGE)


@lru_cache(maxsize=1)
def actions() -> tuple[Action, ...]:
    """The actions of the knowledge base."""
    files = [ActionFile.model_validate(load_yaml(path)) for path in sorted((KNOWLEDGE / "actions").glob("*.yaml"))]
    return tuple(action for file in files for action in file.actions)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Prices and machines of the knowledge base."""
    parts: dict[str, Any] = {}
    for path in sorted((KNOWLEDGE / "catalog").glob("*.yaml")):
        parts.update(load_yaml(path))
    return Catalogue.model_validate(parts)


def organisation(number: int, seed: int = SEED) -> Organisation:
    """The organisation of this number: uneven levels, up to twelve single statements, means from none named to large."""
    draw = random.Random(f"{seed}-{number}")  # noqa: S311 (no secret)
    base = draw.randint(1, 5)
    evidence = [_whole(d, min(5, max(1, base + draw.choice((-2, -1, 0, 0, 0, 1, 1)))), draw) for d in DIMENSIONS]
    evidence = [e for e in evidence if draw.random() > 0.1]
    for name in draw.sample(sorted(model().indicators), draw.randint(0, 12)):
        polarity = draw.choice(("affirmed", "denied", "planned", "partly"))
        evidence.append(
            Evidence(
                quote=f"we said it is {polarity}", source=9, dimension=name.split(".")[0], indicator=name,
                polarity=polarity, weight=0.9,
            )
        )  # fmt: skip
    given: Given = {}
    if draw.random() < 0.7:
        given["team_ml_engineers"] = draw.choice((0, 1, 2, 3, 5, 8, 12, 30, 80))
    if draw.random() < 0.7:
        given["budget_usd_year"] = round(10 ** draw.uniform(3.5, 6.8))
    given |= {"has_datacentre": draw.random() < 0.5, "peak_rps": round(10 ** draw.uniform(-1, 3), 2)}
    given |= {"data_sensitivity": draw.choice(("low", "medium", "high", "regulated")), "model_params_b": 7.0}
    facts = {name: Fact(name=name, value=v, unit=FACT_UNITS.get(name, ""), quote="", source=9) for name, v in given.items()}
    found = assess(model(), evidence)
    further = [stage for stage in range(found.stage + 2, 6) if draw.random() < 0.2]
    return Organisation(evidence, found, facts, further[0] if further else None)


def _whole(dimension: str, level: int, draw: random.Random) -> Evidence:
    """A whole answer that puts the dimension at a level, more or less clearly."""
    clear = draw.uniform(0.4, 0.95)
    likely = [clear if n == level else (1 - clear) / 2 if abs(n - level) == 1 else 0.01 for n in range(1, 6)]
    return Evidence(
        quote=f"words on {dimension}", source=DIMENSIONS.index(dimension), dimension=dimension,
        indicator=f"{dimension}.level-{level}", polarity="affirmed", weight=0.9, kind="level",
        levels=(likely[0], likely[1], likely[2], likely[3], likely[4]),
    )  # fmt: skip


def roadmap_of(one: Organisation, limit: float = EFFORT_LIMIT) -> Roadmap:
    """The roadmap of an organisation."""
    return roadmap(model(), one.evidence, one.assessment, actions(), one.facts, one.target, search=limit)


def faults(one: Organisation, way: Roadmap) -> Iterator[str]:
    """Every prerequisite, capacity and budget that a roadmap breaks, from its items and the catalogue alone."""
    items = {item.id: item for item in way.items}
    yield from _prerequisite_faults(one, items)
    for week in range(1, max((i.end_week for i in items.values()), default=0) + 1):
        running = sum(i.start_week <= week <= i.end_week for i in items.values())
        if running > way.capacity.lanes:
            yield f"{running} actions run in week {week}, {way.capacity.lanes} can"
    for first in range(1, way.scheduling.horizon_weeks, QUARTER):
        work = sum(_work(item, first, first + QUARTER - 1) for item in items.values())
        if work > way.capacity.people_weeks_quarter + 1e-6:
            yield f"{work:.1f} person-weeks from week {first}, {way.capacity.people_weeks_quarter} can be had"
    for first in range(1, way.scheduling.horizon_weeks, YEAR):
        usd = sum(i.cost_usd[1] for i in items.values() if first <= i.start_week < first + YEAR)
        if way.capacity.budget_usd is not None and usd > way.capacity.budget_usd:
            yield f"{usd:,.0f} US dollars in the year from week {first}, {way.capacity.budget_usd:,.0f} are there"
    if late := [i.id for i in items.values() if i.end_week > way.scheduling.horizon_weeks]:
        yield f"{', '.join(late)} end beyond week {way.scheduling.horizon_weeks}"


def _work(item: Item, first: int, last: int) -> float:
    weeks = item.end_week - item.start_week + 1
    return item.effort_weeks * max(0, min(last, item.end_week) - max(first, item.start_week) + 1) / weeks


def _prerequisite_faults(one: Organisation, items: dict[str, Item]) -> Iterator[str]:
    """What an action requires ends before it, in the version for the size, or holds today."""
    by_id = {action.id: action for action in actions()}
    belief = Posterior(model(), one.evidence)
    levels = belief.median_levels
    for item in items.values():
        for required in (by_id[name] for name in by_id[item.id].requires):
            same = [i for i in items.values() if i.id != item.id and {*by_id[i.id].indicators} & {*required.indicators}]
            own = [items[required.id]] if required.id in items else same
            if any(before.end_week < item.start_week for before in own):
                continue
            about = [model().indicators[name] for name in required.indicators]
            chances = [probability(model(), i, one.evidence, belief) for i in about]
            if any(status(i, one.evidence, levels[i.dimension], p) for i, p in zip(about, chances, strict=True)):
                yield f"{item.id} starts before what it requires ({required.id})"


def check(number: int) -> list[str]:
    """The faults of one organisation's roadmap; in every tenth, that it is another one when made anew is a fault too."""
    one = organisation(number)
    way = roadmap_of(one)
    found = list(faults(one, way))
    if number % 10 == 0:
        found_schedules.cache_clear()
        found += [] if roadmap_of(one) == way else ["the same input gave another roadmap"]
    return found


def margins(count: int) -> dict[str, float]:
    """By how much the search beats the list schedule.

    ``gained`` is the sum over quarters of the probability of the target stage, less what it is today: the
    probability-quarters that the roadmap adds; ``margin`` the ratio of their means less 1.
    """
    searched, greedy, better, method = 0.0, 0.0, 0, 0
    for number in range(FRESH, FRESH + count):
        one = organisation(number)
        way = roadmap_of(one)
        plan = way.scheduling
        today = sum(way.stage_probs_before[way.target - 1 :]) * plan.horizon_weeks / QUARTER
        searched += plan.value - today
        greedy += plan.value_list_schedule - today
        better += plan.value > plan.value_list_schedule + 1e-4
        method += plan.method == "cp-sat: best possible"
    return {
        "organisations": count, "gained_search": searched / count, "gained_list": greedy / count,
        "margin": searched / greedy - 1, "better_share": better / count, "proven_share": method / count,
    }  # fmt: skip


def plan_times(count: int = TIMED) -> dict[str, float]:
    """Median and 95th percentile of a whole plan (roadmap with search, placement, sizing, cost), nothing remembered.

    Seconds of wall time, and of processor time, which other work on the machine disturbs less.
    """
    wall, processor = [], []
    for number in range(count + 1):
        one = organisation(number, seed=SEED + 1)
        found_schedules.cache_clear()
        start, begun = perf_counter(), process_time()
        make_plan(model(), one.evidence, one.facts, one.assessment, actions(), catalogue(), one.target)
        wall.append(perf_counter() - start)
        processor.append(process_time() - begun)
    found: dict[str, float] = {}
    for name, seconds in (("plan", wall[1:]), ("plan_processor", processor[1:])):  # the first one loads the solver
        found |= {f"{name}_median_s": statistics.median(seconds), f"{name}_p95_s": statistics.quantiles(seconds, n=20)[18]}
    return found


def _by_limit(count: int) -> dict[str, float]:
    """The mean value at multiples of the search's limit, to show what more (or less) search would give."""
    people = [organisation(n) for n in range(count)]
    return {
        f"value_at_limit_x{times:g}": statistics.mean(
            roadmap_of(one, limit=EFFORT_LIMIT * times).scheduling.value for one in people
        )
        for times in LIMITS
    }


def _checked(count: int) -> int:
    """Look for faults and tell them as they are found, with a line every thousand; 1 when there are any."""
    broken = 0
    for number in range(count):
        if found := check(number):
            broken += 1
            print(f"organisation {number}: {'; '.join(found)}", file=sys.stderr, flush=True)
        if (number + 1) % 1000 == 0 or number + 1 == count:
            print(f"{number + 1} organisations, {broken} roadmaps with faults", flush=True)
    return 1 if broken else 0


def main(arguments: Sequence[str]) -> int:
    """Print the figures; 1 when a roadmap breaks what it must keep."""
    parser = argparse.ArgumentParser(prog="python -m evals.roadmaps", description=(__doc__ or "").split(":")[0])
    parser.add_argument("--organisations", type=int, default=ORGANISATIONS)
    parser.add_argument("--check", type=int, default=0, metavar="N", help="only look for faults in N roadmaps")
    parser.add_argument("--limits", action="store_true", help="also try other limits of the search")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    if asked.check:
        return _checked(asked.check)
    figures = margins(asked.organisations) | plan_times()
    if asked.limits:
        figures |= _by_limit(asked.organisations)
    print(json.dumps(figures, indent=2) if asked.json else "\n".join(f"{k:<24} {v:,.4f}" for k, v in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
