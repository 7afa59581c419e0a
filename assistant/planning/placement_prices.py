"""Where owning, renting and metered tokens cost the same, per card: the arithmetic that the placement rules ask.

All prices are USD per card-hour. They come from the catalogue once; what the organisation said comes in as arguments.
"""

import math
from typing import Final

from assistant.interview.model import Value
from assistant.planning.catalogue import DEFAULT_GPU, Catalogue, CloudInstance
from assistant.planning.cost import HOURS_PER_YEAR, breakeven_utilisation, cost, token_api
from assistant.planning.sizing import BYTES_PER_PARAM, serve
from assistant.planning.throughput import latency

PARAMS_B: Final = 8.0
PRECISION: Final = "fp8"
CONTEXT: Final = 2048
BATCH: Final = 64
TOKENS_IN: Final = 1000
TOKENS_OUT: Final = 300
REACHED: Final = 0.5
"""The request that is counted with, as in the plan's sizing: see `estimates`, where each is a named assumption."""
HEADROOM: Final = 0.2
"""Cards kept above the peak (llm-d planner)."""
SWINGING: Final = 0.1
"""What a load that comes in bursts averages, as a share of its peak; the plan's sizing names it as an assumption."""
LIFE_MONTHS: Final = 60
"""A server's life (Lenovo LP2368). Where the need ends sooner, half of the book value is taken to come back."""
SHORTEST_MONTHS: Final = 6.0
RESALE: Final = 0.5
CARDS_PER_ENGINEER: Final = 50.0
"""People grow with the fleet: one for 50 to 100 cards (Introl), and never less than the catalogue's share for a server."""
SERVER_CARDS: Final = 8
MARKETPLACES: Final = frozenset({"vast", "runpod"})
"""Offers on machines of private hosts, which give no terms for production; they are never counted as admissible."""
EUROPEAN: Final = frozenset({"ovh", "scaleway"})
"""Providers of the catalogue with their seat in Europe: what is counted where no foreign law may reach the data. Whose law
reaches them is a question for counsel."""


class Rent(Value):
    """An offer of the catalogue, on demand, in USD per card-hour."""

    provider: str
    name: str
    usd_hour: float
    citation: str


class Prices(Value):
    """What the rules need of the catalogue. USD; people and machines per hour whether used or not."""

    gpu: str
    card_usd: float
    running_usd_hour: float
    """Power, cooling and maintenance of one card's share of a server."""
    power_usd_hour: float
    """Power and cooling alone."""
    engineer_usd_hour: float
    least_engineers: float
    cage_usd_hour: float
    """Rent of a rack by card, where the machines stand in colocation."""
    rents: tuple[Rent, ...]
    card_rps: float
    """Requests a second that one card answers while it holds its answer time."""
    copy_cards: int
    api_usd: tuple[tuple[str, float], ...]
    """Metered services with the price of one request, cheapest first."""
    usual_use: float
    """The share of hours in which cards of one's own do useful work where nothing better is known."""

    def cards(self, peak_rps: float) -> int:
        """The cards that a peak needs, in whole copies of the model: ⌈(1 + headroom)·peak / per copy⌉, as `replicas`."""
        return max(1, math.ceil((1 + HEADROOM) * peak_rps / (self.card_rps * self.copy_cards))) * self.copy_cards

    def use(self, peak_rps: float, steady: bool | None) -> float:
        """The share of hours in which cards bought for the peak are busy: the mean load over what the cards can do.

        A load round the clock averages its peak, one that comes in bursts a tenth of it; where it was not said the usual
        share is an upper limit.
        """
        full = peak_rps / (self.card_rps * self.cards(peak_rps))
        if steady:
            return full
        return full * SWINGING if steady is False else min(full, self.usual_use)

    def own_usd_hour(self, cards: float, months: float | None, *, owned: bool = False, caged: bool = False) -> float:
        """What a fleet costs per card-hour, used or not: USD.

        hour = price·(1 - ρ)/(months·730) + running + people, with ρ = half of the book value left of a five-year life
        (so a longer need never costs more per hour), people = max(least, cards/50). Cards that are paid for already
        cost power and people alone. Sources: Lenovo LP2368, Uptime Institute 2025, Introl.
        """
        people = max(self.least_engineers, cards / CARDS_PER_ENGINEER) * self.engineer_usd_hour / cards
        if owned:
            return self.power_usd_hour + people
        span = min(max(LIFE_MONTHS if months is None else months, SHORTEST_MONTHS), LIFE_MONTHS)
        kept = 1 - RESALE * (1 - span / LIFE_MONTHS)
        capital = self.card_usd * kept / (span / 12 * HOURS_PER_YEAR)
        return capital + self.running_usd_hour + people + (self.cage_usd_hour if caged else 0.0)

    def cheapest(self, *, foreign_law: bool) -> Rent | None:
        """The cheapest admissible offer, where no foreign law may reach the data among European providers; or None."""
        fitting = [
            rent
            for rent in self.rents
            if rent.provider not in MARKETPLACES and (not foreign_law or rent.provider in EUROPEAN)
        ]
        return min(fitting, key=lambda rent: rent.usd_hour, default=None)

    def api_below(self, rent: Rent) -> tuple[tuple[str, float], tuple[str, float]]:
        """The mean load in requests/s below which a metered service is cheaper than one copy that waits.

        rps = USD per hour / (3600·USD per request), for the dearest service and for the cheapest. Source: Pan et al. 2025.
        """
        waiting = rent.usd_hour * self.copy_cards
        shares = [(name, waiting / (3600 * usd)) for name, usd in self.api_usd]
        return shares[-1], shares[0]


def prices(catalogue: Catalogue, params_b: float | None = None) -> Prices | None:
    """The prices for a model of this size (8 billion parameters where it was not said); None without the rows for it."""
    gpu = catalogue.gpu(DEFAULT_GPU)
    servers = [s for s in catalogue.servers if s.gpu == gpu.id and s.gpus >= SERVER_CARDS]
    offers = [i for i in catalogue.instances_with(gpu.id) if i.usd_hour is not None]
    if not servers or not offers or not catalogue.apis:
        return None
    server = min(servers, key=lambda s: s.price_usd)
    people = catalogue.figure("staff-usd-year").value
    owned = cost(
        servers=1,
        capex_usd=server.price_usd,
        years=LIFE_MONTHS / 12,
        power_kw=server.power_kw or 1.3 * server.gpus,
        usd_kwh=catalogue.power[0].usd_kwh,
        pue=catalogue.figure("pue-average").value,
        maintenance=catalogue.figure("maintenance-share").value,
        colo_usd_month=catalogue.figure("colo-rack-month").value,
    ).parts("parts_usd")
    card_hours = LIFE_MONTHS / 12 * HOURS_PER_YEAR * server.gpus
    rps, copy_cards = _rps(catalogue, params_b or PARAMS_B)
    return Prices(
        gpu=gpu.name,
        card_usd=server.price_usd / server.gpus,
        running_usd_hour=(owned["maintenance"] + owned["energy"]) / card_hours,
        power_usd_hour=owned["energy"] / card_hours,
        engineer_usd_hour=people / HOURS_PER_YEAR,
        least_engineers=catalogue.figure("staff-fte-per-node").value,
        cage_usd_hour=owned["colocation"] / card_hours,
        rents=tuple(_rent(i) for i in offers),
        card_rps=rps,
        copy_cards=copy_cards,
        api_usd=_api_prices(catalogue),
        usual_use=catalogue.figure("utilisation-default").value,
    )


def _rent(row: CloudInstance) -> Rent:
    hour = (row.usd_hour or 0.0) / row.gpus
    return Rent(provider=row.provider, name=f"{row.provider} {row.name}", usd_hour=hour, citation=row.cite())


def _rps(catalogue: Catalogue, params_b: float) -> tuple[float, int]:
    """Requests a second per card, and the cards of one copy: half of the roofline's pace, as in the plan's sizing."""
    gpu = catalogue.gpu(DEFAULT_GPU)
    worked = serve(params=params_b * 1e9, precision=PRECISION, context=CONTEXT, batch=BATCH, gpu=gpu)
    cards = int(worked.number("gpus"))
    pace = latency(
        params=params_b * 1e9, gpu=gpu, gpus=cards, weight_bytes=BYTES_PER_PARAM[PRECISION], prompt_tokens=TOKENS_IN,
        batch=BATCH, kv_gb=worked.number("kv_gb"),
    )  # fmt: skip
    return pace.number("tokens_per_second") * REACHED / TOKENS_OUT / cards, cards


def _api_prices(catalogue: Catalogue) -> tuple[tuple[str, float], ...]:
    priced = [
        (row.model, token_api(tokens_in=TOKENS_IN, tokens_out=TOKENS_OUT, api=row).number("usd_month"))
        for row in catalogue.apis
    ]
    return tuple(sorted(priced, key=lambda item: item[1]))


def own_above(own_usd_hour: float, rent: Rent) -> float:
    """The share of hours above which owning is cheaper than the offer (Uptime Institute 2025); above 1 it never is."""
    return breakeven_utilisation(owned_usd_hour=own_usd_hour, cloud_usd_hour=rent.usd_hour)
