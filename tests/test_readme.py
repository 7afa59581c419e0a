"""The README tells the truth: its commands run, its settings are the settings, its conversation is the real one."""

import importlib.util
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from assistant.settings import settings_table
from assistant.surfaces import cli
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ENDLESS = {"web", "slack", "chat"}
"""Commands that serve or wait for a person: their help is asked for with the same options' names checked."""
MEND = "run `.venv/bin/python docs/refresh_readme.py` and read what it changed"


def lines(beginning: str) -> list[str]:
    """The lines of all ```sh blocks that begin with a command, variables before it left aside."""
    inside = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    stripped = (re.sub(r"^(?:[A-Z_]+=\S* )+", "", line.strip()) for text in inside for line in text.splitlines())
    return [line for line in stripped if line.startswith(beginning)]


@pytest.fixture(scope="module")
def refresh() -> ModuleType:
    spec = importlib.util.spec_from_file_location("refresh_readme", ROOT / "docs" / "refresh_readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_names_commands() -> None:
    assert lines("make ")
    assert len(lines("advisor ")) > 5


@pytest.mark.parametrize("line", lines("make "))
def test_make_targets_exist(line: str) -> None:
    targets = [word for word in shlex.split(line, comments=True)[1:] if "=" not in word]
    done = subprocess.run(["make", "-n", *targets], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples that the README names, and the data of all its commands."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "docs" / "examples", folder / "docs" / "examples")
    return folder


@pytest.mark.parametrize("line", lines("advisor "))
def test_commands_run(line: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(place / "data"))
    arguments = shlex.split(line, comments=True)[1:]
    if arguments[0] in ENDLESS:
        options = [word for word in arguments[1:] if word.startswith("--")]
        arguments = [arguments[0], "--help"]
    else:
        options = []
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    shown = capsys.readouterr()
    assert left.value.code == 0, shown.err
    assert shown.err == ""
    assert shown.out.strip()
    for option in options:
        assert option in shown.out


def test_the_settings_are_the_settings(refresh: ModuleType) -> None:
    assert refresh.block(README, "settings") == settings_table(), f"the settings in README.md are out of date: {MEND}"


def test_the_conversation_is_the_real_one(refresh: ModuleType) -> None:
    written = refresh.block(README, "conversation")
    real = refresh.conversation(refresh.said_in(written))
    assert written == real, f"the advisor replies otherwise than README.md says: {MEND}"


def test_a_missing_marker_is_named(refresh: ModuleType) -> None:
    with pytest.raises(ValueError, match="<!-- settings -->"):
        refresh.block("# Nothing", "settings")
    with pytest.raises(ValueError, match="<!-- /settings -->"):
        refresh.block("<!-- settings -->", "settings")
    assert refresh.with_block("a\n<!-- x -->\nold\n<!-- /x -->\nb", "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb"
