"""Pages of a person's document, and how much of one is read."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import NamedTuple, NoReturn, TypeVar

from assistant.errors import InputError

MAX_BYTES = 20_000_000
MAX_PAGES = 300
MAX_SECONDS = 60.0
MAX_UNPACKED_BYTES = 200_000_000
"""Of an office document, which is a ZIP file: a small one can hide gigabytes."""

Item = TypeVar("Item")


class Page(NamedTuple):
    """A page and its text. Kinds of document without pages have one page; headings begin with '#' where they are known."""

    number: int
    text: str


def refuse(path: Path, fault: str) -> NoReturn:
    """InputError that names the file."""
    raise InputError(f"The file {path.name} {fault}.")


def within_limits(path: Path, pages: Iterable[Item], count: int, kind: str = "pages") -> Iterator[Item]:
    """The pages (or slides, or sheets) one by one; InputError when there are too many, or reading takes too long."""
    if count > MAX_PAGES:
        refuse(path, f"has {count} {kind}; at most {MAX_PAGES} are read, so split it")
    deadline = monotonic() + MAX_SECONDS
    for page in pages:
        yield page
        if monotonic() > deadline:
            refuse(path, f"takes longer than {MAX_SECONDS:.0f} seconds to read; save it in a simpler form, or split it")
