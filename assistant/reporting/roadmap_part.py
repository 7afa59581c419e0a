"""The part of a report that shows the way to the next stage."""

from collections.abc import Iterator

from assistant.planning.gap import Ground
from assistant.planning.plan import Plan
from assistant.planning.roadmap import LEAST_TOLD, Item, Phase, Roadmap
from assistant.reporting.elements import Block, Bullets, Details, Figure, Heading, Paragraph, Table
from assistant.reporting.pictures import Bar, Gantt
from assistant.reporting.report import Report
from assistant.reporting.text import dollars, number, one_line, percent, place

_STATUS = {
    "denied": "not so today",
    "planned": "planned, not yet so",
    "partly": "so in part only",
    "unclear": "said both ways",
    "level": "below what is needed",
    "kept": "so today, and to be kept",
    "unsaid": "not said outright",
}


def roadmap(report: Report, plan: Plan) -> Iterator[Block]:
    """The aim, the time line, each phase with its actions, and what was left out."""
    way = plan.roadmap
    yield Heading(level=1, text=f"Roadmap: {'keeping' if way.sustains else 'to'} stage {way.target}, {way.target_name}")
    before = sum(way.stage_probs_before[way.target - 1 :])
    yield Paragraph(
        text=f"Today stage {way.target} or higher has a probability of {percent(before)}. {way.capacity.grounds} "
        f"So {way.capacity.lanes} actions run side by side."
    )
    if way.gates:
        yield Paragraph(text="What the stage still asks for:")
        yield Bullets(items=way.gates)
    if not way.items:
        yield Paragraph(text="No action in the catalogue closes what is open.")
    else:
        yield from _overview(way)
    for phase in way.phases:
        yield from _phase(report, phase)
    yield from _quarters(way)
    yield from _left_out(report, way)


def _overview(way: Roadmap) -> Iterator[Block]:
    last = max(item.end_week for item in way.items)
    chart = Gantt(
        bars=tuple(
            Bar(title=one_line(i.title), start_week=i.start_week, end_week=i.end_week, quick_win=i.quick_win, gate=i.gate)
            for i in way.items
        ),
        marks=tuple((phase.name, min(phase.end_week, last)) for phase in way.phases),
    )
    yield Table(
        caption="The phases of the roadmap",
        head=("Phase", "Weeks", "Actions that start", f"Stage {way.target} or higher at its end"),
        rows=tuple(
            (
                phase.name,
                f"{phase.start_week} to {phase.end_week}",
                "; ".join(item.title for item in phase.items) or "none; what has begun is finished",
                percent(phase.reach),
            )
            for phase in way.phases
        ),
        widths=(1.7, 1.1, 6.2, 1.8),
        numeric=(3,),
    )
    yield Figure(chart=chart, caption="The roadmap over time", alt=chart.alt())


def _quarters(way: Roadmap) -> Iterator[Block]:
    if not way.quarters:
        return
    yield Heading(level=2, text="Quarter by quarter")
    yield Table(
        caption="Work and money of each quarter against what there is",
        head=("Quarter", "Starts", "Person-weeks", "Set aside", "Budget of the year", f"Stage {way.target} or higher"),
        rows=tuple(
            (
                str(q.number),
                str(len(q.starts)),
                f"{number(q.effort_weeks)} of {number(q.capacity_weeks)}",
                dollars(q.usd),
                "not named"
                if q.budget_usd_year is None
                else f"{dollars(q.usd_year)} of {dollars(q.budget_usd_year)} so far",
                percent(q.reach),
            )
            for q in way.quarters
        ),
        widths=(1.0, 0.9, 1.8, 1.5, 2.8, 1.8),
        numeric=(1, 2, 3, 4, 5),
    )
    made = way.scheduling
    yield Paragraph(
        text="Money is set aside at the highest cost of each action, in the year in which it starts. "
        f"Scheduled by {made.method}: the probabilities at the ends of all quarters sum to {made.value:.2f}; "
        f"a greedy order of the same actions gives {made.value_list_schedule:.2f}."
    )


def _phase(report: Report, phase: Phase) -> Iterator[Block]:
    if not phase.items:
        return
    yield Heading(level=2, text=f"{phase.name} (weeks {phase.start_week} to {phase.end_week})")
    for item in phase.items:
        yield Heading(level=3, text=one_line(item.title))
        yield Paragraph(text=item.why)
        yield Bullets(items=item.steps)
        yield Details(pairs=tuple(_details(report, item)))


def _details(report: Report, item: Item) -> Iterator[tuple[str, str]]:
    kept = item.from_level == item.to_level
    levels = f"keeps level {item.to_level}" if kept else f"level {item.from_level} to {item.to_level}"
    marks = [report.model.dimension(item.dimension).name, levels]
    marks += ["quick win"] if item.quick_win else []
    marks += ["needed for the stage"] if item.gate else []
    low, high = item.cost_usd
    yield "Moves", ", ".join(marks)
    yield "When", f"quarter {item.quarter}, weeks {item.start_week} to {item.end_week}"
    yield "Owner", item.owner
    money = "no money beyond that" if high == 0 else f"{dollars(low)} to {dollars(high)} beyond that"
    yield "Effort", f"{number(item.effort_weeks)} person-weeks; {money}"
    yield "Measured by", item.kpi
    yield "Finished when", item.exit_criterion
    for risk in item.risks:
        yield "Risk", risk
    if item.gain >= LEAST_TOLD:
        yield "Worth", f"without it and what waits for it the stage would be {100 * item.gain:.0f} points less probable"
    for ground in item.because:
        yield "Because", because(ground)
    yield "Sources", ", ".join(item.sources)


def because(ground: Ground) -> str:
    """Why an action is on the roadmap, with the person's words where there are any."""
    about = ground.about.rstrip(".")
    if ground.quote is None:
        return f"nothing was said yet about: {about}"
    where = f" ({place(ground.source)})" if ground.source is not None else ""
    return f"“{one_line(ground.quote)}”{where}; {about}: {_STATUS[ground.status]}"


def _left_out(report: Report, way: Roadmap) -> Iterator[Block]:
    if not way.left_out:
        return
    yield Heading(level=2, text="Left out, and why")
    yield Table(
        caption="What is not on the roadmap",
        head=("What", "Dimension", "Why not"),
        rows=tuple((one_line(x.title), report.model.dimension(x.dimension).name, x.reason) for x in way.left_out),
        widths=(4.0, 1.8, 4.6),
    )
