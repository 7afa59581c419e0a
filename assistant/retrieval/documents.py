"""Reads a person's document into pages of plain text. Its content is data: nothing in it is run, fetched or obeyed."""

import logging
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from assistant.errors import InputError
from assistant.retrieval import office
from assistant.retrieval.pages import MAX_BYTES, Page, refuse, within_limits

_SCANNED_CHARS = 20
"""A PDF with less text than this has pictures of text only."""

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BROKEN_PDF = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OSError)
"""What pypdf raises, beside its own errors, wherever a broken structure leads it."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def read_document(path: Path) -> tuple[Page, ...]:
    """The pages of a text, HTML, PDF, Word, PowerPoint, Excel or CSV file; InputError in one sentence for anything else."""
    reader = _READERS.get(path.suffix.lower())
    if path.is_dir():
        refuse(path, "is a folder; a file is expected")
    if not path.is_file():
        refuse(path, "does not exist; give the path of a file")
    if reader is None:
        refuse(path, f"is of a kind that cannot be read; save it as one of {', '.join(sorted(_READERS))}")
    size = path.stat().st_size
    if size > MAX_BYTES:
        refuse(path, f"has {size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read, so split it")
    if size == 0:
        refuse(path, "is empty; a file with text is expected")
    try:
        pages = reader(path)
    except PermissionError as fault:
        raise InputError(f"The file {path.name} may not be read; allow it, or choose another file.") from fault
    if not any(page.text.strip() for page in pages):
        refuse(path, "holds no text; a file with text is expected")
    return pages


def readable(path: Path) -> bool:
    """Whether the file's name says a kind that ``read_document`` reads."""
    return path.suffix.lower() in _READERS


def _text(path: Path) -> str:
    content = path.read_bytes()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # the usual encoding of old Windows files
    if _CONTROL.search(text) or text.count("\ufffd") > len(text) / 100:
        refuse(path, "is not text although its name says so; save it again as UTF-8 text")
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


def _pdf(path: Path) -> tuple[Page, ...]:
    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its complaints would stand between the lines of a talk
    try:
        reader = pypdf.PdfReader(path)
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
        texts = [page.extract_text() for page in within_limits(path, reader.pages, count)] if count else []
    except (PyPdfError, *_BROKEN_PDF) as fault:
        raise InputError(f"The file {path.name} is damaged; export it as PDF again.") from fault
    if locked:
        refuse(path, "is encrypted; save it without a password")
    if sum(len(text.strip()) for text in texts) < _SCANNED_CHARS:
        refuse(path, "has no text, as scanned pages have none; run text recognition (OCR) on it first")
    return tuple(Page(number, text.strip()) for number, text in enumerate(texts, 1))


_READERS: dict[str, Callable[[Path], tuple[Page, ...]]] = {
    ".csv": _plain,
    ".docx": office.word,
    ".htm": _html,
    ".html": _html,
    ".markdown": _plain,
    ".md": _plain,
    ".pdf": _pdf,
    ".pptx": office.slides,
    ".txt": _plain,
    ".xlsx": office.workbook,
}
