"""The exact posterior over the overall stage and the eight levels.

Model. A hidden general development g in 1..5 makes the levels of the dimensions go together; given g the levels are
independent with an ordinal kernel, P(L_d = l | g) proportional to exp(-|l - g| / spread); given its level an indicator
is true with a graded-response curve (Samejima 1969); what was said has a likelihood under true and false, or, for a whole
answer and a picked option, under each level. The overall stage is *not* a free variable: it is the rubric's rule applied to
the levels, so its gates (no production, no stage 3) hold with certainty and never as a tendency.

Computation. The rule only counts dimensions at or above a level, so the 390,625 combinations of levels fall into a few
hundred states of a small automaton (``StageAutomaton``), and the sum over all combinations is a forward pass through eight
layers: variable elimination, exact, no sampling.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.interview.evidence import Evidence
from assistant.interview.model import DIMENSIONS, LEVELS, Indicator, MaturityModel, Parameters, Polarity, StageRule

Array = NDArray[np.float64]

_N = len(DIMENSIONS)
_K = len(LEVELS)


class StageAutomaton:
    """The rubric's rule as a layered automaton that reads the eight levels in order and ends in a stage.

    ``layers[d]`` has shape (5, states in, states out) with a single 1 in each row: reading level l of dimension d leads
    from one state to the next. ``final`` has shape (states, 5): one-hot stage of each end state.
    """

    def __init__(self, rule: Sequence[StageRule]) -> None:
        conditions = [(r.stage, frozenset(c.of), c.count, c.level) for r in rule for c in r.conditions]
        start: tuple[int, ...] = (0,) * len(conditions)
        states: list[dict[tuple[int, ...], int]] = [{start: 0}]
        moves: list[dict[tuple[int, int], int]] = []
        for position, dimension in enumerate(DIMENSIONS):
            following: dict[tuple[int, ...], int] = {}
            move: dict[tuple[int, int], int] = {}
            for state, index in states[-1].items():
                for level in LEVELS:
                    counts = tuple(
                        _settled(have + (dimension in of and level >= at), count, of, position)
                        for have, (_, of, count, at) in zip(state, conditions, strict=True)
                    )
                    move[level, index] = following.setdefault(counts, len(following))
            states.append(following)
            moves.append(move)
        stages = np.zeros(len(states[-1]), dtype=np.int64)
        for state, index in states[-1].items():
            met = {r.stage: True for r in rule}
            for have, (stage, _, count, _) in zip(state, conditions, strict=True):
                met[stage] = met[stage] and have >= count
            stages[index] = max((stage for stage, holds in met.items() if holds), default=1)
        self.layers, self.final = _merged(moves, [len(s) for s in states], stages)

    def stage_weights(self, weights: Array) -> Array:
        """Sum, for each stage, of the products of level weights over all level combinations that give it.

        ``weights`` has shape (..., 8, 5); the result has shape (..., 5).
        """
        batch = weights.reshape(-1, _N, _K)
        reached = np.ones((batch.shape[0], 1))
        for d, layer in enumerate(self.layers):
            step = np.zeros((batch.shape[0], layer.shape[2]))
            for level in range(_K):
                step += (reached * batch[:, d, level, None]) @ layer[level]
            reached = step
        result: Array = (reached @ self.final).reshape(*weights.shape[:-2], _K)
        return result


def _settled(have: int, count: int, of: frozenset[str], position: int) -> int:
    """A condition's count, capped where more does not matter and -1 where it can no longer be met."""
    left = sum(d in of for d in DIMENSIONS[position + 1 :])
    if have < 0 or have + left < count:
        return -1
    return min(have, count)


def _merged(
    moves: list[dict[tuple[int, int], int]], sizes: list[int], stages: NDArray[np.int64]
) -> tuple[list[Array], Array]:
    """Merge states with the same future, from the last layer backwards, and lay the moves out as arrays."""
    classes = stages - 1
    final = np.eye(_K)
    layers: list[Array] = []
    for d in reversed(range(_N)):
        signatures = [tuple(int(classes[moves[d][level, s]]) for level in LEVELS) for s in range(sizes[d])]
        numbered = {signature: i for i, signature in enumerate(dict.fromkeys(signatures))}
        width = int(classes.max()) + 1 if d < _N - 1 else _K
        layer = np.zeros((_K, len(numbered), width))
        for signature, i in numbered.items():
            for level, target in enumerate(signature):
                layer[level, i, target] = 1.0
        layers.insert(0, layer)
        classes = np.array([numbered[signature] for signature in signatures])
    return layers, final


@lru_cache(maxsize=4)
def automaton(rule: tuple[StageRule, ...]) -> StageAutomaton:
    """The automaton of a rule; built once (a few milliseconds)."""
    return StageAutomaton(rule)


class Posterior:
    """The posterior of one session.

    ``stage`` (5,), ``levels`` (8, 5), and ``joint`` (8, 5, 5): joint[d, l, s] = P(L_d = l+1, stage = s+1 | all evidence).
    All sum to 1 over their last (joint: last two) axes.
    """

    def __init__(self, model: MaturityModel, evidence: Iterable[Evidence]) -> None:
        parameters = model.parameters
        self.likelihood = level_likelihoods(model, evidence)
        kernel = _kernel(parameters.kernel_spread)  # (g, l)
        weights = kernel[:, None, :] * self.likelihood[None]  # (g, d, l)
        scale = weights.sum(axis=2, keepdims=True)
        general = np.log(np.array(parameters.prior)) + np.log(scale[..., 0]).sum(axis=1)
        general = np.exp(general - general.max())
        self.general: Array = general / general.sum()
        given = weights / scale
        machine = automaton(model.rule)
        pinned = np.broadcast_to(given[:, None, None], (_K, _N, _K, _N, _K)).copy()  # (g, d, l, d', l')
        for d in range(_N):
            pinned[:, d, :, d, :] = given[:, d, None, :] * np.eye(_K)[None]
        stage_given = machine.stage_weights(pinned)  # (g, d, l, s)
        joint = np.einsum("g,gdls->dls", self.general, stage_given)
        self.joint: Array = joint / joint.sum(axis=(1, 2), keepdims=True)
        self.levels: Array = self.joint.sum(axis=2)
        self.stage: Array = self.joint[0].sum(axis=0)

    @property
    def median_levels(self) -> dict[str, int]:
        """The median level 1..5 of each dimension.

        Levels are ordered, and where little is known the middle is a fairer word than the mode.
        """
        below = np.cumsum(self.levels, axis=1) >= 0.5 - 1e-9
        return {dimension: int(below[d].argmax()) + 1 for d, dimension in enumerate(DIMENSIONS)}


def stage_posterior(model: MaturityModel, likelihoods: Array) -> Array:
    """The posterior over the stage alone, for many likelihoods of the levels at once: (..., 8, 5) to (..., 5).

    The same as ``Posterior(...).stage`` without the levels, so that a planner can ask it hundreds of times.
    """
    weights = _kernel(model.parameters.kernel_spread)[:, None, :] * likelihoods[..., None, :, :]  # (..., g, d, l)
    scale = weights.sum(axis=-1, keepdims=True)
    general = np.log(np.array(model.parameters.prior)) + np.log(scale[..., 0]).sum(axis=-1)
    general = np.exp(general - general.max(axis=-1, keepdims=True))
    joint = np.einsum("...g,...gs->...s", general, automaton(model.rule).stage_weights(weights / scale))
    result: Array = joint / joint.sum(axis=-1, keepdims=True)
    return result


@lru_cache(maxsize=16)
def _kernel(spread: float) -> Array:
    distance = np.abs(np.subtract.outer(np.array(LEVELS), np.array(LEVELS)))
    kernel = np.exp(-distance / spread)
    normed: Array = kernel / kernel.sum(axis=1, keepdims=True)
    return normed


def true_given_level(indicator: Indicator, parameters: Parameters) -> Array:
    """P(indicator is true | level 1..5), shape (5,): a graded-response curve with a floor for slips on both sides.

    The threshold lies half a level below the level from which the indicator is expected (Samejima 1969).
    """
    centre = indicator.level - 0.5
    curve = 1 / (1 + np.exp(-parameters.indicator_slope * (np.array(LEVELS) - centre)))
    result: Array = parameters.indicator_floor + (1 - 2 * parameters.indicator_floor) * curve
    return result


def level_likelihoods(model: MaturityModel, evidence: Iterable[Evidence]) -> Array:
    """Likelihood of all evidence at each level of each dimension, shape (8, 5), each row scaled to a maximum of 1.

    Witnesses that rest on the same words or the same person's way of talking are not independent:
    - of several readings of one indicator with the same polarity only the most trusted counts, whatever their order;
    - a statement read from words whose level was read as a whole counts with ``statement_share`` of its log-likelihood;
    - of several whole answers about one dimension the strongest counts fully, each next one ``repeat_share`` as much.
    """
    witnesses = tuple(evidence)
    result = np.zeros((_N, _K))
    for d, dimension in enumerate(DIMENSIONS):
        own = [item for item in witnesses if item.dimension == dimension]
        result[d] = _picks(own) + _whole_answers(own, model.parameters) + _statements(own, model)
    result -= result.max(axis=1, keepdims=True)
    scaled: Array = np.exp(result)
    return scaled


def _picks(evidence: Iterable[Evidence]) -> Array:
    """Log-likelihood of picked options, shape (5,); the same pick twice counts once."""
    picks = {(e.quote, e.levels) for e in evidence if e.kind == "option"}
    return sum((np.log(np.array(levels)) for _, levels in picks), np.zeros(_K))


def _whole_answers(evidence: Iterable[Evidence], parameters: Parameters) -> Array:
    """Log-likelihood of answers read as a whole, and of "I don't know", shape (5,)."""
    read = {(e.quote, e.levels) for e in evidence if e.kind in ("level", "unknown")}
    logs = sorted((np.log(np.array(levels)) for _, levels in read), key=lambda log: (-float(np.ptp(log)), tuple(log)))
    return sum((log * parameters.repeat_share**place for place, log in enumerate(logs)), np.zeros(_K))


def _statements(evidence: Sequence[Evidence], model: MaturityModel) -> Array:
    """Log-likelihood of single statements, shape (5,)."""
    parameters = model.parameters
    whole = {e.source for e in evidence if e.kind == "level"}
    strongest: dict[tuple[str, str], Array] = {}
    for item in evidence:
        indicator = model.indicators.get(item.indicator)
        if item.kind not in ("indicator", "check") or indicator is None:  # an older session may name one that is gone
            continue
        true = true_given_level(indicator, parameters)
        says_true, says_false = reading_likelihood(item.polarity, item.weight, parameters, read=item.kind == "indicator")
        share = parameters.statement_share if item.source in whole and item.kind == "indicator" else 1.0
        log = share * np.log(says_true * true + says_false * (1 - true))
        place = (item.indicator, item.polarity)
        if place not in strongest or np.ptp(log) > np.ptp(strongest[place]):
            strongest[place] = log
    return sum((strongest[place] for place in sorted(strongest)), np.zeros(_K))


def reading_likelihood(
    polarity: Polarity, weight: float, parameters: Parameters, *, read: bool = True
) -> tuple[float, float]:
    """Likelihood of a statement if the indicator is true, and if it is false.

    Truth decides what people say (``said``), and what is ``read`` from words may have been misread: what was said is then
    spread by the reader's confusion matrix. The less the witness is trusted (``weight`` 0..1), the less it tells truth
    from falsehood; at 0 it says nothing.
    """
    said = parameters.said
    if read:
        spread = {truth: row[polarity] for truth, row in parameters.confusion.items()}
        if_true, if_false = (sum(p * said[truth][k] for truth, p in spread.items()) for k in (0, 1))
    else:
        if_true, if_false = said[polarity]
    middle = (if_true + if_false) / 2
    return weight * if_true + (1 - weight) * middle, weight * if_false + (1 - weight) * middle
