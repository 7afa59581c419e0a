"""What a calculator accepts: numbers that are finite and in range, or an `InputError` that says how to mend it."""

from collections.abc import Iterable

from assistant.errors import InputError

LARGEST = 1e30
SMALLEST = 1 / LARGEST
"""No quantity planned here comes near these; beyond them it is a slip of the exponent, and divisions overflow."""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _number(name: str, value: object, expected: str, mend: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return float(value)  # a NaN fails every comparison, so it never comes here
    raise InputError(f"`{name}` must be {expected}, but was {_shown(value)}; {mend}.")


def finite(name: str, value: object, unit: str, example: str) -> float:
    """Return `value` as a finite number of either sign, or raise `InputError`."""
    return _number(name, value, f"a number of {unit}", f"give for example {example}")


def positive(name: str, value: object, unit: str, example: str, *, most: float = LARGEST) -> float:
    """Return `value` as a number above 0 up to `most`, or raise `InputError` naming the input, its unit and an example."""
    limit = "" if most == LARGEST else f" and up to {most:g}"
    expected, mend = f"a number of {unit} above 0{limit}", f"give for example {example}"
    number = _number(name, value, expected, mend)
    if number < SMALLEST or number > most:
        raise InputError(f"`{name}` must be {expected}, but was {_shown(value)}; {mend}.")
    return number


def not_negative(name: str, value: object, unit: str, example: str) -> float:
    """Return `value` as a finite number of 0 or more, or raise `InputError`."""
    expected, mend = f"a number of {unit}, 0 or more", f"give for example {example}"
    number = _number(name, value, expected, mend)
    if number < 0:
        raise InputError(f"`{name}` must be {expected}, but was {_shown(value)}; {mend}.")
    return number


def whole(name: str, value: object, unit: str, example: str) -> int:
    """Return `value` as a whole number of 1 or more (8.0 counts as 8), or raise `InputError`."""
    expected, mend = f"a whole number of {unit}, 1 or more", f"give for example {example}"
    number = _number(name, value, expected, mend)
    if number < 1 or number != int(number):
        raise InputError(f"`{name}` must be {expected}, but was {_shown(value)}; {mend}.")
    return int(number)


def share(name: str, value: object, example: str, *, zero: bool = False) -> float:
    """Return `value` as a share above 0 (or from 0, if `zero`) up to 1, or raise `InputError`."""
    expected = f"a share {'from' if zero else 'above'} 0 up to 1"
    mend = f"give for example {example}, or divide a percentage by 100"
    number = _number(name, value, expected, mend)
    if number > 1 or number < 0 or (number < SMALLEST and not zero):
        raise InputError(f"`{name}` must be {expected}, but was {_shown(value)}; {mend}.")
    return number


def pue_factor(value: object) -> float:
    """Return the power usage effectiveness (whole site's energy over the IT equipment's), 1 or more."""
    mend = "give for example 1.3, or 1.0 to leave cooling out"
    number = _number("pue", value, "a factor of 1 or more", mend)
    if number < 1:
        raise InputError(f"`pue` must be a factor of 1 or more, but was {_shown(value)}; {mend}.")
    return number


def one_of(name: str, value: object, known: Iterable[str]) -> str:
    """Return `value` if it is among `known`, or raise `InputError` that lists them."""
    names = list(known)
    if isinstance(value, str) and value in names:
        return value
    raise InputError(f"`{name}` must be one of {', '.join(names)}, but was {_shown(value)}; choose one of those.")
