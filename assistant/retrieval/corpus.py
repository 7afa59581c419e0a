"""The corpus as immutable values: documents with front matter, their sections, and the passages that are searched.

Nothing here is rewritten: a section's text is a verbatim part of its file, and a passage a verbatim part of its section.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, field_validator

from assistant.errors import KnowledgeError
from assistant.interview.model import DimensionId, Level, Value
from assistant.knowledge import check, load, parse_yaml
from assistant.retrieval.conflicts import conflict_faults
from assistant.retrieval.foreseen import Foreseen, foreseen_faults

Origin = Literal["shipped", "added"]

CITED = re.compile(r"\[([A-Z][A-Z0-9]{1,11})\](?!\()")
"""A source's id in square brackets, as the guidance writes it; a Markdown link is none."""

PASSAGE_CHARS = 900
"""Longest passage: about 220 tokens, below the 256 that the encoder reads."""

MAX_AGE_DAYS = 365
"""Age of the last check above which guidance is called stale."""

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_SENTENCE_END = r"(?<=[.!?])\s+(?=[A-Z0-9\"'“(\[])"


class Source(Value):
    """A publication that the knowledge base cites."""

    id: str
    title: str
    publisher: str
    year: int | str
    address: str
    licence: str = ""
    """Empty: none is known, so figures and facts may be carried over, sentences may not."""
    seen: Literal["original", "secondary", "recalled"]

    @property
    def reference(self) -> str:
        """One line: id, publisher, title, year and address."""
        return f"[{self.id}] {self.publisher}: {self.title} ({self.year}), {self.address}"


class _SourcesFile(Value):
    sources: tuple[Source, ...]


class FrontMatter(Value):
    """What a document says about itself, above its text."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)
    title: str = Field(min_length=1)
    question: str = ""
    """The question that the document answers; offered when another one cannot be answered."""
    topics: tuple[str, ...] = ()
    stages: tuple[Level, ...] = ()
    dimensions: tuple[DimensionId, ...] = ()
    sources: tuple[str, ...] = ()
    updated: str = ""
    file: str = ""
    """Name of the file that the document was added from; empty for the shipped guidance."""

    @field_validator("updated", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        return value.isoformat() if isinstance(value, date) else value

    @field_validator("topics", mode="before")
    @classmethod
    def _texts(cls, value: object) -> object:
        return [str(topic) for topic in value] if isinstance(value, list) else value


class Section(Value):
    """A part of a document under one heading. ``text`` is verbatim in the file, without the heading."""

    document: str
    title: str
    heading: str
    """Unique in its document."""
    heading_path: tuple[str, ...]
    text: str
    line: int
    """Line of the heading in the file, from 1."""


class Document(Value):
    """A document of the knowledge base."""

    front: FrontMatter
    sections: tuple[Section, ...]
    origin: Origin
    path: Path


class Passage(Value):
    """The unit of search: a verbatim part of a section, short enough for the encoder."""

    id: str
    document: str
    title: str
    section: str
    heading_path: tuple[str, ...]
    text: str
    stages: tuple[Level, ...]
    dimensions: tuple[DimensionId, ...]
    topics: tuple[str, ...]
    sources: tuple[str, ...]
    """Ids of the sources that the passage names."""
    question: str = ""
    origin: Origin = "shipped"
    file: str = ""

    @cached_property
    def searched(self) -> str:
        """What is embedded and indexed: the passage under its title and heading, so that it is understood alone."""
        return f"{self.title}: {self.section}.\n{self.text}"

    @cached_property
    def hash(self) -> str:
        """SHA-256 of everything that the index stores for the passage."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Corpus(NamedTuple):
    """All documents and their passages, in the order of the files, and the questions foreseen for them."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    foreseen: tuple[Foreseen, ...] = ()


def load_sources(path: Path) -> dict[str, Source]:
    """The sources by id; KnowledgeError when the file is wrong or an id stands twice."""
    sources: dict[str, Source] = {}
    for source in load(path, _SourcesFile).sources:
        if source.id in sources:
            raise KnowledgeError(f"{path}: source {source.id} stands twice; keep one entry a source.")
        sources[source.id] = source
    return sources


def load_folder(folder: Path, origin: Origin) -> Iterator[Document | KnowledgeError]:
    """The documents of a folder by file name; in place of a broken one, what is wrong with it. README.md is none."""
    seen: dict[str, Path] = {}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        try:
            document = parse(path.read_text(encoding="utf-8"), path, origin)
        except KnowledgeError as fault:
            yield fault
            continue
        except (OSError, UnicodeDecodeError) as fault:
            yield KnowledgeError(f"{path}:1: cannot be read ({fault}); a readable UTF-8 text is expected.")
            continue
        identity = document.front.id
        if identity in seen:
            yield KnowledgeError(f"{path}:2: id {identity} is already taken by {seen[identity].name}; choose another.")
            continue
        seen[identity] = path
        yield document


def parse(text: str, path: Path, origin: Origin) -> Document:
    """A document from its text; KnowledgeError names file, line and fault of the front matter."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "---":
        raise KnowledgeError(f"{path}:1: front matter is missing; begin with '---', id, title and question, then '---'.")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    if not end:
        raise KnowledgeError(f"{path}:1: front matter has no end; close it with a line '---'.")
    content = parse_yaml("\n".join(lines[1:end]), path, first_line=2)
    front = check(content, FrontMatter, path, first_line=2)
    return Document(front=front, sections=_sections(front, lines, end + 1), origin=origin, path=path)


def _sections(front: FrontMatter, lines: list[str], first: int) -> tuple[Section, ...]:
    """Cuts at Markdown headings outside fenced code; text above the first heading stands under the title."""
    starts: list[tuple[int, tuple[str, ...]]] = [(first, (front.title,))]
    path: list[tuple[int, str]] = []
    fence = ""
    for number in range(first, len(lines)):
        if mark := _FENCE.match(lines[number]):
            fence = "" if fence == mark[1] else fence or mark[1]
        heading = None if fence else _HEADING.match(lines[number])
        if heading is None:
            continue
        depth = len(heading[1])
        path = [step for step in path if step[0] < depth] + [(depth, heading[2])]
        starts.append((number + 1, tuple(name for _, name in path)))
    sections: list[Section] = []
    taken: dict[str, int] = {}
    for (start, names), stop in zip(starts, [*(s - 1 for s, _ in starts[1:]), len(lines)], strict=True):
        body = "\n".join(lines[start:stop]).strip("\n").rstrip()
        if not body.strip() and len(names) == 1:
            continue  # a title with nothing under it
        taken[names[-1]] = taken.get(names[-1], 0) + 1
        heading_text = names[-1] if taken[names[-1]] == 1 else f"{names[-1]} ({taken[names[-1]]})"
        sections.append(
            Section(document=front.id, title=front.title, heading=heading_text, heading_path=names, text=body, line=start)
        )
    return tuple(sections)


def passages(document: Document) -> tuple[Passage, ...]:
    """The passages of a document: each section whole where it is short, otherwise cut at paragraphs, then sentences."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=[r"\n\n+", _SENTENCE_END, r"\n", r"\s+", ""],
        is_separator_regex=True,
        keep_separator="start",
        chunk_size=PASSAGE_CHARS,
        chunk_overlap=0,
    )
    front = document.front
    found = []
    for position, section in enumerate(document.sections):
        for number, text in enumerate(_pieces(splitter.split_text(section.text), section.text)):
            cited = dict.fromkeys(CITED.findall(text))
            found.append(
                Passage(
                    id=f"{front.id}#{position}.{number}",
                    document=front.id,
                    title=front.title,
                    section=section.heading,
                    heading_path=section.heading_path,
                    text=text,
                    stages=front.stages,
                    dimensions=front.dimensions,
                    topics=front.topics,
                    sources=tuple(source for source in cited if source in front.sources),
                    question=front.question,
                    origin=document.origin,
                    file=front.file,
                )
            )
    return tuple(found)


def _pieces(chunks: list[str], text: str) -> Iterator[str]:
    """The chunks that are verbatim in ``text`` and say something."""
    for chunk in chunks:
        piece = chunk.strip()
        if piece in text and any(character.isalnum() for character in piece):
            yield piece


def corpus_of(documents: list[Document], foreseen: tuple[Foreseen, ...] = ()) -> Corpus:
    """The corpus of these documents."""
    return Corpus(tuple(documents), tuple(passage for document in documents for passage in passages(document)), foreseen)


_FIGURE = re.compile(r"\d(?:[\d.,]*\d)?\s*(?:%|percent|USD|EUR|times|GB|TB|months|years|weeks|days)(?!\w)")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def corpus_faults(knowledge_dir: Path) -> Iterator[str]:
    """Every fault of guidance and sources, one a line as "file:line: fault"; nothing when all is sound.

    What only deserves a look begins, after the place, with "warning:".
    """
    guidance = knowledge_dir / "guidance"
    try:
        sources = load_sources(knowledge_dir / "sources.yaml")
    except KnowledgeError as fault:
        yield from str(fault).splitlines()
        sources = {}
    sound = []
    for document in load_folder(guidance, "shipped"):
        if isinstance(document, KnowledgeError):
            yield from str(document).splitlines()
            continue
        sound.append(document)
        yield from _document_faults(document, sources)
    yield from conflict_faults(guidance, corpus_of(sound).passages)
    try:
        yield from foreseen_faults(guidance, sound)
    except KnowledgeError as fault:
        yield from str(fault).splitlines()


def _document_faults(document: Document, sources: dict[str, Source]) -> Iterator[str]:
    front, path = document.front, document.path
    if front.id != path.stem:
        yield f"{path}:2: id {front.id} differs from the file's name; call the file {front.id}.md."
    if not front.question:
        yield f"{path}:2: question is missing; write the question that the document answers."
    for source in front.sources:
        if source not in sources:
            yield f"{path}:2: source {source} does not stand in sources.yaml; add it there or mend the id."
    yield from _age_faults(front, path)
    cited = {source for section in document.sections for source in CITED.findall(section.text)}
    for source in sorted(set(front.sources) - cited):
        yield f"{path}:2: warning: source {source} is listed, but the text does not cite it."
    headings = [section.heading_path for section in document.sections]
    for section in document.sections:
        if not section.text.strip() and len(section.heading_path) > 1:
            yield f"{path}:{section.line}: section '{section.heading}' is empty; write it or take the heading out."
        if headings.count(section.heading_path) > 1:
            yield f"{path}:{section.line}: section '{section.heading_path[-1]}' stands twice; give it another heading."
        yield from _section_faults(section, document, sources)


def _age_faults(front: FrontMatter, path: Path) -> Iterator[str]:
    try:
        age = (datetime.now(UTC).date() - date.fromisoformat(front.updated)).days
    except ValueError:
        yield f"{path}:2: updated is no date; write the day of the last check as YYYY-MM-DD."
        return
    if age > MAX_AGE_DAYS:
        yield f"{path}:2: warning: last checked on {front.updated}; check its facts again and set the date anew."


def _section_faults(section: Section, document: Document, sources: dict[str, Source]) -> Iterator[str]:
    lines = section.text.split("\n")
    place = document.path
    for number, line in enumerate(lines, section.line + 1):
        for source in dict.fromkeys(CITED.findall(line)):
            if source not in sources:
                yield f"{place}:{number}: source {source} does not stand in sources.yaml; add it there or mend the id."
            elif source not in document.front.sources:
                yield f"{place}:{number}: source {source} is cited but missing in the front matter's sources; add it."
        figure = _FIGURE.search(line)
        if figure and not CITED.search(line):
            yield f"{place}:{number}: warning: the figure '{figure[0]}' has no source in its paragraph; cite one as [ID]."
        for target in _LINK.findall(line):
            file = target.partition("#")[0]
            if "://" not in target and not target.startswith("mailto:") and file and not (place.parent / file).exists():
                yield f"{place}:{number}: the link to {target} leads nowhere; mend or remove it."
