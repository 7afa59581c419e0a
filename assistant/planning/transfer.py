"""How long data takes to move and what the way out of a cloud costs. TB are 1e12 bytes, GB 1e9 bytes."""

import math

from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Egress
from assistant.planning.inputs import not_negative, positive, share, whole

APPLIANCE_AFTER_HOURS = 7 * 24
SLOW_LINK_GBPS = 0.1
SLOW_LINK_TB = 20.0
BILLED_GB_BYTES = 2**30
LARGEST_TB = 1e7
"""Ten exabytes. CERN's whole store passed one exabyte in 2023, so that more is a slip of the unit, not a data set."""

_ALELAPI = "link efficiency and when to ship a device: A. Lapi, data transfer notes (alelapi.github.io), read 2026-11"
_DEFINITION = "definition: bytes · 8 / bit rate"


def transfer(*, tb: float, gbps: float, efficiency: float = 0.8) -> Calculation:
    """Return how long a copy over a network link takes.

    hours = TB·1e12·8 / (Gbit/s·1e9·efficiency) / 3600. `efficiency` is the share of the line rate that arrives
    as payload: 0.8 on a link of one's own, 0.7 is realistic over the internet.

    Returns:
        `hours`, `days`, and `appliance_advised` (1 or 0): shipping a device is worth a look when the copy takes
        over a week, or when more than 20 TB meet a link under 100 Mbit/s. Source: alelapi.github.io.

    Raises:
        InputError: a number out of range.
    """
    volume = positive("tb", tb, "TB", "100", most=LARGEST_TB)
    rate = positive("gbps", gbps, "Gbit/s", "10")
    hours = volume * 1e12 * 8 / (rate * 1e9 * share("efficiency", efficiency, "0.8")) / 3600
    ship = hours > APPLIANCE_AFTER_HOURS or (rate < SLOW_LINK_GBPS and volume > SLOW_LINK_TB)
    return Calculation(
        name="transfer",
        values={"hours": hours, "days": hours / 24, "appliance_advised": int(ship)},
        formula="hours = tb·1e12·8 / (gbps·1e9·efficiency) / 3600",
        inputs={"tb": tb, "gbps": gbps, "efficiency": efficiency},
        sources=(_DEFINITION, _ALELAPI),
        notes=("Compare with shipping a storage device: the copy takes over a week or the link is slow.",) if ship else (),
    )


def appliance(*, tb: float, device_tb: float, copy_gbps: float, shipping_days: float) -> Calculation:
    """Return how long it takes to move data on shipped storage devices that travel together.

    devices = ⌈TB / device_tb⌉; each is written and read in parallel with the others:
    days = shipping_days + 2·min(TB, device_tb)·1e12·8 / (copy_gbps·1e9) / 86400. Source: arithmetic.

    Raises:
        InputError: a number out of range.
    """
    volume = positive("tb", tb, "TB", "100", most=LARGEST_TB)
    size = positive("device_tb", device_tb, "TB per device", "80")
    rate = positive("copy_gbps", copy_gbps, "Gbit/s", "10")
    travel = not_negative("shipping_days", shipping_days, "days", "5")
    copying = 2 * min(volume, size) * 1e12 * 8 / (rate * 1e9) / 86400
    return Calculation(
        name="appliance",
        values={"devices": math.ceil(volume / size), "days": travel + copying},
        formula="devices = ceil(tb / device_tb); days = shipping_days + 2·min(tb, device_tb)·8e12 / (copy_gbps·1e9·86400)",
        inputs={"tb": tb, "device_tb": device_tb, "copy_gbps": copy_gbps, "shipping_days": shipping_days},
        sources=(_DEFINITION,),
        notes=("Written once and read once; the devices are copied side by side.",),
    )


def billed_gb(tb: float) -> float:
    """Return the GB a cloud bills for `tb` TB (1e12 bytes): providers count a GB as 2**30 bytes."""
    return not_negative("tb", tb, "TB", "20") * 1e12 / BILLED_GB_BYTES


def egress(*, gb: float, prices: Egress, free_allowance: bool = False) -> Calculation:
    """Return what a month's traffic out of a cloud costs, by marginal tiers.

    usd = Σ over tiers of (volume within the tier · the tier's price); a volume exactly on an edge lies wholly in
    the tiers below it. `gb` is a month's volume in billed GB (see `billed_gb`); `free_allowance` first takes off
    the provider's free GB. Traffic into a cloud is free, so model weights travel up at no charge.

    Returns:
        `usd`, `usd_per_gb` (the average, 0 for no traffic).

    Raises:
        InputError: a negative or missing volume.
    """
    volume = not_negative("gb", gb, "GB a month", "20480")
    billable = max(0.0, volume - prices.free_gb) if free_allowance else volume
    usd, below = 0.0, 0.0
    for tier in prices.tiers:
        edge = math.inf if tier.up_to_gb is None else tier.up_to_gb
        usd += max(0.0, min(billable, edge) - below) * tier.usd_per_gb
        below = edge
    return Calculation(
        name="egress",
        values={"usd": usd, "usd_per_gb": usd / volume if volume else 0.0},
        formula="usd = sum over tiers of max(0, min(gb, upper edge) - lower edge)·usd_per_gb",
        inputs={
            "gb": gb,
            "provider": prices.id,
            "free_allowance": free_allowance,
            "tiers": [{"up_to_gb": tier.up_to_gb, "usd_per_gb": tier.usd_per_gb} for tier in prices.tiers],
        },
        sources=(prices.cite(),),
        notes=("Billed GB are 2^30 bytes and tiers run per calendar month; private links are priced apart.",),
    )


def promotion_minutes(*, payload_gb: float, gbps: float, efficiency: float = 0.7, targets: int = 1) -> float:
    """Return the minutes to push a model's weights to `targets` sites one after another over one link."""
    size = positive("payload_gb", payload_gb, "GB", "140") * whole("targets", targets, "sites", "1")
    return transfer(tb=size / 1e3, gbps=gbps, efficiency=efficiency).number("hours") * 60
