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
    """A file that is opened when the first line is written; standard error where it cannot be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: TextIO | None = None

    def write(self, text: str) -> int:
        """Append text."""
        if self._stream is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._stream = self._path.open("a", encoding="utf-8")
            except OSError:
                self._stream = sys.stderr
        return self._stream.write(text)

    def flush(self) -> None:
        """Write out what is buffered."""
        if self._stream is not None:
            self._stream.flush()


def report_fault() -> str:
    """Log the fault that is being handled with a new id; the sentence that a person may see."""
    if not structlog.is_configured():
        configure("ERROR")
    fault = uuid4().hex[:8]
    structlog.get_logger(__name__).exception("fault", id=fault)
    return (
        f"Something went wrong here that is no fault of yours (number {fault}); nothing you said is lost, please try again."
    )
