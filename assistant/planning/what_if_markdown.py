"""A what-if as Markdown: the sentence, then one table for each part of the plan that changes."""

from collections.abc import Iterable, Sequence

from assistant.planning.difference import Part, Row
from assistant.planning.plan_markdown import escaped
from assistant.planning.what_if import WhatIf

HEADINGS: dict[Part, str] = {
    "fact": "What is supposed",
    "placement": "Where the work runs",
    "cost": "Cost and break-even",
    "sizing": "Sizes",
    "roadmap": "Roadmap",
    "promotion": "Promotion path",
}
_MOST = 12
"""Rows shown of one part; the rest is counted, and stands in the data."""


def markdown(asked: WhatIf) -> str:
    """The whole difference."""
    lines = [f"# What if: {escaped(', '.join(asked.changes))}", "", escaped(asked.summary), ""]
    for part, heading in HEADINGS.items():
        lines += _table(heading, [row for row in asked.rows if row.part == part])
    lines += _bullets("Conflicts and duties", [row for row in asked.rows if row.part == "warning"])
    lines += _bullets("Assumptions", [row for row in asked.rows if row.part == "assumption"])
    return "\n".join(lines).rstrip() + "\n"


def brief(asked: WhatIf, most: int = 5) -> str:
    """The difference as an answer in a conversation: the sentence, and what matters most of it."""
    moved = [row for row in asked.rows if row.part == "placement" and row.moves]
    figures = [row for row in asked.rows if row.part in ("cost", "sizing", "roadmap") and (row.numbers or row.moves)]
    warned = [row for row in asked.rows if row.part == "warning" and row.before == "new"]
    lines = [
        f"- {escaped(r.what)}: {escaped(_place(r.after))} and not {escaped(_place(r.before))}. {escaped(r.why)}"
        for r in moved
    ]
    lines += [f"- {escaped(row.after)}" for row in warned]
    lines += [
        f"- {escaped(r.what)}: {escaped(r.after.rstrip('.'))} (before: {escaped(r.before.rstrip('.'))})"
        for r in sorted(figures, key=lambda row: not row.moves)
    ]
    shown = lines[:most]
    rest = len(lines) - len(shown)
    return "\n".join(
        [escaped(asked.summary), *([""] if shown else []), *shown, *([f"- and {rest} more"] if rest > 0 else [])]
    )


def _place(text: str) -> str:
    return text.split(" (rule", 1)[0]


def _table(heading: str, rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    head = [f"## {heading}", "", "| What | Before | After | Why |", "|---|---|---|---|"]
    body = [f"| {' | '.join(escaped(cell) for cell in (r.what, r.before, r.after, r.why))} |" for r in rows[:_MOST]]
    rest = [f"and {len(rows) - _MOST} more", ""] if len(rows) > _MOST else []
    return [*head, *body, "", *rest]


def _bullets(heading: str, rows: Iterable[Row]) -> list[str]:
    lines = [f"- New: {escaped(r.after)}" if r.before == "new" else f"- Gone: {escaped(r.before)}" for r in rows]
    return [f"## {heading}", "", *lines, ""] if lines else []
