"""What a person supposes in words."""

import pytest

from assistant.engines import Engines
from assistant.language.facts import FactReader
from assistant.language.supposition import supposed
from assistant.settings import Settings


@pytest.fixture(scope="module")
def facts() -> FactReader:
    return Engines(Settings(_env_file=None)).facts


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("What if we had 500 requests per second?", "peak_rps", 500),
        ("And what if the data were regulated?", "data_sensitivity", "regulated"),
        ("What if our data were not allowed to leave our premises?", "residency", "on-prem-only"),
        ("Suppose our data may not leave our premises", "residency", "on-prem-only"),
        ("What would change if we had a budget of 2 million dollars a year?", "budget_usd_year", 2_000_000),
        ("How would the plan look if we had no data centre?", "has_datacentre", False),
        ("what if we didn't have a data centre", "has_datacentre", False),
        ("What if we moved to AWS?", "cloud", "aws"),
        ("And what if we bought 16 GPUs?", "gpu_on_prem", 16),
        ("what if we hired 4 machine learning engineers?", "team_ml_engineers", 4),
        ("what if answers had to be there within 10 ms?", "latency_ms", 10),
        ("Would the plan change if our training data were 300 TB?", "training_data_tb", 300),
        ("If we had 16 GPUs of our own, what would change?", "gpu_on_prem", 16),
        ("what if the load were steady, around the clock?", "load_steady", True),
    ],
)
def test_a_fact_is_supposed(facts: FactReader, text: str, name: str, value: object) -> None:
    (change,) = supposed(text, facts)
    assert (change.name, change.how, change.value) == (name, "set", value)


@pytest.mark.parametrize(
    ("text", "name", "factor"),
    [
        ("What if the load doubled?", "peak_rps", 2),
        ("what if our traffic grew by 30% a year for three years?", "peak_rps", 1.3**3),
        ("what if electricity cost twice as much?", "usd_kwh", 2),
        ("What if cloud GPU prices fell by 40 percent?", "gpu_hour", 0.6),
        ("What happens if GPU rents are 50 % higher?", "gpu_hour", 1.5),
        ("what if we had half the budget", "budget_usd_year", 0.5),
        ("What if the budget were cut by 30 %?", "budget_usd_year", 0.7),
        ("what if we had ten times the users?", "peak_rps", 10),
        ("What if token prices halved?", "token_price", 0.5),
    ],
)
def test_a_rise_or_a_fall_is_supposed(facts: FactReader, text: str, name: str, factor: float) -> None:
    (change,) = supposed(text, facts)
    assert (change.name, change.how) == (name, "times")
    assert change.value == pytest.approx(factor)


@pytest.mark.parametrize(
    "text",
    [
        "What if our model fails?",
        "What happens if the model drifts?",
        "Would it help if we trained people?",
        "What is the hybrid approach?",
        "We assume that the data is regulated.",
        "We have 500 requests per second.",
        "If the power fails, what happens?",
        "We would have 500 requests a second if the shop opened on Sundays.",
        "Assume nothing.",
        "",
    ],
)
def test_other_words_suppose_nothing(facts: FactReader, text: str) -> None:
    assert supposed(text, facts) == ()
