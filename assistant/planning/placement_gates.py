"""The first placement rules: limits that no price outweighs, then what needs no machines at all and what is kept at home."""

from assistant.planning.placement_phases import ADAPT, BATCH, HOME, ONLINE, STORE, WEIGHTS, Rule
from assistant.planning.situation import EDGE_MS, SHORT_MONTHS, Situation


def _law_said(here: Situation) -> bool:
    return here.foreign_law_excluded is True or here.cloud == "sovereign"


GATES = (
    Rule(
        "awareness-build", HOME + STORE, lambda s: s.stage == 1, "none-yet",
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
        "awareness-sovereign", ONLINE, lambda s: s.stage == 1 and s.foreign_law_excluded is True, "sovereign-cloud",
        "At the Awareness stage a finished model behind a service is enough to learn with, and as no foreign law may reach "
        "the data, the service is one of a provider under your own law, for first trials too.",
        "none-yet", "Nothing has to be bought for a trial, so there is no need to wait.",
        ("foreign_law_excluded",), ("GMICLOUD", "LETSASK", "hybrid-by-stage"), 0.75, True,
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
        "premises-only", HOME + ONLINE + STORE, lambda s: s.premises_only, "on-prem",
        "The data may not leave your premises, so everything that touches it stays there, inference too; an open model "
        "on machines of one's own, small at first, does the work.",
        "sovereign-cloud", "Even a national cloud stands outside your premises.",
        ("residency",), ("MANNING", "FLUXH", "when-hybrid-is-wrong"), 0.95, True,
    ),
    Rule(
        "no-team-train", WEIGHTS, lambda s: s.no_team and not (s.gpus and s.sensitive), "none-yet",
        "Nobody is there to train a model, and a finished one, adapted with examples and documents, shows first what it "
        "can do.",
        "api", "Tuning through a provider comes after a trial whose answers fall short, and with somebody to judge them.",
        ("team_ml_engineers", "gpu_on_prem"), ("UPTIME25", "when-hybrid-is-wrong"), 0.75,
    ),
    Rule(
        "small-volume-train", WEIGHTS, lambda s: s.untrained, "none-yet",
        "With so few requests, little data and a small team there is nothing to train: a finished model is called by "
        "the request.",
        "cloud", "Rented training pays once prompts and retrieved documents no longer reach the quality that is needed.",
        ("peak_rps", "has_datacentre", "training_data_tb", "team_ml_engineers"), ("PAN25", "when-hybrid-is-wrong"), 0.65,
    ),
    Rule(
        "frontier-train", WEIGHTS, lambda s: s.open_models_fall_short is True, "none-yet",
        "No model whose weights can be had passed your own test, so there are no weights to train.",
        "cloud", "An open model, trained further, would first have to come near the quality that is needed.",
        ("open_models_fall_short",), ("PAN25", "when-hybrid-is-wrong"), 0.8,
    ),
    Rule(
        "inverse-train", ("train",), lambda s: s.rents_bursts and not s.slow_burst, "cloud",
        "Your own machines are full with steady inference, and rented ones are in use for bursts already: training, which "
        "comes in bursts, fits there, with personal data under contract.",
        "on-prem", "Machines bought for a few weeks of training a year would stand idle for the rest.",
        ("peak_rps", "load_steady", "cloud", "data_sensitivity", "training_data_tb"), ("ERTAS", "DEL3T", "HBS"), 0.65,
    ),
    Rule(
        "data-in-cloud", HOME + STORE,
        lambda s: s.data_in_cloud and not (s.foreign_law or s.no_team or (s.regulated and s.home_and_unaccepted)),
        "cloud",
        "The data already lies in the cloud: data gravity points the other way, and computing goes to the data.",
        "on-prem", "Every run would first carry the data home and pay for its way out.",
        ("cloud", "data_location"), ("INGRESS", "ALELAPI", "data-gravity"), 0.8,
    ),
    Rule(
        "foreign-law-serve", ONLINE,
        lambda s: s.foreign_law and not ((s.busy_at_home or s.busy_in_cage) and not s.no_team)
        and not (s.stage == 2 and s.regulated and s.site),
        "sovereign-cloud",
        "Requests carry data that has to stay under your own law; a sovereign or local provider scales without giving "
        "a foreign law access.",
        "cloud", "A local region of a provider under foreign law may have to hand data out.",
        ("foreign_law_excluded", "residency", "data_sensitivity", "cloud"),
        ("GMICLOUD", "LETSASK", "sovereignty-and-exit"), 0.8, True, _law_said,
    ),
    Rule(
        "regulated-serve-home", ONLINE,
        lambda s: s.stage >= 3 and s.may_leave_unsaid and s.site and not s.no_team, "on-prem",
        "Requests carry regulated data that is bound to a place, and nobody said that the provider in use is accepted for "
        "it. Serving at home is right whichever way that is answered, so it comes first.",
        "cloud", "A region that the rule allows would scale better; it comes after a written answer, which counsel "
        "prepares.",
        ("data_sensitivity", "residency", "cloud", "foreign_law_excluded"),
        ("MANNING", "LETSASK", "GMICLOUD", "sovereignty-and-exit"), 0.65,
    ),
    Rule(
        "frontier-closed", ADAPT + BATCH + ONLINE,
        lambda s: s.open_models_fall_short is True and s.sensitive and not s.foreign_law, "cloud",
        "No open model passed your own test, and the data is sensitive: a model of that quality is called inside a tenant "
        "of your own, whose contract forbids training on your data.",
        "api", "A public interface gives less control over where sensitive data goes and how long it is kept.",
        ("open_models_fall_short", "data_sensitivity"), ("PAN25", "LETSASK", "when-hybrid-is-wrong"), 0.7,
    ),
    Rule(
        "frontier-api", ADAPT + BATCH + ONLINE, lambda s: s.open_models_fall_short is True and not s.foreign_law, "api",
        "No open model passed your own test, so the quality that is needed is only to be had through a provider's "
        "interface.",
        "on-prem", "There are no weights to run; test again when new open models appear.",
        ("open_models_fall_short",), ("PAN25", "when-hybrid-is-wrong"), 0.85, True,
    ),
)  # fmt: skip

NEED = (
    Rule(
        "small-volume-serve", ONLINE, lambda s: s.tiny and not s.sensitive and not s.foreign_law, "api",
        "So few requests cannot keep a machine busy; paying by the token or call is cheaper than any machine that waits.",
        "cloud", "A rented accelerator is paid by the hour, used or not.",
        ("peak_rps", "data_sensitivity"), ("PAN25", "when-hybrid-is-wrong"), 0.8,
    ),
    Rule(
        "small-volume-batch", BATCH, lambda s: s.tiny and not s.sensitive and not s.foreign_law and not s.gpus, "api",
        "So few calls are dearest on a machine that waits for them; a metered service takes batches at about half its "
        "price.",
        "cloud", "A rented accelerator is paid by the hour, used or not.",
        ("peak_rps", "data_sensitivity", "gpu_on_prem"), ("PAN25", "when-hybrid-is-wrong"), 0.75,
    ),
    Rule(
        "small-volume-store", STORE,
        lambda s: s.tiny and s.data_sensitivity == "low" and not s.foreign_law and not s.gpus, "api",
        "A small collection of harmless documents is searched by the service that answers: an index of one's own would "
        "only have to be looked after.",
        "cloud", "An own index pays when the documents are many, or must not all be seen by everyone.",
        ("peak_rps", "data_sensitivity", "gpu_on_prem"), ("PAN25", "when-hybrid-is-wrong"), 0.65,
    ),
    Rule(
        "short-horizon", HOME,
        lambda s: s.horizon_months is not None and s.horizon_months < SHORT_MONTHS and not s.gpus
        and not (s.regulated or s.foreign_law or s.no_team), "cloud",
        "A need that lasts less than a year is rented: bought machines would not have paid for themselves.",
        "on-prem", "Between about four and twenty months of full use pass before a bought server has paid for itself.",
        ("horizon_months", "gpu_on_prem"), ("LP2368", "cost-and-break-even"), 0.8,
    ),
    Rule(
        "sensitive-at-home", HOME + STORE, lambda s: s.sensitive and s.site, "on-prem",
        "Sensitive data and a place of your own to keep it: training, tuning and optimising stay beside it, under your "
        "own control.",
        "cloud", "It would copy sensitive data to a place you control less, for no gain that was named.",
        ("data_sensitivity", "has_datacentre", "gpu_on_prem"), ("FOUND", "MANNING", "hybrid-approach"), 0.9,
    ),
    Rule(
        "foreign-law-home", HOME + STORE,
        lambda s: s.foreign_law and not s.no_site and s.stage >= 3 and not s.no_team, "on-prem",
        "The data has to stay under your own law, and nothing is further from a foreign one than a place of your own.",
        "sovereign-cloud", "It would do as well, once your own machines are full.",
        ("foreign_law_excluded", "residency", "data_sensitivity", "cloud", "has_datacentre"),
        ("GMICLOUD", "FOUND", "sovereignty-and-exit"), 0.8,
    ),
    Rule(
        "foreign-law-build", HOME + STORE, lambda s: s.foreign_law and not s.caged, "sovereign-cloud",
        "The data has to stay under your own law, and a home for it on your premises is not there or not worth it yet: a "
        "provider of your country or region is needed, as a foreign provider's local region stays in reach of its home law.",
        "cloud", "A local region of a provider under foreign law may have to hand data out.",
        ("foreign_law_excluded", "residency", "data_sensitivity", "cloud", "has_datacentre"),
        ("GMICLOUD", "LETSASK", "sovereignty-and-exit"), 0.8, True, _law_said,
    ),
    Rule(
        "sensitive-trial-at-home", ONLINE, lambda s: s.stage == 2 and s.regulated and s.site, "on-prem",
        "A trial on regulated data stays where the data is; it serves a handful of people and needs no scale.",
        "cloud", "A trial does not need the cloud's scale, and the contract work for regulated data takes longer than it.",
        ("data_sensitivity", "has_datacentre", "gpu_on_prem"), ("MANNING", "hybrid-by-stage"), 0.65,
    ),
    Rule(
        "no-team-closed", ADAPT + BATCH + ONLINE + STORE,
        lambda s: s.no_team and s.sensitive and not (s.tiny and not s.regulated), "cloud",
        "Nobody is there to build or run models, and the data is sensitive: a managed service inside your own cloud "
        "tenant, with a contract that forbids training on your data, does both.",
        "api", "A public interface gives less control over where sensitive data goes and how long it is kept.",
        ("team_ml_engineers", "data_sensitivity", "peak_rps"), ("UPTIME25", "LETSASK", "when-hybrid-is-wrong"), 0.65,
    ),
    Rule(
        "no-team", ADAPT + BATCH + ONLINE + STORE, lambda s: s.no_team, "api",
        "Nobody is there to build or run models: a finished model behind a metered service, adapted with examples and "
        "documents, needs no team.",
        "cloud", "Rented machines still want somebody who runs what is on them.",
        ("team_ml_engineers",), ("UPTIME25", "when-hybrid-is-wrong"), 0.8, True,
    ),
)  # fmt: skip
