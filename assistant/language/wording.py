"""Words a reply without a language model: short patterns, filled in, never the same pattern twice in a row."""

from pydantic import Field

from assistant.interview.evidence import Evidence, Fact
from assistant.interview.model import MaturityModel, Question, Value
from assistant.language.protocol import Situation

Patterns = tuple[str, ...]


_WORTH_SAYING = 0.36
"""Least weight of a level for the reply to say how it was understood; below that it is only noted."""


class Phrases(Value):
    """The patterns, by what they say. At least two of each that can come twice in a row."""

    greeting: Patterns = Field(min_length=1)
    understood: Patterns = Field(min_length=2)
    understood_denied: Patterns = Field(min_length=2)
    understood_planned: Patterns = Field(min_length=2)
    understood_partly: Patterns = Field(min_length=2)
    level: Patterns = Field(min_length=2)
    chosen: Patterns = Field(min_length=2)
    facts: Patterns = Field(min_length=2)
    unknown: Patterns = Field(min_length=2)
    skipped: Patterns = Field(min_length=2)
    off_topic: Patterns = Field(min_length=2)
    unreadable: Patterns = Field(min_length=2)
    misread: Patterns = Field(min_length=2)
    corrected: Patterns = Field(min_length=2)
    conflict: Patterns = Field(min_length=2)
    document: Patterns = Field(min_length=2)
    vague: Patterns = Field(min_length=2)
    claim: Patterns = Field(min_length=2)
    unsure: Patterns = Field(min_length=2)
    moved: Patterns = Field(min_length=2)
    back_to: Patterns = Field(min_length=2)
    done: Patterns = Field(min_length=2)
    stopped: Patterns = Field(min_length=2)
    fact_names: dict[str, str]
    """What to call each deployment fact."""


class EmbeddedWriter:
    """Words replies from patterns; which of them is decided by the turn's number, so that neighbours differ."""

    def __init__(self, model: MaturityModel, phrases: Phrases) -> None:
        self._model, self._phrases = model, phrases

    def greeting(self, question: Question | None) -> str:
        """The first words of a session."""
        first = self._phrases.greeting[0].strip()
        return f"{first}\n\n{question.text}" if question else first

    def reply(self, situation: Situation) -> str:
        """What was understood, an answer if one was asked for, what has changed, and the next question."""
        turn = situation.turn_number
        parts = [situation.answer or self._understood(situation)]
        moved = self._moved(situation)
        if moved:
            parts.append(moved)
        if situation.done:
            early = situation.understanding.intent == "stop"
            patterns = self._phrases.stopped if early else self._phrases.done
            parts.append(self._pattern(patterns, turn, **_standing(situation)))
        elif situation.question is not None:
            aside = situation.understanding.intent != "misread"
            if aside and situation.question.text in situation.previous:  # the same question again
                parts.append(self._pattern(self._phrases.back_to, turn))
            before = self._pattern(getattr(self._phrases, situation.why), turn) + " " if situation.why else ""
            parts.append(before + situation.question.text)
        return "\n\n".join(part for part in parts if part)

    def _understood(self, situation: Situation) -> str:
        read, turn = situation.understanding, situation.turn_number
        if read.intent in ("unknown", "skipped", "misread", "off_topic", "unreadable"):
            return self._pattern(getattr(self._phrases, read.intent), turn)
        said = [self._pattern(self._phrases.corrected, turn)] if read.corrects else []
        level = max((e for e in read.evidence if e.kind == "level"), key=lambda e: e.weight, default=None)
        statement = next((e for e in read.evidence if e.kind in ("indicator", "check")), None)
        if level is not None and level.weight >= _WORTH_SAYING and situation.why != "vague":
            said.append(self._level(level, turn))
        elif level is None and statement is not None and read.option is None:
            said.append(self._statement(statement, turn))
        elif read.evidence or read.option is not None:
            said.append(self._pattern(self._phrases.chosen, turn))
        if read.facts and read.option is None:
            said.append(_upper_first(self._pattern(self._phrases.facts, turn, facts=self._listed(read.facts))))
        return " ".join(said)

    def _statement(self, item: Evidence, turn: int) -> str:
        kind = "understood" if item.polarity == "affirmed" else f"understood_{item.polarity}"
        statement = self._model.indicators[item.indicator].statement.rstrip(".")
        return self._pattern(getattr(self._phrases, kind), turn, statement=_lower_first(statement))

    def _level(self, item: Evidence, turn: int) -> str:
        dimension = self._model.dimension(item.dimension)
        level = int(item.indicator.rsplit("-", 1)[1])
        description = dimension.levels[level].rstrip(".")
        return self._pattern(
            self._phrases.level, turn, dimension=_lower_first(dimension.name), description=_lower_first(description)
        )

    def _listed(self, facts: tuple[Fact, ...]) -> str:
        names = self._phrases.fact_names
        return ", ".join(f"{names.get(fact.name, fact.name.replace('_', ' '))} ({_value(fact)})" for fact in facts)

    def _moved(self, situation: Situation) -> str:
        if situation.done or situation.before is None or situation.turn_number < 2:
            return ""
        if situation.assessment.stage == situation.before.stage or situation.assessment.confidence < 0.5:
            return ""
        return self._pattern(self._phrases.moved, situation.turn_number, **_standing(situation))

    @staticmethod
    def _pattern(patterns: Patterns, turn: int, **words: str) -> str:
        return patterns[turn % len(patterns)].strip().format(**words)


def _standing(situation: Situation) -> dict[str, str]:
    return {
        "stage": situation.assessment.stage_name,
        "percent": str(round(100 * situation.assessment.confidence)),
    }


def _value(fact: Fact) -> str:
    if isinstance(fact.value, bool):
        return "yes" if fact.value else "no"
    amount = f"{fact.value:,.10g}" if isinstance(fact.value, float) else fact.value
    return f"{amount} {fact.unit}".strip() if fact.unit != "count" else str(amount)


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    keep = (text[:2].isalpha() and text[:2].isupper()) or text.split(" ", 1)[0] in ("AI", "I")
    return text if keep else text[0].lower() + text[1:]
