"""Sentences and clauses are verbatim parts of the message."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.sentences import clauses, sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("We use e.g. Collibra. It works.", ["We use e.g. Collibra.", "It works."]),
        ("Dr. Smith owns it. Really.", ["Dr. Smith owns it.", "Really."]),
        ("About 4.5 TB of it.", ["About 4.5 TB of it."]),
        ("- first\n- second\n\nthird", ["first", "second", "third"]),
        ("“It runs.” He smiled.", ["“It runs.”", "He smiled."]),
        ("   ", []),
        ("!!! ... ???", []),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert [span.text for span in sentences(text)] == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Master data has an owner, but transactional data doesn't.",
            ["Master data has an owner", "but transactional data doesn't."],
        ),
        ("We track drift although nobody looks at it", ["We track drift", "although nobody looks at it"]),
        ("Nothing but trouble", ["Nothing but trouble"]),
    ],
)
def test_clauses(text: str, parts: list[str]) -> None:
    assert [part.text for span in sentences(text) for part in clauses(span)] == parts


@given(st.text(max_size=400))
def test_every_part_is_verbatim(text: str) -> None:
    for span in sentences(text):
        assert text[span.start : span.start + len(span.text)] == span.text
        for part in clauses(span):
            assert text[part.start : part.start + len(part.text)] == part.text


def test_long_and_odd_messages_are_cut_quickly() -> None:
    began = time.perf_counter()
    for text in ("a" * 100_000, "but " * 25_000, ". " * 50_000, "e.g. " * 20_000):
        sum(len(clauses(span)) for span in sentences(text))
    assert time.perf_counter() - began < 20  # a guard against runaway patterns, not a measurement
