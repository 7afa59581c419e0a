"""The application service: the one place that orchestrates. Surfaces call this and nothing else.

``Advisor`` is the composition root: it chooses the concrete parts from the settings, each built on first use.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.conversation import Session, Turn
from assistant.engines import Engines
from assistant.errors import Forbidden, InputError
from assistant.interview.assessment import Assessment, assess
from assistant.interview.events import Event, ReplyGiven, SessionStarted
from assistant.interview.evidence import FACT_UNITS, Evidence, Fact
from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.interview.state import fold
from assistant.logs import configure
from assistant.planning.plan import Plan
from assistant.retrieval.answer import Answer
from assistant.settings import Settings, from_environment
from assistant.storage.log import EventLog, SessionRow

if TYPE_CHECKING:
    from assistant.planning.changes import Change
    from assistant.planning.what_if import WhatIf
    from assistant.reporting.report import Report

__all__ = ["Advisor", "Session", "SessionSummary", "Turn"]


class SessionSummary(SessionRow):
    """A session in the list of sessions: how far it got and where it stands."""

    turns: int
    stage: int
    stage_name: str
    opening: str


class Advisor:
    """Interviews, judges, answers and plans. Safe to share between threads; sessions are not."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or from_environment()
        configure(self.settings.log_level, self.settings.log_path)
        self.engines = Engines(self.settings)

    @property
    def model(self) -> MaturityModel:
        """The maturity model."""
        return self.engines.model

    @cached_property
    def log(self) -> EventLog:
        """The event log."""
        return EventLog(self.settings.event_log_url)

    def start(self, owner: str = "local", session_id: str | None = None) -> Session:
        """Open a session for an owner; it begins with a greeting."""
        owner = _owner(owner)
        greeting = self.engines.writer.greeting(None)
        events: list[Event] = [SessionStarted(owner=owner, greeting=greeting), ReplyGiven(text=greeting)]
        return Session(self, self.log.start(owner, events, session_id))

    def resume(self, session_id: str, owner: str = "local") -> Session:
        """Go on with a session; NotFound when there is none, Forbidden when it is another owner's."""
        if self.log.session(session_id).owner != _owner(owner):
            raise Forbidden(f"Session {session_id!r} belongs to another owner; list your own sessions to find yours.")
        return Session(self, session_id)

    def sessions(self, owner: str = "local") -> list[SessionSummary]:
        """The owner's sessions, latest first."""
        return [self._summary(row) for row in self.log.sessions(_owner(owner))]

    def delete(self, session_id: str, owner: str = "local") -> None:
        """Delete a session for good, with all that was said."""
        self.resume(session_id, owner)
        self.log.delete(session_id)

    def _summary(self, row: SessionRow) -> SessionSummary:
        state = fold(self.log.read(row.id))
        view = assess(self.model, state.evidence)
        said = next((turn.text for turn in state.turns if turn.text), "")
        return SessionSummary(
            **row.model_dump(), turns=len(state.turns), stage=view.stage, stage_name=view.stage_name, opening=said[:120]
        )

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """One grounded answer from the knowledge base; it abstains when the knowledge base does not cover the question."""
        return self.engines.knowledge.ask(question, history=history)

    def plan_from_facts(self, stated: Mapping[str, Any]) -> Plan:
        """A plan from stated facts: ``{"stage": 1..5?, "levels": {dimension: 1..5}?, fact name: value, ...}``."""
        from assistant.stated import evidence_of, facts_of

        evidence, facts = evidence_of(self.model, stated), facts_of(stated)
        return self.plan(evidence, facts)

    def what_if_stated(self, stated: Mapping[str, Any], changes: Sequence[str]) -> "WhatIf":
        """What changes, such as ``peak_rps*=2``, ``usd_kwh=0.3`` or ``stage=4``, make of the plan from stated facts."""
        from assistant.planning.changes import read_change
        from assistant.planning.schedule import EFFORT_LIMIT
        from assistant.stated import evidence_of, facts_of, restaged

        before, facts = self.plan_from_facts(stated), facts_of(stated)
        supposed, others = restaged(stated, changes)
        made = [read_change(text) for text in others]
        return self.what_if(evidence_of(self.model, supposed), facts, made, before, changes, EFFORT_LIMIT)

    def what_if(
        self,
        evidence: Sequence[Evidence],
        facts: Mapping[str, Fact],
        changes: "Sequence[Change]",
        before: Plan | None = None,
        said: Sequence[str] = (),
        search: float = 0.0,
    ) -> "WhatIf":
        """What ``changes`` to facts and prices make of the plan, beside ``before`` or the plan as things stand.

        ``search``: the effort with which roadmaps are scheduled; the same for ``before``.
        """
        from assistant.planning.what_if import what_if

        view, prices = assess(self.model, evidence), self.engines.catalogue
        return what_if(self.model, evidence, facts, view, self.engines.actions, prices, changes, before, said, search)

    def supposed(self, text: str) -> "tuple[Change, ...]":
        """What a message asks to suppose ("what if we had 500 requests a second?"); empty when it asks nothing so."""
        from assistant.language.supposition import supposed

        return supposed(text, self.engines.facts)

    def answer_what_if(self, evidence: Sequence[Evidence], facts: Mapping[str, Fact], changes: "Sequence[Change]") -> str:
        """What the plan would be with ``changes``, in words for a conversation; it says so when one cannot be made."""
        from assistant.planning.what_if_markdown import brief

        try:
            told = brief(self.what_if(evidence, facts, changes))
        except InputError as fault:
            return str(fault)
        return f"{told}\n\nI only supposed this. If it is so, say it as it is, and the plan will follow."

    def waits_for(self, facts: Mapping[str, Fact], stage: int) -> frozenset[str]:
        """The facts not yet known whose answer could change the plan at this stage."""
        from assistant.planning.deciding import waits_for

        return waits_for(self.model, facts, stage, self.engines.catalogue)

    def write_manifests(self, plan: Plan, folder: Path) -> tuple[Path, ...]:
        """Write the plan's deployment drafts (Kubernetes manifests, bill of materials) into a folder; the files' paths."""
        from assistant.reporting.manifest_files import manifest_files, write_manifests

        return write_manifests(manifest_files(plan), folder)

    def plan(self, evidence: Sequence[Evidence], facts: Mapping[str, Fact], view: Assessment | None = None) -> Plan:
        """The roadmap and the deployment plan that follow from evidence and facts."""
        from assistant.planning.plan import make_plan

        judged = view or assess(self.model, evidence)
        return make_plan(self.model, evidence, facts, judged, self.engines.actions, self.engines.catalogue)

    def report_of(self, session: Session) -> "Report":
        """Everything that a report of the session says."""
        from assistant.reporting.report import build_report

        plan = self.plan(session.state.evidence, session.state.facts)
        return build_report(self.model, session.id, session.state, plan, self.engines.sources)

    def size(self, calculator: str, **inputs: Any) -> dict[str, Any]:
        """One calculator's answer with formula, inputs and sources; ``gpu`` is an id of the catalogue."""
        return self.engines.calculate(calculator, inputs)

    def read_statement(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """How a text stands to any statement: ``{"id", "question", "text", "statement"}`` -> label and probabilities."""
        texts = {name: row.get(name) or "" for name in ("question", "text", "statement")} if isinstance(row, Mapping) else {}
        wrong = [name for name, value in texts.items() if not isinstance(value, str)]
        if not texts or wrong or not texts["text"].strip() or not texts["statement"].strip():
            raise InputError('An object with "text" and "statement" is expected, "question" and "id" if there are any.')
        probs = self.engines.embedded_reader.judge(texts["question"], texts["text"], texts["statement"])
        return {"id": row.get("id"), "label": max(probs, key=lambda label: probs[label]), "probs": probs}

    def documents(self) -> list[dict[str, Any]]:
        """All documents of the knowledge base."""
        return [document._asdict() for document in self.engines.knowledge.documents()]

    def add_knowledge(self, path: Path) -> tuple[str, ...]:
        """Add a document or a folder of documents for everyone; their ids."""
        return tuple(self.engines.knowledge.add(path))

    def remove_knowledge(self, document: str) -> None:
        """Remove an added document; it can be restored."""
        self.engines.knowledge.remove(document)

    def restore_knowledge(self, document: str, version: int | None = None) -> int:
        """Bring back a former version of an added document, else the last one; its number."""
        return self.engines.knowledge.restore(document, version)

    def reindex(self, *, full: bool = False, progress: Callable[[int, int], object] | None = None) -> dict[str, int]:
        """Bring the index up to date; how many documents and passages there are, how many were embedded and deleted.

        ``full`` embeds everything anew; ``progress`` is told how many texts have been embedded, of how many.
        """
        return self.engines.knowledge.reindex(full=full, progress=progress)._asdict()

    def knowledge_faults(self) -> Iterator[str]:
        """Every fault of the knowledge base with file and line; nothing when it is sound."""
        return self.engines.faults()

    def assess_respondent(self, respondent: Mapping[str, Any]) -> dict[str, Any]:
        """Judge one written respondent: ``{"id", "opening", "answers": {dimension: text}, "constraints_text"}``."""
        said = _respondent(respondent)
        evidence: list[Evidence] = []
        facts: dict[str, Fact] = {}
        for place, text in enumerate(said):
            question = self.model.openers.get(text[0])
            read = self.engines.reader.read(text[1], question, place)
            evidence += read.evidence if text[0] != "constraints" else ()
            facts.update({fact.name: fact for fact in read.facts})
        view = assess(self.model, evidence)
        plan = self.plan(evidence, facts, view).to_dict()
        return {
            "id": respondent["id"],
            "stage": view.stage,
            "stage_name": view.stage_name,
            "stage_probs": list(view.stage_probs),
            "confidence": view.confidence,
            "dimensions": {d: {"level": part.level, "probs": list(part.probs)} for d, part in view.dimensions.items()},
            "facts": {name: facts[name].model_dump(mode="json", exclude={"name"}) for name in FACT_UNITS if name in facts},
            "placement": plan["deployment"]["placement"],
            "evidence": [item.model_dump(mode="json") for item in evidence],
        }


def _owner(owner: str) -> str:
    if not isinstance(owner, str) or not owner.strip() or len(owner) > 200:
        raise InputError("An owner is a name of 1 to 200 characters; give the name of the person or team.")
    return owner


def _respondent(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The respondent's texts as (dimension or 'opening' or 'constraints', text), or InputError naming the fault."""
    if not isinstance(given, Mapping) or not isinstance(given.get("id"), str | int):
        raise InputError('A respondent is a JSON object with an "id"; add one.')
    answers = given.get("answers") or {}
    if not isinstance(answers, Mapping):
        raise InputError(f'"answers" of respondent {given["id"]!r} must be an object of dimension and text.')
    unknown = sorted(set(answers) - set(DIMENSIONS))
    if unknown:
        raise InputError(
            f"Respondent {given['id']!r} answers unknown dimensions {', '.join(map(str, unknown))}; "
            f"known are {', '.join(DIMENSIONS)}."
        )
    parts = [("opening", given.get("opening")), *answers.items(), ("constraints", given.get("constraints_text"))]
    for name, text in parts:
        if text is not None and not isinstance(text, str):
            raise InputError(f'"{name}" of respondent {given["id"]!r} must be text, not {json.dumps(text)[:40]}.')
    said = [(name, text) for name, text in parts if text and text.strip()]
    if not said:
        raise InputError(f"Respondent {given['id']!r} says nothing; an opening or at least one answer is expected.")
    return said
