"""The wheel is complete: installed alone, outside the checkout, it answers without key and network."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.packaging

HELD = (
    "assistant/surfaces/cli.py",
    "assistant/reporting/report.typ",
    "assistant/surfaces/web/style.css",
    "assistant/language/models/tokenizer.json",
    "assistant/language/models/LICENSE",
    "assistant/language/models/level.json",
    "assistant/language/models/level.onnx",
    "assistant/language/models/statement.json",
    "assistant/language/models/statement.onnx",
    "assistant/_bundled/knowledge/sources.yaml",
    "assistant/_bundled/knowledge/model/stages.yaml",
    "assistant/_bundled/knowledge/model/dimensions/data.yaml",
    "assistant/_bundled/knowledge/guidance/hybrid-approach.md",
    "assistant/_bundled/knowledge/actions/data.yaml",
    "assistant/_bundled/knowledge/catalog/gpus.yaml",
)
LEFT_OUT = ("evals/", "tests/", "training/", "docs/", "knowledge/exemplars/")

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs a program of an environment that holds the wheel; its dependencies are those installed here.

    The folder of the dependencies is only put on the path, after the wheel's own: no .pth file in it is obeyed, so that the
    checkout stays out.
    """
    place = tmp_path_factory.mktemp("elsewhere")
    home = place / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", str(wheel)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    packages = next((home / "lib").glob("python*/site-packages"))
    dependencies = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(dependencies) + "\n", encoding="utf-8")
    environment = {"HOME": str(place), "PATH": os.defpath, "ADVISOR_DATA_DIR": str(place / "data")}

    def run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(home / "bin" / program), *arguments]
        return subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )

    return run


def test_the_wheel_holds_what_is_needed_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert not [name for name in HELD if name not in names]
    assert [name for name in names if name.startswith("assistant/_bundled/prompts/") and name.endswith(".md")]
    assert not [name for name in names if name.startswith(LEFT_OUT) or "/exemplars/" in name or "__pycache__" in name]
    guidance = {path.name for path in (ROOT / "knowledge" / "guidance").glob("*.md")}
    assert guidance <= {Path(name).name for name in names if "/guidance/" in name}


def test_the_package_comes_from_the_wheel(installed: Command) -> None:
    show = "import assistant, assistant.settings as s; print(assistant.__file__); print(s.Settings().knowledge_dir)"
    done = installed("python", "-c", show)
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        assert "/venv/" in line
        assert not Path(line).is_relative_to(ROOT)


def test_it_answers_outside_the_checkout(installed: Command) -> None:
    done = installed("advisor", "ask", "Why train on premises?", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["citations"]
    assert not answer["abstained"]
    assert "premises" in answer["text"]


def test_knowledge_is_sound_and_evaluation_says_where_it_runs(installed: Command) -> None:
    assert installed("advisor", "knowledge", "check").returncode == 0
    done = installed("advisor", "eval")
    assert done.returncode == 2
    assert "checkout" in done.stderr
    assert "Traceback" not in done.stderr
