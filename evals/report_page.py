"""The static HTML report of a run: no script, no network, every text of a person escaped."""

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from evals.line_chart import drawn
from evals.results import CaseResult, Measured, Run, Slice, SuiteResult

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}
th,td{border-bottom:1px solid #d0d5db;padding:.3rem .8rem;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
details{border:1px solid #d0d5db;border-radius:6px;margin:.5rem 0;padding:.5rem .8rem}
summary{cursor:pointer}
blockquote{border-left:3px solid #d0d5db;margin:.4rem 0;padding-left:.8rem;white-space:pre-wrap}
code{white-space:pre-wrap;overflow-wrap:anywhere}
figure{margin:1rem 0}svg{max-width:100%;height:auto}
.bad{color:#a40000;font-weight:600}.good{color:#1a6b2d;font-weight:600}.quiet{color:#57606a}
@media (prefers-color-scheme:dark){body{color:#e6e8eb;background:#15181c}
.bad{color:#ff8f8f}.good{color:#7fd493}.quiet{color:#9aa4af}}
"""
_TEST_NOTE = (
    "This is the test split. Its figures are for reporting; whoever reads single cases below and then changes the product "
    "uses the split up. Write each look into docs/evals.md."
)


def write(run: Run, path: Path) -> None:
    """Write the report; InputError when the file cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(run), encoding="utf-8")
    except OSError as fault:
        raise InputError(f"{path} cannot be written ({fault.strerror}); choose another place.") from fault


def page(run: Run) -> str:
    """The whole page."""
    verdict = '<span class="good">passed</span>' if run.passed else '<span class="bad">failed</span>'
    below = "".join(f'<p class="bad">{escape(sentence)}</p>' for sentence in run.below)
    about = "".join(f"<tr><th>{escape(k)}</th><td><code>{escape(v)}</code></td></tr>" for k, v in run.about.items())
    note = f"<p>{escape(_TEST_NOTE)}</p>" if run.split == "test" else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Evaluation, {escape(run.split)} split</title><style>{_STYLE}</style></head><body>"
        f"<h1>Evaluation: {verdict}</h1>"
        f"<p>Engine {escape(run.engine)}, {escape(run.split)} split. Intervals: 95 per cent, bootstrap over cases.</p>"
        f"{note}{below}{''.join(_suite(suite) for suite in run.suites)}"
        f"<h2>About this run</h2><table>{about}</table></body></html>\n"
    )


def _suite(suite: SuiteResult) -> str:
    missed = [case for case in suite.cases if case.missed]
    right = [case for case in suite.cases if not case.missed]
    notes = "".join(f"<p>{escape(note)}</p>" for note in suite.notes)
    faults = "".join(f'<p class="bad">Not judged: {escape(fault)}</p>' for fault in suite.faults)
    return (
        f"<h2>{escape(suite.name)}, {suite.cases_total} cases</h2>{notes}{faults}{_measures(suite.measures)}"
        f"{''.join(map(drawn, suite.charts))}{_slices(suite.slices)}<h3>Misses ({len(missed)})</h3>{_cases(missed)}"
        f"<h3>The rest ({len(right)})</h3>{_cases(right)}"
    )


def _measures(measures: Sequence[Measured]) -> str:
    better = {"higher": "higher is better", "lower": "lower is better", "": "for comparison"}
    rows = "".join(
        f'<tr><td>{escape(m.label)}</td><td class="n">{escape(m.shown())}</td><td class="n">{m.n}</td>'
        f'<td class="quiet">{better[m.better]}</td></tr>'
        for m in measures
    )
    return f"<table><tr><th>Measure</th><th>Figure [95 %]</th><th>n</th><th></th></tr>{rows}</table>"


def _slices(slices: Sequence[Slice]) -> str:
    tables = []
    for group in dict.fromkeys(s.group for s in slices):
        own = [s for s in slices if s.group == group]
        heads = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in own[0].values)
        rows = "".join(
            f'<tr><td>{escape(s.name)}</td><td class="n">{s.n}</td>'
            + "".join(f'<td class="n">{_figure(value)}</td>' for value in s.values.values())
            + "</tr>"
            for s in own
        )
        tables.append(f"<h3>By {escape(group)}</h3><table><tr><th></th><th>n</th>{heads}</tr>{rows}</table>")
    return "".join(tables)


def _figure(value: float | None) -> str:
    return "unmeasured" if value is None else f"{value:.3f}"


def _cases(cases: Iterable[CaseResult]) -> str:
    return "".join(_case(case) for case in cases) or '<p class="quiet">None.</p>'


def _case(case: CaseResult) -> str:
    kind = "bad" if case.missed else "good"
    tags = ", ".join(case.tags)
    keys = [key for key in case.expected if key in case.given] + [k for k in case.expected if k not in case.given]
    rows = "".join(
        f"<tr><td>{escape(key)}</td><td><code>{_shown(case.expected.get(key))}</code></td>"
        f"<td><code>{_shown(case.given.get(key))}</code></td></tr>"
        for key in dict.fromkeys([*keys, *case.given])
    )
    quotes = "".join(f"<blockquote>{escape(quote)}</blockquote>" for quote in case.quotes)
    return (
        f'<details{" open" if case.missed else ""}><summary><span class="{kind}">{escape(case.id)}</span> '
        f'<span class="quiet">{escape(tags)}</span></summary><blockquote>{escape(case.text)}</blockquote>'
        f"<table><tr><th></th><th>Expected</th><th>Given</th></tr>{rows}</table>{quotes}</details>"
    )


def _shown(value: Any) -> str:
    return "" if value is None else escape(json.dumps(value, ensure_ascii=False))
