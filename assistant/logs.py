"""Logging: structured, on standard error, without content and without secrets; and the one way to report an inner fault."""

import logging
import sys
from uuid import uuid4

import structlog


def configure(level: str) -> None:
    """Set up structured logging at a level (DEBUG, INFO, WARNING or ERROR)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def report_fault() -> str:
    """Log the fault that is being handled with a new id; the sentence that a person may see."""
    fault = uuid4().hex[:8]
    structlog.get_logger(__name__).exception("fault", id=fault)
    return (
        f"Something went wrong here that is no fault of yours (number {fault}); nothing you said is lost, please try again."
    )
