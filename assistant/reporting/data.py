"""The report as data: JSON with a version, holding all that the other formats show and all that they leave out."""

import json
from typing import Any

from assistant.interview.model import DIMENSIONS
from assistant.reporting.record_part import LIMITS
from assistant.reporting.report import Report
from assistant.reporting.text import sureness

SCHEMA = "ai-maturity-report"
SCHEMA_VERSION = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""


def json_report(report: Report) -> bytes:
    """The report as JSON in UTF-8."""
    return json.dumps(to_dict(report), ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n"


def to_dict(report: Report) -> dict[str, Any]:
    """The report as JSON-ready data."""
    model, plan = report.model, report.plan
    whole = report.model_dump(mode="json", exclude={"plan", "transcript"})
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        **whole,
        "confidence_in_words": sureness(report.assessment.confidence),
        "stages": [stage.model_dump(mode="json") for stage in model.stages],
        "dimensions": [
            {
                "id": d,
                "name": model.dimension(d).name,
                "level": report.assessment.dimensions[d].level,
                "meaning": model.dimension(d).levels[report.assessment.dimensions[d].level],
                "target": report.targets.get(d),
            }
            for d in DIMENSIONS
        ],
        "statements": {i: model.indicators[i].statement for i in _cited_indicators(report) if i in model.indicators},
        "plan": plan.to_dict() if plan else None,
        "transcript": [part.model_dump(mode="json", exclude={"kind"}) for part in report.transcript],
        "limits": list(LIMITS),
    }


def _cited_indicators(report: Report) -> list[str]:
    """Ids of the indicators that evidence speaks of, each once."""
    return list(dict.fromkeys(item.indicator for item in report.evidence))
