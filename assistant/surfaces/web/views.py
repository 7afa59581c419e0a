"""What the page shows of an interview, as HTML: pure functions of what the advisor says. Every value is escaped."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from assistant import Assessment, Evidence, Fact
from assistant.surfaces.web.texts import amount, percent, safe, shortened, sureness, where

if TYPE_CHECKING:
    from assistant.advisor import Advisor, Session, SessionSummary

    Model = Advisor.model.fget  # the maturity model, reached through the service

VERDICTS = {
    "affirmed": ("for", "speaks for it"),
    "partly": ("partly", "in part"),
    "planned": ("planned", "planned, not yet so"),
    "denied": ("against", "speaks against it"),
}
