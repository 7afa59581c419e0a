"""What owning and renting cost in all over one, three and five years, discounted; and which input moves that most. USD."""

from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue

from assistant.errors import InputError
from assistant.planning.calculation import Calculation
from assistant.planning.catalogue import Frozen
from assistant.planning.cost import HOURS_PER_YEAR
from assistant.planning.inputs import not_negative, positive, share, whole

HORIZONS = (1, 3, 5)
LIFE_YEARS = 5.0
"""Straight-line life of a server, as Lenovo LP2368 takes it (NVIDIA's example takes 4)."""
OWNED = "owned"

_NPV = "present value: cash flow / (1 + rate)^year, paid at the end of each year; standard formula"
_LIFE = "five years of life: Lenovo Press LP2368, 2026 (a server vendor's method)"


class Spread(Frozen):
    """How far one input may lie from what was taken, and on what ground."""

    name: str
    low: float
    base: float
    high: float
    unit: str
    ground: str


def annuity(discount_rate: float, years: int) -> float:
    """Return what 1 USD at the end of each of `years` years is worth today: Σ 1/(1+i)^t; `years` itself at i = 0."""
    rate = share("discount_rate", discount_rate, "0.08", zero=True)
    return sum((1 + rate) ** -year for year in range(1, whole("years", years, "years", "3") + 1))


def owned_total(
    *, capex_usd: float, run_usd_year: float, years: int, discount_rate: float, resale: float, life_years: float = LIFE_YEARS
) -> float:
    """Return the present value of owning for `years`: capex + Σ run/(1+i)^t - resale·book(years)/(1+i)^years.

    book(y) = capex·max(0, 1 - y/life). `resale` is the share of the book value that a sale brings. Life: Lenovo LP2368.
    """
    price = positive("capex_usd", capex_usd, "USD", "250000")
    running = not_negative("run_usd_year", run_usd_year, "USD a year", "60000") * annuity(discount_rate, years)
    book = price * max(0.0, 1 - years / positive("life_years", life_years, "years", "5"))
    return price + running - share("resale", resale, "0.5", zero=True) * book / (1 + discount_rate) ** years


def rented_total(
    *, usd_hour: float, utilisation: float, years: int, discount_rate: float, committed_years: int = 0, extra_usd_year: float
) -> float | None:
    """Return the present value of renting for `years`: Σ (8760·used·price + extra)/(1+i)^t.

    used = `utilisation` where nothing is committed, and 1 under a commitment, which is paid for every hour. None when the
    commitment outlasts the horizon or does not divide it, for then it is not an offer for this horizon.
    """
    price = positive("usd_hour", usd_hour, "USD per hour", "55.04")
    used = share("utilisation", utilisation, "0.35")
    if committed_years and years % committed_years:
        return None
    yearly = HOURS_PER_YEAR * price * (1.0 if committed_years else used)
    return (yearly + not_negative("extra_usd_year", extra_usd_year, "USD a year", "3000")) * annuity(discount_rate, years)


def totals(
    *,
    capex_usd: float,
    run_usd_year: float,
    rented_usd_hour: Mapping[str, float],
    utilisation: float,
    committed_years: Mapping[str, int] | None = None,
    fixed_usd_year: Mapping[str, float] | None = None,
    rented_extra_usd_year: float = 0.0,
    discount_rate: float = 0.08,
    resale: float = 0.5,
    life_years: float = LIFE_YEARS,
    horizons: Sequence[int] = HORIZONS,
) -> Calculation:
    """Return the total of every way to have the machines, over each horizon, as present values.

    See `owned_total` and `rented_total`. `run_usd_year`: power, cooling, maintenance, room, licences and staff;
    `committed_years` names the rented prices that are commitments; `fixed_usd_year` are ways with a yearly bill of their
    own, such as a token API; `rented_extra_usd_year`: storage and traffic that only the rented ways pay.

    Returns:
        `usd` {way: {years: total, None where the offer does not fit}}, `cheapest` {years: way}.

    Raises:
        InputError: a number out of range, or no horizon.
    """
    if not horizons:
        raise InputError("`horizons` must name at least one number of years; give for example 1, 3 and 5.")
    bound = committed_years or {}
    spans = [whole("horizons", years, "years", "3") for years in horizons]
    usd: dict[str, dict[str, float | None]] = {OWNED: {}}
    for years in spans:
        usd[OWNED][str(years)] = owned_total(
            capex_usd=capex_usd, run_usd_year=run_usd_year, years=years, discount_rate=discount_rate, resale=resale,
            life_years=life_years,
        )  # fmt: skip
    for name, price in rented_usd_hour.items():
        usd[name] = {
            str(years): rented_total(
                usd_hour=price, utilisation=utilisation, years=years, discount_rate=discount_rate,
                committed_years=bound.get(name, 0), extra_usd_year=rented_extra_usd_year,
            )
            for years in spans
        }  # fmt: skip
    for name, bill in (fixed_usd_year or {}).items():
        paid = not_negative("fixed_usd_year", bill, "USD a year", "12000")
        usd[name] = {str(years): paid * annuity(discount_rate, years) for years in spans}
    shown: dict[str, JsonValue] = {name: dict(row) for name, row in usd.items()}
    return Calculation(
        name="totals",
        values={"usd": shown, "cheapest": {str(y): _cheapest(usd, str(y)) for y in spans}},
        formula="owned = capex + run·a - resale·capex·max(0, 1 - years/life)/(1 + rate)^years; rented = (8760·used·usd_hour "
        "+ extra)·a; a = sum of (1 + rate)^-t for t = 1..years; used = utilisation on demand and spot, 1 under a commitment",
        inputs={
            "capex_usd": capex_usd, "run_usd_year": run_usd_year, "rented_usd_hour": dict(rented_usd_hour),
            "committed_years": dict(bound), "fixed_usd_year": dict(fixed_usd_year or {}), "utilisation": utilisation,
            "rented_extra_usd_year": rented_extra_usd_year, "discount_rate": discount_rate, "resale": resale,
            "life_years": life_years,
        },
        sources=(_NPV, _LIFE),
        notes=(
            "None where a commitment does not fit the horizon. Spot may be taken away at any time: for work that can stop.",
        ),
    )  # fmt: skip


def _cheapest(usd: Mapping[str, Mapping[str, float | None]], years: str) -> str:
    priced = {name: total for name, row in usd.items() if (total := row[years]) is not None}
    return min(priced, key=priced.__getitem__)


def tornado(evaluate: Callable[[Mapping[str, float]], Mapping[str, float]], spreads: Sequence[Spread]) -> Calculation:
    """Return how much each input, moved alone from its low to its high value, moves the totals.

    `evaluate` gives {"owned": USD, "rented": USD} for the inputs by name; the saving of owning is rented - owned.

    Returns:
        `base_usd` {owned, rented, saving} and `rows`, widest swing of the saving first: input, unit, ground, low, base,
        high, `owned_low`, `owned_high`, `saving_low`, `saving_high` (at the input's low and high) and `swing`; `turns` is
        true where the saving changes its sign within the range, so that the input alone can turn the decision.

    Raises:
        InputError: no input, or one whose base lies outside of its range.
    """
    if not spreads:
        raise InputError("`spreads` must name at least one input; give its low, base and high value.")
    for spread in spreads:
        if not spread.low <= spread.base <= spread.high:
            raise InputError(f"`{spread.name}` must have its base between low and high; mend the range.")
    base = {spread.name: spread.base for spread in spreads}
    middle = evaluate(base)
    rows = [_moved(evaluate, base, spread) for spread in spreads]
    rows.sort(key=lambda row: -float(str(row["swing"])))
    return Calculation(
        name="tornado",
        values={
            "base_usd": {
                "owned": middle["owned"], "rented": middle["rented"], "saving": middle["rented"] - middle["owned"],
            },
            "rows": list(rows),
        },
        formula="saving = rented - owned; swing = |saving at high - saving at low|, all other inputs at their base",
        inputs=dict(base),
        sources=(_NPV,),
    )  # fmt: skip


def _moved(
    evaluate: Callable[[Mapping[str, float]], Mapping[str, float]], base: Mapping[str, float], spread: Spread
) -> dict[str, JsonValue]:
    low, high = (evaluate({**base, spread.name: value}) for value in (spread.low, spread.high))
    saving_low, saving_high = low["rented"] - low["owned"], high["rented"] - high["owned"]
    return {
        "input": spread.name, "unit": spread.unit, "ground": spread.ground, "low": spread.low, "base": spread.base,
        "high": spread.high, "owned_low": low["owned"], "owned_high": high["owned"], "saving_low": saving_low,
        "saving_high": saving_high, "swing": abs(saving_high - saving_low), "turns": (saving_low > 0) != (saving_high > 0),
    }  # fmt: skip
