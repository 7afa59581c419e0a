"""Writes a plan's deployment drafts as YAML, with a README and the bill of materials beside them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import InputError
from assistant.planning.bill import bill
from assistant.planning.manifest_parts import Draft
from assistant.planning.manifests import manifests, readme
from assistant.planning.plan import Plan

README = "README.md"
BILL = "bill-of-materials.json"
_WIDTH = 120


class _Plain(yaml.SafeDumper):
    """A dumper without anchors: a reader who changes one amount must not change another one by it."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # the name is the library's
        return True


def manifest_files(plan: Plan) -> dict[str, str]:
    """The text of every file by its path, parts divided by slashes: the drafts, ``README.md`` and the bill as JSON."""
    made = manifests(plan)
    texts = {draft.path: _yaml(draft) for draft in made.drafts}
    listed = json.dumps(bill(plan).to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    return {README: readme(made), BILL: f"{listed}\n", **texts}


def _yaml(draft: Draft) -> str:
    body = yaml.dump_all(
        draft.objects, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=_WIDTH, explicit_start=True
    )
    return f"# Numbers: {draft.numbers}.\n{body}"


def write_manifests(files: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Write the files below ``folder``, which is made where it is missing; files of the same names are replaced.

    Raises `InputError` when one cannot be written.
    """
    written: list[Path] = []
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as fault:
            reason = fault.strerror or str(fault)
            raise InputError(f"{str(path)!r} cannot be written ({reason}); name a folder that you may write to.") from fault
        written.append(path)
    return tuple(written)
