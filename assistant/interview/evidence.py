"""Evidence: what was said, where, and what it says about the organisation."""

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from assistant.interview.model import Polarity, Value

__all__ = ["FACT_UNITS", "PLANNING_CLUES", "Evidence", "Fact", "Kind", "Polarity"]

Kind = Literal["indicator", "level", "option", "implied", "check", "unknown"]
"""What kind of witness: a statement read against an indicator; a whole answer judged against the levels; a picked option;
an indicator that follows from a picked option (shown and used by the plan, but not weighed beside the pick itself); an
indicator that was asked about by itself; or that the person does not know."""

FACT_UNITS: dict[str, str] = {
    "data_sensitivity": "",
    "residency": "",
    "training_data_tb": "TB",
    "has_datacentre": "",
    "gpu_on_prem": "count",
    "cloud": "",
    "latency_ms": "ms",
    "peak_rps": "requests/s",
    "model_params_b": "billions",
    "budget_usd_year": "USD",
    "team_ml_engineers": "people",
}
"""The deployment facts and their units. Stable names."""

PLANNING_CLUES: dict[str, str] = {
    "load_steady": "",
    "load_small": "",
    "data_location": "",
    "air_gapped": "",
    "disconnected_site": "",
    "foreign_law_excluded": "",
}
"""What the planner also heeds when it is said, and never asks for; with units, as above. All are yes or no, but for
``data_location`` (cloud|on-prem)."""


class Evidence(Value):
    """One piece of evidence, resting on the person's own words.

    ``indicator`` is an indicator's id, or ``<dimension>.level-<n>`` when a whole answer was judged at once.
    ``weight`` in 0..1 is how far the reading is trusted. ``levels`` holds, for a whole answer or a picked option,
    the likelihood of what was said at each of the five levels (any positive scale).
    """

    quote: str
    source: int | str
    """The sequence number of the turn in which it was said, or a document's name."""
    dimension: str
    indicator: str
    polarity: Polarity
    weight: float = Field(ge=0, le=1)
    kind: Kind = "indicator"
    levels: tuple[float, float, float, float, float] | None = None
    page: int | None = None

    @model_validator(mode="after")
    def _levels_where_needed(self) -> "Evidence":
        if (self.levels is not None) != (self.kind in ("level", "option", "unknown")):
            raise ValueError("evidence of kind 'level', 'option' or 'unknown' carries 'levels', the other kinds do not")
        if self.levels is not None and not (np.all(np.array(self.levels) > 0)):
            raise ValueError("the likelihood of every level must be positive: nothing that is said is impossible")
        return self


class Fact(Value):
    """A stated deployment fact with the words that state it."""

    name: str
    value: float | bool | str
    unit: str = ""
    quote: str
    source: int | str = 0
