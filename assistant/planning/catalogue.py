"""What hardware, cloud, tokens, power and traffic cost: typed rows, each with its source, date and currency.

The figures are data in `knowledge/catalog/`; this module only says what a row must hold and finds it by id.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.errors import InputError

STALE_AFTER_DAYS = 90
OLD_AFTER_DAYS = 365
"""Beyond this the knowledge check asks for a new figure."""
DEFAULT_GPU = "h100-sxm"

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Confidence = Literal["read", "quoted", "derived", "recalled"]


class Frozen(BaseModel):
    """A value that never changes; an unknown field in the data is an error, not a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """Where figures come from; `kind` is shown beside them (a vendor's own comparison is labelled so)."""

    id: str
    title: str
    publisher: str
    kind: Literal["vendor", "paper", "documentation", "price-list", "press", "measurement", "statistics"]
    date: dt.date
    url: str = ""


class Row(Frozen):
    """What every figure carries.

    `confidence`: read = seen in the source itself; quoted = seen second-hand; derived = arithmetic on cited
    figures; recalled = not verified. `date` is the day of the figure, or of the last check.
    """

    id: str
    source: str
    date: dt.date
    currency: Literal["USD"] = "USD"
    confidence: Confidence = "read"
    note: str = ""

    def is_stale(self, today: dt.date) -> bool:
        """Whether the figure is older than 90 days on `today`, and so must be shown with a warning."""
        return (today - self.date).days > STALE_AFTER_DAYS

    def is_old(self, today: dt.date) -> bool:
        """Whether the figure is over a year old on `today`, so that the knowledge check flags it."""
        return (today - self.date).days > OLD_AFTER_DAYS

    def cite(self) -> str:
        """Return how a calculation names this row among its sources."""
        return f"catalogue row {self.id}: {self.source}, {self.date.isoformat()}, {self.confidence}"


class Gpu(Row):
    """An accelerator.

    `memory_gb`: the marketed size in GB; `reported_gib`: what the driver reports, in GiB, where known.
    `bf16_tflops`: DENSE peak in 1e12 FLOP/s; data sheets often print the sparse figure, which is double.
    """

    name: str
    memory_gb: Positive
    reported_gib: Positive | None = None
    bf16_tflops: Positive
    bandwidth_gb_s: Positive
    watts: Positive
    price_usd: Positive | None = None
    price_source: str = ""
    price_date: dt.date | None = None

    @model_validator(mode="after")
    def _price_has_a_source(self) -> Self:
        if self.price_usd is not None and not (self.price_source and self.price_date):
            raise ValueError(f"GPU {self.id}: price_usd needs price_source and price_date")
        return self


class Server(Row):
    """A server with `gpus` accelerators; `power_kw` is its greatest draw, where known."""

    name: str
    gpu: str
    gpus: int = Field(ge=1)
    price_usd: Positive
    power_kw: Positive | None = None


class CloudInstance(Row):
    """A rented instance; prices in USD per instance-hour, None where no dated price is known."""

    provider: str
    name: str
    gpu: str
    gpus: int = Field(ge=1)
    usd_hour: Positive | None = None
    usd_hour_1y: Positive | None = None
    usd_hour_3y: Positive | None = None
    usd_hour_5y: Positive | None = None
    usd_hour_spot: Positive | None = None

    @model_validator(mode="after")
    def _has_a_price(self) -> Self:
        if not self.prices():
            raise ValueError(f"cloud instance {self.id}: at least one price is needed")
        return self

    def prices(self) -> dict[str, float]:
        """Return the known prices in USD per instance-hour by commitment: on-demand, 1y, 3y, 5y, spot."""
        named = {
            "on-demand": self.usd_hour,
            "1y": self.usd_hour_1y,
            "3y": self.usd_hour_3y,
            "5y": self.usd_hour_5y,
            "spot": self.usd_hour_spot,
        }
        return {name: price for name, price in named.items() if price is not None}


class TokenApi(Row):
    """A model behind a metered interface; prices in USD per million tokens; discounts as shares of the price."""

    provider: str
    model: str
    usd_per_million_in: NotNegative
    usd_per_million_out: NotNegative
    cached_discount: Share = 0.0
    batch_discount: Share = 0.0


class EgressTier(Frozen):
    """One step of a marginal price list: `usd_per_gb` up to `up_to_gb` billed GB a month; None = no upper edge."""

    up_to_gb: Positive | None
    usd_per_gb: NotNegative


class Egress(Row):
    """A provider's price for traffic out to the internet; edges in the provider's own billed GB (2**30 bytes)."""

    provider: str
    free_gb: NotNegative = 0.0
    tiers: tuple[EgressTier, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _edges_rise(self) -> Self:
        edges = [tier.up_to_gb for tier in self.tiers]
        closed = [edge for edge in edges[:-1] if edge is not None]
        if len(closed) != len(edges) - 1 or edges[-1] is not None or sorted(set(closed)) != closed:
            raise ValueError(f"egress {self.id}: tiers must rise, and only the last one has no upper edge")
        return self


class PowerPrice(Row):
    """What a kilowatt-hour costs a commercial customer of one region, in USD."""

    region: str
    usd_kwh: Positive


class Figure(Row):
    """A single planning figure with its unit, such as a PUE, a maintenance share or a rack's monthly rent."""

    name: str
    value: NotNegative
    unit: str


class Grid(Row):
    """The greenhouse gas that a kilowatt-hour of one country's grid stands for, location-based."""

    region: str
    kg_co2e_kwh: NotNegative


class Link(Row):
    """A private line into a cloud; the way out of the cloud is paid by the billed GB."""

    provider: str
    name: str
    gbps: Positive
    usd_month: NotNegative
    usd_per_gb_out: NotNegative


class Appliance(Row):
    """A storage device that a cloud ships; `usd_job` is the fee of one device with `days_included` on site."""

    provider: str
    name: str
    device_tb: Positive
    usd_job: NotNegative
    days_included: Positive
    copy_gbps: Positive
    shipping_days: NotNegative
    usd_per_gb_out: NotNegative


class Condition(Frozen):
    """When a trap speaks up: a condition on one input or result of a calculator; every bound that is set must hold.

    `near`: within the share `within` of any of the values; `equals`: one of the words.
    """

    input: str
    near: tuple[float, ...] = ()
    within: Share = 0.0
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None
    equals: tuple[str, ...] = ()


class Trap(Row):
    """A published number that misleads: what it is called, when it is met, and what to know then."""

    name: str
    calculators: tuple[str, ...] = Field(min_length=1)
    when: tuple[Condition, ...]
    warning: str


R = TypeVar("R", bound=Row)


def _find(kind: str, rows: Sequence[R], row_id: str) -> R:
    for row in rows:
        if row.id == row_id:
            return row
    known = ", ".join(row.id for row in rows)
    raise InputError(f"Unknown {kind} {row_id!r}; the catalogue knows: {known}.")


class Catalogue(Frozen):
    """All rows, found by id; an unknown id raises `InputError` that lists the known ones.

    Ids are unique in their list, and a server or cloud instance names a GPU that exists; where `sources` are
    given, every row's source is among them.
    """

    gpus: tuple[Gpu, ...]
    servers: tuple[Server, ...] = ()
    cloud: tuple[CloudInstance, ...] = ()
    apis: tuple[TokenApi, ...] = ()
    egress: tuple[Egress, ...] = ()
    power: tuple[PowerPrice, ...] = ()
    figures: tuple[Figure, ...] = ()
    grids: tuple[Grid, ...] = ()
    links: tuple[Link, ...] = ()
    appliances: tuple[Appliance, ...] = ()
    traps: tuple[Trap, ...] = ()
    sources: tuple[Source, ...] = ()

    def rows(self) -> tuple[Row, ...]:
        """Return every row that carries a figure."""
        return (
            *self.gpus, *self.servers, *self.cloud, *self.apis, *self.egress, *self.power, *self.figures, *self.grids,
            *self.links, *self.appliances,
        )  # fmt: skip

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        lists: tuple[Sequence[Row | Source], ...] = (
            self.gpus, self.servers, self.cloud, self.apis, self.egress, self.power, self.figures, self.grids, self.links,
            self.appliances, self.traps, self.sources,
        )  # fmt: skip
        for rows in lists:
            ids = [row.id for row in rows]
            doubled = sorted({row_id for row_id in ids if ids.count(row_id) > 1})
            if doubled:
                raise ValueError(f"catalogue ids must be unique; {', '.join(doubled)} stand twice")
        gpu_ids = {gpu.id for gpu in self.gpus}
        named = {row.id: row.gpu for row in self.servers} | {row.id: row.gpu for row in self.cloud}
        for row_id, gpu_id in named.items():
            if gpu_id not in gpu_ids:
                raise ValueError(f"catalogue row {row_id} names the unknown GPU {gpu_id!r}")
        self._check_sources()
        return self

    def _check_sources(self) -> None:
        known = {source.id for source in self.sources}
        cited = {row.source for row in (*self.rows(), *self.traps)}
        cited |= {gpu.price_source for gpu in self.gpus if gpu.price_source}
        if known and cited - known:
            raise ValueError(f"catalogue sources not listed: {', '.join(sorted(cited - known))}")

    def gpu(self, gpu_id: str) -> Gpu:
        """Return the accelerator with this id."""
        return _find("GPU", self.gpus, gpu_id)

    def server(self, server_id: str) -> Server:
        """Return the server with this id."""
        return _find("server", self.servers, server_id)

    def instance(self, instance_id: str) -> CloudInstance:
        """Return the cloud instance with this id."""
        return _find("cloud instance", self.cloud, instance_id)

    def instances_with(self, gpu_id: str) -> tuple[CloudInstance, ...]:
        """Return the cloud instances that hold this GPU; empty if none does."""
        return tuple(instance for instance in self.cloud if instance.gpu == self.gpu(gpu_id).id)

    def api(self, api_id: str) -> TokenApi:
        """Return the token interface with this id."""
        return _find("token API", self.apis, api_id)

    def egress_of(self, provider_id: str) -> Egress:
        """Return the traffic price list of this provider."""
        return _find("egress provider", self.egress, provider_id)

    def power_price(self, region_id: str) -> PowerPrice:
        """Return the electricity price of this region."""
        return _find("power region", self.power, region_id)

    def grid(self, grid_id: str) -> Grid:
        """Return the greenhouse gas of this country's grid."""
        return _find("grid", self.grids, grid_id)

    def appliance(self, appliance_id: str) -> Appliance:
        """Return the shipped storage device with this id."""
        return _find("appliance", self.appliances, appliance_id)

    def figure(self, figure_id: str) -> Figure:
        """Return the single planning figure with this id."""
        return _find("planning figure", self.figures, figure_id)


# The row that `serve` falls back on when no GPU is named; a test holds it equal to the row in the data.
REFERENCE_GPU = Gpu(
    id=DEFAULT_GPU,
    name="NVIDIA H100 SXM 80 GB",
    memory_gb=80,
    reported_gib=79.18,
    bf16_tflops=989.4,
    bandwidth_gb_s=3350,
    watts=700,
    source="nvidia-h100",
    date=dt.date(2026, 8, 21),
)
