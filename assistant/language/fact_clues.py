"""What the planner heeds without asking: steady or small load, where the data lies, sites without a line, foreign law."""

from collections.abc import Iterator

from assistant.language.fact_amounts import Found
from assistant.language.fact_choices import together
from assistant.language.fact_cues import Compiled, FactCues
from assistant.language.fact_parts import Clause, Part, alone, touched
from assistant.language.numbers import factor

_UNTRUE = ("elsewhere", "hearsay", "hypothetical", "past", "question", "unknown")
_FLAGS = {"yes": True, "no": False}
_LOOK_BACK = 60
_SMALL_PER_DAY = 10_000.0
"""Up to so many a day, one every nine seconds, no machine is kept busy."""
_VAGUE = {"dozen": 36.0, "hundred": 300.0, "thousand": 3000.0}
"""What "a few" of them are."""


def clue_in(name: str, clause: Clause, cues: FactCues) -> Iterator[Found]:
    """What the clause states of the clue ``name``."""
    patterns = cues.compiled[name]
    if patterns.veto.search(clause.text):
        return
    if name == "load_small":
        yield from _small_load(clause, patterns, cues)
        return
    untrue = (*_UNTRUE, "planned") if cues.clues[name].present else _UNTRUE
    for value in together(clause, patterns, untrue):
        yield Found(_FLAGS.get(value, value), 2, clause)
    for order, (value, pattern) in enumerate(patterns.values.items()):
        for match in pattern.finditer(clause.text):
            if any(part.is_one_of(*untrue) for part in touched(clause, *match.span())):
                continue
            if not patterns.before.search(clause.text[max(0, match.start() - _LOOK_BACK) : match.start()]):
                yield Found(_FLAGS.get(value, value), 2 - order, clause)


def _small_load(clause: Clause, patterns: Compiled, cues: FactCues) -> Iterator[Found]:
    """A load of so few requests a day that no machine is kept busy."""
    for part in clause.parts:
        if part.is_one_of(*_UNTRUE):
            continue
        for pattern in patterns.found:
            for match in pattern.finditer(part.text):
                vague = match.groupdict().get("vague")
                number = _few(vague) if vague else clause.amounts[int(match["n"])].value
                if number * factor("day", match["u"]) > _SMALL_PER_DAY or number == 0:
                    continue
                told = patterns.strong.search(match.group()) and _says_no_more(part, *match.span(), cues)
                if told or patterns.context.search(clause.text):  # "letters a day" alone, or letters that a model reads
                    yield Found(True, 2, clause)


def _few(words: str) -> float:
    return next((value for word, value in _VAGUE.items() if word in words), 3.0)


def _says_no_more(part: Part, start: int, stop: int, cues: FactCues) -> bool:
    whole = len(part.text) if part.text[stop:].startswith((" from ", " to the model")) else stop
    return alone(part, start, whole, cues)
