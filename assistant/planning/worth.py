"""What finished actions are worth: the probability of the target stage that they lead to, by the model of the outlook.

A probability of many gates is close to a product of one factor a dimension, so its logarithm is close to a sum, which a
solver can add up. The schedule that comes out is always judged by the exact model, never by this sum.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from assistant.interview.inference import Array, stage_posterior
from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.planning.outlook import Prospect
from assistant.planning.schedule import Slot, Table, finished, quarter_ends

LEAST = 1e-6
"""A probability below this counts as this: its logarithm would outweigh all others and changes no plan."""
TOGETHER = 6
"""Actions of one dimension that are looked at in all combinations (at most 64); more are looked at in several groups."""


class Worth:
    """The worth of actions for one organisation and one target stage.

    ``closes``: the indicators that each action makes true; ``after``: what each waits for; both in order of priority.
    """

    def __init__(
        self, model: MaturityModel, prospect: Prospect, closes: Mapping[str, Sequence[str]],
        after: Mapping[str, Sequence[str]], goal: int,
    ) -> None:  # fmt: skip
        self._model, self._prospect, self._goal = model, prospect, goal
        self._closes = {name: frozenset(i for i in ids if i in model.indicators) for name, ids in closes.items()}
        self._after = after

    def stages(self, sets: Sequence[Sequence[str]]) -> Array:
        """The stage's probabilities once each of these sets of actions is finished, shape (sets, 5)."""
        return self._prospect.stages([frozenset().union(*(self._closes[a] for a in names)) for names in sets])

    def reach(self, sets: Sequence[Sequence[str]]) -> list[float]:
        """P(target stage or higher) once each of these sets of actions is finished."""
        return [min(1.0, float(p)) for p in self.stages(sets)[:, self._goal - 1 :].sum(axis=1)]

    def area(self, slots: Sequence[Slot], horizon: int) -> float:
        """The sum of `reach` over the ends of the quarters: what a schedule is judged by, exactly."""
        return math.fsum(self.reach([finished(slots, week) for week in quarter_ends(horizon)]))

    def gains(self, names: Sequence[str]) -> dict[str, float]:
        """How much lower the probability would be in the end without each action and all that wait for it."""
        rest = [tuple(n for n in names if n not in self._with_followers(name, names)) for name in names]
        full, *without = self.reach([tuple(names), *rest])
        return {name: full - less for name, less in zip(names, without, strict=True)}

    def _with_followers(self, name: str, names: Sequence[str]) -> set[str]:
        found = {name}
        while more := {n for n in names if n not in found and found & {*self._after.get(n, ())}}:
            found |= more
        return found

    def tables(self) -> tuple[float, tuple[Table, ...]]:
        """The logarithm of the probability today, and what it gains by the finished work of each group of actions.

        For each set of a group's actions: the mean of what it adds when nothing else is finished and when all else is,
        scaled so that all groups together add what all actions add.
        """
        groups = [(d, group) for d in DIMENSIONS for group in self._groups(d)]
        everything = frozenset().union(*self._closes.values()) if self._closes else frozenset()
        nothing, final = self._prospect.likelihood(()), self._prospect.likelihood(everything)
        rows = [(place, ids) for place, (_, group) in enumerate(groups) for ids in self._ways(group)]
        batch = [nothing, final]
        for place, ids in rows:
            dimension, group = groups[place]
            others = self._of(dimension, [a for a in self._closes if a not in group])
            own = self._of(dimension, [group[i] for i in ids])
            batch += [self._with(nothing, dimension, own), self._with(final, dimension, own | others)]
        logs = self._logs(np.stack(batch))
        base, best = logs[0], logs[1]
        scores: list[dict[tuple[int, ...], float]] = [{} for _ in groups]
        for number, (place, ids) in enumerate(rows):
            scores[place][ids] = logs[2 + 2 * number] + logs[3 + 2 * number]
        gained = [{ids: (value - ways[()]) / 2 for ids, value in ways.items()} for ways in scores]
        total = math.fsum(max(ways.values()) for ways in gained)
        scale = (best - base) / total if total > 0 and best > base else 1.0
        return base, tuple(
            Table(jobs=group, scores=tuple((ids, scale * value) for ids, value in ways.items()))
            for (_, group), ways in zip(groups, gained, strict=True)
        )

    def _groups(self, dimension: str) -> list[tuple[str, ...]]:
        members = [name for name in self._closes if self._of(dimension, [name])]
        return [tuple(members[at : at + TOGETHER]) for at in range(0, len(members), TOGETHER)]

    def _of(self, dimension: str, names: Sequence[str]) -> frozenset[str]:
        found = frozenset().union(*(self._closes[name] for name in names)) if names else frozenset()
        return frozenset(i for i in found if self._model.indicators[i].dimension == dimension)

    def _ways(self, group: Sequence[str]) -> list[tuple[int, ...]]:
        """The sets of places in the group that can be finished together: none without those of the group it waits for."""
        place = {name: i for i, name in enumerate(group)}
        first = [{place[b] for b in self._after.get(name, ()) if b in place} for name in group]
        sets = (ids for size in range(len(group) + 1) for ids in combinations(range(len(group)), size))
        return [ids for ids in sets if all(first[i] <= {*ids} for i in ids)]

    def _with(self, likelihood: Array, dimension: str, done: frozenset[str]) -> Array:
        changed = likelihood.copy()
        changed[DIMENSIONS.index(dimension)] = self._prospect.row(dimension, done)
        return changed

    def _logs(self, likelihoods: Array) -> list[float]:
        reached = stage_posterior(self._model, likelihoods)[:, self._goal - 1 :].sum(axis=1)
        return [float(x) for x in np.log(np.maximum(reached, LEAST))]
