"""The phrases by which deployment facts are recognised: data in ``knowledge/model/fact_cues.yaml``, compiled here."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from pydantic import Field, field_validator, model_validator

from assistant.interview.evidence import FACT_UNITS, PLANNING_CLUES
from assistant.interview.model import Value

Phrases = tuple[str, ...]
_NEVER = re.compile(r"(?!)")
_MACRO = re.compile(r"(?<!\?P)<([a-z]+)>")
_NESTED = re.compile(r"[*+]\)[*+]")
"""A repetition repeated without a bound, the usual cause of a pattern that takes for ever."""


_LISTS = (
    "label", "found", "weak_found", "context", "strong", "veto", "apart", "before", "none", "norm", "beside", "topic",
)  # fmt: skip
_GENERAL = (
    "blank", "bounds", "reset", "settled", "nothing", "elsewhere", "hearsay", "hypothetical", "past_more", "ask",
)  # fmt: skip


class Currency(Value):
    """How a currency is written (regular expressions), and what one unit of it is in US dollars."""

    usd: float = Field(gt=0)
    written: Phrases = Field(min_length=1)


class Currencies(Value):
    """Exchange rates for sizing: their date and how far they are to be trusted."""

    note: str
    as_of: str
    usd: tuple[Currency, ...] = Field(min_length=1)


class FactCue(Value):
    """How one fact is worded; the file's head explains the fields."""

    needs: Phrases = ()
    label: Phrases = ()
    found: Phrases = ()
    weak_found: Phrases = ()
    context: Phrases = ()
    strong: Phrases = ()
    veto: Phrases = ()
    apart: Phrases = ()
    before: Phrases = ()
    none: Phrases = ()
    values: dict[str, Phrases] = Field(default_factory=dict)
    weak: dict[str, Phrases] = Field(default_factory=dict)
    asked: dict[str, Phrases] = Field(default_factory=dict)
    rated: dict[str, Phrases] = Field(default_factory=dict)
    normed: dict[str, Phrases] = Field(default_factory=dict)
    together: dict[str, tuple[Phrases, ...]] = Field(default_factory=dict)
    norm: Phrases = ()
    beside: Phrases = ()
    topic: Phrases = ()
    no: float | bool | str | None = None
    yes: float | bool | str | None = None
    present: bool = False
    """Whether the fact must hold today: what is planned does not state it."""
    least: float = 0
    most: float = 0


class Compiled(NamedTuple):
    """A fact's phrases as patterns."""

    label: re.Pattern[str]
    found: tuple[re.Pattern[str], ...]
    weak_found: tuple[re.Pattern[str], ...]
    context: re.Pattern[str]
    strong: re.Pattern[str]
    veto: re.Pattern[str]
    apart: re.Pattern[str]
    before: re.Pattern[str]
    none: re.Pattern[str]
    values: dict[str, re.Pattern[str]]
    weak: dict[str, re.Pattern[str]]
    asked: dict[str, re.Pattern[str]]
    rated: dict[str, re.Pattern[str]]
    normed: dict[str, re.Pattern[str]]
    together: dict[str, tuple[tuple[re.Pattern[str], ...], ...]]
    norm: re.Pattern[str]
    beside: re.Pattern[str]


class FactCues(Value):
    """Everything that ``FactReader`` knows of words."""

    currencies: Currencies
    units: dict[str, dict[str, Phrases]]
    words: dict[str, str]
    places: dict[str, Phrases]
    blank: Phrases
    bounds: Phrases
    cut: Phrases
    reset: Phrases
    settled: Phrases
    nothing: Phrases
    elsewhere: Phrases
    hearsay: Phrases
    hypothetical: Phrases
    past_more: Phrases
    ask: Phrases
    filler: str
    answer_yes: Phrases
    answer_no: Phrases
    facts: dict[str, FactCue]
    clues: dict[str, FactCue]

    @field_validator("facts")
    @classmethod
    def _every_fact(cls, facts: dict[str, FactCue]) -> dict[str, FactCue]:
        if set(facts) != set(FACT_UNITS):
            raise ValueError(f"the facts must be exactly {', '.join(sorted(FACT_UNITS))}")
        return facts

    @field_validator("clues")
    @classmethod
    def _every_clue(cls, clues: dict[str, FactCue]) -> dict[str, FactCue]:
        if set(clues) != set(PLANNING_CLUES):
            raise ValueError(f"the clues must be exactly {', '.join(sorted(PLANNING_CLUES))}")
        return clues

    @model_validator(mode="after")
    def _sound(self) -> "FactCues":
        """Every phrase must compile and have no unbounded repetition of a group."""
        for name, cue in (self.facts | self.clues).items():
            for field in _LISTS:
                self._check(getattr(cue, field), f"facts.{name}.{field}")
            for choices in (cue.values, cue.weak, cue.asked, cue.rated, cue.normed):
                for value, phrases in choices.items():
                    self._check(phrases, f"facts.{name}.{value}")
            for value, sets in cue.together.items():
                self._check(tuple(phrase for phrases in sets for phrase in phrases), f"facts.{name}.together.{value}")
        for field in ("cut", *_GENERAL):
            self._check(getattr(self, field), field)
        return self

    def _check(self, phrases: Phrases, where: str) -> None:
        for phrase in phrases:
            try:
                whole = self.expand(phrase)
                re.compile(whole)
            except (re.error, KeyError) as fault:
                raise ValueError(f"{where}: {phrase!r} is no valid pattern ({fault})") from fault
            if "(?:\\w+ )*" in whole or _NESTED.search(whole):
                raise ValueError(f"{where}: {phrase!r} repeats a repetition without a bound; write {{0,4}} instead")

    @cached_property
    def macros(self) -> dict[str, str]:
        """The named words, with those of units and places."""
        words = dict(self.words)
        for kind, units in self.units.items():
            words[kind] = _any(spelling for spellings in units.values() for spelling in spellings)
        for kind, names in self.places.items():
            words[kind] = _any(names)
        return words

    def expand(self, phrase: str) -> str:
        """The phrase with its named words and amounts spelt out; KeyError for an unknown name."""
        for _ in range(3):
            phrase = _MACRO.sub(lambda match: self.macros[match[1]], phrase)
        return phrase.replace("{n}", r"#(?P<n>\d+)").replace("{m}", r"#(?P<m>\d+)")

    def pattern(self, phrases: Phrases) -> re.Pattern[str]:
        """One pattern for any of the phrases, whole words only."""
        if not phrases:
            return _NEVER
        plain = (re.sub(r"\(\?P<[nm]>", "(?:", self.expand(phrase)) for phrase in phrases)
        return re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", _word(phrase)) for phrase in plain))

    @cached_property
    def compiled(self) -> dict[str, Compiled]:
        """The patterns of each fact and clue."""
        return {name: self._compile(cue) for name, cue in (self.facts | self.clues).items()}

    def _compile(self, cue: FactCue) -> Compiled:
        def each(phrases: Phrases) -> tuple[re.Pattern[str], ...]:
            return tuple(re.compile(_word(self.expand(phrase))) for phrase in phrases)

        def choices(phrases: dict[str, Phrases]) -> dict[str, re.Pattern[str]]:
            return {value: self.pattern(each) for value, each in phrases.items()}

        return Compiled(
            label=re.compile(rf"^(?:{'|'.join(map(self.expand, cue.label))})\s*(?:[:=]|\s[–—-]\s)\s*")
            if cue.label
            else _NEVER,
            found=each(cue.found),
            weak_found=each(cue.weak_found),
            context=self.pattern(cue.context),
            strong=self.pattern(cue.strong),
            veto=self.pattern(cue.veto),
            apart=self.pattern(cue.apart),
            before=re.compile(rf"(?<!\w)(?:{'|'.join(map(self.expand, cue.before))})\s*$") if cue.before else _NEVER,
            none=self.pattern(cue.none),
            values=choices(cue.values),
            weak=choices(cue.weak),
            asked=choices(cue.asked),
            rated=choices(cue.rated),
            normed=choices(cue.normed),
            together={
                value: tuple(tuple(self.pattern((phrase,)) for phrase in phrases) for phrases in sets)
                for value, sets in cue.together.items()
            },
            norm=self.pattern(cue.norm),
            beside=self.pattern(cue.beside),
        )

    @cached_property
    def topics(self) -> re.Pattern[str]:
        """The words that name a fact; the group that matches bears the fact's name."""
        named = {name: "|".join(map(self.expand, cue.topic)) for name, cue in self.facts.items() if cue.topic}
        return re.compile("|".join(rf"(?<![\w#])(?P<{name}>{phrases})(?!\w)" for name, phrases in named.items()))

    @cached_property
    def general(self) -> dict[str, re.Pattern[str]]:
        """The patterns that belong to no one fact."""
        return {name: self.pattern(getattr(self, name)) for name in _GENERAL} | {
            "cut": re.compile("|".join(self.cut)),
            "answer_yes": re.compile(rf"(?:{'|'.join(self.answer_yes)})\W*$"),
            "answer_no": re.compile(rf"(?:{'|'.join(self.answer_no)})\W*$"),
        }

    @cached_property
    def fillers(self) -> frozenset[str]:
        """The words that say nothing of their own."""
        return frozenset(self.filler.split())

    @cached_property
    def unit_names(self) -> dict[str, tuple[tuple[re.Pattern[str], str], ...]]:
        """By kind of unit: the spelling's pattern and the unit's name."""
        return {
            kind: tuple((re.compile(f"(?:{'|'.join(spellings)})$"), name) for name, spellings in units.items())
            for kind, units in self.units.items()
        }

    def unit(self, kind: str, written: str) -> str:
        """The name of the unit that is written so; KeyError when it is none."""
        for pattern, name in self.unit_names[kind]:
            if pattern.match(written):
                return name
        raise KeyError(written)

    @cached_property
    def money(self) -> re.Pattern[str]:
        """An amount with its currency before or after it."""
        codes = "|".join(f"(?:{'|'.join(currency.written)})" for currency in self.currencies.usd)
        return re.compile(rf"(?:(?<!\w)(?P<before>{codes})\s?#(?P<n>\d+))|(?:#(?P<m>\d+)\s?(?P<after>{codes})(?!\w))")

    @cached_property
    def rates(self) -> tuple[tuple[re.Pattern[str], float], ...]:
        """Each currency's pattern and its value in US dollars."""
        return tuple((re.compile(f"(?:{'|'.join(c.written)})$"), c.usd) for c in self.currencies.usd)

    def rate(self, written: str) -> float:
        """US dollars for one unit of the currency that is written so; KeyError when it is none."""
        for pattern, usd in self.rates:
            if pattern.match(written):
                return usd
        raise KeyError(written)


def _any(phrases: Iterable[str]) -> str:
    """Any of the phrases, the longest first, so that "the netherlands" is not read as "the"."""
    return f"(?:{'|'.join(sorted(phrases, key=len, reverse=True))})"


def _word(phrase: str) -> str:
    return rf"(?:{phrase})(?!\w)" if phrase.startswith("^") else rf"(?<![\w#])(?:{phrase})(?!\w)"
