import json
from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from assistant.retrieval.corpus import Document, corpus_faults, corpus_of, load_folder
from assistant.retrieval.foreseen import FILE, load_foreseen
from assistant.retrieval.units import neighbour, units
from tests.retrieval.conftest import BOATS, CATS, KNOWLEDGE, SOURCES

GOOD = {"question": "may the tabby sleep here?", "sections": [["cats", "Where cats sleep"]]}


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    (tmp_path / "sources.yaml").write_text(SOURCES)
    (tmp_path / "guidance").mkdir()
    (tmp_path / "guidance" / "cats.md").write_text(CATS.replace("sources: [AB]", "sources: [AB]\nupdated: 2026-11-20"))
    return tmp_path


def faults(knowledge: Path, *rows: object) -> list[str]:
    (knowledge / "guidance" / FILE).write_text("\n".join(json.dumps(row) for row in rows))
    return [fault for fault in corpus_faults(knowledge) if FILE in fault]


def test_a_sound_file_has_no_faults(knowledge: Path) -> None:
    assert faults(knowledge, GOOD) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([GOOD, {"question": "who barks?", "sections": [["cats", "Dogs"]]}], f"{FILE}:2: no section 'Dogs' in cats"),
        ([GOOD, GOOD | {"question": "May the tabby sleep here?"}], f"{FILE}:2: the question stands in line 1 too"),
        ([{"question": "who barks?", "sections": []}], f"{FILE}:1: "),
        ([{"question": "", "sections": [["cats", "Where cats sleep"]]}], f"{FILE}:1: "),
    ],
)
def test_faults_name_the_line(knowledge: Path, rows: list[object], expected: str) -> None:
    assert any(expected in fault for fault in faults(knowledge, *rows))


def test_a_broken_line_is_a_knowledge_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{not json")
    with pytest.raises(KnowledgeError, match=f"{FILE}:1: "):
        load_foreseen(tmp_path)


def test_every_section_of_the_guidance_is_foreseen_in_at_least_twenty_questions() -> None:
    documents = [d for d in load_folder(KNOWLEDGE / "guidance", "shipped") if isinstance(d, Document)]
    counts = dict.fromkeys(((s.document, s.heading) for d in documents for s in d.sections if s.text.strip()), 0)
    for foreseen in load_foreseen(KNOWLEDGE / "guidance"):
        for place in foreseen.sections:
            counts[place.document, place.heading] += 1
    assert min(counts.values()) >= 20


def test_an_id_tells_what_it_is(knowledge: Path) -> None:
    (knowledge / "guidance" / "boats.md").write_text(BOATS)
    faults(knowledge, GOOD)
    documents = [d for d in load_folder(knowledge / "guidance", "shipped") if isinstance(d, Document)]
    corpus = corpus_of(documents, load_foreseen(knowledge / "guidance"))
    made = list(units(corpus))
    assert {unit.kind for unit in made} == {"passage", "sentence", "heading", "question", "asked"}
    for unit in made:
        found = neighbour(unit.id, 0.5, {unit.id: corpus.foreseen[0]})
        assert (found.kind, found.passage) == (unit.kind, unit.passage)
        assert found.sections == (corpus.foreseen[0].sections if unit.kind == "asked" else ())
        assert found.sentence == (int(unit.id.rpartition("/")[2]) if unit.kind == "sentence" else -1)
        if unit.kind != "asked":
            assert found.document == unit.id.partition("#")[0].rstrip("?")
    with pytest.raises(ValueError, match="no id of a unit"):
        neighbour("nonsense", 0.5, {})
