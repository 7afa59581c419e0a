"""The plan as Markdown. What a person said is data: every character that means something to Markdown or HTML is escaped."""

import re
from collections.abc import Iterable, Sequence

from assistant.planning.economics import OwnOrRent
from assistant.planning.estimates import Sizing
from assistant.planning.gap import Ground
from assistant.planning.money_tables import TextTable, breakeven_rows, gravity_rows, tornado_rows, total_rows
from assistant.planning.placement import PHASE_NAMES, PLACE_NAMES, Placement
from assistant.planning.plan import Deployment, Plan, StatedFact
from assistant.planning.roadmap import LEAST_TOLD, Item, Phase, Roadmap

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~$^])")
_LINES = re.compile(r"\s+")


def escaped(text: str) -> str:
    """Text that shows as it was written: one line, HTML as entities, Markdown's marks behind backslashes."""
    flat = "".join(c for c in _LINES.sub(" ", text).strip() if c.isprintable())
    plain = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = _SPECIAL.sub(r"\\\1", plain)
    for link, harmless in (("://", ":&#47;&#47;"), ("www.", "www&#46;"), ("@", "&#64;")):
        marked = marked.replace(link, harmless)
    return marked


def quoted(text: str, limit: int = 240) -> str:
    """A person's words in quotation marks, escaped, and cut where they run long."""
    flat = _LINES.sub(" ", text).strip()
    return f"“{escaped(flat if len(flat) <= limit else flat[: limit - 1] + '…')}”"


def markdown(plan: Plan) -> str:
    """The whole plan."""
    parts = (
        ["# Plan", ""],
        _standing(plan),
        _roadmap(plan.roadmap, plan.assessment.names),
        _deployment(plan.deployment),
        _bullets("## Assumptions", plan.assumptions),
        ["## Sources", "", ", ".join(f"[{source}]" for source in plan.sources), ""] if plan.sources else [],
    )
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _standing(plan: Plan) -> list[str]:
    here = plan.assessment
    lines = [
        f"Today: **stage {here.stage}, {here.stage_name}**, with a probability of {here.confidence:.0%}.",
        "",
        "| Dimension | Level |",
        "|---|---|",
    ]
    lines += [f"| {here.names[d]} | {level} |" for d, level in here.levels.items()]
    if plan.facts:
        lines += ["", "What you said about deployment:", ""]
        lines += [_fact(fact) for fact in plan.facts]
    return [*lines, ""]


def _fact(fact: StatedFact) -> str:
    words = quoted(fact.quote) if fact.quote else ""
    return f"- `{fact.name}`: {_value(fact.value)} {fact.unit} {words}".rstrip()


def _value(value: float | bool | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,g}" if isinstance(value, int | float) else escaped(value)


def _roadmap(way: Roadmap, names: dict[str, str]) -> list[str]:
    aim = f"Keeping stage {way.target}, {way.target_name}" if way.sustains else f"To stage {way.target}, {way.target_name}"
    lines = [f"## Roadmap: {aim}", ""]
    if way.gates:
        lines += ["The stage still asks for:", "", *(f"- {gate}" for gate in way.gates), ""]
    if way.items:
        lines += ["The probabilities below hold if every action meets its exit criterion.", ""]
    else:
        lines += ["No action in the catalogue closes what is open.", ""]
    lines += _first_days(way)
    for phase in way.phases:
        lines += _phase(phase, way, names)
    lines += _quarters(way)
    if way.left_out:
        lines += ["### Left out, and why", ""]
        lines += [f"- {left.title.rstrip('.')}: {left.reason}" for left in way.left_out]
        lines.append("")
    return lines


def _first_days(way: Roadmap) -> list[str]:
    titles = {item.id: item.title for item in way.items}
    early = [first for first in way.first_days if first.finished]
    if not early:
        return []
    lines = ["What is finished early (quick wins marked):", ""]
    for first in early:
        named = [f"{titles[name]}{' (quick win)' if name in first.quick_wins else ''}" for name in first.finished]
        lines.append(f"- By day {first.days}: {'; '.join(named)}")
    return [*lines, ""]


def _quarters(way: Roadmap) -> list[str]:
    if not way.quarters:
        return []
    lines = [
        "### Quarter by quarter",
        "",
        "| Quarter | Starts | Person-weeks | of | Set aside, US dollars | Year so far | Budget of the year "
        f"| Stage {way.target} or higher |",
        "|---" * 8 + "|",
    ]
    for q in way.quarters:
        budget = "not named" if q.budget_usd_year is None else f"{q.budget_usd_year:,.0f}"
        money = f"{q.usd:,.0f} | {q.usd_year:,.0f} | {budget}"
        lines.append(
            f"| {q.number} | {len(q.starts)} | {q.effort_weeks:,.1f} | {q.capacity_weeks:,.1f} | {money} | {q.reach:.0%} |"
        )
    made = way.scheduling
    return [
        *lines,
        "",
        f"- Money is set aside at the highest cost of each action, in the year in which it starts. {way.capacity.grounds}",
        f"- Scheduled by: {made.method}, over {made.horizon_weeks} weeks; value {made.value:.2f}, a greedy order of the "
        f"same actions {made.value_list_schedule:.2f}. Formula: `{made.formula}`",
        f"- Sources: {'; '.join(made.sources)}",
        "",
    ]


def _phase(phase: Phase, way: Roadmap, names: dict[str, str]) -> list[str]:
    lines = [f"### {phase.name} (weeks {phase.start_week} to {phase.end_week})", ""]
    for item in phase.items:
        lines += _item(item, names)
    if not phase.items:
        lines += ["Nothing new starts: what has begun is finished.", ""]
    before = sum(way.stage_probs_before[way.target - 1 :])
    lines += [
        f"Expected at its end: stage {way.target} or higher with a probability of {phase.reach:.0%} (today {before:.0%}).",
        "",
    ]
    return lines


def _item(item: Item, names: dict[str, str]) -> list[str]:
    marks = [
        names.get(item.dimension, item.dimension),
        f"quarter {item.quarter}, weeks {item.start_week} to {item.end_week}",
    ]
    marks += ["quick win"] if item.quick_win else []
    marks += ["needed for the stage"] if item.gate else []
    low, high = item.cost_usd
    lines = [f"**{item.title}** ({', '.join(marks)})", "", item.why, ""]
    lines += [f"{number}. {step}" for number, step in enumerate(item.steps, start=1)]
    lines += [
        "",
        f"- Owner: {item.owner}",
        f"- Effort: {item.effort_weeks:g} person-weeks; cost: {low:,.0f} to {high:,.0f} US dollars",
        f"- Measured by: {item.kpi}",
        f"- Finished when: {item.exit_criterion}",
        *(f"- Risk: {risk}" for risk in item.risks),
        *(
            [f"- Worth: without it and what waits for it the stage would be {100 * item.gain:.0f} points less probable"]
            if item.gain >= LEAST_TOLD
            else []
        ),
        *(f"- Because: {because(ground)}" for ground in item.because),
        f"- Sources: {_sources(item.sources)}",
        "",
    ]
    return lines


def because(ground: Ground) -> str:
    """Why an action is on the roadmap, with the person's words where there are any."""
    about = ground.about.rstrip(".")
    if ground.quote is None:
        return f"nothing was said yet about: {about}."
    spoken = isinstance(ground.source, int)
    who = "you said" if spoken else "your document says"
    where = f"turn {ground.source}" if spoken else escaped(str(ground.source))
    verdict = {
        "denied": "not so today",
        "planned": "planned, not yet so",
        "partly": "so in part only",
        "unclear": "said both ways",
        "level": "below what is needed",
        "kept": "so today, and to be kept",
        "unsaid": "not said outright",
    }[ground.status]
    return f"{who} {quoted(ground.quote)} ({where}); {about}: {verdict}."


def _deployment(part: Deployment) -> list[str]:
    lines = ["## Deployment", "", "| Phase | Where | Rule | Confidence |", "|---|---|---|---|"]
    lines += [f"| {PHASE_NAMES[p.phase]} | {p.decision} | {p.rule} | {p.confidence:.0%} |" for p in part.placements]
    lines.append("")
    for group in _alike(part.placements):
        lines += _placement(group)
    lines += _bullets("### Conflicts and duties", part.warnings)
    if part.promotion:
        lines += ["### Promotion path", "", "| Step | Owner | Artefact | Gate | What crosses |", "|---|---|---|---|---|"]
        lines += [
            f"| {n}. {s.title} | {s.owner} | {s.artefact} | {s.gate} [{', '.join(s.sources)}] | {s.crosses or 'nothing'} |"
            for n, s in enumerate(part.promotion, start=1)
        ]
        lines.append("")
    if part.sizing or part.no_sizing:
        lines += ["### Sizing", ""] + ([part.no_sizing, ""] if part.no_sizing else [])
    for sizing in part.sizing:
        lines += _sizing(sizing)
    lines += _economics(part.own_or_rent) if part.own_or_rent else []
    for table in _money(part):
        lines += _text_table(table)
    return lines + _bullets("### Published numbers to read with care", [escaped(trap) for trap in part.traps])


def _money(part: Deployment) -> list[TextTable]:
    months = breakeven_rows(part.own_or_rent) if part.own_or_rent else None
    return [
        *([months] if months else []),
        *([total_rows(part.totals)] if part.totals else []),
        *([tornado_rows(part.tornado)] if part.tornado else []),
        *([gravity_rows(part.gravity)] if part.gravity else []),
    ]


def _text_table(table: TextTable) -> list[str]:
    return [
        f"#### {escaped(table.caption)}",
        "",
        f"| {' | '.join(escaped(cell) for cell in table.head)} |",
        "|---" * len(table.head) + "|",
        *(f"| {' | '.join(escaped(cell) for cell in row)} |" for row in table.rows),
        "",
        f"- Formula: `{table.formula}`",
        f"- Inputs: {escaped(table.inputs)}",
        *(f"- Note: {escaped(note)}" for note in table.notes),
        f"- Sources: {'; '.join(table.sources)}",
        "",
    ]


def _alike(placements: Iterable[Placement]) -> list[list[Placement]]:
    """Placements by the rule that fired, so that one explanation stands for all phases it decides."""
    groups: dict[str, list[Placement]] = {}
    for placement in placements:
        groups.setdefault(placement.rule, []).append(placement)
    return list(groups.values())


def _placement(group: Sequence[Placement]) -> list[str]:
    first = group[0]
    names = ", ".join(PHASE_NAMES[p.phase] for p in group)
    lines = [f"**{names}: {PLACE_NAMES[first.decision]}.** {first.reason}", ""]
    lines += [f"- Your words: {quoted(fact.quote)}" for fact in first.facts if fact.quote]
    lines.append(f"- Rejected: {PLACE_NAMES[first.instead]}. {first.why_not}")
    lines += [f"- Hybrid approach: {text}" for text in dict.fromkeys(p.against_prior for p in group if p.against_prior)]
    lines += [f"- {flip}" for flip in dict.fromkeys(flip for p in group for flip in p.flips_if)]
    lines += [f"- Sources: {_sources(first.sources)}", ""]
    return lines


def _sizing(sizing: Sizing) -> list[str]:
    worked = sizing.calculation
    given = ", ".join(f"{name} = {_input(value)}" for name, value in worked.inputs.items() if value is not None)
    return [
        f"**{sizing.purpose}: {sizing.answer}**",
        "",
        f"- Formula: `{worked.formula}`",
        f"- Inputs: {escaped(given)}",
        *(f"- Assumed: {text}" for text in sizing.assumptions),
        *(f"- Note: {note}" for note in worked.notes),
        f"- Sources: {'; '.join(worked.sources)}",
        "",
    ]


def _input(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:,.6g}"


def _economics(compared: OwnOrRent) -> list[str]:
    shares = " | ".join(f"{share:.0%}" for share in compared.utilisations)
    lines = [
        f"### Owning or renting {compared.gpus} GPUs over {compared.years} years",
        "",
        f"| US dollars at a share of hours in use of | {shares} | Owning is cheaper above |",
        "|---" * (len(compared.utilisations) + 2) + "|",
        f"| Owned: {compared.server} | {' | '.join([f'{compared.own_usd:,.0f}'] * len(compared.utilisations))} | |",
    ]
    for offer in compared.offers:
        cells = " | ".join(f"{usd:,.0f}" for usd in compared.rented_usd[offer.name])
        limit = "never" if offer.break_even > 1 else f"{offer.break_even:.0%}"
        lines.append(f"| Rented: {escaped(offer.name)} | {cells} | {limit} |")
    sources = dict.fromkeys((*compared.owned.sources, *(offer.citation for offer in compared.offers)))
    given = ", ".join(f"{name} = {_input(value)}" for name, value in compared.owned.inputs.items())
    lines += ["", f"- Formula: `{compared.owned.formula}`", f"- Inputs: {escaped(given)}"]
    return [*lines, *(f"- {note}" for note in compared.notes), f"- Sources: {'; '.join(sources)}", ""]


def _sources(ids: Iterable[str]) -> str:
    return ", ".join(f"[{source}]" for source in ids)


def _bullets(heading: str, texts: Sequence[str]) -> list[str]:
    return [heading, "", *(f"- {text}" for text in texts), ""] if texts else []
