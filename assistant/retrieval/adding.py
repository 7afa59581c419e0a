"""Turns a person's file into a document of the knowledge base: Markdown with front matter, its words unchanged."""

import json
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from assistant.errors import InputError, KnowledgeError
from assistant.retrieval.corpus import FrontMatter, parse
from assistant.retrieval.documents import read_document, readable
from assistant.retrieval.pages import Page

MAX_CHARS = 1_000_000
"""Longest document: embedding this many characters takes some minutes."""

_TITLE = re.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


class Draft(NamedTuple):
    """A document that is ready to be kept."""

    front: FrontMatter
    body: str

    @property
    def text(self) -> str:
        """The whole file. JSON is YAML, so no value can break out of its line."""
        fields = self.front.model_dump(mode="json")
        lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items() if value]
        return "\n".join(["---", *lines, "---", self.body.strip("\n"), ""])


def drafts(path: Path) -> list[Draft]:
    """The documents of a file, or of a folder and the folders in it; all are read before any is kept.

    InputError names the file that cannot be used. In a folder, hidden files and kinds that are not read are passed over.
    """
    if not path.is_dir():
        return [_draft(path)]
    files = [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file() and readable(file) and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    if not files:
        raise InputError(
            f"The folder {path.name} holds no file that can be read; put text, HTML, Word, PowerPoint, Excel or PDF there."
        )
    return [_draft(file) for file in files]


def named(draft: Draft, identity: str) -> Draft:
    """The same document under another id."""
    return draft._replace(front=draft.front.model_copy(update={"id": identity}))


def _draft(path: Path) -> Draft:
    pages = read_document(path)
    if sum(len(page.text) for page in pages) > MAX_CHARS:
        raise InputError(f"The file {path.name} has more than {MAX_CHARS:,} characters of text; split it into parts.")
    body = _body(pages)
    front = FrontMatter(id=_slug(path.stem), title=_title(path.stem), file=path.name, updated=_today())
    if path.suffix.lower() in {".md", ".markdown"} and body.startswith("---\n"):
        try:
            own = parse(body, path, "added").front
        except KnowledgeError:
            pass  # not ours: rules and lines of some other program's front matter stay text
        else:
            front = own.model_copy(update={"file": path.name, "sources": ()})
            body = body.split("\n---", 1)[1].partition("\n")[2]
            return Draft(front, body)
    heading = _TITLE.search(body[:2000])
    return Draft(front.model_copy(update={"title": heading[1][:200]}) if heading else front, body)


def _body(pages: tuple[Page, ...]) -> str:
    if len(pages) == 1:
        return pages[0].text
    return "\n\n".join(f"## Page {page.number}\n{page.text}" for page in pages if page.text.strip())


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-") or "document"


def _title(stem: str) -> str:
    return " ".join(re.sub(r"[_-]+", " ", stem).split()).capitalize() or "Document"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
