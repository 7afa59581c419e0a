"""Actions are coherent, come in an order that respects what they require, and a ring is named."""

import pytest
from planning_cases import action, generated_actions, model, real_actions
from pydantic import ValidationError

from assistant.errors import KnowledgeError
from assistant.planning.actions import action_faults, order

A, B, C = "use_cases.experiments_run", "use_cases.pilot_tried", "use_cases.in_production"


def test_order_puts_prerequisites_first_and_keeps_the_rest_as_given():
    first, second, third = action("one", A, requires=("two",)), action("two", B), action("three", C)
    assert [a.id for a in order([first, second, third])] == ["two", "one", "three"]


def test_order_takes_missing_prerequisites_to_be_met():
    assert [a.id for a in order([action("one", A, requires=("elsewhere",))])] == ["one"]


def test_a_ring_is_named():
    waits = {"one": ("two",), "two": ("three",), "three": ("one",)}
    ring = [action(name, indicator, requires=waits[name]) for name, indicator in zip(waits, (A, B, C), strict=True)]
    with pytest.raises(KnowledgeError, match="ring") as fault:
        order(ring)
    assert all(name in str(fault.value) for name in ("one", "two", "three"))


def test_an_id_may_stand_once_only():
    with pytest.raises(KnowledgeError, match="one stand twice"):
        order([action("one", A), action("one", B)])


@pytest.mark.parametrize(
    "wrong",
    [
        {"to_level": 1},
        {"cost_usd": (10, 5)},
        {"effort_weeks": 0},
        {"requires": ("one",)},
        {"dimension": "data"},
        {"sizes": ("huge",)},
        {"sources": ()},
        {"id": "Not Kebab"},
        {"unknown_field": 1},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_incoherent_action_is_refused(wrong):
    with pytest.raises(ValidationError):
        action(wrong.pop("id", "one"), A, **wrong)


def test_an_action_may_keep_level_five():
    assert action("keep", "use_cases.core_products", from_level=5, to_level=5).sustains


def test_faults_name_the_action_and_what_it_got_wrong():
    wrong = [
        action("one", C, "use_cases.nowhere", requires=("ghost",), sources=("NOT",)),
        action("two", A, "use_cases.core_products", requires=("one",)),
    ]
    faults = "\n".join(action_faults(model(), wrong, sources=["FOUND"]))
    for part in ("use_cases.nowhere", "ghost", "'NOT'", "level 5"):
        assert part in faults
    assert not list(action_faults(model(), generated_actions(), sources=["FOUND"]))


def test_the_actions_of_the_knowledge_base_are_sound():
    given = real_actions()
    if not given:
        pytest.skip("the knowledge base has no actions yet")
    assert not list(action_faults(model(), given))
    assert [a.id for a in given if not a.risk] == []
