"""Loads the knowledge base's YAML into checked values, and says file, line and fault when something is wrong."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

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


class Lines(dict[Any, Any]):
    """A YAML mapping that knows the line (from 1) on which each of its keys stands."""

    lines: dict[Any, int]


class Items(list[Any]):
    """A YAML sequence that knows the line (from 1) on which each of its items begins."""

    lines: list[int]


class _Loader(yaml.CSafeLoader):
    """Safe loading with line numbers, by YAML 1.2's rules: 1e9 is a number, yes and no are words, a date is text."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Iterator[Lines]:
    mapping = Lines()
    yield mapping
    mapping.update(loader.construct_mapping(node, deep=True))
    mapping.lines = {loader.construct_object(key, deep=True): key.start_mark.line + 1 for key, _ in node.value}


def _sequence(loader: _Loader, node: yaml.SequenceNode) -> Iterator[Items]:
    items = Items()
    yield items
    items.extend(loader.construct_sequence(node, deep=True))
    items.lines = [value.start_mark.line + 1 for value in node.value]


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[1] not in ("bool", "timestamp")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


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
        content = yaml.load(text, _Loader)  # noqa: S506, a safe loader
    except yaml.MarkedYAMLError as fault:
        line = first_line + (fault.problem_mark.line if fault.problem_mark else 0)
        raise KnowledgeError(f"{path}:{line}: not valid YAML: {fault.problem}; mend the line.") from fault
    except (yaml.YAMLError, ValueError) as fault:
        reason = str(fault).splitlines()[0]
        raise KnowledgeError(f"{path}:{first_line}: not valid YAML: {reason}; mend the file.") from fault
    if content is None:
        raise KnowledgeError(f"{path}:{first_line}: the file is empty; content is expected.")
    return content


def load(path: Path, kind: type[T]) -> T:
    """The file as a value of ``kind``."""
    return check(load_yaml(path), kind, path)


def check(content: Any, kind: type[T], path: Path, first_line: int = 1) -> T:
    """YAML content as a value of ``kind``; KnowledgeError names file, line and every fault."""
    try:
        return TypeAdapter(kind).validate_python(content)
    except ValidationError as fault:
        lines = [
            f"{path}:{_line(content, error['loc'], first_line)}: {'.'.join(map(str, error['loc'])) or 'file'}: "
            f"{error['msg'].removeprefix('Value error, ')}"
            for error in fault.errors()
        ]
        raise KnowledgeError("\n".join(lines)) from fault


def _line(content: Any, location: tuple[int | str, ...], first_line: int) -> int:
    """The line of the innermost place of ``location`` that the file has."""
    line = 1
    for step in location:
        if not isinstance(content, Lines | Items):
            break
        try:
            line = cast("Any", content).lines[step]
            content = cast("Any", content)[step]
        except (KeyError, IndexError, TypeError):
            break
    return first_line + line - 1


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
