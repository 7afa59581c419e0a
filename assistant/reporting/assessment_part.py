"""The part of a report that says where the organisation stands, why, and what would change that."""

from collections.abc import Iterable, Iterator

from assistant.interview.assessment import DimensionView
from assistant.interview.evidence import Evidence
from assistant.interview.explanation import Change, Reason
from assistant.interview.model import DIMENSIONS
from assistant.planning.placement import PLACE_NAMES
from assistant.reporting.elements import (
    Block,
    Bullets,
    Card,
    Cards,
    Cover,
    Figure,
    Heading,
    Paragraph,
    Quote,
    Table,
)
from assistant.reporting.pictures import Radar, StageBars
from assistant.reporting.report import Report
from assistant.reporting.text import one_line, percent, place, reading, sureness

_QUOTES = 6
"""Most quotes shown for one dimension; the JSON report holds all."""
_SHORT_PLACES = {
    "on-prem": "On premises",
    "colocation": "Colocation",
    "cloud": "Cloud",
    "sovereign-cloud": "Sovereign cloud",
    "api": "API",
    "edge": "Edge",
    "none-yet": "Not yet",
}
_NOTHING = "Nothing was said of this yet: the level is only what usually goes with the rest."


def cover(report: Report) -> Iterator[Block]:
    """Title, date and session."""
    yield Cover(
        title=one_line(report.title),
        subtitle=f"Stage {report.stage.number} of 5: {report.stage.name}",
        details=(
            ("Date", f"{report.generated_at.day} {report.generated_at:%B %Y}"),
            ("Session", one_line(report.session_id)),
            ("Basis", _basis(report)),
        ),
    )


def _basis(report: Report) -> str:
    quotes = len({(e.quote, e.source) for e in report.evidence})
    said = sum(1 for part in report.transcript if part.who != "Advisor")
    return f"{_count(said, 'answer')}, {_count(quotes, 'passage')} used as evidence, {_count(len(report.facts), 'fact')}"


def _count(amount: int, thing: str) -> str:
    return f"{amount} {thing}" if amount == 1 else f"{amount} {thing}s"


def summary(report: Report) -> Iterator[Block]:
    """Stage, confidence, distribution, and the plan in a nutshell."""
    view = report.assessment
    yield Heading(level=1, text="Summary")
    yield Cards(items=tuple(_cards(report)))
    yield Paragraph(
        text=f"{_standing(report)} stage {view.stage} of 5, {view.stage_name}. {report.stage.summary}",
        tone="lead",
    )
    others = sorted((p, n) for n, p in enumerate(view.stage_probs, start=1) if n != view.stage)
    second, stage = others[-1]
    yield Paragraph(
        text=f"How sure this is: {sureness(view.confidence)} ({percent(view.confidence)}). The next most probable is stage "
        f"{stage}, {report.model.stages[stage - 1].name} ({percent(second)})."
    )
    names = tuple(s.name for s in report.model.stages)
    bars = StageBars(names=names, probs=view.stage_probs, stage=view.stage)
    yield Figure(chart=bars, caption="Probability of each stage", alt=bars.alt(), width=0.72)
    yield Bullets(items=tuple(_in_short(report)))


def _standing(report: Report) -> str:
    if not report.evidence:
        return "Nothing was said yet that tells where the organisation stands; the most usual answer would be"
    return "By what was said, the organisation most probably stands at"


def _cards(report: Report) -> Iterator[Card]:
    view = report.assessment
    yield Card(label="Stage", value=f"{view.stage} of 5", note=view.stage_name)
    yield Card(label="Confidence", value=percent(view.confidence), note=sureness(view.confidence).split(":")[0])
    if report.plan is None:
        return
    way, where = report.plan.roadmap, report.plan.deployment.placement
    note = f"{way.target_name}, {_count(len(way.items), 'action')}"
    yield Card(label="To keep" if way.sustains else "Next target", value=f"Stage {way.target}", note=note)
    yield Card(label="Models made", value=_SHORT_PLACES[where["training"]], note="training")
    yield Card(label="Models answer", value=_SHORT_PLACES[where["inference"]], note="inference on request")


def _in_short(report: Report) -> Iterator[str]:
    yield f"The next move: {report.stage.next_move}"
    if report.plan is not None:
        way, deployment = report.plan.roadmap, report.plan.deployment
        if way.items:
            first = "; ".join(item.title for item in way.items[:3])
            yield f"First steps: {first}."
        training, inference = deployment.of("train"), deployment.of("online_inference")
        yield (
            f"Deployment: training {PLACE_NAMES[training.decision]}, inference on request {PLACE_NAMES[inference.decision]}."
        )
    yield "This rests on what one person or team said of itself; nothing was inspected. The limits stand at the end."


def why(report: Report) -> Iterator[Block]:
    """The words that weighed most, for and against the stage."""
    stage = f"stage {report.stage.number}, {report.stage.name}"
    yield Heading(level=1, text="Why this stage")
    if not report.reasons:
        yield Paragraph(text="No evidence was given yet, so this is only what is usual: answer some questions first.")
        return
    yield Paragraph(
        text="Each passage is quoted as it was said. The points say by how much it moved the probability of the stage: "
        "the difference between all evidence and all evidence but this one."
    )
    groups = (
        (f"What speaks for {stage}", [r for r in report.reasons if r.shift >= 0.0005]),
        (f"What speaks against {stage}", [r for r in report.reasons if r.shift <= -0.0005]),
        ("What hardly moves it", [r for r in report.reasons if abs(r.shift) < 0.0005]),
    )
    for heading, chosen in groups:
        if chosen:
            yield Heading(level=2, text=heading)
            yield from (_reason(report, reason) for reason in chosen)


def _reason(report: Report, reason: Reason) -> Quote:
    item = reason.evidence
    dimension = report.model.dimension(item.dimension).name
    points = f"{100 * reason.shift:+.1f} points".replace("-", "−")
    return Quote(
        text=one_line(item.quote),
        source=f"{place(item.source, item.page)}; {dimension}; {reading(report.model, item)}; {points}",
    )


def dimensions(report: Report) -> Iterator[Block]:
    """The eight dimensions: levels, what they mean, and the words behind them."""
    yield Heading(level=1, text="The eight dimensions")
    views = [report.assessment.dimensions[d] for d in DIMENSIONS]
    radar = Radar(
        names=tuple(view.name for view in views),
        levels=tuple(view.level for view in views),
        targets=tuple(report.targets[view.id] for view in views) if report.targets else (),
        target_name=report.plan.roadmap.target_name if report.plan else "",
    )
    target = ("Target",) if report.targets else ()
    yield Table(
        caption="The eight dimensions at a glance",
        head=("Dimension", "Level", "Sure", *target, "What the level means"),
        rows=tuple(_row(report, view) for view in views),
        widths=(2.2, 0.8, 0.9, *((0.9,) if target else ()), 7.0),
        numeric=(1, 2, 3) if target else (1, 2),
    )
    yield Figure(chart=radar, caption="Levels of the eight dimensions", alt=radar.alt(), width=0.78)
    for view in views:
        yield from _dimension(report, view)


def _row(report: Report, view: DimensionView) -> tuple[str, ...]:
    target = (str(report.targets[view.id]),) if report.targets else ()
    meaning = report.model.dimension(view.id).levels[view.level]
    return view.name, str(view.level), percent(view.probs[view.level - 1]), *target, meaning


def _dimension(report: Report, view: DimensionView) -> Iterator[Block]:
    sure = view.probs[view.level - 1]
    known = report.model.dimension(view.id)
    yield Heading(level=2, text=f"{view.name}: level {view.level}")
    text = f"{known.about} Level {view.level} ({percent(sure)}, {sureness(sure).split(':')[0]}): {known.levels[view.level]}."
    aim = report.targets.get(view.id, view.level)
    if aim > view.level:
        text += f" The roadmap aims for level {aim}: {known.levels[aim]}."
    yield Paragraph(text=text)
    said = _by_quote(item for item in view.evidence if item.kind != "implied")
    if not said:
        yield Paragraph(text=_NOTHING, tone="note")
    ranked = sorted(said, key=lambda items: -max(item.weight for item in items))
    for items in ranked[:_QUOTES]:
        read = dict.fromkeys(reading(report.model, item) for item in items)
        yield Quote(text=one_line(items[0].quote), source="; ".join((place(items[0].source, items[0].page), *read)))
    if len(said) > _QUOTES:
        more = _count(len(said) - _QUOTES, "more passage")
        yield Paragraph(text=f"{more} of lesser weight; the JSON report holds them all.", tone="note")


def _by_quote(evidence: Iterable[Evidence]) -> list[list[Evidence]]:
    groups: dict[tuple[str, int | str], list[Evidence]] = {}
    for item in evidence:
        groups.setdefault((item.quote, item.source), []).append(item)
    return list(groups.values())


def changes(report: Report) -> Iterator[Block]:
    """The single levels that would move the stage, and what the next stage still asks for."""
    yield Heading(level=1, text="What would change the stage")
    if report.changes:
        yield Paragraph(text="If one of these stood otherwise than it seems to, the rule would give another stage:")
        yield Bullets(items=tuple(_change(report, change) for change in report.changes))
    else:
        yield Paragraph(text="No single dimension, moved by one level, would change the stage by the rule.")
    if report.missing:
        yield Paragraph(text="By the most probable levels, this is what the rule asks for next and does not find yet:")
        yield Bullets(items=report.missing)


def _change(report: Report, change: Change) -> str:
    view = report.assessment.dimensions[change.dimension]
    stage = report.model.stages[change.stage - 1].name
    return f"{view.name} at level {change.level} instead of {view.level}: stage {change.stage}, {stage}."
