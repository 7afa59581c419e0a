"""What the tests of the language engines share."""

from collections.abc import Iterator

import pytest

from assistant.interview.model import MaturityModel, Question
from assistant.language.prompts import Prompts
from tests.conftest import ROOT
from tests.language.model_servers import ModelServer, serving


@pytest.fixture(scope="session")
def prompts() -> Prompts:
    return Prompts.load(ROOT / "prompts")


@pytest.fixture(scope="session")
def server() -> Iterator[ModelServer]:
    with serving() as running:
        yield running


@pytest.fixture
def asked(model: MaturityModel) -> Question:
    return model.openers["governance"]
