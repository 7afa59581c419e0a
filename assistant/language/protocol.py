"""What the service asks of a language engine."""

from typing import Literal, Protocol

from assistant.interview.assessment import Assessment
from assistant.interview.evidence import Evidence, Fact
from assistant.interview.explanation import Reason
from assistant.interview.model import Question, Value

Intent = Literal["answer", "unknown", "skipped", "misread", "question", "stop", "empty", "unreadable", "off_topic"]
"""What a step does: answers (and states things), says "I don't know", passes over the question, says that the advisor
misread, asks the advisor something, wants to stop, says nothing, cannot be read (another language, symbols), or states
nothing about the organisation."""


class Understanding(Value):
    """What a message says. Every quote is verbatim in the message."""

    intent: Intent
    evidence: tuple[Evidence, ...] = ()
    facts: tuple[Fact, ...] = ()
    option: str | None = None
    """Id of the open question's option that the words amount to, if they do."""
    corrects: bool = False
    """Whether the message says that an earlier one was wrong ("no, I meant ...")."""
    anchored: bool = True
    """Whether what is claimed comes with something concrete: a name, a number, a time, a thing that happened."""


class Situation(Value):
    """All that a reply may speak of. ``previous`` is the reply before, whose pattern is not to be repeated."""

    understanding: Understanding
    assessment: Assessment
    before: Assessment | None
    question: Question | None
    why: str = ""
    """Why the question is asked, where it follows up: ``conflict``, ``vague``, ``claim``, ``unsure`` or ``document``."""
    answer: str | None = None
    """A grounded answer, with citations, to a question that the person asked in between."""
    reasons: tuple[Reason, ...] = ()
    done: bool = False
    turn_number: int = 1
    previous: str = ""


class Reader(Protocol):
    """Reads a message in the light of the question asked."""

    def read(self, text: str, question: Question | None, source: int | str) -> Understanding:
        """What ``text`` says; ``source`` is stamped on its evidence and facts."""
        ...


class Writer(Protocol):
    """Words a reply."""

    def reply(self, situation: Situation) -> str:
        """The reply as Markdown, ending with the question if there is one."""
        ...

    def greeting(self, question: Question | None) -> str:
        """The first words of a session."""
        ...
