"""A simulated respondent: answers questions by a fact sheet, in the manner of a kind, in words or by picking an option."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar
from zlib import crc32

import numpy as np

from assistant.interview.model import LEVELS, MaturityModel, Option, Question, Value
from evals.fact_sheets import LABEL, Sheet, Standing, draw, indicators_at, rates
from evals.voices import KINDS, Kind, Manner, Phrases, Voices

T = TypeVar("T")

PATIENCE = 2
"""Times that a person may miss the same question before passing over it."""
_SHORT = 6
"""Most words of an option's text that a terse person types."""
_PART = re.compile(r"[,;:]| and | but ")
_WORTH: dict[Standing, float] = {"true": 1.0, "partly": 0.0, "planned": -0.6, "false": -1.0}
"""How well an option that affirms an indicator agrees with the sheet; one that denies it agrees to the contrary."""


class Persona(Value):
    """A respondent: what is so in the organisation, and who speaks of it."""

    sheet: Sheet
    kind: Kind


@dataclass(frozen=True)
class Reply:
    """What the person does when a question is put."""

    action: Literal["said", "chose", "skipped"]
    text: str = ""
    option: str = ""
    honest: bool = True
    """Whether it says what the sheet says."""
    corrects: bool = False
    """Whether it puts the answer before right instead of answering."""


@dataclass(frozen=True)
class _Told:
    """What the person says of a dimension in one answer."""

    standing: Mapping[str, Standing]
    level: int
    honest: bool


class Person:
    """Answers the questions of one interview.

    The same persona and repeat answers the same question alike, whatever way of asking puts it and whatever came before;
    only a correction, and the answer to which of two statements holds, depend on what was said.
    """

    def __init__(self, model: MaturityModel, persona: Persona, phrases: Phrases, voices: Voices, repeat: int = 0) -> None:
        self._model, self._sheet, self._phrases, self._voices = model, persona.sheet, phrases, voices
        self._manner: Manner = voices.kinds[persona.kind]
        self._repeat = repeat
        self._missed: dict[str, int] = {}
        self._honest: dict[int, bool] = {}
        self._wrong: Question | None = None

    def opening(self) -> str:
        """The answer to the greeting, which asks in general what AI does in the organisation."""
        random = self._random("opening")
        return self._open(self._model.openers["use_cases"], self._told("use_cases", random), random).text

    def answer(self, question: Question, seq: int) -> Reply:
        """What is done when the question is put in the turn with sequence number ``seq``."""
        if self._wrong is not None:
            wrong, self._wrong = self._wrong, None
            reply = self._correction(wrong)
        elif question.fact is not None:
            return self._fact(question)
        else:
            attempt = self._missed.get(question.id, 0)
            self._missed[question.id] = attempt + 1
            if attempt >= PATIENCE:
                return Reply("skipped")
            reply = self._reply(question, self._random(f"{question.id}/{attempt}" if attempt else question.id))
        self._honest[seq] = reply.honest
        return reply

    def _random(self, what: str) -> np.random.Generator:
        return np.random.default_rng([crc32(f"{self._sheet.id}/{what}".encode()), self._repeat])

    def _fact(self, question: Question) -> Reply:
        """The fact as the sheet states it; a respondent who does not know it passes."""
        value = self._sheet.facts.get(question.fact or "")
        for option in question.options:
            if value is not None and (type(option.value), option.value) == (type(value), value):
                return Reply("chose", option=option.id)
        return Reply("skipped")

    def _reply(self, question: Question, random: np.random.Generator) -> Reply:
        manner, chance = self._manner, random.random()
        for share, lines in (
            (manner.unknown, self._voices.unknown),
            (manner.refuses, self._voices.refusals),
            (manner.strays, self._voices.off_topic),
        ):
            if chance < share:
                return Reply("said", text=_one(lines, random))
            chance -= share
        if question.id.startswith("conflict."):
            return self._which_holds(question, random)
        if question.indicator is not None:
            return self._checked(question, random)
        told = self._told(question.dimension, random)
        if told.level != self._sheet.levels[question.dimension] and random.random() < manner.corrects:
            self._wrong = question
        return self._picked(question, told, random) if question.options else self._open(question, told, random)

    def _told(self, dimension: str, random: np.random.Generator) -> _Told:
        """What is said of a dimension: what is so, or (a slip, or against the rest) as if it stood otherwise."""
        level, chance = self._sheet.levels[dimension], random.random()
        off = 0
        if chance < self._manner.contrary:
            off = 2 if level <= 3 else -2
        elif chance < self._manner.contrary + self._manner.slip:
            off = 1 if level == 1 or (level < 5 and random.random() < 0.5) else -1
        if not off:
            return _Told(self._sheet.indicators, level, honest=True)
        indicators = self._model.dimension(dimension).indicators
        return _Told(indicators_at(indicators, level + off, rates(), random), level + off, honest=False)

    def _which_holds(self, question: Question, random: np.random.Generator) -> Reply:
        """Which of two answers holds: the one that was by the sheet; both, or neither."""
        first, second = (self._honest.get(int(seq), True) for seq in question.id.split(".")[-2:])
        right = {(True, True): "both", (True, False): "first", (False, True): "second"}.get((first, second), "neither")
        if random.random() < self._manner.truthful:
            return Reply("chose", option=right)
        others = [option.id for option in question.options if option.id != right]
        return Reply("chose", option=_one(others, random), honest=False)

    def _checked(self, question: Question, random: np.random.Generator) -> Reply:
        """The answer to a question about one fact."""
        standing = self._sheet.indicators[question.indicator or ""]
        honest = random.random() < self._manner.truthful
        if not honest:
            better: dict[Standing, Standing] = {"planned": "true", "partly": "true", "false": "planned", "true": "partly"}
            standing = "true" if self._manner.inflates else better[standing]
        label = LABEL[standing]
        option = next(option for option in question.options if option.polarity == label)
        if random.random() >= self._manner.types:
            return Reply("chose", option=option.id, honest=honest)
        if self._manner.typed == "short":
            return Reply("said", text=_one(self._voices.short_answers[label], random), honest=honest)
        words = _one(self._phrases[question.indicator or "", label], random)
        return Reply("said", text=self._dressed([words], random), honest=honest)

    def _picked(self, question: Question, told: _Told, random: np.random.Generator) -> Reply:
        """The option that agrees best with what is told, or the one above it; picked, or said in words."""
        option = best_option(question.options, told.standing, told.level)
        honest = told.honest
        place = question.options.index(option)
        if random.random() < self._manner.picks_high and place + 1 < len(question.options):
            option, honest = question.options[place + 1], False
        if random.random() >= self._manner.types:
            return Reply("chose", option=option.id, honest=honest)
        words = option.text.rstrip(".")
        if self._manner.typed == "short":
            return Reply("said", text=_shortened(words) + ".", honest=honest)
        return Reply("said", text=self._dressed([words + "."], random), honest=honest)

    def _open(self, question: Question, told: _Told, random: np.random.Generator) -> Reply:
        """An answer in own words: statements about what stands near the level that is told."""
        indicators = self._model.dimension(question.dimension).indicators
        fewest, most = self._manner.statements
        near = np.exp(-np.abs(np.array([i.level for i in indicators]) - (told.level + 0.5)))
        size = min(int(random.integers(fewest, most + 1)), len(indicators))
        inflates = random.random() < self._manner.inflates
        said: list[str] = []
        for place in random.choice(len(indicators), size=size, replace=False, p=near / near.sum()):
            standing = told.standing[indicators[place].id]
            if inflates and standing in ("planned", "partly"):
                standing = "true"
            phrases = self._phrases[indicators[place].id, LABEL[standing]]
            words = min(phrases, key=len) if self._manner.typed == "short" else _one(phrases, random)
            said.append(_one(self._voices.generalities, random) if random.random() < self._manner.vague else words)
        if inflates:
            boasts = self._voices.boasts[question.dimension]
            lines = boasts.low if told.level < 3 else boasts.high
            said += [lines[i] for i in random.permutation(len(lines))[:2]]
        return Reply("said", text=self._dressed(said, random), honest=told.honest and not inflates)

    def _correction(self, question: Question) -> Reply:
        """The answer before, put right."""
        random = self._random(f"{question.id}/put right")
        level = self._sheet.levels[question.dimension]
        right = self._open(question, _Told(self._sheet.indicators, level, honest=True), random)
        return Reply("said", text=f"{_one(self._voices.corrections, random)} {right.text}", corrects=True)

    def _dressed(self, said: Sequence[str], random: np.random.Generator) -> str:
        """The sentences with what the kind puts around them."""
        manner, parts = self._manner, []
        if random.random() < manner.opens:
            parts.append(_one(self._voices.openers[manner.opener], random))
        for words in said:
            if random.random() < manner.hedges:
                words = _after(_one(self._voices.hedges, random), words)
            elif random.random() < manner.fills:
                words = _after(_one(self._voices.fillers, random), words)
            parts.append(words)
            if random.random() < manner.aside:
                parts.append(_one(self._voices.asides, random))
        return " ".join(part for part in parts if part)


def best_option(options: Sequence[Option], standing: Mapping[str, Standing], level: int) -> Option:
    """The option whose indicators agree best with how they stand; of equal ones the nearest to the level."""

    def agreement(option: Option) -> float:
        worths = [_WORTH[standing[i]] for i in option.affirms] + [-_WORTH[standing[i]] for i in option.denies]
        return sum(worths) / len(worths) if worths else 0.0

    return max(options, key=lambda o: (round(agreement(o), 9), -abs((o.level or level) - level)))


def personas(model: MaturityModel, group: str, count: int) -> tuple[Persona, ...]:
    """The first ``count`` personas of a group (such as a split): stages take turns, and every kind meets every stage."""
    found = []
    for n in range(count):
        stage, kind = LEVELS[n % len(LEVELS)], KINDS[n // len(LEVELS) % len(KINDS)]
        found.append(Persona(sheet=draw(model, f"{group}-{n:04d}", stage), kind=kind))
    return tuple(found)


def _one(lines: Sequence[T], random: np.random.Generator) -> T:
    return lines[int(random.integers(len(lines)))]


def _shortened(words: str) -> str:
    """The first part of an option's words, six words at most."""
    return " ".join(_PART.split(words)[0].split()[:_SHORT])


def _after(start: str, words: str) -> str:
    """The words after a start of a sentence."""
    first = words.split(" ", 1)[0]
    own = first in ("I", "AI", "IT") or first.startswith("I'") or first[1:] != first[1:].lower()
    return f"{start} {words if own else words[0].lower() + words[1:]}"
