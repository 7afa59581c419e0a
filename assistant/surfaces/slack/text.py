"""Text on its way from Slack and to Slack: pure functions. What leaves is escaped, what comes is read as it was typed."""

import re
from collections.abc import Iterator

_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ENTITY = re.compile(r"&(lt|gt|amp);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
_EMPHASIS = re.compile(r"\*\*(?=\S)(.+?)\*\*|__(?=\S)(.+?)__|(?<![\w*])\*(?=[^\s*])([^*\n]+?)\*(?![\w*])", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)[-*+][ \t]+", re.MULTILINE)
_WEB = re.compile(r"https?://[^\s<>|\"`]+[^\s<>|\"`.,;:!?)]")
_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")


def escape(text: str) -> str:
    """Text in which nothing can be a mention, a link or a special command: Slack's three control characters as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(markdown: str) -> str:
    """Markdown as Slack's mrkdwn. Links become words and bare addresses: what Slack would follow is written by no one."""
    text = _BULLET.sub(r"\1• ", escape(markdown))
    text = _EMPHASIS.sub(_emphasised, text)
    return _HEADING.sub(lambda found: f"*{found[1].replace('*', '')}*", text)


def _emphasised(found: re.Match[str]) -> str:
    strong = found[1] or found[2]
    return f"*{strong}*" if strong else f"_{found[3]}_"


def linked(text: str) -> str:
    """Escaped text with web addresses as links: for sources of the knowledge base, never for a person's words."""
    parts, at = [], 0
    for found in _WEB.finditer(text):
        parts += [escape(text[at : found.start()]), f"<{escape(found[0])}>"]
        at = found.end()
    return "".join([*parts, escape(text[at:])])


def quoted(words: str, limit: int = 160) -> str:
    """A person's words on one line in quotation marks, escaped and cut where they run long."""
    return f"“{escape(shortened(' '.join(words.split()), limit))}”"


def shortened(text: str, limit: int) -> str:
    """Text of at most ``limit`` characters; where it was cut it ends in an ellipsis, and no entity is cut in two."""
    if len(text) <= limit:
        return text
    return _CUT_ENTITY.sub("", text[: limit - 1]).rstrip() + "…"


def pieces(text: str, limit: int) -> Iterator[str]:
    """Text in pieces of at most ``limit`` characters, cut between paragraphs, else lines, else words."""
    rest = text.strip()
    while len(rest) > limit:
        at = max(rest.rfind(mark, limit // 2, limit) for mark in ("\n\n", "\n"))
        if at < 0:
            at = rest.rfind(" ", limit // 2, limit)
        if at < 0:
            at = len(_CUT_ENTITY.sub("", rest[:limit]))
        yield rest[:at].rstrip()
        rest = rest[at:].lstrip()
    if rest:
        yield rest


def spoken(text: str, bot_user: str = "") -> str:
    """A message as the person typed it: the mention of the bot is gone, Slack's own notation is undone."""
    if bot_user:
        text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^<>]*)?>", " ", text)
    plain = _LINK.sub(_as_typed, text)
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], plain).strip()


def _as_typed(found: re.Match[str]) -> str:
    target, label = found[1], found[2]
    if target.startswith(("@", "#")):
        return target[0] + (label or target[1:]).lstrip("@#")
    if target.startswith("!"):
        return label or "@" + target[1:].split("^")[0]
    return label or target.removeprefix("mailto:")
