"""The next question is the one worth most: expected information about stage and levels per minute of the person's time.

The gain of a question is the mutual information between its answer and the stage, plus a share of that between its answer
and the level of its dimension. An answer's own noise is subtracted by construction: mutual information, not the entropy
of the answer, is what counts (the trap named in BED-LLM, arXiv 2508.21184).
"""

from collections.abc import Callable, Collection, Sequence

import numpy as np

from assistant.interview.inference import Array, Posterior, true_given_level
from assistant.interview.model import DIMENSIONS, LEVELS, MaturityModel, Parameters, Question, Value
from assistant.interview.state import State


class Choice(Value):
    """The question to ask next, if any, and its worth in bits a minute."""

    question: Question | None
    worth: float


def option_likelihoods(question: Question, parameters: Parameters) -> Array:
    """P(option is picked | level), shape (options, 5), columns sum to 1.

    A person picks the option typical of the level with ``option_reliability``, slipping over levels with
    ``option_spread``; the rest is spread evenly.
    """
    at = np.array([option.level for option in question.options], dtype=float)
    closeness = np.exp(-np.abs(at[:, None] - np.array(LEVELS)[None]) / parameters.option_spread)
    picked = closeness / closeness.sum(axis=0, keepdims=True)
    result: Array = parameters.option_reliability * picked + (1 - parameters.option_reliability) / len(at)
    return result


def open_likelihoods(parameters: Parameters) -> Array:
    """P(level is read | level) for an open answer, shape (5, 5), columns sum to 1: an ordinal kernel."""
    spread = -1 / np.log(1 - parameters.open_reliability)
    kernel = np.exp(-np.abs(np.subtract.outer(np.array(LEVELS), np.array(LEVELS))) / spread)
    result: Array = kernel / kernel.sum(axis=0, keepdims=True)
    return result


def answer_likelihoods(model: MaturityModel, question: Question) -> Array:
    """P(answer | level) of any question about a dimension, shape (answers, 5), columns sum to 1."""
    parameters = model.parameters
    if question.indicator is not None:
        true = true_given_level(model.indicators[question.indicator], parameters)
        rows = [parameters.said[o.polarity] for o in question.options if o.polarity is not None]
        return np.array([if_true * true + if_false * (1 - true) for if_true, if_false in rows])
    return option_likelihoods(question, parameters) if question.options else open_likelihoods(parameters)


def expected_gain(model: MaturityModel, posterior: Posterior, question: Question) -> float:
    """Expected information of a question about a dimension, in bits (>= 0)."""
    answers = answer_likelihoods(model, question)
    joint = posterior.joint[DIMENSIONS.index(question.dimension)]  # (level, stage)
    about_stage = _mutual_information(answers @ joint)
    about_level = _mutual_information(answers * joint.sum(axis=1)[None])
    return about_stage + model.parameters.level_share * about_level


def worth_of(model: MaturityModel, posterior: Posterior, question: Question) -> float:
    """Expected information of a question in bits a minute of the person's time."""
    return expected_gain(model, posterior, question) * 60 / question.seconds


def _mutual_information(joint: Array) -> float:
    """I(X; Y) in bits of a joint distribution, shape (x, y)."""
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    positive = joint > 0
    return float((joint[positive] * np.log2(joint[positive] / independent[positive])).sum())


def next_question(
    model: MaturityModel, state: State, posterior: Posterior, waits_for: Callable[[], Collection[str]] | None = None
) -> Choice:
    """The question worth most, or none when the interview has enough.

    Content balance comes first: while a dimension has neither evidence nor an answered question, only questions about such
    dimensions compete. Then information decides, until the stage is certain enough or nothing is worth asking. Then come
    the facts that the plan needs: those that ``waits_for`` names when it is first asked, or all. What is known, answered
    or skipped is never asked.
    """
    parameters = model.parameters
    if len(state.answered) >= parameters.max_questions:
        return Choice(question=None, worth=0)
    asked = {model.questions[q].dimension for q in state.answered if q in model.questions}
    placed = (item for item in state.evidence if item.kind in ("level", "option"))  # one statement is no picture of it
    firm = (item for item in placed if item.weight >= parameters.firm)
    touched = asked | {item.dimension for item in firm}
    fresh = [d for d in DIMENSIONS if d not in touched]
    certain = float(posterior.stage.max()) >= parameters.confident
    candidates = [q for q in model.all_questions if q.id not in state.answered and _eligible(q, state, posterior)]
    about = [q for q in candidates if q.dimension in (fresh or DIMENSIONS)]
    enough = (certain and not fresh) or len(state.answered) >= parameters.max_questions - parameters.kept_for_plan
    scored = [] if enough else [(_worth(q, state, posterior, model), q) for q in about]
    worthy = [(worth, q) for worth, q in scored if fresh or worth >= parameters.worth_asking]
    if not worthy:
        useful = [q for q in candidates if q.dimension == "deployment"]
        needed = waits_for() if useful and waits_for is not None else {q.fact for q in useful}
        worthy = [(q.worth * 60 / q.seconds, q) for q in useful if q.fact in needed]
    if not worthy:
        return Choice(question=None, worth=0)
    worth, question = max(worthy, key=lambda pair: pair[0])
    return Choice(question=question, worth=worth)


def best_anchored(model: MaturityModel, state: State, posterior: Posterior, dimensions: Sequence[str]) -> Question | None:
    """Of the first of these dimensions that has any left: the unasked question with options that tells most."""
    for dimension in dimensions:
        left = [q for q in model.dimension(dimension).questions if q.id not in state.answered]
        if left:
            return max(left, key=lambda q: worth_of(model, posterior, q))
    return None


def _eligible(question: Question, state: State, posterior: Posterior) -> bool:
    if question.dimension != "deployment":
        return True
    likely_stage = int(posterior.stage.argmax()) + 1
    return question.fact not in state.facts and likely_stage >= question.from_stage


def _worth(question: Question, state: State, posterior: Posterior, model: MaturityModel) -> float:
    """Bits a minute, with the bonus for staying on topic."""
    last = state.turns[-1].question if state.turns else None
    on_topic = last is not None and last in model.questions and model.questions[last].dimension == question.dimension
    return worth_of(model, posterior, question) + (model.parameters.topic_bonus if on_topic else 0.0)
