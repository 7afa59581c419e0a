"""What must hold of every organisation: how decisions may move when one fact or one price changes."""

import itertools

from hypothesis import assume, example, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from planning_cases import catalogue, facts

from assistant.planning.placement import place, priced
from assistant.planning.placement_phases import PHASES, Decision
from assistant.planning.placement_prices import own_above, prices
from assistant.planning.placement_rules import decide

OUTWARD: dict[Decision, int] = {
    "none-yet": 0, "on-prem": 0, "edge": 0, "colocation": 1, "sovereign-cloud": 2, "cloud": 3, "api": 4,
}  # fmt: skip
"""How far from the organisation's own hands data goes."""
WITH_DATA = tuple(phase for phase in PHASES if phase != "registry")
"""The registry holds weights, lineage and results; data does not go there."""
VALUES: dict[str, tuple[object, ...]] = {
    "data_sensitivity": ("low", "medium", "high", "regulated"),
    "residency": ("none", "country", "region", "on-prem-only"),
    "training_data_tb": (0.5, 9, 50, 120, 400),
    "has_datacentre": (True, False),
    "gpu_on_prem": (0, 1, 8, 64, 400),
    "cloud": ("none", "aws", "multi", "sovereign"),
    "latency_ms": (5, 200),
    "peak_rps": (0.05, 1, 20, 75, 150, 5000),
    "model_params_b": (1, 8, 70),
    "budget_usd_year": (0, 20_000, 300_000, 1e7),
    "team_ml_engineers": (0, 2, 12),
    "load_steady": (True, False),
    "data_location": ("cloud", "on-prem"),
    "air_gapped": (True, False),
    "disconnected_site": (True, False),
    "foreign_law_excluded": (True, False),
    "load_small": (True,),
    "horizon_months": (6, 18, 36, 60),
    "gpus_idle": (True, False),
    "open_models_fall_short": (True, False),
}
GIVEN = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})
STAGES = st.integers(1, 5)
MANY = settings(max_examples=150, deadline=None)


def decisions(given, stage, rows=None):
    here = priced(facts(**given), stage, rows or catalogue())
    return {phase: decide(phase, here).decision for phase in PHASES}


def dearer(factor):
    """The catalogue with every rented hour times a factor."""
    rows = catalogue()
    cloud = tuple(row.model_copy(update={"usd_hour": row.usd_hour and row.usd_hour * factor}) for row in rows.cloud)
    return rows.model_copy(update={"cloud": cloud})


CHEAPER, DEARER = dearer(0.5), dearer(2.0)


@MANY
@drawn(given=GIVEN, stage=STAGES)
@example(given={"residency": "country", "peak_rps": 1, "has_datacentre": False, "team_ml_engineers": 2}, stage=3)
@example(given={"has_datacentre": False, "peak_rps": 1, "team_ml_engineers": 2, "cloud": "aws"}, stage=3)
@example(given={"residency": "country", "team_ml_engineers": 0}, stage=3)
@example(given={"residency": "country"}, stage=3)
def test_more_sensitive_data_never_moves_outwards(given, stage):
    by_level = [decisions(given | {"data_sensitivity": level}, stage) for level in VALUES["data_sensitivity"]]
    for less, more in itertools.pairwise(by_level):
        for phase in WITH_DATA:
            assert OUTWARD[more[phase]] <= OUTWARD[less[phase]], phase


@MANY
@drawn(given=GIVEN, stage=STAGES)
@example(given={"peak_rps": 150, "load_steady": True, "has_datacentre": True}, stage=4)
def test_a_cheaper_cloud_never_moves_work_on_premises(given, stage):
    own = {"on-prem", "colocation"}
    rents = [decisions(given, stage, rows) for rows in (DEARER, catalogue(), CHEAPER)]
    for dear, cheap in itertools.pairwise(rents):
        for phase in PHASES:
            assert not (cheap[phase] in own and dear[phase] not in own), phase


def test_the_price_of_the_cloud_does_move_work():
    given = {"peak_rps": 800, "load_steady": True, "has_datacentre": True}
    assert decisions(given, 4)["online_inference"] == "on-prem"
    assert decisions(given, 4, CHEAPER)["online_inference"] == "cloud"


@MANY
@drawn(cards=st.integers(1, 5000), months=st.integers(1, 59), owned=st.booleans(), caged=st.booleans())
def test_a_longer_need_never_makes_owning_look_worse_at_the_same_use(cards, months, owned, caged):
    known = prices(catalogue())
    rent = known.cheapest(foreign_law=False)
    shorter = own_above(known.own_usd_hour(cards, months, owned=owned, caged=caged), rent)
    assert own_above(known.own_usd_hour(cards, months + 1, owned=owned, caged=caged), rent) <= shorter


@MANY
@drawn(given=GIVEN, stage=STAGES, spans=st.tuples(st.integers(1, 80), st.integers(1, 80)))
def test_a_longer_need_never_moves_work_off_machines_of_ones_own(given, stage, spans):
    shorter, longer = (decisions(given | {"horizon_months": n}, stage) for n in sorted(spans))
    own = {"on-prem", "colocation"}
    assert not [phase for phase in PHASES if shorter[phase] in own and longer[phase] not in own]


@MANY
@drawn(given=GIVEN, stage=STAGES, name=st.sampled_from(sorted(VALUES)))
def test_a_fact_that_is_unknown_never_gives_a_harder_claim_than_known(given, stage, name):
    """With one fact less, the same rule is never surer, and no limit rests on nothing that was said."""
    assume(name in given)
    known = {p.phase: p for p in place(facts(**given), stage, catalogue())}
    less = place(facts(**{n: v for n, v in given.items() if n != name}), stage, catalogue())
    for found in less:
        follows = found.phase in ("registry", "monitoring")  # as sure as the decision that they follow
        if not follows and found.rule == known[found.phase].rule:
            assert found.confidence <= known[found.phase].confidence
        if found.hard:
            assert found.facts


def test_a_limit_that_is_only_supposed_is_not_called_hard():
    """Sensitive data bound to the country suggests a provider under one's own law; only saying so makes it a limit."""
    given = {"residency": "country", "data_sensitivity": "regulated", "has_datacentre": False}
    supposed = place(facts(**given), 3, catalogue())
    said = place(facts(**given, foreign_law_excluded=True), 3, catalogue())
    assert {p.decision for p in (*supposed, *said)} == {"sovereign-cloud"}
    assert not any(p.hard for p in supposed)
    assert all(p.hard for p in said)


def test_nothing_said_gives_no_hard_claim():
    for stage in range(1, 6):
        assert not any(found.hard for found in place({}, stage, catalogue()))


@MANY
@drawn(given=GIVEN, stage=STAGES)
@example(
    given={
        "foreign_law_excluded": True,
        "load_steady": True,
        "peak_rps": 150,
        "has_datacentre": False,
        "budget_usd_year": 1e7,
        "team_ml_engineers": 12,
        "training_data_tb": 50,
    },
    stage=3,
)
def test_gates_hold_whatever_the_prices(given, stage):
    for rows in (CHEAPER, DEARER):
        found = decisions(given, stage, rows)
        if given.get("residency") == "on-prem-only" or given.get("air_gapped"):
            assert set(found.values()) <= {"on-prem", "edge", "none-yet"}
        if given.get("foreign_law_excluded") and stage > 1:
            assert not {"cloud", "api"} & {found[phase] for phase in WITH_DATA}


@MANY
@drawn(given=GIVEN, stage=STAGES)
def test_the_same_facts_give_the_same_plan_whatever_their_order_and_type(given, stage):
    turned = dict(reversed(given.items()))
    as_float = {n: float(v) if isinstance(v, int) and not isinstance(v, bool) else v for n, v in turned.items()}
    assert place(facts(**given), stage, catalogue())[0].decision == place(facts(**as_float), stage, catalogue())[0].decision
    assert decisions(given, stage) == decisions(as_float, stage)
