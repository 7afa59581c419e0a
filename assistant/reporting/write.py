"""Writes a report to a file; the suffix chooses the format, and a half-written file is never left behind."""

import secrets
from collections.abc import Callable
from pathlib import Path

from assistant.errors import InputError
from assistant.reporting.report import Report

SUFFIXES = (".md", ".docx", ".pdf", ".json")


def write_report(report: Report, path: str | Path) -> Path:
    """Write the report and return the path; a file of that name is replaced as a whole or not at all.

    Raises `InputError` when the suffix is none of the four, or when the file cannot be written.
    """
    target = Path(path)
    content = render(report, target.suffix)
    beside = target.with_name(f".{target.stem[:40]}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise InputError(
            f"The report cannot be written to {str(target)!r} ({reason}); choose a file in a folder that exists and "
            "that you may write to."
        ) from fault
    return target


def render(report: Report, suffix: str) -> bytes:
    """The report's bytes in the format of the suffix; `InputError` when there is no such format."""
    return _renderer(suffix)(report)


def _renderer(suffix: str) -> Callable[[Report], bytes]:
    """Each writer is imported only when it is asked for: the libraries for PDF and DOCX are heavy."""
    match suffix.lower():
        case ".md":
            from assistant.reporting.markdown import markdown

            return markdown
        case ".docx":
            from assistant.reporting.word import word

            return word
        case ".pdf":
            from assistant.reporting.pdf import pdf

            return pdf
        case ".json":
            from assistant.reporting.data import json_report

            return json_report
    known = ", ".join(SUFFIXES[:-1]) + f" or {SUFFIXES[-1]}"
    given = f"{suffix!r} is no format of a report" if suffix else "The report's file name has no suffix"
    raise InputError(f"{given}; end the file name in {known}.")
