"""Where added documents stand: in a folder, or on the Chroma server that several replicas share."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import structlog

from assistant.errors import KnowledgeError, StorageError
from assistant.retrieval.conflicts import FILE as CONFLICTS
from assistant.retrieval.corpus import Document, load_folder, parse
from assistant.retrieval.foreseen import FILE as QUESTIONS
from assistant.retrieval.index import answering, connect

_log = structlog.get_logger(__name__)

Stamp = frozenset[tuple[str, str]]
"""Names and versions of the documents: it differs when one is added, changed or removed."""


_NO_MEANING: Sequence[float] = [1.0, 0.0]


class Shelf(Protocol):
    """Added documents as Markdown with front matter."""

    def stamp(self) -> Stamp:
        """What stands there now; cheap."""
        ...

    def documents(self) -> list[Document]:
        """The documents; a broken one is left out with a line in the log."""
        ...

    def put(self, identity: str, text: str) -> None:
        """Adds or replaces a document, whose former text goes into its history; StorageError when it cannot be kept."""
        ...

    def remove(self, identity: str) -> None:
        """Puts a document into its history; nothing happens when it is not there."""
        ...

    def text(self, identity: str) -> str:
        """The document's text, empty when it is not there."""
        ...

    def history(self, identity: str) -> list[str]:
        """The document's former texts, oldest first."""
        ...


def folder_stamp(folder: Path) -> Stamp:
    """Names, sizes and times of a folder's documents, of their foreseen questions and their conflicts."""
    files = ((path.name, path.stat()) for pattern in ("*.md", QUESTIONS, CONFLICTS) for path in folder.glob(pattern))
    return frozenset((name, f"{state.st_size}-{state.st_mtime_ns}") for name, state in files)


class FolderShelf:
    """Added documents as files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def stamp(self) -> Stamp:
        """The state of the folder."""
        return folder_stamp(self._folder)

    def documents(self) -> list[Document]:
        """The folder's documents by file name."""
        return list(_sound(load_folder(self._folder, "added")))

    def put(self, identity: str, text: str) -> None:
        """Writes the file as a whole or not at all."""
        target = self._folder / f"{identity}.md"
        draft = target.with_suffix(".part")
        with self._writing():
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8")
            self._archive(identity)
            draft.replace(target)

    def remove(self, identity: str) -> None:
        """Moves the file into the history."""
        with self._writing():
            self._archive(identity)
            (self._folder / f"{identity}.md").unlink(missing_ok=True)

    def text(self, identity: str) -> str:
        """The content of the document's file."""
        path = self._folder / f"{identity}.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def history(self, identity: str) -> list[str]:
        """The texts in the document's folder of former versions."""
        return [path.read_text(encoding="utf-8") for path in self._versions(identity)]

    def _versions(self, identity: str) -> list[Path]:
        return sorted((self._folder / "history" / identity).glob("*.md"), key=lambda path: int(path.stem))

    def _archive(self, identity: str) -> None:
        """Copies the text as it stands, so that no moment is without it."""
        current = self._folder / f"{identity}.md"
        if current.is_file():
            past = self._folder / "history" / identity
            past.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(current, past / f"{len(self._versions(identity)) + 1}.md")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            raise StorageError(
                f"The document cannot be kept in {self._folder} ({fault.strerror}); make the folder writable, "
                "or set ADVISOR_DATA_DIR to another one."
            ) from fault


class ServerShelf:
    """Added documents as records of a Chroma server, so that every replica has the same ones."""

    _COLLECTION = "advisor-documents"

    def __init__(self, url: str) -> None:
        self._url = url
        with answering(url):
            client = connect(url)
            self._collection = client.get_or_create_collection(self._COLLECTION, embedding_function=None)
            self._past = client.get_or_create_collection(f"{self._COLLECTION}-history", embedding_function=None)

    def stamp(self) -> Stamp:
        """Ids and hashes of the records."""
        with answering(self._url):
            held = self._collection.get(include=["metadatas"])
        return frozenset((i, str(data.get("hash"))) for i, data in zip(held["ids"], held["metadatas"] or [], strict=True))

    def documents(self) -> list[Document]:
        """The records by id."""
        with answering(self._url):
            held = self._collection.get(include=["documents"])
        texts = dict(zip(held["ids"], held["documents"] or [], strict=True))
        return list(_sound(_parsed(identity, texts[identity]) for identity in sorted(texts)))

    def put(self, identity: str, text: str) -> None:
        """Writes the record; its vector has no meaning, but Chroma wants one."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        with answering(self._url):
            self._archive(identity)
            self._collection.upsert(ids=[identity], documents=[text], metadatas=[{"hash": digest}], embeddings=[_NO_MEANING])

    def remove(self, identity: str) -> None:
        """Moves the record into the history."""
        with answering(self._url):
            self._archive(identity)
            self._collection.delete(ids=[identity])

    def text(self, identity: str) -> str:
        """The record's document."""
        with answering(self._url):
            held = self._collection.get(ids=[identity], include=["documents"])["documents"]
        return held[0] if held else ""

    def history(self, identity: str) -> list[str]:
        """The former records by number."""
        with answering(self._url):
            held = self._past.get(where={"document": identity}, include=["documents", "metadatas"])
        numbered = zip(held["metadatas"] or [], held["documents"] or [], strict=True)
        return [text for _, text in sorted((int(str(data["number"])), text) for data, text in numbered)]

    def _archive(self, identity: str) -> None:
        current = self.text(identity)
        if current:
            number = len(self.history(identity)) + 1
            self._past.upsert(
                ids=[f"{identity}@{number}"],
                documents=[current],
                metadatas=[{"document": identity, "number": number}],
                embeddings=[_NO_MEANING],
            )


def _parsed(identity: str, text: str) -> Document | KnowledgeError:
    try:
        return parse(text, Path(f"{identity}.md"), "added")
    except KnowledgeError as fault:
        return fault


def _sound(documents: Iterator[Document | KnowledgeError]) -> Iterator[Document]:
    for document in documents:
        if isinstance(document, KnowledgeError):
            _log.warning("knowledge.document_skipped", fault=str(document))
        else:
            yield document
