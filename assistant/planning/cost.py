"""What owning, renting and metered tokens cost, and where they cross. USD; a year has 8,760 hours, a month 730."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import TokenApi
from assistant.planning.inputs import finite, not_negative, positive, pue_factor, share, whole

HOURS_PER_YEAR = 8760
HOURS_PER_MONTH = 730
LONGEST_YEARS = 100

_LENOVO = "ownership and break-even: Lenovo Press LP2368, 2026 (a server vendor's method)"
_UPTIME = "cost per used hour and break-even utilisation: Uptime Institute, O. Rogers, 2025-01-30"
_CRF = "capital recovery factor: standard annuity formula"
_DEFINITION = "definition: power · time"
_CARBON = "CO2e = energy · grid intensity: Lacoste et al. 2019, arXiv 1910.09700"
_PAN = "on-premises against token interface: Pan et al. 2025, arXiv 2509.18101"


def energy(*, gpu_hours: float, watts: float, pue: float = 1.0, kg_co2e_kwh: float | None = None) -> Calculation:
    """Return the energy of a run: MWh = gpu_hours · watts · PUE / 1e6; tonnes of CO2e = MWh · kg per kWh.

    `watts` is the draw of one GPU, `pue` the site's factor for cooling and losses (1.0 leaves them out), `kg_co2e_kwh` the
    grid's greenhouse gas, location-based; `co2e_t` is there when it is given. Source: Lacoste et al. 2019, arXiv 1910.09700.

    Raises:
        InputError: a number out of range.
    """
    hours = positive("gpu_hours", gpu_hours, "GPU-hours", "30.84e6")
    mwh = hours * positive("watts", watts, "watts", "700") * pue_factor(pue) / 1e6
    notes = ("GPUs alone: their servers, network and cooling come on top; the world's average PUE is 1.54.",)
    values: dict[str, JsonValue] = {"mwh": mwh}
    if kg_co2e_kwh is not None:
        values["co2e_t"] = mwh * not_negative("kg_co2e_kwh", kg_co2e_kwh, "kg CO2e per kWh", "0.35")
    return Calculation(
        name="energy",
        values=values,
        formula="mwh = gpu_hours·watts·pue / 1e6; co2e_t = mwh·kg_co2e_kwh",
        inputs={"gpu_hours": gpu_hours, "watts": watts, "pue": pue, "kg_co2e_kwh": kg_co2e_kwh},
        sources=(_DEFINITION, *((_CARBON,) if kg_co2e_kwh is not None else ())),
        notes=notes if pue == 1.0 else notes[1:],
    )


def capital_recovery_factor(discount_rate: float, years: float) -> float:
    """Return the yearly share of capital to set aside: i·(1+i)^Y / ((1+i)^Y - 1), or 1/Y when i = 0."""
    rate = share("discount_rate", discount_rate, "0.08", zero=True)
    span = positive("years", years, "years", "5", most=LONGEST_YEARS)
    growth = (1 + rate) ** span
    # growth == 1 when the rate is 0 or too small for a float to tell: the limit of the formula is 1/Y.
    return 1 / span if growth == 1 else rate * growth / (growth - 1)


def cost(
    *,
    servers: int,
    capex_usd: float,
    years: float,
    power_kw: float,
    usd_kwh: float,
    pue: float = 1.3,
    utilisation: float = 0.8,
    staff_usd_year: float = 0.0,
    load: float = 1.0,
    maintenance: float = 0.0,
    colo_usd_month: float = 0.0,
    licence_usd_year: float = 0.0,
    residual: float = 0.0,
    discount_rate: float = 0.0,
) -> Calculation:
    """Return what owning servers costs over their life, and per hour in use.

    usd_total = Y·[s·(capex·(1-ρ)·CRF + m·capex + 12·colo + licence + kW·load·PUE·8760·USD/kWh) + staff];
    usd_hour = usd_total / (s·Y·8760·u). s = `servers`; `capex_usd`, `power_kw`, `colo_usd_month` and
    `licence_usd_year` are for ONE server, `staff_usd_year` for all; Y = `years`; ρ = `residual` share of the price;
    CRF = 1/Y at `discount_rate` 0; m = `maintenance` share of the price a year; u = `utilisation`, the share
    of hours in use. Servers are powered all hours; `load` is their average share of `power_kw`.
    Sources: Lenovo LP2368, Uptime Institute 2025.

    Returns:
        `usd_total` and `usd_hour` (per server-hour in use, comparable to a cloud instance's price); also
        `usd_hour_owned` (per server-hour, used or not), `usd_year`, and `parts_usd` of the total.

    Raises:
        InputError: a number out of range, `utilisation` not above 0 up to 1, `pue` below 1.
    """
    count = whole("servers", servers, "servers", "1")
    span = positive("years", years, "years", "5", most=LONGEST_YEARS)
    used = share("utilisation", utilisation, "0.8")
    kwh_year = HOURS_PER_YEAR * positive("power_kw", power_kw, "kW per server", "10") * share("load", load, "1.0")
    kept = 1 - share("residual", residual, "0.1", zero=True)
    a_year = {
        "hardware": kept * capital_recovery_factor(discount_rate, span),
        "maintenance": share("maintenance", maintenance, "0.12", zero=True),
    }
    a_year = {part: rate * positive("capex_usd", capex_usd, "USD per server", "250000") for part, rate in a_year.items()}
    a_year["energy"] = kwh_year * pue_factor(pue) * not_negative("usd_kwh", usd_kwh, "USD per kWh", "0.15")
    a_year["colocation"] = 12 * not_negative("colo_usd_month", colo_usd_month, "USD a month", "1500")
    a_year["licences"] = not_negative("licence_usd_year", licence_usd_year, "USD a year", "36000")
    fleet_years = count * span
    parts = {part: fleet_years * usd for part, usd in a_year.items()}
    parts["staff"] = span * not_negative("staff_usd_year", staff_usd_year, "USD a year", "50000")
    total = sum(parts.values())
    owned = total / (fleet_years * HOURS_PER_YEAR)
    shown: dict[str, JsonValue] = dict(parts)
    return Calculation(
        name="cost",
        values={
            "usd_total": total, "usd_hour": owned / used, "usd_hour_owned": owned, "usd_year": total / span,
            "parts_usd": shown,
        },
        formula="usd_total = years·(servers·(capex·(1 - residual)·crf + maintenance·capex + 12·colo + licence "
        "+ power_kw·load·pue·8760·usd_kwh) + staff); usd_hour = usd_total / (servers·years·8760·utilisation)",
        inputs={
            "servers": servers, "capex_usd": capex_usd, "years": years, "power_kw": power_kw, "usd_kwh": usd_kwh,
            "pue": pue, "utilisation": utilisation, "staff_usd_year": staff_usd_year, "load": load,
            "maintenance": maintenance, "colo_usd_month": colo_usd_month, "licence_usd_year": licence_usd_year,
            "residual": residual, "discount_rate": discount_rate,
        },
        sources=(_LENOVO, _UPTIME, *((_CRF,) if discount_rate else ())),
        notes=_cost_notes(staff_usd_year, utilisation),
    )  # fmt: skip


def _cost_notes(staff_usd_year: float, utilisation: float) -> tuple[str, ...]:
    notes = ["Power is paid for all hours, used or idle; networking and storage are only in it if in capex_usd."]
    if staff_usd_year == 0:
        notes.append("No staff is counted, though people are often the largest part of running one's own servers.")
    if utilisation > 0.5:
        notes.append("Measured clusters do useful work in 21 to 50 % of their hours; show the cost at 0.35 as well.")
    return tuple(notes)


def break_even_hours(capex_usd: float, cloud_usd_hour: float, own_usd_hour: float, utilisation: float) -> float | None:
    """Return the hours after which owning is cheaper: capex / (u·cloud - own), None if it never is."""
    saved = utilisation * cloud_usd_hour - own_usd_hour
    return capex_usd / saved if saved > 0 else None


def breakeven(*, capex_usd: float, cloud_usd_hour: float, own_usd_hour: float, utilisation: float = 1.0) -> Calculation:
    """Return when a bought server has paid for itself against a rented one.

    hours = capex / (u·r - o); months = hours / 730. r = `cloud_usd_hour` per rented instance-hour, o = `own_usd_hour`
    of running the own server (power, cooling, maintenance, rent), paid in every hour, u = `utilisation`, the share of
    hours in which one would otherwise rent. Source: Lenovo LP2368, whose printed months follow at u = 1.

    Returns:
        `hours` of ownership, `months`, `used_hours`; all None, with a note, if owning never pays. Also
        `least_utilisation` = o / r, below which it never does.

    Raises:
        InputError: a number out of range.
    """
    capex = positive("capex_usd", capex_usd, "USD", "833806")
    cloud = positive("cloud_usd_hour", cloud_usd_hour, "USD per hour", "98.32")
    own = not_negative("own_usd_hour", own_usd_hour, "USD per hour", "0.87")
    used = share("utilisation", utilisation, "1.0")
    hours = break_even_hours(capex, cloud, own, used)
    notes = [
        "One cloud price is one answer: compare several prices and utilisations before deciding.",
        "A month is 730 hours; sources that count 720 print 1.4 % more months.",
    ]
    if hours is None:
        notes.insert(0, "Never: at this use, renting costs no more than running the owned server.")
    return Calculation(
        name="breakeven",
        values={
            "hours": hours,
            "months": None if hours is None else hours / HOURS_PER_MONTH,
            "used_hours": None if hours is None else hours * used,
            "least_utilisation": own / cloud,
        },
        formula="hours = capex_usd / (utilisation·cloud_usd_hour - own_usd_hour); months = hours / 730",
        inputs={
            "capex_usd": capex_usd, "cloud_usd_hour": cloud_usd_hour, "own_usd_hour": own_usd_hour,
            "utilisation": utilisation,
        },
        sources=(_LENOVO, _UPTIME),
        notes=tuple(notes),
    )  # fmt: skip


def breakeven_table(
    *,
    capex_usd: float,
    own_usd_hour: float,
    cloud_usd_hour: Mapping[str, float],
    utilisations: Sequence[float] = (0.1, 0.2, 0.35, 0.5, 0.8, 1.0),
) -> Calculation:
    """Return the months to break even for every named cloud price and utilisation; None means never.

    Each cell is `breakeven` at that price and utilisation. Returns `months`: {price name: {utilisation: months}}.

    Raises:
        InputError: a number out of range.
    """
    months: dict[str, JsonValue] = {}
    for name, price in cloud_usd_hour.items():
        cells: dict[str, JsonValue] = {}
        for used in utilisations:
            cell = breakeven(capex_usd=capex_usd, cloud_usd_hour=price, own_usd_hour=own_usd_hour, utilisation=used)
            cells[f"{used:g}"] = cell.values["months"]
        months[name] = cells
    return Calculation(
        name="breakeven_table",
        values={"months": months},
        formula="months = capex_usd / (730·(utilisation·cloud_usd_hour - own_usd_hour)); none = never",
        inputs={"capex_usd": capex_usd, "own_usd_hour": own_usd_hour, "cloud_usd_hour": dict(cloud_usd_hour)},
        sources=(_LENOVO, _UPTIME),
    )


def breakeven_utilisation(*, owned_usd_hour: float, cloud_usd_hour: float) -> float:
    """Return the share of hours above which owning is cheaper: all-in cost per owned hour / cloud price.

    Above 1 renting always wins. Source: Uptime Institute 2025.
    """
    owned = positive("owned_usd_hour", owned_usd_hour, "USD per hour", "12.08")
    return owned / positive("cloud_usd_hour", cloud_usd_hour, "USD per hour", "55.04")


def payback_months(*, capex_usd: float, saved_usd_month: float) -> float | None:
    """Return capex / monthly saving, None if nothing is saved. Source: Pan et al. 2025."""
    capex = positive("capex_usd", capex_usd, "USD", "2000")
    saved = finite("saved_usd_month", saved_usd_month, "USD a month", "659")
    return capex / saved if saved > 0 else None


def rental(*, gpu_hours: float, instance_usd_hour: float, gpus_per_instance: int) -> float:
    """Return the USD that rented GPU-hours cost: gpu_hours · instance price / GPUs per instance."""
    hours = positive("gpu_hours", gpu_hours, "GPU-hours", "39.3e6")
    price = positive("instance_usd_hour", instance_usd_hour, "USD per hour", "98.32")
    return hours * price / whole("gpus_per_instance", gpus_per_instance, "GPUs", "8")


def usd_per_million_tokens(*, usd_hour: float, tokens_per_second: float, utilisation: float = 1.0) -> float:
    """Return usd_hour / (3600 · tokens_per_second · utilisation) · 1e6. Source: Lenovo LP2368, which takes 1.0."""
    price = positive("usd_hour", usd_hour, "USD per hour", "12.08")
    rate = positive("tokens_per_second", tokens_per_second, "tokens/s", "30576")
    return price / (3600 * rate * share("utilisation", utilisation, "0.35")) * 1e6


def token_api(
    *, tokens_in: float, tokens_out: float, api: TokenApi, cached: float = 0.0, batch: bool = False
) -> Calculation:
    """Return a month's bill of a token interface.

    usd_month = (T_in·p_in·(1 - cached·d) + T_out·p_out) / 1e6, times (1 - the batch discount) in batch mode.
    T = `tokens_in` and `tokens_out` a month, p = the row's prices per million, `cached` = share of input found in
    the cache, d = the row's discount on it. Source: the row.

    Raises:
        InputError: a number out of range.
    """
    paid_in = not_negative("tokens_in", tokens_in, "tokens a month", "30e6") * api.usd_per_million_in
    paid_out = not_negative("tokens_out", tokens_out, "tokens a month", "10e6") * api.usd_per_million_out
    hit = share("cached", cached, "0.5", zero=True)
    full = (paid_in * (1 - hit * api.cached_discount) + paid_out) / 1e6
    return Calculation(
        name="token_api",
        values={"usd_month": full * (1 - api.batch_discount) if batch else full},
        formula="usd_month = (tokens_in·usd_in·(1 - cached·discount) + tokens_out·usd_out) / 1e6 [·(1 - batch_discount)]",
        inputs={
            "tokens_in": tokens_in, "tokens_out": tokens_out, "api": api.id, "cached": cached, "batch": batch,
            "usd_per_million_in": api.usd_per_million_in, "usd_per_million_out": api.usd_per_million_out,
        },
        sources=(api.cite(), _PAN),
        notes=("Prices change within weeks: check the row's date.",),
    )  # fmt: skip
