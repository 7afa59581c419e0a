"""What the charts show, as plain values: every chart can say its numbers in words and lay them out as a table."""

from typing import Literal

from pydantic import Field

from assistant.interview.assessment import Probabilities
from assistant.interview.model import Value
from assistant.reporting.text import dollars, percent

Grid = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""Head and rows of a table."""


class StageBars(Value):
    """The probability of each of the five stages; ``stage`` is the most probable one."""

    chart: Literal["stages"] = "stages"
    names: tuple[str, str, str, str, str]
    probs: Probabilities
    stage: int = Field(ge=1, le=5)

    def alt(self) -> str:
        """The numbers in words."""
        each = ", ".join(f"{name} {percent(p)}" for name, p in zip(self.names, self.probs, strict=True))
        return f"Bar chart of the probability of each stage: {each}."

    def grid(self) -> Grid:
        """The numbers as a table."""
        rows = zip(self.names, self.probs, strict=True)
        return ("Stage", "Probability"), tuple((f"{n}. {name}", percent(p)) for n, (name, p) in enumerate(rows, start=1))


class Radar(Value):
    """The level of each dimension now and, where there is a plan, the level that it aims for."""

    chart: Literal["radar"] = "radar"
    names: tuple[str, ...]
    levels: tuple[int, ...]
    targets: tuple[int, ...] = ()
    target_name: str = ""

    def alt(self) -> str:
        """The numbers in words."""
        aims = self.targets or (None,) * len(self.names)
        each = ", ".join(
            f"{name} {level}" if aim is None else f"{name} {level} (target {aim})"
            for name, level, aim in zip(self.names, self.levels, aims, strict=True)
        )
        return f"Radar chart of the levels of the {len(self.names)} dimensions on a scale of 1 to 5: {each}."

    def grid(self) -> Grid:
        """The numbers as a table."""
        if not self.targets:
            return ("Dimension", "Level"), tuple(zip(self.names, map(str, self.levels), strict=True))
        rows = zip(self.names, map(str, self.levels), map(str, self.targets), strict=True)
        return ("Dimension", "Level", "Target"), tuple(rows)


class Bar(Value):
    """One action on the time line; weeks count from 1, both ends belong to it."""

    title: str
    start_week: int = Field(ge=1)
    end_week: int = Field(ge=1)
    quick_win: bool = False
    gate: bool = False


class Gantt(Value):
    """The roadmap over time; ``marks`` are names and last weeks of the phases."""

    chart: Literal["gantt"] = "gantt"
    bars: tuple[Bar, ...] = Field(min_length=1)
    marks: tuple[tuple[str, int], ...]

    def alt(self) -> str:
        """The numbers in words."""
        each = "; ".join(f"{bar.title}: weeks {bar.start_week} to {bar.end_week}" for bar in self.bars)
        return f"Time line of {len(self.bars)} actions. {each}."

    def grid(self) -> Grid:
        """The numbers as a table."""
        rows = ((b.title, str(b.start_week), str(b.end_week), _kind(b)) for b in self.bars)
        return ("Action", "First week", "Last week", "Kind"), tuple(rows)


def _kind(bar: Bar) -> str:
    words = [text for applies, text in ((bar.quick_win, "quick win"), (bar.gate, "needed for the stage")) if applies]
    return ", ".join(words)


class CostLines(Value):
    """What owning costs over ``years``, the same at every use, against renting at each share of hours in use; USD.

    ``break_evens`` are the shares of hours above which owning is cheaper, one for each rented offer; above 1: never.
    """

    chart: Literal["cost"] = "cost"
    years: int
    owned: str
    own_usd: float = Field(gt=0)
    utilisations: tuple[float, ...]
    rented: tuple[tuple[str, tuple[float, ...]], ...]
    break_evens: tuple[float, ...]

    def alt(self) -> str:
        """The numbers in words."""
        each = "; ".join(
            f"{name} costs {dollars(usd[0])} at {percent(self.utilisations[0])} and {dollars(usd[-1])} at "
            f"{percent(self.utilisations[-1])} of the hours, and owning is {cheaper(limit)}"
            for (name, usd), limit in zip(self.rented, self.break_evens, strict=True)
        )
        return f"Cost over {self.years} years. Owned: {dollars(self.own_usd)} at any use. Rented: {each}."

    def grid(self) -> Grid:
        """The numbers as a table."""
        head = ("Cost at a share of hours in use of", *(percent(u) for u in self.utilisations), "Owning is")
        rows = [(f"Owned: {self.owned}", *[dollars(self.own_usd)] * len(self.utilisations), "")]
        for (name, usd), limit in zip(self.rented, self.break_evens, strict=True):
            rows.append((f"Rented: {name}", *map(dollars, usd), cheaper(limit)))
        return head, tuple(rows)


def cheaper(limit: float) -> str:
    """From which use on owning is cheaper, in words."""
    return "never cheaper" if limit > 1 else f"cheaper above {percent(limit)}"


Chart = StageBars | Radar | Gantt | CostLines
