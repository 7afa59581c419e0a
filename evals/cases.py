"""The evaluation cases as checked values. A fault is named with its file and line."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from assistant.errors import InputError
from assistant.interview.evidence import FACT_UNITS, PLANNING_CLUES
from assistant.interview.model import DIMENSIONS, Level, Value

FOLDER = Path(__file__).resolve().parent / "cases"
SPLITS = ("dev", "test")
PHASES = ("training", "customisation", "inference")
"""The three decisions of a placement, in the order in which they are shown."""

Split = Literal["dev", "test"]
PlacementPhase = Literal[
    "train", "customise", "optimise", "batch_inference", "online_inference", "retrieval_store", "registry", "monitoring"
]
PLACEMENT_FACTS = (*FACT_UNITS, *PLANNING_CLUES, "horizon_months")
"""What a placement case may state: the facts, the planning clues, and how long the need lasts."""
Decision = Literal["on-prem", "colocation", "cloud", "sovereign-cloud", "api", "edge", "none-yet"]
T = TypeVar("T", bound=Value)


class Expected(Value):
    """What a respondent's texts support, by the rubric."""

    stage: Level
    acceptable_stages: tuple[Level, ...] = Field(min_length=1)
    """Every stage that a careful judge may give; holds ``stage``."""
    levels: dict[str, Level]
    placement: dict[str, tuple[Decision, ...]]
    """For each phase every decision that is right."""
    facts: dict[str, float | bool | str] = Field(default_factory=dict)
    """The deployment facts that the texts state, under the names and in the units of ``FACT_UNITS``."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.stage not in self.acceptable_stages:
            raise ValueError("acceptable_stages must hold the stage itself")
        if set(self.levels) != set(DIMENSIONS):
            raise ValueError(f"levels must name exactly {', '.join(DIMENSIONS)}")
        if set(self.placement) != set(PHASES) or not all(self.placement.values()):
            raise ValueError(f"placement must give at least one decision for each of {', '.join(PHASES)}")
        unknown = sorted(set(self.facts) - set(FACT_UNITS))
        if unknown:
            raise ValueError(f"unknown facts {', '.join(unknown)}; known are {', '.join(FACT_UNITS)}")
        return self


class Account(Value):
    """A public account: the texts keep its practice and change names and details."""

    title: str = Field(min_length=1)
    publisher: str = ""
    year: int | str | None = None


class Respondent(Value):
    """One written respondent: an opening, an answer a dimension, constraints, and what is expected of the advisor."""

    id: str = Field(min_length=1)
    split: Split
    industry: str
    size: int = Field(gt=0)
    """People employed."""
    country: str
    voice: str
    """The manner of speaking: terse, hedging, ironic and so on."""
    opening: str = Field(min_length=1)
    answers: dict[str, str]
    constraints_text: str
    expected: Expected
    rationale: str
    source: Account | None = None
    """The public account of a real organisation's practice that the respondent is drawn from, if any."""

    @model_validator(mode="after")
    def _known_dimensions(self) -> Self:
        unknown = sorted(set(self.answers) - set(DIMENSIONS))
        if unknown:
            raise ValueError(f"answers to unknown dimensions {', '.join(unknown)}; known are {', '.join(DIMENSIONS)}")
        return self

    def given(self) -> dict[str, Any]:
        """What the advisor may see: the texts, never the expectation."""
        return {
            "id": self.id,
            "opening": self.opening,
            "answers": dict(self.answers),
            "constraints_text": self.constraints_text,
        }


PAIRS = ("negation", "plan", "past", "hearsay", "scope")
"""What the two sides of a minimal pair differ in."""


class Probe(Value):
    """A text, said in answer to ``question`` (or to none), and the label of a statement that it supports.

    ``indicator`` is the indicator whose statement it is, or ``free``. Two probes of one ``pair`` are a minimal pair.
    """

    id: str = Field(min_length=1)
    split: Split
    writer: str
    scenario: str
    voice: str
    kind: Literal["indicator", "negation", "plan", "past", "hearsay", "scope"]
    indicator: str
    pair: str = ""
    question: str
    text: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    label: Literal["affirmed", "denied", "planned", "partly", "not_addressed"]


class QuestionCase(Value):
    """A question to the knowledge base, with every (document, section) that answers it."""

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    relevant: tuple[tuple[str, str], ...]
    answerable: bool

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.answerable != bool(self.relevant):
            raise ValueError("an answerable question names relevant sections, another one names none")
        return self

    @property
    def split(self) -> Split:
        """By the parity of the id's SHA-256, so that a new question never moves an old one: even is dev, odd is test."""
        return "test" if hashlib.sha256(self.id.encode()).digest()[-1] % 2 else "dev"


class PlacementCase(Value):
    """An organisation in words and facts, and for each phase every decision that a careful architect may give.

    The first one is the panel's own; ``exception`` marks a case in which the hybrid approach is wrong, by ``outcome``.
    """

    id: str = Field(min_length=1)
    organisation: str = Field(min_length=1)
    stage: Level
    facts: dict[str, float | bool | str]
    expected: dict[PlacementPhase, tuple[Decision, ...]]
    exception: bool
    outcome: str = Field(min_length=1)
    why: str = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.expected or not all(self.expected.values()):
            raise ValueError("expected must give at least one decision for each phase that it names")
        unknown = sorted(set(self.facts) - set(PLACEMENT_FACTS))
        if unknown:
            raise ValueError(f"unknown facts {', '.join(unknown)}; known are {', '.join(PLACEMENT_FACTS)}")
        return self

    @property
    def split(self) -> Split:
        """By the parity of the id's SHA-256, as of questions."""
        return "test" if hashlib.sha256(self.id.encode()).digest()[-1] % 2 else "dev"


def respondents(split: str, file: Path = FOLDER / "respondents.jsonl") -> tuple[Respondent, ...]:
    """The respondents of a split; InputError names the split, or file and line of a fault."""
    wanted = _checked(split)
    return tuple(case for case in _cases(file, Respondent) if case.split == wanted)


def probes(split: str, file: Path = FOLDER / "probes.jsonl") -> tuple[Probe, ...]:
    """The reading probes of a split; InputError as ``respondents``."""
    wanted = _checked(split)
    return tuple(case for case in _cases(file, Probe) if case.split == wanted)


def questions(split: str, file: Path = FOLDER / "questions.jsonl") -> tuple[QuestionCase, ...]:
    """The questions of a split; InputError as ``respondents``."""
    wanted = _checked(split)
    return tuple(case for case in _cases(file, QuestionCase) if case.split == wanted)


def placement_cases(split: str, file: Path = FOLDER / "placements.jsonl") -> tuple[PlacementCase, ...]:
    """The panel's placement cases of a split; InputError as ``respondents``."""
    wanted = _checked(split)
    return tuple(case for case in _cases(file, PlacementCase) if case.split == wanted)


def digest(file: Path) -> str:
    """The SHA-256 of a case file: two runs compare only when it is the same."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _checked(split: str) -> str:
    if split not in SPLITS:
        raise InputError(f"Unknown split {split!r}; the splits are {', '.join(SPLITS)}.")
    return split


def _cases(file: Path, kind: type[T]) -> Sequence[T]:
    """Every case of a JSONL file; all faults at once, each with its line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{file}: cannot be read ({fault}); a readable UTF-8 JSONL file is expected.") from fault
    found: list[T] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = kind.model_validate(json.loads(line))
        except json.JSONDecodeError as fault:
            faults.append(f"{file}:{number}: not valid JSON ({fault.msg}); one JSON object a line is expected.")
            continue
        except ValidationError as fault:
            faults += (f"{file}:{number}: {_told(error)}" for error in fault.errors())
            continue
        identity = str(case.model_dump(include={"id"})["id"])
        if identity in seen:
            faults.append(f"{file}:{number}: id {identity!r} stands in line {seen[identity]} already; ids must be unique.")
        seen.setdefault(identity, number)
        found.append(case)
    if not found and not faults:
        faults.append(f"{file}:1: there are no cases; at least one is expected.")
    if faults:
        raise InputError("\n".join(faults))
    return found


def _told(error: Any) -> str:
    place = ".".join(map(str, error["loc"])) or "case"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"
