"""A hand-made conversation with awkward words in it, and the report on it with the real plan."""

import datetime as dt
from functools import lru_cache
from pathlib import Path

from assistant.engines import Engines
from assistant.interview.assessment import assess
from assistant.interview.evidence import FACT_UNITS, Evidence, Fact, Polarity
from assistant.interview.state import State, Turned
from assistant.planning.plan import Plan, make_plan
from assistant.reporting.report import Report, build_report
from assistant.settings import Settings

SCRIPT = "We run <script>alert('x')</script> three models & one bot in production"
PIPES = "| pipes | and `ticks` *stars* _under_ [link](http://evil.example) # not a heading"
TYPST = '#panic() $x^2$ @ref #image("/etc/passwd") \\ <label>'
EMOJI = "AI is everywhere 🎉, says the 👩‍💻 team"
POLISH = "Zażółć gęślą jaźń, mówi dział łączności"
RTL = "שלום עולם means our culture is open"
NUL = "Nothing\x00 is\x1b[31m watched\ufffe after release"
LONG = "x" * 300
NASTY = (SCRIPT, PIPES, TYPST, EMOJI, POLISH, RTL, NUL, LONG)


def said(quote: str, source: int, indicator: str, polarity: Polarity = "affirmed", weight: float = 0.8) -> Evidence:
    return Evidence(
        quote=quote, source=source, dimension=indicator.split(".")[0], indicator=indicator, polarity=polarity, weight=weight
    )


def fact(name: str, value: float | bool | str, quote: str, source: int) -> Fact:
    return Fact(name=name, value=value, unit=FACT_UNITS[name], quote=quote, source=source)


def level(quote: str, source: int, dimension: str, levels: tuple[float, float, float, float, float]) -> Evidence:
    best = max(range(5), key=levels.__getitem__) + 1
    return Evidence(
        quote=quote, source=source, dimension=dimension, indicator=f"{dimension}.level-{best}", polarity="affirmed",
        weight=0.7, kind="level", levels=levels,
    )  # fmt: skip


def conversation() -> State:
    """Stage 3 with gaps, one nasty quote to a dimension, and facts that ask for machines of one's own."""
    heard = (
        (SCRIPT, said(SCRIPT, 3, "use_cases.in_production"), said(SCRIPT, 3, "use_cases.users_depend")),
        (PIPES, level(PIPES, 5, "data", (0.1, 0.4, 1.0, 0.4, 0.1))),
        (TYPST, level(TYPST, 7, "infrastructure", (0.1, 0.4, 1.0, 0.3, 0.05))),
        (EMOJI, said(EMOJI, 9, "people.team_with_roles"), said(EMOJI, 9, "people.community", "planned")),
        (POLISH, level(POLISH, 11, "strategy", (0.1, 0.5, 1.0, 0.5, 0.1))),
        (RTL, level(RTL, 13, "culture", (0.2, 1.0, 0.5, 0.1, 0.05))),
        (NUL, level(NUL, 15, "operations", (0.3, 1.0, 0.3, 0.05, 0.01))),
        (LONG, level(LONG, 17, "governance", (0.2, 0.8, 1.0, 0.2, 0.05))),
    )
    questions = ("Where does AI run?", "Who can reach the data?", "Which machines are there?", "Who works on it?")
    turns = [
        Turned(
            seq=3 + 2 * n,
            action="said",
            text=text,
            evidence=evidence,
            reply=f"**Thank you.** {questions[n % 4]}",
            asked=None,
        )
        for n, (text, *evidence) in enumerate(heard)
    ]
    words = (
        "Patient data, 40 TB, in our own hall with 8 GPUs; it may not leave the country. "
        "About 120 requests a second, around the clock, for a 13B model, with $900,000 a year and 9 engineers."
    )
    facts = (
        fact("data_sensitivity", "regulated", "Patient data", 19),
        fact("residency", "country", "it may not leave the country", 19),
        fact("training_data_tb", 40.0, "40 TB", 19),
        fact("has_datacentre", True, "in our own hall", 19),
        fact("gpu_on_prem", 8.0, "8 GPUs", 19),
        fact("peak_rps", 120.0, "About 120 requests a second", 19),
        fact("model_params_b", 13.0, "13B model", 19),
        fact("budget_usd_year", 900_000.0, "$900,000 a year", 19),
        fact("team_ml_engineers", 9.0, "9 engineers", 19),
    )
    turns.append(Turned(seq=19, action="said", text=words, facts=facts, reply="Noted."))
    turns.append(Turned(seq=21, action="skipped", text="", question="people.who", reply="Skipped.", done=True))
    greeting = "Hello! To begin, in your own words: what does your organisation do?"
    return State(owner="anna", greeting=greeting, turns=tuple(turns))


@lru_cache(maxsize=1)
def engines() -> Engines:
    return Engines(Settings(knowledge_dir=Path(__file__).parents[2] / "knowledge"))


def plan(state: State) -> Plan:
    parts = engines()
    view = assess(parts.model, state.evidence)
    return make_plan(parts.model, state.evidence, state.facts, view, parts.actions, parts.catalogue)


@lru_cache(maxsize=1)
def report() -> Report:
    state = conversation()
    parts = engines()
    return build_report(parts.model, "s-1", state, plan(state), parts.sources, today=dt.date(2026, 11, 24))


@lru_cache(maxsize=1)
def empty_report() -> Report:
    """Nothing was said, no plan was made."""
    state = State(owner="anna", greeting="Hello!")
    return build_report(engines().model, "s-0", state, None, {}, today=dt.date(2026, 11, 24))
