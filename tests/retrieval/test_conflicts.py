from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.retrieval.conflicts import FILE, Conflict, load_conflicts
from assistant.retrieval.corpus import corpus_faults
from assistant.retrieval.knowledge_base import KnowledgeBase
from tests.retrieval.conftest import CATS, KNOWLEDGE, SOURCES

LIONS = """\
---
id: lions
title: Keeping lions
question: What do lions eat?
sources: [AB]
---
# Keeping lions

## What the zoo says
Lions roar before the gate opens. Their small cousins are served three times a day [AB].
"""

CONFLICTS = """\
conflicts:
  - about: "how often office cats eat"
    sides:
      - {document: cats, section: What cats eat, quote: "Office cats eat dry food twice a day [AB]."}
      - {document: lions, section: What the zoo says, quote: "Their small cousins are served three times a day [AB]."}
    why: "The zoo feeds smaller bowls."
"""


@pytest.fixture
def guidance(tmp_path: Path) -> Path:
    folder = tmp_path / "guidance"
    folder.mkdir()
    (tmp_path / "sources.yaml").write_text(SOURCES)
    (folder / "cats.md").write_text(CATS)
    (folder / "lions.md").write_text(LIONS)
    (folder / FILE).write_text(CONFLICTS)
    return folder


@pytest.fixture
def base(guidance: Path, tmp_path: Path, encode: Callable) -> KnowledgeBase:
    return KnowledgeBase(guidance, tmp_path / "sources.yaml", tmp_path / "added", tmp_path / "index", encode)


def test_the_other_side_is_quoted_with_its_own_citation(base: KnowledgeBase) -> None:
    answer = base.ask("How often do office cats eat?")
    quotes = [citation.quote for citation in answer.citations]
    assert any("twice a day" in quote for quote in quotes)
    assert any("three times a day" in quote for quote in quotes)
    assert "Sources differ on how often office cats eat. In *Keeping lions*, under “What the zoo says”:" in answer.text
    assert answer.text.endswith("The zoo feeds smaller bowls. [1] [2]")


def test_a_question_on_something_else_is_left_alone(base: KnowledgeBase) -> None:
    assert "Sources differ" not in base.ask("Where do the office cats sleep?").text


def test_against_names_the_side_that_is_missing() -> None:
    conflict = Conflict.model_validate(
        {"about": "x", "sides": [{"document": d, "section": "s", "quote": f"{d} says."} for d in ("one", "two")]}
    )
    assert conflict.against(["Before. one says. After."]) == conflict.sides[1]
    assert conflict.against(["one says.", "two says."]) is None
    assert conflict.against(["nobody says."]) is None


def test_a_quote_that_does_not_stand_there_is_a_fault(guidance: Path) -> None:
    (guidance / FILE).write_text(CONFLICTS.replace("twice a day", "twice an hour"))
    assert any("does not stand in 'What cats eat' of cats" in fault for fault in corpus_faults(guidance.parent))


def test_shipped_conflicts_rest_on_different_sources(shipped: KnowledgeBase) -> None:
    conflicts = load_conflicts(KNOWLEDGE / "guidance")
    assert len(conflicts) >= 20
    answer = shipped.ask("How long until an owned server has paid for itself?")
    assert "Sources differ on how long until an owned server has paid for itself." in answer.text
    other = answer.citations[-1]
    assert other.quote in shipped.passage(other.document, other.section).text
    assert f"[{len(answer.citations)}]" in answer.text
