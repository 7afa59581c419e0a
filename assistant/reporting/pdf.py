"""The report as an accessible PDF (PDF/UA-1): the blocks go into the template as data, never as markup."""

import json
from pathlib import Path
from typing import Any

from assistant.reporting.blocks import blocks
from assistant.reporting.charts import draw
from assistant.reporting.elements import Block, Figure
from assistant.reporting.report import Report
from assistant.reporting.text import clean, one_line

TEMPLATE = Path(__file__).with_name("report.typ")


def pdf(report: Report) -> bytes:
    """The whole report as PDF."""
    import matplotlib as mpl
    import typst

    day = report.generated_at
    data = {
        "title": one_line(report.title),
        "date": {"year": day.year, "month": day.month, "day": day.day, "text": f"{day.day} {day:%B %Y}"},
        "blocks": [_typeset(block) for block in blocks(report)],
    }
    # DejaVu Sans comes with matplotlib, so the page looks the same on every machine; other scripts use what is installed
    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    content = typst.compile(
        str(TEMPLATE), sys_inputs={"data": json.dumps(data)}, font_paths=[str(fonts)], pdf_standards="ua-1", timestamp=0
    )
    if not isinstance(content, bytes):  # a document with one output gives bytes; the binding is untyped
        raise TypeError(f"typst gave {type(content).__name__} instead of a PDF")
    return content


def _typeset(block: Block) -> dict[str, Any]:
    values = block.model_dump(mode="json")
    if isinstance(block, Figure):
        values["svg"] = draw(block.chart, "svg").decode()
        del values["chart"]
    return {key: _cleaned(value) for key, value in values.items()}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(part) for part in value]
    return {key: _cleaned(part) for key, part in value.items()} if isinstance(value, dict) else value
