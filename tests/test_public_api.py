"""The Python contract, held by a conversation with the real engine."""

from pathlib import Path

import pytest

from assistant import Advisor, Settings
from assistant.errors import Forbidden, InputError, NotFound
from assistant.interview.model import DIMENSIONS

OPENING = (
    "We are a mid-sized furniture maker in Poland. Two models run live in the warehouse: one plans the picking, the other "
    "sorts complaints, and the shift leads shout when either is down."
)


@pytest.fixture(scope="module")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    return Advisor(settings=Settings(data_dir=tmp_path_factory.mktemp("data"), _env_file=None))


def test_a_first_turn_holds_the_contract(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    assert session.id
    assert "?" in session.greeting
    turn = session.say(OPENING, key="m-1")
    assert isinstance(turn.text, str)
    assert turn.text
    assert turn.question is not None
    assert turn.question.dimension in {*DIMENSIONS, "deployment"}
    assert turn.question.text in turn.text
    assert all(option.id and option.text for option in turn.question.options)
    view = turn.assessment
    assert view.stage in range(1, 6)
    assert view.stage_name
    assert sum(view.stage_probs) == pytest.approx(1)
    assert set(view.dimensions) == set(DIMENSIONS)
    assert 0 < view.confidence <= 1
    assert turn.done is False


def test_every_quote_is_verbatim(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    said = [OPENING, "Anna owns the customer data; nobody owns the machine data. We hold about 40 TB."]
    for text in said:
        session.say(text)
    assert session.evidence
    for item in session.evidence:
        assert any(item.quote in text for text in said), item
    for fact in session.facts.values():
        assert any(fact.quote in text for text in said), fact
    assert session.facts["training_data_tb"].value == 40


def test_the_same_key_is_a_no_op_with_the_first_answer(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    first = session.say(OPENING, key="m-1")
    session.say("Nobody is on call for it.", key="m-2")
    again = session.say(OPENING, key="m-1")
    assert again == first
    assert len(session.turns) == 2
    resumed = advisor.resume(session.id, owner="anna")
    assert resumed.say("something else", key="m-1") == first


def test_choose_skip_undo_edit(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    turn = session.say(OPENING)
    before = session.state
    assert turn.question is not None
    chosen = session.choose(turn.question.options[0].id)
    assert chosen.question is not None
    assert chosen.question.id != turn.question.id
    session.undo()
    assert session.state == before
    skipped = session.skip()
    assert skipped.question is not None
    assert skipped.question.id != turn.question.id
    session.undo()
    assert session.state == before
    edited = session.edit(turn.seq, "We have never tried anything with AI.")
    assert edited.assessment.stage_probs != turn.assessment.stage_probs
    assert session.turns[0].text == "We have never tried anything with AI."
    session.undo()
    assert session.state == before


def test_undo_of_nothing_is_a_sentence(advisor: Advisor) -> None:
    assert "nothing to undo" in advisor.start(owner="anna").undo().text


def test_a_killed_conversation_goes_on_where_it_was(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    session.say(OPENING)
    again = advisor.resume(session.id, owner="anna")
    assert again.state == session.state
    assert again.question == session.question
    assert session.id in [row.id for row in advisor.sessions(owner="anna")]
    assert session.id not in [row.id for row in advisor.sessions(owner="bob")]


def test_nothing_of_one_owner_reaches_another(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    with pytest.raises(Forbidden, match="another owner"):
        advisor.resume(session.id, owner="bob")
    with pytest.raises(NotFound):
        advisor.resume("no-such-session", owner="bob")


@pytest.mark.parametrize(
    "message",
    ["", "   \n", "ok", "🙂🙂🙂", "<script>alert(1)</script>", "\x00\x01\x02" * 50, "x" * 100_000,
     "Wir haben noch keine Modelle im Einsatz, aber wir planen einiges für das kommende Jahr mit unseren Partnern.",
     "Nie mamy jeszcze żadnych modeli, ale planujemy kilka na przyszły rok razem z naszymi partnerami."],
)  # fmt: skip
def test_bad_input_gets_a_sentence_and_loses_nothing(advisor: Advisor, message: str) -> None:
    session = advisor.start(owner="anna")
    session.say(OPENING)
    evidence, question = session.evidence, session.question
    turn = session.say(message)
    assert turn.text.strip()
    assert "Traceback" not in turn.text
    assert session.evidence[: len(evidence)] == evidence
    assert question is not None
    assert turn.question is not None


def test_unknown_options_and_turns_are_named(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    with pytest.raises(InputError, match="No question is open"):
        session.choose("a")
    session.say(OPENING)
    with pytest.raises(InputError, match="no option"):
        session.choose("no-such-option")
    with pytest.raises(InputError, match="cannot be edited"):
        session.edit(99, "x")


def test_an_interview_to_the_report(advisor: Advisor, tmp_path: Path) -> None:
    session = advisor.start(owner="anna")
    turn = session.say(OPENING)
    steps = 0
    while not turn.done:
        assert turn.question is not None
        options = turn.question.options
        turn = session.choose(options[min(2, len(options) - 1)].id) if options else session.say("We do that every week.")
        steps += 1
        assert steps < 40
    plan = session.plan()
    content = plan.to_dict()
    assert set(content["deployment"]["placement"]) == {"training", "customisation", "inference"}
    assert plan.roadmap
    assert "#" in plan.to_markdown()
    for suffix in (".md", ".docx", ".pdf", ".json"):
        written = session.report(tmp_path / f"report{suffix}")
        assert written.stat().st_size > 1000
    with pytest.raises(InputError, match=r"\.docx"):
        session.report(tmp_path / "report.xyz")


def test_a_question_in_the_middle_is_answered_and_the_interview_goes_on(advisor: Advisor) -> None:
    session = advisor.start(owner="anna")
    turn = session.say(OPENING)
    aside = session.say("Why would we train on premises?")
    assert aside.question == turn.question
    assert "premises" in aside.text
    assert turn.question is not None
    assert turn.question.text in aside.text
    assert aside.assessment.stage_probs == turn.assessment.stage_probs


def test_ask_cites_and_abstains(advisor: Advisor) -> None:
    answer = advisor.ask("Why train on premises?")
    assert answer.citations
    assert not answer.abstained
    for citation in answer.citations:
        assert citation.document
        assert citation.section
        assert citation.quote
        assert citation.source
    assert advisor.ask("What is the best recipe for onion soup?").abstained


def test_attach_a_document(advisor: Advisor, tmp_path: Path) -> None:
    session = advisor.start(owner="anna")
    paper = tmp_path / "policy.md"
    paper.write_text("Every data source in the register has a named owner.\n\nModels are reviewed for risk before release.")
    session.attach(paper)
    assert session.evidence
    for item in session.evidence:
        assert item.source == "policy.md"
        assert item.quote in paper.read_text()
    session.undo()
    assert session.evidence == []


@pytest.mark.parametrize(("option", "share"), [("holds", 1 / 0.7), ("partly", 1.0), ("no", 0.0)])
def test_a_document_counts_fully_once_it_is_confirmed(advisor: Advisor, tmp_path: Path, option: str, share: float) -> None:
    session = advisor.start(owner="anna")
    paper = tmp_path / "policy.md"
    paper.write_text("Every data source in the register has a named owner.\n\nPeak load is 300 requests per second.")
    turn = session.attach(paper)
    assert turn.question is not None
    assert "Every data source in the register has a named owner" in turn.question.text
    assert "policy.md" in turn.question.text
    before, facts = session.evidence, session.facts
    assert facts
    session.choose(option)
    expected = [pytest.approx(min(1.0, share * item.weight)) for item in before] if share else []
    assert [item.weight for item in session.evidence] == expected
    assert session.facts == (facts if share else {})
    session.undo()
    assert session.evidence == before
    assert session.facts == facts
    assert advisor.resume(session.id, owner="anna").evidence == before
