"""What gets a vector: passages, their sentences and headings, the questions that documents answer or are foreseen to."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from assistant.retrieval.corpus import CITED, Corpus, Passage
from assistant.retrieval.foreseen import Foreseen, Place
from assistant.retrieval.text import sentences

_ID = re.compile(
    r"\?(?P<asked>[0-9a-f]+)"
    r"|(?P<question>[^#?/]+)\?"
    r"|(?P<passage>[^#?/]+#\d+\.\d+)(?:(?P<heading>#)|/(?P<sentence>\d+))?"
)


class Unit(NamedTuple):
    """A text that gets one vector. Its id tells what it is (`neighbour`)."""

    id: str
    kind: str
    """passage, sentence, heading, question (that a document answers), or asked (a foreseen question)."""
    passage: str
    """Id of the passage that it is or stands in; empty for questions."""
    text: str

    @property
    def metadata(self) -> dict[str, str]:
        """What the index stores beside the vector; the hash changes with the text."""
        content = json.dumps([self.kind, self.text], ensure_ascii=False)
        return {"kind": self.kind, "hash": hashlib.sha256(content.encode()).hexdigest()}


class Neighbour(NamedTuple):
    """A unit near to the query."""

    kind: str
    document: str
    """Empty for a foreseen question."""
    passage: str
    """Id of the passage; empty for a question."""
    sentence: int
    """Number of the sentence in its passage; -1 for anything else."""
    cosine: float
    sections: tuple[Place, ...] = ()
    """Of a foreseen question: the sections that answer it, best first."""


def units(corpus: Corpus) -> Iterator[Unit]:
    """Everything that gets a vector. Citations' ids are left out of what is embedded; they carry no meaning."""
    headed = ("", "")
    for passage in corpus.passages:
        if headed != (headed := (passage.document, passage.section)):
            yield Unit(f"{passage.id}#", "heading", passage.id, passage.section)
        yield Unit(passage.id, "passage", passage.id, embedded(passage))
        for number, span in enumerate(sentences(passage.text)):
            text = _bare(passage.text[span.start : span.stop])
            yield Unit(f"{passage.id}/{number}", "sentence", passage.id, text)
    filled = {passage.document for passage in corpus.passages}
    for document in corpus.documents:
        if document.front.question and document.front.id in filled:
            yield Unit(f"{document.front.id}?", "question", "", document.front.question)
    for foreseen in corpus.foreseen:
        yield Unit(asked_id(foreseen), "asked", "", foreseen.question)


def asked_id(foreseen: Foreseen) -> str:
    """The unit's id of a foreseen question: one vector, whatever the number of its sections."""
    return f"?{hashlib.sha256(foreseen.question.encode()).hexdigest()[:20]}"


def neighbour(identity: str, cosine: float, asked: Mapping[str, Foreseen]) -> Neighbour:
    """The unit of an id, near by ``cosine``; ``asked`` holds the foreseen questions by their id.

    Ids tell what they are, so that a query need not fetch anything else: that is most of its time.
    """
    found = _ID.fullmatch(identity)
    if found is None:
        raise ValueError(f"{identity!r} is no id of a unit.")
    if found["asked"]:
        foreseen = asked.get(identity)
        return Neighbour("asked", "", "", -1, cosine, foreseen.sections if foreseen else ())
    if found["question"]:
        return Neighbour("question", found["question"], "", -1, cosine)
    kind = "heading" if found["heading"] else "sentence" if found["sentence"] else "passage"
    document = found["passage"].partition("#")[0]
    return Neighbour(kind, document, found["passage"], int(found["sentence"] or -1), cosine)


def embedded(passage: Passage) -> str:
    """The text of which a passage's vector is made: it stands under its heading, so that it is understood alone."""
    return f"{passage.section}.\n{_bare(passage.text)}"


def _bare(text: str) -> str:
    return " ".join(CITED.sub("", text).split()) or text
