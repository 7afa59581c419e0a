"""When each action runs: a plain list schedule, and a better one searched for with OR-Tools CP-SAT.

The task is a resource-constrained project scheduling problem (RCPSP; Brucker et al. 1999, European Journal of Operational
Research 112): actions of fixed length in weeks, at most ``lanes`` at once, each after those it waits for, the money of each
year not exceeded, and actions that do not end within the horizon left out. What is sought is the largest sum, over
the ends of all quarters, of the probability that the target stage is reached by then: the area under the curve of the
outlook. An action that is finished a quarter earlier counts in one quarter more, so earlier gains count more.

The search is deterministic: one worker, a fixed seed, and a limit in CP-SAT's deterministic time (a count of work done)
instead of seconds, so that a slow machine finds the same plan. Over 200 random organisations it gains 5.2 % more than the
list schedule (``python -m evals.roadmaps``; evals/README.md says how that is counted).
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from assistant.interview.model import Value

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

QUARTER = 13
"""Weeks."""
YEAR = 4 * QUARTER
EFFORT_LIMIT = 0.04
"""CP-SAT's deterministic seconds. Half as much loses 1.6 % of the value, four times as much adds 0.5 % (60 organisations of
``python -m evals.roadmaps --limits``)."""
SEED = 14
STEP = 0.02
"""Scores are logarithms of probabilities; in steps of this size a probability is right to 1 %."""
FINE = 100_000
"""The objective counts probabilities in steps of 1/FINE, so that whole numbers carry them and ends of actions break ties."""
STAIRS = 15
"""Stairs of the staircase that stands for the exponential: each is at least 1/STAIRS of probability high."""
RUNS = 400
"""What it is worth, in steps, that an action runs at all: more than any delay costs, less than 2 % of probability."""

Method = Literal["cp-sat: best possible", "cp-sat: best found", "list schedule"]


class Job(Value):
    """An action to be scheduled: its length in weeks, its money, and the jobs that it waits for.

    ``early``: a quick win that has to start at once; ``weight``: how much a week's delay of it counts, against ties.
    """

    id: str
    weeks: int
    usd: float = 0.0
    after: tuple[str, ...] = ()
    early: bool = False
    weight: int = 1


class Table(Value):
    """What it adds to the logarithm of the probability that these jobs are finished, for each way of it.

    ``scores`` pairs the places of the finished ones among ``jobs`` with the gain since none was.
    """

    jobs: tuple[str, ...]
    scores: tuple[tuple[tuple[int, ...], float], ...]


class Task(Value):
    """A scheduling problem: jobs by priority, what they may use, and what their ends are worth.

    ``base``: the logarithm of the probability when nothing is finished; ``usd_year`` None where money is no limit.
    """

    jobs: tuple[Job, ...]
    lanes: int
    horizon: int
    usd_year: float | None
    base: float = 0.0
    tables: tuple[Table, ...] = ()


class Slot(Value):
    """When an action runs; weeks count from 1 and both ends belong to it."""

    action: str
    start_week: int
    end_week: int


def list_schedule(task: Task) -> tuple[Slot, ...]:
    """The greedy schedule: always the job that can start first is placed next, the one given earlier where two can.

    Jobs that would end beyond the horizon are left out with all that wait for them; a ring of jobs is left out whole.
    """
    lanes = [0] * task.lanes
    ends: dict[str, int] = {}
    spent: dict[int, float] = {}
    known = {job.id for job in task.jobs}
    waiting = {job.id: job for job in task.jobs}
    slots: list[Slot] = []
    while ready := [j for j in waiting.values() if all(r in ends for r in j.after if r in known)]:
        starts = {
            j.id: _money_from(j, max([min(lanes), *(ends[r] for r in j.after if r in ends)]), task, spent) for j in ready
        }
        job = min(ready, key=lambda j: starts[j.id])  # min keeps the first of equals: the higher priority
        del waiting[job.id]
        start = starts[job.id]
        end = start + job.weeks
        if end > task.horizon:
            continue
        # the lane that has been free for the shortest time before the start, so that early lanes stay open
        lane = max((i for i, busy in enumerate(lanes) if busy <= start), key=lanes.__getitem__)
        lanes[lane] = ends[job.id] = end
        spent[start // YEAR] = spent.get(start // YEAR, 0.0) + job.usd
        slots.append(Slot(action=job.id, start_week=start + 1, end_week=end))
    return tuple(sorted(slots, key=lambda slot: slot.start_week))


def _money_from(job: Job, start: int, task: Task, spent: Mapping[int, float]) -> int:
    """The first week from ``start`` on in whose year the money is there; beyond the horizon where it never is."""
    while task.usd_year is not None and start < task.horizon and spent.get(start // YEAR, 0.0) + job.usd > task.usd_year:
        start = (start // YEAR + 1) * YEAR
    return start


def finished(slots: Sequence[Slot], week: int) -> tuple[str, ...]:
    """The jobs that have ended by the end of a week."""
    return tuple(s.action for s in slots if s.end_week <= week)


def quarter_ends(horizon: int) -> range:
    """The last weeks of the quarters within the horizon."""
    return range(QUARTER, horizon + 1, QUARTER)


@lru_cache(maxsize=256)
def found_schedules(task: Task, limit: float = EFFORT_LIMIT) -> tuple[tuple[tuple[Slot, ...], ...], Method]:
    """The schedules that CP-SAT finds within the limit, each better than the one before by the task's own tables.

    None where the limit is reached before the first. Pure, so a task that was solved before is answered from memory: a
    what-if that leaves people and money as they are does not search again.
    """
    if not task.jobs:
        return (), "list schedule"
    from ortools.sat.python import cp_model

    class Collector(cp_model.CpSolverSolutionCallback):
        """Keeps every schedule on the way: the tables are nearly, not exactly, the model by which a plan is judged."""

        def __init__(self) -> None:
            super().__init__()
            self.found: list[tuple[Slot, ...]] = []

        def on_solution_callback(self) -> None:
            """Called by the solver at each better schedule."""
            self.found.append(search.slots(self))

    search = _Search(task, cp_model.CpModel())
    search.hint(list_schedule(task))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = limit
    # measured on random organisations: without these three the limit is spent before the search begins
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    solver.parameters.linearization_level = 0
    collector = Collector()
    status = solver.solve(search.model, collector)
    return tuple(collector.found), "cp-sat: best possible" if status == cp_model.OPTIMAL else "cp-sat: best found"


class _Search:
    """The task as a constraint program. Weeks count from 0 inside."""

    def __init__(self, task: Task, model: "cp_model.CpModel") -> None:
        self.task, self.model = task, model
        self.jobs = {job.id: job for job in task.jobs}
        self.start = {j.id: model.new_int_var(0, max(0, task.horizon - j.weeks), j.id) for j in task.jobs}
        self.runs = {j.id: model.new_bool_var(f"{j.id} runs") for j in task.jobs}
        self.done: dict[tuple[str, int], Any] = {}
        self._order()
        if task.usd_year is not None:
            self._money(task.usd_year)
        reached = [self._probability(week) for week in quarter_ends(task.horizon)] if task.tables else []
        ends = sum(j.weight * self.start[j.id] for j in task.jobs)
        runs = sum(RUNS * j.weight * self.runs[j.id] for j in task.jobs)
        model.maximize(sum(reached) + runs - ends)

    def _order(self) -> None:
        intervals = []
        for job in self.task.jobs:
            start, runs = self.start[job.id], self.runs[job.id]
            intervals.append(self.model.new_optional_fixed_size_interval_var(start, job.weeks, runs, job.id))
            if job.weeks > self.task.horizon:
                self.model.add(runs == 0)
            elif job.early:
                self.model.add(start == 0)
                self.model.add(runs == 1)
            for before in job.after:
                if before in self.jobs:
                    self.model.add_implication(runs, self.runs[before])
                    first = self.start[before] + self.jobs[before].weeks
                    self.model.add(start >= first).only_enforce_if(runs)
        self.model.add_cumulative(intervals, [1] * len(intervals), self.task.lanes)

    def _money(self, usd_year: float) -> None:
        """What starts in a year is paid from that year's money; whole dollars, rounded against us."""
        costly = [job for job in self.task.jobs if job.usd > 0]
        years = range(-(-self.task.horizon // YEAR))
        paid = {(j.id, y): self.model.new_bool_var(f"{j.id} in year {y}") for j in costly for y in years}
        for job in costly:
            self.model.add(sum(paid[job.id, y] for y in years) == self.runs[job.id])
            for year in years:
                self.model.add(self.start[job.id] >= year * YEAR).only_enforce_if(paid[job.id, year])
                self.model.add(self.start[job.id] < (year + 1) * YEAR).only_enforce_if(paid[job.id, year])
        for year in years:
            self.model.add(sum(-int(-j.usd // 1) * paid[j.id, year] for j in costly) <= int(usd_year))

    def _ended(self, name: str, week: int) -> Any:
        """Whether a job has ended by the end of a week."""
        if (name, week) not in self.done:
            done = self.done[name, week] = self.model.new_bool_var(f"{name} by {week}")
            start, weeks, runs = self.start[name], self.jobs[name].weeks, self.runs[name]
            self.model.add_implication(done, runs)
            self.model.add(start + weeks <= week).only_enforce_if(done)
            self.model.add(start + weeks > week).only_enforce_if([done.negated(), runs])
        return self.done[name, week]

    def _probability(self, week: int) -> Any:
        """The probability that is reached at the end of a week, in steps of 1/FINE."""
        parts, low, high = [], 0, 0
        for table in self.task.tables:
            rows = {places: round(score / STEP) for places, score in table.scores}
            least, most = min(rows.values()), max(rows.values())
            score = self.model.new_int_var(least, most, "")
            ended = [self._ended(name, week) for name in table.jobs]
            allowed = [[int(i in places) for i in range(len(ended))] + [value] for places, value in rows.items()]
            self.model.add_allowed_assignments([*ended, score], allowed)
            parts.append(score)
            low, high = low + least, high + most
        return self._steps(sum(parts), low, high)

    def _steps(self, score: Any, low: int, high: int) -> Any:
        """The exponential of a score, in steps of 1/FINE, as a staircase from below: a step counts where it is reached."""
        heights = [round(FINE * math.exp(min(0.0, self.task.base + STEP * at))) for at in range(low, high + 1)]
        total: Any = 0
        paid = heights[0]
        for at, height in zip(range(low, high + 1), heights, strict=True):
            if height - paid >= FINE // STAIRS or (at == high and height > paid):
                reached = self.model.new_bool_var("")
                self.model.add(score >= at).only_enforce_if(reached)
                total += (height - paid) * reached
                paid = height
        return total

    def hint(self, slots: Sequence[Slot]) -> None:
        """Let the search begin at a schedule that is known to be possible."""
        known = {slot.action: slot for slot in slots}
        for job in self.task.jobs:
            self.model.add_hint(self.runs[job.id], job.id in known)
            if job.id in known:
                self.model.add_hint(self.start[job.id], known[job.id].start_week - 1)

    def slots(self, solver: "cp_model.CpSolverSolutionCallback") -> tuple[Slot, ...]:
        """The schedule that was found, by start and then by priority."""
        found = []
        for job in self.task.jobs:
            if solver.boolean_value(self.runs[job.id]):
                start = solver.value(self.start[job.id])
                found.append(Slot(action=job.id, start_week=start + 1, end_week=start + job.weeks))
        return tuple(sorted(found, key=lambda slot: slot.start_week))
