"""Simulated respondents: fact sheets are as they are said to be, and each kind does what its kind does."""

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.interview.model import DIMENSIONS, LEVELS, MaturityModel, Question
from evals.answering import PATIENCE, Person, Persona, Reply, best_option, personas
from evals.fact_sheets import Standing, acceptable, draw
from evals.simulation import Table
from evals.voices import KINDS, PHRASEBOOK, Kind, phrasebook, voices

MANY = 40
"""Respondents of a kind, enough for shares to be near their rates."""


@pytest.fixture(scope="module")
def drawn(model: MaturityModel) -> tuple[Persona, ...]:
    return personas(model, "some", 200)


def of_kind(table: Table, kind: Kind, repeat: int = 0) -> list[Person]:
    drawn = [draw(table.model, f"kind-{n}", LEVELS[n % 5]) for n in range(MANY)]
    return [Person(table.model, Persona(sheet=s, kind=kind), table.phrases, table.voices, repeat) for s in drawn]


def opened(table: Table, kind: Kind) -> list[Reply]:
    return [
        person.answer(q, seq) for person in of_kind(table, kind) for seq, q in enumerate(table.model.openers.values(), 1)
    ]


def share(replies: list[Reply], lines: tuple[str, ...]) -> float:
    return sum(reply.text in lines for reply in replies) / len(replies)


# fact sheets


def test_every_stage_and_kind_is_as_common_as_any_other(model: MaturityModel, drawn: tuple[Persona, ...]) -> None:
    assert Counter(p.sheet.stage for p in drawn) == dict.fromkeys(LEVELS, 40)
    assert Counter(p.kind for p in drawn) == dict.fromkeys(KINDS, 20)
    assert len({(p.kind, p.sheet.stage) for p in drawn}) == 50
    assert all(model.stage_of(p.sheet.levels) == p.sheet.stage for p in drawn)


def test_profiles_are_uneven_and_differ(drawn: tuple[Persona, ...]) -> None:
    profiles = [tuple(p.sheet.levels[d] for d in DIMENSIONS) for p in drawn]
    assert len(set(profiles)) > 120
    assert sum(max(p) - min(p) >= 2 for p in profiles) > 60


def test_indicators_follow_the_levels_with_exceptions(model: MaturityModel, drawn: tuple[Persona, ...]) -> None:
    true_at: dict[bool, list[bool]] = {True: [], False: []}
    for persona in drawn:
        for indicator in model.indicators.values():
            reached = indicator.level <= persona.sheet.levels[indicator.dimension]
            true_at[reached].append(persona.sheet.indicators[indicator.id] == "true")
    assert 0.8 < sum(true_at[True]) / len(true_at[True]) < 0.98
    assert 0 < sum(true_at[False]) / len(true_at[False]) < 0.1
    assert {standing for p in drawn for standing in p.sheet.indicators.values()} == {"true", "partly", "planned", "false"}


def test_a_level_is_held_by_half_of_its_indicators(model: MaturityModel, drawn: tuple[Persona, ...]) -> None:
    for persona in drawn[:60]:
        for dimension in model.dimensions:
            own = [i.id for i in dimension.indicators if i.level == persona.sheet.levels[dimension.id]]
            assert sum(persona.sheet.indicators[i] == "true" for i in own) * 2 >= len(own)


def test_a_sheet_is_the_same_each_time_and_another_for_another_group(model: MaturityModel) -> None:
    assert personas(model, "dev", 7) == personas(model, "dev", 9)[:7]
    assert personas(model, "dev", 7) != personas(model, "test", 7)


def test_a_neighbouring_stage_is_acceptable_where_one_doubtful_level_decides(model: MaturityModel) -> None:
    at_three = dict.fromkeys(DIMENSIONS, 3)
    clear: dict[str, Standing] = {i.id: "true" if i.level <= 3 else "false" for i in model.indicators.values()}
    assert acceptable(model, at_three, clear) == (3,)
    lacking = [i.id for i in model.dimension("use_cases").indicators if i.level == 3]
    assert acceptable(model, at_three, clear | dict.fromkeys(lacking[::2], "false")) == (2, 3)
    nearly = at_three | {"use_cases": 4, "strategy": 4, "culture": 4, "data": 4}
    by_nearly: dict[str, Standing] = {
        i.id: "true" if i.level <= nearly[i.dimension] else "false" for i in model.indicators.values()
    }
    assert acceptable(model, nearly, by_nearly) == (3,)
    begun = [i.id for i in model.dimension("people").indicators if i.level == 4]
    assert acceptable(model, nearly, by_nearly | dict.fromkeys(begun, "partly")) == (3, 4)


def test_few_stages_are_borderline(drawn: tuple[Persona, ...]) -> None:
    assert 0.02 < sum(len(p.sheet.acceptable_stages) > 1 for p in drawn) / len(drawn) < 0.35


# answers


def test_a_question_is_answered_alike_whatever_came_before(table: Table, drawn: tuple[Persona, ...]) -> None:
    for persona in drawn[:50]:
        if persona.kind in ("forgetful", "verbose", "non_expert"):  # those put right what they said before
            continue
        question = table.model.dimensions[0].questions[0]
        early = Person(table.model, persona, table.phrases, table.voices).answer(question, 1)
        person = Person(table.model, persona, table.phrases, table.voices)
        for seq, other in enumerate(table.model.openers.values(), 1):
            person.answer(other, seq)
        assert person.answer(question, 20) == early


def test_repeats_differ(table: Table) -> None:
    question = table.model.openers["data"]
    first, second = ([p.answer(question, 1).text for p in of_kind(table, "consistent", r)] for r in (0, 1))
    assert first != second


def test_the_option_that_agrees_best_is_picked(table: Table) -> None:
    question = table.model.dimension("use_cases").questions[0]
    for level in LEVELS:
        standing = {i.id: "true" if i.level <= level else "false" for i in table.model.indicators.values()}
        assert best_option(question.options, standing, level).level == level  # type: ignore[arg-type]


def test_whoever_is_not_answered_passes_on(table: Table) -> None:
    person = of_kind(table, "hostile")[0]
    replies = [person.answer(table.model.openers["people"], seq) for seq in range(PATIENCE + 1)]
    assert replies[-1].action == "skipped"
    assert all(reply.action == "said" for reply in replies[:-1])


def test_an_unknown_fact_is_passed_over_and_a_known_one_picked(table: Table, drawn: tuple[Persona, ...]) -> None:
    for persona in drawn[:20]:
        person = Person(table.model, persona, table.phrases, table.voices)
        for question in table.model.deployment:
            reply = person.answer(question, 1)
            option = question.option(reply.option)
            assert (option.value if option else None) == persona.sheet.facts.get(question.fact or "")


# kinds


def test_terse_is_shorter_than_consistent_and_that_than_verbose(table: Table) -> None:
    words = {k: sum(len(r.text.split()) for r in opened(table, k)) for k in ("terse", "consistent", "verbose")}
    assert words["terse"] * 2 < words["consistent"]
    assert words["consistent"] * 1.5 < words["verbose"]


def test_forgetful_hostile_and_off_topic_do_so_at_their_rates(table: Table) -> None:
    said = table.voices
    assert 0.25 < share(opened(table, "forgetful"), said.unknown) < 0.42
    assert 0.13 < share(opened(table, "hostile"), said.refusals) < 0.28
    assert 0.25 < share(opened(table, "off_topic"), said.off_topic) < 0.42
    assert share(opened(table, "consistent"), (*said.unknown, *said.refusals, *said.off_topic)) < 0.06


def test_vague_speaks_in_generalities(table: Table) -> None:
    def generalities(kind: Kind) -> int:
        return sum(reply.text.lower().count(line.lower()[:-1]) for reply in opened(table, kind) for line in lines)

    lines = table.voices.generalities
    assert generalities("vague") > 5 * max(1, generalities("contradictory"))


def test_inflating_claims_more_than_the_sheet(table: Table) -> None:
    """Nothing is told as planned or in part; boasts are added; options are picked one too high in half of the cases."""
    plans = tuple(text for (_, label), texts in table.phrases.items() if label in ("planned", "partly") for text in texts)
    assert not any(plan in reply.text for reply in opened(table, "inflating") for plan in plans)
    assert any(plan in reply.text for reply in opened(table, "contradictory") for plan in plans)
    higher = lower = same = 0
    for person, sober in zip(of_kind(table, "inflating"), of_kind(table, "consistent"), strict=True):
        for question in (q for d in table.model.dimensions for q in d.questions):
            picks = [level_of(question, p.answer(question, 1)) for p in (person, sober)]
            if picks[0] is not None and picks[1] is not None:
                higher, lower, same = (
                    higher + (picks[0] > picks[1]),
                    lower + (picks[0] < picks[1]),
                    same + (picks[0] == picks[1]),
                )
    assert higher > 8 * lower
    assert 0.25 < higher / (higher + lower + same) < 0.6


def level_of(question: Question, reply: Reply) -> int | None:
    option = question.option(reply.option) if reply.action == "chose" else None
    return option.level if option else None


def test_inflating_answers_a_question_on_one_fact_mostly_by_the_sheet(table: Table) -> None:
    replies = [p.answer(check, 1) for p in of_kind(table, "inflating") for check in list(table.model.checks.values())[::16]]
    assert 0.78 < sum(reply.honest for reply in replies) / len(replies) < 0.92


def test_contradictory_contradicts_and_then_says_which_holds(table: Table) -> None:
    questions = [q for d in table.model.dimensions for q in d.questions]
    replies = [p.answer(q, 1) for p in of_kind(table, "contradictory") for q in questions]
    assert 0.12 < sum(not reply.honest for reply in replies) / len(replies) < 0.28
    for person in of_kind(table, "contradictory"):
        honest = {seq: person.answer(q, seq).honest for seq, q in enumerate(questions, 1)}
        wrong, right = (next((seq for seq, h in honest.items() if h is wanted), None) for wanted in (False, True))
        conflict = table.model.checks["data.extracts_made"].model_copy(
            update={"id": f"conflict.data.{wrong}.{right}", "indicator": None}
        )
        reply = person.answer(conflict, 99)
        assert wrong is None or reply.option in ("second", "")  # an empty one: said not to know


def test_a_slip_is_put_right_in_the_next_message(table: Table) -> None:
    corrected = 0
    for person in of_kind(table, "forgetful"):
        before = Reply("skipped")
        for seq, question in enumerate(table.model.openers.values(), 1):
            reply = person.answer(question, seq)
            if reply.corrects:
                corrected += 1
                assert not before.honest
                assert reply.text.startswith(table.voices.corrections)
            before = reply
    assert corrected > 3


# files


def test_the_shipped_words_are_whole(model: MaturityModel) -> None:
    assert set(voices().kinds) == set(KINDS)
    book = phrasebook(model, PHRASEBOOK)
    assert set(book) == {(i, label) for i in model.indicators for label in ("affirmed", "denied", "planned", "partly")}


def test_what_the_phrasebook_lacks_is_named(model: MaturityModel, phrases_file: Path, tmp_path: Path) -> None:
    lines = phrases_file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if (json.loads(line)["indicator"], json.loads(line)["label"]) != GONE]
    file = tmp_path / "phrasebook.jsonl"
    file.write_text("\n".join([*kept, '{"indicator": "data.none", "label": "denied", "text": "x"}', "{", '{"text": 1}']))
    with pytest.raises(InputError) as fault:
        phrasebook(model, file)
    told = str(fault.value)
    assert " ".join(GONE) in told
    assert f":{len(kept) + 1}: unknown indicator 'data.none'" in told
    assert f":{len(kept) + 2}:" in told
    with pytest.raises(InputError, match="cannot be read"):
        phrasebook(model, tmp_path / "none.jsonl")


GONE = ("culture.enthusiasts_experiment", "planned")
