"""What a clause claims: true now, denied, planned, past, heard, elsewhere, for a part; or that the speaker does not know.

Cue phrases with scope in the manner of NegEx and ConText (Chapman 2001; Harkema 2009). The phrases are data in
``knowledge/model/cues.yaml``.
"""

import re
from functools import cached_property

from assistant.interview.evidence import Polarity
from assistant.interview.model import Value

_DOUBLE = re.compile(
    r"\b(?:no|not a single|none of (?:the|our)|never an?|nobody|nothing)\b[^.;]{0,60}?\b(?:without|unless|un\w{3,}ed)\b"
)

_INSIDE = re.compile(r"(?<=[a-z,;:] )[A-Z][\w&-]+")
_NO_NAMES = frozenset(("I", "AI", "IT", "ML", "CEO", "CIO", "CTO", "CDO", "KPI", "KPIs", "GPU", "GPUs", "English"))


class CueLists(Value):
    """The cue phrases by what they mark, each a regular expression."""

    pseudo: tuple[str, ...]
    denied: tuple[str, ...]
    past: tuple[str, ...]
    planned: tuple[str, ...]
    partly: tuple[str, ...]
    hearsay: tuple[str, ...]
    elsewhere: tuple[str, ...]
    unknown: tuple[str, ...]
    hedge: tuple[str, ...]
    question: tuple[str, ...]
    stop: tuple[str, ...]
    correction: tuple[str, ...]
    anchor: tuple[str, ...]
    affirm_short: tuple[str, ...]
    deny_short: tuple[str, ...]

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """One compiled pattern for each kind of cue."""
        return {
            kind: re.compile("|".join(rf"(?:{p})" if p.startswith("^") else rf"(?<!\w)(?:{p})(?!\w)" for p in phrases))
            for kind, phrases in self.model_dump().items()
        }


class Claim(Value):
    """How a clause stands to the thing it speaks of, and how firmly (0..1)."""

    polarity: Polarity
    firmness: float
    cues: frozenset[str]


class Scope:
    """Reads claims with a set of cue lists."""

    def __init__(self, cues: CueLists) -> None:
        self._patterns = cues.patterns

    def marks(self, text: str, kind: str) -> bool:
        """Whether the text carries a cue of that kind."""
        return self._patterns[kind].search(plain(text)) is not None

    def concrete(self, text: str) -> bool:
        """Whether the text names something concrete: an amount, a time, an incident, or a name inside a sentence."""
        names = [word for word in _INSIDE.findall(text) if word not in _NO_NAMES]
        return bool(names) or self.marks(text, "anchor")

    def claim(self, clause: str) -> Claim:
        """The claim of one clause. A double negation affirms; what is past or elsewhere is not true here today."""
        text = plain(clause)
        doubled = _DOUBLE.search(text) is not None
        text = self._patterns["pseudo"].sub(" ", text)
        found = frozenset(
            kind
            for kind in ("denied", "past", "planned", "partly", "hearsay", "elsewhere", "hedge", "unknown")
            if self._patterns[kind].search(text)
        )
        firmness = 1.0
        for kind, loss in (("hearsay", 0.45), ("hedge", 0.8), ("elsewhere", 0.5), ("unknown", 0.3)):
            if kind in found:
                firmness *= loss
        return Claim(polarity=_polarity(found, doubled=doubled), firmness=firmness, cues=found)


def _polarity(found: frozenset[str], *, doubled: bool) -> Polarity:
    if "past" in found or "elsewhere" in found:
        return "denied"
    if "planned" in found:
        return "planned"
    if "denied" in found and not doubled:
        return "partly" if "partly" in found else "denied"
    return "partly" if "partly" in found else "affirmed"


def plain(text: str) -> str:
    """Lower case with straight apostrophes and single spaces, as the cue phrases are written."""
    return re.sub(r"\s+", " ", text.lower().replace("’", "'").replace("‘", "'"))
