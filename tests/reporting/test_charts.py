"""The charts are drawn, and the same numbers give the same picture."""

import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from assistant.reporting.charts import draw
from assistant.reporting.pictures import Bar, Chart, CostLines, Gantt, Radar, StageBars

NASTY = "Cost $x_1$ & <b>more</b>"
CHARTS: tuple[Chart, ...] = (
    StageBars(names=("Awareness", "Active", "Operational", "Systemic", "New"), probs=(0.0, 0.1, 0.7, 0.2, 0.0), stage=3),
    Radar(names=("One", "Two", NASTY, "Four"), levels=(1, 2, 3, 5), targets=(2, 3, 3, 5), target_name="Systemic"),
    Radar(names=("One", "Two", "Three"), levels=(1, 1, 1)),
    Gantt(
        bars=(
            Bar(title=NASTY, start_week=1, end_week=4, quick_win=True),
            Bar(title="Second " * 30, start_week=3, end_week=40, gate=True),
        ),
        marks=(("First 30 days", 4), ("Months 7-12", 40)),
    ),
    Gantt(bars=(Bar(title="Alone", start_week=1, end_week=1),), marks=()),
    CostLines(
        years=3, owned="A server", own_usd=500_000, utilisations=(0.1, 0.5, 1.0),
        rented=((NASTY, (100_000, 500_000, 1_000_000)), ("cheap", (10_000, 50_000, 100_000))), break_evens=(0.5, 5.0),
    ),
)  # fmt: skip


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.chart)
def test_a_png_has_ink_on_it(chart: Chart) -> None:
    pixels = np.asarray(Image.open(io.BytesIO(draw(chart, "png"))).convert("L"))
    assert min(pixels.shape) > 150
    assert 0.002 < (pixels < 200).mean() < 0.7


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.chart)
def test_an_svg_is_sound_and_repeatable(chart: Chart) -> None:
    drawn = draw(chart, "svg")
    assert ET.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 (the test's own picture)
    assert b"<b>" not in drawn
    assert draw(chart, "svg") == drawn


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.chart)
def test_words_and_table_hold_the_numbers(chart: Chart) -> None:
    head, rows = chart.grid()
    assert rows
    assert {len(row) for row in rows} == {len(head)}
    assert all(row[0].removeprefix("Rented: ")[3:] in chart.alt() for row in rows if not row[0].startswith("Owned"))


def test_the_cost_names_where_owning_pays() -> None:
    alt = CHARTS[-1].alt()
    assert "cheaper above 50%" in alt
    assert "never cheaper" in alt
    assert "$500,000" in alt
