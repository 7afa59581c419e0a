"""The conversation in a terminal."""

import json
import sys
from typing import TYPE_CHECKING, Any

from assistant.errors import AdvisorError

if TYPE_CHECKING:
    from assistant.advisor import Session, Turn

_HELP = (
    "Commands: /undo  /skip  /misread  /why  /evidence  /attach FILE  /plan  /report FILE  /quit. "
    "Or pick an option by its number."
)


def talk(session: "Session") -> None:
    """Talk until the person leaves; what was said is kept."""
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.prompt import Prompt

    console = Console()
    console.print(Markdown(_safe(_last_words(session))))
    _options(console, session)
    console.print(_HELP, style="dim", markup=False)
    try:
        while True:
            said = Prompt.ask("[bold]you[/bold]", console=console).strip()
            if said == "/quit":
                break
            console.print(Markdown(_safe(_answered(session, said))))
            _options(console, session)
    except (EOFError, KeyboardInterrupt):
        console.print()
    finally:
        kept = f"Kept as session {session.id}; go on with: advisor chat --session {session.id}"
        console.print(kept, markup=False, soft_wrap=True)


def talk_json(session: "Session") -> None:
    """The same for machines: a message a line in, a JSON object a line out."""
    question = session.question
    _emit(
        {
            "session": session.id,
            "text": _last_words(session),
            "question": question.model_dump(mode="json") if question else None,
            "done": session.done,
        }
    )
    for line in sys.stdin:
        said = line.strip()
        if said == "/quit":
            break
        try:
            _emit(_content(session, said))
        except AdvisorError as fault:
            _emit({"error": str(fault)})


def _last_words(session: "Session") -> str:
    """What the advisor said last: the greeting, or, in a session that goes on, the reply that waits for an answer."""
    replies = [turn.reply for turn in session.turns if turn.reply]
    return replies[-1] if replies else session.greeting


def _emit(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _options(console: Any, session: "Session") -> None:
    question = session.question
    for number, option in enumerate(question.options if question else (), start=1):
        console.print(f"  {number}. {option.text}", markup=False)


def _answered(session: "Session", said: str) -> str:
    """The reply to what was said, as Markdown; a fault in it is a sentence of the conversation."""
    try:
        step = _step(session, said)
        return _told(session, said) if step is None else _markdown(step)
    except AdvisorError as fault:
        return str(fault)


def _markdown(turn: "Turn") -> str:
    view = turn.assessment
    return f"{turn.text}\n\n*{view.stage_name}, {view.confidence:.0%} likely*"


def _content(session: "Session", said: str) -> dict[str, Any]:
    """The reply to what was said, for machines."""
    step = _step(session, said)
    if step is not None:
        return step.model_dump(mode="json")
    if said == "/plan":
        return {"plan": session.plan().to_dict()}
    return {"text": _told(session, said)}


def _step(session: "Session", said: str) -> "Turn | None":
    """The turn that a message or a command makes; None for a command that only shows something."""
    name, _, rest = said.partition(" ")
    if not said.startswith("/"):
        return session.say(said)
    if name == "/undo":
        return session.undo()
    if name == "/skip":
        return session.skip()
    if name == "/misread":
        return session.misread()
    if name == "/attach":
        return session.attach(rest.strip())
    return None


def _told(session: "Session", said: str) -> str:
    """What a command shows, as Markdown."""
    name, _, rest = said.partition(" ")
    if name == "/plan":
        return session.plan().to_markdown()
    if name == "/report":
        return f"Written to {session.report(rest.strip() or 'report.pdf')}."
    if name == "/evidence":
        rows = [f"- {e.indicator} ({e.polarity}, {e.weight:.2f}): “{e.quote[:120]}”" for e in session.evidence]
        return "\n".join(rows) or "Nothing yet."
    if name == "/why":
        view = session.assessment
        because = [f"- because you said “{r.evidence.quote[:160]}” ({r.shift:+.0%})" for r in session.reasons()]
        missing = [f"- for the next stage: {text}" for text in session.missing()]
        return "\n".join([f"**{view.stage_name}** ({view.confidence:.0%})", "", *because, *missing])
    return _HELP


def _safe(text: str) -> str:
    """Without control characters: what was said must not move the cursor or colour the screen."""
    return "".join(c for c in text if c == "\n" or c.isprintable())
