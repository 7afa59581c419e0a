"""What the page shows of a plan, as HTML: pure functions of the plan. Every value is escaped."""

from typing import Any

from assistant import Plan
from assistant.surfaces.web.texts import percent, safe, shortened

_PHASES = {
    "train": "Training",
    "customise": "Customising",
    "optimise": "Optimising",
    "batch_inference": "Inference in batches",
    "online_inference": "Inference on request",
    "retrieval_store": "The index of your documents",
    "registry": "The registry of models",
    "monitoring": "Monitoring",
}
_PLACES = {
    "on-prem": "On your premises",
    "colocation": "Own machines in a rented cage",
    "cloud": "In the cloud",
    "sovereign-cloud": "In a sovereign cloud",
    "api": "Through a metered API",
    "edge": "At the edge",
    "none-yet": "Nowhere yet",
}


def summary(plan: Plan) -> str:
    """Where the plan starts and what it aims for."""
    way, here = plan.roadmap, plan.assessment
    onward = f"From stage {here.stage}, {here.stage_name}, to stage {way.target}"
    aim = f"Keep stage {way.target}" if way.sustains else onward
    before = sum(way.stage_probs_before[way.target - 1 :])
    after = way.phases[-1].reach if way.phases else before
    gates = "".join(f"<li>{safe(gate)}</li>" for gate in way.gates)
    asks = f"<p>The stage still asks for:</p><ul>{gates}</ul>" if gates else ""
    return (
        f'<section class="aim"><h3>{safe(aim)}, {safe(way.target_name)}</h3>'
        f"<p>{len(way.items)} actions. Chance of standing at stage {way.target} or higher: {percent(before)} today, "
        f"{percent(after)} once every action meets its exit criterion.</p>{asks}</section>"
    )


def roadmap(plan: Plan) -> str:
    """The actions by phase, each with its reason, owner, measure and end."""
    parts = []
    for phase in plan.roadmap.phases:
        rows = "".join(_item(item) for item in phase.items) or "<p>Nothing new starts: what has begun is finished.</p>"
        parts.append(f"<h4>{safe(phase.name)} <small>weeks {phase.start_week} to {phase.end_week}</small></h4>{rows}")
    left = "".join(f"<li>{safe(out.title.rstrip('.'))}: {safe(out.reason)}</li>" for out in plan.roadmap.left_out)
    rest = f"<details><summary>Left out, and why</summary><ul>{left}</ul></details>" if left else ""
    return f'<section class="roadmap">{"".join(parts)}{rest}</section>'


def _item(item: Any) -> str:
    """One action; it opens to show how it is done and why it is there."""
    low, high = item.cost_usd
    marks = "".join(
        f' <span class="mark {name}">{words}</span>'
        for applies, name, words in ((item.gate, "for", "needed for the stage"), (item.quick_win, "planned", "quick win"))
        if applies
    )
    steps = "".join(f"<li>{safe(step)}</li>" for step in item.steps)
    said = "".join(f"<li>{_ground(ground)}</li>" for ground in item.because)
    terms = (
        ("Owner", item.owner),
        ("Effort", f"{item.effort_weeks:g} person-weeks, ${low:,.0f} to ${high:,.0f}"),
        ("Measured by", item.kpi),
        ("Finished when", item.exit_criterion),
        ("Sources", ", ".join(item.sources)),
    )
    facts = "".join(f"<dt>{name}</dt><dd>{safe(text)}</dd>" for name, text in terms if text)
    return (
        f'<details class="action"><summary><b>{safe(item.title)}</b> '
        f"<small>weeks {item.start_week} to {item.end_week}</small>{marks}</summary>"
        f"<p>{safe(item.why)}</p><ol>{steps}</ol><dl>{facts}</dl>"
        + (f"<p>Because:</p><ul>{said}</ul>" if said else "")
        + "</details>"
    )


def _ground(ground: Any) -> str:
    about = safe(ground.about.rstrip("."))
    if ground.quote is None:
        return f"nothing was said yet about: {about}"
    return f"you said “{safe(shortened(ground.quote, 200))}” about: {about}"


def placements(plan: Plan) -> str:
    """Where each phase of a model's life belongs: the reason, what was rejected, and what would change it."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for place in plan.deployment.placements:  # phases that are decided alike are told once
        groups.setdefault((place.decision, place.reason, place.instead, place.why_not, place.flips_if), []).append(place)
    rows = "".join(
        f'<tr><th scope="row" data-label="Phase">{"<br>".join(safe(_PHASES.get(p.phase, p.phase)) for p in alike)}</th>'
        f'<td data-label="Where"><b>{safe(_PLACES.get(alike[0].decision, alike[0].decision))}</b><br>'
        f"<small>{percent(alike[0].confidence)} sure, rule {safe(alike[0].rule)}</small></td>"
        f'<td data-label="Why">{safe(alike[0].reason)}</td>'
        f'<td data-label="Rejected"><b>{safe(_PLACES.get(alike[0].instead, alike[0].instead))}</b>: '
        f"{safe(alike[0].why_not)}</td>"
        f'<td data-label="It would change if">{_list(alike[0].flips_if)}</td></tr>'
        for alike in groups.values()
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Phase", "Where", "Why", "Rejected", "It would change if"))
    warnings = _list(plan.deployment.warnings)
    return (
        '<section class="placements"><h4>Where models are made and where they answer</h4>'
        f'<table class="wide"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        + (f"<h4>Conflicts and duties</h4>{warnings}" if warnings else "")
        + "</section>"
    )


def _list(texts: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{safe(text)}</li>' for text in texts)}</ul>" if texts else ""


def cost_caption(plan: Plan) -> str:
    """What the cost chart says, in words."""
    compared = plan.deployment.own_or_rent
    if compared is None:
        low, high = (sum(item.cost_usd[which] for item in plan.roadmap.items) for which in (0, 1))
        return (
            f"<p>The roadmap's actions together cost ${low:,.0f} to ${high:,.0f} beside the hours of your own people. "
            "At this stage there are no machines to compare.</p>"
        )
    offers = "".join(
        f"<li>{safe(offer.name)}, ${offer.usd_hour:,.2f} an hour: owning is "
        + ("never cheaper" if offer.break_even > 1 else f"cheaper above {percent(offer.break_even)} of the hours")
        + f" <small>{safe(offer.citation)}</small></li>"
        for offer in compared.offers
    )
    return (
        f"<p>{safe(compared.server)} owned for {compared.years} years costs ${compared.own_usd:,.0f}, "
        f"${compared.own_usd_hour:,.2f} an hour; rented:</p><ul>{offers}</ul>{_list(compared.notes)}"
    )
