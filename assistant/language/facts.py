"""Deployment facts out of free text: amounts with their units, and choices such as the cloud in use.

Precision comes before recall: a fact that was not stated spoils a plan, a fact that was missed is asked for. The phrases
are data in ``knowledge/model/fact_cues.yaml``.
"""

from collections.abc import Iterator

from assistant.interview.evidence import FACT_UNITS, PLANNING_CLUES, Fact
from assistant.interview.model import Question
from assistant.language.fact_amounts import COUNTED, QUANTITIES, Found, amounts_in, best
from assistant.language.fact_answers import option_value, short_answer, spoken_of
from assistant.language.fact_choices import CHOICES, choice_in, cloud_in, datacentre_in, one_cloud
from assistant.language.fact_clues import clue_in
from assistant.language.fact_cues import FactCues
from assistant.language.fact_parts import Clause, read_clauses
from assistant.language.scope import Scope

_PLAIN_IN_LISTS = (*COUNTED, *CHOICES, "budget_usd_year")
"""Facts that a list may state without a unit: "GPUs: 8", "Cloud: none", "Dollars: 50,000"."""


class FactReader:
    """Reads the facts of ``FACT_UNITS`` and ``PLANNING_CLUES``; the quote is the verbatim clause that states the fact."""

    def __init__(self, cues: FactCues, scope: Scope) -> None:
        self._cues = cues
        self._scope = scope

    def read(self, text: str, question: Question | None, source: int | str) -> tuple[Fact, ...]:
        """The facts that ``text`` states, at most one of a name, in the order of ``FACT_UNITS`` and ``PLANNING_CLUES``.

        An answer to a deployment question is read in its light. Numbers are converted to the fact's unit; money to US
        dollars at the rates of the cues. What is planned, heard, past, asked, or said of others is no fact.
        """
        clauses = list(read_clauses(text, self._cues, self._scope))
        asked = question.fact if question is not None else None
        facts = []
        for name, unit in (FACT_UNITS | PLANNING_CLUES).items():
            found = self._find(name, text, clauses, question if name == asked else None)
            if found is not None:
                value = found.value
                if not isinstance(value, bool | str):
                    value = float(f"{value:.10g}")  # 230000, not 229999.99999999997
                facts.append(Fact(name=name, value=value, unit=unit, quote=found.clause.quote, source=source))
        return tuple(facts)

    def _find(self, name: str, text: str, clauses: list[Clause], question: Question | None) -> Found | None:
        """The fact ``name``; ``question`` is the one that asked for it, if any did."""
        if name in PLANNING_CLUES:
            return best(name, [each for clause in clauses for each in self._in(name, clause, asked=False)])
        if question is not None and clauses and (value := option_value(text, question)) is not None:
            return Found(value, 3, clauses[0])
        labelled = self._labelled(name, clauses)
        answer = len(clauses) if name in QUANTITIES else 2
        found = [
            each
            for position, clause in enumerate(clauses)
            for each in self._in(name, clause, asked=position in labelled or (question is not None and position < answer))
        ]
        found += spoken_of(name, clauses, self._cues, asked=question is not None)
        chosen = one_cloud(found) if name == "cloud" else best(name, found)
        if chosen is not None:
            return chosen
        if question is not None:
            return short_answer(name, clauses, self._cues)
        for position in labelled if name in _PLAIN_IN_LISTS else ():
            if (after := self._after_label(name, clauses[position])) is not None:
                return short_answer(name, [after], self._cues)
        return None

    def _in(self, name: str, clause: Clause, *, asked: bool) -> Iterator[Found]:
        needs = (self._cues.clues if name in PLANNING_CLUES else self._cues.facts)[name].needs
        if needs and not asked and not any(bit in clause.text for bit in needs):
            return iter(())
        if name in PLANNING_CLUES:
            return clue_in(name, clause, self._cues)
        if name in QUANTITIES:
            return amounts_in(name, clause, self._cues, asked=asked)
        if name == "cloud":
            return cloud_in(clause, self._cues, asked=asked)
        if name == "has_datacentre":
            return datacentre_in(clause, self._cues)
        return choice_in(name, clause, self._cues, asked=asked)

    def _labelled(self, name: str, clauses: list[Clause]) -> list[int]:
        """The clauses that name the fact as a list does: "GPUs: 8"."""
        label = self._cues.compiled[name].label
        return [position for position, clause in enumerate(clauses) if label.match(clause.text)]

    def _after_label(self, name: str, clause: Clause) -> Clause | None:
        """The clause without its label."""
        match = self._cues.compiled[name].label.match(clause.text)
        if match is None:
            return None
        parts = tuple(part for part in clause.parts if part.start >= match.end())
        return clause._replace(parts=parts) if parts else None
