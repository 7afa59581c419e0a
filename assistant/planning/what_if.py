"""What if: the plan with something supposed to be otherwise, and what that changes, in words and numbers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.interview.assessment import Assessment
from assistant.interview.evidence import Evidence, Fact
from assistant.interview.model import MaturityModel, Value
from assistant.planning.actions import Action
from assistant.planning.capacity import capacity
from assistant.planning.catalogue import Catalogue
from assistant.planning.changes import FACTS, GROWTH, Change, changed_facts
from assistant.planning.difference import Row, differences
from assistant.planning.placement_phases import PHASE_NAMES, PLACE_NAMES
from assistant.planning.plan import Plan, assembled, deploy
from assistant.planning.price_changes import changed_catalogue, price
from assistant.planning.roadmap import roadmap

QUICK = 0.0
"""No search for the best schedule: the list schedule of both plans shows what people and money change within 50 ms."""
_PARTS = {
    "placement": "where the work runs",
    "cost": "what it costs",
    "sizing": "sizes",
    "promotion": "the promotion path",
    "roadmap": "the roadmap",
}
"""The parts of a plan in the order in which a person asks for them, as they are called in a sentence."""


class WhatIf(Value):
    """The new plan and all that differs from the old one; ``kept`` names the parts of the plan that stay as they are."""

    changes: tuple[str, ...]
    summary: str
    rows: tuple[Row, ...]
    kept: tuple[str, ...]
    plan: Plan

    def to_dict(self) -> dict[str, Any]:
        """The difference as JSON-ready data, without the plans themselves."""
        return self.model_dump(mode="json", exclude={"plan"})

    def to_markdown(self) -> str:
        """The difference as Markdown: the sentence, then a table for each part that changed."""
        from assistant.planning.what_if_markdown import markdown

        return markdown(self)


def what_if(
    model: MaturityModel,
    evidence: Sequence[Evidence],
    facts: Mapping[str, Fact],
    assessment: Assessment,
    actions: Sequence[Action],
    catalogue: Catalogue,
    changes: Sequence[Change],
    before: Plan | None = None,
    said: Sequence[str] = (),
    search: float = QUICK,
) -> WhatIf:
    """The plan with ``changes`` made to facts and prices, and how it differs from ``before``.

    ``before`` is the plan as things stand, made here when it is not given. Its roadmap serves again unless people, money
    or the levels are others, since nothing else that can be supposed bears on it. ``said`` words what is supposed where
    that is more than ``changes``. ``search`` is the effort with which roadmaps are scheduled, and has to be that of
    ``before``, so that like is compared with like. Raises `InputError` for a change that cannot be made.
    """
    others = changed_facts(facts, changes)
    prices = changed_catalogue(catalogue, changes)
    old = before
    if old is None:
        first = roadmap(model, evidence, assessment, actions, facts, search=search)
        old = assembled(facts, assessment, first, deploy(facts, assessment, catalogue))
    standing = (assessment.stage, {d: view.level for d, view in assessment.dimensions.items()})
    alike = standing == (old.assessment.stage, old.assessment.levels)
    if alike and capacity(facts) == capacity(others):
        way = old.roadmap
    else:
        target = old.roadmap.target if alike else None
        way = roadmap(model, evidence, assessment, actions, others, target, search=search)
    plan = assembled(others, assessment, way, deploy(others, assessment, prices))
    return compared(old, plan, said or [change.text for change in changes], _prices(catalogue, prices, changes))


def compared(before: Plan, after: Plan, changes: Sequence[str], prices: Iterable[Row] = ()) -> WhatIf:
    """How ``after`` differs from ``before``, whatever made it so.

    ``changes`` says in words what was supposed, and ``prices`` what that means for the catalogue.
    """
    rows = differences(before, after, prices)
    touched = {row.part for row in rows}
    kept = tuple(name for part, name in _PARTS.items() if part not in touched)
    return WhatIf(changes=tuple(changes), summary=_summary(changes, rows, kept, after), rows=rows, kept=kept, plan=after)


def _prices(before: Catalogue, after: Catalogue, changes: Sequence[Change]) -> tuple[Row, ...]:
    names = dict.fromkeys(change.name for change in changes if change.name not in FACTS and change.name != GROWTH)
    pairs = {name: (price(before, name), price(after, name)) for name in names}
    return tuple(Row(part="fact", what=n, before=old, after=new, why="supposed") for n, (old, new) in pairs.items())


def _summary(changes: Sequence[str], rows: Iterable[Row], kept: Sequence[str], after: Plan) -> str:
    """One or two sentences: what moves, how many figures follow, and what stays."""
    supposed = f"Supposing {' and '.join(changes)}" if changes else "As stated"
    shown = [row for row in rows if row.part not in ("fact", "assumption")]
    if not shown:
        return f"{supposed}, nothing in the plan changes."
    said = _moves(after, shown)
    for part, one, many in (
        ("cost", "figure of cost", "figures of cost"),
        ("sizing", "size", "sizes"),
        ("roadmap", "line of the roadmap", "lines of the roadmap"),
    ):
        number = sum(row.part == part for row in shown)
        said += [f"{number} {one if number == 1 else many} {'moves' if number == 1 else 'move'}"] if number else []
    stays = f" What stays as it is: {_listed(kept)}." if kept else ""
    return f"{supposed}: {'; '.join(said) or 'only warnings and the promotion path change'}.{stays}"


def _moves(after: Plan, rows: Iterable[Row]) -> list[str]:
    """Where phases go that go elsewhere, those of one destination together."""
    moved = {row.what for row in rows if row.part == "placement" and row.moves}
    towards: dict[str, list[str]] = {}
    for placement in after.deployment.placements:
        name = PHASE_NAMES[placement.phase]
        if name in moved:
            towards.setdefault(PLACE_NAMES[placement.decision], []).append(name[0].lower() + name[1:])
    return [f"{_listed(names)} would be {place}" for place, names in towards.items()]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
