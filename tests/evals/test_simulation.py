"""Simulated interviews: really read, fair to every way of asking, repeatable, and the same in one process or in two."""

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.interview.events import EvidenceRemoved, MessageReceived, Recorded
from assistant.interview.model import DIMENSIONS, MaturityModel, Question
from assistant.language.protocol import Understanding
from evals import interviews
from evals.answering import Person, Persona, Reply, personas
from evals.line_chart import drawn
from evals.results import Chart
from evals.simulation import (
    MOST,
    POINTS,
    WAYS,
    Interview,
    Place,
    Remembering,
    Simulated,
    Standing,
    Table,
    interview,
    interviews_with,
    simulate,
)
from tests.conftest import ROOT

# One of each of three kinds, at stages 2, 3 and 4.
CHOSEN = (1, 27, 33)


@pytest.fixture(scope="module")
def some(model: MaturityModel) -> list[Persona]:
    drawn = personas(model, "some", 40)
    return [drawn[n] for n in CHOSEN]


@pytest.fixture(scope="module")
def held(table: Table, some: list[Persona]) -> list[Simulated]:
    return [interviews_with(table, persona) for persona in some]


def test_a_repeat_is_the_same_to_the_bit(table: Table, some: list[Persona], held: list[Simulated]) -> None:
    for persona, before in zip(some, held, strict=True):
        assert interview(table, persona, "adaptive") == before.runs["adaptive"][0]


def test_two_processes_find_what_one_finds(some: list[Persona], held: list[Simulated], phrases_file: Path) -> None:
    apart = simulate(some, Place(ROOT / "knowledge", phrases_file), workers=2, fewest=1)
    assert apart == held


def test_each_way_asks_what_it_says(model: MaturityModel, held: list[Simulated]) -> None:
    parameters = model.parameters
    for outcome in held:
        asked = {way: runs[0] for way, runs in outcome.runs.items()}
        assert set(asked) == set(WAYS)
        assert asked["short"].questions >= len(DIMENSIONS)
        assert asked["fixed"].questions >= sum(len(d.questions) for d in model.dimensions)
        assert asked["adaptive"].questions < asked["fixed"].questions
        assert asked["adaptive"].fact_questions > 0
        assert all(asked[way].fact_questions == 0 for way in WAYS if way != "adaptive")
        for way in ("random", "least_certain"):
            assert asked[way].questions <= 3 * parameters.max_questions


def test_curves_run_through_every_number_to_the_last(held: list[Simulated]) -> None:
    """Past its own end each way goes on while there is something to ask; numbers rise by one without a gap."""
    for outcome in held:
        for way, (run,) in outcome.runs.items():
            places = list(run.curve)
            assert places == sorted(places)
            last = max(places)
            assert places == [k for k in POINTS if k <= last]
            assert last == MOST or way == "short"
            if run.questions in run.curve:
                assert run.curve[run.questions] == run.end or way == "fixed"


class Counted:
    """A reader that finds nothing and counts what it is given."""

    def __init__(self) -> None:
        self.read_texts: list[str] = []
        self.questions: list[str] = []

    def read(self, text: str, question: Question | None, source: int | str) -> Understanding:
        self.read_texts.append(text)
        self.questions.append(question.id if question else "")
        return Understanding(intent="off_topic")


def test_words_are_read_once_for_a_question(table: Table, model: MaturityModel) -> None:
    counted = Counted()
    reader = Remembering(counted)
    for source in (1, 2):
        reader.read("Same words.", model.openers["data"], source)
    reader.read("Same words.", model.openers["people"], 3)
    assert len(counted.read_texts) == 2
    real = Remembering(table.engines.reader)
    said = "We have run experiments with AI on our own data."
    assert {item.source for item in real.read(said, model.openers["use_cases"], 7).evidence} == {7}
    assert {item.source for item in real.read(said, model.openers["use_cases"], 9).evidence} == {9}


def test_words_are_given_to_the_reader_and_asked_for_again(table: Table, some: list[Persona]) -> None:
    counted = Counted()
    blind = replace(table, engines=replace(table.engines, reader=counted))
    for persona in some:
        interview(blind, persona.model_copy(update={"kind": "verbose"}), "adaptive")
    assert counted.read_texts
    assert max(Counter(counted.questions).values()) > 1, "what says nothing is asked again"


class Corrects(Person):
    """Says the contrary first and puts it right when the next question comes."""

    def answer(self, question: Question, seq: int) -> Reply:
        if seq > 20:
            return Reply("skipped")
        said = ("We have never tried AI on anything.", "No, I meant that we run experiments with AI on our own data.")
        return Reply("said", text=said[min(1, self._missed.setdefault("n", 0))], corrects=bool(self._bump()))

    def _bump(self) -> int:
        self._missed["n"] += 1
        return self._missed["n"] - 1


def test_the_products_steps_are_taken(table: Table, some: list[Persona]) -> None:
    """A correction removes what it replaces, as in a real conversation."""
    from evals.simulation import _Talk

    person = Corrects(table.model, some[0], table.phrases, table.voices)
    talk = _Talk(table, WAYS["adaptive"], person, np.random.default_rng(1))
    talk.open = table.model.openers["use_cases"]
    talk.held()
    records: list[Recorded] = talk.records
    assert any(isinstance(r.event, MessageReceived) for r in records)
    assert any(isinstance(r.event, EvidenceRemoved) for r in records)


# figures


def made(persona: Persona, hits: dict[str, int]) -> Simulated:
    """Interviews that are right from the given number of questions on, and one stage too high before."""
    stage = persona.sheet.stage

    def standing(right: bool) -> Standing:
        told = stage if right else stage + 1
        return Standing(told, tuple(float(s == told) for s in range(1, 6)), dict(persona.sheet.levels))

    def run(since: int) -> Interview:
        return Interview(10, 2, 1, standing(since <= 10), {k: standing(k >= since) for k in POINTS})

    return Simulated(persona, {way: (run(hits.get(way, 1)),) for way in WAYS})


def test_figures_by_hand(some: list[Persona]) -> None:
    clear = some[0].model_copy(update={"sheet": some[0].sheet.model_copy(update={"acceptable_stages": (2,)})})
    inflating = clear.model_copy(update={"kind": "inflating"})
    told = interviews.result([made(clear, {"adaptive": 4}), made(inflating, {"adaptive": 7, "short": 99})])
    figures = {m.name: m.value for m in told.measures}
    assert figures["adaptive_questions"] == figures["adaptive_questions_median"] == figures["adaptive_questions_p90"] == 10
    assert figures["adaptive_stage_accuracy"] == 1
    assert figures["short_stage_accuracy"] == 0.5
    assert figures["adaptive_reaches_full"] == 7
    assert figures["adaptive_reaches_full_share"] == pytest.approx(7 / MOST)
    assert figures["inflating_stage_over"] == 0
    accuracy = dict(told.charts[0].lines["adaptive"])
    assert (accuracy[3], accuracy[4], accuracy[7]) == (0, 0.5, 1)
    assert {s.name for s in told.slices if s.group == "kind"} == {clear.kind, "inflating"}


def test_the_suite_tells_every_way_and_the_paired_differences(held: list[Simulated]) -> None:
    told = interviews.result(held)
    figures = {m.name: m for m in told.measures}
    for way in WAYS:
        assert figures[f"{way}_stage_accuracy"].value is not None
    fewer = figures["adaptive_questions_minus_fixed"]
    assert fewer.high is not None
    assert fewer.high < 0
    assert [chart.name for chart in told.charts] == ["stage_accuracy", "stage_rps", "levels_mae"]


def test_a_chart_is_whole_accessible_and_escaped() -> None:
    chart = Chart("c", "A <b>title</b>", "questions", {"one": ((1, 0.2), (5, 0.9)), "two": ((1, 0.1),)}, {"median": 3.0})
    picture = drawn(chart)
    svg = ET.fromstring(picture[picture.index("<svg") : picture.index("</svg>") + 6])  # noqa: S314, our own text
    assert {"title", "desc"} <= {child.tag for child in svg}
    assert len(svg.findall("polyline")) == 2
    assert "<b>" not in picture
    assert "<table>" in picture
    assert "nothing was measured" in drawn(Chart("c", "t", "x", {"one": ()}))
