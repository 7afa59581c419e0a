"""The panel's placement cases: the loader, the shares, and the floor that the rules keep on dev."""

import json

import pytest

from assistant.errors import InputError
from evals.cases import placement_cases
from evals.placements import Judged, agreement, disagreements, figures, judge, read_catalogue

CASE = {
    "id": "pl90001", "organisation": "A mill.", "stage": 3, "facts": {"has_datacentre": True},
    "expected": {"train": ["on-prem"], "online_inference": ["on-prem", "cloud"]}, "exception": False, "outcome": "default",
    "why": "It is the default.",
}  # fmt: skip


def written(tmp_path, **changes):
    file = tmp_path / "placements.jsonl"
    file.write_text(json.dumps(CASE | changes) + "\n", encoding="utf-8")
    return file


def both(file):
    return (*placement_cases("dev", file), *placement_cases("test", file))


def test_the_splits_part_the_cases_and_the_panel_is_large_enough():
    dev, test = placement_cases("dev"), placement_cases("test")
    assert not {case.id for case in dev} & {case.id for case in test}
    assert len(dev) + len(test) >= 60
    assert sum(case.exception for case in (*dev, *test)) >= 20


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"facts": {"colour": "blue"}}, "colour"),
        ({"expected": {"train": []}}, "at least one"),
        ({"expected": {"sleep": ["cloud"]}}, "expected.sleep"),
        ({"expected": {"train": ["moon"]}}, "expected.train"),
    ],
)
def test_a_fault_in_a_case_is_named_with_its_line(tmp_path, changes, told):
    with pytest.raises(InputError, match=told) as fault:
        both(written(tmp_path, **changes))
    assert "placements.jsonl:1" in str(fault.value)


def test_accepted_and_first_are_counted_apart(tmp_path):
    judged = judge(both(written(tmp_path)), read_catalogue())
    shares = agreement(judged)
    assert (shares.decisions, shares.agreement, shares.strict) == (2, 1.0, 0.5)
    assert figures(judged)["phase online_inference"].strict == 0.0
    assert agreement([]).decisions == 0


def test_disagreements_are_told_of_dev_and_never_of_test(tmp_path):
    found = [both(written(tmp_path, id=f"pl{n}"))[0] for n in range(90001, 90011)]
    assert {case.split for case in found} == {"dev", "test"}
    wrong = [Judged(case, "train", "api", "no-team", ("on-prem",)) for case in found]
    told = " ".join(disagreements(wrong))
    assert all((case.id in told) is (case.split == "dev") for case in found)


def test_the_rules_agree_with_the_panel_on_dev_at_every_phase():
    shares = figures(judge(placement_cases("dev"), read_catalogue()))
    assert shares["all"].agreement >= 0.95
    assert all(share.agreement >= 0.95 for name, share in shares.items() if name.startswith("phase"))
