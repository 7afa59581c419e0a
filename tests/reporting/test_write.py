"""A report is written as a whole or not at all, and a wrong path gets one clear sentence."""

from pathlib import Path

import pytest
from report_sample import empty_report

from assistant.errors import InputError
from assistant.reporting.text import amount, clean, number, percent, sureness
from assistant.reporting.write import write_report


@pytest.mark.parametrize("name", ["r.md", "r.docx", "r.pdf", "r.json", "R.JSON"])
def test_the_suffix_chooses_the_format(tmp_path: Path, name: str) -> None:
    path = write_report(empty_report(), tmp_path / name)
    assert path == tmp_path / name
    starts = {".md": b"# ", ".docx": b"PK", ".pdf": b"%PDF", ".json": b"{"}
    assert path.read_bytes().startswith(starts[path.suffix.lower()])
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["r.txt", "r", "r.pdf.exe", ".pdf"])
def test_another_suffix_names_the_four(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"end the file name in \.md, \.docx, \.pdf or \.json\.$"):
        write_report(empty_report(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be written to .*nowhere.*choose a file in a folder that exists"):
        write_report(empty_report(), tmp_path / "nowhere" / "r.json")
    (tmp_path / "taken.json").mkdir()
    with pytest.raises(InputError, match="cannot be written") as caught:
        write_report(empty_report(), tmp_path / "taken.json")
    assert "\n" not in str(caught.value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken.json"]


def test_an_old_report_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    write_report(empty_report(), path)
    assert path.read_text().startswith("{")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\x00b\x1b[0m", "ab[0m"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("right \u202eleft\u2066", "right left"),
        ("\ud800\ufffe\uffff", ""),
        ("łódź שלום 👩‍💻", "łódź שלום 👩‍💻"),
    ],
)
def test_text_is_fit_for_every_format(given: str, expected: str) -> None:
    assert clean(given) == expected


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0%"), (1, "100%"), (0.001, "under 1%"), (0.999, "over 99%"), (0.5, "50%")]
)
def test_nothing_likely_reads_as_certain(share: float, words: str) -> None:
    assert percent(share) == words


def test_numbers_read_well() -> None:
    assert number(1_234_567) == "1,234,567"
    assert number(0.123456) == "0.1235"
    assert number(8) == "8"
    assert amount(13.0, "billions") == "13 billion parameters"
    assert amount(value=True, unit="") == "yes"
    assert sureness(0.95) == "very sure"
    assert sureness(0.2).startswith("unsure")
