"""Compare two stored runs, case by case: ``python -m evals.compare BASE.json NEW.json``.

The files are what ``advisor eval --json`` prints. Flipped cases come first, then the exact test of McNemar over them; cases
that only one of the runs has are told apart. Comparing the two figures' own intervals would waste the pairing.
"""

import json
import sys
from math import comb
from pathlib import Path
from typing import Any

from assistant.errors import InputError


def mcnemar(mended: int, broken: int) -> float:
    """Two-sided exact p-value that as many flips fall so unevenly by chance; 1 without flips."""
    flips = mended + broken
    if not flips:
        return 1.0
    as_uneven = sum(comb(flips, k) for k in range(min(mended, broken) + 1))
    return min(1.0, 2 * as_uneven / float(2**flips))


def compare(base: dict[str, Any], new: dict[str, Any]) -> str:
    """What changed from the first run to the second, as text."""
    lines = [f"note: {what} differs" for what in ("engine", "split") if base.get(what) != new.get(what)]
    for suite, after in new["suites"].items():
        before = base["suites"].get(suite)
        if before is None:
            lines.append(f"{suite}: only in the new run")
            continue
        lines += [suite, *_flips(before["outcomes"], after["outcomes"]), *_figures(before["measures"], after["measures"])]
    return "\n".join(lines)


def _flips(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    shared = [case for case in after if case in before]
    mended = [c for c in shared if before[c]["missed"] and not after[c]["missed"]]
    broken = [c for c in shared if after[c]["missed"] and not before[c]["missed"]]
    lines = [f"  broken: {', '.join(broken) or 'none'}", f"  mended: {', '.join(mended) or 'none'}"]
    lines.append(f"  of {len(shared)} shared cases; exact p {mcnemar(len(mended), len(broken)):.3f}")
    for words, own, other in (("added", after, before), ("removed", before, after)):
        alone = [case for case in own if case not in other]
        lines += [f"  {words}: {', '.join(alone)}"] if alone else []
    return lines


def _figures(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    lines = []
    for name, figure in after.items():
        old = before.get(name, {}).get("value")
        if old is None or figure["value"] is None or old == figure["value"]:
            continue
        better = {"higher": 1, "lower": -1}.get(figure["better"], 0) * (figure["value"] - old)
        word = "better" if better > 0 else "worse" if better < 0 else "other"
        lines.append(f"  {figure['label']}: {old:.3f} -> {figure['value']:.3f} ({word})")
    return lines


def load(path: Path) -> dict[str, Any]:
    """A stored run; InputError when the file is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(f"{path}: not a stored run ({fault}); give what `advisor eval --json` printed.") from fault
    if not isinstance(content, dict) or "suites" not in content:
        raise InputError(f"{path}: not a stored run (no suites in it); give what `advisor eval --json` printed.")
    return content


def main(arguments: list[str]) -> int:
    """Print the comparison; 2 when the arguments are wrong."""
    if len(arguments) != 2:
        print("Two files are expected: python -m evals.compare BASE.json NEW.json", file=sys.stderr)
        return 2
    try:
        print(compare(load(Path(arguments[0])), load(Path(arguments[1]))))
    except InputError as fault:
        print(fault, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
