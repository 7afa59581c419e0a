"""Reading and wording with an OpenAI-compatible language model.

The model proposes; what it proposes is checked against the message, and what does not stand is dropped. The embedded
engine always reads first and carries the turn whenever the model fails, so a key or a server can be lost at any time.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from assistant.interview.evidence import FACT_UNITS
from assistant.interview.model import DIMENSIONS, Indicator, MaturityModel, Question
from assistant.language.encoder import Vectors, encoder
from assistant.language.model_call import Breaker, ModelCall, chat_model
from assistant.language.model_proposals import Limits, Proposal, answer_schema, known_values, verified
from assistant.language.model_wording import checked, must_say, opening, points
from assistant.language.prompts import Prompts
from assistant.language.protocol import Intent, Reader, Situation, Understanding, Writer
from assistant.language.sentences import sentences
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

__all__ = [
    "Breaker",
    "Limits",
    "ModelReader",
    "ModelWriter",
    "Nearest",
    "chat_model",
    "model_reader",
    "model_writer",
    "nearest_statements",
]

Nearest = Callable[[str, int], Sequence[str]]
"""Given a text and a number, the ids of that many indicators, nearest in meaning first."""

_LONGEST = 20_000  # characters; longer texts would cost more than they tell and go to the embedded reader alone
_SENTENCES = 24  # sentences of a message that are compared with the statements


def model_reader(settings: Settings, model: MaturityModel, embedded: Reader) -> "ModelReader":
    """The reader of the settings' language model, with ``embedded`` behind it.

    Raises:
        EngineError: neither a key nor an address is set.
        KnowledgeError: a prompt is missing or malformed.
    """
    return ModelReader(embedded, chat_model(settings), model, Prompts.load(settings.prompts_dir))


def model_writer(settings: Settings, embedded: Writer) -> "ModelWriter":
    """The writer of the settings' language model, with ``embedded`` behind it. Raises as `model_reader` does."""
    return ModelWriter(embedded, chat_model(settings), Prompts.load(settings.prompts_dir))


def nearest_statements(model: MaturityModel) -> Nearest:
    """Nearness by sentence vectors: a statement is as near as the message's nearest sentence.

    The statements are encoded at the first call (about a second).
    """
    ids = list(model.indicators)
    rows: list[Vectors] = []

    def nearest(text: str, count: int) -> Sequence[str]:
        if not rows:
            rows.append(encoder().encode([indicator.statement for indicator in model.indicators.values()]))
        said = [span.text for span in sentences(text)[:_SENTENCES]] or [text]
        near = (encoder().encode(said) @ rows[0].T).max(axis=0)
        return [ids[column] for column in np.argsort(-near, kind="stable")[:count]]

    return nearest


class ModelReader:
    """A `Reader` that adds a language model's verified readings to those of the embedded reader."""

    def __init__(
        self,
        embedded: Reader,
        chat: "ChatOpenAI",
        model: MaturityModel,
        prompts: Prompts,
        *,
        nearest: Nearest | None = None,
        limits: Limits | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._embedded, self._model, self._limits = embedded, model, limits or Limits()
        self._call = ModelCall(chat, breaker)
        self._nearest = nearest or nearest_statements(model)
        self._schema, self._values = answer_schema(model, self._limits), known_values(model)
        self._rules = prompts["reading-rules"].render(facts=_fact_lines(self._values))
        self._input = prompts["reading-input"]

    def read(self, text: str, question: Question | None, source: int | str) -> Understanding:
        """What the message says. The model is spared where there is nothing to gain: a picked option, "stop", no words."""
        read = self._embedded.read(text, question, source)
        wordless = not any(c.isalpha() for c in text)
        if read.option is not None or read.intent in ("empty", "stop") or wordless or len(text) > _LONGEST:
            return read
        proposal = self._call.attempt("read", lambda: self._proposal(text, question, source))
        return read if proposal is None else _merged(read, proposal)

    def _proposal(self, text: str, question: Question | None, source: int | str) -> Proposal:
        listed = self._candidates(text, question)
        described = self._described(listed, question)
        data = self._input.render(
            question=question.text if question is not None else "(none: the person speaks freely)",
            statements="\n".join(f"- {indicator.id}: {indicator.statement}" for indicator in listed),
            levels="\n".join(self._level_lines(dimension) for dimension in described),
            tag=_tag(text),
            message=text,
        )
        answer = self._call.structured(self._rules, data, self._schema)
        shown = {indicator.id: indicator for indicator in listed}
        return verified(answer, text, source, shown, described, self._values)

    def _candidates(self, text: str, question: Question | None) -> list[Indicator]:
        """The statements of the dimension asked about, and the nearest others, up to the limit."""
        asked = question.dimension if question is not None and question.dimension in DIMENSIONS else None
        ranked = self._nearest(text, len(self._model.indicators))
        own = [i for i in ranked if self._model.indicators[i].dimension == asked]
        if asked is not None:
            own += [i.id for i in self._model.dimension(asked).indicators if i.id not in own]
        others = [i for i in ranked if self._model.indicators[i].dimension != asked]
        return [self._model.indicators[i] for i in (*own, *others)[: self._limits.candidates]]

    def _described(self, listed: Sequence[Indicator], question: Question | None) -> list[str]:
        """The dimensions whose levels are worth describing: the one asked about, and those most often among the listed."""
        asked = [question.dimension] if question is not None and question.dimension in DIMENSIONS else []
        often = Counter(indicator.dimension for indicator in listed if indicator.dimension not in asked)
        return [*asked, *(dimension for dimension, count in often.most_common() if count >= 3)][: self._limits.described]

    def _level_lines(self, dimension_id: str) -> str:
        dimension = self._model.dimension(dimension_id)
        return f"{dimension.id}: " + "; ".join(f"{level} = {text}" for level, text in sorted(dimension.levels.items()))


class ModelWriter:
    """A `Writer` whose words come from a language model; question, answer and citations are added by code, verbatim."""

    def __init__(self, embedded: Writer, chat: "ChatOpenAI", prompts: Prompts, *, breaker: Breaker | None = None) -> None:
        self._embedded, self._call = embedded, ModelCall(chat, breaker)
        self._rules, self._input = prompts["wording-rules"].render(), prompts["wording-input"]

    def greeting(self, question: Question | None) -> str:
        """The embedded greeting: there is nothing yet that a model could word better."""
        return self._embedded.greeting(question)

    def reply(self, situation: Situation) -> str:
        """The reply, in the model's words where they stand the check, else in the embedded ones."""
        said = points(situation)
        if not said or situation.understanding.intent not in ("answer", "unknown", "question", "off_topic"):
            return self._embedded.reply(situation)
        lead = self._call.attempt("word", lambda: self._worded(said, situation))
        if lead is None:
            return self._embedded.reply(situation)
        question = situation.question.text if situation.question is not None and not situation.done else ""
        return "\n\n".join(part for part in (situation.answer or "", lead, question) if part)

    def _worded(self, said: Sequence[str], situation: Situation) -> str:
        listed = "\n".join(f"- {point}" for point in said)
        data = self._input.render(points=listed, opening=opening(situation.previous), tag=_tag(listed))
        return checked(self._call.prose(self._rules, data), listed, must=must_say(situation))


def _merged(read: Understanding, proposal: Proposal) -> Understanding:
    """The embedded reading with the model's: its indicator readings replace those of the same indicators."""
    anew = {item.indicator for item in proposal.indicators}
    kept = [item for item in read.evidence if item.kind != "indicator" or item.indicator not in anew]
    stated = {fact.name for fact in read.facts}  # read by rule, with exact units: these stand
    evidence = (*kept, *proposal.levels, *proposal.indicators)
    facts = (*read.facts, *(fact for fact in proposal.facts if fact.name not in stated))
    return read.model_copy(
        update={"evidence": evidence, "facts": facts, "intent": _intent(read, proposal, tells=bool(evidence or facts))}
    )


def _intent(read: Understanding, proposal: Proposal, *, tells: bool) -> Intent:
    """What the message does. A message that tells something is an answer, unless it also asks."""
    if tells:
        found = proposal.indicators or proposal.levels or proposal.facts
        return "answer" if found and read.intent in ("unknown", "off_topic", "unreadable") else read.intent
    return "off_topic" if proposal.intent == "answer" else proposal.intent


def _fact_lines(values: dict[str, tuple[str, ...]]) -> str:
    lines = []
    for name, unit in FACT_UNITS.items():
        kind = f"one of {', '.join(values[name])}" if name in values else "a number" if unit else "true or false"
        lines.append(f'- {name}: {kind}; unit "{unit}"')
    return "\n".join(lines)


def _tag(content: str) -> str:
    """A tag that the content cannot close: it depends on the content itself, and is the same at every run."""
    return f"message-{hashlib.sha256(content.encode()).hexdigest()[:12]}"
