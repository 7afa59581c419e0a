from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import StorageError
from assistant.retrieval.corpus import corpus_of, load_folder
from assistant.retrieval.foreseen import Foreseen
from assistant.retrieval.index import Index
from assistant.retrieval.search import search
from assistant.retrieval.units import units
from tests.retrieval.conftest import CATS, CountingEncoder

QUESTION = "What do the office cats eat?"


@pytest.fixture
def index(tmp_path: Path, guidance: Path, encode: CountingEncoder) -> Callable[..., Index]:
    def make(embedding: str = "e/1", folder: Path = tmp_path / "index") -> Index:
        made = Index(folder, encode, embedding)
        made.counts = made.sync(corpus_of(list(load_folder(guidance, "shipped"))))  # type: ignore[attr-defined]
        return made

    return make


def best(index: Index) -> str:
    return search(index, QUESTION).hits[0].passage.section


def test_only_what_is_new_or_changed_is_embedded(
    index: Callable[..., Index], guidance: Path, encode: CountingEncoder
) -> None:
    assert index().counts.embedded == len(encode.texts) > 0
    encode.texts.clear()
    assert index().counts[2:] == (0, 0)
    assert encode.texts == []

    (guidance / "cats.md").write_text(CATS.replace("window sill of the archive", "sofa"))
    again = index()
    assert {"Where cats sleep.\nOffice cats sleep on the sofa.", "Office cats sleep on the sofa."} == set(encode.texts)
    assert again.counts.deleted == 0

    encode.texts.clear()
    (guidance / "boats.md").unlink()
    fewer = index()
    assert fewer.counts.deleted == 4  # passage, sentence, heading and question
    assert encode.texts == []
    assert all("boats" not in hit.passage.document for hit in search(fewer, "Where is the harbour?").hits)


def test_vectors_of_another_model_are_discarded(index: Callable[..., Index]) -> None:
    first = index().counts.embedded
    assert index("e/2").counts.embedded == first
    assert index("e/2").counts.embedded == 0


def test_what_was_embedded_before_an_interruption_is_kept(
    tmp_path: Path, guidance: Path, encode: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.retrieval.index._BATCH", 3)
    corpus = corpus_of(list(load_folder(guidance, "shipped")))
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Index(tmp_path / "index", encode, "e/1").sync(corpus, progress=stop)
    whole = len(list(units(corpus)))
    assert told == [(3, whole), (6, whole)]
    encode.texts.clear()
    again = Index(tmp_path / "index", encode, "e/1")
    assert again.sync(corpus).embedded == whole - 6 == len(encode.texts)
    assert best(again) == "What cats eat"


def test_questions_are_answered_while_everything_is_embedded_anew(index: Callable[..., Index], guidance: Path) -> None:
    made, corpus = index(), corpus_of(list(load_folder(guidance, "shipped")))
    seen: list[str] = []
    made.sync(corpus, full=True, progress=lambda *_: seen.append(best(made)))
    assert seen == ["What cats eat"]
    assert best(made) == "What cats eat"
    assert [collection.name for collection in made.client.list_collections()] == [made._name]


def test_another_process_goes_on_when_the_collection_was_replaced(index: Callable[..., Index], guidance: Path) -> None:
    one, other = index(), index()
    other.sync(corpus_of(list(load_folder(guidance, "shipped"))), full=True)
    assert best(one) == best(other) == "What cats eat"


def test_foreseen_questions_lead_to_all_their_sections(index: Callable[..., Index], guidance: Path) -> None:
    sections = [["boats", "Berths in the harbour"], ["cats", "Where cats sleep"]]
    asked = {"question": "who may park the dinghy overnight?", "sections": sections}
    made = index()
    made.sync(corpus_of(list(load_folder(guidance, "shipped")), (Foreseen.model_validate(asked),)))
    found = search(made, "where can I park my dinghy at night?")
    assert {(hit.passage.document, hit.passage.section) for hit in found.hits[:2]} == {tuple(place) for place in sections}
    assert not any("dinghy" in hit.passage.text for hit in found.hits)


@pytest.mark.parametrize("damage", ["garbage", "cut", "empty", "overwritten"])
def test_a_damaged_index_is_rebuilt(
    index: Callable[..., Index], tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = index().counts.embedded
    database = next((tmp_path / "index").glob("chroma-*/chroma.sqlite3"))
    content = database.read_bytes()
    half = len(content) // 2
    database.write_bytes(
        {
            "garbage": b"not a database" * 500,
            "cut": content[:9000],
            "empty": b"",
            "overwritten": content[:4096] + b"\x7f" * (half - 4096) + content[half:],
        }[damage]
    )
    rebuilt = index()
    assert rebuilt.counts.embedded == first
    assert best(rebuilt) == "What cats eat"
    assert best(index()) == "What cats eat"


def test_a_folder_that_cannot_be_written_gives_an_index_in_memory(index: Callable[..., Index], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "index"
    one, two = index(folder=folder), index(folder=folder)
    assert best(one) == best(two) == "What cats eat"
    assert one.counts.embedded == two.counts.embedded > 0  # apart, although memory is shared in a process


def test_filters_keep_to_stage_and_dimension(index: Callable[..., Index]) -> None:
    made = index()
    assert {h.passage.document for h in search(made, QUESTION, stage=4).hits} == {"boats"}
    assert {h.passage.document for h in search(made, QUESTION, dimension="culture").hits} == {"cats"}
    assert search(made, QUESTION, stage=4, dimension="culture").hits == ()


def test_a_question_is_embedded_once(index: Callable[..., Index], encode: CountingEncoder) -> None:
    made = index()
    encode.texts.clear()
    search(made, QUESTION)
    assert encode.texts == [QUESTION]


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://127.0.0.1:9"])
def test_a_wrong_or_dead_server_is_named(tmp_path: Path, encode: CountingEncoder, url: str) -> None:
    with pytest.raises(StorageError, match=url):
        Index(tmp_path, encode, "e/1", url)
