"""The ten ways in which the hybrid default is wrong, each by at least three written organisations; and the money."""

import pytest
from planning_cases import catalogue, facts

from assistant.planning.placement import contract_mapping, place, priced
from assistant.planning.placement_rules import PHASES, decide

P, C, S, A, E, K, N = "on-prem", "cloud", "sovereign-cloud", "api", "edge", "colocation", "none-yet"
HOME = {"has_datacentre": True}

# outcome -> (organisation, stage, facts, (training, customisation, inference))
OUTCOMES = {
    "sensitive inference stays at home": (
        (
            "a hospital whose board keeps patient data inside", 3,
            {"residency": "on-prem-only", "data_sensitivity": "regulated", "cloud": "azure", **HOME}, (P, P, P),
        ),
        (
            "a court with a server room and a pilot", 2,
            {"residency": "on-prem-only", "data_sensitivity": "high", "peak_rps": 0.2}, (P, P, P),
        ),
        (
            "a fund whose contracts forbid any copy outside, though its load swings", 4,
            {"residency": "on-prem-only", "peak_rps": 900, "load_steady": False, "gpu_on_prem": 40, **HOME}, (P, P, P),
        ),
        (
            "a regulated hospital in the country with an Azure estate that nobody has accepted yet", 3,
            {"data_sensitivity": "regulated", "residency": "country", "cloud": "azure", "gpu_on_prem": 4, **HOME}, (P, P, P),
        ),
    ),
    "edge": (
        ("a press shop that stops a blade within 8 ms", 4, {"latency_ms": 8, "gpu_on_prem": 4, **HOME}, (P, P, E)),
        (
            "a forest service whose cameras have no line", 3,
            {"disconnected_site": True, "cloud": "aws", "has_datacentre": False, "data_location": "cloud"}, (C, C, E),
        ),
        (
            "a railway in trial, on board", 2, {"latency_ms": 15, "data_sensitivity": "low", "cloud": "gcp"}, (C, C, E),
        ),
    ),
    "no data centre and a small team": (
        ("a theatre group", 3, {"has_datacentre": False, "team_ml_engineers": 2, "peak_rps": 40}, (C, C, C)),
        (
            "a logistics firm that gave its halls up", 4,
            {"has_datacentre": False, "team_ml_engineers": 3, "data_sensitivity": "high", "peak_rps": 15}, (C, C, C),
        ),
        (
            "a grown start-up, still renting all", 5,
            {"has_datacentre": False, "cloud": "gcp", "peak_rps": 700, "load_steady": False}, (C, C, C),
        ),
    ),
    "no foreign law": (
        (
            "an insurer for civil servants", 4,
            {"residency": "country", "data_sensitivity": "regulated", "has_datacentre": False}, (S, S, S),
        ),
        ("a tax office with its own halls", 3, {"foreign_law_excluded": True, "gpu_on_prem": 20, **HOME}, (P, P, S)),
        (
            "a parliament in trial, on Azure for mail", 2,
            {"foreign_law_excluded": True, "cloud": "azure", "has_datacentre": False}, (S, S, S),
        ),
    ),
    "a metered API is enough": (
        (
            "a bakery chain", 3,
            {"peak_rps": 0.3, "has_datacentre": False, "team_ml_engineers": 1, "data_sensitivity": "low"}, (N, A, A),
        ),
        ("an agency with nobody technical", 4, {"team_ml_engineers": 0, "load_small": True, **HOME}, (N, A, A)),
        (
            "a lab for which no open model is good enough", 3,
            {"open_models_fall_short": True, "data_sensitivity": "medium", "peak_rps": 20, **HOME}, (N, A, A),
        ),
    ),
    "inverse hybrid": (
        (
            "a speech service, level load all day", 4,
            {"peak_rps": 5000, "load_steady": True, "data_sensitivity": "medium", **HOME}, (C, C, P),
        ),
        (
            "a stock exchange's news reader with full cards", 5,
            {"peak_rps": 2500, "load_steady": True, "gpu_on_prem": 128, "training_data_tb": 60, "cloud": "aws", **HOME},
            (C, C, P),
        ),
        (
            "a game maker without a hall, with means", 4,
            {
                "peak_rps": 900, "load_steady": True, "has_datacentre": False, "budget_usd_year": 3_000_000,
                "team_ml_engineers": 12, "data_sensitivity": "low",
            },
            (C, C, K),
        ),
    ),
    "the data is in the cloud already": (
        ("a shop on AWS", 3, {"cloud": ("aws", "everything we have is on AWS"), "peak_rps": 30}, (C, C, C)),
        (
            "a carrier with 200 TB there", 4,
            {"cloud": "gcp", "data_location": "cloud", "training_data_tb": 200, "peak_rps": 50, **HOME}, (C, C, C),
        ),
        (
            "a regulated broker whose region was accepted", 3,
            {
                "cloud": "gcp", "data_location": "cloud", "data_sensitivity": "regulated", "residency": "region",
                "foreign_law_excluded": False, "training_data_tb": 80, **HOME,
            },
            (C, C, C),
        ),
    ),
    "idle GPUs are owned": (
        ("a college with twelve cards and little money", 3, {"gpu_on_prem": 12, "budget_usd_year": 25_000}, (P, P, C)),
        (
            "an even desk load on paid cards, no cloud yet", 3,
            {"gpu_on_prem": 8, "peak_rps": 3, "load_steady": True, "cloud": "none", **HOME}, (P, P, P),
        ),
        (
            "a level load that leaves most cards free: training is not rented beside them", 4,
            {"gpu_on_prem": 64, "peak_rps": 100, "load_steady": True, "cloud": "aws", "data_sensitivity": "medium", **HOME},
            (P, P, P),
        ),
    ),
    "air gap": (
        (
            "a defence works", 3,
            {"residency": ("on-prem-only", "the plant is air-gapped"), "cloud": "azure", **HOME}, (P, P, P),
        ),
        ("a power station with a line nowhere", 4, {"air_gapped": True, "disconnected_site": True, **HOME}, (P, P, P)),
        ("a ministry's closed network in trial", 2, {"air_gapped": True, "peak_rps": 0.2, "gpu_on_prem": 1}, (P, P, P)),
    ),
    "a horizon below twelve months": (
        ("a trade fair", 3, {"horizon_months": 6, **HOME}, (C, C, C)),
        (
            "a unit to be sold, with secrets", 5,
            {"horizon_months": 10, "data_sensitivity": "high", "cloud": "gcp", "peak_rps": 400, **HOME}, (C, C, C),
        ),
        (
            "a level load for eight months", 4,
            {"horizon_months": 8, "peak_rps": 800, "load_steady": True, "data_sensitivity": "low", **HOME}, (C, C, C),
        ),
    ),
}  # fmt: skip


def test_each_of_the_ten_outcomes_has_at_least_three_organisations():
    assert len(OUTCOMES) == 10
    assert all(len(cases) >= 3 for cases in OUTCOMES.values())


@pytest.mark.parametrize(
    ("stage", "given", "expected"),
    [pytest.param(*case[1:], id=f"{outcome}: {case[0]}") for outcome, cases in OUTCOMES.items() for case in cases],
)
def test_where_the_hybrid_default_is_wrong(stage, given, expected):
    assert tuple(contract_mapping(place(facts(**given), stage, catalogue())).values()) == expected


def of(phase, stage, **given):
    return next(p for p in place(facts(**given), stage, catalogue()) if p.phase == phase)


@pytest.mark.parametrize(
    ("phase", "stage", "given", "decision"),
    [
        ("retrieval_store", 1, HOME, N),
        ("retrieval_store", 3, HOME, P),
        ("retrieval_store", 3, {"has_datacentre": False}, C),
        ("retrieval_store", 4, {"cloud": "aws", "data_location": "cloud"}, C),
        ("retrieval_store", 4, {"residency": "on-prem-only"}, P),
        ("retrieval_store", 4, {"foreign_law_excluded": True, "has_datacentre": False}, S),
        ("registry", 3, HOME, P),
        ("registry", 3, {"has_datacentre": False}, C),
        ("registry", 3, {"team_ml_engineers": 0}, N),
        ("registry", 1, HOME, N),
        ("monitoring", 3, HOME, C),
        ("monitoring", 3, {"residency": "on-prem-only"}, P),
        ("monitoring", 4, {"latency_ms": 8, **HOME}, P),
        ("monitoring", 4, {"latency_ms": 8, "has_datacentre": False, "data_location": "cloud", "cloud": "aws"}, C),
        ("monitoring", 4, {"foreign_law_excluded": True, **HOME}, S),
        ("monitoring", 2, {}, A),
        ("monitoring", 1, {"residency": "on-prem-only"}, N),
    ],
)
def test_index_registry_and_monitoring_follow_documents_making_and_serving(phase, stage, given, decision):
    found = of(phase, stage, **given)
    assert found.decision == decision
    assert found.instead != decision


@pytest.mark.parametrize(("stage", "given"), [(case[1], case[2]) for cases in OUTCOMES.values() for case in cases])
def test_every_decision_has_another_runner_up_a_reason_and_a_source(stage, given):
    for found in place(facts(**given), stage, catalogue()):
        assert found.instead != found.decision
        assert found.reason
        assert found.sources


def test_the_use_that_flips_serving_is_the_one_at_which_it_flips():
    """The share that is named stands between the last load that is rented and the first that is served at home."""
    rented = of("online_inference", 4, peak_rps=50, load_steady=True, **HOME)
    owned = of("online_inference", 4, peak_rps=80, load_steady=True, **HOME)
    assert (rented.decision, owned.decision) == (C, P)
    assert "moves on premises above" in rented.flips_if[0]
    assert "moves to the cloud" in owned.flips_if[0]
    here = priced(facts(peak_rps=80, load_steady=True, **HOME), 4, catalogue())
    assert f"below {100 * here.own_above():.0f} % utilisation" in owned.flips_if[0]
    assert here.use_online > here.own_above()
    fewer = priced(facts(peak_rps=50, load_steady=True, **HOME), 4, catalogue())
    assert fewer.use_online < fewer.own_above()


def test_the_months_from_which_owning_pays_are_the_ones_at_which_serving_comes_home():
    short = of("online_inference", 4, peak_rps=800, load_steady=True, horizon_months=8, **HOME)
    (told,) = (text for text in short.flips_if if "months or more" in text)
    months = int(told.split("need of ")[1].split()[0])
    for need, decision in ((months, P), (months - 1, C)):
        given = {"peak_rps": 800, "load_steady": True, "horizon_months": need, **HOME}
        assert of("online_inference", 4, **given).decision == decision


def test_a_token_api_is_cheaper_below_a_number_of_requests_by_hand():
    """2.95 US dollars an hour for the rented card; 1,000 tokens at 5 and 300 at 30 dollars a million: 0.014 a request."""
    found = of("online_inference", 3, has_datacentre=True, peak_rps=20)
    (told,) = (text for text in found.flips_if if "token API" in text)
    assert f"Below {2.95 / 3600 / 0.014:.2g} requests a second" in told


@pytest.mark.parametrize(
    ("stage", "phase", "given"),
    [
        (4, "online_inference", {"peak_rps": 5000, "load_steady": True, "budget_usd_year": 10_000}),
        (3, "online_inference", {"peak_rps": 900, "budget_usd_year": 500}),
        (3, "online_inference", {"peak_rps": 1, "budget_usd_year": 0}),
        (3, "train", {"has_datacentre": True, "data_sensitivity": "high", "budget_usd_year": 900}),
    ],
)
def test_a_budget_that_cannot_carry_the_plan_is_named_and_a_large_one_is_not(stage, phase, given):
    assert any("do not carry" in text for text in of(phase, stage, **given).warnings)
    rich = given | {"budget_usd_year": 1e10}
    assert not any("do not carry" in text for text in of(phase, stage, **rich).warnings)


def test_both_sides_are_shown_where_evidence_speaks_against_the_hybrid_approach():
    inverse = of("online_inference", 4, peak_rps=5000, load_steady=True, **HOME)
    assert (inverse.prior, inverse.decision) == (C, P)
    assert "hybrid approach would put this in the cloud" in inverse.against_prior
    kept = of("train", 3, data_sensitivity="medium", **HOME)
    assert kept.prior == kept.decision == P
    assert "Studies" in kept.against_prior
    agreed = of("train", 3, data_sensitivity="regulated", **HOME)
    assert agreed.against_prior == ""
    assert of("train", 2, **HOME).prior is None


def test_accepting_the_provider_moves_regulated_requests_out_and_refusing_it_never_does():
    given = {"data_sensitivity": "regulated", "residency": "country", "cloud": "azure", **HOME}
    open_question = of("online_inference", 3, **given)
    assert open_question.decision == P
    assert any("accepted" in text for text in open_question.flips_if)
    assert of("online_inference", 3, **given, foreign_law_excluded=False).decision == C
    assert of("online_inference", 3, **given, foreign_law_excluded=True).decision == S


def test_every_phase_has_exactly_one_rule_without_prices_too():
    for stage in range(1, 6):
        here = priced(facts(), stage, catalogue())
        for phase in PHASES:
            assert decide(phase, here)
            assert decide(phase, here.model_copy(update={"prices": None}))
