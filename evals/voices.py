"""The words of simulated respondents: the phrasebook of statements, and the voices with the rates of each kind."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from assistant.errors import InputError
from assistant.interview.model import DIMENSIONS, MaturityModel, Polarity, Value
from assistant.knowledge import load
from evals.cases import FOLDER

PHRASEBOOK = FOLDER / "phrasebook.jsonl"
VOICES = FOLDER / "voices.yaml"

Kind = Literal[
    "consistent",
    "terse",
    "verbose",
    "vague",
    "inflating",
    "contradictory",
    "forgetful",
    "off_topic",
    "hostile",
    "non_expert",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Opener = Literal["none", "plain", "verbose", "hostile", "non_expert"]
Share = Annotated[float, Field(ge=0, le=1)]
Lines = Annotated[tuple[str, ...], Field(min_length=12)]
Phrases = Mapping[tuple[str, Polarity], tuple[str, ...]]
"""For each indicator and label the ways of saying so."""

LABELS: tuple[Polarity, ...] = get_args(Polarity)
_SHOWN = 5
"""Most gaps that are named at once."""


class Manner(Value):
    """How often a kind does what; the meaning of each rate stands in ``voices.yaml``."""

    opener: Opener
    statements: tuple[int, int]
    opens: Share
    aside: Share
    fills: Share
    hedges: Share
    vague: Share
    types: Share
    typed: Literal["short", "plain", "long"]
    slip: Share
    contrary: Share
    inflates: Share
    picks_high: Share
    truthful: Share
    unknown: Share
    refuses: Share
    strays: Share
    corrects: Share


class Boasts(Value):
    """Claims without a fact, up to level 3 and above."""

    low: tuple[str, ...] = Field(min_length=3)
    high: tuple[str, ...] = Field(min_length=3)


class Voices(Value):
    """Everything in ``voices.yaml``."""

    kinds: dict[Kind, Manner]
    openers: dict[Opener, tuple[str, ...]]
    fillers: Lines
    hedges: Lines
    asides: Lines
    off_topic: Lines
    refusals: Lines
    unknown: Lines
    short_answers: dict[Polarity, tuple[str, ...]]
    corrections: Lines
    generalities: Lines
    boasts: dict[str, Boasts]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if set(self.kinds) != set(KINDS):
            raise ValueError(f"kinds must be exactly {', '.join(KINDS)}")
        if set(self.boasts) != set(DIMENSIONS):
            raise ValueError(f"boasts must name exactly {', '.join(DIMENSIONS)}")
        if set(self.short_answers) != set(LABELS) or not all(self.short_answers.values()):
            raise ValueError(f"short_answers must hold lines for {', '.join(LABELS)}")
        missing = [opener for opener in get_args(Opener) if not self.openers.get(opener)]
        if missing:
            raise ValueError(f"openers must hold lines for {', '.join(missing)}")
        return self


class _Phrase(Value):
    indicator: str
    label: Polarity
    text: str = Field(min_length=1)


@lru_cache(maxsize=4)
def voices(file: Path = VOICES) -> Voices:
    """The voices; KnowledgeError names file and line of a fault."""
    return load(file, Voices)


def phrasebook(model: MaturityModel, file: Path | None = None) -> Phrases:
    """The phrasebook; InputError names lines that are no phrase, and the indicators and labels that no line says."""
    path = file or PHRASEBOOK
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(
            f"{path}: the phrasebook cannot be read ({fault}); JSON lines with indicator, label and text are expected."
        ) from fault
    found: dict[tuple[str, Polarity], list[str]] = {}
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            phrase = _Phrase.model_validate(json.loads(line))
        except (json.JSONDecodeError, ValidationError) as fault:
            told = fault.msg if isinstance(fault, json.JSONDecodeError) else fault.errors()[0]["msg"]
            faults.append(f"{path}:{number}: {told}; one object with indicator, label and text is expected.")
            continue
        if phrase.indicator not in model.indicators:
            faults.append(f"{path}:{number}: unknown indicator {phrase.indicator!r}.")
        found.setdefault((phrase.indicator, phrase.label), []).append(phrase.text.strip())
    faults += _gaps(model, found, path)
    if faults:
        raise InputError("\n".join(faults))
    return {place: tuple(dict.fromkeys(texts)) for place, texts in found.items()}


def _gaps(model: MaturityModel, found: Mapping[tuple[str, Polarity], list[str]], path: Path) -> list[str]:
    gaps = [f"{i} {label}" for i in model.indicators for label in LABELS if (i, label) not in found]
    if not gaps:
        return []
    more = f" and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
    return [f"{path}: no phrase says {', '.join(gaps[:_SHOWN])}{more}; each indicator needs one for each label."]
