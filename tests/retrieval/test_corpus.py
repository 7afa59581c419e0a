from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from assistant.retrieval.corpus import corpus_faults, corpus_of, load_folder, load_sources, parse
from assistant.retrieval.text import paragraphs, sentences
from tests.retrieval.conftest import CATS, KNOWLEDGE, SOURCES


def shipped_documents() -> list:
    return list(load_folder(KNOWLEDGE / "guidance", "shipped"))


def test_the_shipped_knowledge_has_no_fault() -> None:
    assert [fault for fault in corpus_faults(KNOWLEDGE) if ": warning: " not in fault] == []


def test_sections_are_verbatim_in_their_file_and_passages_in_their_section() -> None:
    documents = shipped_documents()
    bodies = {(d.front.id, s.heading): s.text for d in documents for s in d.sections}
    for document in documents:
        content = document.path.read_text(encoding="utf-8")
        lines = content.split("\n")
        for section in document.sections:
            assert section.text in content
            assert section.heading in lines[section.line - 1]
    passages = corpus_of(documents).passages
    assert len({passage.id for passage in passages}) == len(passages) > 150
    for passage in passages:
        body = bodies[passage.document, passage.section]
        assert passage.text in body
        for span in [*sentences(passage.text), *paragraphs(passage.text)]:
            assert passage.text[span.start : span.stop].strip() == passage.text[span.start : span.stop] != ""


def test_nothing_of_a_section_is_lost_in_its_passages() -> None:
    long = "---\nid: long\ntitle: Long\n---\n## One\n" + "\n\n".join(
        f"Paragraph {n} says something. " * 12 for n in range(9)
    )
    document = parse(long, Path("long.md"), "added")
    passages = corpus_of([document]).passages
    assert len(passages) > 3
    squeezed = "".join("".join(p.text.split()) for p in passages)
    assert squeezed == "".join(document.sections[0].text.split())


def test_headings_in_code_are_text_and_repeated_ones_are_numbered() -> None:
    text = "---\nid: a\ntitle: A\n---\nabove\n\n## Same\n```\n# not a heading\n```\n## Same\nsecond\n"
    sections = parse(text, Path("a.md"), "added").sections
    assert [section.heading for section in sections] == ["A", "Same", "Same (2)"]
    assert "# not a heading" in sections[1].text


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("---\nid: cats", "id: cats", "cats.md:1: front matter is missing"),
        ("sources: [AB]\n---\n#", "sources: [AB]\n#", "cats.md:1: front matter has no end"),
        ("title: Keeping cats\n", "", "cats.md:2: title"),
        ("stages: [1]", "stages: [7]", "cats.md:5: stages"),
        ("dimensions: [culture]", "dimensions: [fun]", "cats.md:6: dimensions"),
        ("id: cats", "id: Cats!", "cats.md:2: id"),
        ("id: cats", "id: dogs", "cats.md:2: id dogs differs"),
        ("sources: [AB]", "sources: [AB, XY]", "cats.md:2: source XY does not stand"),
        ("a day [AB]", "a day [XY]", "cats.md:12: source XY does not stand"),
        ("a day [AB]", "a day, 40 % of it wet", "cats.md:12: warning: the figure '40 %'"),
        ("Office cats sleep on the window sill of the archive.", "", "cats.md:14: section 'Where cats sleep' is empty"),
        ("archive.", "[archive](nowhere.md).", "cats.md:15: the link to nowhere.md leads nowhere"),
        ("## Where cats sleep", "## What cats eat", "stands twice"),
        ("question: How do we keep cats in the office?\n", "", "cats.md:2: question is missing"),
        ("sources: [AB]", "sources: [AB]\nupdated: 2021-03-04", "cats.md:2: warning: last checked on 2021-03-04"),
        ("sources: [AB]", "sources: [AB]\nupdated: lately", "cats.md:2: updated is no date"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, before: str, after: str, expected: str) -> None:
    assert before in CATS
    folder = tmp_path / "guidance"
    folder.mkdir()
    (tmp_path / "sources.yaml").write_text(SOURCES)
    (folder / "cats.md").write_text(CATS.replace(before, after, 1))
    assert any(expected in fault for fault in corpus_faults(tmp_path)), list(corpus_faults(tmp_path))


def test_an_id_is_taken_once(tmp_path: Path) -> None:
    (tmp_path / "cats.md").write_text(CATS)
    (tmp_path / "more.md").write_text(CATS)
    faults = [str(d) for d in load_folder(tmp_path, "shipped") if isinstance(d, KnowledgeError)]
    assert len(faults) == 1
    assert "already taken by cats.md" in faults[0]


def test_a_source_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(SOURCES + SOURCES.split("\n", 1)[1])
    with pytest.raises(KnowledgeError, match="AB stands twice"):
        load_sources(path)
