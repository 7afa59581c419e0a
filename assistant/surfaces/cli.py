"""The command line. Every command takes ``--json``; bad input ends with one sentence and exit code 2."""

import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.errors import AdvisorError, InputError
from assistant.surfaces.sizing import size

if TYPE_CHECKING:
    from assistant.advisor import Advisor
    from assistant.surfaces.batch import Judge

app = typer.Typer(
    name="advisor",
    help="Interviews an organisation, infers its AI maturity stage, and plans the way on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
sessions = typer.Typer(help="Past conversations.", no_args_is_help=True)
knowledge = typer.Typer(help="The knowledge base.", no_args_is_help=True)
app.add_typer(sessions, name="sessions")
app.add_typer(knowledge, name="knowledge")
app.add_typer(size, name="size")


def _text(given: str) -> str:
    """What was typed, when its bytes were text."""
    if any("\ud800" <= character <= "\udfff" for character in given):
        raise typer.BadParameter("it is not UTF-8 text, as typed text is; type it anew")
    return given


Json = Annotated[bool, typer.Option("--json", help="Answer as JSON, for machines.")]
Owner = Annotated[str, typer.Option(callback=_text, help="Whose sessions.")]
SessionId = Annotated[str, typer.Argument(callback=_text, help="A session's id, as `advisor sessions list` shows it.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write; default: the terminal.")]

_SET = (
    "Suppose something else: peak_rps=500, peak_rps*=2, peak_rps+=30%^3 (30 % a year for 3 years), growth=30%^3, "
    "budget_usd_year=unknown, usd_kwh=0.3, gpu_hour*=0.8, stage=4. May be given several times."
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed

        typer.echo(installed("ai-maturity-advisor"))
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Interviews an organisation, infers its AI maturity stage, and plans the way on."""


def _advisor() -> "Advisor":
    from assistant.advisor import Advisor

    return Advisor()


def _show(content: Any, as_json: bool, text: str) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2) if as_json else text)


@app.command()
def chat(
    owner: Owner = "local",
    session: Annotated[str, typer.Option(callback=_text, help="Go on with this session.")] = "",
    as_json: Json = False,
) -> None:
    """Talk in the terminal. Also with --json: one JSON object a turn, messages on standard input, one a line."""
    from assistant.surfaces import terminal

    advisor = _advisor()
    opened = advisor.resume(session, owner) if session else advisor.start(owner)
    (terminal.talk_json if as_json else terminal.talk)(opened)


@app.command()
def web(
    host: Annotated[str, typer.Option(help="Address to serve on; default from ADVISOR_WEB_HOST.", show_default=False)] = "",
    port: Annotated[int, typer.Option(help="Port to serve on; default from ADVISOR_WEB_PORT.", show_default=False)] = 0,
    as_json: Json = False,
) -> None:
    """Serve the web page."""
    from assistant.surfaces.web.server import serve

    serve(_advisor(), host, port, as_json=as_json)


@app.command()
def slack(
    socket: Annotated[bool, typer.Option("--socket", help="Socket Mode: no public address needed.")] = False,
    port: Annotated[int, typer.Option(help="Port to serve on; default from ADVISOR_SLACK_PORT.", show_default=False)] = 0,
    as_json: Json = False,
) -> None:
    """Serve the Slack bot."""
    from assistant.surfaces.slack.server import serve

    serve(_advisor(), socket=socket, port=port, as_json=as_json)


@app.command()
def ask(question: Annotated[str, typer.Argument(callback=_text)], as_json: Json = False) -> None:
    """Ask the knowledge base; the answer cites its sources."""
    answer = _advisor().ask(question)
    cited = "\n".join(f"  [{i}] {c.title or c.document}, {c.section}: {c.source}" for i, c in enumerate(answer.citations, 1))
    _show(answer.model_dump(mode="json"), as_json, f"{answer.text}\n\n{cited}".rstrip())


@app.command()
def assess(file: Path, output: Output = None, as_json: Json = False) -> None:
    """Judge written respondents, one JSON object a line. A faulty line is named; the others are judged all the same."""
    _each_line(file, output, _advisor().assess_respondent, as_json)


@app.command()
def read(file: Path, output: Output = None, as_json: Json = False) -> None:
    """Judge how texts stand to statements: lines of {"id", "question", "text", "statement"}."""
    _each_line(file, output, _advisor().read_statement, as_json)


def _each_line(file: Path, output: Path | None, judge: "Judge", as_json: bool) -> None:
    """Apply ``judge`` to each JSON line; exit code 2 when a line was faulty."""
    from assistant.surfaces.batch import judge_lines

    done = judge_lines(file, output, judge)
    if output is not None:
        content = {**done._asdict(), "output": str(output)}
        _show(content, as_json, f"{done.judged} judged, {done.faulty} faulty; written to {output}.")
    if done.faulty:
        raise typer.Exit(2)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise InputError(f"{path} cannot be written ({fault.strerror}); choose another place.") from fault


@app.command()
def plan(
    facts: Annotated[Path, typer.Option("--facts", help="YAML file of facts, with stage or levels if known.")],
    changed: Annotated[list[str] | None, typer.Option("--set", help=_SET)] = None,
    difference: Annotated[bool, typer.Option("--diff", help="Show only what --set changes, not the whole plan.")] = False,
    manifests: Annotated[Path | None, typer.Option("--manifests", help="Write deployment drafts into this folder.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Plan from stated facts: roadmap and deployment. With --set: what would change if a fact or a price were another.

    With --set, what changes stands before the plan, and under "what_if" in JSON.
    """
    from assistant.stated import stated_in

    if difference and not changed:
        raise InputError("--diff shows what --set changes; say what, such as --set peak_rps=500.")
    content, advisor = stated_in(facts), _advisor()
    asked = advisor.what_if_stated(content, changed) if changed else None
    made = asked.plan if asked else advisor.plan_from_facts(content)
    if manifests is not None:
        written = advisor.write_manifests(made, manifests)
        typer.echo(f"{len(written)} files written to {manifests}; begin with README.md.", err=True)
    if as_json or (output is not None and output.suffix == ".json"):
        said = {"what_if": asked.to_dict()} if asked else {}
        text = json.dumps(said if difference else {**made.to_dict(), **said}, ensure_ascii=False, indent=2)
    else:
        parts = [asked.to_markdown() if asked else "", "" if difference else made.to_markdown()]
        text = "\n".join(part for part in parts if part)
    if output is None:
        typer.echo(text)
    else:
        _write(output, text)
        _show({"output": str(output)}, as_json, f"Written to {output}.")


@app.command(name="eval")
def evaluate(
    suite: Annotated[str, typer.Argument(help="respondents, questions, or all.")] = "all",
    engine: Annotated[str, typer.Option(help="embedded or openai.")] = "embedded",
    split: Annotated[str, typer.Option(help="dev or test.")] = "test",
    html: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    bless: Annotated[bool, typer.Option("--bless", help="Make this run the new baseline.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Simulate 1,000 interviews instead of 200.")] = False,
    as_json: Json = False,
) -> None:
    """Judge the evaluation sets; ends with exit code 1 below the baseline."""
    try:
        from evals.interviews import FULL, RESPONDENTS
        from evals.runner import run
    except ModuleNotFoundError as fault:
        raise InputError("The evaluation sets are not installed; run `advisor eval` in a checkout.") from fault
    result = run(suite, engine=engine, split=split, html=html, bless=bless, simulated=FULL if full else RESPONDENTS)
    _show(result.to_dict(), as_json, result.to_text())
    if not result.passed:
        raise typer.Exit(1)


@sessions.command("list")
def list_sessions(owner: Owner = "local", as_json: Json = False) -> None:
    """The owner's sessions, latest first."""
    rows = _advisor().sessions(owner)
    text = "\n".join(f"{r.id}  {r.turns:>3} turns  {r.stage_name:<16} {r.opening[:60]}" for r in rows)
    _show([r.model_dump(mode="json") for r in rows], as_json, text or "No sessions yet; start one with `advisor chat`.")


@sessions.command("show")
def show_session(session: SessionId, owner: Owner = "local", as_json: Json = False) -> None:
    """What was said, and where it led."""
    opened = _advisor().resume(session, owner)
    view = opened.assessment
    content = {
        "id": opened.id,
        "owner": opened.owner,
        "turns": [t.model_dump(mode="json") for t in opened.turns],
        "assessment": view.to_dict(),
        "facts": {name: fact.model_dump(mode="json") for name, fact in opened.facts.items()},
    }
    talk = "\n".join(f"> {t.text}\n{t.reply}\n" for t in opened.turns)
    _show(content, as_json, f"{talk}\n{view.stage_name} ({view.confidence:.0%})")


@sessions.command("export")
def export_session(
    session: SessionId,
    output: Annotated[Path, typer.Option("-o", "--output", help="Report to write: .md, .docx, .pdf or .json.")],
    owner: Owner = "local",
    as_json: Json = False,
) -> None:
    """Write the report of a session."""
    path = _advisor().resume(session, owner).report(output)
    _show({"output": str(path)}, as_json, f"Written to {path}.")


@sessions.command("delete")
def delete_session(session: SessionId, owner: Owner = "local", as_json: Json = False) -> None:
    """Delete a session for good."""
    _advisor().delete(session, owner)
    _show({"deleted": session}, as_json, f"Session {session} is deleted.")


@knowledge.command("add")
def add_knowledge(path: Path, as_json: Json = False) -> None:
    """Add a document, or a folder of documents, for everyone."""
    added = _advisor().add_knowledge(path)
    _show({"added": list(added)}, as_json, f"Added: {', '.join(added)}.")


@knowledge.command("list")
def list_knowledge(as_json: Json = False) -> None:
    """All documents of the knowledge base; added ones with their version."""
    rows = _advisor().documents()
    lines = (f"{row['id']:<34} {_numbered(row)}{row['title']}" for row in rows)
    _show(rows, as_json, "\n".join(lines))


@knowledge.command("remove")
def remove_knowledge(document: str, as_json: Json = False) -> None:
    """Remove an added document; it can be restored."""
    _advisor().remove_knowledge(document)
    _show({"removed": document}, as_json, f"{document} is removed. To have it back: advisor knowledge restore {document}")


@knowledge.command("restore")
def restore_knowledge(
    document: str,
    version: Annotated[int | None, typer.Option(help="Number of the former version, from 1; else the last one.")] = None,
    as_json: Json = False,
) -> None:
    """Bring back a former version of an added document, also of a removed one."""
    number = _advisor().restore_knowledge(document, version)
    _show({"restored": document, "version": number}, as_json, f"Version {number} of {document} counts again.")


@knowledge.command("check")
def check_knowledge(as_json: Json = False) -> None:
    """Check model, guidance, sources, actions and catalogue; every fault with its file and line."""
    found = list(_advisor().knowledge_faults())
    warnings = [line for line in found if ": warning: " in line]
    faults = [line for line in found if line not in warnings]
    verdict = [] if faults else ["The knowledge base is sound."]
    _show({"faults": faults, "warnings": warnings}, as_json, "\n".join([*found, *verdict]))
    if faults:
        raise typer.Exit(2)


@knowledge.command("reindex")
def reindex_knowledge(
    full: Annotated[bool, typer.Option("--full", help="Embed everything anew.")] = False,
    as_json: Json = False,
) -> None:
    """Bring the index up to date; only what changed is embedded anew."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading the documents", total=None)
        counts = _advisor().reindex(full=full, progress=lambda done, total: bar.update(task, completed=done, total=total))
    _show(counts, as_json, ", ".join(f"{name}: {count}" for name, count in counts.items()))


def _numbered(row: Mapping[str, Any]) -> str:
    return f"(version {row['version']}) " if row["origin"] == "added" else ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every fault becomes a sentence, and the process ends with 0, 1 (a fault of ours) or 2."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a stray byte or an old terminal must not end a conversation
            stream.reconfigure(errors="replace")
    try:
        sys.exit(app(arguments, prog_name="advisor", standalone_mode=False) or 0)
    except AdvisorError as fault:
        typer.echo(str(fault), err=True)
        sys.exit(2)
    except typer.TyperException as fault:
        typer.echo(_usage(fault), err=True)
        sys.exit(fault.exit_code)
    except typer.Abort:
        sys.exit(130)
    except Exception:  # the last resort: the person gets a sentence with an id, the log gets the traceback
        from assistant.logs import report_fault

        typer.echo(report_fault(), err=True)
        sys.exit(1)


def _usage(fault: typer.TyperException) -> str:
    """What is wrong with the words of the command, in one sentence; the help itself when a command's name is missing."""
    text, context = fault.format_message(), getattr(fault, "ctx", None)
    if context is None or "\n" in text:
        return text
    return f"{text.rstrip('.')}; see `{context.command_path} --help`."
