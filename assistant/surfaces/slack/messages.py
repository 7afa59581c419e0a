"""What the bot shows in Slack, as Block Kit: pure functions of turns, plans and answers. Every text is escaped."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant import Answer, Plan, Question
from assistant.advisor import Session, Turn
from assistant.surfaces.slack.text import escape, linked, mrkdwn, pieces, quoted, shortened

SECTION, BUTTON, VALUE, ACTIONS, ACTION_ID = 3000, 75, 2000, 25, 255
"""Slack's limits: characters of a section, of a button, of its value; elements of an actions block; characters of an id."""
_SECTIONS = 4
"""Sections of running text in a message: Slack refuses messages of much more than 13,000 characters."""
_CUT = "_(Cut here. The report has all of it: say `report`.)_"
_PHASES = {"training": "Training", "customisation": "Customising", "inference": "Inference"}
_PLACES = {
    "on-prem": "on your premises",
    "colocation": "on your own machines in a rented cage",
    "cloud": "in the cloud",
    "sovereign-cloud": "in a sovereign cloud",
    "api": "through a metered API",
    "edge": "at the edge",
    "none-yet": "nowhere yet",
}

HELP = (
    "I find out where your organisation stands with AI and what to do next, one question at a time. Answer in your own "
    "words or with the buttons, and ask me things whenever you like.\n\n"
    "- `start` begins, or shows where we are; `new` begins afresh\n"
    "- `skip` passes over a question; `undo` takes the last answer back; `misread` says that I understood it wrongly\n"
    "- `status` shows where you stand and why\n"
    "- `plan` makes the plan and the report; `report pdf` or `report docx` makes the report alone\n"
    "- `help` shows this\n\n"
    "Say these words in a direct message or behind a mention of me. As a command they work anywhere: `/advisor plan`, and "
    "`/advisor ask Why train on premises?` for a single answer that only you see."
)
OUTDATED = "That button belongs to an earlier question; please use the buttons of my latest message, or just type."
NOT_YOURS = (
    "This conversation belongs to someone else; mention me outside this thread, or write to me directly, for your own."
)
NOTHING_YET = "There is nothing to go by yet; tell me about your organisation first, a sentence or two will do."
NO_FILES = "I read messages here and no files; please paste the part that matters most."
ELSEWHERE = "I have answered in our direct messages."
ONE_EACH = "A thread is one conversation; to begin afresh, mention me outside this thread or open a new chat."

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message: the blocks that are shown, and the words for notifications and screen readers."""

    text: str
    blocks: tuple[Block, ...]


def plain(markdown: str) -> Message:
    """A message of running text alone."""
    return _message(mrkdwn(markdown), ())


def turn_message(turn: Turn, session_id: str) -> Message:
    """The advisor's answer to one step, with the options of the next question as buttons."""
    view = turn.assessment
    standing = f"{escape(view.stage_name)}, {view.confidence:.0%} likely"
    read_from_words = any(item.kind == "level" for item in turn.found)
    return _message(mrkdwn(turn.text), [_context(standing), *_buttons(turn.question, session_id, mend=read_from_words)])


def opening_message(session: Session) -> Message:
    """Where the conversation is: the greeting, or the last reply with the question that waits."""
    last = session.turns[-1].reply if session.turns else session.greeting
    question = session.question
    text = last or (question.text if question else "Go on whenever you like.")
    return _message(mrkdwn(text), _buttons(question, session.id) if session.turns or question else ())


def status_message(session: Session) -> Message:
    """Stage, levels, the reasons in the person's own words, and what the next stage asks for."""
    view = session.assessment
    lines = [f"*Stage {view.stage}, {escape(view.stage_name)}* ({view.confidence:.0%} likely)", ""]
    lines += [f"• {escape(part.name)}: level {part.level} of 5" for part in view.dimensions.values()]
    because = [f"• {quoted(reason.evidence.quote)} ({reason.shift:+.0%})" for reason in session.reasons()]
    missing = [f"• {escape(text)}" for text in session.missing()]
    lines += ["", "*What you said that weighs most*", *because] if because else []
    lines += ["", "*What the next stage still asks for*", *missing] if missing else []
    return _message("\n".join(lines), _buttons(session.question, session.id))


def plan_message(plan: Plan, session_id: str) -> Message:
    """The plan in short: aim, first actions, where the phases of a model's life belong. The rest is in the report."""
    here, way = plan.assessment, plan.roadmap
    aim = (
        f"Keeping stage {way.target}"
        if way.sustains
        else f"From stage {here.stage}, {here.stage_name}, to stage {way.target}"
    )
    lines = [f"*{escape(aim)}, {escape(way.target_name)}*"]
    lines += ["", "The stage still asks for:", *(f"• {escape(gate)}" for gate in way.gates)] if way.gates else []
    for phase in way.phases:
        if phase.items:
            lines += ["", f"*{escape(phase.name)}*"]
            lines += [f"• {escape(i.title)} (weeks {i.start_week} to {i.end_week}, {escape(i.owner)})" for i in phase.items]
    placed = plan.deployment.placement
    lines += ["", "*Where it runs*"]
    lines += [f"• {name}: {escape(_PLACES.get(placed[key], placed[key]))}" for key, name in _PHASES.items() if key in placed]
    lines += [f"• Mind: {escape(warning)}" for warning in plan.deployment.warnings[:3]]
    return _message("\n".join(lines), [_actions([_button("Undo", "undo", session_id)])])


def answer_message(answer: Answer) -> Message:
    """A grounded answer with its sources."""
    cited = [
        f"[{number}] {escape(c.title or c.document)}, {escape(c.section)}: {linked(c.source)}"
        for number, c in enumerate(answer.citations, start=1)
    ]
    nearest = [f"You could ask: {escape(answer.nearest)}"] if answer.nearest and answer.nearest not in answer.text else []
    return _message(mrkdwn(answer.text), [_context(line) for line in (*cited[:10], *nearest)])


def answered(blocks: Sequence[Block], picked: str) -> tuple[Block, ...]:
    """The blocks of a message whose question was answered: what was picked stands where the buttons were."""
    return (*(block for block in blocks if block.get("type") != "actions"), _context(f"Your answer: *{escape(picked)}*"))


def _message(text: str, below: Iterable[Block]) -> Message:
    parts = list(pieces(text, SECTION - 100))
    if len(parts) > _SECTIONS:
        parts = [*parts[:_SECTIONS], _CUT]
    blocks = [{"type": "section", "text": _text(part)} for part in parts or ["…"]]
    return Message(text=shortened(text, SECTION) or "…", blocks=(*blocks, *below))


def _text(mrkdwn_text: str) -> Block:
    """A text in which Slack makes no links of its own out of names and addresses (``verbatim``)."""
    return {"type": "mrkdwn", "text": mrkdwn_text, "verbatim": True}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_text(shortened(text, SECTION))]}


def _buttons(question: Question | None, session_id: str, *, mend: bool = False) -> list[Block]:
    """The options of the question, in full above the buttons where a button cannot hold them, then the ways about."""
    options = question.options if question else ()
    asked = question.id if question else ""
    long = any(len(option.text) > BUTTON for option in options)
    names = [f"{n}. {option.text}" if long else option.text for n, option in enumerate(options, start=1)]
    blocks: list[Block] = []
    if long:
        listed = pieces("\n".join(map(escape, names)), SECTION - 100)
        blocks += [{"type": "section", "text": _text(part)} for part in listed]
    picks = [_button(name, f"option:{option.id}", session_id, asked) for name, option in zip(names, options, strict=True)]
    blocks += [_actions(picks[at : at + ACTIONS]) for at in range(0, len(picks), ACTIONS)]
    about = [_button("Skip", "skip", session_id, asked)] if question else []
    about += [_button("Not what I meant", "misread", session_id, asked)] if mend else []
    about += [_button("Undo", "undo", session_id, asked), _button("Plan", "plan", session_id, asked)]
    return [*blocks, _actions(about)]


def _actions(buttons: list[Block]) -> Block:
    return {"type": "actions", "elements": buttons}


def _button(name: str, action: str, session_id: str, question_id: str = "") -> Block:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": shortened(name, BUTTON), "emoji": False},
        "action_id": action[:ACTION_ID],
        "value": json.dumps({"session": session_id, "question": question_id})[:VALUE],
    }
