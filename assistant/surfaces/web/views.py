"""What the page shows of an interview: pure functions of what the advisor says. Every value is escaped."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant import Answer, Assessment, Evidence, Option
from assistant.surfaces.web.texts import (
    amount,
    as_reply,
    as_typed,
    linked,
    percent,
    safe,
    shortened,
    sureness,
    where,
)

if TYPE_CHECKING:
    from assistant.advisor import Advisor, Session, SessionSummary

Message = dict[str, str]
Choice = tuple[str, str]
"""What a person reads and what the page sends."""

_VERDICTS = {
    "affirmed": ("for", "speaks for it"),
    "partly": ("partly", "holds in part"),
    "planned": ("planned", "planned, not yet so"),
    "denied": ("against", "speaks against it"),
}


def messages(session: "Session") -> list[Message]:
    """The conversation as it stands; what was taken back is gone."""
    shown = [_said_by_advisor(session.greeting)]
    for turn in session.turns:
        own = {
            "skipped": "*Skipped*",
            "misread": "*That is not what I meant*",
            "attached": f"Document: {as_typed(turn.text)}",
        }
        shown.append({"role": "user", "content": own.get(turn.action) or as_typed(turn.text)})
        if turn.reply:
            shown.append(_said_by_advisor(turn.reply))
    return shown


def aside(typed: str, reply: str) -> list[Message]:
    """An exchange that changed nothing and is therefore not in the log."""
    return [{"role": "user", "content": as_typed(shortened(typed, 200))}, _said_by_advisor(reply)]


def own_words(typed: str) -> Message:
    """What the person just sent."""
    return {"role": "user", "content": as_typed(typed)}


def _said_by_advisor(text: str) -> Message:
    return {"role": "assistant", "content": as_reply(text)}


def options(session: "Session") -> Sequence[Option]:
    """The options of the open question, none when it is an open one."""
    return session.question.options if session.question else ()


def progress(advisor: "Advisor", session: "Session") -> str:
    """How far the interview is."""
    most = advisor.model.parameters.max_questions
    answered = len(session.state.answered)
    words = f"{answered} of at most {most} questions"
    if session.done:
        words = f"Done after {answered} questions. Ask for the plan, or go on talking."
    filled = most if session.done else min(answered, most)
    return (
        f'<div class="progress"><progress aria-label="Progress of the interview" max="{most}" value="{filled}"></progress>'
        f"<span>{safe(words)}</span></div>"
    )


def gauge(advisor: "Advisor", session: "Session") -> str:
    """The five stages with their probabilities, where the organisation stands, why, and what is missing."""
    view = session.assessment
    stages = advisor.model.stages
    rows = "".join(
        f'<li class="stage{" now" if stage.number == view.stage else ""}"'
        f"{' aria-current=true' if stage.number == view.stage else ''}>"
        f'<span class="name">{stage.number} {safe(stage.name)}</span>'
        f'<span class="bar"><i style="width:{100 * share:.1f}%"></i></span>'
        f'<span class="share">{percent(share)}</span></li>'
        for stage, share in zip(stages, view.stage_probs, strict=True)
    )
    if not session.evidence:
        standing = '<p class="standing"><strong>Not known yet</strong><span>what is usual before an interview</span></p>'
        return f'<section class="gauge" aria-label="Stage">{standing}<ol>{rows}</ol></section>'
    standing = (
        f'<p class="standing"><strong>{safe(view.stage_name)}</strong>'
        f"<span>stage {view.stage} of 5, {safe(sureness(view.confidence))} ({percent(view.confidence)})</span></p>"
    )
    summary = f'<p class="summary">{safe(stages[view.stage - 1].summary)}</p>'
    return f'<section class="gauge" aria-label="Stage">{standing}<ol>{rows}</ol>{summary}{_why(session)}</section>'


def _why(session: "Session") -> str:
    """The quotes that moved the stage most, and what the next stage still asks for."""
    moved = "".join(
        f"<li>“{safe(shortened(reason.evidence.quote, 160))}” <small>{100 * reason.shift:+.0f} points</small></li>"
        for reason in session.reasons(3)
        if abs(reason.shift) >= 0.005
    )
    missing = "".join(f"<li>{safe(text)}</li>" for text in session.missing())
    parts = f"<h4>What moved it most</h4><ul>{moved}</ul>" if moved else ""
    parts += f"<h4>What the next stage still asks for</h4><ul>{missing}</ul>" if missing else ""
    return f"<details><summary>Why, and what is missing</summary>{parts}</details>" if parts else ""


def levels_table(view: Assessment) -> str:
    """The radar's numbers as a table, for everyone who does not see the picture."""
    rows = "".join(
        f'<tr><th scope="row">{safe(part.name)}</th>'
        f"<td>{part.level if part.evidence else '–'}</td>"
        f"<td>{percent(max(part.probs)) if part.evidence else 'not asked yet'}</td></tr>"
        for part in view.dimensions.values()
    )
    head = '<tr><th scope="col">Dimension</th><th scope="col">Level</th><th scope="col">How sure</th></tr>'
    return (
        "<details><summary>Levels as a table</summary><table><caption>Level of each dimension, 1 to 5</caption>"
        f"<thead>{head}</thead><tbody>{rows}</tbody></table></details>"
    )


def ledger(advisor: "Advisor", session: "Session") -> str:
    """Everything that counts: the words, what they were read as, and whether that speaks for or against it."""
    if not session.evidence and not session.facts:
        return '<p class="empty">Nothing yet. What you say will stand here, with what was read from it.</p>'
    order = _ordinals(session)
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for item in session.evidence:
        groups.setdefault((item.quote, where(item.source, item.page, order)), []).append(item)
    cards = "".join(
        f'<li><blockquote>“{safe(quote)}”</blockquote><p class="place">{safe(place)}</p><ul>'
        + "".join(_reading(advisor, item) for item in items)
        + "</ul></li>"
        for (quote, place), items in reversed(groups.items())
    )
    facts = "".join(
        f"<li><b>{safe(fact.name.replace('_', ' '))}</b>: {safe(amount(fact.value, fact.unit))} "
        f"<q>{safe(shortened(fact.quote, 120))}</q></li>"
        for fact in session.facts.values()
    )
    noted = f"<h4>Facts for the plan</h4><ul class=facts>{facts}</ul>" if facts else ""
    return f'<ul class="ledger">{cards}</ul>{noted}'


def _reading(advisor: "Advisor", item: Evidence) -> str:
    sign, words = _VERDICTS[item.polarity]
    if item.levels is not None:
        names = {"option": "picked", "level": "your answer as a whole"}
        sign, words = "for", names.get(item.kind, "not known")
    return (
        f'<li><span class="mark {sign}">{words}</span> {safe(statement(advisor, item))} '
        f"<small>trusted to {percent(item.weight)}</small></li>"
    )


def statement(advisor: "Advisor", item: Evidence) -> str:
    """What a piece of evidence is about, in words."""
    known = advisor.model.indicators.get(item.indicator)
    if known is not None:
        return known.statement
    dimension = advisor.model.dimension(item.dimension)
    level = int(item.indicator.rsplit("-", 1)[1])
    return f"{dimension.name} at level {level}: {dimension.levels[level]}"


def evidence_key(item: Evidence) -> str:
    """A name for a piece of evidence that survives a reload of the page."""
    content = "\0".join((str(item.source), item.indicator, item.polarity, item.quote))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def rejectable(advisor: "Advisor", session: "Session") -> list[Choice]:
    """The evidence that a person may call read wrongly, latest first."""
    found = {evidence_key(item): item for item in reversed(session.evidence)}
    return [
        (f"“{shortened(item.quote, 70)}” → {shortened(statement(advisor, item), 90)}", key) for key, item in found.items()
    ]


def editable(session: "Session") -> list[Choice]:
    """The person's own answers, latest first, by their place in the log."""
    order = _ordinals(session)
    return [
        (f"{order[turn.seq]}. {shortened(turn.text, 80)}", str(turn.seq))
        for turn in reversed(session.turns)
        if turn.action in ("said", "chose")
    ]


def _ordinals(session: "Session") -> dict[int, int]:
    return {turn.seq: number for number, turn in enumerate(session.turns, start=1)}


def documents(session: "Session") -> str:
    """The documents that were given, and how much each of them said."""
    given = [turn for turn in session.turns if turn.action == "attached"]
    rows = "".join(
        f"<li><b>{safe(turn.text)}</b>: {len(turn.evidence)} statements and {len(turn.facts)} facts were read from it.</li>"
        for turn in given
    )
    return f"<ul>{rows}</ul>" if rows else '<p class="empty">No document yet.</p>'


def session_choices(rows: Sequence["SessionSummary"], current: str) -> list[Choice]:
    """Past conversations, the current one marked; those in which nothing was said are left out."""
    return [(_session_label(row, current), row.id) for row in rows if row.turns or row.id == current]


def _session_label(row: "SessionSummary", current: str) -> str:
    day = datetime.fromtimestamp(row.started_at, UTC)
    length = f"{row.turns} {'answer' if row.turns == 1 else 'answers'}"
    standing = f"{row.stage_name}, {length}" if row.turns else "not begun"
    here = " (this one)" if row.id == current else ""
    return f"{day:%d %b %Y}, {standing}{here}: {shortened(row.opening, 80) or 'nothing said yet'}"


def citations(answer: Answer) -> str:
    """The passages that an answer rests on, with their sources."""
    if answer.abstained:
        nearest = f"<p>What I can answer instead: <em>{safe(answer.nearest)}</em></p>" if answer.nearest else ""
        return f'<div class="abstained">{nearest}</div>'
    rows = "".join(
        f"<li><cite>{safe(c.title or c.document)}</cite>, {safe(c.section)}<blockquote>“{safe(c.quote)}”</blockquote>"
        f'<p class="place">Source: {linked(c.source)}</p></li>'
        for c in answer.citations
    )
    return f'<h3>Sources</h3><ol class="citations">{rows}</ol>' if rows else ""
