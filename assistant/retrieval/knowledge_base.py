"""The knowledge base as its users see it: ask a question, add a document, open a passage. Loads on first use."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.errors import InputError, KnowledgeError, NotFound
from assistant.interview.model import DimensionId, Level
from assistant.retrieval.answer import Answer

if TYPE_CHECKING:
    from assistant.retrieval.corpus import Document, FrontMatter, Passage, Section, Source
    from assistant.retrieval.grounded import Opposed
    from assistant.retrieval.index import Counts, Index, Progress
    from assistant.retrieval.search import Found
    from assistant.retrieval.shelf import Shelf, Stamp

MAX_QUESTION_CHARS = 20_000
_SEARCHED_CHARS = 600
"""Of a longer text, the sentences that ask are searched for: the rest would drown them."""


class Entry(NamedTuple):
    """A document in the list of documents."""

    id: str
    title: str
    question: str
    origin: str
    """"shipped" or "added"."""
    file: str
    updated: str
    sections: tuple[str, ...]
    version: int = 1
    """Of an added document: how often it has been added or restored."""


class _State(NamedTuple):
    searched: "Index"
    documents: "dict[str, Document]"
    sources: "dict[str, Source]"
    stamp: "tuple[Stamp, Stamp]"
    counts: "Counts"
    conflicts: "tuple[Opposed, ...]"


class KnowledgeBase:
    """Guidance that is shipped and documents that were added. Safe to share between threads.

    A document that is added, changed or removed, here or by another process, counts from the next question on. With
    ``chroma_url`` both vectors and added documents stand on that server, and replicas share them; else ``added`` is the
    folder of added documents and ``index_folder`` that of the vectors. ``embedding`` names model and version of ``encode``.
    """

    def __init__(
        self,
        guidance: Path,
        sources: Path,
        added: Path,
        index_folder: Path,
        encode: Callable[[Sequence[str]], NDArray[np.float32]],
        chroma_url: str = "",
        embedding: str = "all-MiniLM-L6-v2-int8/1",
    ) -> None:
        self._guidance = guidance
        self._sources = sources
        self._added = added
        self._index_folder = index_folder
        self._encode = encode
        self._chroma_url = chroma_url
        self._embedding = embedding
        self._lock = RLock()
        self._index: Index | None = None
        self._shelf_in_use: Shelf | None = None
        self._state: _State | None = None

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        stage: Level | None = None,
        dimension: DimensionId | None = None,
    ) -> Answer:
        """A grounded answer or an abstention; ``history`` holds the questions asked before, oldest first.

        ``stage`` and ``dimension`` keep to documents that apply to them. InputError for a question that is none.
        """
        from assistant.retrieval.grounded import compose, standalone

        plain = _question(question)
        asked = standalone(plain, [_question(earlier) for earlier in history if earlier.strip()])
        focus = plain if asked != plain else ""
        found = self.search(asked, focus=focus, stage=stage, dimension=dimension)
        state = self._current()
        return compose(focus or asked, found, state.sources, state.conflicts)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        focus: str = "",
        stage: Level | None = None,
        dimension: DimensionId | None = None,
    ) -> "Found":
        """The ``k`` best passages and how well the question is covered; see ``search.search`` for ``focus``."""
        from assistant.retrieval.search import search

        asked = _essence(_question(question))
        return search(self._current().searched, asked, k, focus=focus, stage=stage, dimension=dimension)

    def add(self, path: Path) -> tuple[str, ...]:
        """Adds a file, or all of a folder, and gives the documents' ids. The same file again replaces its document.

        InputError for a file that cannot be read, StorageError when it cannot be kept; then nothing has been added.
        """
        from assistant.retrieval.adding import drafts, named

        read = drafts(path)
        with self._lock:
            taken = {identity: document.front.file for identity, document in self._current().documents.items()}
            shelf = self._shelf()
            identities = []
            for draft in read:
                identity = _free(draft.front.id, draft.front.file, taken)
                taken[identity] = draft.front.file if identity not in identities else ""
                text = named(draft, identity).text
                if _undated(shelf.text(identity)) != _undated(text):
                    shelf.put(identity, text)
                identities.append(identity)
            self._current()
        return tuple(identities)

    def versions(self, identity: str) -> "tuple[FrontMatter, ...]":
        """What the former versions of an added document say about themselves, oldest first."""
        from assistant.retrieval.corpus import parse

        past = self._shelf().history(identity)
        return tuple(parse(text, Path(f"{identity}.md"), "added").front for text in past)

    def restore(self, identity: str, version: int | None = None) -> int:
        """Brings back a former version of an added document, else the last one, also of one that was removed.

        Gives the number of the version that was brought back; NotFound when there is no such version.
        """
        with self._lock:
            past = self._shelf().history(identity)
            number = len(past) if version is None else version
            if not 1 <= number <= len(past):
                kept = f"kept are 1 to {len(past)}" if past else "none is kept"
                raise NotFound(f"There is no former version {number} of the document {identity!r}; {kept}.")
            self._shelf().put(identity, past[number - 1])
            self._current()
        return number

    def remove(self, identity: str) -> None:
        """Removes an added document, which can be restored; NotFound when there is none, InputError when it is shipped."""
        with self._lock:
            document = self._document(identity)
            if document.origin == "shipped":
                raise InputError(f"The document {identity} belongs to the shipped guidance; only added ones can be removed.")
            self._shelf().remove(identity)
            self._current()

    def documents(self) -> list[Entry]:
        """All documents, the shipped ones first."""
        return [
            Entry(
                id=document.front.id,
                title=document.front.title,
                question=document.front.question,
                origin=document.origin,
                file=document.front.file,
                updated=document.front.updated,
                sections=tuple(section.heading for section in document.sections),
                version=1 + (len(self._shelf().history(document.front.id)) if document.origin == "added" else 0),
            )
            for document in self._current().documents.values()
        ]

    def passages(self) -> "tuple[Passage, ...]":
        """Every passage that is searched."""
        return tuple(self._current().searched.view.passages.values())

    def passage(self, document: str, section: str) -> "Section":
        """A section as a citation names it; NotFound when there is none."""
        for candidate in self._document(document).sections:
            if candidate.heading == section:
                return candidate
        raise NotFound(f"The document {document} has no section {section!r}; its sections are listed by documents().")

    def reindex(self, *, full: bool = False, progress: "Progress | None" = None) -> "Counts":
        """Brings the index up to date and says what was done; ``full`` embeds everything anew.

        ``progress`` is told how many texts have been embedded, of how many. Questions are answered meanwhile.
        """
        with self._lock:
            return self._load(full=full, progress=progress).counts

    def _document(self, identity: str) -> "Document":
        document = self._current().documents.get(identity)
        if document is None:
            raise NotFound(f"There is no document {identity!r}; the ids are listed by documents().")
        return document

    def _shelf(self) -> "Shelf":
        from assistant.retrieval.shelf import FolderShelf, ServerShelf

        if self._shelf_in_use is None:
            self._shelf_in_use = ServerShelf(self._chroma_url) if self._chroma_url else FolderShelf(self._added)
        return self._shelf_in_use

    def _stamp(self) -> "tuple[Stamp, Stamp]":
        from assistant.retrieval.shelf import folder_stamp

        return folder_stamp(self._guidance), self._shelf().stamp()

    def _current(self) -> _State:
        """The state that matches the documents as they stand now; the one before, while another thread is at it."""
        held = self._state
        if not self._lock.acquire(blocking=held is None) and held is not None:
            return held
        try:
            if self._state is None or self._state.stamp != self._stamp():
                return self._load()
            return self._state
        finally:
            self._lock.release()

    def _load(self, *, full: bool = False, progress: "Progress | None" = None) -> _State:
        from assistant.retrieval.conflicts import load_conflicts, place_of
        from assistant.retrieval.corpus import corpus_of, load_folder, load_sources
        from assistant.retrieval.foreseen import load_foreseen
        from assistant.retrieval.index import Index

        stamp = self._stamp()
        documents: dict[str, Document] = {}
        for document in load_folder(self._guidance, "shipped"):
            if isinstance(document, KnowledgeError):
                raise document
            documents[document.front.id] = document
        for document in self._shelf().documents():
            documents.setdefault(document.front.id, document)  # guidance that came later keeps its id
        if self._index is None:
            self._index = Index(self._index_folder, self._encode, self._embedding, self._chroma_url)
        corpus = corpus_of(list(documents.values()), load_foreseen(self._guidance))
        counts = self._index.sync(corpus, full=full, progress=progress)
        placed = [(c, [place_of(side, corpus.passages) for side in c.sides]) for c in load_conflicts(self._guidance)]
        conflicts = tuple((c, [p for p in places if p is not None]) for c, places in placed if None not in places)
        self._state = _State(self._index, documents, load_sources(self._sources), stamp, counts, conflicts)
        return self._state


def _free(identity: str, file: str, taken: dict[str, str]) -> str:
    """The id itself when it is free or belongs to the same file, else with the next free number."""
    candidate, number = identity, 1
    while candidate in taken and (not file or taken[candidate] != file):
        number += 1
        candidate = f"{identity}-{number}"
    return candidate


def _undated(text: str) -> list[str]:
    """A document's lines without the day on which it was added."""
    return [line for line in text.split("\n") if not line.startswith("updated: ")]


def _question(text: str) -> str:
    """The question without surrounding blanks; InputError when it cannot be one."""
    if "\x00" in text or sum(not (c.isprintable() or c.isspace()) for c in text) > len(text) / 10:
        raise InputError("The question is not text; write it in words.")
    if not any(character.isalnum() for character in text):
        raise InputError("The question is empty; write what you would like to know.")
    if len(text) > MAX_QUESTION_CHARS:
        raise InputError(
            f"The question has {len(text):,} characters; at most {MAX_QUESTION_CHARS:,} are read, so shorten it."
        )
    return text.strip()


def _essence(question: str) -> str:
    """What a long text asks: its last sentences with a question mark, or just its end."""
    if len(question) <= _SEARCHED_CHARS:
        return question
    from assistant.retrieval.text import sentences

    parts = (question[span.start : span.stop] for span in sentences(question))
    asking = " ".join(part for part in parts if part.endswith("?"))
    return (asking or question)[-_SEARCHED_CHARS:]
