"""A language model's wording is used only where it says no more than it was given."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from assistant.interview.assessment import assess
from assistant.interview.evidence import Fact
from assistant.interview.model import MaturityModel, Question
from assistant.language.openai_engine import Breaker, ModelWriter, chat_model
from assistant.language.prompts import Prompts
from assistant.language.protocol import Situation, Understanding
from tests.language.model_servers import EMBEDDED, FixedWriter, ModelServer, Reply, completion, served_by


def situation(model: MaturityModel, asked: Question, **more: Any) -> Situation:
    return Situation(
        understanding=Understanding(intent="answer", evidence=EMBEDDED, facts=more.pop("facts", ())),
        assessment=assess(model, EMBEDDED),
        before=None,
        question=asked,
        **more,
    )


@pytest.fixture
def writer(server: ModelServer, prompts: Prompts) -> ModelWriter:
    return ModelWriter(FixedWriter(), chat_model(served_by(server.url)), prompts, breaker=Breaker(most=1000))


def test_question_and_answer_are_added_verbatim(
    server: ModelServer, writer: ModelWriter, model: MaturityModel, asked: Question
) -> None:
    lead = "A written policy is in place, and three models already serve customers."
    server.reset(completion(lead))
    grounded = "Data gravity keeps training near the data [1].\n\n[1] data-gravity.md"
    assert writer.reply(situation(model, asked, answer=grounded)) == f"{grounded}\n\n{lead}\n\n{asked.text}"
    assert asked.text not in server.prompt()
    assert grounded not in server.prompt()
    assert "response_format" not in server.requests[0]
    assert writer.greeting(asked) == "embedded greeting"


def test_the_end_names_the_stage_and_asks_nothing(
    server: ModelServer, writer: ModelWriter, model: MaturityModel, asked: Question
) -> None:
    end = situation(model, asked, done=True)
    lead = f"You stand at {end.assessment.stage_name}, and the plan can be made."
    server.reset(completion(lead), completion("That is enough to go on."))
    assert writer.reply(end) == lead
    assert "roadmap" in server.prompt()
    assert writer.reply(end) == "embedded reply"


@pytest.mark.parametrize(
    "wording",
    [
        "",
        "You run 7 models.",
        "You run twelve models.",
        "That is 80% of the way.",
        "You are Transformational already.",
        "So it runs on Azure then.",
        "A policy is there, well done. " * 25,
        "See https://example.org for more.",
        "See example.com for more.",
        "![chart](data:image/png;base64,xx)",
        "See [the guide](guide).",
        "<b>Good</b>",
        "Good &lt;b&gt;",
        "```\ngood\n```",
        "# Good",
        "| a | b |",
        "A policy is there. Who keeps it?",
    ],
)
def test_wording_that_says_more_than_it_may_is_not_used(
    server: ModelServer, writer: ModelWriter, model: MaturityModel, asked: Question, wording: str
) -> None:
    server.reset(completion(wording))
    with capture_logs() as logs:
        assert writer.reply(situation(model, asked)) == "embedded reply"
    assert len(logs) == 1


@pytest.mark.parametrize(
    "wording",
    [
        "You have a **written** AI policy, and 3 models serve customers - good to know.",
        "Noted: 40 TB for training. A policy exists, and AI serves your customers.",
    ],
)
def test_wording_within_the_points_is_used(
    server: ModelServer, writer: ModelWriter, model: MaturityModel, asked: Question, wording: str
) -> None:
    server.reset(completion(wording))
    facts = (Fact(name="training_data_tb", value=40.0, unit="TB", quote="40 TB"),)
    three = situation(model, asked, facts=facts, previous="You run 3 models. Which rules do you have?")
    # "3 models" stands in the points as "Three models": figures and their words are the same
    assert writer.reply(three).startswith(wording)


@pytest.mark.parametrize("reply", [(500, b"{}"), (200, b"<html>"), completion(None), completion(None, refusal="No.")])
def test_the_embedded_wording_stands_in(
    server: ModelServer, writer: ModelWriter, model: MaturityModel, asked: Question, reply: Reply
) -> None:
    server.reset(reply)
    assert writer.reply(situation(model, asked)) == "embedded reply"


def test_nothing_to_word_needs_no_model(server: ModelServer, writer: ModelWriter, model: MaturityModel) -> None:
    server.reset(completion("x"))
    for intent in ("stop", "unreadable", "skipped", "answer"):
        quiet = Situation(
            understanding=Understanding(intent=intent), assessment=assess(model, ()), before=None, question=None
        )
        assert writer.reply(quiet) == "embedded reply"
    assert server.requests == []
