"""What a picked option says: evidence on the level, the indicators that follow, or a deployment fact."""

from assistant.interview.evidence import FACT_UNITS, Evidence, Fact, Polarity
from assistant.interview.model import Option, Parameters, Question
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
