"""What the tests of simulated interviews share: a small phrasebook made of the model's own statements, and a table."""

import json
from pathlib import Path

import pytest

from assistant.engines import Engines
from assistant.interview.model import MaturityModel
from assistant.settings import Settings
from evals.simulation import Table
from evals.voices import phrasebook

FORMS = {
    "affirmed": ("{} Since last May.", "It is so: {}"),
    "denied": ("Nothing of the kind. It is not true that: {}", "No, it is not so: {}"),
    "planned": ("It is planned for next year: {}", "We intend to have this: {}"),
    "partly": ("Only in one team: {}", "In parts of the house: {}"),
}


@pytest.fixture(scope="session")
def phrases_file(model: MaturityModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = [
        {"indicator": indicator.id, "label": label, "text": form.format(indicator.statement)}
        for indicator in model.indicators.values()
        for label, forms in FORMS.items()
        for form in forms
    ]
    file = tmp_path_factory.mktemp("phrases") / "phrasebook.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def table(model: MaturityModel, phrases_file: Path) -> Table:
    reader = Engines(Settings(_env_file=None)).embedded_reader
    return Table.laid(model, reader, phrasebook(model, phrases_file))
