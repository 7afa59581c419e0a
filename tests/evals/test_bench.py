"""The bench: summaries by hand, and a real conversation timed turn by turn."""

import pytest

from assistant.advisor import Advisor
from assistant.retrieval.answer import Answer
from assistant.settings import Settings
from evals import bench
from evals.cases import respondents


def test_summaries_by_hand() -> None:
    told = bench.timing("x", [0.1, 0.2, 0.3], 0.05)
    assert told.median == pytest.approx(0.2)
    assert told.encodings == pytest.approx(4)
    assert told.p95 is None
    assert bench.timing("x", [float(n) for n in range(21)], 1).p95 == pytest.approx(19)
    assert "200.0" in bench.table([told])


def test_a_conversation_says_everything_the_respondent_has(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # A question in the talk would build the index of the knowledge base, which is not what is tested here.
    monkeypatch.setattr(Advisor, "ask", lambda *_, **__: Answer(text="Not covered.", abstained=True))
    session = Advisor(settings).start()
    person = respondents("dev")[0]
    seconds = list(bench.conversation(session, person))
    assert len(seconds) == 1 + len(person.answers)
    assert min(seconds) > 0
    assert {turn.text for turn in session.turns} == {person.opening, *person.answers.values()}


def test_unknown_arguments_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--fast"]) == 2
    assert "--json" in capsys.readouterr().err
