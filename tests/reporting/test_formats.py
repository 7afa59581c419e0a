"""Each format opens again, says the same, and shows what people said as data."""

import html
import io
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader
from report_sample import EMOJI, LONG, NASTY, NUL, PIPES, POLISH, RTL, SCRIPT, TYPST, empty_report, engines, report

from assistant.interview.model import DIMENSIONS
from assistant.reporting.blocks import blocks
from assistant.reporting.elements import Figure, Heading
from assistant.reporting.markdown import escaped
from assistant.reporting.text import FACT_NAMES, one_line
from assistant.reporting.write import SUFFIXES, render

written: dict[str, bytes] = {}


def content(suffix: str) -> bytes:
    """The sample report in one format, written once."""
    if suffix not in written:
        written[suffix] = render(report(), suffix)
    return written[suffix]


def docx_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    return "\n".join(
        "".join(node.text or "" for node in paragraph.iter(qn("w:t"))) for paragraph in document.element.body.iter(qn("w:p"))
    )


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def markdown_text(content: bytes) -> str:
    """What a reader of the rendered page sees, near enough: marks gone, escapes and entities resolved."""
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", content.decode()))


def json_text(content: bytes) -> str:
    return "\n".join(str(value) for value in leaves(json.loads(content)))


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    else:
        yield value


TEXT = {".md": markdown_text, ".docx": docx_text, ".pdf": pdf_text, ".json": json_text}


def bare(text: str) -> str:
    """Letters and digits alone, since a PDF breaks lines where it likes."""
    return re.sub(r"\W+", "", one_line(text).replace("[31m", "")).lower()


def key_facts() -> dict[str, str]:
    here = report()
    assert here.plan is not None
    found = {
        "title": here.title,
        "stage": here.assessment.stage_name,
        "stage summary": here.stage.summary,
        "next move": here.stage.next_move,
        "target": here.plan.roadmap.target_name,
        "session": here.session_id,
    }
    for dimension in DIMENSIONS:
        view = here.assessment.dimensions[dimension]
        found[f"{dimension} name"] = view.name
        found[f"{dimension} meaning"] = here.model.dimension(dimension).levels[view.level]
    found |= {f"quote {n}": quote for n, quote in enumerate(NASTY) if quote != RTL}
    found |= {f"action {item.id}": item.title for item in here.plan.roadmap.items}
    found |= {f"why {item.id}": item.why for item in here.plan.roadmap.items}
    found |= {f"reason {p.phase}": p.why_not for p in here.plan.deployment.placements}
    found |= {f"sizing {s.id}": s.answer for s in here.plan.deployment.sizing}
    found |= {f"fact {fact.name}": fact.quote for fact in here.facts.values()}
    found |= {f"assumption {n}": text for n, text in enumerate(here.plan.assumptions)}
    found |= {f"source {source.id}": source.text for source in here.sources}
    found |= {f"address {source.id}": source.address for source in here.sources}
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_says_the_same(suffix: str) -> None:
    said = bare(TEXT[suffix](content(suffix)))
    missing = {name: text for name, text in key_facts().items() if bare(text) not in said}
    assert not missing


def test_the_sample_is_worth_testing() -> None:
    here = report()
    assert here.plan is not None
    assert here.plan.roadmap.items
    assert here.plan.deployment.sizing
    assert here.plan.deployment.own_or_rent is not None
    assert {figure.chart.chart for figure in blocks(here) if isinstance(figure, Figure)} == {
        "stages",
        "radar",
        "gantt",
        "cost",
    }


def test_headings_skip_no_level() -> None:
    for here in (report(), empty_report()):
        levels = [block.level for block in blocks(here) if isinstance(block, Heading)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_picture_says_its_numbers() -> None:
    figures = [block for block in blocks(report()) if isinstance(block, Figure)]
    assert all(re.search(r"\d", figure.alt) for figure in figures)
    stages = next(figure for figure in figures if figure.chart.chart == "stages")
    assert all(stage.name in stages.alt for stage in report().model.stages)


# Markdown


def test_markdown_shows_html_and_marks_as_text() -> None:
    text = content(".md").decode()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert r"\| pipes \| and \`ticks\` \*stars\* \_under\_ \[link\](http://evil.example)" in text
    assert "\x00" not in text
    assert "\x1b" not in text
    assert LONG in text
    assert RTL in text


def test_markdown_tables_keep_their_columns() -> None:
    lines = content(".md").decode().split("\n")
    for place, line in enumerate(lines):
        if re.fullmatch(r"\|(-+:?\|)+", line):
            columns = line.count("|") - 1
            rows = [lines[place - 1]]
            for row in lines[place + 1 :]:
                if not row.startswith("|"):
                    break
                rows.append(row)
            assert len(rows) > 1
            assert {len(re.findall(r"(?<!\\)\|", row)) - 1 for row in rows} == {columns}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("# title", r"\# title"),
        ("12. item", r"12\. item"),
        ("- item", r"\- item"),
        ("+ item", r"\+ item"),
        ("in 2024. Then", "in 2024. Then"),
        ("R&D &amp; more", "R&D &amp;amp; more"),
        ("data_sensitivity", "data_sensitivity"),
        ("_so_", r"\_so\_"),
        ("a < b > c", "a &lt; b &gt; c"),
        ("C:\\new", r"C:\\new"),
        ("first\n> second", "first\n&gt; second"),
        ("---", r"\---"),
    ],
)
def test_escaping_touches_only_what_would_mean_something(given: str, expected: str) -> None:
    assert escaped(given) == expected


# DOCX


def test_docx_has_structure() -> None:
    document = Document(io.BytesIO(content(".docx")))
    headings = [p for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert any("Deployment plan" in heading.text for heading in headings)
    assert {heading.style.name for heading in headings} == {"Heading 1", "Heading 2", "Heading 3"}
    assert document.core_properties.title == report().title
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    pictures = list(document.element.body.iter(qn("wp:docPr")))
    assert len(pictures) == 4
    assert all(re.search(r"\d", picture.get("descr")) for picture in pictures)
    fields = [field.get(qn("w:instr")) for field in document.sections[0].footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


@pytest.mark.parametrize("quote", [SCRIPT, PIPES, TYPST, EMOJI, POLISH, RTL])
def test_docx_keeps_the_words_as_they_are(quote: str) -> None:
    assert quote in docx_text(content(".docx"))


# PDF


def test_pdf_is_tagged_and_described() -> None:
    reader = PdfReader(io.BytesIO(content(".pdf")))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata is not None
    assert reader.metadata.title == report().title
    kinds, alts = structure(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Figure", "/L"} <= kinds
    assert len([alt for alt in alts if re.search(r"\d", alt)]) >= 4
    assert len(reader.outline) > 8


def structure(root: Any) -> tuple[set[str], list[str]]:
    kinds: set[str] = set()
    alts: list[str] = []
    waiting = [root]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting.extend(node)
        elif hasattr(node, "get"):
            kinds.add(str(node.get("/S", "")))
            if "/Alt" in node:
                alts.append(str(node["/Alt"]))
            if "/K" in node:
                waiting.append(node["/K"])
    return kinds, alts


def test_pdf_evaluates_nothing() -> None:
    text = re.sub(r"\s+", " ", pdf_text(content(".pdf")))
    assert '#panic() $x^2$ @ref #image("/etc/passwd")' in text
    assert "Zażółć gęślą jaźń" in text


def test_pdf_is_the_same_every_time() -> None:
    assert render(report(), ".pdf") == content(".pdf")


# JSON


def test_json_holds_everything_as_it_was_said() -> None:
    data = json.loads(content(".json"))
    here = report()
    assert (data["schema"], data["schema_version"]) == ("ai-maturity-report", 1)
    assert [item["quote"] for item in data["evidence"]] == [item.quote for item in here.evidence]
    assert NUL in {item["quote"] for item in data["evidence"]}
    assert data["assessment"] == here.assessment.to_dict()
    assert here.plan is not None
    assert data["plan"] == here.plan.to_dict()
    assert set(data["facts"]) == set(here.facts) <= set(FACT_NAMES)
    assert [part["text"] for part in data["transcript"]] == [part.text for part in here.transcript]
    assert data["generated_at"] == "2026-11-24"


# nothing said yet


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_session_without_a_word_gives_a_report(suffix: str) -> None:
    text = TEXT[suffix](render(empty_report(), suffix))
    assert empty_report().assessment.stage_name in text
    if suffix != ".json":
        assert "No plan was made" in text
        assert "No evidence was given yet" in text


def test_an_unknown_source_is_the_advisors_own_guidance() -> None:
    here = {source.id: source for source in report().sources}
    assert here["FOUND"].address.startswith("https://")
    guidance = [source for name, source in here.items() if name not in engines().sources]
    assert all(source.text.startswith("Guidance of the advisor") for source in guidance)
