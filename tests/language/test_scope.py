"""What a clause claims: negation, plans, past, hearsay, other firms, parts."""

import pytest

from assistant.knowledge import load
from assistant.language.scope import CueLists, Scope
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def scope() -> Scope:
    return Scope(load(ROOT / "knowledge" / "model" / "cues.yaml", CueLists))


@pytest.mark.parametrize(
    ("clause", "polarity"),
    [
        ("We run three models in production.", "affirmed"),
        ("Every model is monitored.", "affirmed"),
        ("Not a single model is unmonitored.", "affirmed"),
        ("No model ships without a test.", "affirmed"),
        ("Nobody releases anything without two signatures.", "affirmed"),
        ("We not only train them, we watch them.", "affirmed"),
        ("We don't have owners for data.", "denied"),
        ("There is no inventory.", "denied"),
        ("Nobody is on call.", "denied"),
        ("We haven’t written a policy.", "denied"),
        ("We had a registry until the reorganisation.", "denied"),
        ("The pilot was shut down in spring.", "denied"),
        ("At my last company we monitored drift.", "denied"),
        ("Our competitor has all that.", "denied"),
        ("We plan to put models in production.", "planned"),
        ("The platform goes live in March.", "planned"),
        ("Next year we will hire an engineer.", "planned"),
        ("We are considering a catalogue.", "planned"),
        ("Only in Germany do we track drift.", "partly"),
        ("One plant uses it.", "partly"),
        ("Some of the data has an owner.", "partly"),
        ("Not all models are watched.", "partly"),
    ],
)
def test_polarity(scope: Scope, clause: str, polarity: str) -> None:
    assert scope.claim(clause).polarity == polarity


def test_hearsay_and_hedges_are_less_firm(scope: Scope) -> None:
    firm = scope.claim("The models are monitored.").firmness
    assert scope.claim("I think someone in Lyon monitors the models.").firmness < 0.6 * firm
    assert scope.claim("It is more or less monitored.").firmness < firm


@pytest.mark.parametrize(
    ("text", "kind", "marked"),
    [
        ("I don't know", "unknown", True),
        ("No idea, honestly", "unknown", True),
        ("We know our data", "unknown", False),
        ("What does drift mean?", "question", True),
        ("stop", "stop", True),
        ("We stop models that drift", "stop", False),
        ("No, I meant the other plant", "correction", True),
    ],
)
def test_marks(scope: Scope, text: str, kind: str, marked: bool) -> None:
    assert scope.marks(text, kind) is marked
