"""Following up: an answer that contradicts an earlier one, that stays vague, or that claims much and shows nothing.

Each is noticed in the latest turn alone, so nothing is dug up again later, and each is asked about once. What was read from
a document is shown for confirmation. Questions about a contradiction or a document are made from the state; their ids
(``conflict.<dimension>.<earlier turn>.<later turn>``, ``document.<turn>``) are enough to make them again.
"""

from collections.abc import Iterable
from typing import Literal

import numpy as np

from assistant.interview.events import EvidenceWeighed
from assistant.interview.evidence import Evidence
from assistant.interview.inference import Array, Posterior
from assistant.interview.model import DIMENSIONS, MaturityModel, Option, Question, Value
from assistant.interview.selection import worth_of
from assistant.interview.state import State, Turned

Why = Literal["conflict", "vague", "claim", "unsure", "document"]
"""Why a follow-up is asked: two answers exclude each other; the answer could mean many levels; it claims much without
anything concrete; one statement in it was read without being sure; a document was read."""

_LONGEST_QUOTE = 160
_SHOWN = 5
"""Most passages of a document that are shown for confirmation, those that say most first."""


class FollowUp(Value):
    """A question that the latest answer calls for."""

    why: Why
    question: Question


def follow_up(model: MaturityModel, state: State, posterior: Posterior) -> FollowUp | None:
    """The follow-up that the latest turn calls for, if any: a contradiction first, then what is worth most."""
    if not state.turns:
        return None
    last = state.turns[-1]
    if last.action == "attached":
        read = question_of(model, state, f"document.{last.seq}")
        return FollowUp(why="document", question=read) if read else None
    asked_before = sum(follows_up(q) for q in state.answered)
    conflict = _conflict(model, state, last)
    if conflict is not None:
        return FollowUp(why="conflict", question=conflict)
    if last.action != "said" or asked_before >= model.parameters.max_follow_ups:
        return None
    candidates = [c for c in _candidates(model, state, last) if c.question.id not in state.answered]
    worth = [(worth_of(model, posterior, c.question), c) for c in candidates]
    worthy = [(value, c) for value, c in worth if value >= model.parameters.worth_asking]
    return max(worthy, key=lambda pair: pair[0])[1] if worthy else None


def question_of(model: MaturityModel, state: State, question_id: str | None) -> Question | None:
    """The question with that id: one of the model's, or one about a contradiction or a document, made from the state."""
    kind, *rest = (question_id or "").split(".")
    turns = {str(turn.seq): turn for turn in state.turns}
    if kind == "document":
        return _confirming(turns[rest[0]]) if rest[0] in turns else None
    if question_id is None or kind != "conflict":
        return model.questions.get(question_id or "")
    dimension, first, second = rest
    quotes = [_loudest(turns[seq], dimension) for seq in (first, second) if seq in turns]
    if len(quotes) != 2 or not all(quotes):
        return None
    return _about(model, question_id, dimension, quotes[0], quotes[1])


def overruled(question_id: str, option_id: str) -> tuple[int, ...]:
    """Sequence numbers of the turns whose evidence no longer counts when a contradiction is answered so."""
    first, second = (int(seq) for seq in question_id.split(".")[2:])
    return {"first": (second,), "second": (first,), "neither": (first, second)}.get(option_id, ())


def confirmed(question_id: str, option_id: str, in_writing: float) -> EvidenceWeighed | None:
    """What the answer to the question about a document changes: what holds counts fully, what does not, not at all."""
    factor = {"holds": 1 / in_writing, "no": 0.0}.get(option_id)
    return None if factor is None else EvidenceWeighed(target=int(question_id.split(".")[1]), factor=factor)


def follows_up(question_id: str) -> bool:
    """Whether the question with that id follows up on an answer: about one indicator, or about a contradiction."""
    return question_id.startswith(("check.", "conflict."))


def _candidates(model: MaturityModel, state: State, last: Turned) -> Iterable[FollowUp]:
    """All follow-ups that the latest answer may call for, whatever their worth."""
    whole = next((e for e in last.evidence if e.kind == "level" and e.dimension == _asked(model, last)), None)
    if whole is not None and whole.levels is not None:
        dimension = model.dimension(whole.dimension)
        probs = _normed(np.array(whole.levels))
        others = state.answered - {last.question}
        touched = any(q.id in others for q in dimension.questions) or any(
            model.checks[i.id].id in others for i in dimension.indicators
        )
        level = int(probs.argmax()) + 1
        if not touched and probs.max() < model.parameters.vague_below:
            yield from (FollowUp(why="vague", question=q) for q in dimension.questions)
        if level >= 3 and not last.anchored and not touched:
            claimed = (i for i in dimension.indicators if i.level in (3, level))
            yield from (FollowUp(why="claim", question=model.checks[i.id]) for i in claimed)
        unsure = (e for e in last.evidence if e.kind == "indicator" and e.dimension == whole.dimension)
        for item in () if touched else unsure:
            if item.weight < model.parameters.firm and item.indicator in model.checks:
                yield FollowUp(why="unsure", question=model.checks[item.indicator])


def _asked(model: MaturityModel, turn: Turned) -> str | None:
    question = model.questions.get(turn.question or "")
    return question.dimension if question else None


def _conflict(model: MaturityModel, state: State, last: Turned) -> Question | None:
    """The first contradiction between the latest turn and an earlier one, in a dimension not asked about for that before."""
    for dimension in DIMENSIONS:
        if any(q.startswith(f"conflict.{dimension}.") for q in state.answered):
            continue
        for turn in state.turns[:-1]:
            if _exclude(model, _of(turn, dimension), _of(last, dimension)):
                return question_of(model, state, f"conflict.{dimension}.{turn.seq}.{last.seq}")
    return None


def _exclude(model: MaturityModel, first: list[Evidence], second: list[Evidence]) -> bool:
    """Whether two turns exclude each other: their levels hardly overlap, or one affirms firmly what the other denies."""
    parameters = model.parameters
    levels = [_level_of(items) for items in (first, second)]
    if levels[0] is not None and levels[1] is not None:
        overlap = float(np.minimum(levels[0], levels[1]).sum())
        if overlap < parameters.contradiction_overlap:
            return True
    sure = parameters.contradiction_sure
    firm = [
        {(e.indicator, e.polarity) for e in items if e.kind in ("indicator", "check") and e.weight >= sure}
        for items in (first, second)
    ]
    opposite = {"affirmed": "denied", "denied": "affirmed"}
    return any((indicator, opposite.get(polarity)) in firm[1] for indicator, polarity in firm[0])


def _level_of(items: list[Evidence]) -> Array | None:
    """What whole answers and picks say of a level, as probabilities under an even prior; None when nothing."""
    logs = [np.log(np.array(e.levels)) for e in items if e.levels is not None and e.kind in ("level", "option")]
    return _normed(np.exp(sum(logs[1:], logs[0]))) if logs else None


def _normed(values: Array) -> Array:
    result: Array = values / values.sum()
    return result


def _of(turn: Turned, dimension: str) -> list[Evidence]:
    return [e for e in turn.evidence if e.dimension == dimension and e.kind != "implied"]


def _loudest(turn: Turned, dimension: str) -> str:
    """The words of a turn that say most about a dimension."""
    own = _of(turn, dimension)
    return max(own, key=lambda e: e.weight).quote if own else ""


def _short(quote: str) -> str:
    return quote if len(quote) <= _LONGEST_QUOTE else quote[:_LONGEST_QUOTE].rstrip() + " …"


def _about(model: MaturityModel, question_id: str, dimension: str, first: str, second: str) -> Question:
    one, other = _short(first), _short(second)
    name = model.dimension(dimension).name.lower()
    return Question(
        id=question_id,
        dimension=dimension,
        text=f"Two things you told me about {name} do not fit together for me: “{one}” and “{other}”. Which holds today?",
        seconds=10,
        options=(
            Option(id="first", text=f"The first: {one}"),
            Option(id="second", text=f"The second: {other}"),
            Option(id="both", text="Both: it differs from one part of the organisation to another"),
            Option(id="neither", text="Neither; I will say it in other words"),
        ),
    )


def _confirming(turn: Turned) -> Question | None:
    """The question whether what was read from a document holds; None when nothing was read from it."""
    loudest = sorted(turn.evidence, key=lambda e: -e.weight)
    places = dict.fromkeys([(item.quote, item.page) for item in loudest] + [(fact.quote, None) for fact in turn.facts])
    if not places:
        return None
    shown = [f"“{_short(quote)}”" + (f" (page {page})" if page else "") for quote, page in list(places)[:_SHOWN]]
    more = f", and {len(places) - len(shown)} more passages" if len(places) > len(shown) else ""
    return Question(
        id=f"document.{turn.seq}",
        dimension="document",
        text=f"In {turn.text} I read: {'; '.join(shown)}{more}. Does that hold for your organisation today?",
        seconds=15,
        options=(
            Option(id="holds", text="Yes, it holds today"),
            Option(id="partly", text="Partly, or I cannot say: count it less than my own words"),
            Option(id="no", text="No, leave the document out"),
        ),
    )
