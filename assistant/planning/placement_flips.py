"""What would change a decision: another fact, found by deciding again, or a number, where cost decides."""

from functools import lru_cache

from assistant.planning.placement_phases import BATCH, BUILD, ONLINE, PHASE_NAMES, PLACE_NAMES, Decision, PhaseId, Rule
from assistant.planning.placement_prices import LIFE_MONTHS, Prices, Rent, own_above
from assistant.planning.placement_rules import decide
from assistant.planning.situation import (
    EDGE_MS,
    HEAVY_RPS,
    HEAVY_TB,
    MEANS_ENGINEERS,
    MEANS_USD,
    SHORT_MONTHS,
    TINY_RPS,
    Situation,
)

OWN: frozenset[Decision] = frozenset({"on-prem", "colocation"})
RENTED: frozenset[Decision] = frozenset({"cloud", "sovereign-cloud"})

_PROBES: tuple[tuple[str, dict[str, object]], ...] = (
    ("the data were not allowed to leave your premises", {"residency": "on-prem-only"}),
    ("the data were regulated and bound to the country", {"residency": "country", "data_sensitivity": "regulated"}),
    ("you had no data centre and no GPUs of your own", {"has_datacentre": False, "gpu_on_prem": 0.0}),
    ("you had a data centre of your own", {"has_datacentre": True}),
    ("counsel and the data's owner accepted a provider under foreign law", {"foreign_law_excluded": False}),
    ("you owned eight or more GPUs", {"gpu_on_prem": 8.0, "has_datacentre": True}),
    ("the data were harmless and free to move", {"data_sensitivity": "low", "residency": "none", "air_gapped": None}),
    (f"an answer had to be there within {EDGE_MS:g} ms", {"latency_ms": EDGE_MS}),
    ("models had to work where there is no connection", {"disconnected_site": True}),
    ("every site were connected", {"disconnected_site": False}),
    ("no foreign law were allowed to reach the data", {"foreign_law_excluded": True}),
    (f"an answer could take longer than {EDGE_MS:g} ms", {"latency_ms": 10 * EDGE_MS}),
    (f"the peak were {TINY_RPS:g} request a second or less", {"peak_rps": TINY_RPS}),
    (f"the peak were above {TINY_RPS:g} request a second", {"peak_rps": 20.0}),
    (
        f"{HEAVY_RPS:g} or more requests a second came round the clock",
        {"peak_rps": 10 * HEAVY_RPS, "load_steady": True},
    ),
    ("the load came in bursts", {"load_steady": False}),
    ("the data already lay in the cloud", {"data_location": "cloud", "cloud": "multi", "has_datacentre": False}),
    (f"there were {HEAVY_TB:g} TB or more to learn from", {"training_data_tb": HEAVY_TB}),
    ("nobody could build or run models", {"team_ml_engineers": 0.0}),
    (
        f"you had {MEANS_ENGINEERS:g} or more engineers and {MEANS_USD:,.0f} US dollars a year",
        {"team_ml_engineers": MEANS_ENGINEERS, "budget_usd_year": MEANS_USD},
    ),
    (f"the need lasted less than {SHORT_MONTHS:g} months", {"horizon_months": SHORT_MONTHS / 2}),
)


@lru_cache(maxsize=256)
def flips(phase: PhaseId, here: Situation, limit: int = 4) -> tuple[str, ...]:
    """What would change the decision, found by deciding again with one thing changed; the stage's turn comes last."""
    now = decide(phase, here).decision
    found: list[str] = []
    for condition, change in _PROBES:
        if all(getattr(here, name) == value for name, value in change.items()):
            continue
        other = decide(phase, here.model_copy(update=change)).decision
        if other != now:
            found.append(f"It would be {PLACE_NAMES[other]} if {condition}.")
    found = found[:limit]
    for stage in (here.stage + 1, here.stage - 1):
        if 1 <= stage <= 5 and (other := decide(phase, here.model_copy(update={"stage": stage})).decision) != now:
            found.append(f"At stage {stage} it would be {PLACE_NAMES[other]}.")
    return tuple(found)


def cost_flips(phase: PhaseId, here: Situation, rule: Rule) -> tuple[str, ...]:
    """The numbers at which cost alone would decide otherwise; empty for what a limit decides, or without prices."""
    prices, rent = here.prices, here.cheapest
    if prices is None or rent is None or rule.hard or not _bought(rule.decision):
        return ()
    found: list[str] = []
    if phase in (*BUILD, *ONLINE, *BATCH) and rule.decision != "api" and here.stage >= 3:
        found += _use_flips(phase, here, rule.decision, prices, rent)
    if phase in (*ONLINE, *BATCH) and not here.sensitive and rule.decision in RENTED | {"api"}:
        found.append(_api_flip(rule.decision, prices, rent))
    return tuple(found)


def _bought(decision: Decision) -> bool:
    return decision in OWN | RENTED | {"api"}


def _use_flips(phase: PhaseId, here: Situation, decision: Decision, prices: Prices, rent: Rent) -> list[str]:
    """At what share of busy hours, for how long a need, and at what rent owning and renting change places."""
    serving = phase not in BUILD
    use = here.use_online if serving else None
    caged = decision == "colocation"
    cards = here.cards_needed if serving else max(8, int(here.gpus))
    paid = here.gpus >= cards
    hour = prices.own_usd_hour(cards, here.horizon_months, owned=paid, caged=caged)
    share = own_above(hour, rent)
    name = PHASE_NAMES[phase]
    offer = f"{rent.name} at {rent.usd_hour:.2f} US dollars a card-hour, the cheapest admissible offer"
    fleet = f"{cards:,} {'paid' if paid else 'own'} cards ({prices.gpu}) at {hour:.2f} US dollars an hour each"
    now = _now(here, use, prices)
    if decision in OWN:
        first = f"On cost alone {name.lower()} moves to the cloud, renting wins, below {_percent(share)} utilisation"
    elif share > 1:
        first = f"On cost alone {name.lower()} does not move on premises even at full use"
    else:
        first = f"On cost alone {name.lower()} moves on premises above {_percent(share)} utilisation"
    found = [f"{first}{now}: {fleet}, against {offer}."]
    if use and decision in RENTED and (months := _pays_from(use, cards, prices, rent)) is not None:
        found.append(f"At that load owning pays for a need of {months} months or more.")
    return found


def _now(here: Situation, use: float | None, prices: Prices) -> str:
    if use is None:
        return f" (the usual one is {prices.usual_use:.0%})"
    known = here.load_steady is not None
    return f" (at the load you named they would be busy {'' if known else 'at most '}{use:.0%} of the hours)"


def _pays_from(use: float, cards: int, prices: Prices, rent: Rent) -> int | None:
    """The least months of need for which owning is the cheaper way at this use; None within a server's life."""
    spans = range(6, LIFE_MONTHS + 1)
    return next((n for n in spans if own_above(prices.own_usd_hour(cards, n), rent) <= use), None)


def _api_flip(decision: Decision, prices: Prices, rent: Rent) -> str:
    (dear, low), (cheap, high) = prices.api_below(rent)
    band = f"{low:.2g} requests a second on average (at the price of {dear}) to {high:.2g} ({cheap})"
    if decision == "api":
        return f"Above {band}, a rented copy of a model of your own costs less than a token API."
    return f"Below {band}, a token API costs less than a rented copy of the model that waits."


def _percent(share: float) -> str:
    return "100 % (that is, at any)" if share > 1 else f"{100 * share:.0f} %"
