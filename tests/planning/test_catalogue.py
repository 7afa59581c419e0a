"""The catalogue's rows and data: complete, coherent, sourced, and helpful about an unknown id."""

import datetime as dt
import json
from typing import Any

import pytest
from catalogue_files import catalogue
from pydantic import ValidationError

from assistant.errors import AdvisorError, InputError
from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import REFERENCE_GPU, Catalogue, Egress, Gpu

GPU_IDS = [
    *("v100-32", "a100-40", "a100-80", "h100-pcie", "h100-sxm", "h800", "h200", "b200", "b300"),
    *("l4", "l40s", "rtx-4090", "rtx-5090", "mi300x"),
]


def row(**change: Any) -> dict[str, Any]:
    basis = {
        "id": "x",
        "name": "X",
        "memory_gb": 80,
        "bf16_tflops": 100,
        "bandwidth_gb_s": 1000,
        "watts": 300,
        "source": "s",
        "date": "2026-01-01",
    }
    return basis | change


def test_every_gpu_of_the_contract_is_there() -> None:
    assert [gpu.id for gpu in catalogue().gpus] == GPU_IDS


def test_an_unknown_gpu_lists_the_known_ones() -> None:
    with pytest.raises(InputError) as error:
        catalogue().gpu("h900")
    assert "h900" in str(error.value)
    assert all(gpu_id in str(error.value) for gpu_id in GPU_IDS)


@pytest.mark.parametrize("find", ["server", "instance", "api", "egress_of", "power_price", "figure"])
def test_every_look_up_helps_with_an_unknown_id(find: str) -> None:
    with pytest.raises(InputError, match="the catalogue knows: "):
        getattr(catalogue(), find)("no-such-row")


def test_every_row_has_a_listed_source_a_date_and_a_currency() -> None:
    listed = {source.id for source in catalogue().sources}
    assert listed
    for found in catalogue().rows():
        assert found.source in listed
        assert found.date <= dt.date(2026, 12, 31)
        assert found.currency == "USD"


def test_every_listed_source_is_used() -> None:
    used = {found.source for found in (*catalogue().rows(), *catalogue().traps)}
    used |= {gpu.price_source for gpu in catalogue().gpus}
    # Formula sources are cited by the calculators; the catalogue lists only what its rows rest on.
    assert {source.id for source in catalogue().sources} - used <= {"v2-pseo-ai"}


def test_the_reference_gpu_is_the_row_in_the_data() -> None:
    figures = {"memory_gb", "reported_gib", "bf16_tflops", "bandwidth_gb_s", "watts", "source", "date", "name"}
    stored = catalogue().gpu(REFERENCE_GPU.id)
    assert REFERENCE_GPU.model_dump(include=figures) == stored.model_dump(include=figures)


def test_reported_memory_is_near_the_marketed_size() -> None:
    for gpu in catalogue().gpus:
        if gpu.reported_gib:
            assert gpu.reported_gib * 2**30 / 1e9 == pytest.approx(gpu.memory_gb, rel=0.07), gpu.id


def test_rows_older_than_90_days_are_stale() -> None:
    gpu = Gpu(**row())
    assert not gpu.is_stale(dt.date(2026, 4, 1))
    assert gpu.is_stale(dt.date(2026, 4, 2))


def test_instances_are_found_by_their_gpu() -> None:
    found = {instance.id for instance in catalogue().instances_with("h100-sxm")}
    assert {"azure-nd96isr-h100", "aws-p5-48xlarge"} <= found
    assert catalogue().instances_with("mi300x") == ()
    assert catalogue().instance("gcp-a4-highgpu-8g").prices() == {"1y": 88.68, "3y": 56.55}


@pytest.mark.parametrize(
    "bad",
    [
        {"gpus": [row(), row()]},
        {"gpus": [row(memory_gb=-1)]},
        {"gpus": [row(watts=float("nan"))]},
        {"gpus": [row(surprise=1)]},
        {"gpus": [row(price_usd=100)]},
        {"gpus": [{key: value for key, value in row().items() if key != "source"}]},
        {
            "gpus": [row()],
            "servers": [
                {"id": "s", "name": "S", "gpu": "y", "gpus": 8, "price_usd": 1, "source": "s", "date": "2026-01-01"}
            ],
        },
        {
            "gpus": [row()],
            "sources": [{"id": "t", "title": "T", "publisher": "P", "kind": "paper", "date": "2026-01-01"}],
        },
        {
            "gpus": [row()],
            "cloud": [{"id": "c", "provider": "p", "name": "C", "gpu": "x", "gpus": 8, "source": "s", "date": "2026-01-01"}],
        },
    ],
    ids=[
        "id twice",
        "negative",
        "not a number",
        "unknown field",
        "price without source",
        "row without source",
        "server names unknown gpu",
        "unlisted source",
        "instance without price",
    ],
)
def test_incoherent_data_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Catalogue.model_validate(bad)


@pytest.mark.parametrize("edges", [[100, 50, None], [100, None, None], [100, 200], [100, 100, None]])
def test_tiers_must_rise_to_an_open_end(edges: list[float | None]) -> None:
    tiers = [{"up_to_gb": edge, "usd_per_gb": 0.1} for edge in edges]
    with pytest.raises(ValidationError, match="tiers must rise"):
        Egress.model_validate({"id": "e", "provider": "e", "tiers": tiers, "source": "s", "date": "2026-01-01"})


def test_rows_are_frozen() -> None:
    with pytest.raises(ValidationError):
        catalogue().gpu("l4").watts = 1  # type: ignore[misc]


def test_a_calculation_is_json_with_its_numbers_on_top() -> None:
    shown = Calculation(
        name="n", values={"hours": 1.5, "memory_gb": {"total": 2.0}}, formula="f", inputs={"a": 1}, sources=("s",)
    )
    assert json.loads(json.dumps(shown.to_dict())) == {
        "hours": 1.5, "memory_gb": {"total": 2.0}, "formula": "f", "inputs": {"a": 1}, "sources": ["s"], "notes": [],
    }  # fmt: skip
    assert shown.number("hours") == 1.5
    assert shown.parts("memory_gb") == {"total": 2.0}
    with pytest.raises(TypeError):
        shown.number("memory_gb")
    with pytest.raises(TypeError):
        shown.parts("hours")


def test_a_value_may_not_take_the_name_of_an_explanation() -> None:
    with pytest.raises(ValidationError, match="reserved"):
        Calculation(name="n", values={"formula": 1.0}, formula="f", inputs={}, sources=())


def test_input_errors_belong_to_the_advisors_tree() -> None:
    assert issubclass(InputError, AdvisorError)
