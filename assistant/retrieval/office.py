"""Reads Word, PowerPoint and Excel files: what a person sees on opening them, nothing hidden, no formula run."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import InputError
from assistant.retrieval.pages import MAX_UNPACKED_BYTES, Page, refuse, within_limits

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

MAX_CELLS = 500_000
_OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN = (
    zipfile.BadZipFile,
    SyntaxError,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    OSError,
    NotImplementedError,
)
"""What the libraries raise, beside their own errors, wherever a broken structure leads them."""


def word(path: Path) -> tuple[Page, ...]:
    """A Word file as one page: paragraphs, headings with '#', tables a row a line."""
    import docx
    from docx.opc.exceptions import OpcError
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    lines = []
    with _sound(path, OpcError):
        for block in docx.Document(str(path)).iter_inner_content():
            if isinstance(block, Paragraph):
                text = "".join(run.text for run in _runs(block) if not run.font.hidden).strip()
                lines.append(_headed(text, block.style.name if block.style else ""))
            elif isinstance(block, Table):
                lines.append("\n".join(_row(_different(row.cells)) for row in block.rows))
    return (Page(1, "\n\n".join(line for line in lines if line)),)


def slides(path: Path) -> tuple[Page, ...]:
    """A PowerPoint file, a page a slide: its title as heading, texts, tables, and the speaker's notes."""
    from pptx import Presentation
    from pptx.exc import PackageNotFoundError, PythonPptxError

    pages = []
    with _sound(path, PythonPptxError, PackageNotFoundError):
        shown = list(Presentation(str(path)).slides)
        for number, slide in enumerate(within_limits(path, shown, len(shown), "slides"), 1):
            if slide.element.get("show") == "0":  # a hidden slide; the library has no name for it
                continue
            title = slide.shapes.title
            lines = [f"# {title.text_frame.text.strip()}"] if title is not None and title.text_frame.text.strip() else []
            lines += [text for shape in slide.shapes if shape != title for text in _shape_texts(shape)]
            if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
                lines.append(slide.notes_slide.notes_text_frame.text.strip())
            pages.append(Page(number, "\n\n".join(line for line in lines if line)))
    return tuple(pages)


def workbook(path: Path) -> tuple[Page, ...]:
    """An Excel file, a page a sheet under its name, a row a line; the values that were last computed, not the formulas."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    pages, cells = [], 0
    with _sound(path, InvalidFileException):
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            for number, sheet in enumerate(within_limits(path, sheets, len(sheets), "sheets"), 1):
                lines = []
                for row in within_limits(path, sheet.iter_rows(values_only=True), 0):
                    cells += len(row)
                    if cells > MAX_CELLS:
                        refuse(path, f"has more than {MAX_CELLS:,} cells; save the part that matters as a file of its own")
                    lines.append(_row("" if value is None else str(value) for value in row))
                text = "\n".join(line for line in lines if line)
                pages.append(Page(number, f"# {sheet.title}\n\n{text}" if text else ""))
        finally:
            book.close()
    return tuple(pages)


def _shape_texts(shape: Any) -> Iterator[str]:
    """Texts of a shape, of the shapes grouped in it, and of a table's rows."""
    if hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _shape_texts(inner)
    elif getattr(shape, "has_table", False):
        yield "\n".join(_row(_different(row.cells)) for row in shape.table.rows)
    elif shape.has_text_frame:
        yield shape.text_frame.text.replace("\v", "\n").strip()


def _row(cells: Iterable[str]) -> str:
    """The cells that say something, in one line."""
    return " | ".join(text for cell in cells if (text := " ".join(cell.split())))


def _different(cells: Iterable[Any]) -> Iterable[str]:
    """The texts of a table's cells; merged cells, which repeat their text, once."""
    return dict.fromkeys(cell.text for cell in cells)


def _runs(paragraph: "Paragraph") -> "list[Run]":
    """Runs in order, those inside links included."""
    from docx.text.hyperlink import Hyperlink

    return [run for item in paragraph.iter_inner_content() for run in (item.runs if isinstance(item, Hyperlink) else [item])]


def _headed(text: str, style: str | None) -> str:
    match = re.fullmatch(r"(?:Heading (\d)|Title)", style or "")
    return f"{'#' * int(match[1] or 1)} {text}" if match and text else text


@contextmanager
def _sound(path: Path, *own: type[Exception]) -> Iterator[None]:
    """Refuses what is no office document: encrypted or old formats, damaged ones, and what unpacks to far too much."""
    with path.open("rb") as file:
        if file.read(8) == _OLD_FORMAT:
            refuse(path, f"is encrypted or in an old Office format; save it without a password as {path.suffix.lower()}")
    broken: tuple[type[Exception], ...] = (*_BROKEN, *own)
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
        if len(entries) > 10_000 or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
            refuse(path, f"unpacks to more than {MAX_UNPACKED_BYTES / 1e6:.0f} MB; take pictures out or split it")
        yield
    except broken as fault:
        raise InputError(f"The file {path.name} is damaged; open it in its own program and save it again.") from fault
