"""What a language model may say in a reply, and the check that it said no more."""

import re

from assistant.interview.evidence import Evidence, Fact
from assistant.language.model_call import Unverified
from assistant.language.protocol import Situation
from assistant.language.sentences import sentences

MOST_WORDS = 120

_POLARITY = {
    "affirmed": "true today",
    "denied": "not the case",
    "planned": "planned, not yet there",
    "partly": "true for a part only",
}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|hundreds?|thousands?|millions?|billions?|half|third|quarter|twice|double|percent|per cent)\b",
    re.IGNORECASE,
)
_DIGIT_OF = {
    word: str(value)
    for value, word in enumerate(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=2
    )
}
_FORBIDDEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "an address",
        re.compile(r"\w+://|www\.|\bmailto:|\b[\w-]+\.(?:com|org|net|io|ai|dev|eu|info|co|app)\b", re.IGNORECASE),
    ),
    ("a link or an image", re.compile(r"!\[|\]\s*[(\[:]")),
    ("HTML", re.compile(r"<\s*[a-zA-Z/!?]|&#?\w+;")),
    ("a block of markup", re.compile(r"```|~~~|^\s{0,3}(?:#{1,6}\s|\||[-*_=]{3,}\s*$)", re.MULTILINE)),
    ("a question", re.compile(r"\?")),
)
_NAME = re.compile(r"(?<![.!?:\"“„]\s)(?<!^)(?<=\s)[A-ZÀ-Þ][\w&-]+", re.MULTILINE)
_COMMON = frozenset({"AI", "I'm", "I've", "I'll", "IT", "ML"})


def points(situation: Situation) -> list[str]:
    """All that the reply may say, one point each; empty when there is nothing to word."""
    read = situation.understanding
    said = [_heard(item, situation) for item in _telling(read.evidence)]
    said += [f"Noted for the deployment plan: {_stated(fact)}" for fact in read.facts]
    if read.corrects:
        said.append("They corrected an earlier answer; the correction counts from now on.")
    if read.intent == "unknown":
        said.append("They do not know; that is a fine answer, and the interview goes on.")
    if read.intent == "off_topic":
        said.append("Nothing in the message tells about AI in the organisation; it is left aside.")
    said += _standing(situation)
    said += [
        f'Speaks {"for" if reason.shift >= 0 else "against"} this stage: "{reason.evidence.quote}"'
        for reason in situation.reasons[:3]
    ]
    if situation.done:
        said.append("The interview has enough; the roadmap, the deployment plan and the report can be made now.")
    return said


def _telling(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    """The firmest statements, each with words of its own; a whole answer only where no statement was read."""
    statements = [item for item in evidence if item.kind == "indicator"] or [e for e in evidence if e.kind == "level"]
    firmest = {item.quote: item for item in sorted(statements, key=lambda item: item.weight)}
    return sorted(firmest.values(), key=lambda item: -item.weight)[:4]


def _heard(item: Evidence, situation: Situation) -> str:
    view = situation.assessment.dimensions.get(item.dimension)
    about = view.name if view is not None else item.dimension
    tells = _POLARITY[item.polarity] if item.kind == "indicator" else f"reads as level {item.indicator.rsplit('-', 1)[-1]}"
    return f'On {about}, {tells}: "{item.quote[:300]}"'


def _stated(fact: Fact) -> str:
    value = {True: "yes", False: "no"}[fact.value] if isinstance(fact.value, bool) else fact.value
    shown = f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
    unit = "" if fact.unit == "count" else f" {fact.unit}"
    return f'{fact.name.replace("_", " ")} {shown}{unit} ("{fact.quote[:200]}")'


def _standing(situation: Situation) -> list[str]:
    now, before = situation.assessment, situation.before
    sure = f"{round(100 * now.confidence)} percent ({round(100 * now.confidence)}%) sure"
    if situation.done:
        return [f"The reading: stage {now.stage}, {now.stage_name}, {sure}."]
    if before is not None and _moved(situation):
        return [f"The reading moved from {before.stage_name} to {now.stage_name}, {sure}."]
    return []


def _moved(situation: Situation) -> bool:
    now, before = situation.assessment, situation.before
    return before is not None and before.stage != now.stage and now.confidence >= 0.5


def must_say(situation: Situation) -> str:
    """The stage's name where the reply has to tell it: when the reading has moved, and at the end. Else empty."""
    return situation.assessment.stage_name if situation.done or _moved(situation) else ""


def opening(previous: str) -> str:
    """The first words of the reply before, which the next one should not repeat."""
    first = sentences(previous)
    return " ".join(first[0].text.split()[:6]) if first else "(none)"


def checked(text: str, said: str, must: str = "") -> str:
    """``text`` if it says no more than ``said`` does, and not less than ``must``, as plain Markdown of a fit length.

    Raises:
        Unverified: it is empty or too long, carries markup, an address or a question, or has a number or a name that
            ``said`` has not.
    """
    words = text.split()
    if not words or len(words) > MOST_WORDS:
        raise Unverified("The language model's wording is empty or too long.")
    if must not in text:
        raise Unverified("The language model's wording leaves out the stage.")
    for what, pattern in _FORBIDDEN:
        if pattern.search(text):
            raise Unverified(f"The language model's wording has {what}.")
    low = said.lower()
    known = {_figure(number) for number in _NUMBER.findall(said)}
    known |= {_DIGIT_OF[word] for word in _NUMBER_WORD.findall(low) if word in _DIGIT_OF}
    if any(_figure(number) not in known for number in _NUMBER.findall(text)):
        raise Unverified("The language model's wording has a number that was not given.")
    for word in _NUMBER_WORD.findall(text):
        if word.lower() not in low and _DIGIT_OF.get(word.lower()) not in known:
            raise Unverified("The language model's wording has a number that was not given.")
    for name in _NAME.findall(text):
        if name not in _COMMON and name.lower() not in low:
            raise Unverified("The language model's wording has a name that was not given.")
    return text


def _figure(number: str) -> str:
    """A number without separators of thousands and without idle decimals."""
    plain = re.sub(r",(?=\d{3}(?!\d))", "", number)
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
