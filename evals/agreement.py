"""How far independent readers agree on the written respondents: ``python -m evals.agreement``.

Two readers who saw nothing but the texts (in shuffled order for the newer half) and the rubric labelled every respondent
(``cases/labels.jsonl``). Their agreement is the ceiling of what the advisor can be asked for.
"""

import json
from collections.abc import Mapping

from evals.cases import FOLDER, respondents
from evals.scorers import confusion, kappa

Labels = Mapping[str, tuple[Mapping[str, int], int]]
"""Levels by dimension, and the stage, by respondent."""


def readers() -> dict[str, Labels]:
    """The labels of the author of each case and of the two readers."""
    cases = [*respondents("dev"), *respondents("test")]
    found: dict[str, dict[str, tuple[Mapping[str, int], int]]] = {
        "author": {case.id: (case.expected.levels, case.expected.stage) for case in cases}
    }
    for line in (FOLDER / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(f"reader {row['reader']}", {})[row["id"]] = (row["levels"], row["stage"])
    return dict(found)


def agreement(first: Labels, second: Labels) -> dict[str, float]:
    """Quadratic-weighted kappa and share of equal labels, of levels and of stages."""
    pairs = [(level, second[case][0][d]) for case, (levels, _) in first.items() for d, level in levels.items()]
    stages = [(stage, second[case][1]) for case, (_, stage) in first.items()]
    figures: dict[str, float] = {}
    for name, both in (("levels", pairs), ("stage", stages)):
        one, other = zip(*both, strict=True)
        figures[f"{name}_kappa"] = kappa(confusion(one, other)) or 0.0
        figures[f"{name}_equal"] = sum(a == b for a, b in both) / len(both)
    return figures


def main() -> None:
    """Print the agreement of every two."""
    known = readers()
    names = list(known)
    for place, name in enumerate(names):
        for other in names[place + 1 :]:
            shown = ", ".join(f"{key} {value:.3f}" for key, value in agreement(known[name], known[other]).items())
            print(f"{name} and {other} ({len(known[name])}): {shown}")


if __name__ == "__main__":
    main()
