"""Where the guidance's sources disagree: known beforehand, and said aloud when an answer quotes one side."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from assistant.errors import KnowledgeError
from assistant.interview.model import Value
from assistant.knowledge import load
from assistant.retrieval.lexicon import words

if TYPE_CHECKING:
    from assistant.retrieval.corpus import Passage

FILE = "conflicts.yaml"
"""Beside the guidance's documents."""

_SHARED_WORDS = 2
"""Words of the question that a conflict must be about, for it to be worth telling."""


class Side(Value):
    """What one side says, word for word."""

    document: str
    section: str
    quote: str = Field(min_length=1)


class Conflict(Value):
    """A question on which sources disagree. ``about`` completes "Sources differ on ..."; ``why`` may explain it."""

    about: str = Field(min_length=1)
    sides: tuple[Side, ...] = Field(min_length=2, max_length=3)
    why: str = ""

    def concerns(self, question: str) -> bool:
        """Whether the question is about what the sources disagree on."""
        about = set(words(self.about))
        return len(about.intersection(words(question))) >= min(_SHARED_WORDS, len(about))

    def against(self, quoted: Sequence[str]) -> Side | None:
        """The first side that is not quoted, where another one is; else None."""
        said = [any(side.quote in text for text in quoted) for side in self.sides]
        return (
            next((side for side, is_said in zip(self.sides, said, strict=True) if not is_said), None) if any(said) else None
        )


class _ConflictsFile(Value):
    conflicts: tuple[Conflict, ...]


def load_conflicts(folder: Path) -> tuple[Conflict, ...]:
    """The known conflicts of a folder of guidance, none where it has no such file; KnowledgeError when it is wrong."""
    path = folder / FILE
    return load(path, _ConflictsFile).conflicts if path.is_file() else ()


def conflict_faults(folder: Path, passages: Sequence["Passage"]) -> Iterator[str]:
    """Every side whose quote does not stand word for word in a passage of its section; as "file: fault"."""
    try:
        conflicts = load_conflicts(folder)
    except KnowledgeError as fault:
        yield from str(fault).splitlines()
        return
    for conflict in conflicts:
        for side in conflict.sides:
            if place_of(side, passages) is None:
                yield (
                    f"{folder / FILE}:1: '{side.quote[:40]}...' does not stand in '{side.section}' of {side.document}; "
                    "quote one passage word for word."
                )


def place_of(side: Side, passages: Sequence["Passage"]) -> "Passage | None":
    """The passage in which a side's quote stands; None where there is none."""
    return next(
        (p for p in passages if (p.document, p.section) == (side.document, side.section) and side.quote in p.text), None
    )
