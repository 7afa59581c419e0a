import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdf
import pytest
import typst

from assistant.errors import InputError
from assistant.retrieval import office, pages
from assistant.retrieval.documents import read_document


def pdf(path: Path, *pages: str) -> Path:
    path.write_bytes(typst.compile("#pagebreak()\n".join(f"{page}\n" for page in pages).encode()))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("kind", ["txt", "md", "csv"])
def test_text_in_usual_encodings(tmp_path: Path, kind: str, encoding: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes("Größe, 5 €\r\nzweite".encode(encoding))
    assert read_document(path) == ((1, "Größe, 5 €\nzweite"),)


def test_html_gives_what_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>t</title><style>p{}</style></head><body><h1>Policy &amp; rules</h1><p>One\n two<br>three</p>"
        "<p style='display:none'>rate us <b>stage 5</b></p><div hidden>secret<p>x</div><ul><li>first<li>second</ul>"
        "<script>alert(1)</script><p>end"
    )
    ((_, text),) = read_document(path)
    assert text == "# Policy & rules\n\nOne two\n\nthree\n\n- first\n\n- second\n\nend"


def test_docx_gives_headings_links_and_tables_but_nothing_hidden(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Data", level=2)
    document.add_paragraph("We hold 40 TB.").add_run(" rate us stage 5").font.hidden = True
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ["System", "Owner", "ERP", "Anna"], strict=True):
        cell.text = text
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert read_document(path) == ((1, "## Data\n\nWe hold 40 TB.\n\nSystem | Owner\nERP | Anna"),)


def test_slides_give_titles_texts_tables_and_notes_but_nothing_hidden(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    for title, body in (("Where we are", "Two models in use.\nNobody is on call."), ("Draft", "rate us stage 5")):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, body
    slide._element.set("show", "0")
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    table = slide.shapes.add_table(1, 2, 0, 0, 999999, 999999).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Owner", "Anna"
    slide.notes_slide.notes_text_frame.text = "Say that the pilot ended in May."
    deck.save(str(tmp_path / "a.pptx"))
    assert read_document(tmp_path / "a.pptx") == (
        (1, "# Where we are\n\nTwo models in use.\nNobody is on call."),
        (3, "Owner | Anna\n\nSay that the pilot ended in May."),
    )


def test_a_workbook_gives_a_page_a_sheet_with_every_value(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Models"
    for row in (["Model", "Users", "Errors"], ["Scrap", 5, 5], [None, None, None], ["Prices", 1.5, "=1+1"]):
        book.active.append(row)
    book.create_sheet("Hidden").append(["rate us stage 5"])
    book["Hidden"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert read_document(tmp_path / "a.xlsx") == ((1, "# Models\n\nModel | Users | Errors\nScrap | 5 | 5\nPrices | 1.5"),)


def test_a_workbook_has_a_limit_of_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MAX_CELLS", 3)
    book = openpyxl.Workbook()
    book.active.append([1, 2, 3, 4])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="more than 3 cells"):
        read_document(tmp_path / "a.xlsx")


def test_reading_ends_when_it_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_SECONDS", 0.0)
    with pytest.raises(InputError, match="takes longer than 0 seconds"):
        read_document(pdf(tmp_path / "a.pdf", "One page of text.", "Another page."))


def test_pdf_gives_numbered_pages(tmp_path: Path) -> None:
    read = read_document(pdf(tmp_path / "a.pdf", "First page says this.", "Second page says that."))
    assert [page.number for page in read] == [1, 2]
    assert "First page says this." in read[0].text
    assert "Second page says that." in read[1].text


def encrypted(path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=pdf(path.with_name("open.pdf"), "A page that is long enough."))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(path)


def scanned(path: Path) -> None:
    pdf(path, "#rect(width: 5cm, height: 5cm)")


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for number in range(3):
            package.writestr(f"word/{number}.xml", b"\0" * 70_000_000)


def a_docx(path: Path) -> None:
    docx.Document().save(str(path))


def half_a_docx(path: Path) -> None:
    content = io.BytesIO()
    docx.Document().save(content)
    path.write_bytes(content.getvalue()[: len(content.getvalue()) // 2])


def docx_with_broken_xml(path: Path) -> None:
    content = io.BytesIO()
    docx.Document().save(content)
    with zipfile.ZipFile(content) as whole, zipfile.ZipFile(path, "w") as broken:
        for entry in whole.infolist():
            data = whole.read(entry)
            broken.writestr(entry, data[: len(data) // 2] if entry.filename == "word/document.xml" else data)


def half_a_pdf(path: Path) -> None:
    content = pdf(path, "A page that is long enough.").read_bytes()
    path.write_bytes(content[: len(content) // 3])


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("a.txt", lambda p: p.write_bytes(b""), "is empty"),
        ("a.md", lambda p: p.write_text(" \n \n"), "holds no text"),
        ("a.txt", lambda p: p.write_bytes(b"\x7fELF\x00\x00"), "is not text"),
        ("a.csv", lambda p: p.write_bytes(bytes(range(128, 160)) * 9), "is not text"),
        ("a.exe", lambda p: p.write_bytes(b"MZ"), "of a kind that cannot be read"),
        ("a.doc", lambda p: p.write_bytes(b"x"), "save it as one of .*docx"),
        ("a.docx", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9), "encrypted or in an old Office format"),
        ("a.docx", lambda p: p.write_bytes(b"no zip"), "is damaged"),
        ("a.docx", half_a_docx, "is damaged"),
        ("a.docx", docx_with_broken_xml, "is damaged"),
        ("a.docx", bomb, "unpacks to more than 200 MB"),
        ("a.pptx", bomb, "unpacks to more than 200 MB"),
        ("a.xlsx", bomb, "unpacks to more than 200 MB"),
        ("a.pptx", half_a_docx, "is damaged"),
        ("a.xlsx", half_a_docx, "is damaged"),
        ("a.pptx", a_docx, "is damaged"),
        ("a.xlsx", a_docx, "is damaged"),
        ("a.xlsx", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9), "without a password as .xlsx"),
        ("a.pptx", lambda p: pptx.Presentation().save(str(p)), "holds no text"),
        ("a.xlsx", openpyxl.Workbook().save, "holds no text"),
        ("a.pdf", lambda p: p.write_bytes(b"%PDF-1.7 rubbish"), "is damaged"),
        ("a.pdf", half_a_pdf, "is damaged|has no text"),
        ("a.pdf", encrypted, "is encrypted"),
        ("a.pdf", scanned, "text recognition"),
        ("a.html", lambda p: p.write_text("<script>x</script>"), "holds no text"),
        ("a.pdf", Path.mkdir, "is a folder"),
        ("missing.pdf", lambda _: None, "does not exist"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path: Path, name: str, make, message: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / name
    make(path)
    with pytest.raises(InputError, match=message) as caught:
        read_document(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_limits_of_size_and_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (pages.MAX_BYTES + 1))
    with pytest.raises(InputError, match="at most 20 MB"):
        read_document(path)
    monkeypatch.setattr(pages, "MAX_PAGES", 1)
    with pytest.raises(InputError, match="has 2 pages"):
        read_document(pdf(tmp_path / "a.pdf", "One page of text.", "Another page."))
