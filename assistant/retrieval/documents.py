"""Reads a person's document into pages of plain text. Its content is data: nothing in it is run, fetched or obeyed."""

import logging
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from assistant.errors import InputError

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

MAX_BYTES = 20_000_000
MAX_PAGES = 300
MAX_UNPACKED_BYTES = 200_000_000
"""Of a DOCX, which is a ZIP file: a small one can hide gigabytes."""

_SCANNED_CHARS = 20
"""A PDF with less text than this has pictures of text only."""

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BROKEN_PDF = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OSError)
"""What pypdf raises, beside its own errors, wherever a broken structure leads it."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Page(NamedTuple):
    """A page and its text. Kinds of document without pages have one page; headings begin with '#' where they are known."""

    number: int
    text: str


def read_document(path: Path) -> tuple[Page, ...]:
    """The pages of a .md, .txt, .html, .docx, .pdf or .csv file; InputError in one sentence for anything else."""
    reader = _READERS.get(path.suffix.lower())
    if path.is_dir():
        _refuse(path, "is a folder; a file is expected")
    if not path.is_file():
        _refuse(path, "does not exist; give the path of a file")
    if reader is None:
        _refuse(path, f"is of a kind that cannot be read; save it as one of {', '.join(sorted(_READERS))}")
    size = path.stat().st_size
    if size > MAX_BYTES:
        _refuse(path, f"has {size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read, so split it")
    if size == 0:
        _refuse(path, "is empty; a file with text is expected")
    try:
        pages = reader(path)
    except PermissionError as fault:
        raise InputError(f"The file {path.name} may not be read; allow it, or choose another file.") from fault
    if not any(page.text.strip() for page in pages):
        _refuse(path, "holds no text; a file with text is expected")
    return pages


def readable(path: Path) -> bool:
    """Whether the file's name says a kind that ``read_document`` reads."""
    return path.suffix.lower() in _READERS


def _refuse(path: Path, fault: str) -> NoReturn:
    raise InputError(f"The file {path.name} {fault}.")


def _text(path: Path) -> str:
    content = path.read_bytes()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # the usual encoding of old Windows files
    if _CONTROL.search(text) or text.count("\ufffd") > len(text) / 100:
        _refuse(path, "is not text although its name says so; save it again as UTF-8 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain(path: Path) -> tuple[Page, ...]:
    return (Page(1, _text(path)),)


def _html(path: Path) -> tuple[Page, ...]:
    parser = _VisibleText()
    parser.feed(_text(path))
    parser.close()
    return (Page(1, parser.text()),)


class _VisibleText(HTMLParser):
    """The text that a browser would show, with headings and list items marked as in Markdown."""

    _BLOCKS = re.compile(
        "address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|footer|form|h[1-6r]|header|li|main|nav|ol|p|pre|section|"
        "table|t[dhr]|ul"
    )
    _UNSEEN = re.compile("script|style|template|noscript|head|svg|iframe|object|select|textarea")
    _VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
    _HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._hidden: list[str] = []
        """Open elements since the outermost one that is not shown."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element; hidden ones swallow their content."""
        values = dict(attrs)
        unseen = (
            bool(self._UNSEEN.fullmatch(tag)) or "hidden" in values or bool(self._HIDDEN.search(values.get("style") or ""))
        )
        if (self._hidden or unseen) and not self._VOID.fullmatch(tag):
            self._hidden.append(tag)
        if self._hidden:
            return
        if self._BLOCKS.fullmatch(tag):
            self._parts.append("\n\n")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._parts.append("#" * int(tag[1]) + " ")
        elif tag == "li":
            self._parts.append("- ")

    def handle_endtag(self, tag: str) -> None:
        """Closes an element, and with it whatever was left open inside."""
        if self._hidden:
            if tag in self._hidden:
                position = len(self._hidden) - 1 - self._hidden[::-1].index(tag)
                del self._hidden[position:]
        elif self._BLOCKS.fullmatch(tag):
            self._parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        """Keeps text that is shown."""
        if not self._hidden:
            self._parts.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        """What was shown, blank lines between blocks."""
        lines = (line.strip() for line in "".join(self._parts).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _docx(path: Path) -> tuple[Page, ...]:
    import docx
    from docx.opc.exceptions import OpcError
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    _check_package(path)
    try:
        blocks = list(docx.Document(str(path)).iter_inner_content())
        lines = []
        for block in blocks:
            if isinstance(block, Paragraph):
                text = "".join(run.text for run in _runs(block) if not run.font.hidden).strip()
                lines.append(_headed(text, block.style.name if block.style else ""))
            elif isinstance(block, Table):
                rows = [[cell.text.replace("\n", " ").strip() for cell in row.cells] for row in block.rows]
                lines.append("\n".join(" | ".join(dict.fromkeys(row)) for row in rows))
    except (OpcError, zipfile.BadZipFile, SyntaxError, KeyError, ValueError, AttributeError) as fault:
        raise InputError(f"The file {path.name} is damaged; open it in a word processor and save it again.") from fault
    return (Page(1, "\n\n".join(line for line in lines if line)),)


def _runs(paragraph: "Paragraph") -> "list[Run]":
    """Runs in order, those inside links included."""
    from docx.text.hyperlink import Hyperlink

    return [run for item in paragraph.iter_inner_content() for run in (item.runs if isinstance(item, Hyperlink) else [item])]


def _headed(text: str, style: str | None) -> str:
    match = re.fullmatch(r"(?:Heading (\d)|Title)", style or "")
    return f"{'#' * int(match[1] or 1)} {text}" if match and text else text


def _check_package(path: Path) -> None:
    """Refuses what is no DOCX: encrypted or old formats, damaged ones, and packages that unpack to far too much."""
    with path.open("rb") as file:
        if file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            _refuse(path, "is encrypted or in the old Word format; save it without a password as .docx")
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as fault:
        raise InputError(f"The file {path.name} is damaged; open it in a word processor and save it again.") from fault
    if len(entries) > 10_000 or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        _refuse(path, f"unpacks to more than {MAX_UNPACKED_BYTES / 1e6:.0f} MB; take pictures out or split it")


def _pdf(path: Path) -> tuple[Page, ...]:
    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its complaints would stand between the lines of a talk
    try:
        reader = pypdf.PdfReader(path)
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
        texts = [] if locked or count > MAX_PAGES else [page.extract_text() for page in reader.pages]
    except (PyPdfError, *_BROKEN_PDF) as fault:
        raise InputError(f"The file {path.name} is damaged; export it as PDF again.") from fault
    if locked:
        _refuse(path, "is encrypted; save it without a password")
    if count > MAX_PAGES:
        _refuse(path, f"has {count} pages; at most {MAX_PAGES} are read, so split it")
    if sum(len(text.strip()) for text in texts) < _SCANNED_CHARS:
        _refuse(path, "has no text, as scanned pages have none; run text recognition (OCR) on it first")
    return tuple(Page(number, text.strip()) for number, text in enumerate(texts, 1))


_READERS: dict[str, Callable[[Path], tuple[Page, ...]]] = {
    ".csv": _plain,
    ".docx": _docx,
    ".htm": _html,
    ".html": _html,
    ".markdown": _plain,
    ".md": _plain,
    ".pdf": _pdf,
    ".txt": _plain,
}
