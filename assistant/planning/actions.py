"""The actions a roadmap is made of: what each makes true, what it takes, and what has to come before it.

The actions are data in ``knowledge/actions/``; this module says what is well-formed and puts them in order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assistant.errors import KnowledgeError
from assistant.interview.model import DimensionId, Level, MaturityModel, Value

Size = Literal["small", "medium", "large"]
"""How big the organisation's means are: see ``assistant.planning.capacity``."""

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Action(Value):
    """One concrete step that takes a dimension from one level to a higher one.

    ``indicators``: ids of the indicators that are true once ``exit_criterion`` is met; the first one belongs to
    ``dimension``. ``effort_weeks``: person-weeks of work, all hands together. ``cost_usd``: lowest and highest money
    spent beyond that work. ``requires``: ids of actions that come first, unless what they make true holds already.
    ``sources``: ids in ``knowledge/sources.yaml`` or of guidance documents. ``risk``: what most often goes wrong, and
    what helps against it. ``alternative_to``: id of the action that organisations of other sizes do instead.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=8)
    dimension: DimensionId
    from_level: Level
    to_level: Level
    indicators: tuple[str, ...] = Field(min_length=1)
    why: str = Field(min_length=10)
    steps: tuple[str, ...] = Field(min_length=2)
    owner: str = Field(min_length=2)
    effort_weeks: float = Field(gt=0, le=200)
    cost_usd: tuple[NotNegative, NotNegative]
    kpi: str = Field(min_length=5)
    exit_criterion: str = Field(min_length=10)
    requires: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = Field(default=("small", "medium", "large"), min_length=1)
    quick_win: bool = False
    sources: tuple[str, ...] = Field(min_length=1)
    risk: str = ""
    alternative_to: str | None = None

    @property
    def planned_usd(self) -> float:
        """What a plan sets aside for it: the highest cost, so that a budget holds even where all comes dearer."""
        return self.cost_usd[1]

    @property
    def sustains(self) -> bool:
        """Whether it keeps level 5 instead of reaching a level."""
        return self.from_level == self.to_level == 5

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.to_level <= self.from_level and not self.sustains:
            raise ValueError(f"action {self.id!r}: to_level must be above from_level (or both 5, to keep what is there)")
        if self.cost_usd[0] > self.cost_usd[1]:
            raise ValueError(f"action {self.id!r}: cost_usd is [lowest, highest]")
        if not self.indicators[0].startswith(self.dimension + "."):
            raise ValueError(f"action {self.id!r}: its first indicator must begin with {self.dimension + '.'!r}")
        if self.id == self.alternative_to:
            raise ValueError(f"action {self.id!r} is an alternative to itself")
        if self.id in self.requires:
            raise ValueError(f"action {self.id!r} requires itself")
        return self


class ActionFile(Value):
    """The content of one file in ``knowledge/actions/``."""

    actions: tuple[Action, ...] = Field(min_length=1)


def order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions, each after those it requires, otherwise as given.

    Prerequisites that are not among ``actions`` are taken to be met. Raises `KnowledgeError` that names the members
    when the prerequisites form a ring, or when an id stands twice.
    """
    given = list(actions)
    by_id = {action.id: action for action in given}
    if len(by_id) != len(given):
        doubled = sorted({a.id for a in given if sum(b.id == a.id for b in given) > 1})
        raise KnowledgeError(f"Action ids must be unique; {', '.join(doubled)} stand twice; rename one of each.")
    position = {action.id: index for index, action in enumerate(given)}
    sorter = TopologicalSorter({a.id: [r for r in a.requires if r in by_id] for a in given})
    try:
        sorter.prepare()
    except CycleError as fault:
        ring = " -> ".join(reversed(fault.args[1]))
        raise KnowledgeError(f"Actions wait for each other in a ring: {ring}; drop one of these 'requires'.") from fault
    result: list[Action] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted({*ready, *sorter.get_ready()}, key=position.__getitem__)
        first = ready.pop(0)
        result.append(by_id[first])
        sorter.done(first)
    return tuple(result)


def action_faults(model: MaturityModel, actions: Sequence[Action], sources: Iterable[str] = ()) -> Iterator[str]:
    """Every contradiction between the actions, the maturity model and the sources, one sentence each.

    ``sources``: the known source and guidance ids; nothing is said of sources when it is empty.
    """
    by_id = {action.id: action for action in actions}
    known_sources = set(sources)
    for action in actions:
        for indicator in action.indicators:
            found = model.indicators.get(indicator)
            if found is None:
                yield f"action {action.id!r} names the unknown indicator {indicator!r}"
            elif found.level > action.to_level:
                yield f"action {action.id!r}: {indicator!r} is of level {found.level}, above its to_level"
        for required in action.requires:
            if required not in by_id:
                yield f"action {action.id!r} requires the unknown action {required!r}"
        yield from _alternative_faults(action, by_id)
        for source in action.sources:
            if known_sources and source not in known_sources:
                yield f"action {action.id!r} cites the unknown source {source!r}"
    try:
        order(actions)
    except KnowledgeError as fault:
        yield str(fault)


def _alternative_faults(action: Action, by_id: Mapping[str, Action]) -> Iterator[str]:
    if action.alternative_to is None:
        return
    other = by_id.get(action.alternative_to)
    if other is None:
        yield f"action {action.id!r} is an alternative to the unknown action {action.alternative_to!r}"
    elif shared := {*action.sizes} & {*other.sizes}:
        yield f"action {action.id!r} and its alternative {other.id!r} both suit the size {', '.join(sorted(shared))}"
    elif not {*action.indicators} & {*other.indicators}:
        yield f"action {action.id!r} makes nothing true that its alternative {other.id!r} does"
