"""The promotion path: its order, its owners and gates, and what may cross; and what an edge device is sized with."""

import pytest
from planning_cases import at_levels, plan_for

ORDER = ("Train or adapt", "evaluation gate", "Make it small", "Register", "Sign it", "Release", "Serve", "Observe", "again")


def steps(**given):
    return plan_for(at_levels(base=3), **given).deployment.promotion


def test_the_path_runs_from_training_to_training_again():
    titles = [step.title for step in steps(has_datacentre=True)]
    places = [next(n for n, title in enumerate(titles) if part in title) for part in ORDER]
    assert places == sorted(places)


@pytest.mark.parametrize("given", [{"has_datacentre": True}, {"latency_ms": 5}, {"residency": "on-prem-only"}])
def test_weights_and_measurements_cross_and_raw_data_never_does(given):
    for step in steps(**given):
        assert step.owner
        assert step.gate
        assert "raw data" not in step.crosses
        assert "training data" not in step.crosses or "no training data" in step.crosses
    if given.get("residency"):
        assert not any(step.crosses for step in steps(**given))


def test_a_device_at_the_edge_is_not_sized_with_a_data_centre_card_nor_with_nothing():
    sizing = plan_for(at_levels(base=4), latency_ms=8, peak_rps=400, model_params_b=0.1).deployment.sizing
    (device,) = (s for s in sizing if s.id == "serve-memory")
    assert "L4" in device.answer
    assert not any(s.answer.startswith("0 GB") for s in sizing)
    assert not any(s.id == "serve-copies" for s in sizing)
