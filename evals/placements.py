"""How far the placement rules agree with a panel's written cases: ``python -m evals.placements [dev|test]``.

The cases were written from the facts alone by people who had not seen the rules. A decision agrees when it is among those
that the panel accepts for the phase, and strictly when it is the panel's first. Disagreements are listed for dev only:
rules are mended by them, and the test split is for one figure at the end.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.interview.evidence import Fact
from assistant.knowledge import load_yaml
from assistant.planning.catalogue import Catalogue
from assistant.planning.placement import place
from evals.cases import SPLITS, PlacementCase, placement_cases

CATALOGUE = Path(__file__).resolve().parents[1] / "knowledge" / "catalog"


@dataclass(frozen=True)
class Judged:
    """One decision of the rules beside what the panel accepts for it."""

    case: PlacementCase
    phase: str
    decision: str
    rule: str
    accepted: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the panel accepts the decision."""
        return self.decision in self.accepted

    @property
    def strict(self) -> bool:
        """Whether it is the panel's first."""
        return self.decision == self.accepted[0]


@dataclass(frozen=True)
class Agreement:
    """Shares of ``decisions`` that agree, and that agree strictly."""

    decisions: int
    agreement: float
    strict: float


def judge(cases: Iterable[PlacementCase], catalogue: Catalogue) -> tuple[Judged, ...]:
    """Every decision for which a case names what is accepted."""
    found: list[Judged] = []
    for case in cases:
        facts = {name: Fact(name=name, value=value, unit="", quote="", source=0) for name, value in case.facts.items()}
        placed = {p.phase: p for p in place(facts, case.stage, catalogue)}
        found += (
            Judged(case, phase, placed[phase].decision, placed[phase].rule, accepted)
            for phase, accepted in case.expected.items()
        )
    return tuple(found)


def agreement(judged: Sequence[Judged]) -> Agreement:
    """The two shares; of nothing, both are 0."""
    count = max(1, len(judged))
    return Agreement(len(judged), sum(j.agrees for j in judged) / count, sum(j.strict for j in judged) / count)


SLICES: tuple[tuple[str, Callable[[Judged], str]], ...] = (
    ("phase", lambda j: j.phase),
    ("stage", lambda j: f"stage {j.case.stage}"),
    ("kind", lambda j: "exceptions" if j.case.exception else "default"),
    ("outcome", lambda j: j.case.outcome),
)


def figures(judged: Sequence[Judged]) -> dict[str, Agreement]:
    """Overall and by slice: ``all``, ``phase train``, ``kind exceptions`` and so on."""
    found = {"all": agreement(judged)}
    for name, key in SLICES:
        for value in sorted({key(j) for j in judged}):
            found[f"{name} {value}"] = agreement([j for j in judged if key(j) == value])
    return found


def disagreements(judged: Sequence[Judged]) -> tuple[str, ...]:
    """A line for each decision of a dev case that the panel does not accept; nothing is told of a test case."""
    return tuple(
        f"{j.case.id} stage {j.case.stage} {j.phase}: {j.decision} by {j.rule}, accepted: {', '.join(j.accepted)}"
        for j in judged
        if j.case.split == "dev" and not j.agrees
    )


def read_catalogue(folder: Path = CATALOGUE) -> Catalogue:
    """The catalogue that is shipped."""
    parts: dict[str, object] = {}
    for path in sorted(folder.glob("*.yaml")):
        parts.update(load_yaml(path))
    return Catalogue.model_validate(parts)


def main() -> None:
    """Print the figures of a split, and dev's disagreements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("split", nargs="?", choices=SPLITS, default="dev")
    judged = judge(placement_cases(parser.parse_args().split), read_catalogue())
    for name, found in figures(judged).items():
        print(f"{name:28} {found.decisions:4} decisions  agreement {found.agreement:.3f}  strict {found.strict:.3f}")
    cases = Counter(j.case.id for j in judged)
    print(f"{len(cases)} cases")
    for line in disagreements(judged):
        print(line)


if __name__ == "__main__":
    main()
