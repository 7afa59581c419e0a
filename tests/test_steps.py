"""What the interview makes of corrections, misreadings, contradictions and "I don't know", with the real engine."""

from collections.abc import Sequence

import pytest

from assistant import Advisor, Session, Settings
from assistant.errors import InputError
from assistant.interview.events import (
    Event,
    EvidenceFound,
    EvidenceRemoved,
    MessageReceived,
    Recorded,
    ReplyGiven,
    SessionStarted,
)
from assistant.interview.state import fold
from assistant.steps import Steps
from tests.interview.builders import stands_at

RUNS = "Every morning the warehouse follows the picking plan that the model made; forty pickers wait for it, since May 2023."


@pytest.fixture(scope="module")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    return Advisor(settings=Settings(data_dir=tmp_path_factory.mktemp("data"), _env_file=None))


def dimensions_of(session: Session) -> set[str]:
    return {item.dimension for item in session.evidence if item.kind == "level"}


def log_of(*actions: Sequence[Event]) -> list[Recorded]:
    """A log in which every sequence of events is one step."""
    records: list[Recorded] = []
    for events in actions:
        first = len(records) + 1
        records += [Recorded(seq=first + i, turn=first, event=event) for i, event in enumerate(events)]
    return records


def test_one_tap_takes_a_misreading_out_and_asks_with_options(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    before = session.say(RUNS)
    assert session.mendable
    turn = session.misread()
    assert session.evidence == []
    assert turn.question is not None
    assert len(turn.question.options) >= 2
    assert not session.mendable
    assert session.turns[0].text == RUNS, "the words themselves are kept"
    session.undo()
    assert session.evidence
    assert session.assessment.stage_probs == before.assessment.stage_probs


def test_nothing_to_take_out_is_a_sentence(advisor: Advisor) -> None:
    with pytest.raises(InputError, match="nothing"):
        advisor.start(owner="anna").misread()


def test_a_correction_replaces_what_it_corrects(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    session.say(RUNS)
    first = session.turns[0].seq
    assert "use_cases" in dimensions_of(session)
    turn = session.say(
        "I was wrong, sorry: nothing runs at all, it was a trial in 2022 and nobody uses AI for any of our work now."
    )
    assert not [e for e in session.evidence if e.source == first and e.dimension == "use_cases"]
    assert [e for e in turn.found if e.dimension == "use_cases"]
    assert any(phrase in turn.text for phrase in ("replaced", "Corrected"))


def test_a_corrected_fact_replaces_the_old_one(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    session.say("We have 8 GPUs of our own in the basement.")
    session.say("No, I meant 4 GPUs of our own.")
    assert session.facts["gpu_on_prem"].value == 4


def test_not_knowing_is_noted_and_not_asked_again(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    asked = session.say(RUNS).question
    assert asked is not None
    turn = session.say("I don't know.")
    assert [item.kind for item in turn.found] == ["unknown"]
    assert turn.found[0].quote == "I don't know."
    seen = set()
    while turn.question is not None and len(seen) < 20:
        assert turn.question.id != asked.id
        seen.add(turn.question.id)
        turn = session.skip()


def contradiction() -> list[Recorded]:
    low, high = stands_at("operations", 1, source=3), stands_at("operations", 5, source=6)
    return log_of(
        [SessionStarted(owner="anna", greeting="Hello"), ReplyGiven(text="Hello", question="operations.open")],
        [MessageReceived(text="low", question="operations.open"), EvidenceFound(evidence=(low,)), ReplyGiven(text="?")],
        [
            MessageReceived(text="high", question="operations.release"),
            EvidenceFound(evidence=(high,)),
            ReplyGiven(text="Which?", question="conflict.operations.3.6"),
        ],
    )


@pytest.mark.parametrize(("option", "kept"), [("first", {3}), ("second", {6}), ("both", {3, 6}), ("neither", set())])
def test_a_settled_contradiction_leaves_what_holds(advisor: Advisor, option: str, kept: set[int]) -> None:
    records = contradiction()
    events = Steps(advisor, records).chosen(option)
    seq = len(records) + 1
    after = fold([*records, *(Recorded(seq=seq + i, turn=seq, event=event) for i, event in enumerate(events))])
    assert {item.source for item in after.evidence} == kept
    assert after.open_question != "conflict.operations.3.6"


def test_a_contradiction_settled_in_words_holds_by_these_words(advisor: Advisor) -> None:
    events = Steps(advisor, contradiction()).said(
        "Ines from the data team is on call this week, and every release goes through the same three tests since March."
    )
    removed = [event for event in events if isinstance(event, EvidenceRemoved)]
    assert {(event.target, event.dimension) for event in removed} == {(3, "operations"), (6, "operations")}


def test_boasting_without_anything_concrete_is_followed_up(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    turn = session.say("We produce furniture.")
    while turn.question is not None and turn.question.dimension == "deployment":
        turn = session.skip()
    assert turn.question is not None
    dimension = turn.question.dimension
    turn = session.say("We are absolutely world class at this, fully embedded everywhere in everything, truly leading.")
    assert turn.question is not None
    assert turn.question.dimension == dimension, "the next question stays with the claim"


@pytest.mark.parametrize(
    "words", ["What if our data may not leave our premises?", "Suppose our data may not leave our premises."]
)
def test_what_if_is_answered_and_nothing_of_it_is_kept(advisor: Advisor, words: str) -> None:
    session = advisor.start(owner="anna")
    asked = session.say(RUNS + " We have a data centre of our own and 20 requests a second.").question
    before, known = session.evidence, dict(session.facts)
    turn = session.say(words)
    assert "Supposing the data may not leave your premises" in turn.text
    assert "only supposed" in turn.text
    assert session.evidence == before
    assert session.facts == known
    assert turn.question == asked, "the open question stays"
    session.say("Our data may not leave our premises.")
    assert session.facts["residency"].value == "on-prem-only"


def test_a_supposition_that_cannot_be_made_is_one_sentence(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    session.say(RUNS)
    turn = session.say("What if the load doubled?")
    assert "peak_rps is not known yet" in turn.text
    assert not turn.facts


def test_what_if_of_a_session_stores_nothing(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    session.say(RUNS + " We see 20 requests a second at the peak.")
    count = len(session.turns)
    asked = session.what_if("peak_rps*=10", "usd_kwh=0.4")
    assert next(row for row in asked.rows if row.what == "peak_rps").numbers["peak_rps"] == (20, 200)
    assert len(session.turns) == count
    with pytest.raises(InputError, match="did you mean peak_rps"):
        session.what_if("peak_rsp=3")


def test_facts_that_change_nothing_are_not_asked(advisor: Advisor) -> None:
    """At Awareness only a rule about where data may be, people and money bear on the little that is planned."""
    assert advisor.waits_for({}, 1) == {"residency", "team_ml_engineers", "budget_usd_year"}
    assert {"residency", "has_datacentre", "peak_rps", "latency_ms"} <= advisor.waits_for({}, 4)
