"""The page's pictures. Colours of text come from the page's style, so that both modes stay legible."""

import textwrap
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from assistant import Assessment, Plan
from assistant.surfaces.web.texts import percent, safe

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

ACCENT, SECOND, THIRD = "#0d9488", "#d97706", "#6366f1"
_GRID = "rgba(128,138,150,0.35)"
_CLEAR = "rgba(0,0,0,0)"


def radar(view: Assessment) -> "Figure":
    """The level of each dimension; what nobody has spoken of yet is a hollow mark."""
    parts = list(view.dimensions.values())
    names = [safe(part.name) for part in parts]
    levels = [part.level for part in parts]
    words = [
        f"{safe(part.name)}: " + (f"level {part.level} ({percent(max(part.probs))})" if part.evidence else "not asked yet")
        for part in parts
    ]
    figure = go.Figure(
        go.Scatterpolar(
            r=[*levels, levels[0]],
            theta=[*names, names[0]],
            text=[*words, words[0]],
            hovertemplate="%{text}<extra></extra>",
            mode="lines+markers",
            fill="toself",
            fillcolor="rgba(13,148,136,0.22)",
            line={"color": ACCENT, "width": 2},
            marker={"size": 9, "color": ACCENT, "symbol": [_mark(part.evidence) for part in (*parts, parts[0])]},
        )
    )
    figure.update_layout(
        **_layout(height=264, margin={"l": 72, "r": 72, "t": 24, "b": 24}),
        showlegend=False,
        polar={
            "bgcolor": _CLEAR,
            "radialaxis": {
                "range": [0, 5], "tickvals": [1, 2, 3, 4, 5], "gridcolor": _GRID, "linecolor": _GRID,
                "angle": 90, "tickangle": 90,
            },
            "angularaxis": {"gridcolor": _GRID, "linecolor": _GRID, "direction": "clockwise", "tickfont": {"size": 11}},
        },
    )  # fmt: skip
    return figure


def _mark(evidence: tuple[Any, ...]) -> str:
    return "circle" if evidence else "circle-open"


def gantt(plan: Plan) -> "Figure":
    """The roadmap over time. Names stand above the bars, so that they can be read on a narrow screen."""
    items = plan.roadmap.items
    figure = go.Figure()
    kinds = (
        ("needed for the stage", ACCENT, [i for i in items if i.gate]),
        ("quick win", SECOND, [i for i in items if i.quick_win and not i.gate]),
        ("supports it", THIRD, [i for i in items if not i.gate and not i.quick_win]),
    )
    row = {item.id: number for number, item in enumerate(items)}
    for name, colour, part in kinds:
        if part:
            figure.add_bar(
                name=name,
                orientation="h",
                y=[row[i.id] for i in part],
                base=[i.start_week - 1 for i in part],
                x=[i.end_week - i.start_week + 1 for i in part],
                width=0.34,
                marker={"color": colour},
                text=[f"{safe(i.title)}: weeks {i.start_week} to {i.end_week}, {safe(i.owner)}" for i in part],
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
    for item in items:
        figure.add_annotation(
            x=0, xref="x", y=row[item.id] - 0.42, text=_wrapped(item.title), showarrow=False, xanchor="left",
            yanchor="middle", align="left", font={"size": 11},
        )  # fmt: skip
    last = max((item.end_week for item in items), default=4)
    step = 4 if last <= 30 else 13
    ticks = list(range(0, last + step, step))
    figure.update_layout(
        **_layout(height=110 + 52 * max(len(items), 1), margin={"l": 12, "r": 12, "t": 40, "b": 44}),
        barmode="overlay",
        showlegend=True,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": "week"}, "range": [0, ticks[-1]], "tickvals": ticks, "gridcolor": _GRID,
               "fixedrange": True},
        yaxis={"range": [len(items) - 0.5, -0.9], "visible": False, "fixedrange": True},
    )  # fmt: skip
    if not items:
        _say(figure, "No action in the catalogue closes what is open.")
    return figure


def _wrapped(text: str) -> str:
    return safe(textwrap.shorten(text, 46, placeholder=" …"))


def costs(plan: Plan) -> "Figure":
    """Owning against renting where machines are needed; else what the roadmap costs, phase by phase."""
    compared = plan.deployment.own_or_rent
    return _roadmap_costs(plan) if compared is None else _own_or_rent(plan)


def _own_or_rent(plan: Plan) -> "Figure":
    compared = plan.deployment.own_or_rent
    figure = go.Figure()
    if compared is None:
        return figure
    shares = [100 * share for share in compared.utilisations]
    figure.add_scatter(
        name=f"own: {safe(compared.server)}", x=shares, y=[compared.own_usd] * len(shares), mode="lines",
        line={"color": ACCENT, "width": 3}, hovertemplate="owned: $%{y:,.0f}<extra></extra>",
    )  # fmt: skip
    for number, (offer, usd) in enumerate(compared.rented_usd.items()):
        figure.add_scatter(
            name=f"rent: {safe(offer)}", x=shares, y=list(usd), mode="lines+markers",
            line={"color": (SECOND, THIRD, "#db2777", "#64748b")[number % 4], "width": 2},
            hovertemplate="at %{x:.0f}% of the hours: $%{y:,.0f}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        **_layout(height=400, margin={"l": 12, "r": 12, "t": 12, "b": 12}),
        legend={"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0},
        xaxis={"title": {"text": "share of the hours in use"}, "ticksuffix": "%", "gridcolor": _GRID, "fixedrange": True,
               "automargin": True},
        yaxis={"title": {"text": f"cost over {compared.years} years"}, "tickprefix": "$", "gridcolor": _GRID,
               "rangemode": "tozero", "fixedrange": True, "automargin": True},
    )  # fmt: skip
    return figure


def _roadmap_costs(plan: Plan) -> "Figure":
    phases = [phase for phase in plan.roadmap.phases if phase.items]
    figure = go.Figure()
    for name, colour, which in (("at least", ACCENT, 0), ("at most", SECOND, 1)):
        figure.add_bar(
            name=name,
            x=[safe(phase.name) for phase in phases],
            y=[sum(item.cost_usd[which] for item in phase.items) for phase in phases],
            marker={"color": colour},
            hovertemplate="%{x}: $%{y:,.0f}<extra></extra>",
        )
    figure.update_layout(
        **_layout(height=340, margin={"l": 12, "r": 12, "t": 12, "b": 12}),
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"fixedrange": True, "automargin": True},
        yaxis={"title": {"text": "cost of what starts then"}, "tickprefix": "$", "gridcolor": _GRID, "fixedrange": True,
               "automargin": True},
    )  # fmt: skip
    if not phases:
        _say(figure, "There is nothing to pay for yet.")
    return figure


def _say(figure: "Figure", words: str) -> None:
    figure.add_annotation(text=words, showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5)


def _layout(height: int, margin: dict[str, int]) -> dict[str, Any]:
    return {
        "height": height,
        "margin": margin,
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "font": {"size": 12},
        "template": "none",
        "dragmode": False,
    }
