"""Following up: contradictions, vague answers, claims without anything concrete; each once."""

import numpy as np
import pytest

from assistant.interview.evidence import Evidence
from assistant.interview.followup import follow_up, overruled, question_of
from assistant.interview.inference import Posterior
from assistant.interview.model import MaturityModel
from assistant.interview.picking import not_known, picked
from assistant.interview.state import State, Turned
from tests.interview.builders import stands_at, states


def said(seq: int, *evidence: Evidence, question: str = "operations.open", anchored: bool = True) -> Turned:
    return Turned(seq=seq, action="said", text="...", question=question, evidence=evidence, anchored=anchored)


def asks(model: MaturityModel, *turns: Turned) -> tuple[str, str] | None:
    """Why and what is asked after these turns."""
    state = State(turns=turns)
    found = follow_up(model, state, Posterior(model, state.evidence))
    return (found.why, found.question.id) if found else None


def test_two_answers_that_exclude_each_other_are_asked_about_once_with_both_quotes(model: MaturityModel) -> None:
    low, high = said(1, stands_at("operations", 1)), said(5, stands_at("operations", 4, source=5))
    assert asks(model, low, high) == ("conflict", "conflict.operations.1.5")
    question = question_of(model, State(turns=(low, high)), "conflict.operations.1.5")
    assert question is not None
    assert "operations is at 1" in question.text
    assert "operations is at 4" in question.text
    answered = Turned(seq=9, action="chose", text="x", question=question.id)
    assert asks(model, low, high, answered) is None
    third = said(12, stands_at("operations", 1, spread=0.1, source=12))
    assert asks(model, low, high, answered, third) is None, "not a second time about the same dimension"


def test_what_is_affirmed_and_denied_firmly_is_a_contradiction(model: MaturityModel) -> None:
    first = said(1, states("operations.on_call", weight=0.9))
    assert asks(model, first, said(4, states("operations.on_call", "denied", 0.9))) == (
        "conflict",
        "conflict.operations.1.4",
    )
    assert asks(model, first, said(4, states("operations.on_call", "planned", 0.9))) is None


def test_neighbouring_levels_are_no_contradiction(model: MaturityModel) -> None:
    found = asks(model, said(1, stands_at("operations", 2, 0.6)), said(5, stands_at("operations", 3, 0.6, source=5)))
    assert found is None or found[0] != "conflict"


@pytest.mark.parametrize(("option", "out"), [("first", (5,)), ("second", (1,)), ("both", ()), ("neither", (1, 5))])
def test_the_answer_says_what_no_longer_counts(option: str, out: tuple[int, ...]) -> None:
    assert overruled("conflict.operations.1.5", option) == out


def test_a_vague_answer_is_followed_by_a_question_with_options_on_the_same_topic(model: MaturityModel) -> None:
    vague = stands_at("operations", 3, spread=4.0)
    found = asks(model, said(1, vague))
    assert found is not None
    assert found[0] == "vague"
    assert found[1] in {q.id for q in model.dimension("operations").questions}


def test_a_claim_without_anything_concrete_is_probed_by_one_indicator(model: MaturityModel) -> None:
    claim = stands_at("operations", 4, 0.4)
    found = asks(model, said(1, claim, anchored=False))
    assert found is not None
    assert found[0] == "claim"
    assert found[1].startswith("check.operations.")
    assert asks(model, said(1, claim)) is None, "with a name or a number it is believed"
    low = asks(model, said(1, stands_at("operations", 1, 0.3), anchored=False))
    assert low is None or low[0] != "claim", "who claims nothing need not prove it"


def test_follow_ups_end(model: MaturityModel) -> None:
    before = tuple(
        Turned(seq=i + 1, action="chose", text="x", question=f"check.{name}")
        for i, name in enumerate(list(model.indicators)[: model.parameters.max_follow_ups])
    )
    assert asks(model, *before, said(50, stands_at("culture", 4, 0.4), question="culture.open", anchored=False)) is None


def test_a_click_on_a_check_is_evidence_on_its_indicator(model: MaturityModel) -> None:
    check = model.checks["use_cases.in_production"]
    for option_id, rises in (("yes", True), ("no", False)):
        option = check.option(option_id)
        assert option is not None
        evidence, facts = picked(check, option, option.text, 1, model.parameters)
        assert not facts
        before, after = Posterior(model, ()), Posterior(model, evidence)
        assert (after.stage[2:].sum() > before.stage[2:].sum()) == rises


def test_not_knowing_says_a_little_and_never_much(model: MaturityModel) -> None:
    question = model.openers["governance"]
    before = Posterior(model, ())
    after = Posterior(model, not_known(question, "no idea", 1, model.parameters))
    assert after.levels[6, 0] > before.levels[6, 0]
    assert np.abs(after.levels[6] - before.levels[6]).max() < 0.12
    assert not_known(model.deployment[0], "no idea", 1, model.parameters) == ()


def test_saying_it_in_other_words_counts_less_each_time(model: MaturityModel) -> None:
    """Whole answers by one person about one dimension go together: three of them are not three witnesses."""
    once = [stands_at("data", 4, 1.0)]
    thrice = [once[0], *(once[0].model_copy(update={"quote": f"again {i}", "source": i}) for i in (2, 3))]
    likelihood = np.log([Posterior(model, evidence).likelihood[2] for evidence in (once, thrice)])
    gained = np.ptp(likelihood[1]) / np.ptp(likelihood[0])
    assert 1.0 < gained < 2.0 + 1e-6
