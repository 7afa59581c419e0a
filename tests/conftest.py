"""What all tests share: the shipped model, and settings that touch nothing outside a temporary folder."""

import os
import pkgutil
from importlib import import_module
from pathlib import Path

import anyio
import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
for name in [key for key in os.environ if key.startswith(("ADVISOR_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_", "CHROMA_"))]:
    if name != "ADVISOR_SCREENSHOT":
        del os.environ[name]

from assistant.interview.model import MaturityModel
from assistant.knowledge import maturity_model
from assistant.settings import Settings

# pytest rewrites anyio's modules as they load (anyio is a plugin of it), and on Python 3.11 that can fail in a server's
# thread ("AST constructor recursion depth mismatch"): load them here, in the main thread.
for module in pkgutil.iter_modules(import_module("anyio._core").__path__, "anyio._core."):
    import_module(module.name)
assert anyio.open_file

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def model() -> MaturityModel:
    return maturity_model(ROOT / "knowledge")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", _env_file=None)
