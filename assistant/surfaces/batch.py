"""Batches: one JSON object a line in, one a line out. A faulty line is named; the others are judged all the same."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from assistant.errors import InputError

Judge = Callable[[Any], dict[str, Any]]


class Done(NamedTuple):
    """How many lines were judged, and how many could not be."""

    judged: int
    faulty: int


def judge_lines(file: Path, output: Path | None, judge: Judge) -> Done:
    """Apply ``judge`` to each line of ``file``, and write each result at once to ``output`` or standard output.

    Faulty lines are told on standard error as "file:line: fault". InputError when the file cannot be used at all.
    """
    lines = _lines(file)
    if output is not None and output.exists() and file.exists() and output.samefile(file):
        raise InputError(f"{output} is the input itself; choose another file for the output.")
    judged = faulty = 0
    with _opened(output) as written:
        for number, line in lines:
            try:
                result = judge(_parsed(line))
            except InputError as fault:
                faulty += 1
                sys.stderr.write(f"{file}:{number}: {fault}\n")
                continue
            judged += 1
            written.write(json.dumps(result, ensure_ascii=False) + "\n")
            written.flush()
    return Done(judged, faulty)


def _lines(file: Path) -> list[tuple[int, bytes]]:
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise InputError(f"{file} cannot be read ({fault.strerror}); name a JSONL file.") from fault
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not filled:
        raise InputError(f"{file}:1: the file is empty; one JSON object a line is expected.")
    return filled


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise InputError(f"not UTF-8 text (at byte {fault.start + 1}); save the file as UTF-8.") from fault
    except json.JSONDecodeError as fault:
        raise InputError(f"not valid JSON ({fault.msg} at character {fault.pos + 1}); an object is expected.") from fault
    except (ValueError, RecursionError) as fault:  # a number of thousands of digits; thousands of brackets
        raise InputError("not usable JSON (a number or a nesting without end); a plain object is expected.") from fault


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """The place to write to; opened before anything is judged, so that hours of work are not lost to a wrong path."""
    if output is None:
        yield sys.stdout
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        opened = output.open("w", encoding="utf-8")
    except OSError as fault:
        raise InputError(f"{output} cannot be written ({fault.strerror}); choose another place.") from fault
    with opened:
        yield opened
