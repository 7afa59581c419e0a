"""Draws the charts as SVG or PNG: readable in print, in greys and by people who see colours otherwise."""

import io
import math
import textwrap
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from assistant.reporting.pictures import Chart, CostLines, Gantt, Radar, StageBars
from assistant.reporting.text import one_line, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAVY, BLUE, SKY, ORANGE, RED, GREEN, PALE, INK = (
    "#12355B", "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#009E73", "#C9D3DD", "#28323C",
)  # fmt: skip
"""Okabe and Ito's colours, which stay apart for all kinds of colour vision, between a dark and a pale one."""

_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#8A97A3",
    "xtick.color": INK,
    "ytick.color": INK,
    "text.parse_math": False,  # titles are data: a dollar sign begins no formula
    "svg.hashsalt": "report",
    "hatch.linewidth": 0.6,
}
_PNG_DPI = 200
_drawing = threading.Lock()
"""Matplotlib's settings belong to the process, so one chart is drawn at a time."""


def draw(chart: Chart, form: Literal["svg", "png"]) -> bytes:
    """The chart as a picture; SVG is text in UTF-8, PNG has 200 dots an inch."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    size, paint = _painter(chart)
    with _drawing, mpl.rc_context(_STYLE):
        figure = Figure(figsize=size)
        paint(figure)
        target = io.BytesIO()
        stamp = {"Date": None} if form == "svg" else {"Software": None}
        figure.savefig(target, format=form, dpi=_PNG_DPI, metadata=stamp, bbox_inches="tight", pad_inches=0.06)
    return target.getvalue()


def _painter(chart: Chart) -> tuple[tuple[float, float], Callable[["Figure"], None]]:
    """Width and height in inches, and the function that fills the figure."""
    if isinstance(chart, StageBars):
        return (5.6, 2.1), lambda figure: _stages(figure.add_subplot(), chart)
    if isinstance(chart, Radar):
        return (5.8, 4.6), lambda figure: _radar(figure.add_subplot(projection="polar"), chart)
    if isinstance(chart, Gantt):
        return (5.6, 1.1 + 0.3 * len(chart.bars)), lambda figure: _gantt(figure.add_subplot(), chart)
    return (7.2, 3.5), lambda figure: _cost(figure.add_subplot(), chart)


def _bare(axes: "Axes", *kept: str) -> None:
    for side, spine in axes.spines.items():
        spine.set_visible(side in kept)


def _stages(axes: "Axes", chart: StageBars) -> None:
    rows = range(5)
    colours = [NAVY if row + 1 == chart.stage else PALE for row in rows]
    bars = axes.barh(rows, chart.probs, color=colours, height=0.66, edgecolor=INK, linewidth=0.5)
    axes.bar_label(bars, [percent(p) for p in chart.probs], padding=4)
    axes.set_yticks(rows, [f"{n}  {name}" for n, name in enumerate(chart.names, start=1)])
    axes.invert_yaxis()
    axes.set_xlim(0, max(chart.probs) * 1.22)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    _bare(axes, "left")


def _radar(axes: Any, chart: Radar) -> None:
    count = len(chart.names)
    angles = [2 * math.pi * n / count for n in range(count)]
    axes.set_theta_offset(math.pi / 2)
    axes.set_theta_direction(-1)
    if chart.targets:
        label = f"wanted for {one_line(chart.target_name)}"
        axes.plot(
            [*angles, angles[0]],
            [*chart.targets, chart.targets[0]],
            color=RED,
            lw=1.6,
            ls="--",
            marker="s",
            ms=4,
            label=label,
        )
    levels = [*chart.levels, chart.levels[0]]
    axes.plot([*angles, angles[0]], levels, color=BLUE, lw=2.2, marker="o", ms=5, label="today")
    axes.fill([*angles, angles[0]], levels, color=BLUE, alpha=0.16)
    axes.set_ylim(0, 5)
    axes.set_yticks(range(1, 6), ["1", "2", "3", "4", "5"], fontsize=7.5, color="#5A6472")
    axes.set_rlabel_position(180 / count)
    axes.set_xticks(angles, [f"{name} ({level})" for name, level in zip(chart.names, chart.levels, strict=True)])
    for tick, angle in zip(axes.get_xticklabels(), angles, strict=True):
        side = math.sin(angle)
        tick.set_horizontalalignment("center" if abs(side) < 0.1 else "left" if side > 0 else "right")
    axes.tick_params(axis="x", pad=4)
    axes.grid(color="#B7C1CA", linewidth=0.6)
    axes.spines["polar"].set_color("#B7C1CA")
    if chart.targets:
        axes.legend(loc="upper left", bbox_to_anchor=(-0.42, 1.08), frameon=False, fontsize=8.5)


def _gantt(axes: "Axes", chart: Gantt) -> None:
    from matplotlib.patches import Patch

    last = max(bar.end_week for bar in chart.bars)
    for row, bar in enumerate(chart.bars):
        colour = BLUE if bar.gate else SKY
        axes.barh(
            row, bar.end_week - bar.start_week + 1, left=bar.start_week - 1, height=0.62, color=colour,
            edgecolor=INK, linewidth=0.5, hatch="////" if bar.quick_win else None,
        )  # fmt: skip
    labels = [textwrap.shorten(bar.title, 58, placeholder=" …") for bar in chart.bars]
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, last * 1.01)
    axes.set_xlabel("Week")
    start = 0
    for name, end in chart.marks:
        axes.axvline(end, color="#8A97A3", lw=0.8, ls=":", zorder=0)
        if end - start > last / 9:  # a narrower phase has no room for its name
            axes.text((start + end) / 2, -0.75, name, ha="center", va="bottom", fontsize=7.5)
        start = end
    axes.tick_params(axis="y", length=0)
    _bare(axes, "bottom", "left")
    kinds = (
        (any(b.gate for b in chart.bars), Patch(facecolor=BLUE, edgecolor=INK, lw=0.5, label="needed for the stage")),
        (any(not b.gate for b in chart.bars), Patch(facecolor=SKY, edgecolor=INK, lw=0.5, label="further action")),
        (
            any(b.quick_win for b in chart.bars),
            Patch(facecolor="white", edgecolor=INK, lw=0.5, hatch="////", label="quick win"),
        ),
    )
    shown = [patch for applies, patch in kinds if applies]
    below = -0.45 / (0.3 * len(chart.bars) + 0.8)  # about 0.45 inches: room for the axis' name
    axes.legend(handles=shown, loc="upper right", bbox_to_anchor=(1, below), ncols=3, frameon=False, fontsize=8)


def _cost(axes: "Axes", chart: CostLines) -> None:
    shares = [100 * u for u in chart.utilisations]
    axes.plot(shares, [chart.own_usd / 1e3] * len(shares), color=NAVY, lw=2.4, label=f"owned: {chart.owned}")
    looks = ((RED, "--", "o"), (ORANGE, "-.", "s"), (GREEN, ":", "^"), (SKY, (0, (5, 1)), "D"), (BLUE, (0, (1, 2)), "v"))
    for n, (name, usd) in enumerate(chart.rented):
        colour, line, mark = looks[n % len(looks)]
        axes.plot(
            shares, [v / 1e3 for v in usd], color=colour, ls=line, marker=mark, lw=1.8, ms=4.5, label=f"rented: {name}"
        )
    for limit in chart.break_evens:
        if min(chart.utilisations) <= limit <= 1:
            point = (100 * limit, chart.own_usd / 1e3)
            axes.plot(*point, "o", ms=8, mfc="none", mec=INK, zorder=5)
            axes.annotate(percent(limit), point, textcoords="offset points", xytext=(0, 9), ha="center", fontsize=8.5)
    axes.set_ylim(bottom=0)
    axes.set_xlim(min(shares) - 3, 103)
    axes.set_xlabel("Share of the hours in which the machines work, %")
    axes.set_ylabel(f"Thousand US dollars over {chart.years} years")
    axes.yaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    axes.grid(axis="y", color="#DCE2E8", lw=0.7)
    _bare(axes, "bottom", "left")
    axes.legend(loc="upper left", frameon=False, fontsize=8)
