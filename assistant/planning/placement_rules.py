"""The table of placement rules, in the order in which they are tried: the first one that applies to a phase decides.

Hard gates stand first (`placement_gates`), then volume and cost, then what is already there and where the data lies, then
the stage. The hybrid approach is the prior at the end: it holds when nothing above speaks against it. To add a rule, add
one entry here and one case to ``tests/planning/test_placement.py``.
"""

from dataclasses import replace
from functools import lru_cache

from assistant.planning.placement_gates import GATES, NEED
from assistant.planning.placement_phases import (
    ADAPT,
    BATCH,
    BUILD,
    HOME,
    ONLINE,
    PHASES,
    STORE,
    Decision,
    PhaseId,
    Rule,
)
from assistant.planning.situation import HEAVY_TB, Situation

__all__ = ["PHASES", "RULES", "Decision", "PhaseId", "Rule", "decide", "prior"]

VOLUME = (
    Rule(
        "small-volume-adapt", ADAPT, lambda s: s.untrained and not s.sensitive, "api",
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
        "steady-heavy-colo", ONLINE + BATCH, lambda s: s.busy_in_cage, "colocation",
        "A heavy load round the clock is cheaper on owned machines; without a room of your own they stand in a rented "
        "cage.",
        "cloud", "Elastic capacity is worth its price only when it is not needed most of the time.",
        ("peak_rps", "load_steady", "has_datacentre", "budget_usd_year", "team_ml_engineers"),
        ("LP2368", "UPTIME25", "DEL3T", "when-hybrid-is-wrong"), 0.65,
    ),
    Rule(
        "inverse-build", BUILD,
        lambda s: s.stage >= 3 and s.fills_servers and not (s.sensitive or s.slow_burst or s.idle_cards or s.foreign_law),
        "cloud",
        "Training comes in bursts, and bursts are what renting is for; machines of your own, where there are any, are "
        "full with steady inference.",
        "on-prem", "Machines bought for a few weeks of training a year would stand idle for the rest.",
        ("peak_rps", "load_steady", "data_sensitivity", "training_data_tb", "gpu_on_prem"), ("ERTAS", "DEL3T", "HBS"), 0.65,
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
        "owned-gpus-serve", ONLINE,
        lambda s: s.stage >= 3 and s.load_steady is True and s.site and s.gpus >= s.cards_needed
        and (s.cloud == "none" or s.gpus_idle is True),
        "on-prem",
        "The GPUs are bought already and carry this even load: power and people are all that their hours cost, and a "
        "first cloud contract would come on top.",
        "cloud", "Renting pays again when the load swings, or outgrows the owned GPUs.",
        ("gpu_on_prem", "peak_rps", "load_steady", "cloud"), ("UPTIME25", "cost-and-break-even"), 0.65,
    ),
    Rule(
        "no-site-with-means", HOME + STORE,
        lambda s: s.caged, "colocation",
        "There is no room of your own for machines, but data that should stay under your control, and money and people "
        "to run machines in a rented cage.",
        "cloud", "It would keep sensitive or heavy data on machines that are not yours.",
        ("has_datacentre", "data_sensitivity", "training_data_tb", "budget_usd_year", "team_ml_engineers"),
        ("UPTIME25", "INTROL", "when-hybrid-is-wrong"), 0.7,
    ),
    Rule(
        "no-site", HOME + STORE, lambda s: s.stage >= 3 and s.no_site, "cloud",
        "Without a room that has power, cooling and people for it, machines are rented, not bought.",
        "colocation", "A rented cage with own machines wants steady use, money and people who run them.",
        ("has_datacentre", "budget_usd_year", "team_ml_engineers"), ("UPTIME25", "when-hybrid-is-wrong"), 0.85, True,
    ),
    Rule(
        "cloud-is-all", HOME + STORE, lambda s: s.cloud_is_all, "cloud",
        "A cloud is in use, and no room or GPUs of your own were named: until they are, what exists is used, and nothing "
        "is bought on a guess.",
        "on-prem", "It wants a room, power, cooling and people, of which nothing was said.",
        ("cloud", "has_datacentre", "gpu_on_prem", "data_location"), ("UPTIME25", "hybrid-by-stage"), 0.6,
    ),
    Rule(
        "heavy-data", HOME + STORE, lambda s: s.stage >= 3 and s.heavy_data, "on-prem",
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
    Rule(
        "no-reason-to-own", BUILD, lambda s: s.no_reason_to_own, "cloud",
        "Harmless, light data, no GPUs of your own and training now and then: none of the reasons for a training ground "
        "at home holds here, and machines of your own would stand idle below the use at which they pay.",
        "on-prem", "It pays when the data grows heavy or sensitive, or the machines are busy most of the time.",
        ("data_sensitivity", "training_data_tb", "gpu_on_prem"), ("UPTIME25", "ERTAS", "DEL3T", "cost-and-break-even"), 0.6,
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
        "pilot-serve", ONLINE + BATCH, lambda s: s.stage == 2 and not s.sensitive, "api",
        "A trial answers few questions: a metered service is there today and ends when the trial ends.",
        "cloud", "A rented machine has to be set up and paid while it waits.",
        ("data_sensitivity", "peak_rps"), ("FOUND", "hybrid-by-stage"), 0.7,
    ),
    Rule(
        "store-beside-documents", STORE, lambda s: s.site or s.data_location == "on-prem" or s.stage >= 3, "on-prem",
        "The index of your documents is small and is read all the time: it lives where the documents live, under the same "
        "rules of access.",
        "cloud", "It would copy every document's text to a second place, which has to be guarded and kept in step.",
        ("data_location", "has_datacentre", "cloud"), ("FOUND", "ALELAPI", "data-gravity"), 0.7,
    ),
    Rule(
        "pilot-build", HOME + STORE, lambda s: s.stage == 2, "cloud",
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

RULES: tuple[Rule, ...] = (*GATES, *NEED, *VOLUME, *ESTATE, *STAGE)
_MADE: frozenset[Decision] = frozenset({"on-prem", "colocation", "cloud", "sovereign-cloud"})


def decide(phase: PhaseId, situation: Situation) -> Rule:
    """The first rule that applies. The stage rules at the end cover every stage, so there always is one.

    The registry stands where models are adapted and monitoring where they answer, so these follow those decisions.
    """
    if phase == "registry":
        return _registry(decide("customise", situation))
    if phase == "monitoring":
        return _monitoring(decide("online_inference", situation), decide("customise", situation))
    return next(rule for rule in RULES if phase in rule.phases and rule.when(situation))


def prior(phase: PhaseId, stage: int) -> Decision | None:
    """What the hybrid approach alone would decide from the Operational stage on; None before it."""
    if stage < 3:
        return None
    return "cloud" if phase in (*ONLINE, *BATCH, "monitoring") else "on-prem"


@lru_cache(maxsize=128)
def _registry(made: Rule) -> Rule:
    if made.decision not in _MADE:
        return replace(
            made, id="registry-not-yet", phases=("registry",), decision="none-yet", instead="api", hard=False,
            reason="There are no weights of your own to keep: prompts, examples and the named version of the model go under "
            "ordinary version control.",
            why_not="A provider's list of versions is not yours: it changes and ends at the provider's pace.",
            sources=("promotion-path", "hybrid-by-stage"),
        )  # fmt: skip
    other: Decision = "cloud" if made.decision == "on-prem" else "on-prem"
    return replace(
        made, id="registry-beside-the-making", phases=("registry",), instead=other,
        reason="The registry stands where models are made: versions, data lineage and results stay beside the data they "
        "came from, and only signed versions leave.",
        why_not="Lineage and results would cross a boundary at every trial, where only finished weights have to.",
        sources=("KFREG", "promotion-path"),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _monitoring(served: Rule, made: Rule) -> Rule:
    if served.decision == "edge":
        home: Decision = made.decision if made.decision in _MADE else "cloud"
        return replace(
            served, id="monitoring-of-the-edge", phases=("monitoring",), decision=home, instead="edge", hard=False,
            reason="Devices measure themselves and send figures, and samples that may leave, when there is a line; they "
            "are judged where the next version is made.",
            why_not="A device sees only its own cases, and drift shows across all of them.",
            sources=("PS", "DEL3T", "promotion-path"),
        )  # fmt: skip
    if served.decision == "none-yet":
        return replace(
            served, id="monitoring-not-yet", phases=("monitoring",), instead="api", hard=False,
            reason="Nothing answers yet, so there is nothing to watch.",
            why_not="A service that nobody uses has no figures.",
        )  # fmt: skip
    other: Decision = "cloud" if served.decision == "on-prem" else "on-prem"
    return replace(
        served, id="monitoring-beside-the-serving", phases=("monitoring",), instead=other,
        reason="Requests and answers are logged where they are given, under the same rules as the requests themselves; "
        "figures, and samples with names taken out, go to where the next version is made.",
        why_not="Every request would cross the boundary once more, and the way out of a cloud is paid by the GB.",
        sources=("PS", "EGRESS", "promotion-path"),
    )  # fmt: skip
