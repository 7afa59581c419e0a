"""What all tests share: the shipped model, and settings that touch nothing outside a temporary folder."""

import os
from pathlib import Path

import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
for name in [key for key in os.environ if key.startswith(("ADVISOR_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_", "CHROMA_"))]:
    if name != "ADVISOR_SCREENSHOT":
        del os.environ[name]

from assistant.interview.model import MaturityModel
from assistant.knowledge import maturity_model
from assistant.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def model() -> MaturityModel:
    return maturity_model(ROOT / "knowledge")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", _env_file=None)
