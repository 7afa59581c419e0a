"""Amounts in free text: digits and number words with their scale, ranges, and the conversion of units.

``mark`` replaces every amount by ``#0``, ``#1`` and so on, so that a phrase is written once for "40", "forty" and
"30 to 50" alike.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pint

_ONES = {
    "zero": 0.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0,
    "nine": 9.0,
}  # fmt: skip
_TEENS = {
    "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "thirteen": 13.0, "fourteen": 14.0, "fifteen": 15.0, "sixteen": 16.0,
    "seventeen": 17.0, "eighteen": 18.0, "nineteen": 19.0,
}  # fmt: skip
_TENS = {
    "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fourty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0,
    "eighty": 80.0, "ninety": 90.0,
}  # fmt: skip
_DOZEN = {"hundred": 100.0, "dozen": 12.0, "score": 20.0}
_SCALES = {
    "k": 1e3, "thousand": 1e3, "grand": 1e3, "lakh": 1e5, "m": 1e6, "mn": 1e6, "mio": 1e6, "mln": 1e6, "mm": 1e6,
    "million": 1e6, "crore": 1e7, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12, "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
_PARTS = {
    "half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10, "twentieth": 1 / 20,
    "hundredth": 1 / 100, "thousandth": 1 / 1000,
}  # fmt: skip
_PAIR = {"couple": 2.0, "pair": 2.0, "pairs": 2.0}
WORDS = _ONES | _TEENS | _TENS
"""Single number words, with their values."""
_BELOW_HUNDRED = _ONES | _TEENS | _TENS | _PAIR

_DIGIT = "|".join(_ONES)
_SMALL = "|".join(sorted([*_ONES, *_TEENS, *_TENS], key=len, reverse=True))
_LARGE = "hundred|thousand|grand|lakh|crore|million|billion|trillion|dozen"
_DIGITS = (
    r"(?<![\w.,/#])(?<!\d:)"
    r"(?P<digits>[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[1-9]\d{0,2}(?:\.\d{3}){2,}"
    r"|[1-9]\d{0,2}(?:['\u2009 ]\d{3})*['\u2009 ]\d00|\d{1,15}(?:[.,]\d{1,9})?|\.\d{1,9})(?![\d/]|[.,:]\d)"
    r"(?:(?P<letter>k|mm|mn|mio|mln|bn|tn|m|b|t)(?!\w)"
    r"|[ -]?(?P<scale>k|hundred|thousand|grand|lakh|crore|million|billion|trillion|dozen|mio|mln|mn|bn)s?(?!\w)"
    r"| (?P<spaced>[kmbt])(?= ?-?(?:param|usd|eur|gbp|chf|dollar|euro|pound)))?"
    r"(?P<percent> ?(?:%|percent\b|per cent\b|‰))?"
)
_PART = (
    rf"(?:(?:an?|(?:a good )?(?P<times>{_SMALL}))[ -])?"
    rf"(?P<part>half|third|quarter|fifth|tenth|twentieth|hundredth|thousandth)s?"
    rf"(?: of)?(?: an?| one)(?: (?P<partof>{_LARGE})(?!\w)|(?= \w))"
)
_WORDS = (
    rf"(?<![\w#])(?:{_PART}|(?:a |an )?(?P<words>"
    rf"(?:{_SMALL}) point (?:{_DIGIT})(?:[ -](?:{_DIGIT}))*(?: (?:{_LARGE}))?"
    rf"|(?:{_SMALL})(?: and a (?:half|quarter))?(?:[ -](?:and )?(?:{_SMALL}|{_LARGE}))*"
    rf"|half[ -](?:{_LARGE})"
    rf"|(?:couple|pairs?)(?: of)?(?: (?:{_LARGE}))?"
    rf"|(?:{_LARGE})(?: and a half|(?:[ -](?:and )?(?:{_SMALL}|{_LARGE}))*))(?!\w)"
    r"(?P<wordpercent> percent\b| per cent\b| ?%)?)"
)
_AMOUNT = re.compile(f"{_DIGITS}|{_WORDS}")
_VAGUE = re.compile(r"(?:\b(?:few|several|many|some few|no|this|that|which|any|each|every|another)\s)$")
_NOT_COUNTED = re.compile(
    r"(?: of (?:our(?! own\b)|the|my|these|those|its|their)\b"
    r"| of (?:them|us)(?! (?:are|work|can|could|know|build|train|do|does|have)\b)\b|'s\b|-off\b|-time\b|st\b|nd\b|rd\b|th\b)"
)
_PLURAL_DIGITS = re.compile(r"s\b")
_ODD = re.compile(r"[ -]odd\b")
_CARDS = frozenset(("3090", "4080", "4090", "5080", "5090"))
"""Names of graphics cards that look like amounts."""
_TIMES = re.compile(r" ?[x×*] ?(?=[a-z])")
_JOIN = r"(?: ?[-–—~] ?| to | up to | or | bis )"
_GLUED = re.compile(r"(?<!\w)(us\$|usd|eur|gbp|chf)(?=\d)")  # "EUR300k"
_CURRENCY = r"(?:us\$|[$€£]|usd |eur |gbp |chf )?"
_UNIT = r"(?: ?(?P<unit>[a-zµ]+))?"
_RANGE = re.compile(
    rf"(?:between {_CURRENCY}#(?P<a>\d+){_UNIT} and {_CURRENCY}#(?P<b>\d+)"
    rf"|(?:from )?(?P<cur>{_CURRENCY})#(?P<c>\d+)(?: ?(?P<unit2>[a-zµ]+))?{_JOIN}{_CURRENCY}#(?P<d>\d+))"
)
_GREW = re.compile(
    r"(?:gr[eo]w\w*|increas\w+|r[io]se\w*|went|gone|moved|scaled|fell|dropped|reduced|cut|shrank|shrunk|up|down) from "
    r"[$€£]?#\d+(?: ?\w+)? (?=(?:up |down )?to )"
)


class Amount(NamedTuple):
    """A number in the text; ``letter`` is the scale's letter when it was written as one ("70b"), else empty."""

    value: float
    letter: str = ""
    percent: bool = False
    year: bool = False
    """Whether it may be a calendar year."""


class Marked(NamedTuple):
    """A text with ``#i`` in place of ``amounts[i]``."""

    text: str
    amounts: tuple[Amount, ...]


def mark(plain_text: str) -> Marked:
    """The amounts of a lower-case text. What cannot be read for certain (12.345, dates, ordinals) is dropped."""
    source = _GLUED.sub(r"\1 ", plain_text.replace("#", " "))
    parts: list[str] = []
    amounts: list[Amount] = []
    begin = 0
    for match in _AMOUNT.finditer(source):
        before, after = source[max(0, match.start() - 12) : match.start()], source[match.end() : match.end() + 12]
        parts.append(source[begin : match.start()])
        begin = match.end()
        amount = _read(match, before, after)
        if amount is None:
            named = match["digits"] is None or match["digits"] in _CARDS
            parts.append(match.group() if named else "?")
            continue
        amounts.append(amount)
        if parts[-1][-1:].isalpha():
            parts.append(" ")
        parts.append(f"#{len(amounts) - 1}")
        for idle in (_ODD, _TIMES):  # "seventy-odd", "8x"
            if skipped := idle.match(source, begin):
                begin = skipped.end()
        if source[begin : begin + 1].isalpha():
            parts.append(" ")
    parts.append(source[begin:])
    return _with_ranges("".join(parts), amounts)


def _read(match: re.Match[str], before: str, after: str) -> Amount | None:
    if match["part"] is not None:
        times = _BELOW_HUNDRED.get(match["times"], 1.0)
        return Amount(times * _PARTS[match["part"]] * _scale(match["partof"]))
    if match["words"] is not None:
        value = _of_words(match["words"])
        vague = _VAGUE.search(before) or (match["words"] == "one" and before.endswith("the "))
        if value is None or vague or _NOT_COUNTED.match(after):
            return None
        return Amount(value, percent=match["wordpercent"] is not None)
    if _NOT_COUNTED.match(after):
        return None
    return _of_digits(match, before, after)


def _of_digits(match: re.Match[str], before: str, after: str) -> Amount | None:
    digits = match["digits"]
    if digits in _CARDS and not match["scale"] and not match["letter"]:
        return None
    if before.endswith("-") and before[-2:-1].isalpha() and not before.endswith("sub-") and match["letter"] != "b":
        return None  # "GPT-4", but "sub-100 ms" and "Llama-70b"
    if before.endswith("-") and before[-2:-1] in ("", " "):
        return None  # below zero
    if _PLURAL_DIGITS.match(after) and (after[1:4] == " of" or len(digits) == 4):  # "10s of terabytes", "1990s"
        return None
    number = _decimal(digits)
    if number is None:
        return None
    letter = match["letter"] or match["spaced"] or ""
    scale = letter or match["scale"] or ""
    value = number * _scale(scale)
    year = not scale and digits.isdigit() and 1900 <= number <= 2100
    return Amount(value, letter=letter[:1], percent=match["percent"] is not None, year=year)


def _decimal(digits: str) -> float | None:
    """The number that the digits write; None for 12.345, which is twelve thousand to some and twelve to others."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", digits):
        return float(digits.replace(",", ""))
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3}){2,}", digits):
        return float(digits.replace(".", ""))
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits):
        return float(digits.replace(".", "")) if digits.endswith("00") else None
    return float(re.sub(r"['\u2009 ]", "", digits).replace(",", "."))


def _of_words(words: str) -> float | None:
    """The value of number words; None when they are no single number ("two three")."""
    if " point " in words:
        return _of_decimal(words)
    total = current = 0.0
    scale = 1.0
    open_for: dict[str, float] = _BELOW_HUNDRED  # what may follow: after "forty" only "two", after "two" nothing
    for word in re.split(r"[ -]", words):
        if word in _BELOW_HUNDRED:
            if word not in open_for:
                return None
            current += _BELOW_HUNDRED[word]
            open_for = _ONES if word in _TENS else {}
        elif word in ("half", "quarter"):
            if total and not current:  # "two million and a half"
                total += _PARTS[word] * scale
            else:
                current += _PARTS[word]
        elif word in _DOZEN:
            current, open_for = (current or 1.0) * _DOZEN[word], _BELOW_HUNDRED
        elif word in _SCALES:
            scale = _SCALES[word]
            total, current, open_for = total + (current or 1.0) * scale, 0.0, _BELOW_HUNDRED
    return total + current


def _of_decimal(words: str) -> float:
    """The value of "one point two million"."""
    whole, *digits = re.split(r" point | |-", words)
    scale = 1.0 if digits[-1] in _ONES else _scale(digits.pop())
    behind = "".join(f"{_ONES[digit]:.0f}" for digit in digits)
    return float(f"{_BELOW_HUNDRED[whole]:.0f}.{behind}") * scale


def _scale(word: str | None) -> float:
    """What a word such as "dozen" or "million" multiplies by; 1 when it is no such word."""
    return _DOZEN.get(word or "") or _SCALES.get(word or "", 1.0)


def _with_ranges(text: str, amounts: list[Amount]) -> Marked:
    """The same with "30 to 50" as the midpoint, and only the later of "grew from 10 to 40"."""
    if "#1" not in text:
        return Marked(text, tuple(amounts))
    text = _GREW.sub(" ", text)

    def middle(match: re.Match[str]) -> str:
        low, high = int(match["a"] or match["c"]), int(match["b"] or match["d"])
        unit = match["unit"] or match["unit2"]
        if unit is not None and not re.match(rf" ?{unit}(?!\w)", text[match.end() :]):
            return match.group()
        joined = _middle(amounts[low], amounts[high])
        if joined is None:
            return match.group()
        amounts.append(joined)
        currency = re.search(r"us\$|[$€£]|usd |eur |gbp |chf ", match.group())
        return f"{currency.group() if currency else ''}#{len(amounts) - 1}"

    return Marked(_RANGE.sub(middle, text), tuple(amounts))


def _middle(low: Amount, high: Amount) -> Amount | None:
    """The midpoint; the scale of "1 to 2 million" holds for both."""
    first = low.value
    for scale in (1e3, 1e6, 1e9):
        if first < 1000 and high.value >= scale and first * scale < high.value and high.value < scale * 1000:
            first *= scale
            break
    if first >= high.value or low.year != high.year or (low.percent and not high.percent):
        return None
    return Amount((first + high.value) / 2, letter=high.letter, percent=high.percent, year=high.year)


@lru_cache(maxsize=1)
def registry() -> "pint.UnitRegistry[float]":
    """A registry with the units of data and time alone: 2 ms to make, where pint's own list takes 180 ms.

    pint itself (0.3 s) is imported with the first unit that is read, not when the programme starts.
    """
    import pint

    units: pint.UnitRegistry[float] = pint.UnitRegistry(None)
    for line in (
        "milli- = 1e-3", "micro- = 1e-6", "kilo- = 1e3", "mega- = 1e6", "giga- = 1e9", "tera- = 1e12", "peta- = 1e15",
        "exa- = 1e18", "kibi- = 1024", "mebi- = 1024**2", "gibi- = 1024**3", "tebi- = 1024**4", "pebi- = 1024**5",
        "byte = [information]", "second = [time]", "minute = 60 * second", "hour = 60 * minute", "day = 24 * hour",
        "week = 7 * day", "month = 365.25 / 12 * day", "year = 365.25 * day",
    ):  # fmt: skip
        units.define(line)
    return units


@lru_cache(maxsize=256)
def factor(unit: str, into: str) -> float:
    """How many ``into`` one ``unit`` is: ``factor("gigabyte", "terabyte")`` is 0.001."""
    return float(registry().Quantity(1.0, unit).to(into).magnitude)
