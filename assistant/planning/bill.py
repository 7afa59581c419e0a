"""The bill of materials of a plan: what is needed, how much of it, where, and from which calculation or fact that follows.

It names kinds of things, never a provider's products, so that any tool can turn it into orders or infrastructure. Money is
in USD a year of 8,760 hours, and stands only where the plan has worked out a price.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from assistant.interview.model import Value
from assistant.planning.cost import HOURS_PER_YEAR
from assistant.planning.economics import OwnOrRent
from assistant.planning.estimates import Sizing
from assistant.planning.manifests import own_cluster, serving_gpus, stated_situation
from assistant.planning.manifests_serving import copy_of
from assistant.planning.manifests_training import KEPT, runs_of
from assistant.planning.placement import Placement
from assistant.planning.plan import Plan, StatedFact

SCHEMA: Final = "bill-of-materials"
SCHEMA_VERSION: Final = 1
OWN: Final = frozenset({"on-prem", "colocation"})
RENTED: Final = frozenset({"cloud", "sovereign-cloud"})


class Item(Value):
    """One line. ``basis``: the id of the calculation, fact or comparison that gives the count; ``sources``: what that cites.

    ``usd_year`` is None where the plan has no yearly price, ``usd_once`` where nothing is paid just once.
    ``usd_year_most`` is the dearest offer compared, where there is a band.
    ``priced_in``: the basis of the lines that hold the price of this one, so that nothing is counted twice.
    """

    what: str
    count: float
    unit: str
    where: str
    basis: str
    sources: tuple[str, ...]
    usd_year: float | None = None
    usd_year_most: float | None = None
    usd_once: float | None = None
    priced_in: str = ""
    note: str = ""


class Bill(Value):
    """All lines, and the sum of those that have a price; ``unpriced`` names what the plan has no price for at all."""

    items: tuple[Item, ...]
    usd_year: float
    unpriced: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The bill as JSON-ready data, with the name and version of its form."""
        return {
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            "currency": "USD",
            "hours_per_year": HOURS_PER_YEAR,
            **self.model_dump(mode="json"),
        }


def bill(plan: Plan) -> Bill:
    """The bill that follows from a plan; the same plan gives the same bill, and none yet gives an empty one."""
    items = (*_accelerators(plan), *_machines(plan), *_storage(plan), *_lines(plan), *_service(plan))
    return Bill(
        items=items,
        usd_year=round(sum(item.usd_year or 0.0 for item in items), 2),
        unpriced=tuple(dict.fromkeys(item.what for item in items if not _priced(item))),
    )


def _priced(item: Item) -> bool:
    return bool(item.priced_in) or item.usd_year is not None or item.usd_once is not None


def _by_id(plan: Plan) -> dict[str, Sizing]:
    return {s.id: s for s in plan.deployment.sizing}


def _largest_run(sizing: Sequence[Sizing]) -> tuple[str, str, int] | None:
    """The id of the run that needs most accelerators, their kind and their number; None where none is planned."""
    run = max(runs_of(sizing), key=lambda r: r.gpus, default=None)
    return (run.id, run.gpu, run.gpus) if run else None


def _accelerators(plan: Plan) -> Iterator[Item]:
    sizing, part = _by_id(plan), plan.deployment
    copy, online = copy_of(sizing), part.of("online_inference")
    if copy and (own_cluster(online) or online.decision == "edge"):
        basis = "serve-copies" if "serve-copies" in sizing and online.decision != "edge" else "serve-memory"
        count = serving_gpus(plan) if basis == "serve-copies" else copy.gpus
        note = "On each device." if online.decision == "edge" else ""
        yield _counted(plan, "Accelerators that serve", copy.gpu, count, online, sizing[basis], note)
    run, made = _largest_run(part.sizing), part.of("customise")
    if run and own_cluster(made):
        note = "For the largest of the methods planned; runs wait for each other in a queue."
        yield _counted(plan, "Accelerators that adapt models", run[1], run[2], made, sizing[run[0]], note)


def _counted(plan: Plan, what: str, gpu: str, count: int, where: Placement, sizing: Sizing, note: str) -> Item:
    compared = plan.deployment.own_or_rent
    priced = compared is not None and compared.gpu == gpu and where.decision in OWN | RENTED
    return Item(
        what=f"{what}: {gpu}",
        count=count,
        unit="accelerator",
        where=where.decision,
        basis=sizing.id,
        sources=sizing.calculation.sources,
        priced_in="own_or_rent" if priced else "",
        note=note,
    )


def _machines(plan: Plan) -> Iterator[Item]:
    compared = plan.deployment.own_or_rent
    if compared is None:
        return
    for where, count in _needed(plan, compared.gpu).items():
        if where in OWN:
            yield from _owned(plan, compared, where, count)
        elif compared.offers:
            yield _rented(compared, where, count)


def _needed(plan: Plan, gpu: str) -> dict[str, int]:
    """Accelerators of the kind that the plan has prices for, by place; at one place both sides need their own."""
    sizing, part = _by_id(plan), plan.deployment
    found: dict[str, int] = {}
    copy, online = copy_of(sizing), part.of("online_inference")
    if copy and copy.gpu == gpu and own_cluster(online):
        found[online.decision] = serving_gpus(plan)
    run, made = _largest_run(part.sizing), part.of("customise")
    if run and run[1] == gpu and own_cluster(made):
        found[made.decision] = found.get(made.decision, 0) + run[2]
    return found


def _owned(plan: Plan, compared: OwnOrRent, where: str, count: int) -> Iterator[Item]:
    owned = int(stated_situation(plan).gpus) if where == "on-prem" else 0
    if owned:
        fact = _fact(plan, "gpu_on_prem")
        yield Item(
            what="Accelerators owned already", count=owned, unit="accelerator", where=where, basis="gpu_on_prem",
            sources=(*_told(fact), *compared.owned.sources),
            usd_year=round(owned / compared.gpus * compared.marginal_usd_hour * HOURS_PER_YEAR, 2),
            note="Power and people alone. Taken to be as good as the kind planned; only what is missing is bought.",
        )  # fmt: skip
    servers = math.ceil(max(0, count - owned) / compared.gpus)
    if not servers:
        return
    note = f"Bought whole: {max(0, count - owned)} accelerators are missing."
    amounts = compared.owned.parts("parts_usd")
    yearly = {name: servers * usd / compared.years for name, usd in amounts.items()}
    inputs = compared.owned.inputs
    kwh = round(servers * HOURS_PER_YEAR * _number(inputs["power_kw"]) * _number(inputs["pue"]), 2)
    lines = (
        (f"Servers with {compared.gpus} x {compared.gpu}", servers, "server", "hardware", note),
        ("Maintenance of the servers", servers, "server", "maintenance", ""),
        ("Electricity of the servers, cooling included", kwh, "kWh a year", "energy", ""),
        ("Room in a data centre", servers, "server", "colocation", ""),
        ("People who run the servers", servers, "server", "staff", ""),
    )
    for what, number, unit, part, text in lines:
        if yearly[part]:
            yield Item(
                what=what, count=number, unit=unit, where=where, basis="own_or_rent.owned",
                sources=compared.owned.sources, usd_year=round(yearly[part], 2), note=text,
            )  # fmt: skip


def _rented(compared: OwnOrRent, where: str, count: int) -> Item:
    """Rented by the hour for the whole year, between the cheapest and the dearest offer compared."""
    prices = [offer.usd_hour / compared.gpus * count * HOURS_PER_YEAR for offer in compared.offers]
    return Item(
        what=f"Rented hours of accelerators: {compared.gpu}",
        count=count * HOURS_PER_YEAR,
        unit="accelerator-hour a year",
        where=where,
        basis="own_or_rent.offers",
        sources=tuple(dict.fromkeys(_source(offer.citation) for offer in compared.offers)),
        usd_year=round(min(prices), 2),
        usd_year_most=round(max(prices), 2),
        note="All of them round the clock, on demand; less where copies are scaled down or runs come now and then.",
    )


def _source(citation: str) -> str:
    """The source in a citation of the catalogue, without the row's id, which may name a provider's product."""
    return citation.partition(": ")[2].partition(",")[0] or citation


def _number(value: object) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise TypeError(f"a number was expected among a calculation's inputs, but {value!r} stands there")


def _storage(plan: Plan) -> Iterator[Item]:
    made = plan.deployment.of("customise")
    runs = runs_of(plan.deployment.sizing)
    if not runs or not own_cluster(made):
        return
    largest = max(runs, key=lambda run: run.state_gb)
    yield Item(
        what="Storage for checkpoints", count=math.ceil(KEPT * largest.state_gb), unit="GB", where=made.decision,
        basis=largest.id, sources=_by_id(plan)[largest.id].calculation.sources,
        note=f"{KEPT} checkpoints of weights and optimizer.",
    )  # fmt: skip
    volume = _fact(plan, "training_data_tb")
    if volume and volume.value:
        yield Item(
            what="Storage for training data", count=_number(volume.value), unit="TB", where=made.decision,
            basis="training_data_tb", sources=_told(volume),
        )  # fmt: skip


def _fact(plan: Plan, name: str) -> StatedFact | None:
    return next((f for f in plan.facts if f.name == name), None)


def _told(fact: StatedFact | None) -> tuple[str, ...]:
    """Where a fact was stated: the turn or the document."""
    if fact is None:
        return ()
    return (f"turn {fact.source}" if isinstance(fact.source, int) else fact.source,)


def _lines(plan: Plan) -> Iterator[Item]:
    sizing, part = _by_id(plan), plan.deployment
    for name, what in (("data-transfer", "Link that carries the training data once"), ("promotion", "Link for new models")):
        if name in sizing:
            worked = sizing[name].calculation
            yield Item(
                what=what, count=_number(worked.inputs["gbps"]), unit="Gbit/s", where=part.of("customise").decision,
                basis=name, sources=worked.sources, note=sizing[name].answer,
            )  # fmt: skip
    if "data-egress" in sizing:
        worked = sizing["data-egress"].calculation
        yield Item(
            what="Traffic out of the cloud, once", count=round(_number(worked.inputs["gb"]), 2), unit="billed GB",
            where="cloud", basis="data-egress", usd_once=round(worked.number("usd"), 2),
            sources=tuple(_source(s) for s in worked.sources), note=sizing["data-egress"].answer,
        )  # fmt: skip


def _service(plan: Plan) -> Iterator[Item]:
    sizing = _by_id(plan)
    if "api-bill" not in sizing:
        return
    worked = sizing["api-bill"].calculation
    tokens = 12 * (_number(worked.inputs["tokens_in"]) + _number(worked.inputs["tokens_out"]))
    yield Item(
        what="Tokens of a metered service", count=tokens, unit="token a year", where="api", basis="api-bill",
        sources=tuple(_source(s) for s in worked.sources[:1]), usd_year=round(12 * worked.number("usd_month"), 2),
        note="Questions and answers together, at a middling price.",
    )  # fmt: skip
