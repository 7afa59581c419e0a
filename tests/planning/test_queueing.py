"""Copies that keep people from waiting, and how far an autoscaler may go down."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.planning.queueing import autoscale, erlang_c, queue_replicas


def by_factorials(offered: float, servers: int) -> float:
    """Erlang C as the textbook prints it, for few servers."""
    top = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return top / (sum(offered**k / math.factorial(k) for k in range(servers)) + top)


@given(offered=st.floats(0.01, 19), servers=st.integers(20, 60))
def test_the_recursion_is_the_textbooks_formula(offered: float, servers: int) -> None:
    assert erlang_c(offered, servers) == pytest.approx(by_factorials(offered, servers), rel=1e-9)


def test_one_server_waits_as_often_as_it_is_busy() -> None:
    assert erlang_c(0.7, 1) == pytest.approx(0.7)
    assert erlang_c(1.0, 1) == 1.0
    assert erlang_c(50_000, 50_500) < 0.1  # no overflow at many servers


def test_the_margin_over_the_average_load_is_what_keeps_people_from_waiting() -> None:
    answer = queue_replicas(peak_rps=20, service_s=2.4, slots=1, wait_s=15 / 100, within=0.80)
    assert answer.number("replicas") > answer.number("least_replicas") == 49
    assert answer.number("within_share") >= 0.80
    waits = erlang_c(48, int(answer.number("replicas")))
    assert answer.number("mean_wait_s") == pytest.approx(waits * 2.4 / (answer.number("replicas") - 48))
    fewer = int(answer.number("replicas")) - 1
    assert 1 - erlang_c(48, fewer) * math.exp(-(fewer - 48) * 0.15 / 2.4) < 0.80


def test_large_pools_need_less_margin_than_small_ones() -> None:
    small = queue_replicas(peak_rps=2, service_s=2, slots=1).number("margin")
    assert 0 < queue_replicas(peak_rps=2000, service_s=2, slots=1).number("margin") < small


@given(rate=st.floats(0.1, 300), service=st.floats(0.05, 10), more=st.floats(1, 3), slots=st.integers(1, 64))
def test_more_load_never_needs_fewer_copies(rate: float, service: float, more: float, slots: int) -> None:
    few = queue_replicas(peak_rps=rate, service_s=service, slots=slots)
    assert queue_replicas(peak_rps=rate * more, service_s=service, slots=slots).number("replicas") >= few.number("replicas")
    assert few.number("utilisation") < 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"peak_rps": -1}, "peak_rps"),
        ({"service_s": 0}, "service_s"),
        ({"slots": 0}, "slots"),
        ({"wait_s": -1}, "wait_s"),
        ({"within": 1}, "within"),
        ({"within": 95}, "within"),
        ({"peak_rps": 1e9}, "split the load"),
    ],
)
def test_queueing_refuses_bad_input_by_name(change: dict[str, float], named: str) -> None:
    with pytest.raises(InputError, match=named):
        queue_replicas(**({"peak_rps": 10.0, "service_s": 2.0, "slots": 8} | change))  # type: ignore[arg-type]


def test_the_floor_serves_the_quiet_hours_with_one_to_spare() -> None:
    band = autoscale(peak_rps=50, quiet_rps=5, rps_per_replica=4)
    assert band.values == {"floor": 3, "peak": 16, "ceiling": 32}
    assert autoscale(peak_rps=50, quiet_rps=0, rps_per_replica=4, spare=0).values["floor"] == 1
    with pytest.raises(InputError, match="quiet_rps"):
        autoscale(peak_rps=5, quiet_rps=50, rps_per_replica=4)
