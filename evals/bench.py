"""How fast the advisor is, beside the time of one sentence encoding on the same machine: ``python -m evals.bench [--json]``.

Absolute times depend on the machine; the ratio to one encoding hardly does, and is what to compare.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import AdvisorError
from evals.cases import Respondent, questions, respondents

if TYPE_CHECKING:
    from assistant.advisor import Advisor, Session

SHORT = "Two models run in production."
TURNS = 40
"""Fewest chat turns that are timed."""
WARM_UP = 3
FORMATS = (".md", ".docx", ".pdf", ".json")
_FIRST_ANSWER = """
import sys
from pathlib import Path
from assistant.advisor import Advisor
from assistant.settings import Settings
session = Advisor(Settings(data_dir=Path(sys.argv[1]), database_url="", engine="embedded")).start()
session.say(sys.argv[2])
print("answered", flush=True)
"""


@dataclass(frozen=True)
class Timing:
    """Seconds: median, 95th percentile (None for one or few runs), number of runs, and the median in encodings."""

    name: str
    median: float
    p95: float | None
    runs: int
    encodings: float

    def to_dict(self) -> dict[str, float | int | None]:
        """JSON-ready data; seconds."""
        return {"median_s": self.median, "p95_s": self.p95, "runs": self.runs, "encodings": self.encodings}


def timed(action: Callable[[], object]) -> float:
    """Seconds of wall time."""
    start = perf_counter()
    action()
    return perf_counter() - start


def timing(name: str, seconds: Sequence[float], encoding: float) -> Timing:
    """The summary of several runs; a 95th percentile needs at least 20."""
    median = float(np.median(seconds))
    p95 = float(np.quantile(seconds, 0.95)) if len(seconds) >= 20 else None
    return Timing(name, median, p95, len(seconds), median / encoding)


def encoding_times(runs: int = 60) -> list[float]:
    """One short sentence at a time, after warm-up."""
    from assistant.language.encoder import encoder

    chosen = encoder()
    for _ in range(10):
        chosen.encode([SHORT])
    return [timed(lambda: chosen.encode([SHORT])) for _ in range(runs)]


def process_times(command: Sequence[str], runs: int = 3) -> list[float]:
    """Wall time of a process from its start to its end."""
    return [timed(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(runs)]  # noqa: S603


def first_answer(folder: Path, said: str) -> float:
    """Seconds from the start of a new process, with an empty data folder, to its first answer."""
    command = [sys.executable, "-c", _FIRST_ANSWER, str(folder), said]
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        line = process.stdout.readline() if process.stdout else ""
        seconds = perf_counter() - start
    if line.strip() != "answered":
        raise AdvisorError("The first answer could not be timed: the process ended without one.")
    return seconds


def conversation(session: "Session", person: Respondent) -> Iterator[float]:
    """Seconds of each turn: the opening, then an answer to the dimension asked about while there is one, then the rest."""
    left = dict(person.answers)
    said = person.opening
    while said:
        start = perf_counter()
        turn = session.say(said)
        yield perf_counter() - start
        asked = turn.question.dimension if turn.question else ""
        said = left.pop(asked if asked in left else next(iter(left), ""), "")


def chat_times(advisor: "Advisor", people: Sequence[Respondent]) -> tuple[list[float], "Session"]:
    """Turns of whole conversations after warm-up, and the last session, for the reports."""
    seconds: list[float] = []
    session = advisor.start(owner="bench")
    for number, person in enumerate(people):
        session = advisor.start(owner="bench") if number else session
        seconds += conversation(session, person)
        if len(seconds) >= TURNS + WARM_UP:
            break
    return seconds[WARM_UP:], session


def measure() -> list[Timing]:
    """All timings, on a data folder that is thrown away."""
    from assistant.advisor import Advisor
    from assistant.settings import Settings

    people, asked = respondents("dev"), questions("dev")
    encodings = encoding_times()
    one = float(np.median(encodings))
    with tempfile.TemporaryDirectory(prefix="advisor-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        advisor = Advisor(Settings(data_dir=folder / "data", database_url="", chroma_url="", engine="embedded"))
        found = [timing("one sentence encoded", encodings, one)]
        found.append(timing("advisor --help", process_times(_command("--help")), one))
        first = [first_answer(folder / f"first-{run}", people[0].opening) for run in range(3)]
        found.append(timing("first answer after start", first, one))
        # Before the chat: a question in a chat would build the index too, and no turn should bear that by chance.
        found.append(timing("first ask (builds the index)", [timed(lambda: advisor.ask(asked[0].question))], one))
        turns, session = chat_times(advisor, people)
        found.append(timing("chat turn", turns, one))
        asks = [timed(lambda q=case.question: advisor.ask(q)) for case in asked]  # type: ignore[misc]
        found.append(timing("ask", asks, one))
        for suffix in FORMATS:
            times = [timed(lambda path=folder / f"report{suffix}": session.report(path)) for _ in range(3)]  # type: ignore[misc]
            found.append(timing(f"report {suffix}", times, one))
    return found


def _command(*arguments: str) -> list[str]:
    """The command line in a new process, as it is installed."""
    return [sys.executable, "-c", "from assistant.surfaces.cli import main; main()", *arguments]


def table(timings: Sequence[Timing]) -> str:
    """The timings for a terminal, in milliseconds."""
    width = max(len(t.name) for t in timings)
    rows = [f"{'':<{width}}  median ms     p95 ms   runs  encodings"]
    for t in timings:
        p95 = "-" if t.p95 is None else f"{1000 * t.p95:,.1f}"
        rows.append(f"{t.name:<{width}}  {1000 * t.median:>9,.1f}  {p95:>9}  {t.runs:>5}  {t.encodings:>9,.1f}")
    return "\n".join(rows)


def main(arguments: Sequence[str]) -> int:
    """Print the timings; with ``--json`` as JSON. 2 when something could not be timed."""
    if set(arguments) - {"--json"}:
        print("Only --json is known: python -m evals.bench [--json]", file=sys.stderr)
        return 2
    try:
        timings = measure()
    except AdvisorError as fault:
        print(fault, file=sys.stderr)
        return 2
    print(json.dumps({t.name: t.to_dict() for t in timings}, indent=2) if "--json" in arguments else table(timings))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
