"""The report as a Word document: real heading styles, header rows, described pictures, page numbers."""

import datetime as dt
import io
import re
from functools import singledispatch
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from assistant.reporting.blocks import blocks
from assistant.reporting.charts import draw
from assistant.reporting.elements import (
    Bullets,
    Cards,
    Cover,
    Details,
    Figure,
    Heading,
    Paragraph,
    Quote,
    References,
    Said,
    Table,
)
from assistant.reporting.report import Report
from assistant.reporting.text import clean, one_line

_NAVY, _GREY = RGBColor(0x12, 0x35, 0x5B), RGBColor(0x55, 0x61, 0x6D)
_TEXT_WIDTH_CM = 16.6
_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def word(report: Report) -> bytes:
    """The whole report as DOCX."""
    document = Document()
    _page(document, report)
    _styles(document)
    for block in blocks(report):
        _render(block, document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: Any, report: Report) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2.3)
    made = dt.datetime.combine(report.generated_at, dt.time(), tzinfo=dt.UTC)
    about = document.core_properties
    about.title, about.author, about.comments, about.language = one_line(report.title)[:255], "", "", "en-GB"
    about.created = about.modified = made
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _field(footer, "PAGE")
    footer.add_run(" of ")
    _field(footer, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, shown = OxmlElement("w:r"), OxmlElement("w:t")
    shown.text = "1"  # what stands there until the program that opens the file counts pages
    run.append(shown)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 (the library has no public way to add a field)


def _styles(document: Any) -> None:
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    for name, size, before in (("Title", 24, 0), ("Heading 1", 16, 20), ("Heading 2", 12.5, 14), ("Heading 3", 11, 10)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold, style.font.color.rgb = "Calibri", Pt(size), True, _NAVY
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(6)
        style.paragraph_format.keep_with_next = True
    quote = document.styles["Quote"]
    quote.paragraph_format.left_indent, quote.paragraph_format.keep_together = Cm(0.7), True
    document.styles["Caption"].font.color.rgb = _GREY


@singledispatch
def _render(block: object, _document: Any) -> None:
    """Append a block to the document; one function for each kind of block."""
    raise TypeError(f"{type(block).__name__} is no block of a report")


@_render.register
def _cover(block: Cover, document: Any) -> None:
    document.add_paragraph(one_line(block.title), style="Title")
    document.add_paragraph(one_line(block.subtitle), style="Subtitle")
    for name, value in block.details:
        _labelled(document.add_paragraph(), name, value)


@_render.register
def _cards(block: Cards, document: Any) -> None:
    rows = tuple((card.label, card.value, card.note) for card in block.items)
    _grid(document, ("What", "Value", "Remark"), rows, (3.0, 3.0, 5.0), ())


@_render.register
def _heading(block: Heading, document: Any) -> None:
    document.add_heading(one_line(block.text), level=block.level)


@_render.register
def _paragraph(block: Paragraph, document: Any) -> None:
    run = document.add_paragraph().add_run(one_line(block.text))
    run.bold, run.italic = block.tone == "lead", block.tone == "note"


@_render.register
def _bullets(block: Bullets, document: Any) -> None:
    for item in block.items:
        document.add_paragraph(one_line(item), style="List Bullet")


@_render.register
def _details(block: Details, document: Any) -> None:
    for name, text in block.pairs:
        _labelled(document.add_paragraph(), name, text)


@_render.register
def _table(block: Table, document: Any) -> None:
    _caption(document, block.caption, above=True)
    _grid(document, block.head, block.rows, block.widths, block.numeric)


@_render.register
def _said(block: Said, document: Any) -> None:
    turn = f" (turn {block.number})" if block.number is not None else ""
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{one_line(block.who)}{turn}: ").bold = True
    paragraph.add_run(clean(block.text))


def _labelled(paragraph: Any, name: str, text: str) -> None:
    paragraph.paragraph_format.space_after = Pt(2)
    label = paragraph.add_run(f"{one_line(name)}: ")
    label.bold, label.font.color.rgb = True, _GREY
    paragraph.add_run(one_line(text))


@_render.register
def _quote(block: Quote, document: Any) -> None:
    paragraph = document.add_paragraph(f"“{one_line(block.text)}”", style="Quote")
    if block.source:
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_after = Pt(0)
        source = document.add_paragraph()
        source.paragraph_format.left_indent = Cm(0.7)
        run = source.add_run(one_line(block.source))
        run.font.size, run.font.color.rgb = Pt(9), _GREY


def _caption(document: Any, text: str, *, above: bool) -> None:
    paragraph = document.add_paragraph(one_line(text), style="Caption")
    paragraph.paragraph_format.keep_with_next = above


def _grid(
    document: Any,
    head: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    widths: tuple[float, ...],
    numeric: tuple[int, ...],
) -> None:
    table = document.add_table(rows=1 + len(rows), cols=len(head), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    size = Pt(8 if len(head) > 6 else 9)
    columns = [Cm(_TEXT_WIDTH_CM * width / sum(widths)) for width in widths]
    for number, (row, texts) in enumerate(zip(table.rows, (head, *rows), strict=True)):
        _row_rules(row, header=number == 0)
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = columns[place]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if place in numeric else WD_ALIGN_PARAGRAPH.LEFT
            run = paragraph.add_run(one_line(text))
            run.font.size = size
            if number == 0:
                run.bold, run.font.color.rgb = True, RGBColor(0xFF, 0xFF, 0xFF)
                _fill(cell, "12355B")
            elif number % 2 == 0:
                _fill(cell, "EEF2F6")
    for column, width in zip(table.columns, columns, strict=True):
        column.width = width
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _row_rules(row: Any, *, header: bool) -> None:
    """No row is torn apart by the end of a page, and the header stands again on the next one."""
    rules = row._tr.get_or_add_trPr()  # noqa: SLF001 (the library has no public way to these two)
    rules.append(OxmlElement("w:cantSplit"))
    if header:
        rules.append(OxmlElement("w:tblHeader"))


def _fill(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 (the library has no public way to a cell's colour)


@_render.register
def _figure(block: Figure, document: Any) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(io.BytesIO(draw(block.chart, "png")), width=Cm(_TEXT_WIDTH_CM * block.width))
    about = shape._inline.docPr  # noqa: SLF001 (the library has no public way to the description)
    about.set("descr", clean(block.alt))
    about.set("title", one_line(block.caption))
    _caption(document, block.caption, above=False)


@_render.register
def _references(block: References, document: Any) -> None:
    for item in block.items:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.add_run(one_line(item.id)).bold = True
        paragraph.add_run(f"  {one_line(item.text)}")
        if item.address:
            paragraph.add_run(", ")
            _link(paragraph, one_line(item.address))


def _link(paragraph: Any, address: str) -> None:
    if not re.fullmatch(r"https?://\S+", address):
        paragraph.add_run(address)
        return
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, _HYPERLINK, is_external=True))
    run = paragraph.add_run(address)
    run.font.color.rgb, run.underline = RGBColor(0x0B, 0x5C, 0xAD), True
    link.append(run._r)  # noqa: SLF001 (the library has no public way to add a link)
    paragraph._p.append(link)  # noqa: SLF001
