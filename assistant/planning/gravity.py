"""Data gravity: move the data over a line, ship it on devices, or bring the machines to it; and from which size on.

TB are 1e12 bytes, GB on a bill 2**30 bytes, days 24 hours, months 730 hours.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import JsonValue

from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Appliance, Egress, Link
from assistant.planning.inputs import not_negative, one_of, positive, share
from assistant.planning.transfer import (
    BILLED_GB_BYTES,
    LARGEST_TB,
    appliance,
    billed_gb,
    egress,
    promotion_minutes,
    transfer,
)

Direction = Literal["in", "out"]
HOURS_A_MONTH = 730

_GRAVITY = (
    "bring compute when the copy outlasts the refresh or costs more than the machines' price difference: planning rule"
)
_INGRESS = "traffic into a cloud is free, out of it is billed: mateenali66 on dev.to, 2025"


def data_movement(*, up_gb: float, down_gb: float, prices: Egress) -> Calculation:
    """Return a month's bill for traffic in both directions: up into the cloud is free, down pays the marginal tiers.

    `up_gb`: weights and data sent in; `down_gb`: logs, feedback and results brought home; both in billed GB a month.

    Raises:
        InputError: a negative volume.
    """
    sent = not_negative("up_gb", up_gb, "GB a month", "140")
    paid = egress(gb=not_negative("down_gb", down_gb, "GB a month", "50"), prices=prices)
    return Calculation(
        name="data_movement",
        values={"usd_month": paid.number("usd"), "usd_up": 0.0, "usd_down": paid.number("usd"), "gb": sent + down_gb},
        formula="usd_month = 0·up_gb + marginal tiers(down_gb)",
        inputs={"up_gb": up_gb, "down_gb": down_gb, "provider": prices.id, "tiers": paid.inputs["tiers"]},
        sources=(_INGRESS, prices.cite()),
    )


def egress_gb_for(usd: float, prices: Egress) -> float | None:
    """Return the billed GB that a sum pays for, the inverse of `egress`; None when the last tier is free."""
    left, below = not_negative("usd", usd, "USD", "1000"), 0.0
    for tier in prices.tiers:
        width = math.inf if tier.up_to_gb is None else tier.up_to_gb - below
        if width * tier.usd_per_gb >= left and tier.usd_per_gb > 0:
            return below + left / tier.usd_per_gb
        if math.isinf(width):
            return None
        left -= width * tier.usd_per_gb
        below += width
    return None


def device_faster_above_tb(gbps: float, efficiency: float, device: Appliance) -> float | None:
    """Return the TB from which shipped devices arrive before a copy over the line; None if they never do.

    Copy: T·8e12/(g·1e9·η·86400) days; devices (copied side by side, at most one full device each way):
    shipping + 2·min(T, size)·8e12/(c·1e9·86400) days. Equal at T = shipping/(k - 2·q) while T <= size, else at
    (shipping + 2·size·q)/k, with k and q days per TB of line and device. Source: arithmetic.
    """
    per_tb = 8e12 / (positive("gbps", gbps, "Gbit/s", "1") * 1e9 * share("efficiency", efficiency, "0.7") * 86400)
    copy = 8e12 / (device.copy_gbps * 1e9 * 86400)
    if per_tb > 2 * copy and (small := device.shipping_days / (per_tb - 2 * copy)) <= device.device_tb:
        return small
    return (device.shipping_days + 2 * device.device_tb * copy) / per_tb


def gravity(
    *,
    tb: float,
    gbps: Mapping[str, float],
    efficiency: float = 0.7,
    direction: Direction = "in",
    prices: Egress | None = None,
    lines: Sequence[Link] = (),
    device: Appliance | None = None,
    refresh_days: float | None = None,
    change_tb_month: float = 0.0,
    difference_usd_month: float | None = None,
    payload_gb: float = 16.0,
) -> Calculation:
    """Compare moving `tb` of data once by each way with bringing the machines to it.

    Over an internet line of `gbps` (by name): days by `transfer`, money by `prices` if the data leaves a cloud
    (`direction` "out"), nothing if it enters. Over a private line: its monthly price for every month begun, and its own
    price per GB on the way out. By `device`: fee · devices, and its price per GB on the way out. Compute to the data: only
    a model of `payload_gb` moves, at `difference_usd_month`, what the machines cost more there (None: not known).

    Returns:
        `ways`: a list of {way, days, usd (None = not known)}; `crossover`: `device_faster_above_tb` by line,
        `compute_cheaper_above_tb` (from here one move costs more than a month of the difference), `refresh_limit_tb` by line
        (what arrives within `refresh_days`), `change_share_of_line` by line; `bring_compute` 1 or 0 by the rule, for the
        fastest internet line.

    Raises:
        InputError: a number out of range.
    """
    volume = positive("tb", tb, "TB", "100", most=LARGEST_TB)
    one_of("direction", direction, ("in", "out"))
    billed = billed_gb(volume) if direction == "out" else 0.0
    out = egress(gb=billed, prices=prices).number("usd") if prices else (None if direction == "out" else 0.0)
    ways = [_over(f"line: {name}", volume, rate, efficiency, out) for name, rate in gbps.items()]
    ways += [_private(line, volume, billed, efficiency) for line in lines]
    if device:
        ways.append(_shipped(device, volume, billed))
    fastest = max(gbps.values())
    minutes = promotion_minutes(payload_gb=payload_gb, gbps=fastest, efficiency=efficiency)
    ways.append({"way": "compute to the data", "days": minutes / 1440, "usd": difference_usd_month})
    days = transfer(tb=volume, gbps=fastest, efficiency=efficiency).number("days")
    late = refresh_days is not None and days > positive("refresh_days", refresh_days, "days", "30")
    dear = out is not None and difference_usd_month is not None and out > difference_usd_month
    return Calculation(
        name="gravity",
        values={
            "ways": list(ways),
            "crossover": _crossover(
                gbps, efficiency, device, refresh_days, change_tb_month,
                prices if direction == "out" else None, difference_usd_month,
            ),
            "bring_compute": int(late or dear),
        },
        formula="days = tb·8e12 / (gbps·1e9·efficiency·86400); usd = marginal egress + price of line or devices; "
        "bring compute if days > refresh_days or egress > difference_usd_month",
        inputs={
            "tb": tb, "gbps": dict(gbps), "efficiency": efficiency, "direction": direction,
            "egress": prices.id if prices else None, "device": device.id if device else None,
            "refresh_days": refresh_days, "change_tb_month": change_tb_month,
            "difference_usd_month": difference_usd_month, "payload_gb": payload_gb,
        },
        sources=(
            _GRAVITY, _INGRESS, *((prices.cite(),) if prices else ()), *(line.cite() for line in lines),
            *((device.cite(),) if device else ()),
        ),
    )  # fmt: skip


def _over(way: str, tb: float, gbps: float, efficiency: float, usd: float | None) -> dict[str, JsonValue]:
    return {"way": way, "days": transfer(tb=tb, gbps=gbps, efficiency=efficiency).number("days"), "usd": usd}


def _private(line: Link, tb: float, billed: float, efficiency: float) -> dict[str, JsonValue]:
    """A private line is hired by the month, so that every month begun is paid."""
    hours = transfer(tb=tb, gbps=line.gbps, efficiency=efficiency).number("hours")
    usd = line.usd_month * math.ceil(hours / HOURS_A_MONTH) + billed * line.usd_per_gb_out
    return {"way": f"private line: {line.name}", "days": hours / 24, "usd": usd}


def _shipped(device: Appliance, tb: float, billed: float) -> dict[str, JsonValue]:
    sent = appliance(tb=tb, device_tb=device.device_tb, copy_gbps=device.copy_gbps, shipping_days=device.shipping_days)
    count = int(sent.number("devices"))
    usd = count * device.usd_job + billed * device.usd_per_gb_out
    return {"way": f"{count} x {device.name}", "days": sent.number("days"), "usd": usd}


def _crossover(
    gbps: Mapping[str, float], efficiency: float, device: Appliance | None, refresh_days: float | None, change: float,
    prices: Egress | None, difference: float | None,
) -> dict[str, JsonValue]:  # fmt: skip
    month = not_negative("change_tb_month", change, "TB a month", "2")
    paid = egress_gb_for(max(0.0, difference), prices) if prices and difference is not None else None
    carried = {name: rate * 1e9 * efficiency * 86400 / 8e12 for name, rate in gbps.items()}
    return {
        "device_faster_above_tb": {n: device_faster_above_tb(r, efficiency, device) for n, r in gbps.items()}
        if device
        else {},
        "compute_cheaper_above_tb": None if paid is None else paid * BILLED_GB_BYTES / 1e12,
        "refresh_limit_tb": {n: tb * refresh_days for n, tb in carried.items()} if refresh_days else {},
        "change_share_of_line": {n: month / (tb * HOURS_A_MONTH / 24) for n, tb in carried.items()},
    }
