"""Owning against renting over three years, for the organisation's own situation: prices from the catalogue."""

from collections.abc import Mapping

from assistant.interview.model import Value
from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Catalogue, CloudInstance, Server
from assistant.planning.cost import HOURS_PER_YEAR, breakeven_table, breakeven_utilisation, cost
from assistant.planning.placement_rules import Decision
from assistant.planning.situation import Situation

YEARS = 3
UTILISATIONS = (0.1, 0.2, 0.35, 0.5, 0.8, 1.0)
POWER_KW_PER_GPU = 1.3
"""Where a server's draw is unknown: 10.2 kW for eight H100, the chassis included."""


class Offer(Value):
    """A rented price for as many GPUs of the same kind as the server has."""

    name: str
    usd_hour: float
    break_even: float
    """The share of hours above which owning is cheaper; above 1 renting always is."""
    citation: str


class OwnOrRent(Value):
    """A server owned for three years against the same GPUs rented.

    ``rented_usd``: for each offer what three years cost at each share of hours in use, in USD; ``own_usd`` is the same
    at every use, since an owned machine is paid whether it works or not.
    """

    server: str
    gpu: str
    gpus: int
    years: int
    utilisations: tuple[float, ...]
    own_usd: float
    own_usd_hour: float
    marginal_usd_hour: float
    """Power and people alone: what the next hour costs on a machine that is paid for already."""
    offers: tuple[Offer, ...]
    rented_usd: dict[str, tuple[float, ...]]
    owned: Calculation
    table: Calculation
    notes: tuple[str, ...] = ()


def own_or_rent(catalogue: Catalogue, here: Situation, *, colocated: bool = False) -> OwnOrRent | None:
    """Compare owning and renting; None when the catalogue has no server with a rented counterpart."""
    server = _server(catalogue, here)
    if server is None:
        return None
    owned = _owned(catalogue, server, colocated=colocated)
    hour = owned.number("usd_hour_owned")
    offers = tuple(_offer(name, usd, row, hour) for name, (usd, row) in _rented(catalogue, server, here).items())
    parts = owned.parts("parts_usd")
    marginal = (parts["energy"] + parts["staff"]) / (YEARS * HOURS_PER_YEAR)
    running = hour - parts["hardware"] / (YEARS * HOURS_PER_YEAR)
    return OwnOrRent(
        server=server.name,
        gpu=server.gpu,
        gpus=server.gpus,
        years=YEARS,
        utilisations=UTILISATIONS,
        own_usd=owned.number("usd_total"),
        own_usd_hour=hour,
        marginal_usd_hour=marginal,
        offers=offers,
        rented_usd={o.name: tuple(o.usd_hour * YEARS * HOURS_PER_YEAR * u for u in UTILISATIONS) for o in offers},
        owned=owned,
        table=breakeven_table(
            capex_usd=server.price_usd,
            own_usd_hour=running,
            cloud_usd_hour={o.name: o.usd_hour for o in offers},
            utilisations=UTILISATIONS,
        ),
        notes=_notes(here, marginal),
    )


def use_sentence(catalogue: Catalogue, here: Situation, decision: Decision) -> str | None:
    """At what use owning and renting cost the same, in one sentence; None when no prices are known."""
    compared = own_or_rent(catalogue, here, colocated=decision == "colocation")
    if compared is None:
        return None
    low, high = compared.offers[0], compared.offers[-1]
    band = f"{_percent(high.break_even)} (against {high.name}) to {_percent(low.break_even)} (against {low.name})"
    turn = "below" if decision in ("on-prem", "colocation") else "above"
    other = "renting" if turn == "below" else "owning"
    return f"On cost alone {other} wins when the machines are busy {turn} a share of the hours of {band}."


def _percent(share: float) -> str:
    return "more than 100 %" if share > 1 else f"{100 * share:.0f} %"


def _server(catalogue: Catalogue, here: Situation) -> Server | None:
    """A small server where money is short, else the cheapest one with eight GPUs; only with a rented counterpart."""
    fitting = [s for s in catalogue.servers if _offers(catalogue, s)]
    small = here.budget_usd_year is not None and here.budget_usd_year < 100_000
    ranked = sorted(fitting, key=lambda s: ((s.gpus >= 8) if small else (s.gpus < 8), s.price_usd))
    return ranked[0] if ranked else None


def _offers(catalogue: Catalogue, server: Server) -> list[CloudInstance]:
    return [i for i in catalogue.instances_with(server.gpu) if i.usd_hour is not None]


def _rented(catalogue: Catalogue, server: Server, here: Situation) -> Mapping[str, tuple[float, CloudInstance]]:
    """The cheapest and dearest offers on demand and those of the cloud in use, cheapest first; USD for the server's GPUs."""
    offers = sorted(_offers(catalogue, server), key=lambda i: (i.usd_hour or 0) / i.gpus)
    own = [i for i in offers if i.provider == here.cloud]
    whole = [i for i in offers if i.gpus >= server.gpus] or offers
    chosen = {i.id: i for i in (whole[0], *own, whole[-1])}
    ranked = sorted(chosen.values(), key=lambda i: (i.usd_hour or 0) / i.gpus)
    return {f"{i.provider} {i.name} on demand": ((i.usd_hour or 0) / i.gpus * server.gpus, i) for i in ranked}


def _offer(name: str, usd: float, row: CloudInstance, owned_hour: float) -> Offer:
    share = breakeven_utilisation(owned_usd_hour=owned_hour, cloud_usd_hour=usd)
    return Offer(name=name, usd_hour=usd, break_even=share, citation=row.cite())


def _owned(catalogue: Catalogue, server: Server, *, colocated: bool) -> Calculation:
    people = catalogue.figure("staff-fte-per-node").value * catalogue.figure("staff-usd-year").value
    power = catalogue.power[0].usd_kwh if catalogue.power else 0.15
    rent = catalogue.figure("colo-rack-month").value if colocated else 0.0
    return cost(
        servers=1,
        capex_usd=server.price_usd,
        years=YEARS,
        power_kw=server.power_kw or POWER_KW_PER_GPU * server.gpus,
        usd_kwh=power,
        pue=catalogue.figure("pue-average").value,
        utilisation=catalogue.figure("utilisation-default").value,
        staff_usd_year=people * server.gpus / 8,
        maintenance=catalogue.figure("maintenance-share").value,
        colo_usd_month=rent,
    )


def _notes(here: Situation, marginal: float) -> tuple[str, ...]:
    notes = [
        "Prices are dated snapshots and GPU rents have risen as well as fallen: price again before you sign.",
        "Server prices and much of the method come from a vendor of servers; staff is added here, finance and resale not.",
    ]
    if here.gpus >= 1:
        notes.append(
            f"For the {here.gpus:g} GPUs you own already, only power and people count for the next hour: about "
            f"{marginal:.2f} US dollars for a server of this kind."
        )
    return tuple(notes)
