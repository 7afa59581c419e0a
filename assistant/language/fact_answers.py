"""Reads an answer to a deployment question in that question's light: "yes", "about forty", an option's own words."""

import re

from assistant.interview.model import Question
from assistant.language.fact_amounts import Found
from assistant.language.fact_cues import FactCues
from assistant.language.fact_parts import Clause, Part
from assistant.language.scope import plain

_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_LIGHT = frozenset(
    "a an the of or and in on at it is as with to for that we our must may be so about around such your one have has us"
    " them they who run i think would say people are fine".split()
)
_CLOSE = 0.75
_LONGEST = 12
"""Words beyond which a part with a lone number is taken to speak of something else as well."""
_PLAIN_UNIT = {
    "training_data_tb": ("", 1.0), "latency_ms": ("", 1.0), "peak_rps": ("", 1.0), "gpu_on_prem": ("", 1.0),
    "team_ml_engineers": ("", 1.0), "model_params_b": ("", 1.0), "budget_usd_year": ("", 1.0),
}  # fmt: skip
_DATE = re.compile(r"(?:since|until|till|in|by|from|during|after|before|year) $")
_BESIDE = re.compile(r"^\s?(?:%|years?\b|months?\b|weeks?\b|days?\b|hours?\b|o'clock|people|employees|sites?|plants?|customers?|percent)")
_PEOPLE_BESIDE = re.compile(r"^\s?(?:%|years?\b|months?\b|weeks?\b|days?\b|hours?\b|sites?|plants?|customers?|percent|employees)")


def option_value(text: str, question: Question) -> float | bool | str | None:
    """The value of the option that the text is, or comes close to; None when it is none or more than one."""
    said = _tokens(text)
    if not said:
        return None
    scored = sorted(
        ((_closeness(said, _tokens(option.text)), option) for option in question.options if option.value is not None),
        key=lambda pair: -pair[0],
    )
    exact = [o for o in question.options if plain(text).strip(" .!\"'") in (plain(o.text), plain(o.id))]
    if exact:
        return exact[0].value
    if not scored or scored[0][0] < _CLOSE or (len(scored) > 1 and scored[1][0] >= scored[0][0]):
        return None
    return scored[0][1].value


def _tokens(text: str) -> frozenset[str]:
    return frozenset(token for token in _TOKEN.findall(plain(text)) if token not in _LIGHT)


def _closeness(said: frozenset[str], option: frozenset[str]) -> float:
    """F1 of the words that count; 0 when numbers differ or one of the two denies."""
    if not option or _numbers(said) != _numbers(option) or _denies(said) != _denies(option):
        return 0.0
    shared = len(said & option)
    return 2 * shared / (len(said) + len(option))


def _numbers(tokens: frozenset[str]) -> frozenset[str]:
    return frozenset(token for token in tokens if token[0].isdigit())


def _denies(tokens: frozenset[str]) -> bool:
    return not tokens.isdisjoint({"not", "no", "none", "never", "nobody", "without"})


def short_answer(name: str, clauses: list[Clause], cues: FactCues) -> Found | None:
    """What a plain yes, no or number says of the fact that was asked for."""
    if not clauses or not clauses[0].parts:
        return None
    first, cue = clauses[0], cues.facts[name]
    opening = first.parts[0]
    if any("unknown" in part.cues or "question" in part.cues for part in first.parts):
        return None
    word = opening.text.strip(" .!,'\"")
    if cue.no is not None and cues.general["answer_no"].match(word):
        return Found(cue.no, 3, first)
    if cue.yes is not None and cues.general["answer_yes"].match(word):
        return Found(cue.yes, 3, first)
    return _lone_number(name, first, cues)


def _lone_number(name: str, clause: Clause, cues: FactCues) -> Found | None:
    """The only number of the answer, in the unit that the question names."""
    if name not in _PLAIN_UNIT:
        return None
    cue, patterns = cues.facts[name], cues.compiled[name]
    stated = [(part, match) for part in clause.parts for match in re.finditer(r"#(\d+)", part.text)]
    if len(stated) != 1:
        return None
    part, match = stated[0]
    amount = clause.amounts[int(match[1])]
    if amount.percent or amount.year or _elsewhere(part) or patterns.veto.search(part.text):
        return None
    beside = _PEOPLE_BESIDE if name == "team_ml_engineers" else _BESIDE
    after = part.text[match.end() :]
    if _DATE.search(part.text[: match.start()]) or beside.match(after) or len(part.text.split()) > _LONGEST:
        return None
    if name != "team_ml_engineers" and name != "gpu_on_prem" and _has_unit(after, name):
        return None
    value = amount.value
    if name == "latency_ms" and value < 10:
        return None  # seconds, most likely
    if name == "budget_usd_year" and value < 1000:
        return None  # thousands, most likely
    if name == "model_params_b" and value >= 1e6:
        value /= 1e9
    return Found(value, 2, clause) if cue.least <= value <= cue.most else None


def _has_unit(after: str, name: str) -> bool:
    """Whether a noun follows that may make the number something else ("40 machines")."""
    match = re.match(r"\s?([a-zµ]+)", after)
    nouns = {"peak_rps": r"requests?|calls?|queries|predictions?|per|a|at|in|or|maybe|perhaps|i|when|on|and"}
    allowed = nouns.get(name, r"or|maybe|perhaps|i|roughly|in|at|and|per|a|but|mostly|give|so|today|right|as|if|for|on|once|altogether")
    return match is not None and re.fullmatch(allowed, match[1]) is None


def _elsewhere(part: Part) -> bool:
    return part.is_one_of("elsewhere", "hearsay", "hypothetical", "past", "planned", "denied")
