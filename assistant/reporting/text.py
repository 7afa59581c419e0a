"""How a report words numbers, and how it makes any text fit to be shown."""

import re

from assistant.interview.evidence import Evidence, Polarity
from assistant.interview.model import MaturityModel

FACT_NAMES: dict[str, str] = {
    "data_sensitivity": "Sensitivity of the data",
    "residency": "Where the data may be",
    "training_data_tb": "Data to learn from",
    "has_datacentre": "Data centre of your own",
    "gpu_on_prem": "GPUs of your own",
    "cloud": "Cloud in use",
    "latency_ms": "Answer time (95th percentile)",
    "peak_rps": "Peak load",
    "model_params_b": "Size of the model",
    "budget_usd_year": "Budget a year",
    "team_ml_engineers": "People who build or run models",
}
UNIT_NAMES: dict[str, str] = {"billions": "billion parameters", "USD": "US dollars", "count": ""}
VERDICTS: dict[Polarity, str] = {
    "affirmed": "so today",
    "denied": "not so today",
    "planned": "planned, not yet so",
    "partly": "so in part only",
}

_SURE = (
    (0.9, "very sure"),
    (0.75, "fairly sure"),
    (0.55, "more likely than not"),
    (0.0, "unsure: other stages are nearly as likely"),
)
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""Controls, halves of characters, and the marks that turn the direction of all that follows."""


def clean(text: str) -> str:
    """The text without characters that XML forbids or that turn the direction of what follows; line feeds alone."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The cleaned text with every run of white space as one space."""
    return re.sub(r"\s+", " ", clean(text)).strip()


def percent(share: float) -> str:
    """A probability or share in whole per cent; what is not quite certain never reads 100% or 0%."""
    if 0.995 <= share < 1:
        return "over 99%"
    if 0 < share < 0.005:
        return "under 1%"
    return f"{share:.0%}"


def sureness(confidence: float) -> str:
    """A probability in words."""
    return next(words for least, words in _SURE if confidence >= least)


def number(value: float) -> str:
    """A number with thousands separators: whole from 1,000 on, otherwise four significant digits."""
    if abs(value) >= 1e12:
        return f"{value:.4g}"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"


def dollars(usd: float) -> str:
    """An amount of US dollars, rounded to whole dollars from 100 on."""
    return f"${usd:,.0f}" if usd >= 100 or usd == int(usd) else f"${usd:,.2f}"


def shown(value: object) -> str:
    """A fact's or an input's value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(part)}" for name, part in value.items())
    return one_line(str(value))


def amount(value: object, unit: str) -> str:
    """A value with its unit."""
    return f"{shown(value)} {UNIT_NAMES.get(unit, unit)}".strip()


def place(source: int | str, page: int | None = None) -> str:
    """Where something was said: a turn of the conversation, or a document and its page."""
    where = f"turn {source}" if isinstance(source, int) else one_line(source)
    return where if page is None else f"{where}, page {page}"


def reading(model: MaturityModel, item: Evidence) -> str:
    """What a piece of evidence was read as."""
    if item.kind == "unknown":
        return "this is not known"
    if item.levels is not None:
        level = max(range(5), key=item.levels.__getitem__) + 1
        how = "the picked answer" if item.kind == "option" else "the whole answer"
        return f"{how} fits level {level} best"
    known = model.indicators.get(item.indicator)
    statement = known.statement.rstrip(".") if known else item.indicator
    return f"{statement}: {VERDICTS[item.polarity]}"
