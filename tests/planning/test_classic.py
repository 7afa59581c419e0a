"""Classical models, models on processors, embeddings and their index."""

import pytest
from catalogue_files import catalogue
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.planning.classic import cpu_serving, embedding, tabular, vector_index


def test_cores_by_littles_law() -> None:
    assert cpu_serving(peak_rps=200, milliseconds=5).values == {"cores": 2, "busy_cores": 1.0}
    assert cpu_serving(peak_rps=1000, milliseconds=10).values["cores"] == 12
    assert cpu_serving(peak_rps=0.1, milliseconds=1).values["cores"] == 1


def test_embedding_costs_a_third_of_training_per_token() -> None:
    gpu = catalogue().gpu("l4")
    worked = embedding(tokens=1e9, params=110e6, gpu=gpu)
    assert worked.number("flops") == pytest.approx(2.2e17)
    assert worked.number("gpu_hours") == pytest.approx(2.2e17 / (121e12 * 0.35 * 3600))


def test_bytes_and_copies_scale_the_index() -> None:
    one = vector_index(vectors=1e6, dimensions=1024).number("memory_gb")
    assert vector_index(vectors=1e6, dimensions=1024, copies=2).number("memory_gb") == pytest.approx(2 * one)
    assert vector_index(vectors=1e6, dimensions=1024, value_bytes=1).number("memory_gb") < one / 3


@given(rows=st.floats(1, 1e9), columns=st.integers(1, 10_000))
def test_a_table_is_smaller_than_the_memory_to_work_on_it(rows: float, columns: int) -> None:
    made = tabular(rows=rows, columns=columns)
    bounds = made.parts("memory_gb")
    assert made.number("data_gb") < bounds["low"] < bounds["high"]


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: tabular(rows=-1, columns=3), "rows"),
        (lambda: tabular(rows=1, columns=0), "columns"),
        (lambda: cpu_serving(peak_rps=0, milliseconds=5), "peak_rps"),
        (lambda: vector_index(vectors=1e6, dimensions=0), "dimensions"),
        (lambda: vector_index(vectors=float("nan"), dimensions=8), "vectors"),
        (lambda: embedding(tokens=-1, params=1e8, gpu=catalogue().gpu("l4")), "tokens"),
    ],
)
def test_bad_input_is_refused_by_name(call: object, named: str) -> None:
    with pytest.raises(InputError, match=named):
        call()  # type: ignore[operator]
