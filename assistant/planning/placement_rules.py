"""The table of placement rules, in the order in which they are tried: the first one that applies to a phase decides.

Hard gates stand first, then volume and cost, then what is already there and where the data lies, then the stage. The
hybrid approach is the prior at the end: it holds when nothing above speaks against it. To add a rule, add one entry
here and one case to ``tests/planning/test_placement.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.planning.situation import EDGE_MS, HEAVY_TB, LIGHT_TB, SHORT_MONTHS, SMALL_TEAM, Situation

PhaseId = Literal["train", "customise", "optimise", "batch_inference", "online_inference"]
Decision = Literal["on-prem", "colocation", "cloud", "sovereign-cloud", "api", "edge", "none-yet"]

PHASES: tuple[PhaseId, ...] = ("train", "customise", "optimise", "batch_inference", "online_inference")
BUILD: tuple[PhaseId, ...] = ("train", "customise", "optimise")
HOME: tuple[PhaseId, ...] = (*BUILD, "batch_inference")
BATCH: tuple[PhaseId, ...] = ("batch_inference",)
ONLINE: tuple[PhaseId, ...] = ("online_inference",)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a rule applies, what it decides for which phases, and how it is explained.

    ``uses``: the facts it looks at; those not said become named assumptions. ``instead``: the runner-up and why not.
    ``certainty`` in 0..1: how far the rule can be trusted when every fact it uses was stated.
    """

    id: str
    phases: tuple[PhaseId, ...]
    when: Callable[[Situation], bool]
    decision: Decision
    reason: str
    instead: Decision
    why_not: str
    uses: tuple[str, ...]
    sources: tuple[str, ...]
    certainty: float
    hard: bool = False


GATES = (
    Rule(
        "awareness-build", HOME, lambda s: s.stage == 1, "none-yet",
        "At the Awareness stage there is nothing to train or tune yet: the money goes into learning, a list of the data "
        "and one problem worth trying.",
        "api", "Even vendor tuning needs a use case and examples, and neither exists yet.",
        (), ("FOUND", "hybrid-by-stage"), 0.9,
    ),
    Rule(
        "awareness-closed", ONLINE, lambda s: s.stage == 1 and s.premises_only, "none-yet",
        "There is no use case yet, and the data may not go to anybody's service, so nothing is set up before a first use "
        "is chosen.",
        "api", "A service outside may not see this data; it can be tried with public examples only.",
        ("residency",), ("FOUND", "hybrid-by-stage"), 0.85, True,
    ),
    Rule(
        "awareness-try", ONLINE, lambda s: s.stage == 1, "api",
        "At the Awareness stage a finished model behind a metered service is enough to learn with, on harmless data.",
        "none-yet", "Learning by trying costs a few dollars and teaches more than reading.",
        (), ("FOUND", "hybrid-by-stage"), 0.85,
    ),
    Rule(
        "edge-latency", ONLINE, lambda s: s.edge, "edge",
        f"An answer within {EDGE_MS:g} ms leaves no time for the way to a data centre and back, so the model runs where "
        "the question arises; it can be trained elsewhere.",
        "on-prem", "A data centre of one's own is near enough only when it stands on the same site as the machine.",
        ("latency_ms",), ("DEL3T", "when-hybrid-is-wrong"), 0.9, True,
    ),
    Rule(
        "edge-disconnected", ONLINE, lambda s: s.cut_off, "edge",
        "Where there is no line, no far machine can answer: the model runs on the spot, and new versions and samples "
        "travel when there is a connection. It can be trained elsewhere.",
        "cloud", "It answers only while the line holds, and the work cannot wait for it.",
        ("disconnected_site",), ("DEL3T", "when-hybrid-is-wrong"), 0.9, True,
    ),
    Rule(
        "premises-only", PHASES, lambda s: s.premises_only, "on-prem",
        "The data may not leave your premises, so everything that touches it stays there, inference too; an open model "
        "on machines of one's own, small at first, does the work.",
        "sovereign-cloud", "Even a national cloud stands outside your premises.",
        ("residency",), ("MANNING", "FLUXH", "when-hybrid-is-wrong"), 0.95, True,
    ),
    Rule(
        "pilot-no-team", ("train",), lambda s: s.stage == 2 and s.no_team and not s.gpus, "none-yet",
        "Nobody is there to train a model, and no pilot has shown yet that one is needed: a finished model, adapted with "
        "examples and documents, shows first what it can do.",
        "api", "Tuning through a provider comes after a trial whose answers fall short, and with somebody to judge them.",
        ("team_ml_engineers", "gpu_on_prem"), ("UPTIME25", "hybrid-by-stage"), 0.75,
    ),
    Rule(
        "inverse-train", ("train",), lambda s: s.rents_bursts and not s.heavy_data, "cloud",
        "Your own machines are full with steady inference, and rented ones are in use for bursts already: training, which "
        "comes in bursts, fits there, with personal data under contract.",
        "on-prem", "Machines bought for a few weeks of training a year would stand idle for the rest.",
        ("peak_rps", "load_steady", "cloud", "data_sensitivity", "training_data_tb"), ("ERTAS", "DEL3T", "HBS"), 0.65,
    ),
    Rule(
        "data-in-cloud", HOME,
        lambda s: s.data_in_cloud and not (s.foreign_law or s.no_team or (s.regulated and s.has_datacentre is True)),
        "cloud",
        "The data already lies in the cloud: data gravity points the other way, and computing goes to the data.",
        "on-prem", "Every run would first carry the data home and pay for its way out.",
        ("cloud", "data_location"), ("INGRESS", "ALELAPI", "data-gravity"), 0.8,
    ),
    Rule(
        "foreign-law-serve", ONLINE,
        lambda s: s.foreign_law and not (s.busy_at_home and s.site and not s.no_team)
        and not (s.stage == 2 and s.regulated and s.site),
        "sovereign-cloud",
        "Requests carry data that has to stay under your own law; a sovereign or local provider scales without giving "
        "a foreign law access.",
        "cloud", "A local region of a provider under foreign law may have to hand data out.",
        ("foreign_law_excluded", "residency", "data_sensitivity", "cloud"),
        ("GMICLOUD", "LETSASK", "sovereignty-and-exit"), 0.8, True,
    ),
    Rule(
        "sensitive-at-home", HOME, lambda s: s.sensitive and s.site, "on-prem",
        "Sensitive data and a place of your own to keep it: training, tuning and optimising stay beside it, under your "
        "own control.",
        "cloud", "It would copy sensitive data to a place you control less, for no gain that was named.",
        ("data_sensitivity", "has_datacentre", "gpu_on_prem"), ("FOUND", "MANNING", "hybrid-approach"), 0.9, True,
    ),
    Rule(
        "foreign-law-home", HOME, lambda s: s.foreign_law and s.site and s.stage >= 3 and not s.no_team, "on-prem",
        "The data has to stay under your own law, and nothing is further from a foreign one than a place of your own.",
        "sovereign-cloud", "It would do as well, once your own machines are full.",
        ("foreign_law_excluded", "residency", "data_sensitivity", "cloud", "has_datacentre"),
        ("GMICLOUD", "FOUND", "sovereignty-and-exit"), 0.8,
    ),
    Rule(
        "foreign-law-build", HOME, lambda s: s.foreign_law, "sovereign-cloud",
        "The data has to stay under your own law, and a home for it on your premises is not there or not worth it yet: a "
        "provider of your country or region is needed, as a foreign provider's local region stays in reach of its home law.",
        "cloud", "A local region of a provider under foreign law may have to hand data out.",
        ("foreign_law_excluded", "residency", "data_sensitivity", "cloud", "has_datacentre"),
        ("GMICLOUD", "LETSASK", "sovereignty-and-exit"), 0.8, True,
    ),
    Rule(
        "sensitive-trial-at-home", ONLINE, lambda s: s.stage == 2 and s.regulated and s.site, "on-prem",
        "A trial on regulated data stays where the data is; it serves a handful of people and needs no scale.",
        "cloud", "A trial does not need the cloud's scale, and the contract work for regulated data takes longer than it.",
        ("data_sensitivity", "has_datacentre", "gpu_on_prem"), ("MANNING", "hybrid-by-stage"), 0.65,
    ),
    Rule(
        "no-team-closed", PHASES, lambda s: s.no_team and s.sensitive and not (s.tiny and not s.regulated), "cloud",
        "Nobody is there to build or run models, and the data is sensitive: a managed service inside your own cloud "
        "tenant, with a contract that forbids training on your data, does both.",
        "api", "A public interface gives less control over where sensitive data goes and how long it is kept.",
        ("team_ml_engineers", "data_sensitivity", "peak_rps"), ("UPTIME25", "LETSASK", "when-hybrid-is-wrong"), 0.65,
    ),
    Rule(
        "no-team", PHASES, lambda s: s.no_team, "api",
        "Nobody is there to build or run models: a finished model behind a metered service, adapted with examples and "
        "documents, needs no team.",
        "cloud", "Rented machines still want somebody who runs what is on them.",
        ("team_ml_engineers",), ("UPTIME25", "when-hybrid-is-wrong"), 0.8, True,
    ),
)  # fmt: skip

VOLUME = (
    Rule(
        "small-volume-serve", ONLINE + BATCH, lambda s: s.tiny and not s.sensitive, "api",
        "So few requests cannot keep a machine busy; paying by the token or call is cheaper than any machine that waits.",
        "cloud", "A rented accelerator is paid by the hour, used or not.",
        ("peak_rps", "data_sensitivity"), ("PAN25", "when-hybrid-is-wrong"), 0.8,
    ),
    Rule(
        "small-volume-build", BUILD,
        lambda s: s.tiny and not s.sensitive and not s.site and (s.no_site or s.stage == 2)
        and (s.training_data_tb or 0) < LIGHT_TB and (s.team_ml_engineers or 0) <= SMALL_TEAM,
        "api",
        "With so few requests, little data and a small team, adapting a finished model through its provider is enough; "
        "an own training ground would stand idle.",
        "cloud", "Rented training pays once prompts and retrieved documents no longer reach the quality that is needed.",
        ("peak_rps", "has_datacentre", "training_data_tb", "team_ml_engineers"), ("PAN25", "when-hybrid-is-wrong"), 0.65,
    ),
    Rule(
        "steady-heavy-serve", ONLINE + BATCH, lambda s: s.busy_at_home, "on-prem",
        "A heavy load that runs round the clock keeps owned machines busy, and busy machines are cheaper to own than to "
        "rent: the inverse of the usual hybrid.",
        "cloud", "Elastic capacity is worth its price only when it is not needed most of the time.",
        ("peak_rps", "load_steady", "has_datacentre"), ("LP2368", "UPTIME25", "DEL3T", "when-hybrid-is-wrong"), 0.75,
    ),
    Rule(
        "steady-heavy-colo", ONLINE + BATCH, lambda s: s.stage >= 3 and s.steady_heavy and s.means, "colocation",
        "A heavy load round the clock is cheaper on owned machines; without a room of your own they stand in a rented "
        "cage.",
        "cloud", "Elastic capacity is worth its price only when it is not needed most of the time.",
        ("peak_rps", "load_steady", "has_datacentre", "budget_usd_year", "team_ml_engineers"),
        ("LP2368", "UPTIME25", "DEL3T", "when-hybrid-is-wrong"), 0.65,
    ),
    Rule(
        "inverse-build", BUILD,
        lambda s: s.stage >= 3 and s.steady_heavy and not s.sensitive and not s.heavy_data, "cloud",
        "Your own machines are full with steady inference, while training comes in bursts: bursts are what renting is "
        "for.",
        "on-prem", "Machines bought for a few weeks of training a year would stand idle for the rest.",
        ("peak_rps", "load_steady", "data_sensitivity", "training_data_tb"), ("ERTAS", "DEL3T", "HBS"), 0.65,
    ),
    Rule(
        "short-horizon", BUILD,
        lambda s: s.horizon_months is not None and s.horizon_months < SHORT_MONTHS and not s.gpus, "cloud",
        "A need that lasts less than a year is rented: bought machines would not have paid for themselves.",
        "on-prem", "Between about four and twenty months of full use pass before a bought server has paid for itself.",
        ("horizon_months", "gpu_on_prem"), ("LP2368", "cost-and-break-even"), 0.8,
    ),
)  # fmt: skip

ESTATE = (
    Rule(
        "owned-gpus", HOME,
        lambda s: s.gpus >= 1 and not (s.no_site and s.gpus < 8), "on-prem",
        "The GPUs are bought already: only power and people count for their next hour, and no rented hour is that cheap.",
        "cloud", "Renting pays again when the owned GPUs are full or too old for the model.",
        ("gpu_on_prem", "has_datacentre"), ("UPTIME25", "cost-and-break-even"), 0.8,
    ),
    Rule(
        "owned-workstation", ("customise", "optimise", "batch_inference"), lambda s: s.gpus >= 1, "on-prem",
        "The few GPUs you own are enough to adapt a model with light methods, beside the data, at hardly any cost.",
        "cloud", "Renting pays when a model no longer fits the GPUs you own.",
        ("gpu_on_prem", "has_datacentre"), ("QLORA", "UPTIME25"), 0.65,
    ),
    Rule(
        "no-site-with-means", BUILD,
        lambda s: s.stage >= 3 and s.no_site and s.means and (s.sensitive or s.heavy_data), "colocation",
        "There is no room of your own for machines, but data that should stay under your control, and money and people "
        "to run machines in a rented cage.",
        "cloud", "It would keep sensitive or heavy data on machines that are not yours.",
        ("has_datacentre", "data_sensitivity", "training_data_tb", "budget_usd_year", "team_ml_engineers"),
        ("UPTIME25", "INTROL", "when-hybrid-is-wrong"), 0.7,
    ),
    Rule(
        "no-site", HOME, lambda s: s.stage >= 3 and s.no_site, "cloud",
        "Without a room that has power, cooling and people for it, machines are rented, not bought.",
        "colocation", "A rented cage with own machines wants steady use, money and people who run them.",
        ("has_datacentre", "budget_usd_year", "team_ml_engineers"), ("UPTIME25", "when-hybrid-is-wrong"), 0.85, True,
    ),
    Rule(
        "heavy-data", HOME, lambda s: s.stage >= 3 and s.heavy_data, "on-prem",
        f"From about {HEAVY_TB:g} TB on data is slow and dear to move again and again, so computing goes to the data.",
        "cloud", "Each refresh of the data would have to travel first.",
        ("training_data_tb", "has_datacentre", "data_location"), ("FOUND", "ALELAPI", "data-gravity"), 0.8,
    ),
    Rule(
        "budget-below-server", BUILD,
        lambda s: s.stage >= 3 and s.small_budget and not s.sensitive and s.has_datacentre is None,
        "cloud",
        "The budget does not carry a server with its power, upkeep and people, and no data centre is known; rented hours "
        "start at a few dollars.",
        "on-prem", "A small server alone costs about as much as a year of this budget.",
        ("budget_usd_year", "data_sensitivity", "has_datacentre"), ("LP2368", "cost-and-break-even"), 0.6,
    ),
)  # fmt: skip

STAGE = (
    Rule(
        "pilot-closed", ONLINE, lambda s: s.stage == 2 and s.sensitive, "cloud",
        "A trial on sensitive data runs inside a tenant of your own, where you decide who sees it.",
        "api", "A public interface gives less control over where sensitive data goes and how long it is kept.",
        ("data_sensitivity",), ("LETSASK", "hybrid-by-stage"), 0.65,
    ),
    Rule(
        "pilot-serve", ONLINE, lambda s: s.stage == 2, "api",
        "A trial answers few questions: a metered service is there today and ends when the trial ends.",
        "cloud", "A rented machine has to be set up and paid while it waits.",
        ("data_sensitivity", "peak_rps"), ("FOUND", "hybrid-by-stage"), 0.7,
    ),
    Rule(
        "pilot-build", HOME, lambda s: s.stage == 2, "cloud",
        "Experiments come and go: rented hours or a trial account fit them, and no machine is bought before a pilot has "
        "shown its worth.",
        "on-prem", "A server would be bought for a need that nobody has shown yet.",
        ("data_sensitivity", "has_datacentre", "gpu_on_prem"), ("FOUND", "hybrid-by-stage"), 0.7,
    ),
    Rule(
        "hybrid-build", BUILD, lambda s: s.stage >= 3, "on-prem",
        "The hybrid approach: training, customising and optimising at home give full control of the environment, keep "
        "sensitive data in the house and computing beside the data.",
        "cloud", "Nothing that was said speaks for renting: no short horizon, no missing room, no data in the cloud.",
        ("has_datacentre", "data_sensitivity", "data_location", "gpu_on_prem"), ("FOUND", "hybrid-approach"), 0.7,
    ),
    Rule(
        "hybrid-batch", BATCH, lambda s: s.stage >= 3, "cloud",
        "Batches can wait for cheap, interruptible hours, as no GPUs of your own stand ready for them.",
        "on-prem", "Nightly batches pay on owned GPUs, and none are known.",
        ("gpu_on_prem", "data_sensitivity"), ("FOUND", "SKYCAT"), 0.6,
    ),
    Rule(
        "hybrid-serve", ONLINE, lambda s: s.stage >= 3, "cloud",
        "The hybrid approach: production inference in the cloud follows the demand up and down and is paid as it is used.",
        "on-prem", "Owned machines have to be bought for the peak and idle the rest of the time.",
        ("peak_rps", "load_steady", "latency_ms", "residency"), ("FOUND", "hybrid-approach"), 0.7,
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*GATES, *VOLUME, *ESTATE, *STAGE)


def decide(phase: PhaseId, situation: Situation) -> Rule:
    """The first rule that applies. The stage rules at the end cover every stage, so there always is one."""
    return next(rule for rule in RULES if phase in rule.phases and rule.when(situation))
