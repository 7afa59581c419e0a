"""The part of a report that keeps the record: assumptions, facts, what was said, sources and limits."""

from collections.abc import Iterator

from assistant.reporting.elements import Block, Bullets, Heading, Paragraph, References, Said, Table
from assistant.reporting.report import Report
from assistant.reporting.text import FACT_NAMES, amount, clean, one_line, place

LIMITS = (
    "The assessment rests on what was said and on documents that were given; nothing was inspected or measured on site.",
    "What an organisation says of itself is often kinder than what an auditor would find.",
    "Probabilities say how far the answers settle a question under this maturity model; they are no measurement of success.",
    "Prices, hardware and rates are dated snapshots of the sources named beside them: price again before you sign.",
    "Effort, cost and time of actions are planning estimates to be checked with the people who do the work.",
    "This is not legal advice: what the law allows for data, place and use is a question for your counsel.",
)


def assumptions(report: Report) -> Iterator[Block]:
    """What was taken for granted where nothing was said."""
    yield Heading(level=1, text="Assumptions")
    found = report.plan.assumptions if report.plan else ()
    if found:
        yield Paragraph(text="Where nothing was said, the plan takes this for granted; correct it where it is wrong.")
        yield Bullets(items=found)
    else:
        yield Paragraph(text="None: nothing had to be assumed.")


def facts(report: Report) -> Iterator[Block]:
    """The stated deployment facts with the words that state them."""
    yield Heading(level=1, text="Facts you stated")
    if not report.facts:
        yield Paragraph(text="No facts about data, machines, load or money were stated.")
        return
    yield Table(
        caption="Deployment facts and the words that state them",
        head=("Fact", "Value", "Your words", "Where"),
        rows=tuple(
            (FACT_NAMES.get(f.name, f.name), amount(f.value, f.unit), f"“{one_line(f.quote)}”", place(f.source))
            for f in report.facts.values()
        ),
        widths=(2.6, 2.2, 4.6, 1.4),
    )


def transcript(report: Report) -> Iterator[Block]:
    """The whole conversation as it stands now."""
    yield Heading(level=1, text="What was said")
    if not report.transcript:
        yield Paragraph(text="Nothing was said in this session.")
        return
    yield Paragraph(text="The conversation as it stands after corrections; the numbers are the turns that quotes refer to.")
    for part in report.transcript:
        own = part.who == "Advisor"  # only the advisor's replies are written in Markdown
        text = clean(part.text).strip()
        yield Said(number=part.number, who=part.who, text=text.replace("**", "") if own else text)


def sources(report: Report) -> Iterator[Block]:
    """Every source that the report cites, with its address."""
    yield Heading(level=1, text="Sources")
    yield Paragraph(text="Sources of figures and prices stand beside the calculations that use them.", tone="note")
    if report.sources:
        yield References(items=report.sources)


def limits() -> Iterator[Block]:
    """What the report is not."""
    yield Heading(level=1, text="Limits")
    yield Bullets(items=LIMITS)
