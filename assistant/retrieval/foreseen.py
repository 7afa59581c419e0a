"""Questions that people are foreseen to ask, and the sections that answer each: searched for, never shown.

People ask in other words than documents answer; between two questions the way is shorter.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field, ValidationError

from assistant.errors import KnowledgeError
from assistant.interview.model import Value

if TYPE_CHECKING:
    from assistant.retrieval.corpus import Document

FILE = "questions.jsonl"
"""Beside the guidance's documents."""


class Place(NamedTuple):
    """A section."""

    document: str
    heading: str


class Foreseen(Value):
    """A question as people ask it, with the sections that answer it, best first."""

    question: str = Field(min_length=1)
    sections: tuple[Place, ...] = Field(min_length=1)


def load_foreseen(folder: Path) -> tuple[Foreseen, ...]:
    """The foreseen questions of a folder of guidance, none where it has no such file; KnowledgeError for a broken line."""
    path = folder / FILE
    if not path.is_file():
        return ()
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(Foreseen.model_validate_json(line))
        except ValidationError as fault:
            what = fault.errors()[0]["msg"]
            raise KnowledgeError(f"{path}:{number}: {what}; a question and its sections are expected.") from fault
    return tuple(found)


def foreseen_faults(folder: Path, documents: Sequence["Document"]) -> Iterator[str]:
    """Every question that names a section which does not exist, or that stands twice; as "file:line: fault"."""
    known = {Place(section.document, section.heading) for document in documents for section in document.sections}
    seen: dict[str, int] = {}
    for number, foreseen in enumerate(load_foreseen(folder), 1):
        for place in foreseen.sections:
            if place not in known:
                yield f"{folder / FILE}:{number}: no section '{place.heading}' in {place.document}; mend it."
        first = seen.setdefault(foreseen.question.casefold(), number)
        if first != number:
            yield f"{folder / FILE}:{number}: the question stands in line {first} too; keep one of the two."
