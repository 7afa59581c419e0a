"""A report as one sequence of neutral blocks: the order of its parts stands here and nowhere else."""

from collections.abc import Iterator

from assistant.reporting import assessment_part, deployment_part, record_part, roadmap_part
from assistant.reporting.elements import Block, Heading, Paragraph
from assistant.reporting.report import Report


def blocks(report: Report) -> tuple[Block, ...]:
    """All blocks of the report, in the order in which they are read."""
    return tuple(_all(report))


def _all(report: Report) -> Iterator[Block]:
    yield from assessment_part.cover(report)
    yield from assessment_part.summary(report)
    yield from assessment_part.why(report)
    yield from assessment_part.dimensions(report)
    yield from assessment_part.changes(report)
    if report.plan is None:
        yield Heading(level=1, text="Plan")
        yield Paragraph(text="No plan was made in this session; ask for one to see the way to the next stage.")
    else:
        yield from roadmap_part.roadmap(report, report.plan)
        yield from deployment_part.deployment(report.plan.deployment)
    yield from record_part.assumptions(report)
    yield from record_part.facts(report)
    yield from record_part.transcript(report)
    yield from record_part.sources(report)
    yield from record_part.limits()
