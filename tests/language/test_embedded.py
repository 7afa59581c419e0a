"""The embedded reader and writer on real words."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from assistant.engines import Engines
from assistant.errors import EngineError
from assistant.interview.assessment import assess
from assistant.interview.model import DIMENSIONS, MaturityModel
from assistant.language.embedded import EmbeddedReader
from assistant.language.encoder import MODELS, OnnxText, encoder
from assistant.language.judge import LABELS, judge
from assistant.language.protocol import Situation, Understanding
from assistant.settings import Settings


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return Engines(Settings(data_dir=tmp_path_factory.mktemp("data"), _env_file=None))


@pytest.fixture(scope="module")
def reader(engines: Engines) -> EmbeddedReader:
    return engines.embedded_reader


def test_vectors_are_unit_and_repeat(model: MaturityModel) -> None:
    texts = ["We run three models.", "It rains.", "We run three models."]
    vectors = encoder().encode(texts)
    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert (vectors[0] == vectors[2]).all()
    assert vectors[0] @ vectors[1] < 0.5
    assert encoder().encode([]).shape == (0, 384)


def test_a_damaged_model_file_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "level.onnx"
    broken.write_bytes((MODELS / "level.onnx").read_bytes()[:-1])
    with pytest.raises(EngineError, match=r"level\.onnx is damaged"):
        OnnxText(broken, judge().level.card.sha256)
    with pytest.raises(EngineError, match="is missing"):
        OnnxText(tmp_path / "none.onnx", "")


@pytest.mark.parametrize(
    ("dimension", "low", "high"),
    [
        (
            "use_cases",
            "Nothing so far. People talk about it over lunch.",
            "Pricing, fraud, routing and service all run on it, in every country; we would close within a day without it.",
        ),
        (
            "data",
            "It sits in everybody's own spreadsheets and nobody has the picture.",
            "One platform for everyone, each set documented with an owner, found by search, traced to its source.",
        ),
        (
            "operations",
            "There is nothing to run.",
            "Every change passes automatic gates, goes to five per cent of traffic, and rolls back by itself on drift.",
        ),
        (
            "governance",
            "No rules at all, we never spoke about it.",
            "Risk tiers are checked before every release, auditors come twice a year, the board sees the incidents.",
        ),
    ],
)
def test_a_whole_answer_is_placed(model: MaturityModel, reader: EmbeddedReader, dimension: str, low: str, high: str) -> None:
    question = model.openers[dimension]
    bottom, top = (assess(model, reader.read(text, question, 1).evidence).dimensions[dimension] for text in (low, high))
    assert bottom.level <= 2
    assert top.level >= bottom.level + 2


def test_several_things_said_at_once_are_all_used(reader: EmbeddedReader) -> None:
    text = (
        "Two models run in the claims process and the adjusters rely on them daily. The board approved an AI strategy with "
        "a budget this year, and every data source has a named owner. We hold 40 TB of scans."
    )
    read = reader.read(text, None, 1)
    assert len({item.dimension for item in read.evidence}) >= 3
    assert [fact.name for fact in read.facts] == ["training_data_tb"]
    for item in read.evidence:
        assert item.quote in text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I don't know", "unknown"),
        ("no idea, ask our IT", "unknown"),
        ("What is a model registry?", "question"),
        ("Why should we train on premises?", "question"),
        ("stop", "stop"),
        ("🙂🙂", "unreadable"),
        ("Мы пока ничего не внедряли, но планируем.", "unreadable"),
        ("Wir haben noch keine Modelle im Einsatz und wissen nicht, wo wir anfangen sollen.", "unreadable"),
        ("", "empty"),
    ],
)
def test_intents(reader: EmbeddedReader, text: str, intent: str) -> None:
    assert reader.read(text, None, 1).intent == intent


def test_an_option_is_picked_by_number_letter_or_its_words(model: MaturityModel, reader: EmbeddedReader) -> None:
    question = model.dimension("data").questions[0]
    for said in ("2", "b)", question.options[1].text, question.options[1].text.upper() + "."):
        assert reader.read(said, question, 1).option == question.options[1].id


@pytest.mark.parametrize(
    ("text", "statement", "label"),
    [
        ("Every important data set has an owner.", "Important data sources have a named owner.", "affirmed"),
        ("Nobody owns any of our data.", "Important data sources have a named owner.", "denied"),
        ("Next year every data set will get an owner.", "Important data sources have a named owner.", "planned"),
        ("We sell garden chairs in twelve colours.", "Important data sources have a named owner.", "not_addressed"),
    ],
)
def test_any_statement_can_be_judged(reader: EmbeddedReader, text: str, statement: str, label: str) -> None:
    probs = reader.judge("", text, statement)
    assert set(probs) == set(LABELS)
    assert sum(probs.values()) == pytest.approx(1, abs=1e-4)
    assert max(probs, key=lambda name: probs[name]) == label


def test_a_plan_does_not_count_as_done(model: MaturityModel, reader: EmbeddedReader) -> None:
    question = model.openers["use_cases"]
    done = reader.read("The forecast model runs in purchasing and the buyers rely on it every day.", question, 1)
    plan = reader.read("We plan to put a forecast model into purchasing next year, so the buyers can use it.", question, 1)
    level = {name: assess(model, read.evidence).dimensions["use_cases"] for name, read in (("done", done), ("plan", plan))}
    assert sum(level["plan"].probs[2:]) < 0.6 * sum(level["done"].probs[2:])


def test_replies_never_use_the_same_pattern_twice_in_a_row(model: MaturityModel, engines: Engines) -> None:
    writer = engines.writer
    for intent in ("answer", "unknown", "skipped", "off_topic", "unreadable"):
        read = Understanding(intent=intent, option="x" if intent == "answer" else None)
        view = assess(model, ())
        replies = [
            writer.reply(
                Situation(understanding=read, assessment=view, before=view, question=None, done=False, turn_number=n)
            )
            for n in range(1, 8)
        ]
        assert all(replies)
        assert all(first != second for first, second in pairwise(replies)), intent


def test_a_reply_ends_with_the_question(model: MaturityModel, engines: Engines) -> None:
    view = assess(model, ())
    for dimension in DIMENSIONS:
        question = model.openers[dimension]
        reply = engines.writer.reply(
            Situation(understanding=Understanding(intent="skipped"), assessment=view, before=view, question=question)
        )
        assert reply.endswith(question.text)
