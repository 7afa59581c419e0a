"""The facts that are amounts: data, latency, load, model size, money, GPUs and people."""

import math
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from assistant.language.fact_cues import Compiled, FactCues
from assistant.language.fact_parts import Clause, Part, alone, touched
from assistant.language.numbers import factor

QUANTITIES = (
    "training_data_tb", "latency_ms", "peak_rps", "model_params_b", "budget_usd_year", "gpu_on_prem", "team_ml_engineers",
)  # fmt: skip
COUNTED = ("gpu_on_prem", "team_ml_engineers")
"""Facts whose amounts within one sentence add up: "three data scientists and two ML engineers"."""
_WITHOUT_FIGURE = ("latency_ms", "training_data_tb")
"""Those, and the counted ones, may do without a figure: "within a second", "a petabyte", "a GPU"."""
UNTRUE = ("elsewhere", "hearsay", "hypothetical", "past", "question", "unknown")
_ENOUGH = 60
"""Characters of one part taken up by amounts beyond which it is a table and no statement."""
SETTLED, _SURE, _NEAR, _BARE = 5, 3, 2, 1
PERIOD = re.compile(
    r"(?<![\w#])(?:(?:an?|per|each|every|/) ?(?P<unit>year|annum|yr|month|quarter)"
    r"|(?P<yearly>p\.?a\.?|annually|yearly|annual)|(?P<monthly>monthly)"
    r"|(?:over|for|across) (?:the next )?#(?P<n>\d+) years|(?P<next>(?:this|next) year|(?:in|for) #\d+))(?!\w)"
)
_PER_YEAR = {"year": 1.0, "annum": 1.0, "yr": 1.0, "month": 12.0, "quarter": 4.0}
_TARGET = re.compile(
    r"\b(?:on|for|into|towards|of) (?:(?:our|the|all|its) )?"
    r"(?!#|about|a |an |one|this|next|each)(?P<on>\w+(?: \w+){0,4})"
)
_BUDGET = re.compile(r"(?:^|(?<!\w)(?:the|our|a|annual|yearly|total|whole|this) )budget(?!\w)")
"""A budget that no other word claims, as in "the IT budget"."""
_NOT_ADDED = re.compile(r"(?<!\w)(?:of (?:them|which|these|those|whom)|including|among them|half of)(?!\w)")


class Found(NamedTuple):
    """A value that words state; the higher the score, the clearer the words."""

    value: float | bool | str
    score: int
    clause: Clause


Conversion = Callable[[re.Match[str], Clause, Part, FactCues, bool], float | None]


def amounts_in(name: str, clause: Clause, cues: FactCues, *, asked: bool) -> Iterator[Found]:
    """What the clause states of the quantity ``name``; ``asked`` when it answers the question for it."""
    patterns = cues.compiled[name]
    counted = name in COUNTED
    if counted and (whole := patterns.none.search(clause.text)) and _holds(clause, whole):  # "engineers: at the moment none"
        yield Found(0.0, _SURE, clause)
    for position, part in enumerate(clause.parts):
        if part.is_one_of(*UNTRUE):
            continue
        if counted and "planned" not in part.cues and patterns.none.search(part.text):
            yield Found(0.0, _SURE, clause)
        elif "#" in part.text or counted or name in _WITHOUT_FIGURE:
            yield from _in_part(name, clause, position, cues, asked=asked)


def _holds(clause: Clause, match: re.Match[str]) -> bool:
    """Whether nothing in the parts that the match touches makes it untrue of today."""
    return not any(part.is_one_of(*UNTRUE, "planned") for part in touched(clause, *match.span()))


def _in_part(name: str, clause: Clause, position: int, cues: FactCues, *, asked: bool) -> Iterator[Found]:
    patterns, cue, part = cues.compiled[name], cues.facts[name], clause.parts[position]
    matches = list(_matches(name, clause, part, patterns, cues, asked=asked))
    if not matches or "denied" in part.cues or patterns.veto.search(part.text) or patterns.apart.search(clause.text):
        return
    if "planned" in part.cues and _must_hold_today(name, part, patterns, present=cue.present):
        return
    for match in matches:
        value = _CONVERSIONS[name](match, clause, part, cues, asked)
        if value is None or not cue.least <= value <= cue.most:
            continue
        score = _score(name, clause, position, match, cues, asked=asked)
        if score:
            yield Found(value, SETTLED if "settled" in part.cues else score, clause)


def _must_hold_today(name: str, part: Part, patterns: Compiled, *, present: bool) -> bool:
    if name == "training_data_tb":
        return patterns.strong.search(part.text) is None
    return present


def _matches(
    name: str, clause: Clause, part: Part, patterns: Compiled, cues: FactCues, *, asked: bool
) -> Iterator[re.Match[str]]:
    """The matches that share no amount."""
    taken: set[int] = set()
    found = (cues.money,) if name == "budget_usd_year" else patterns.found
    if asked or patterns.beside.search(clause.text):
        found = (*found, *patterns.weak_found)
    for pattern in found[::-1] if name in COUNTED else found:
        for match in pattern.finditer(part.text):
            cells = set(range(match.start(), match.end()))
            if cells.isdisjoint(taken):
                taken |= cells
                yield match
                if len(taken) > _ENOUGH:
                    return


def _score(name: str, clause: Clause, position: int, match: re.Match[str], cues: FactCues, *, asked: bool) -> int:
    """How clearly the match states the fact; 0 when it may be about something else."""
    patterns, part = cues.compiled[name], clause.parts[position]
    if name in ("model_params_b", "team_ml_engineers"):
        return _SURE
    near = patterns.context.search(part.text) is not None
    if name == "peak_rps":
        return _load_score(match, near=near, asked=asked) + (1 if patterns.strong.search(part.text) else 0)
    if name == "latency_ms":
        near = (near or "millisecond" in cues.unit("time", match["u"])) and (
            asked or patterns.strong.search(part.text) is not None or alone(part, *match.span(), cues)
        )
    if name == "budget_usd_year":
        near = _for_ai(clause, part, match, cues, near=near)
    if near or asked:
        return _SURE
    neighbours = clause.parts[max(0, position - 1) : position]
    if any(patterns.veto.search(other.text) for other in neighbours):
        return 0
    if _is_bare(name, part, match, clause, cues):
        return _BARE
    return 0


def _load_score(match: re.Match[str], *, near: bool, asked: bool) -> int:
    """A bare "200 requests a second" will do; "300 requests a day" may be post."""
    groups = match.groupdict()
    fast = groups.get("u") is None or groups["u"][:1] == "s" or groups["u"].startswith("min")
    return _SURE if near or asked else _NEAR * fast


def per_year(period: re.Match[str], clause: Clause) -> float | None:
    """What makes an amount for the period one for a year; None when the period is no time."""
    if period["n"] is not None:
        years = clause.amounts[int(period["n"])].value
        return 1 / years if years >= 1 else None
    return 12.0 if period["monthly"] is not None else _PER_YEAR.get(period["unit"] or "year", 1.0)


def _for_ai(clause: Clause, part: Part, match: re.Match[str], cues: FactCues, *, near: bool) -> bool:
    """Whether the money is meant for AI: by the clause's words of spending, or as "$250k a year for GPUs" alone."""
    strong = cues.compiled["budget_usd_year"].strong
    if near:
        granted = cues.compiled["budget_usd_year"].beside.search(clause.text) and PERIOD.search(clause.text)
        return granted is not None or strong.search(clause.text) is not None or _BUDGET.search(part.text) is not None
    if alone(part, *match.span(), cues) and strong.search(clause.text) and "budget" in clause.text:
        return True
    opens = alone(part, match.start(), len(part.text), cues)
    return opens and PERIOD.search(part.text) is not None and strong.search(part.text) is not None


def _is_bare(name: str, part: Part, match: re.Match[str], clause: Clause, cues: FactCues) -> bool:
    if name == "budget_usd_year":
        period = PERIOD.search(part.text, match.end())
        return period is not None and period.start() <= match.end() + 1 and alone(part, match.start(), period.end(), cues)
    if name == "training_data_tb":  # whoever speaks of terabytes and of no disk, tape or traffic speaks of data
        return (_one_or(match, clause) or 0) * factor(cues.unit("size", match["u"]), "terabyte") >= 1
    if not alone(part, *match.span(), cues):
        return False
    return name == "gpu_on_prem" or (name == "latency_ms" and cues.unit("time", match["u"]) == "millisecond")


def _amount(match: re.Match[str], clause: Clause, group: str = "n") -> float | None:
    amount = clause.amounts[int(match[group])]
    return None if amount.percent else amount.value


def _one_or(match: re.Match[str], clause: Clause) -> float | None:
    groups = match.groupdict()
    if groups.get("one") is not None:
        return 1.0
    if groups.get("two") is not None:
        return 1.5
    return _amount(match, clause)


def _size(match: re.Match[str], clause: Clause, _part: Part, cues: FactCues, _asked: bool) -> float | None:
    value = _one_or(match, clause)
    if match.groupdict().get("half") is not None:
        value = 1.5
    return None if value is None or value == 0 else value * factor(cues.unit("size", match["u"]), "terabyte")


def _time(match: re.Match[str], clause: Clause, part: Part, cues: FactCues, asked: bool) -> float | None:
    value, unit = _one_or(match, clause), cues.unit("time", match["u"])
    if value is None or value == 0:
        return None
    milliseconds = value * factor(unit, "millisecond")
    slow = milliseconds > 60_000 and not asked  # "within 24 hours" is seldom about a model
    return None if slow and not re.search(r"latency|inference|predict|model", part.text) else milliseconds


def _rate(match: re.Match[str], clause: Clause, _part: Part, cues: FactCues, _asked: bool) -> float | None:
    value = _amount(match, clause)
    if value is None:
        return None
    unit = match.groupdict().get("u")
    return value if unit is None else value / factor(cues.unit("every", unit), "second")


def _parameters(match: re.Match[str], clause: Clause, _part: Part, _cues: FactCues, _asked: bool) -> float | None:
    amount = clause.amounts[int(match["n"])]
    whole = "param" in match.group()
    if amount.percent or amount.value < 1e6 or not (whole or amount.letter in ("b", "m", "t") or amount.value >= 1e9):
        return None  # "two models", "3 million customers' model"
    return amount.value / 1e9


def _money(match: re.Match[str], clause: Clause, part: Part, cues: FactCues, asked: bool) -> float | None:
    value = _amount(match, clause, "n" if match["n"] is not None else "m")
    if value is None:
        return None
    usd = value * cues.rate(match["before"] or match["after"])
    aim = _TARGET.search(part.text, match.end()) or _TARGET.search(part.text[: match.start()])
    if aim is not None and aim["on"] not in ("it", "this") and not cues.compiled["budget_usd_year"].strong.search(aim["on"]):
        return None  # "$2M a year on marketing"
    period = PERIOD.search(part.text) or PERIOD.search(clause.text, part.start + match.end())
    if period is None:
        return usd if asked or "budget" in clause.text else None
    times = per_year(period, clause)
    return None if times is None else usd * times


def _count(match: re.Match[str], clause: Clause, part: Part, _cues: FactCues, _asked: bool) -> float | None:
    value = _one_or(match, clause)
    if value is None or value * 2 != int(value * 2) or _NOT_ADDED.search(part.text):
        return None
    if match.groupdict().get("m") is not None:
        each = clause.amounts[int(match["m"])].value
        return value * each
    if re.match(r" ?(?:each|apiece|(?:per|to an?) \w+)(?!\w)", part.text[match.end() :]):
        return None
    return value


_CONVERSIONS: dict[str, Conversion] = {
    "training_data_tb": _size,
    "latency_ms": _time,
    "peak_rps": _rate,
    "model_params_b": _parameters,
    "budget_usd_year": _money,
    "gpu_on_prem": _count,
    "team_ml_engineers": _count,
}


def best(name: str, found: list[Found]) -> Found | None:
    """The one value of a message: the clearest; counts of one sentence add up unless one is the sum of the others."""
    if not found:
        return None
    top = max(found, key=lambda each: each.score)
    if name not in COUNTED or top.value == 0 or top.score == SETTLED:
        return top
    same = [float(each.value) for each in found if each.clause.sentence == top.clause.sentence]
    total = max(same) if math.isclose(2 * max(same), sum(same)) and len(same) > 2 else sum(same)
    return top._replace(value=total)
