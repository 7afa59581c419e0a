"""The money tables of a plan: totals over one, three and five years, what moves them most, and what data gravity weighs."""

from collections.abc import Mapping, Sequence

from assistant.interview.model import Value
from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Catalogue, CloudInstance, Server
from assistant.planning.cost import HOURS_PER_MONTH, cost
from assistant.planning.economics import POWER_KW_PER_GPU, YEARS, OwnOrRent
from assistant.planning.estimates import PARAMS_B, Sizing
from assistant.planning.gravity import gravity
from assistant.planning.situation import Situation
from assistant.planning.sizing import weights_payload_gb
from assistant.planning.totals import Spread, owned_total, rented_total, tornado, totals
from assistant.planning.transfer import billed_gb
from assistant.planning.traps import warnings

LINES_GBPS: Mapping[str, float] = {"1 Gbit/s": 1.0, "10 Gbit/s": 10.0}
NO_BUDGET = "No budget was named: the totals are shown without a limit."
REFRESH_DAYS = 30.0
"""Data that feeds a model is taken to be needed anew once a month, unless something else is said."""
_COMMITTED = {"1y": 1, "3y": 3, "5y": 5}
_TERM_NAMES = {"on-demand": "on demand", "1y": "1 year reserved", "3y": "3 years reserved", "5y": "5 years reserved"}


class Money(Value):
    """The tables, None where there is nothing to compare, and the traps that all calculations of the plan touch."""

    totals: Calculation | None
    tornado: Calculation | None
    gravity: Calculation | None
    traps: tuple[str, ...]
    unlimited: str = ""
    """What is assumed where no budget was named."""
    beyond: str = ""
    """The conflict, where the budget that was named carries none of the ways compared."""


def money_tables(catalogue: Catalogue, here: Situation, compared: OwnOrRent | None, sizing: Sequence[Sizing]) -> Money:
    """The money tables that follow from what is compared and sized; gravity is weighed where the data's move was sized."""
    worked = {s.id: s.calculation for s in sizing}
    bill = worked["api-bill"].number("usd_month") if "api-bill" in worked else None
    whole = total_table(catalogue, compared, here, token_usd_month=bill) if compared else None
    moves = what_moves_it(catalogue, compared) if compared else None
    weight = _payload(worked)
    pull = weigh_gravity(catalogue, here, compared, payload_gb=weight) if "data-transfer" in worked else None
    tables = (compared.owned, compared.table) if compared else ()
    touched = (w for c in (*worked.values(), *tables) for w in warnings(catalogue.traps, c))
    return Money(
        totals=whole,
        tornado=moves,
        gravity=pull,
        traps=tuple(dict.fromkeys(touched)),
        unlimited=NO_BUDGET if whole and here.budget_usd_year is None else "",
        beyond=_beyond(here.budget_usd_year, whole) if whole and here.budget_usd_year is not None else "",
    )


def _beyond(budget: float, whole: Calculation) -> str:
    """A sentence where the cheapest way's first year costs more than the year's budget, else nothing."""
    usd = whole.values["usd"]
    rows = usd.values() if isinstance(usd, Mapping) else ()
    first = [row["1"] for row in rows if isinstance(row, Mapping)]
    least = min(total for total in first if isinstance(total, int | float))
    if least <= budget:
        return ""
    return (
        f"The budget of {budget:,.0f} US dollars a year carries none of the ways compared: the cheapest takes {least:,.0f} "
        "in the first year. Take a smaller machine, fewer hours or a metered service, or raise the budget."
    )


def _payload(worked: Mapping[str, Calculation]) -> float:
    """GB of the model that would travel: the one that is adapted or served, else one of the usual size."""
    sized = next((c for name, c in worked.items() if name.startswith(("finetune", "serve-memory"))), None)
    params = sized.inputs["params"] if sized else None
    return weights_payload_gb(float(params) if isinstance(params, int | float) else PARAMS_B * 1e9)


def total_table(
    catalogue: Catalogue, compared: OwnOrRent, here: Situation, *, token_usd_month: float | None = None
) -> Calculation:
    """Return the totals over 1, 3 and 5 years: owned, each compared cloud with every term it has, and a token API's bill."""
    prices, terms = _terms(catalogue, compared)
    storage = billed_gb(here.training_data_tb or 0.0) * catalogue.figure("object-storage").value * 12
    return totals(
        capex_usd=_server(catalogue, compared).price_usd,
        run_usd_year=_running(compared),
        rented_usd_hour=prices,
        committed_years=terms,
        fixed_usd_year={} if token_usd_month is None else {"token API": 12 * token_usd_month},
        utilisation=catalogue.figure("utilisation-default").value,
        rented_extra_usd_year=storage,
        discount_rate=catalogue.figure("discount-rate").value,
        resale=catalogue.figure("resale-of-book").value,
    )


def _server(catalogue: Catalogue, compared: OwnOrRent) -> Server:
    return next(s for s in catalogue.servers if (s.name, s.gpu, s.gpus) == (compared.server, compared.gpu, compared.gpus))


def _running(compared: OwnOrRent) -> float:
    """What a year of the owned server costs beside the hardware: power, upkeep, room and people, in USD."""
    parts = compared.owned.parts("parts_usd")
    return sum(usd for part, usd in parts.items() if part != "hardware") / compared.years


def _terms(catalogue: Catalogue, compared: OwnOrRent) -> tuple[dict[str, float], dict[str, int]]:
    """USD per hour of as many GPUs as the server has, for every term of the compared clouds; which terms bind how long."""
    rows = {offer.citation: offer for offer in compared.offers}
    prices: dict[str, float] = {}
    bound: dict[str, int] = {}
    for row in catalogue.cloud:
        if row.cite() not in rows:
            continue
        for term, usd in row.prices().items():
            name = f"{row.provider} {row.name}, {_TERM_NAMES.get(term, term)}"
            prices[name] = _for_server(row, usd, compared.gpus)
            if term in _COMMITTED:
                bound[name] = _COMMITTED[term]
    return prices, bound


def _for_server(row: CloudInstance, usd_hour: float, gpus: int) -> float:
    return usd_hour / row.gpus * gpus


def what_moves_it(catalogue: Catalogue, compared: OwnOrRent) -> Calculation | None:
    """Return the tornado of the saving of owning over the cheapest compared cloud on demand; None without an offer."""
    if not compared.offers:
        return None
    server = _server(catalogue, compared)
    room = compared.owned.parts("parts_usd")["colocation"] / compared.years / 12
    figure = {row.id: row.value for row in catalogue.figures}

    def evaluate(at: Mapping[str, float]) -> dict[str, float]:
        parts = cost(
            servers=1, capex_usd=at["server price"], years=YEARS, power_kw=server.power_kw or POWER_KW_PER_GPU * server.gpus,
            usd_kwh=at["electricity price"], pue=at["PUE"], maintenance=figure["maintenance-share"], colo_usd_month=room,
            staff_usd_year=at["staff per server"] * figure["staff-usd-year"] * server.gpus / 8,
        ).parts("parts_usd")  # fmt: skip
        running = sum(usd for part, usd in parts.items() if part != "hardware") / YEARS
        rented = rented_total(
            usd_hour=at["cloud price"], utilisation=at["utilisation"], years=YEARS, discount_rate=at["discount rate"],
            extra_usd_year=0.0,
        )  # fmt: skip
        owned = owned_total(
            capex_usd=at["server price"], run_usd_year=running, years=YEARS, discount_rate=at["discount rate"],
            resale=at["resale of book value"],
        )  # fmt: skip
        return {"owned": owned, "rented": rented or 0.0}

    return tornado(evaluate, _spreads(catalogue, compared, server))


def _spreads(catalogue: Catalogue, compared: OwnOrRent, server: Server) -> list[Spread]:
    """The inputs that are least certain, each with the range that its sources give."""

    def of(figure_id: str) -> float:
        return catalogue.figure(figure_id).value

    power = [row.usd_kwh for row in catalogue.power] or [0.15]
    offers = [offer.usd_hour for offer in compared.offers]
    price, base_pue = server.price_usd, of("pue-average")
    ranges = (
        ("utilisation", of("utilisation-low"), of("utilisation-default"), of("utilisation-high"), "share of hours",
         "measured in three clusters (plaintheory)"),
        ("cloud price", offers[0], offers[0], offers[-1], "USD per hour", "the offers compared"),
        ("server price", price * (1 - of("price-spread-low")), price, price * (1 + of("price-spread-high")), "USD",
         "spread between sellers (aiinframap)"),
        ("staff per server", of("staff-fte-low"), of("staff-fte-per-node"), of("staff-fte-high"), "people per 8 GPUs",
         "disagreeing quotes (staff-quotes)"),
        ("electricity price", min(power), power[0], max(power), "USD per kWh", "regions of the catalogue"),
        ("PUE", of("pue-liquid"), base_pue, base_pue, "factor", "liquid cooling to the world's average (uptime-2025)"),
        ("discount rate", of("discount-rate-low"), of("discount-rate"), of("discount-rate-high"), "share per year",
         "assumed; use your own cost of capital"),
        ("resale of book value", 0.0, of("resale-of-book"), 1.0, "share", "assumed; none to all of the book value"),
    )  # fmt: skip
    found = []
    for name, low, base, high, unit, ground in ranges:  # a figure that a person overruled may leave its usual range
        found.append(Spread(name=name, low=min(low, base), base=base, high=max(high, base), unit=unit, ground=ground))
    return found


def weigh_gravity(
    catalogue: Catalogue, here: Situation, compared: OwnOrRent | None, *, payload_gb: float
) -> Calculation | None:
    """Return the ways of the training data and their crossover sizes; None where no volume was stated."""
    volume = here.training_data_tb
    if not volume:
        return None
    leaving = here.data_in_cloud and here.cloud in {row.provider for row in catalogue.egress}
    prices = next((row for row in catalogue.egress if row.provider == here.cloud), None) if leaving else None
    near = here.cloud if here.cloud in {row.provider for row in catalogue.links} else None
    return gravity(
        tb=volume,
        gbps=LINES_GBPS,
        efficiency=catalogue.figure("link-efficiency").value,
        direction="out" if here.data_in_cloud else "in",
        prices=prices,
        lines=tuple(row for row in catalogue.links if row.provider == near),
        device=next((row for row in catalogue.appliances if near in (None, row.provider)), None),
        refresh_days=REFRESH_DAYS,
        difference_usd_month=_difference(catalogue, compared),
        payload_gb=payload_gb,
    )


def _difference(catalogue: Catalogue, compared: OwnOrRent | None) -> float | None:
    """What the dearer side costs more a month at usual use, between owning and the cheapest offer; None if unknown."""
    if compared is None or not compared.offers:
        return None
    used = catalogue.figure("utilisation-default").value
    return abs(compared.own_usd_hour - used * compared.offers[0].usd_hour) * HOURS_PER_MONTH
