"""A line chart as plain SVG with its figures in a table beneath: no script, no font, no network."""

from collections.abc import Callable, Sequence
from html import escape

from evals.results import Chart

_WIDTH, _HEIGHT = 760, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 150, 20, 50
_COLOURS = ("#0b62a4", "#c2410c", "#15803d", "#7e22ce", "#8a6d00", "#475569")
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 4", "4 4")
"""Lines differ in dash as well as in colour, for those who do not tell the colours apart."""


Places = Callable[[float, float], tuple[float, float]]
"""Where a point of the data lies in the picture."""


def drawn(chart: Chart) -> str:
    """The chart as a figure: an SVG with title and description, and a table of the same figures."""
    points = [point for line in chart.lines.values() for point in line]
    if not points:
        return f"<figure><figcaption>{escape(chart.title)}: nothing was measured.</figcaption></figure>"
    widest = max(x for x, _ in points)
    low, high = _span([y for _, y in points])

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (_WIDTH - _LEFT - _RIGHT) * x / widest
        return across, _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - y) / (high - low)

    parts = [_grid(chart, widest, low, high, place), *_marks(chart, low, high, place), *_lines(chart, place)]
    ends = "; ".join(f"{name} {line[-1][1]:.3f} after {line[-1][0]}" for name, line in chart.lines.items() if line)
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" role="img" font-size="12" '
        f'aria-labelledby="{escape(chart.name)}-title {escape(chart.name)}-desc" fill="currentColor">'
        f'<title id="{escape(chart.name)}-title">{escape(chart.title)}</title>'
        f'<desc id="{escape(chart.name)}-desc">Lines over {escape(chart.x)}. At the end of each: {escape(ends)}.</desc>'
        f"{''.join(parts)}</svg><figcaption>{escape(chart.title)}</figcaption>{_table(chart)}</figure>"
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    """The y axis: from a little below the least to a little above the greatest, never negative for what is never so."""
    least, most = min(values), max(values)
    margin = 0.08 * (most - least) or 0.05
    return max(0.0, least - margin) if least >= 0 else least - margin, most + margin


def _grid(chart: Chart, widest: int, low: float, high: float, place: Places) -> str:
    """Lines across with their values, ticks below, and what the x axis counts."""
    parts = []
    for step in range(5):
        y = low + (high - low) * step / 4
        (left, up), (right, _) = place(0, y), place(widest, y)
        parts.append(
            f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{up:.1f}" y2="{up:.1f}" stroke="#94a3b8" stroke-width=".5"/>'
        )
        parts.append(f'<text x="{left - 8:.1f}" y="{up + 4:.1f}" text-anchor="end">{y:.2f}</text>')
    for x in range(0, widest + 1, 5 if widest > 10 else 1):
        across, floor = place(x, low)
        parts.append(f'<text x="{across:.1f}" y="{floor + 18:.1f}" text-anchor="middle">{x}</text>')
    middle, floor = place(widest / 2, low)
    return "".join([*parts, f'<text x="{middle:.1f}" y="{floor + 38:.1f}" text-anchor="middle">{escape(chart.x)}</text>'])


def _marks(chart: Chart, low: float, high: float, place: Places) -> list[str]:
    parts = []
    for row, (name, x) in enumerate(chart.marks.items()):
        (across, floor), (_, top) = place(x, low), place(x, high)
        parts.append(f'<line x1="{across:.1f}" x2="{across:.1f}" y1="{top:.1f}" y2="{floor:.1f}" stroke="#64748b"/>')
        parts.append(
            f'<text x="{across + 4:.1f}" y="{floor - 8 - 14 * row:.1f}" font-size="11">{escape(name)}: {x:g}</text>'
        )
    return parts


def _lines(chart: Chart, place: Places) -> list[str]:
    parts = []
    for number, (name, line) in enumerate(chart.lines.items()):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        stroke = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        key, up = _WIDTH - _RIGHT + 14, _TOP + 12 + 20 * number
        parts.append(f'<polyline points="{path}" fill="none" {stroke}/>')
        parts.append(f'<line x1="{key}" x2="{key + 28}" y1="{up}" y2="{up}" {stroke}/>')
        parts.append(f'<text x="{key + 34}" y="{up + 4}">{escape(name.replace("_", " "))}</text>')
    return parts


def _table(chart: Chart) -> str:
    """The figures of the lines; empty where a line has none."""
    heads = "".join(f'<th scope="col">{escape(name.replace("_", " "))}</th>' for name in chart.lines)
    values = {name: dict(line) for name, line in chart.lines.items()}
    rows = []
    for x in sorted({x for line in values.values() for x in line}):
        cells = (f"{line[x]:.3f}" if x in line else "" for line in values.values())
        rows.append(f'<tr><th scope="row">{x}</th>' + "".join(f'<td class="n">{cell}</td>' for cell in cells) + "</tr>")
    told = "".join(f"<li>{escape(name)}: {x:g}</li>" for name, x in chart.marks.items())
    table = f'<table><tr><th scope="col">{escape(chart.x)}</th>{heads}</tr>{"".join(rows)}</table>'
    return f"<details><summary>Figures</summary>{table}<ul>{told}</ul></details>"
