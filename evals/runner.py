"""Runs suites and compares their figures with the baseline."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import InputError
from evals import baseline, interviews, questions, reading, respondents
from evals.answering import personas
from evals.bootstrap import RESAMPLES, SEED
from evals.cases import FOLDER, SPLITS, digest, probes
from evals.cases import questions as question_cases
from evals.cases import respondents as respondent_cases
from evals.results import Run, SuiteResult
from evals.simulation import Place, simulate

if TYPE_CHECKING:
    from assistant.advisor import Advisor
    from assistant.language.judge import Card

SUITES = (reading.NAME, respondents.NAME, questions.NAME, interviews.NAME)
READERS = ("level", "statement")
"""The shipped reading models."""
ENGINES = ("embedded", "openai")


def run(
    suite: str = "all",
    *,
    engine: str = "embedded",
    split: str = "test",
    html: Path | None = None,
    bless: bool = False,
    limit: int | None = None,
    simulated: int = interviews.RESPONDENTS,
    baseline_file: Path = baseline.FILE,
) -> Run:
    """Judge a suite (or ``all``) on a split.

    ``limit`` takes the first cases of each suite only, for a quick look; such a run is neither held to the baseline nor
    blessed. ``simulated`` is the number of simulated respondents in the suite of interviews. InputError names an unknown
    suite, engine or split, and a case file's fault.
    """
    chosen = _chosen(suite, engine, split)
    if bless and limit is not None:
        raise InputError("A run over a part of the cases cannot become the baseline; leave out the limit.")
    with _advisor(engine) as advisor:
        results = tuple(_suite(name, advisor, split, limit, simulated) for name in chosen)
    done = Run(engine=engine, split=split, suites=results, below=(), about=_about())
    if bless and any(result.faults for result in results):
        raise InputError("A run in which cases could not be judged cannot become the baseline; mend them first.")
    if bless and respondents.NAME in chosen and not _trained():
        raise InputError("The reading model is an untrained placeholder, so no baseline is taken from it; train it first.")
    if bless:
        baseline.bless(done.figures, engine, split, baseline_file)
    elif limit is None:
        held = baseline.floors(engine, split, baseline_file)
        done = Run(engine, split, results, baseline.below(done.figures, held, chosen), done.about)
    if html is not None:
        from evals.report_page import write

        write(done, html)
    return done


def _chosen(suite: str, engine: str, split: str) -> tuple[str, ...]:
    if suite not in (*SUITES, "all"):
        raise InputError(f"Unknown suite {suite!r}; the suites are {', '.join(SUITES)}, or all of them: all.")
    if engine not in ENGINES:
        raise InputError(f"Unknown engine {engine!r}; the engines are {', '.join(ENGINES)}.")
    if split not in SPLITS:
        raise InputError(f"Unknown split {split!r}; the splits are {', '.join(SPLITS)}.")
    return SUITES if suite == "all" else (suite,)


@contextmanager
def _advisor(engine: str) -> "Iterator[Advisor]":
    """An advisor on an empty data folder of its own: nobody's sessions or added documents have a say."""
    from assistant.advisor import Advisor
    from assistant.settings import Settings

    with tempfile.TemporaryDirectory(prefix="advisor-eval-", ignore_cleanup_errors=True) as folder:
        judge = "openai" if engine == "openai" else "embedded"
        yield Advisor(Settings(engine=judge, data_dir=Path(folder), database_url="", chroma_url=""))


def _suite(name: str, advisor: "Advisor", split: str, limit: int | None, simulated: int) -> SuiteResult:
    if name == reading.NAME:
        return reading.result(reading.judge(probes(split)[:limit], advisor.engines.embedded_reader))
    if name == questions.NAME:
        answered, faults = questions.judge(question_cases(split)[:limit], advisor)
        return questions.result(answered, faults)
    if name == interviews.NAME:
        count = simulated if limit is None else min(limit, simulated)
        place = Place(advisor.settings.knowledge_dir)
        return interviews.result(simulate(personas(advisor.model, split, count), place))
    cases = respondent_cases(split)[:limit]
    judged, faults = respondents.judge(cases, advisor)
    notes = (
        () if _trained() else ("The reading model is an untrained placeholder: these figures say nothing of the product.",)
    )
    return replace(respondents.result(judged, faults), notes=notes)


def _reader(name: str) -> "Card":
    """What is known of a shipped reading model, without loading it."""
    from assistant.language.encoder import MODELS
    from assistant.language.judge import Card

    return Card.model_validate_json((MODELS / f"{name}.json").read_text(encoding="utf-8"))


def _trained() -> bool:
    return all(sum(_reader(name).trained_on.values()) > 0 for name in READERS)


def _about() -> dict[str, str]:
    hashes = {f"sha256 of {file.name}": digest(file) for file in sorted([*FOLDER.glob("*.jsonl"), *FOLDER.glob("*.yaml")])}
    hashes |= {f"sha256 of {name}.onnx": _reader(name).sha256 for name in READERS}
    return {"version": version("ai-maturity-advisor"), "seed": str(SEED), "resamples": str(RESAMPLES), **hashes}
