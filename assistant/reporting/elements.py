"""The neutral blocks that a report is made of. Each writer renders every kind; text is always data, never markup."""

from typing import Literal

from pydantic import Field

from assistant.interview.model import Value
from assistant.reporting.pictures import Chart


class Cover(Value):
    """The head of the report: title, a line below it, and named details such as the date."""

    kind: Literal["cover"] = "cover"
    title: str
    subtitle: str
    details: tuple[tuple[str, str], ...]


class Card(Value):
    """One figure that matters: what it is, its value, and a remark."""

    label: str
    value: str
    note: str = ""


class Cards(Value):
    """A few figures side by side."""

    kind: Literal["cards"] = "cards"
    items: tuple[Card, ...] = Field(min_length=1)


class Heading(Value):
    """A heading below the title; levels 1 to 3 and none skipped."""

    kind: Literal["heading"] = "heading"
    level: int = Field(ge=1, le=3)
    text: str


class Paragraph(Value):
    """A paragraph; ``lead`` stands out, ``note`` stands back."""

    kind: Literal["paragraph"] = "paragraph"
    text: str
    tone: Literal["normal", "lead", "note"] = "normal"


class Quote(Value):
    """Somebody's own words, and below them where they stand and what was read from them."""

    kind: Literal["quote"] = "quote"
    text: str
    source: str = ""


class Bullets(Value):
    """A list."""

    kind: Literal["bullets"] = "bullets"
    items: tuple[str, ...] = Field(min_length=1)


class Details(Value):
    """Named particulars, one a line."""

    kind: Literal["details"] = "details"
    pairs: tuple[tuple[str, str], ...] = Field(min_length=1)


class Table(Value):
    """A table with one header row. ``widths`` are relative; ``numeric`` are the columns (from 0) set to the right."""

    kind: Literal["table"] = "table"
    caption: str
    head: tuple[str, ...] = Field(min_length=1)
    rows: tuple[tuple[str, ...], ...] = Field(min_length=1)
    widths: tuple[float, ...]
    numeric: tuple[int, ...] = ()


class Figure(Value):
    """A chart with its caption and the words that stand for it; ``width`` is a share of the text's width."""

    kind: Literal["figure"] = "figure"
    chart: Chart
    caption: str
    alt: str
    width: float = Field(default=1.0, gt=0, le=1)


class Said(Value):
    """One contribution to the conversation; ``number`` is the turn that quotes refer to."""

    kind: Literal["said"] = "said"
    number: int | None
    who: str
    text: str


class Reference(Value):
    """A source with its address; ``address`` is empty where there is none."""

    id: str
    text: str
    address: str = ""


class References(Value):
    """A list of sources."""

    kind: Literal["references"] = "references"
    items: tuple[Reference, ...] = Field(min_length=1)


Block = Cover | Cards | Heading | Paragraph | Quote | Bullets | Details | Table | Figure | Said | References
