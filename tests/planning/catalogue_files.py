"""Reads the catalogue's data files for the planning tests."""

from functools import cache
from pathlib import Path
from typing import Any

from assistant.knowledge import load_yaml
from assistant.planning.catalogue import Catalogue

FOLDER = Path(__file__).parents[2] / "knowledge" / "catalog"


@cache
def catalogue() -> Catalogue:
    data: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        content = load_yaml(path)
        assert not data.keys() & content.keys(), f"{path.name} repeats a list of another file"
        data |= content
    return Catalogue.model_validate(data)
