"""The AI maturity advisor: interviews an organisation, infers its stage, and plans the way on.

The public face is listed in ``__all__``; everything else is private by convention. Names load on first use, so that
importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.advisor import Advisor, Session, Turn
    from assistant.errors import AdvisorError
    from assistant.interview.assessment import Assessment, DimensionView
    from assistant.interview.evidence import Evidence, Fact
    from assistant.interview.model import Option, Question
    from assistant.planning.plan import Plan
    from assistant.retrieval.answer import Answer, Citation
    from assistant.settings import Settings

_HOMES = {
    "Advisor": "assistant.advisor",
    "Session": "assistant.advisor",
    "Turn": "assistant.advisor",
    "AdvisorError": "assistant.errors",
    "Assessment": "assistant.interview.assessment",
    "DimensionView": "assistant.interview.assessment",
    "Evidence": "assistant.interview.evidence",
    "Fact": "assistant.interview.evidence",
    "Option": "assistant.interview.model",
    "Question": "assistant.interview.model",
    "Plan": "assistant.planning.plan",
    "Answer": "assistant.retrieval.answer",
    "Citation": "assistant.retrieval.answer",
    "Settings": "assistant.settings",
}

__all__ = [
    "Advisor",
    "AdvisorError",
    "Answer",
    "Assessment",
    "Citation",
    "DimensionView",
    "Evidence",
    "Fact",
    "Option",
    "Plan",
    "Question",
    "Session",
    "Settings",
    "Turn",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}; public names: {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)
