"""Logging: structured, without content and without secrets; and the one way to report an inner fault."""

import logging
import sys
from pathlib import Path
from typing import TextIO, cast
from uuid import uuid4

import structlog


def configure(level: str, file: Path | None = None) -> None:
    """Log at a level (DEBUG, INFO, WARNING or ERROR) to a file, or to standard error if None or not writable.

    A file, because whoever talks in a terminal must not find tracebacks between the lines.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _LogFile(file)) if file else sys.stderr),
        cache_logger_on_first_use=False,
    )


class _LogFile:
    """A file that is opened for each line, so that nothing stays open; standard error where it cannot be."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, text: str) -> int:
        """Append text."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                return file.write(text)
        except OSError:
            return sys.stderr.write(text)

    def flush(self) -> None:
        """Nothing is held back."""


def report_fault() -> str:
    """Log the fault that is being handled with a new id; the sentence that a person may see."""
    if not structlog.is_configured():
        configure("ERROR")
    fault = uuid4().hex[:8]
    structlog.get_logger(__name__).exception("fault", id=fault)
    return (
        f"Something went wrong here that is no fault of yours (number {fault}); nothing you said is lost, please try again."
    )
