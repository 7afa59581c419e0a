"""Conflicts and duties that come with a decision, and the money that it takes; law is left to counsel."""

from collections.abc import Callable

from assistant.planning.cost import HOURS_PER_YEAR
from assistant.planning.placement_phases import PHASE_NAMES, Decision, PhaseId, Rule
from assistant.planning.placement_prices import SWINGING
from assistant.planning.situation import Situation

AWAY = frozenset({"cloud", "sovereign-cloud", "api"})


def legal(here: Situation, rule: Rule) -> bool:
    """Whether data under rules goes to somebody else's machines, so that counsel has to look at it."""
    return rule.decision in AWAY and (here.borders or here.regulated)


_Applies = Callable[[PhaseId, Situation, Rule], bool]
_WARNINGS: tuple[tuple[_Applies, str], ...] = (
    (
        lambda _, s, r: r.decision == "on-prem" and s.no_site and not s.gpus,
        "Conflict: you have no data centre. A room with power, cooling and people has to come first; a locked cage "
        "elsewhere is a way out only if counsel agrees that it counts as your premises.",
    ),
    (
        lambda _, s, r: r.decision == "on-prem" and s.no_site and s.gpus >= 1,
        "Conflict: you own GPUs but said there is no data centre; check power, cooling and access where they stand.",
    ),
    (
        lambda _, s, r: r.decision == "on-prem" and s.no_team,
        "Conflict: nobody is there to run machines; hire or contract somebody before buying.",
    ),
    (
        lambda _, s, r: r.decision == "on-prem" and s.small_budget and not s.gpus,
        "The budget carries one workstation rather than a server: start with light methods (LoRA, QLoRA).",
    ),
    (
        lambda *given: given[1].premises_only and given[1].cloud not in (None, "none"),
        "Conflict: a cloud is in use, but this data may not leave your premises; keep it out of that cloud.",
    ),
    (
        lambda _, s, r: legal(s, r),
        "Whether the law allows this is a question for your counsel; the plan does not interpret the law.",
    ),
    (
        lambda _, s, r: s.borders and r.decision in ("cloud", "api"),
        "Only in a region that the rule allows, with terms that fix the place, forbid training on your data and "
        "list sub-processors.",
    ),
    (
        lambda phase, s, r: phase == "online_inference" and r.decision in AWAY and s.regulated and not s.borders,
        "If the requests themselves carry regulated data that may not leave, inference stays at home too.",
    ),
    (
        lambda _, s, r: r.decision == "api" and s.data_sensitivity == "high",
        "Names and other personal details are taken out before anything goes to the service.",
    ),
    (
        lambda _, s, r: r.id == "inverse-train" and s.sensitive,
        "Personal data goes to rented machines only where the contract names the place, and after what is not needed was "
        "taken out; train at home what may not go.",
    ),
    (
        lambda _, s, r: s.foreign_law_excluded is True and s.public_cloud and r.decision == "sovereign-cloud",
        "Conflict: an international cloud is in use, but no foreign law may reach this data; keep it out of that cloud.",
    ),
    (
        lambda _, s, r: r.decision in ("cloud", "sovereign-cloud") and s.cloud == "none",
        "No cloud is in use yet: contract, accounts, network and cost alarms come first.",
    ),
    (
        lambda _, s, r: r.decision == "api" and s.regulated,
        "No regulated data goes into the service before the contract and counsel allow it.",
    ),
)
"""When each conflict or duty is said: by phase, situation and the rule that fired."""


def warnings(phase: PhaseId, here: Situation, rule: Rule) -> tuple[str, ...]:
    """The conflicts and duties that belong to a decision, the money last."""
    said = [text for applies, text in _WARNINGS if applies(phase, here, rule)]
    return (*said, *_beyond_budget(phase, here, rule))


def _beyond_budget(phase: PhaseId, here: Situation, rule: Rule) -> tuple[str, ...]:
    """What the decision costs a year at least, where the budget that was named does not carry it."""
    need = year_usd(phase, here, rule.decision)
    budget = here.budget_usd_year
    if need is None or budget is None or need[0] <= budget:
        return ()
    usd, what = need
    return (
        f"Conflict: {budget:,.0f} US dollars a year do not carry {PHASE_NAMES[phase].lower()} as it is described: {what} "
        f"cost at least {usd:,.0f} US dollars a year at the prices known. Raise the budget, lower the load, or take a "
        "smaller model.",
    )


def year_usd(phase: PhaseId, here: Situation, decision: Decision) -> tuple[float, str] | None:
    """The least that a phase costs in a year, in USD, and what for; None where nothing tells.

    Cards for the peak when owned (those that are there already are free of capital), the mean load when rented by the
    hour or paid by the request, at the cheapest admissible offer. Training at home takes one card; without a load nothing
    is claimed for serving.
    """
    prices, rent = here.prices, here.cheapest
    if prices is None or here.stage < 2:  # nothing is set up at the Awareness stage
        return None
    if phase == "train" and decision == "on-prem" and not here.gpus:
        hour = prices.own_usd_hour(1, None) - prices.least_engineers * prices.engineer_usd_hour
        return HOURS_PER_YEAR * hour, "one card with its power and upkeep, people not counted,"
    if phase != "online_inference" or not here.peak_rps:
        return None
    mean = here.peak_rps * (1.0 if here.load_steady else SWINGING)
    if decision == "api":
        return HOURS_PER_YEAR * 3600 * mean * prices.api_usd[0][1], f"{mean:,.2g} requests a second, on average,"
    cards = here.cards_needed
    if decision in ("on-prem", "colocation"):
        hour = prices.own_usd_hour(cards, here.horizon_months, owned=here.gpus >= cards, caged=decision == "colocation")
        return HOURS_PER_YEAR * hour * cards, f"{cards:,} cards of your own for the peak"
    if decision in ("cloud", "sovereign-cloud") and rent is not None:
        busy = max(mean / prices.card_rps, prices.copy_cards * SWINGING)
        return HOURS_PER_YEAR * rent.usd_hour * busy, f"{busy:,.2g} rented cards, on average,"
    return None
