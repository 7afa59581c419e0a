"""What the training scripts read: exemplars, the development respondents, the public data."""

import gzip
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def rows_in(folder: Path) -> list[dict]:
    """All rows of the JSONL files in a folder."""
    return [row for path in sorted(folder.glob("*.jsonl")) for row in rows_of(path)]


def rows_of(path: Path) -> list[dict]:
    """All rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def development_answers() -> list[dict]:
    """The answers of the development respondents (never of the test split) with their levels."""
    path = ROOT / "evals" / "cases" / "respondents.jsonl"
    cases = rows_of(path)
    return [
        {"dimension": d, "level": case["expected"]["levels"][d], "text": text}
        for case in cases
        if case["split"] == "dev"
        for d, text in case["answers"].items()
    ]


def zipped(path: Path) -> list[dict]:
    """All rows of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
