"""What the placement rules look at: the stated facts, the stage and the prices, as typed values; None is "not said"."""

import math
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import Field

from assistant.errors import InputError
from assistant.interview.evidence import Fact
from assistant.interview.model import Level, Value
from assistant.planning.fact_phrases import phrase
from assistant.planning.placement_prices import SERVER_CARDS, SWINGING, Prices, Rent, own_above

__all__ = ["Situation", "phrase", "situation"]

Sensitivity = Literal["low", "medium", "high", "regulated"]
Residency = Literal["none", "country", "region", "on-prem-only"]
Cloud = Literal["none", "aws", "azure", "gcp", "multi", "sovereign"]

EDGE_MS = 20.0
"""An answer within this time leaves no room for the way to a data centre far away (about 10 ms by DEL3T; the way alone
takes 10 to 20 ms to the next cloud region)."""
TINY_RPS = 1.0
"""Up to this peak a token API costs less than the smallest machine that would wait for the requests (PAN25)."""
HEAVY_RPS = 100.0
"""From this peak on the load fills at least one server of eight accelerators (see the serving estimate of the plan)."""
HEAVY_TB = 50.0
"""From here on the data is slow to move: at 1 Gbit/s and 70 % efficiency 50 TB take 6.6 days (ALELAPI)."""
LIGHT_TB = 10.0
BURST_TB = 100.0
"""From here on even one campaign's data is slow to bring: 13 days over 1 Gbit/s, when shipping devices begins (ALELAPI)."""
MEANS_USD = 250_000.0
MEANS_ENGINEERS = 4.0
"""A rented cage with own machines needs money and people in this order (UPTIME25, INTROL)."""
SMALL_TEAM = 3.0
HALF_ENGINEER = 0.5
"""Somebody for half of the week can look after a managed service; less than that is nobody."""
SERVER_USD = 50_000.0
"""The smallest server in the catalogue costs about this much (LP2368)."""
SHORT_MONTHS = 12.0

_STEADY = re.compile(
    r"\b(steady|steadily|constant(ly)?|flat|around the clock|round the clock|24/7|day and night|night and day|all day"
    r"( long)?|non-?stop|continuous(ly)?|even load|sustained)\b",
    re.IGNORECASE,
)
_SPIKY = re.compile(
    r"\b(spik\w+|burst\w*|seasonal\w*|peaks? (at|on|in|around) |black friday|unpredictab\w+|uneven\w*)\b", re.IGNORECASE
)
_DATA_IN_CLOUD = re.compile(
    r"\b(data|warehouse|lake(house)?)\b.{0,40}\b(in|on|to)\b.{0,25}\b(aws|amazon|azure|gcp|google|cloud|s3|bigquery"
    r"|snowflake|redshift|databricks)\b|\b(snowflake|bigquery|redshift|databricks)\b"
    r"|\b(all|everything|entirely|fully|completely)\b.{0,30}\b(in|on)\b|\bcloud[- ](native|only)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(not|never|no|nothing|none|except|premis\w+|own (data ?cent|server))", re.IGNORECASE)
_AIR_GAP = re.compile(r"\bair[- ]?gap\w*|\bno internet\b|\bdisconnected\b|\bisolated network\b|\boffline\b", re.IGNORECASE)
_CHOICES: dict[str, tuple[str, ...]] = {
    "data_sensitivity": get_args(Sensitivity),
    "residency": get_args(Residency),
    "cloud": get_args(Cloud),
    "data_location": ("cloud", "on-prem"),
}
_NUMBERS = (
    "training_data_tb", "gpu_on_prem", "latency_ms", "peak_rps", "model_params_b", "budget_usd_year",
    "team_ml_engineers", "horizon_months",
)  # fmt: skip
_FLAGS = (
    "has_datacentre", "load_steady", "load_small", "air_gapped", "disconnected_site", "foreign_law_excluded", "gpus_idle",
    "open_models_fall_short",
)  # fmt: skip


class Situation(Value):
    """The stage and what was said of the deployment.

    The names and units are those of the facts and of the planning clues; ``horizon_months``, ``gpus_idle`` and
    ``open_models_fall_short`` (no open model passed the organisation's own test) may be stated as well. ``prices`` are
    those of the catalogue; without them fixed loads stand for the points at which costs cross.
    Three clues that were not stated are drawn from the words that state a fact, or left unknown: ``load_steady``,
    ``data_location``, ``air_gapped``.
    """

    stage: Level
    data_sensitivity: Sensitivity | None = None
    residency: Residency | None = None
    training_data_tb: float | None = Field(default=None, ge=0)
    has_datacentre: bool | None = None
    gpu_on_prem: float | None = Field(default=None, ge=0)
    cloud: Cloud | None = None
    latency_ms: float | None = Field(default=None, ge=0)
    peak_rps: float | None = Field(default=None, ge=0)
    model_params_b: float | None = Field(default=None, ge=0)
    budget_usd_year: float | None = Field(default=None, ge=0)
    team_ml_engineers: float | None = Field(default=None, ge=0)
    load_steady: bool | None = None
    data_location: Literal["cloud", "on-prem"] | None = None
    air_gapped: bool | None = None
    disconnected_site: bool | None = None
    foreign_law_excluded: bool | None = None
    load_small: bool | None = None
    horizon_months: float | None = Field(default=None, ge=0)
    gpus_idle: bool | None = None
    open_models_fall_short: bool | None = None
    prices: Prices | None = Field(default=None, repr=False)

    @property
    def premises_only(self) -> bool:
        """Whether data may not leave the organisation's own premises."""
        return self.residency == "on-prem-only" or self.air_gapped is True

    @property
    def borders(self) -> bool:
        """Whether data has to stay in a country or region."""
        return self.residency in ("country", "region")

    @property
    def sensitive(self) -> bool:
        """Whether the data is personal, secret or regulated."""
        return self.data_sensitivity in ("high", "regulated")

    @property
    def regulated(self) -> bool:
        """Whether a regulator watches over the data."""
        return self.data_sensitivity == "regulated"

    @property
    def gpus(self) -> float:
        """How many accelerators are owned; 0 where nothing was said."""
        return self.gpu_on_prem or 0.0

    @property
    def site(self) -> bool:
        """Whether there is a place of one's own for machines: a data centre, or GPUs that already stand somewhere."""
        return self.has_datacentre is True or self.gpus >= 1

    @property
    def no_site(self) -> bool:
        """Whether there is none, by the person's own words."""
        return self.has_datacentre is False

    @property
    def no_team(self) -> bool:
        """Whether nobody could build or run models."""
        return self.team_ml_engineers is not None and self.team_ml_engineers < HALF_ENGINEER

    @property
    def means(self) -> bool:
        """Whether money and people for machines in a rented cage are known to be there."""
        return (self.budget_usd_year or 0) >= MEANS_USD and (self.team_ml_engineers or 0) >= MEANS_ENGINEERS

    @property
    def small_budget(self) -> bool:
        """Whether a year's money does not buy a server."""
        return self.budget_usd_year is not None and self.budget_usd_year < SERVER_USD

    @property
    def edge(self) -> bool:
        """Whether the answer has to be there sooner than a far data centre can give it."""
        return self.latency_ms is not None and self.latency_ms <= EDGE_MS

    @property
    def tiny(self) -> bool:
        """Whether the load is too small to keep a machine busy."""
        if self.peak_rps is not None:  # a load round the clock asks as much as a tenfold peak that comes in bursts
            return self.peak_rps <= (TINY_RPS * SWINGING if self.load_steady else TINY_RPS)
        return self.load_small is True

    @property
    def cards_needed(self) -> int:
        """The cards that the peak needs; those of one server where the peak or the prices are unknown."""
        if self.prices is None or not self.peak_rps:
            return SERVER_CARDS
        return self.prices.cards(self.peak_rps)

    @property
    def use_online(self) -> float | None:
        """The share of hours in which cards for the peak would be busy; None when the load or the prices are unknown."""
        if self.prices is None or not self.peak_rps:
            return None
        return self.prices.use(self.peak_rps, self.load_steady)

    @property
    def cheapest(self) -> Rent | None:
        """The cheapest admissible offer to rent."""
        if self.prices is None:
            return None
        return self.prices.cheapest(foreign_law=self.foreign_law)

    def own_above(self, *, caged: bool = False) -> float | None:
        """The share of hours above which cards of one's own cost less than the cheapest admissible offer.

        For cards that are there already only power and people count. None when no price is known.
        """
        rent = self.cheapest
        if self.prices is None or rent is None:
            return None
        cards = self.cards_needed
        hour = self.prices.own_usd_hour(cards, self.horizon_months, owned=self.gpus >= cards, caged=caged)
        return own_above(hour, rent)

    def pays_to_own(self, *, caged: bool = False) -> bool:
        """Whether the load fills machines of one's own for more of the hours than owning needs to be the cheaper way.

        Where no price is known, a peak of `HEAVY_RPS` stands for it.
        """
        share, use = self.own_above(caged=caged), self.use_online
        if share is None or use is None:
            return (self.peak_rps or 0) >= HEAVY_RPS
        return use >= share

    @property
    def steady_heavy(self) -> bool:
        """Whether a load runs round the clock that machines of one's own carry more cheaply than rented ones."""
        return self.load_steady is True and self.pays_to_own()

    @property
    def fills_servers(self) -> bool:
        """Whether a load runs round the clock that takes a server's cards or more, wherever that is cheaper."""
        if self.prices is None or not self.peak_rps:
            return self.load_steady is True and (self.peak_rps or 0) >= HEAVY_RPS
        return self.load_steady is True and self.cards_needed >= SERVER_CARDS

    @property
    def busy_at_home(self) -> bool:
        """Whether such a load can fill machines that stand at home."""
        return self.stage >= 3 and self.steady_heavy and not self.no_site

    @property
    def busy_in_cage(self) -> bool:
        """Whether such a load fills machines in a rented cage, and the means for one are known."""
        return self.stage >= 3 and self.load_steady is True and self.means and self.pays_to_own(caged=True)

    @property
    def idle_cards(self) -> bool:
        """Whether cards are owned that the load leaves free: said so, or at least a server's worth beyond its need."""
        if self.gpus_idle is not None:
            return self.gpus_idle and self.gpus >= 1
        return self.prices is not None and bool(self.peak_rps) and self.gpus >= self.cards_needed + SERVER_CARDS

    @property
    def caged(self) -> bool:
        """Whether data worth keeping has no room at home, and the means for a rented cage are there."""
        return self.stage >= 3 and self.no_site and self.means and (self.sensitive or self.heavy_data)

    @property
    def untrained(self) -> bool:
        """Whether nothing of one's own would be trained: too few requests, little data, no room and a small team."""
        few = (self.training_data_tb or 0) < LIGHT_TB and (self.team_ml_engineers or 0) <= SMALL_TEAM
        return self.tiny and few and not self.site and (self.no_site or self.stage == 2)

    @property
    def no_reason_to_own(self) -> bool:
        """Whether nothing that is known speaks for a training ground at home.

        The data is harmless and light, no cards are owned, and at the usual use owning does not pay.
        """
        light = self.training_data_tb is not None and self.training_data_tb < LIGHT_TB
        bare = self.stage >= 3 and self.data_sensitivity == "low" and light and not self.gpus
        share = self.own_above()
        return bare and (share is None or self.prices is None or self.prices.usual_use < share)

    @property
    def cloud_is_all(self) -> bool:
        """Whether a cloud is in use and nothing was said of a room or cards of one's own."""
        unnamed = self.has_datacentre is None and not self.gpus and self.data_location != "on-prem"
        return self.stage >= 3 and self.public_cloud and unnamed

    @property
    def may_leave_unsaid(self) -> bool:
        """Whether regulated data is bound to a place, a foreign provider is in use, and nobody said that it is accepted."""
        return self.regulated and self.borders and self.public_cloud and self.foreign_law_excluded is None

    @property
    def heavy_data(self) -> bool:
        """Whether the training data is slow to move."""
        return (self.training_data_tb or 0) >= HEAVY_TB

    @property
    def slow_burst(self) -> bool:
        """Whether the data of even one training campaign is slow to bring to rented machines."""
        return (self.training_data_tb or 0) >= BURST_TB

    @property
    def public_cloud(self) -> bool:
        """Whether an international cloud provider is already in use."""
        return self.cloud in ("aws", "azure", "gcp", "multi")

    @property
    def data_in_cloud(self) -> bool:
        """Whether the data that models learn from already lies in a cloud."""
        return self.data_location == "cloud" and self.cloud != "none"

    @property
    def foreign_law(self) -> bool:
        """Whether a provider under foreign law is to be avoided.

        So it is when that was said, or a sovereign cloud was chosen already. It is also assumed, unless an international
        provider is in use, when sensitive data has to stay in the country or regulated data in the region. A rule about
        the place alone admits such a provider's region there; a rule about the law does not.
        """
        if self.foreign_law_excluded is not None:
            return self.foreign_law_excluded
        if self.cloud == "sovereign":
            return True
        if self.public_cloud:
            return False
        return self.sensitive if self.residency == "country" else self.residency == "region" and self.regulated

    @property
    def home_and_unaccepted(self) -> bool:
        """Whether there is a data centre, and nobody said that a provider under foreign law is acceptable."""
        return self.has_datacentre is True and self.foreign_law_excluded is not False

    @property
    def cut_off(self) -> bool:
        """Whether models have to work at places without a line to the rest of the organisation."""
        return self.disconnected_site is True and not self.air_gapped

    @property
    def rents_bursts(self) -> bool:
        """Whether own machines are full round the clock, and data that may move is already taken to rented ones."""
        bound = self.regulated or self.borders or self.foreign_law
        return self.stage >= 3 and self.fills_servers and self.public_cloud and not bound and not self.idle_cards


def situation(facts: Mapping[str, Fact], stage: int, prices: Prices | None = None) -> Situation:
    """The situation that the facts describe at this stage, with the catalogue's ``prices`` where they are known.

    Names that are not known are ignored. Raises `InputError` that names the fact when a value is not of its kind.
    """
    values: dict[str, Any] = {"stage": stage, "prices": prices}
    for name, fact in facts.items():
        if name in _CHOICES or name in _NUMBERS or name in _FLAGS:
            values[name] = _checked(name, fact.value)
    words = {name: fact.quote for name, fact in facts.items()}
    load = words.get("peak_rps", "")
    if "load_steady" not in values and _STEADY.search(load) and not _SPIKY.search(load):
        values["load_steady"] = True
    elif "load_steady" not in values and _SPIKY.search(load):
        values["load_steady"] = False
    in_cloud = values.get("cloud", "none") != "none" and not values.get("has_datacentre")
    where = words.get("cloud", "")
    if "data_location" not in values and in_cloud and _DATA_IN_CLOUD.search(where) and not _NOT.search(where):
        values["data_location"] = "cloud"
    if "air_gapped" not in values and any(_AIR_GAP.search(words.get(n, "")) for n in ("residency", "has_datacentre")):
        values["air_gapped"] = values.get("residency", "on-prem-only") == "on-prem-only"
    return Situation.model_validate(values)


def _checked(name: str, value: float | bool | str) -> float | bool | str:
    if name in _CHOICES:
        if value in _CHOICES[name]:
            return value
        raise InputError(f"`{name}` must be one of {', '.join(_CHOICES[name])}, but was {value!r}; choose one of those.")
    if name in _FLAGS:
        if isinstance(value, bool):
            return value
        raise InputError(f"`{name}` must be true or false, but was {value!r}; give one of the two.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise InputError(f"`{name}` must be a number of 0 or more, but was {value!r}; give for example 10.")
    return float(value)
