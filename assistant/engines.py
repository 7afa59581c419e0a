"""The concrete parts, chosen from the settings and built on first use."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import InputError, KnowledgeError
from assistant.interview.model import MaturityModel
from assistant.knowledge import check, load, load_yaml, maturity_model, model_faults
from assistant.language.protocol import Reader, Writer
from assistant.planning.actions import Action, ActionFile
from assistant.planning.catalogue import Catalogue
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.language.embedded import EmbeddedReader
    from assistant.language.facts import FactReader
    from assistant.language.scope import Scope
    from assistant.retrieval.corpus import Source
    from assistant.retrieval.knowledge_base import KnowledgeBase


class Engines:
    """Builds what the service needs: model, reader, writer, knowledge base, actions, catalogue."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._knowledge = settings.knowledge_dir

    @cached_property
    def model(self) -> MaturityModel:
        """The maturity model."""
        return maturity_model(self._knowledge)

    @cached_property
    def scope(self) -> "Scope":
        """The reader of cues."""
        from assistant.language.scope import CueLists, Scope

        return Scope(load(self._knowledge / "model" / "cues.yaml", CueLists))

    @cached_property
    def facts(self) -> "FactReader":
        """The reader of deployment facts."""
        from assistant.language.fact_cues import FactCues
        from assistant.language.facts import FactReader

        return FactReader(load(self._knowledge / "model" / "fact_cues.yaml", FactCues), self.scope)

    @cached_property
    def embedded_reader(self) -> "EmbeddedReader":
        """The embedded reader, which stands behind every other."""
        from assistant.language.embedded import EmbeddedReader, Thresholds
        from assistant.language.encoder import encoder
        from assistant.language.judge import Heads, judge

        thresholds = load(self._knowledge / "model" / "reading.yaml", Thresholds)
        return EmbeddedReader(self.model, encoder(), judge(), Heads(), self.scope, self.facts, thresholds)

    @cached_property
    def _embedded_writer(self) -> Writer:
        from assistant.language.wording import EmbeddedWriter, Phrases

        return EmbeddedWriter(self.model, load(self._knowledge / "model" / "phrases.yaml", Phrases))

    @cached_property
    def reader(self) -> Reader:
        """Who reads: the embedded engine, or a language model with the embedded engine behind it."""
        if self._settings.engine == "embedded":
            return self.embedded_reader
        from assistant.language.openai_engine import model_reader

        return model_reader(self._settings, self.model, self.embedded_reader)

    @cached_property
    def writer(self) -> Writer:
        """Who words the replies."""
        if self._settings.engine == "embedded":
            return self._embedded_writer
        from assistant.language.openai_engine import model_writer

        return model_writer(self._settings, self._embedded_writer)

    @cached_property
    def knowledge(self) -> "KnowledgeBase":
        """The knowledge base with its index."""
        from assistant.language.encoder import encoder
        from assistant.language.vector_cache import CachedEncoder
        from assistant.retrieval.knowledge_base import KnowledgeBase

        folder = self._settings.data_folder
        return KnowledgeBase(
            guidance=self._knowledge / "guidance",
            sources=self._knowledge / "sources.yaml",
            added=folder / "knowledge",
            index_folder=folder / "index",
            encode=CachedEncoder(lambda texts: encoder().encode(texts)).encode,
            chroma_url=self._settings.chroma_url,
        )

    @cached_property
    def sources(self) -> "dict[str, Source]":
        """The sources that knowledge, actions and catalogue cite, by id."""
        from assistant.retrieval.corpus import load_sources

        return load_sources(self._knowledge / "sources.yaml")

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """All actions that a roadmap may be made of."""
        files = sorted((self._knowledge / "actions").glob("*.yaml"))
        if not files:
            raise KnowledgeError(f"{self._knowledge / 'actions'}: there are no actions; at least one YAML file is expected.")
        return tuple(action for file in files for action in load(file, ActionFile).actions)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Prices and hardware with their sources and dates."""
        merged: dict[str, object] = {}
        folder = self._knowledge / "catalog"
        for file in sorted(folder.glob("*.yaml")):
            content = load_yaml(file)
            if not isinstance(content, dict):
                raise KnowledgeError(f"{file}:1: a mapping of lists of rows is expected.")
            merged |= content
        shipped = check(merged, Catalogue, folder)
        return self._with_own_figures(shipped) if self._settings.catalog_file else shipped

    def _with_own_figures(self, shipped: Catalogue) -> Catalogue:
        """The catalogue with the figures of the person's own file; InputError says what is wrong with that file."""
        from assistant.planning.own_figures import with_own

        file = Path(self._settings.catalog_file).expanduser()
        try:
            stamp = dt.date.fromtimestamp(file.stat().st_mtime)  # a figure without a date is as old as its file
            return check(with_own(shipped, load_yaml(file), str(file), stamp), Catalogue, file)
        except OSError as fault:
            raise InputError(f"The file of own figures {file} cannot be read ({fault.strerror}); name another.") from fault
        except KnowledgeError as fault:
            raise InputError(str(fault)) from fault

    def calculate(self, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of one of the calculators, with the traps of published numbers that it touches as `warnings`.

        ``gpu``, ``api``, ``prices``, ``device`` and ``grid`` are ids of the catalogue.
        """
        from assistant.planning import traps
        from assistant.planning.calculators import CALCULATORS

        if name not in CALCULATORS:
            raise InputError(f"Unknown calculator {name!r}; known are {', '.join(CALCULATORS)}.")
        finders: dict[str, tuple[str, Callable[[str], Any]]] = {
            "gpu": ("gpu", self.catalogue.gpu),
            "api": ("api", self.catalogue.api),
            "prices": ("prices", self.catalogue.egress_of),
            "device": ("device", self.catalogue.appliance),
            "grid": ("kg_co2e_kwh", lambda row: self.catalogue.grid(row).kg_co2e_kwh),
        }
        resolved: dict[str, Any] = {}
        for key, value in inputs.items():
            target, find = finders.get(key, (key, None))
            resolved[target] = find(value) if find and isinstance(value, str) else value
        worked = CALCULATORS[name](**resolved)
        return {**worked.to_dict(), "warnings": list(traps.warnings(self.catalogue.traps, worked))}

    def faults(self) -> Iterator[str]:
        """Every fault of model, guidance, sources, actions and catalogue, with file and line."""
        from assistant.planning.actions import action_faults
        from assistant.planning.catalogue_age import old_figures
        from assistant.retrieval.corpus import corpus_faults

        yield from model_faults(self._knowledge)
        yield from corpus_faults(self._knowledge)
        try:
            known = {*self.sources, *(path.stem for path in (self._knowledge / "guidance").glob("*.md"))}
            yield from action_faults(self.model, self.actions, known)
            yield from old_figures(self.catalogue, self._knowledge / "catalog", dt.datetime.now(tz=dt.UTC).date())
        except KnowledgeError as fault:
            yield from str(fault).splitlines()
