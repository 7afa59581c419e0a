"""The facts that are choices: an own data centre, the cloud in use, how sensitive the data is, where it may lie."""

import re
from collections.abc import Iterator

from assistant.language.fact_amounts import Found
from assistant.language.fact_cues import Compiled, FactCues
from assistant.language.fact_parts import Clause, Part, alone, touched

CHOICES = ("has_datacentre", "cloud", "data_sensitivity", "residency")
_UNTRUE = ("elsewhere", "hearsay", "hypothetical", "question", "unknown")
_LIST = re.compile(
    r"[\s,/&+]*(?:and|or|plus|as well as|also|partly|others|with some|some|a bit of|a little|a)?"
    r"(?: (?:also|partly|some|the|on|in))?[\s,/&+]*"
)
_RELEASED = re.compile(
    r"(?<!\w)(?:not|no longer|never|nobody|nothing|\w{2,6}n't)(?: \w+){0,2} "
    r"(?:have to|has to|need to|needs to|obliged|obliges|required|requires|bound|rules?|forced|forbid\w*|prohibit\w*)(?!\w)"
)
"""What lifts a rule rather than states one."""
_LOOK_BACK = 60
"""Characters before a name in which its verb or its denial is sought."""


def datacentre_in(clause: Clause, cues: FactCues) -> Iterator[Found]:
    """Whether the clause says that there is a data centre of one's own, or none."""
    patterns = cues.compiled["has_datacentre"]
    if not patterns.veto.search(clause.text):
        for _ in together(clause, patterns, (*_UNTRUE, "planned", "past")):
            yield Found(True, 1, clause)
    for part in clause.parts:
        if part.is_one_of(*_UNTRUE):
            continue
        ahead = patterns.none.search(clause.text, part.start)  # "a data centre, no" runs on into the next part
        here = ahead is not None and ahead.start() < part.start + len(part.text)
        if (here or patterns.none.search(part.text)) and "planned" not in part.cues:
            yield Found(False, 3, clause)
        elif not patterns.veto.search(part.text) and _own_datacentre(part, clause, patterns):
            yield Found(True, 2, clause)


def _own_datacentre(part: Part, clause: Clause, patterns: Compiled) -> bool:
    if patterns.strong.search(part.text):  # "in our data centre" takes it for granted, whatever is denied or planned
        return True
    if part.is_one_of("planned", "past", "denied"):
        return False
    if patterns.context.search(part.text):
        return True
    room = patterns.weak["yes"].search(part.text)  # a hall is one for machines when machines are spoken of
    return room is not None and patterns.beside.search(clause.text) is not None


def cloud_in(clause: Clause, cues: FactCues, *, asked: bool) -> Iterator[Found]:
    """The clouds that the clause says are used."""
    patterns = cues.compiled["cloud"]
    names = [*patterns.values.items(), *(patterns.asked.items() if asked else ())]
    named = sorted(
        (match.start(), match.end(), value) for value, pattern in names for match in pattern.finditer(clause.text)
    )
    accepted_until = -1
    for start, stop, value in named:
        part = _part_at(clause, start)
        if part is None or part.is_one_of(*_UNTRUE, "planned", "past") or patterns.veto.search(part.text):
            continue
        before = clause.text[max(0, start - _LOOK_BACK) : start]
        if patterns.before.search(before):
            continue
        listed = accepted_until >= 0 and _LIST.fullmatch(clause.text[accepted_until:start]) is not None
        if asked or listed or _in_use(part, clause, start, stop, cues):
            accepted_until = stop
            yield Found(value, 3, clause)
    for part in clause.parts:
        if patterns.none.search(part.text) and not part.is_one_of(*_UNTRUE, "planned", "past"):
            yield Found("none", 1, clause)


def _in_use(part: Part, clause: Clause, start: int, stop: int, cues: FactCues) -> bool:
    patterns = cues.compiled["cloud"]
    if patterns.strong.search(clause.text[stop : stop + _LOOK_BACK]):
        return True
    before = clause.text[max(0, start - _LOOK_BACK) : start].rstrip()
    if any(match.end() == len(before) for match in patterns.context.finditer(before)):
        return True
    return alone(part, start - part.start, stop - part.start, cues)


def choice_in(name: str, clause: Clause, cues: FactCues, *, asked: bool) -> Iterator[Found]:
    """The sensitivity or the residency that the clause states; the stricter, the higher the score."""
    patterns = cues.compiled[name]
    order = list(patterns.values)
    for value, pattern in patterns.rated.items():
        said = any(pattern.search(text) for text in (clause.text.rstrip(" .!"), *(part.text for part in clause.parts)))
        if said and patterns.beside.search(clause.text) and not _doubtful(clause):
            yield Found(value, 2 * len(order) - order.index(value), clause)
    if about_same(clause, patterns, asked=asked) and not patterns.veto.search(clause.text):
        for value in together(clause, patterns, (*_UNTRUE, "past")):
            yield Found(value, len(order) - order.index(value), clause)
    for part in clause.parts:
        if part.is_one_of(*_UNTRUE, "past") or patterns.veto.search(part.text):
            continue
        stated = _stated(name, part, clause, patterns, cues, asked=asked)
        if stated is not None:
            yield Found(stated, len(order) - order.index(stated), clause)


def about_same(clause: Clause, patterns: Compiled, *, asked: bool) -> bool:
    """Whether the clause speaks of what the choice is about."""
    return asked or patterns.context.search(clause.text) is not None


def together(clause: Clause, patterns: Compiled, untrue: tuple[str, ...]) -> Iterator[str]:
    """The values whose cues all stand in the clause, in whatever order: a rule, a stay, a place."""
    if _RELEASED.search(clause.text):
        return
    for value, sets in patterns.together.items():
        for cues in sets:
            matches = [pattern.search(clause.text) for pattern in cues]
            spans = [match.span() for match in matches if match is not None]
            if len(spans) < len(cues):
                continue
            start, stop = min(begin for begin, _ in spans), max(end for _, end in spans)
            if not any(part.is_one_of(*untrue) for part in touched(clause, start, stop)):
                yield value
                break


def _doubtful(clause: Clause) -> bool:
    return any(part.is_one_of(*_UNTRUE, "past") for part in clause.parts)


def _stated(name: str, part: Part, clause: Clause, patterns: Compiled, cues: FactCues, *, asked: bool) -> str | None:
    near = asked or patterns.context.search(clause.text) is not None
    about_data = name != "residency" or near or patterns.strong.search(part.text) is not None
    for value, pattern in patterns.values.items():
        if (about_data or value == "none") and _affirmed(pattern, part.text, patterns):
            return value
        normed = patterns.normed.get(value)
        ruled = normed is not None and about_data and patterns.norm.search(clause.text) is not None
        if normed is not None and ruled and _affirmed(normed, part.text, patterns):
            return value
        weak = patterns.weak.get(value)
        if weak is not None and (match := _affirmed(weak, part.text, patterns)):
            known = near if name == "residency" else asked or patterns.context.search(part.text) is not None
            if known or alone(part, *match.span(), cues):
                return value
        if asked and value in patterns.asked and _affirmed(patterns.asked[value], part.text, patterns):
            return value
    return None


def _affirmed(pattern: re.Pattern[str], text: str, patterns: Compiled) -> re.Match[str] | None:
    """The first match that no denial stands before."""
    for match in pattern.finditer(text):
        if not patterns.before.search(text[max(0, match.start() - _LOOK_BACK) : match.start()]):
            return match
    return None


def _part_at(clause: Clause, position: int) -> Part | None:
    return next((p for p in clause.parts if p.start <= position < p.start + len(p.text)), None)


def one_cloud(found: list[Found]) -> Found | None:
    """The cloud of a message: several names are ``multi``; a name outweighs a "no cloud" beside it."""
    named = [each for each in found if each.value != "none"]
    if not named:
        return found[0] if found else None
    several = len({each.value for each in named}) > 1
    return named[0]._replace(value="multi") if several else named[0]
