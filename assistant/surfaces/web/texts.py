"""Makes any text fit to be shown on the page: nothing that a person or a document says is ever taken as markup."""

import html
import re

_SPECIAL = re.compile(r"([\\`*_\[\]{}#|~$^!])")
_LINE_START = re.compile(r"(?m)^([ \t]*)([-+=])")
_NUMBERED = re.compile(r"(?m)^([ \t]*\d+)([.)])")
_INDENT = re.compile(r"(?m)^[ \t]+")
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]+[^\s<>\"'()\[\].,;:]")

_SURE = (
    (0.9, "very sure"),
    (0.75, "fairly sure"),
    (0.55, "more likely than not"),
    (0.0, "unsure: other stages are nearly as likely"),
)


def safe(text: object) -> str:
    """Text for HTML, in content and in attributes."""
    shown = "".join(c for c in str(text) if c in "\n\t" or c.isprintable())
    return html.escape(shown, quote=True)


def as_typed(text: str) -> str:
    """A person's words for a place that renders Markdown: shown to the letter, with their line breaks, as no markup."""
    plain = _SPECIAL.sub(r"\\\1", "".join(c for c in text if c in "\n\t" or c.isprintable()))
    for pattern in (_LINE_START, _NUMBERED):
        plain = pattern.sub(r"\1\\\2", plain)
    plain = _INDENT.sub(lambda found: "\u00a0" * len(found[0]), plain)
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for link, harmless in (("://", ":&#47;&#47;"), ("www.", "www&#46;"), ("@", "&#64;")):
        plain = plain.replace(link, harmless)
    return plain


def as_reply(text: str) -> str:
    """The advisor's Markdown without HTML and without pictures, whoever worded it."""
    return _TAG.sub("&lt;", text).replace("![", "!\\[")


def linked(text: str) -> str:
    """Text for HTML in which http addresses are links."""
    parts, last = [], 0
    for found in _ADDRESS.finditer(text):
        parts.append(safe(text[last : found.start()]))
        address = safe(found[0])
        parts.append(f'<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>')
        last = found.end()
    return "".join((*parts, safe(text[last:])))


def shortened(text: str, limit: int) -> str:
    """One line of at most ``limit`` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def percent(share: float) -> str:
    """A probability in whole per cent; what is not quite certain never reads 100 % or 0 %."""
    if 0.995 <= share < 1:
        return "over 99%"
    return "under 1%" if 0 < share < 0.005 else f"{share:.0%}"


def sureness(confidence: float) -> str:
    """A probability in words."""
    return next(words for least, words in _SURE if confidence >= least)


def amount(value: float | bool | str, unit: str) -> str:
    """A fact's value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    shown = f"{value:,.10g}" if isinstance(value, int | float) else value
    return shown if unit in ("", "count") else f"{shown} {unit}"


def where(source: int | str, page: int | None = None, turns: dict[int, int] | None = None) -> str:
    """Where something was said: which answer (counted as the person counts), or a document and its page."""
    place = f"answer {(turns or {}).get(source, source)}" if isinstance(source, int) else source
    return place if page is None else f"{place}, page {page}"
