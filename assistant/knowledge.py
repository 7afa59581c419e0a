"""Loads the knowledge base's YAML into checked values, and says file, line and fault when something is wrong."""

from collections.abc import Iterator
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from assistant.errors import KnowledgeError
from assistant.interview.model import (
    DIMENSIONS,
    Dimension,
    MaturityModel,
    Parameters,
    Question,
    Stage,
    StageRule,
    Value,
)

T = TypeVar("T", bound=BaseModel)


class _StagesFile(Value):
    stages: tuple[Stage, Stage, Stage, Stage, Stage]
    rule: tuple[StageRule, ...]


class _DeploymentFile(Value):
    questions: tuple[Question, ...]


def load_yaml(path: Path) -> Any:
    """The content of a YAML file, with line numbers kept; KnowledgeError names file and line of a fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise KnowledgeError(f"{path}: cannot be read ({fault}); a readable UTF-8 YAML file is expected.") from fault
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path, first_line: int = 1) -> Any:
    """The content of YAML text that stands in ``path`` from ``first_line`` on."""
    try:
        content = YAML(typ="rt").load(StringIO(text))
    except MarkedYAMLError as fault:
        line = first_line + (fault.problem_mark.line if fault.problem_mark else 0)
        raise KnowledgeError(f"{path}:{line}: not valid YAML: {fault.problem}; mend the line.") from fault
    except YAMLError as fault:
        raise KnowledgeError(f"{path}:{first_line}: not valid YAML: {fault}; mend the file.") from fault
    if content is None:
        raise KnowledgeError(f"{path}:{first_line}: the file is empty; content is expected.")
    return content


def load(path: Path, kind: type[T]) -> T:
    """The file as a value of ``kind``."""
    return check(load_yaml(path), kind, path)


def check(content: Any, kind: type[T], path: Path, first_line: int = 1) -> T:
    """YAML content as a value of ``kind``; KnowledgeError names file, line and every fault."""
    try:
        return TypeAdapter(kind).validate_python(plain(content))
    except ValidationError as fault:
        lines = [
            f"{path}:{_line(content, error['loc'], first_line)}: {'.'.join(map(str, error['loc'])) or 'file'}: "
            f"{error['msg'].removeprefix('Value error, ')}"
            for error in fault.errors()
        ]
        raise KnowledgeError("\n".join(lines)) from fault


def _line(content: Any, location: tuple[int | str, ...], first_line: int) -> int:
    """The line of the innermost place of ``location`` that the file has."""
    line = first_line
    for step in location:
        if not isinstance(content, CommentedBase):
            break
        try:
            position = content.lc.key(step) if isinstance(content, dict) else content.lc.item(step)
            content = cast("Any", content)[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
        line = first_line + int(position[0])
    return line


def plain(content: Any) -> Any:
    """YAML content as plain dicts, lists and scalars."""
    if isinstance(content, dict):
        return {plain(key): plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return [plain(value) for value in content]
    if isinstance(content, bool) or content is None:
        return content
    for kind in (int, float, str):
        if isinstance(content, kind):
            return kind(content)
    return str(content)  # dates


@lru_cache(maxsize=4)
def maturity_model(folder: Path) -> MaturityModel:
    """The maturity model in ``folder`` (the knowledge base's root)."""
    root = folder / "model"
    stages = load(root / "stages.yaml", _StagesFile)
    dimensions = [load(root / "dimensions" / f"{name}.yaml", Dimension) for name in DIMENSIONS]
    parts = {
        "stages": stages.stages,
        "rule": stages.rule,
        "dimensions": dimensions,
        "deployment": load(root / "deployment.yaml", _DeploymentFile).questions,
        "parameters": load(root / "inference.yaml", Parameters),
    }
    try:
        return MaturityModel.model_validate(parts)
    except ValidationError as fault:
        faults = "; ".join(error["msg"].removeprefix("Value error, ") for error in fault.errors())
        raise KnowledgeError(f"{root}: {faults}") from fault


def model_faults(folder: Path) -> Iterator[str]:
    """Every fault of the maturity model, one a line; nothing when it is sound."""
    try:
        maturity_model.cache_clear()
        maturity_model(folder)
    except KnowledgeError as fault:
        yield from str(fault).splitlines()
