"""The index: passages, their sentences, headings and the questions they answer as vectors in Chroma, their words in BM25.

Only what is new or changed is embedded. Chroma's own embedding function is never used: it would download a model.
"""

import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

# Before the imports: both libraries read their switches from the environment, and neither may report anything.
os.environ["LANGSMITH_TRACING_V2"] = "false"
os.environ["ANONYMIZED_TELEMETRY"] = "False"

import chromadb
import httpx
import numpy as np
import structlog
from chromadb.api import ClientAPI
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.errors import StorageError
from assistant.retrieval.corpus import Corpus, Passage
from assistant.retrieval.foreseen import Foreseen, Place
from assistant.retrieval.lexicon import Lexicon
from assistant.retrieval.units import Neighbour, asked_id, neighbour, units

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, shape (texts, dimensions)."""

Progress = Callable[[int, int], object]
"""Is told how many texts have been embedded, of how many."""

COLLECTION = "advisor-passages"
"""Begin of the collection's name, which goes on with the embedding's, so that two models never share one."""
_BATCH = 512
_DAMAGE = (ChromaError, OSError, ValueError, RuntimeError, KeyError, TypeError)
"""What Chroma raises when its files are not what it wrote."""

_log = structlog.get_logger(__name__)


class Counts(NamedTuple):
    """What a synchronisation did."""

    documents: int
    passages: int
    embedded: int
    deleted: int


class View(NamedTuple):
    """Passages by id and, in the same order, their words: replaced as a whole, so a search never sees a half of each."""

    passages: Mapping[str, Passage]
    lexicon: Lexicon
    asked: Mapping[str, Foreseen]
    """Foreseen questions by their unit's id."""
    foreseen: frozenset[Place]
    """Sections of which questions are foreseen."""
    by_section: Mapping[Place, Sequence[str]]
    """Ids of each section's passages."""

    @classmethod
    def of(cls, corpus: Corpus) -> "View":
        """The view of a corpus."""
        by_section: dict[Place, list[str]] = {}
        for passage in corpus.passages:
            by_section.setdefault(Place(passage.document, passage.section), []).append(passage.id)
        return cls(
            {passage.id: passage for passage in corpus.passages},
            Lexicon([passage.searched for passage in corpus.passages]),
            {asked_id(foreseen): foreseen for foreseen in corpus.foreseen},
            frozenset(place for foreseen in corpus.foreseen for place in foreseen.sections),
            by_section,
        )


class SentenceVectors(Embeddings):
    """The encoder as LangChain's embedding function."""

    def __init__(self, encode: Encode, name: str) -> None:
        self._encode = encode
        self.name = name

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        return [row.tolist() for row in self._encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        return self.embed_documents([text])[0]


class Index:
    """Vectors and words of one corpus. ``embedding`` names model and version: vectors of another one are discarded."""

    def __init__(self, folder: Path, encode: Encode, embedding: str, chroma_url: str = "") -> None:
        self._folder = folder
        self._vectors = SentenceVectors(encode, embedding)
        self._url = chroma_url
        self._shared = bool(chroma_url)
        """Whether other indexes may have collections beside this one: on a server, and in the memory of a process."""
        self._corpus = Corpus((), ())
        self.view = View.of(self._corpus)
        self.client: ClientAPI
        self._name = f"{COLLECTION}-{hashlib.sha256(embedding.encode()).hexdigest()[:12]}"
        self._store: Chroma
        self._open()

    def sync(self, corpus: Corpus, *, full: bool = False, progress: Progress | None = None) -> Counts:
        """Makes the index hold ``corpus`` and nothing else; ``full`` embeds everything anew.

        Readers go on with what was there. What an interrupted run has embedded is kept; the next one does the rest.
        """
        try:
            if full:
                embedded, deleted = self._renew(corpus, progress)
            else:
                embedded, deleted = self._update(self._store, corpus, progress)
        except _DAMAGE as fault:
            self._rebuild(fault)
            embedded, deleted = self._update(self._store, corpus, progress)
        self._drop_superseded()
        self._corpus = corpus
        self.view = View.of(corpus)
        return Counts(len(corpus.documents), len(corpus.passages), embedded, deleted)

    def encode(self, text: str) -> NDArray[np.float32]:
        """The vector of a query."""
        return np.asarray(self._vectors.embed_query(text), np.float32)

    def neighbours(self, vector: NDArray[np.float32], k: int) -> list[Neighbour]:
        """The ``k`` units nearest to ``vector``, nearest first."""
        if not self.view.passages:
            return []
        try:
            return self._query(vector, k)
        except NotFoundError:  # another process has put a new collection in this one's place
            self._attach()
            self._update(self._store, self._corpus)
        except _DAMAGE as fault:
            self._rebuild(fault)
            self._update(self._store, self._corpus)
        return self._query(vector, k)

    def _query(self, vector: NDArray[np.float32], k: int) -> list[Neighbour]:
        with answering(self._url):
            collection = self.client.get_collection(self._name, embedding_function=None)
            found = collection.query(query_embeddings=[vector.tolist()], n_results=k, include=["distances"])
        asked, distances = self.view.asked, (found["distances"] or [[]])[0]
        return [neighbour(i, 1.0 - distance, asked) for i, distance in zip(found["ids"][0], distances, strict=True)]

    def _renew(self, corpus: Corpus, progress: Progress | None) -> tuple[int, int]:
        """Fills a new collection, and only then puts it in the place of the old one."""
        with answering(self._url):
            self._delete(draft := f"{self._name}-next")
            fresh = self._opened(draft)
            old = len(self._store.get(include=[])["ids"])
            embedded, _ = self._update(fresh, corpus, progress)
            self._delete(self._name)
            self.client.get_collection(draft, embedding_function=None).modify(name=self._name)
            self._store = fresh
        return embedded, old

    def _update(self, store: Chroma, corpus: Corpus, progress: Progress | None = None) -> tuple[int, int]:
        wanted = {unit.id: unit for unit in units(corpus)}
        with answering(self._url):
            held = store.get(include=["metadatas"])
            hashes = {i: metadata.get("hash") for i, metadata in zip(held["ids"], held["metadatas"], strict=True)}
            gone = [identity for identity in hashes if identity not in wanted]
            for start in range(0, len(gone), _BATCH):
                store.delete(gone[start : start + _BATCH])
            fresh = [unit for unit in wanted.values() if hashes.get(unit.id) != unit.metadata["hash"]]
            for start in range(0, len(fresh), _BATCH):
                batch = fresh[start : start + _BATCH]
                store.add_texts(
                    [unit.text for unit in batch], [unit.metadata for unit in batch], [unit.id for unit in batch]
                )
                if progress:
                    progress(start + len(batch), len(fresh))
            if wanted and not fresh:
                self._touch(next(iter(wanted)))
        return len(fresh), len(gone)

    def _touch(self, identity: str) -> None:
        """Writes a record as it is: a client sees the writes of another process only after a write of its own."""
        collection = self.client.get_collection(self._name, embedding_function=None)
        record = collection.get(ids=[identity], include=["embeddings", "metadatas", "documents"])
        collection.upsert(
            ids=record["ids"],
            embeddings=record["embeddings"],
            metadatas=record["metadatas"],
            documents=record["documents"],
        )

    def _open(self) -> None:
        if self._url:
            self.client = connect(self._url)
            with answering(self._url):
                self._attach()
        elif self._writable():
            try:
                self._open_folder()
            except _DAMAGE as fault:
                self._rebuild(fault)
        else:
            _log.warning("index.in_memory", folder=str(self._folder), reason="the folder cannot be written to")
            self.client = chromadb.EphemeralClient(settings=_chroma_settings())
            # In-memory clients of one process share their collections: the name keeps them apart.
            self._name = f"{self._name}-{uuid.uuid4().hex}"
            self._shared = True
            self._attach()

    def _writable(self) -> bool:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder):
                return True
        except OSError:
            return False

    def _generations(self) -> list[Path]:
        """The index's folders, oldest first. A damaged one is followed by a new one, as Chroma caches a path's state."""
        folders = [path for path in self._folder.glob("chroma-*") if path.name.removeprefix("chroma-").isdecimal()]
        return sorted(folders, key=lambda path: int(path.name.removeprefix("chroma-")))

    def _open_folder(self) -> None:
        generations = self._generations()
        self.client = chromadb.PersistentClient(
            path=str(generations[-1] if generations else self._folder / "chroma-1"), settings=_chroma_settings()
        )
        self._attach()
        self._store.get(limit=1)

    def _attach(self) -> None:
        self._store = self._opened(self._name)

    def _opened(self, name: str) -> Chroma:
        return Chroma(
            collection_name=name,
            embedding_function=self._vectors,
            client=self.client,
            collection_metadata={"embedding": self._vectors.name},
            collection_configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
        )

    def _delete(self, name: str) -> None:
        with suppress(NotFoundError):
            self.client.delete_collection(name)

    def _drop_superseded(self) -> None:
        """Vectors of another model go once this one's are complete, where nobody else may still read them."""
        if self._shared:
            return
        for collection in self.client.list_collections():
            if collection.name.startswith(COLLECTION) and (collection.metadata or {}).get("embedding") != self._vectors.name:
                _log.info(
                    "index.embedding_changed", was=(collection.metadata or {}).get("embedding"), now=self._vectors.name
                )
                self._delete(collection.name)

    def _rebuild(self, fault: Exception) -> None:
        """Sets a damaged folder aside and begins an empty one; without a folder the fault is passed on."""
        generations = self._generations()
        if self._url or not generations:
            raise fault
        newest = int(generations[-1].name.removeprefix("chroma-"))
        _log.warning("index.damaged", folder=str(generations[-1]), fault=str(fault), action="rebuilt from the documents")
        for folder in generations:
            shutil.rmtree(folder, ignore_errors=True)
        self.client = chromadb.PersistentClient(path=str(self._folder / f"chroma-{newest + 1}"), settings=_chroma_settings())
        self._attach()


def connect(url: str) -> ClientAPI:
    """A client of the Chroma server at ``url``; StorageError when there is none."""
    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise StorageError(f"The Chroma address {url!r} is none; expected is one like http://127.0.0.1:8000.")
    secure = address.scheme == "https"
    try:
        return chromadb.HttpClient(
            host=address.hostname, port=address.port or (443 if secure else 8000), ssl=secure, settings=_chroma_settings()
        )
    except (ChromaError, ValueError, httpx.HTTPError) as fault:  # ValueError is how Chroma says "no connection"
        raise _unreachable(url) from fault


@contextmanager
def answering(url: str) -> Iterator[None]:
    """Turns every way in which a Chroma server can fail into one StorageError; without ``url`` nothing is turned."""
    try:
        yield
    except (ChromaError, httpx.HTTPError) as fault:
        if not url:
            raise
        raise _unreachable(url) from fault


def _unreachable(url: str) -> StorageError:
    return StorageError(
        f"The Chroma server at {url} does not answer as expected; start it, or leave ADVISOR_CHROMA_URL empty."
    )


def _chroma_settings() -> ChromaSettings:
    return ChromaSettings(anonymized_telemetry=False)
