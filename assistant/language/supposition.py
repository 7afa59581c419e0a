"""What a person supposes in words: "What if we had 500 requests a second?", "What if electricity cost twice as much?"."""

import re

from assistant.language.facts import FactReader
from assistant.language.numbers import WORDS
from assistant.planning.changes import Change
from assistant.planning.situation import phrase

_LEAD = r"^\W*(?:(?:and|so|but|ok|okay|now|then|well|just|please|hm+)[,\s]+)*"
_ASKED = re.compile(
    _LEAD + r"(?:what\s+(?:if|about\s+if|happens\s+(?:if|when)|(?:would|will|does)\s+[^?]{0,40}?\bif)"
    r"|how\s+(?:would|will|does|do)\s+[^?]{0,60}?\bif|(?:would|will|does)\s+[^?]{0,60}?\bif|(?:let'?s\s+)?(?:suppose|imagine|assume)"
    r"(?:\s+that)?|supposing)\s+(?P<what>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_FIRST = re.compile(
    _LEAD + r"if\s+(?P<what>.+?),?\s+(?:(?:then\s+)?(?:what|how|where|which|would)\b).*\?\W*$", re.IGNORECASE | re.DOTALL
)
_TODAY: tuple[tuple[str, str], ...] = (
    (r"(did ?n[o']t|didn't) have( an?y?)?", "have no"),
    (r"(lost|gave up|closed) (?=our|the|my)", "have no longer "),
    (r"(had|got|hired|bought|purchased|took on|owned)", "have"),
    (r"(moved|switched|went|changed|migrated) (?:over )?to", "are on"),
    (r"(?<=we |ou |ey )were", "are"),
    (r"(were|was|would be|became|turned|turned out)", "is"),
    (r"(couldn't|could not|must not|were not allowed to|was not allowed to)", "may not"),
    (r"(could|might)", "can"),
    (r"would have to", "has to"),
    (r"(had to)", "has to"),
    (r"needed", "need"),
    (r"served", "serve"),
    (r"spent", "spend"),
    (r"used", "use"),
    (r"ran", "runs"),
    (r"came", "come"),
)
"""Words of a supposition and what they are in a statement about today, which the fact reader understands."""
_THINGS: tuple[tuple[str, str], ...] = (
    (r"egress|(?:traffic|data) out of (?:the|a) cloud", "egress_price"),
    (r"electricity|power|energy|kwh", "usd_kwh"),
    (r"tokens?|api (?:prices?|costs?)", "token_price"),
    (r"servers?(?: prices?)?|hardware", "server_price"),
    (
        r"(?:rented |cloud )?gpus?[- ](?:hours?|prices?|rents?|rentals?|costs?)|rented gpus?"
        r"|cloud (?:prices?|costs?|rents?)",
        "gpu_hour",
    ),
    (r"(?:peak )?load|traffic|requests?|demand|users?", "peak_rps"),
    (r"(?:training )?data(?: ?sets?| volumes?)?", "training_data_tb"),
    (r"budget|money", "budget_usd_year"),
    (r"team|staff|engineers?|people", "team_ml_engineers"),
    (r"gpus", "gpu_on_prem"),
    (r"business|everything|we", "growth"),
)
"""What can be said to rise or fall, in the order in which it is looked for."""
_COUNT = rf"(?:\d+(?:\.\d+)?|{'|'.join(WORDS)})"
_UP = r"(?:rose|rise|rises|grew|grow|grows|increased?|increases|went up|goes up|go up|climbed|risen|grown)"
_DOWN = (
    r"(?:fell|falls?|dropped|drops?|sank|sinks?|decreased?|went down|goes down|shrank|shrinks?|fallen"
    r"|(?:were|was|is|are) cut)"
)
_YEARS = rf"(?:\s*(?:a|per|every|each) year(?: for (?P<years>{_COUNT}) years?)?)?"
_MOVES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), how)
    for pattern, how in (
        (rf"{_UP}\s+(?:by\s+)?(?P<n>{_COUNT})\s*(?:%|per ?cent){_YEARS}", "up"),
        (rf"{_DOWN}\s+(?:by\s+)?(?P<n>{_COUNT})\s*(?:%|per ?cent){_YEARS}", "down"),
        (rf"(?P<n>{_COUNT})\s*(?:%|per ?cent)\s+(?:more|higher|dearer|up|larger|bigger|costlier){_YEARS}", "up"),
        (rf"(?P<n>{_COUNT})\s*(?:%|per ?cent)\s+(?:less|lower|cheaper|down|smaller){_YEARS}", "down"),
        (rf"(?P<n>{_COUNT})[\s-]*(?:times|fold)\b", "times"),
        (r"\b(?P<n>doubl(?:ed?|es)|twice)\b", "2"),
        (r"\b(?P<n>tripl(?:ed?|es))\b", "3"),
        (r"\b(?P<n>halv(?:ed?|es)|half (?:as|the|of|our)|(?:by|in) half)\b", "0.5"),
    )
)


def supposed(text: str, facts: FactReader) -> tuple[Change, ...]:
    """What ``text`` asks to suppose, as changes of facts or prices; empty when it asks nothing of the kind.

    Only whole messages that ask "what if" are read so; one that supposes nothing the planner knows is an ordinary question.
    """
    match = _ASKED.match(text) or _FIRST.match(text)
    if match is None:
        return ()
    what = match["what"].strip().rstrip("?!. ")
    moved = _moved(what)
    if moved is not None:
        return (moved,)
    found = facts.read(_today(what), None, 0)
    return tuple(Change(text=phrase(f.name, f.value), name=f.name, how="set", value=f.value, quote=f.quote) for f in found)


def _today(what: str) -> str:
    """The supposition as a statement about today."""
    for pattern, present in _TODAY:
        what = re.sub(rf"\b{pattern}\b", present, what, flags=re.IGNORECASE)
    return what + "."


def _moved(what: str) -> Change | None:
    """A rise or a fall of something known: "the load doubled", "electricity cost 30 % more"."""
    for pattern, how in _MOVES:
        match = pattern.search(what)
        if match is None:
            continue
        before = what[: match.start()] + " " + what[match.end() :]
        name = next((n for thing, n in _THINGS if re.search(rf"\b(?:{thing})\b", before, re.IGNORECASE)), None)
        return None if name is None else Change(text=what, name=name, how="times", value=_factor(match, how))
    return None


def _factor(match: re.Match[str], how: str) -> float:
    if how not in ("up", "down", "times"):
        return float(how)
    number = _amount(match["n"])
    if how == "times":
        return number
    years = _amount(match["years"]) if match["years"] else 1.0
    base = 1 + number / 100 if how == "up" else max(0.0, 1 - number / 100)
    return float(base**years)


def _amount(said: str) -> float:
    return WORDS[said.lower()] if said.lower() in WORDS else float(said)
