"""Reads an answer to a deployment question in that question's light: "yes", "about forty", an option's own words."""

import re
from collections.abc import Iterator

from assistant.interview.model import Question
from assistant.language.fact_amounts import COUNTED, PERIOD, QUANTITIES, SETTLED, UNTRUE, Found, per_year
from assistant.language.fact_cues import FactCues
from assistant.language.fact_parts import Clause, Part
from assistant.language.scope import plain

_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_LIGHT_WORDS = (
    "a an the of or and in on at it is as with to for that we our must may be so about around such your one have has us"
    " them they who run i think would say people are fine"
)
_LIGHT = frozenset(_LIGHT_WORDS.split())
"""Words that an answer and an option need not share."""
_CLOSE = 0.75
_SMALLEST = {"latency_ms": 10.0, "budget_usd_year": 1000.0}
"""Below these a number without a unit is most likely one of seconds, or of thousands."""
_RETURNS = ("nothing", "settled")
"""The cues of a part that returns to what was spoken of before it."""
_LONGEST = 12
"""Words beyond which a part with a lone number is taken to speak of something else as well."""
_DATE = re.compile(r"(?:since|until|till|in|by|from|during|after|before|year) $")
_SHARED = re.compile(r"(?<!\w)(?:per|each|every|an?|apiece|in (?:the )?(?:it|company|operations|house))(?!\w)|%|/")
"""What makes a number the part of another: "40 per site"."""
_AMOUNT = re.compile(r"#(\d+)")
_NOUN = re.compile(r"\s?([a-zµ']+)")
_AFTER = (
    "or|so|maybe|perhaps|i|roughly|in|at|and|but|mostly|give|today|right|as|if|for|on|once|altogether|total|now|all|we|more"
    "|with"
)
_NOUNS = {
    "peak_rps": "requests?|calls?|queries|predictions?|inferences?|when|during",
    "gpu_on_prem": "of|cards?|pieces|units",
    "team_ml_engineers": (
        "people|persons?|engineers?|colleagues?|developers?|scientists?|specialists?|folks|guys|of|full|ftes?"
    ),
    "budget_usd_year": "available|set|reserved",
}
"""The nouns that may follow a lone number without making it something else."""


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
        veto = cues.compiled[name].veto  # "Yes, but it is rented"
        doubted = any(veto.search(each.text) for each in clauses if each.sentence == first.sentence)
        return None if doubted else Found(cue.yes, 3, first)
    return _lone_number(name, first, cues)


def spoken_of(name: str, clauses: list[Clause], cues: FactCues, *, asked: bool) -> Iterator[Found]:
    """A "we have none" or a settled figure without a noun: about what was named last, or asked for."""
    if name not in (*QUANTITIES, "has_datacentre") or not any(part.is_one_of(*_RETURNS) for part in _parts(clauses)):
        return
    topic, since, nothing = (name if asked else None), 0, cues.facts[name].no
    for clause in clauses:
        for part in clause.parts:
            if topic == name and (asked or clause.sentence - since <= 1) and not part.is_one_of(*UNTRUE):
                value = nothing if "nothing" in part.cues else None
                if "settled" in part.cues:
                    value = _figure(name, part, clause, cues)
                if value is not None:
                    yield Found(value, SETTLED, clause)
            for named in cues.topics.finditer(part.text):
                topic, since = named.lastgroup, clause.sentence


def _parts(clauses: list[Clause]) -> Iterator[Part]:
    return (part for clause in clauses for part in clause.parts)


def _lone_number(name: str, clause: Clause, cues: FactCues) -> Found | None:
    """The only number of the answer, in the unit that the question names; counts of several parts add up."""
    if name not in QUANTITIES:
        return None
    stated = [part for part in clause.parts if any(not clause.amounts[int(n)].year for n in _AMOUNT.findall(part.text))]
    figures = [_figure(name, part, clause, cues) for part in stated]
    if not figures or figures[0] is None or (name not in COUNTED and len(figures) > 1):
        return None
    return Found(sum(figure or 0.0 for figure in figures), 2, clause)


def _figure(name: str, part: Part, clause: Clause, cues: FactCues) -> float | None:
    """The only number of the part when nothing makes it another matter."""
    cue, patterns, stated = cues.facts[name], cues.compiled[name], list(_AMOUNT.finditer(part.text))
    if len(stated) != 1:
        return None
    match = stated[0]
    amount = clause.amounts[int(match[1])]
    untrue = part.is_one_of(*UNTRUE, "planned", "denied")
    if amount.percent or amount.year or untrue or patterns.veto.search(part.text):
        return None
    before, after, value = part.text[: match.start()], part.text[match.end() :], amount.value
    if name == "budget_usd_year" and (period := PERIOD.search(after)):
        value *= per_year(period, clause) or 0.0
        after = after[: period.start()] + after[period.end() :]
    if not _stands_alone(name, before, after):
        return None
    if name == "model_params_b" and value >= 1e6:
        value /= 1e9
    if value < _SMALLEST.get(name, 0):
        return None
    return value if cue.least <= value <= cue.most else None


def _stands_alone(name: str, before: str, after: str) -> bool:
    """Whether nothing about the number makes it something else: a date, a share, another noun ("40 machines")."""
    if _DATE.search(before) or _SHARED.search(after) or len(before.split()) + len(after.split()) >= _LONGEST:
        return False
    noun = _NOUN.match(after)
    return noun is None or re.fullmatch(f"{_AFTER}|{_NOUNS.get(name, '')}", noun[1]) is not None
