"""The dependency rules of the house, read from the imports themselves."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "assistant"
PURE = {"pydantic", "numpy", "ortools"}
HEAVY = {
    "ortools",
    "gradio",
    "chromadb",
    "langchain_chroma",
    "langchain_openai",
    "openai",
    "slack_bolt",
    "matplotlib",
    "plotly",
    "typst",
}
ADAPTERS = {"language", "retrieval", "storage", "reporting"}
SHARED = {"errors", "knowledge", "settings", "logs"}
SERVICE = {"advisor", "errors", "settings", "logs", "surfaces"}
PUBLIC = {"conversation", "stated"}
"""Parts of the service that advisor.py re-exports or that only check what a person typed."""


def modules(folder: str = "") -> list[Path]:
    return sorted((PACKAGE / folder).rglob("*.py"))


def imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """Full names of all imported modules; those under ``if TYPE_CHECKING`` cost and bind nothing at run time."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unused = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if id(node) in unused:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield "assistant." + node.module if node.level else node.module


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if parts[0] == "assistant" and len(parts) > 1 else ""


@pytest.mark.parametrize("folder", ["interview", "planning"])
def test_the_core_is_pure(folder: str) -> None:
    for path in modules(folder):
        for name in imports(path):
            top = name.split(".")[0]
            if top == "assistant":
                assert room(name) in {"interview", "planning", "errors"}, f"{path.name} imports {name}"
            else:
                assert top in PURE or top in sys.stdlib_module_names, f"{path.name} imports {name}"


def test_the_interview_does_not_know_the_planner() -> None:
    for path in modules("interview"):
        assert not [name for name in imports(path) if room(name) == "planning"], path.name


@pytest.mark.parametrize("folder", sorted(ADAPTERS))
def test_adapters_depend_on_the_core_and_on_no_other_adapter(folder: str) -> None:
    allowed = {"interview", "planning", folder, *SHARED}
    for path in modules(folder):
        for name in imports(path):
            if name.split(".")[0] == "assistant":
                assert room(name) in allowed | {""}, f"{path.relative_to(PACKAGE)} imports {name}"


def test_surfaces_depend_on_the_service_alone() -> None:
    for path in modules("surfaces"):
        for name in imports(path):
            if name.split(".")[0] == "assistant":
                assert room(name) in SERVICE | PUBLIC | {""}, f"{path.relative_to(PACKAGE)} imports {name}"


def test_nothing_but_surfaces_depends_on_surfaces() -> None:
    for path in modules():
        if "surfaces" in path.parts:
            continue
        assert not [name for name in imports(path) if room(name) == "surfaces"], path.name


def test_heavy_libraries_load_where_they_are_needed_only() -> None:
    """None of the modules that `advisor --help` loads imports a heavy library."""
    light = [PACKAGE / name for name in ("__init__.py", "settings.py", "errors.py", "surfaces/cli.py", "surfaces/sizing.py")]
    for path in light:
        heavy = {name.split(".")[0] for name in imports(path, top_level_only=True)} & HEAVY
        assert not heavy, f"{path.name} imports {heavy} at once"


def test_torch_is_never_imported_at_run_time() -> None:
    for path in modules():
        assert "torch" not in {name.split(".")[0] for name in imports(path)}, path.name


def test_prompts_are_not_buried_in_code() -> None:
    for path in modules("language"):
        assert "You are " not in path.read_text(encoding="utf-8"), path.name


def test_modules_stay_readable() -> None:
    long = {str(p.relative_to(ROOT)): n for p in modules() if (n := len(p.read_text().splitlines())) > 400}
    assert not long
