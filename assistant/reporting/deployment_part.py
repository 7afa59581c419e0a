"""The part of a report that says where models are made and where they answer, with the arithmetic."""

from collections.abc import Iterator, Sequence

from assistant.planning.calculation import Calculation
from assistant.planning.economics import OwnOrRent
from assistant.planning.estimates import Sizing
from assistant.planning.placement import PHASE_NAMES, PLACE_NAMES, Placement
from assistant.planning.plan import Deployment
from assistant.planning.promotion import Step
from assistant.reporting.elements import Block, Bullets, Details, Figure, Heading, Paragraph, Table
from assistant.reporting.money_part import money
from assistant.reporting.pictures import CostLines
from assistant.reporting.text import one_line, percent, shown


def deployment(part: Deployment) -> Iterator[Block]:
    """Placements with their reasons, warnings, the promotion path, sizing and cost."""
    yield Heading(level=1, text="Deployment plan")
    yield Table(
        caption="Where each phase belongs",
        head=("Phase", "Where", "Rejected", "Confidence"),
        rows=tuple(
            (PHASE_NAMES[p.phase], PLACE_NAMES[p.decision], PLACE_NAMES[p.instead], percent(p.confidence))
            for p in part.placements
        ),
        widths=(2.4, 3.6, 3.6, 1.4),
        numeric=(3,),
    )
    for group in _alike(part.placements):
        yield from _placement(group)
    if part.warnings:
        yield Heading(level=2, text="Conflicts and duties")
        yield Bullets(items=part.warnings)
    if part.promotion:
        yield from _promotion(part.promotion)
    if part.sizing or part.no_sizing:
        yield Heading(level=2, text="Sizing")
    if part.no_sizing:
        yield Paragraph(text=part.no_sizing)
    for sizing in part.sizing:
        yield from _sizing(sizing)
    if part.own_or_rent is not None:
        yield from _economics(part.own_or_rent)
    yield from money(part)


def _alike(placements: Sequence[Placement]) -> list[list[Placement]]:
    """Placements by the rule that fired, so that one explanation stands for all phases that it decides."""
    groups: dict[str, list[Placement]] = {}
    for placement in placements:
        groups.setdefault(placement.rule, []).append(placement)
    return list(groups.values())


def _placement(group: Sequence[Placement]) -> Iterator[Block]:
    first = group[0]
    names = ", ".join(name if n == 0 else name.lower() for n, name in enumerate(PHASE_NAMES[p.phase] for p in group))
    yield Heading(level=2, text=f"{names}: {PLACE_NAMES[first.decision]}")
    yield Paragraph(text=first.reason)
    yield Details(pairs=tuple(_grounds(group)))


def _grounds(group: Sequence[Placement]) -> Iterator[tuple[str, str]]:
    first = group[0]
    for fact in first.facts:
        if fact.quote:
            yield "Your words", f"“{one_line(fact.quote)}”: {fact.text}"
    yield "Rejected", f"{PLACE_NAMES[first.instead]}. {first.why_not}"
    for text in dict.fromkeys(p.against_prior for p in group if p.against_prior):
        yield "Hybrid approach", text
    for flip in dict.fromkeys(flip for p in group for flip in p.flips_if):
        yield "What would flip it", flip
    for assumption in dict.fromkeys(a for p in group for a in p.assumptions):
        yield "Assumed", assumption
    yield "Rule", f"{first.rule}, {'a hard limit' if first.hard else 'a preference that can be outweighed'}"
    yield "Sources", ", ".join(first.sources)


def _promotion(steps: Sequence[Step]) -> Iterator[Block]:
    yield Heading(level=2, text="From the workshop to production")
    yield Table(
        caption="The promotion path of a model",
        head=("Step", "Owner", "What it leaves behind", "Gate", "What crosses the boundary"),
        rows=tuple(
            (f"{n}. {s.title}", s.owner, s.artefact, s.gate, s.crosses or "nothing") for n, s in enumerate(steps, start=1)
        ),
        widths=(2.2, 1.5, 2.6, 2.6, 2.1),
    )
    cited = dict.fromkeys(source for step in steps for source in step.sources)
    yield Paragraph(text=f"Sources: {', '.join(cited)}.", tone="note")


def _sizing(sizing: Sizing) -> Iterator[Block]:
    yield Heading(level=3, text=f"{sizing.purpose}: {sizing.answer}".rstrip("."))
    yield Details(
        pairs=(
            *_worked(sizing.calculation),
            *(("Assumed", text) for text in sizing.assumptions),
            *(("Note", note) for note in sizing.calculation.notes),
            ("Sources", "; ".join(sizing.calculation.sources)),
        )
    )


def _worked(calculation: Calculation) -> Iterator[tuple[str, str]]:
    yield "Formula", calculation.formula
    given = ", ".join(f"{name} = {shown(value)}" for name, value in calculation.inputs.items() if value is not None)
    yield "Inputs", given


def _economics(compared: OwnOrRent) -> Iterator[Block]:
    yield Heading(level=2, text=f"Owning or renting {compared.gpus} GPUs over {compared.years} years")
    chart = CostLines(
        years=compared.years,
        owned=one_line(compared.server),
        own_usd=compared.own_usd,
        utilisations=compared.utilisations,
        rented=tuple((one_line(offer.name), compared.rented_usd[offer.name]) for offer in compared.offers),
        break_evens=tuple(offer.break_even for offer in compared.offers),
    )
    yield Paragraph(text=_verdict(compared))
    head, rows = chart.grid()
    yield Table(
        caption="Owning against renting at different use",
        head=head,
        rows=rows,
        widths=(3.4, *([1.35] * len(compared.utilisations)), 1.6),
        numeric=tuple(range(1, len(compared.utilisations) + 1)),
    )
    yield Figure(chart=chart, caption=f"Owning against renting over {compared.years} years, in US dollars", alt=chart.alt())
    cited = dict.fromkeys((*compared.owned.sources, *(offer.citation for offer in compared.offers)))
    yield Details(
        pairs=(
            *_worked(compared.owned),
            *(("Note", note) for note in (*compared.notes, *compared.owned.notes)),
            ("Sources", "; ".join(cited)),
        )
    )


def _verdict(compared: OwnOrRent) -> str:
    limits = [offer.break_even for offer in compared.offers]
    if not limits:
        return "No rented offer with a dated price is known to compare with."
    if min(limits) > 1:
        return "At the prices known, renting costs less than owning at any use."
    low, high = percent(min(limits)), percent(min(1.0, max(limits)))
    band = low if low == high else f"{low} to {high}"
    dearest = "; against the cheapest offer it never pays" if max(limits) > 1 else ""
    return f"Owning pays when the machines work more than {band} of the hours, by the offer compared with{dearest}."
