"""The conversation in a terminal."""

import json
import sys
from typing import TYPE_CHECKING, Any

from assistant.errors import AdvisorError

if TYPE_CHECKING:
    from assistant.advisor import Session, Turn

_HELP = "Commands: /undo  /skip  /why  /plan  /report FILE  /evidence  /quit. Or pick an option by its number."


def talk(session: "Session") -> None:
    """Talk until the person leaves; what was said is kept."""
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.prompt import Prompt

    console = Console()
    console.print(Markdown(_safe(session.turns[-1].reply if session.turns else session.greeting)))
    _options(console, session)
    console.print(_HELP, style="dim", markup=False)
    while True:
        try:
            said = Prompt.ask("[bold]you[/bold]", console=console)
        except (EOFError, KeyboardInterrupt):
            break
        if said.strip() == "/quit":
            break
        try:
            reply = _command(session, said.strip()) if said.startswith("/") else _markdown(session.say(said))
        except AdvisorError as fault:
            reply = str(fault)
        console.print(Markdown(_safe(reply)))
        _options(console, session)
    console.print(f"Kept as session {session.id}; go on with: advisor chat --session {session.id}", markup=False)


def talk_json(session: "Session") -> None:
    """The same for machines: a message a line in, a JSON object a line out."""
    _emit({"session": session.id, "text": session.greeting})
    for line in sys.stdin:
        said = line.strip()
        try:
            if said.startswith("/"):
                _emit({"text": _command(session, said)})
            else:
                _emit(session.say(said).model_dump(mode="json"))
        except AdvisorError as fault:
            _emit({"error": str(fault)})


def _emit(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _options(console: Any, session: "Session") -> None:
    question = session.question
    for number, option in enumerate(question.options if question else (), start=1):
        console.print(f"  {number}. {option.text}", markup=False)


def _markdown(turn: "Turn") -> str:
    view = turn.assessment
    return f"{turn.text}\n\n*{view.stage_name}, {view.confidence:.0%} likely*"


def _command(session: "Session", said: str) -> str:
    name, _, rest = said.partition(" ")
    if name == "/undo":
        return session.undo().text
    if name == "/skip":
        return session.skip().text
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
