"""The fold: undo, edit and correction give exactly the state that they should."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.interview.events import (
    ActionUndone,
    Event,
    EvidenceFound,
    EvidenceRemoved,
    MessageEdited,
    MessageReceived,
    PlanMade,
    QuestionSkipped,
    Recorded,
    ReplyGiven,
    SessionStarted,
)
from assistant.interview.evidence import Fact
from assistant.interview.state import State, fold
from tests.interview.builders import states


class Talk:
    """Builds a log step by step."""

    def __init__(self) -> None:
        self.log: list[Recorded] = []
        self._act(SessionStarted(owner="anna", greeting="Hello"), ReplyGiven(text="Hello"))

    def _act(self, *events: Event) -> int:
        first = len(self.log) + 1
        self.log += [Recorded(seq=first + i, turn=first, event=e) for i, e in enumerate(events)]
        return first

    def says(self, text: str, indicator: str = "data.catalogue", question: str | None = "data.access") -> int:
        found = EvidenceFound(
            evidence=(states(indicator),), facts=(Fact(name="training_data_tb", value=float(len(text)), quote=text),)
        )
        return self._act(
            MessageReceived(text=text, question=question), found, ReplyGiven(text=f"re {text}", question="data.flow")
        )

    def skips(self) -> int:
        return self._act(QuestionSkipped(question="data.flow"), ReplyGiven(text="Skipped", question="data.quality"))

    def edits(self, target: int, text: str) -> int:
        return self._act(MessageEdited(target=target, text=text), EvidenceFound(evidence=(states("data.lineage"),)))

    def undoes(self, target: int) -> int:
        return self._act(ActionUndone(target=target))

    @property
    def state(self) -> State:
        return fold(self.log)


def test_a_session_is_what_was_said() -> None:
    talk = Talk()
    talk.says("forty")
    assert talk.state.owner == "anna"
    assert [t.text for t in talk.state.turns] == ["forty"]
    assert talk.state.open_question == "data.flow"
    assert talk.state.answered == {"data.access"}
    assert talk.state.facts["training_data_tb"].value == 5


def test_undo_restores_the_state_exactly() -> None:
    talk = Talk()
    talk.says("one")
    before = talk.state
    talk.undoes(talk.says("two", "data.lineage"))
    assert talk.state == before


@given(steps=st.lists(st.sampled_from(["say", "skip", "edit", "remove"]), min_size=1, max_size=8))
def test_undoing_everything_leads_back_to_the_start(steps: list[str]) -> None:
    talk = Talk()
    trail = [talk.state]
    for n, step in enumerate(steps):
        turns = talk.state.turns
        if step == "skip":
            talk.skips()
        elif step == "edit" and turns:
            talk.edits(turns[0].seq, f"edited {n}")
        elif step == "remove" and talk.state.evidence:
            item = talk.state.evidence[0]
            talk._act(EvidenceRemoved(target=turns[0].seq, indicator=item.indicator, quote=item.quote))
        else:
            talk.says(f"say {n}", f"data.indicator_{n}")
        trail.append(talk.state)
    for expected in reversed(trail[:-1]):
        last = talk.state.last_action
        assert last is not None
        talk.undoes(last)
        assert talk.state == expected


def test_an_edit_replaces_words_and_evidence_and_keeps_the_place() -> None:
    talk = Talk()
    first = talk.says("one")
    talk.says("two", "data.quality_checks")
    talk.edits(first, "ONE")
    turns = talk.state.turns
    assert [t.text for t in turns] == ["ONE", "two"]
    assert [e.indicator for e in turns[0].evidence] == ["data.lineage"]
    assert turns[0].edited
    assert not turns[1].edited
    assert turns[0].reply == "re one"


def test_evidence_that_was_read_wrongly_goes_and_comes_back_with_undo() -> None:
    talk = Talk()
    first = talk.says("one")
    item = talk.state.evidence[0]
    removal = talk._act(EvidenceRemoved(target=first, indicator=item.indicator, quote=item.quote))
    assert talk.state.evidence == ()
    talk.undoes(removal)
    assert talk.state.evidence == (item,)


def test_a_plan_changes_nothing_of_what_is_known_and_cannot_be_undone() -> None:
    talk = Talk()
    first = talk.says("one")
    before = talk.state
    talk._act(PlanMade(plan={}))
    assert talk.state == before
    assert talk.state.last_action == first


def test_an_edit_of_an_undone_turn_is_void() -> None:
    talk = Talk()
    first = talk.says("one")
    talk.undoes(first)
    talk.edits(first, "ONE")
    assert talk.state.turns == ()
