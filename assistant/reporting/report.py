"""Everything that a report says, as one frozen value. The four formats are written from it and from nothing else."""

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Protocol

from pydantic import Field

from assistant.interview.assessment import Assessment, assess
from assistant.interview.evidence import Evidence, Fact
from assistant.interview.explanation import Change, Reason, conditions_missing, reasons, what_would_change
from assistant.interview.inference import Posterior
from assistant.interview.model import DIMENSIONS, MaturityModel, Stage, Value
from assistant.interview.state import State, Turned
from assistant.planning.plan import Plan
from assistant.reporting.elements import Reference, Said

TITLE = "AI maturity assessment and plan"
FOUNDING = "FOUND"
"""The source of the maturity model itself, named in every report."""
_REASONS = 8


class CitedSource(Protocol):
    """A publication that the knowledge base cites."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def publisher(self) -> str:
        """Who published it."""

    @property
    def year(self) -> int | str:
        """The year of publication."""

    @property
    def address(self) -> str:
        """Where it can be read."""


class Report(Value):
    """An assessment with all its grounds, and the plan that follows from it (None where none was made).

    ``changes`` and ``missing`` say what would change the stage; ``transcript`` is what was said, in order, with the
    turns' numbers that evidence refers to. ``model`` is the maturity model in whose words the report speaks.
    """

    title: str
    session_id: str
    generated_at: dt.date
    assessment: Assessment
    evidence: tuple[Evidence, ...]
    facts: dict[str, Fact]
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    missing: tuple[str, ...]
    plan: Plan | None
    transcript: tuple[Said, ...]
    sources: tuple[Reference, ...]
    model: MaturityModel = Field(exclude=True, repr=False)

    @property
    def stage(self) -> Stage:
        """The stage that the organisation is most probably at."""
        return self.model.stages[self.assessment.stage - 1]

    @cached_property
    def targets(self) -> dict[str, int]:
        """The level of each dimension that the roadmap works towards, by the open indicators that it needs."""
        if self.plan is None:
            return {}
        wanted = {d: self.assessment.dimensions[d].level for d in DIMENSIONS}
        for gap in self.plan.roadmap.gap:
            wanted[gap.dimension] = max(wanted[gap.dimension], gap.level)
        return wanted


def build_report(
    model: MaturityModel,
    session_id: str,
    state: State,
    plan: Plan | None,
    sources: Mapping[str, CitedSource],
    *,
    title: str = TITLE,
    today: dt.date | None = None,
) -> Report:
    """The report on a session as it stands; ``today`` is the date that it bears (None: the current one, UTC)."""
    evidence = state.evidence
    posterior = Posterior(model, evidence)
    assessment = assess(model, evidence, posterior)
    return Report(
        title=title,
        session_id=session_id,
        generated_at=today or dt.datetime.now(tz=dt.UTC).date(),
        assessment=assessment,
        evidence=evidence,
        facts=state.facts,
        reasons=reasons(model, evidence, assessment.stage, _REASONS),
        changes=what_would_change(model, posterior),
        missing=conditions_missing(model, posterior),
        plan=plan,
        transcript=_transcript(state),
        sources=_references((FOUNDING, *(plan.sources if plan else ())), sources),
        model=model,
    )


def _transcript(state: State) -> tuple[Said, ...]:
    said = [Said(number=None, who="Advisor", text=state.greeting)] if state.greeting else []
    for turn in state.turns:
        said.append(Said(number=turn.seq, who="You", text=_action(turn)))
        if turn.reply:
            said.append(Said(number=turn.seq, who="Advisor", text=turn.reply))
    return tuple(said)


def _action(turn: Turned) -> str:
    if turn.action == "skipped":
        return "(skipped the question)"
    if turn.action == "misread":
        return "(not what was meant)"
    if turn.action == "attached":
        return f"(gave the document {turn.text})"
    return turn.text


def _references(ids: tuple[str, ...], sources: Mapping[str, CitedSource]) -> tuple[Reference, ...]:
    return tuple(_reference(name, sources.get(name)) for name in dict.fromkeys(ids))


def _reference(name: str, source: CitedSource | None) -> Reference:
    if source is None:  # not a publication: one of the advisor's own guidance documents
        return Reference(id=name, text=f"Guidance of the advisor: {name.replace('-', ' ')}")
    return Reference(id=name, text=f"{source.publisher}: {source.title} ({source.year})", address=source.address)
