"""How many copies keep people from waiting, and how far they may be scaled down. Times are seconds, rates per second."""

import math

from assistant.errors import InputError
from assistant.planning.calculation import Calculation
from assistant.planning.inputs import not_negative, positive, share, whole

MOST_IN_SERVICE = 200_000
"""Requests in service at once, up to which the waiting formula is worked through; beyond, a load is split by region."""

_ERLANG = "waiting probability: Erlang C (A. K. Erlang 1917), as worked by mitan.co.uk, Erlang C formula"
_BAND = "autoscaling between n/2 and 2·n and 20 % headroom: llm-d planner, config_finder.py, 2026-04-27"
_SPARE = "one copy more than the load needs, so that one may fail: usual practice (N + 1)"


def erlang_c(offered: float, servers: int) -> float:
    """Return the probability that a request has to wait: Erlang's C formula for M/M/c.

    a = `offered` = arrival rate · service time (requests in service on average), c = `servers`. Worked by the recursion
    B(0) = 1, B(n) = a·B(n-1) / (n + a·B(n-1)), then C = B(c) / (1 - ρ·(1 - B(c))) with ρ = a/c, which no factorial can
    overflow. 1 when the servers do not keep up (ρ >= 1).
    """
    load, count = positive("offered", offered, "requests in service", "48"), whole("servers", servers, "servers", "55")
    if load >= count:
        return 1.0
    return _waits(load, count, _blocked(load, 1.0, 0, count))


def _blocked(load: float, blocked: float, held: int, count: int) -> float:
    """Erlang's B at `count` servers, carried on from its value `blocked` at `held` servers."""
    for n in range(held + 1, count + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def _waits(load: float, count: int, blocked: float) -> float:
    return blocked / (1 - load / count * (1 - blocked))


def queue_replicas(
    *, peak_rps: float, service_s: float, slots: int, wait_s: float = 0.25, within: float = 0.95
) -> Calculation:
    """Return the copies that let a share of requests start within a time.

    M/M/c with c = copies · `slots`: P(wait > t) = C(c, a)·exp(-(c - a)·t/s), a = λ·s. λ = `peak_rps`, s = `service_s` from
    start to end of one answer, `slots` = requests one copy answers side by side, t = `wait_s`, and `within` is the share
    that must have started by then. The least copies that do are found by counting up. Source: Erlang C.

    Returns:
        `replicas`, `wait_probability`, `within_share` reached, `mean_wait_s`, `utilisation` (ρ), and `least_replicas`, which
        would keep up on average but queue at every peak; `margin` = replicas / least - 1.

    Raises:
        InputError: a number out of range, or a load too large to be worked as one pool.
    """
    rate = positive("peak_rps", peak_rps, "requests/s", "50")
    service = positive("service_s", service_s, "seconds", "2.5")
    width, patience = whole("slots", slots, "requests at once", "16"), not_negative("wait_s", wait_s, "seconds", "0.25")
    wanted = share("within", within, "0.95")
    if wanted == 1:
        raise InputError(
            "`within` must be a share below 1, but was 1; no number of copies makes every request start in time."
        )
    offered = rate * service
    if offered + width > MOST_IN_SERVICE:
        raise InputError(
            f"`peak_rps` times `service_s` must be at most {MOST_IN_SERVICE:,} requests at once for one pool, but is "
            f"{offered:,.0f}; split the load by region or service and size each part."
        )
    least = math.floor(offered / width) + 1
    copies, blocked = least, _blocked(offered, 1.0, 0, least * width)
    waiting = _waits(offered, least * width, blocked)
    while (late := waiting * math.exp(-(copies * width - offered) * patience / service)) > 1 - wanted + 1e-12:
        blocked = _blocked(offered, blocked, copies * width, (copies + 1) * width)
        copies += 1
        waiting = _waits(offered, copies * width, blocked)
    servers = copies * width
    return Calculation(
        name="queue_replicas",
        values={
            "replicas": copies, "wait_probability": waiting, "within_share": 1 - late,
            "mean_wait_s": waiting * service / (servers - offered), "utilisation": offered / servers,
            "least_replicas": least, "margin": copies / least - 1,
        },
        formula="a = peak_rps·service_s; c = replicas·slots; P(wait > t) = C(c, a)·exp(-(c - a)·wait_s / service_s); "
        "least replicas with 1 - P >= within",
        inputs={"peak_rps": peak_rps, "service_s": service_s, "slots": slots, "wait_s": wait_s, "within": within},
        sources=(_ERLANG,),
        notes=("Arrivals are taken to be random and answers to vary in length; bursts on top need more.",),
    )  # fmt: skip


def autoscale(
    *, peak_rps: float, quiet_rps: float, rps_per_replica: float, headroom: float = 0.2, spare: int = 1
) -> Calculation:
    """Return the floor and ceiling of an autoscaler: how few copies may stand by night, and how many by day.

    floor = max(1, ⌈(1 + headroom)·quiet / per copy⌉) + spare; peak = ⌈(1 + headroom)·peak / per copy⌉ + spare;
    ceiling = 2·peak. A quiet rate of 0 gives a floor of 1 + spare; scaling to zero is for work that can wait out a start.
    Sources: llm-d planner; N + 1.

    Raises:
        InputError: a number out of range, or a quiet rate above the peak.
    """
    most = positive("peak_rps", peak_rps, "requests/s", "50")
    each = positive("rps_per_replica", rps_per_replica, "requests/s", "4")
    least = not_negative("quiet_rps", quiet_rps, "requests/s", "5")
    extra, kept = not_negative("headroom", headroom, "shares", "0.2"), not_negative("spare", spare, "copies", "1")
    if least > most:
        raise InputError(f"`quiet_rps` must be at most `peak_rps` ({most:g}), but was {least:g}; swap or mend them.")
    floor = max(1, math.ceil((1 + extra) * least / each - 1e-9)) + int(kept)
    top = max(1, math.ceil((1 + extra) * most / each - 1e-9)) + int(kept)
    return Calculation(
        name="autoscale",
        values={"floor": floor, "peak": top, "ceiling": 2 * top},
        formula="floor = max(1, ceil((1 + headroom)·quiet_rps / rps_per_replica)) + spare; "
        "peak = ceil((1 + headroom)·peak_rps / rps_per_replica) + spare; ceiling = 2·peak",
        inputs={
            "peak_rps": peak_rps, "quiet_rps": quiet_rps, "rps_per_replica": rps_per_replica, "headroom": headroom,
            "spare": spare,
        },
        sources=(_BAND, _SPARE),
    )  # fmt: skip
