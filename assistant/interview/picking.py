"""What a picked option says: evidence on the level, the indicators that follow, or a deployment fact."""

from assistant.interview.evidence import FACT_UNITS, Evidence, Fact, Polarity
from assistant.interview.model import DIMENSIONS, Option, Parameters, Question
from assistant.interview.selection import option_likelihoods


def picked(
    question: Question, option: Option, quote: str, source: int | str, parameters: Parameters
) -> tuple[tuple[Evidence, ...], tuple[Fact, ...]]:
    """The evidence and facts that follow when ``option`` of ``question`` is picked in the words ``quote``."""
    if question.fact is not None:
        if option.value is None:
            return (), ()
        return (), (
            Fact(
                name=question.fact,
                value=option.value,
                unit=FACT_UNITS[question.fact],
                quote=quote,
                source=source,
            ),
        )
    if question.indicator is not None:
        return (_checked(question, option, quote, source, parameters),), ()
    row = option_likelihoods(question, parameters)[question.options.index(option)]
    scaled = row / row.max()
    itself = Evidence(
        quote=quote,
        source=source,
        dimension=question.dimension,
        indicator=f"{question.dimension}.level-{option.level}",
        polarity="affirmed",
        weight=parameters.option_reliability,
        kind="option",
        levels=(float(scaled[0]), float(scaled[1]), float(scaled[2]), float(scaled[3]), float(scaled[4])),
    )
    polarities: tuple[tuple[Polarity, tuple[str, ...]], ...] = (("affirmed", option.affirms), ("denied", option.denies))
    implied = (
        Evidence(
            quote=quote,
            source=source,
            dimension=question.dimension,
            indicator=indicator,
            polarity=polarity,
            weight=parameters.option_reliability,
            kind="implied",
        )
        for polarity, indicators in polarities
        for indicator in indicators
    )
    return (itself, *implied), ()


def _checked(question: Question, option: Option, quote: str, source: int | str, parameters: Parameters) -> Evidence:
    return Evidence(
        quote=quote,
        source=source,
        dimension=question.dimension,
        indicator=question.indicator or "",
        polarity=option.polarity or "affirmed",
        weight=parameters.option_reliability,
        kind="check",
    )


def not_known(question: Question, quote: str, source: int | str, parameters: Parameters) -> tuple[Evidence, ...]:
    """What it says about a dimension that the person who answers for the organisation does not know."""
    if question.dimension not in DIMENSIONS:
        return ()
    item = Evidence(
        quote=quote,
        source=source,
        dimension=question.dimension,
        indicator=f"{question.dimension}.level-1",
        polarity="denied",
        weight=0.1,
        kind="unknown",
        levels=parameters.unknown_levels,
    )
    return (item,)
