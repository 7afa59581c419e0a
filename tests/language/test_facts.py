"""Facts out of free text: what is stated is read, and what only looks like it is left alone."""

import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import KnowledgeError
from assistant.interview.evidence import FACT_UNITS, Fact
from assistant.interview.model import Question
from assistant.knowledge import check, load, maturity_model
from assistant.language.fact_cues import FactCues
from assistant.language.facts import FactReader
from assistant.language.scope import CueLists, Scope

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
QUESTIONS = {question.fact: question for question in maturity_model(KNOWLEDGE).deployment}

TB, GPUS, RPS, MS, B = "training_data_tb", "gpu_on_prem", "peak_rps", "latency_ms", "model_params_b"
USD, TEAM, DC, CLOUD, SENS, PLACE = (
    "budget_usd_year", "team_ml_engineers", "has_datacentre", "cloud", "data_sensitivity", "residency",
)  # fmt: skip
Value = float | bool | str


@cache
def reader() -> FactReader:
    cues = load(KNOWLEDGE / "model" / "fact_cues.yaml", FactCues)
    return FactReader(cues, Scope(load(KNOWLEDGE / "model" / "cues.yaml", CueLists)))


def read(text: str, asked: str | None = None) -> dict[str, Fact]:
    question = QUESTIONS[asked] if asked else None
    return {fact.name: fact for fact in reader().read(text, question, 7)}


def values(text: str, asked: str | None = None) -> dict[str, Value]:
    return {name: fact.value for name, fact in read(text, asked).items()}


def same(found: dict[str, Value], expected: dict[str, Value]) -> bool:
    return found.keys() == expected.keys() and all(
        found[name]
        == (pytest.approx(value, rel=0.01) if isinstance(value, float | int) and not isinstance(value, bool) else value)
        for name, value in expected.items()
    )


STATED: list[tuple[str, dict[str, Value]]] = [
    # data
    ("We have 40 TB of sensor data.", {TB: 40}),
    ("We have about forty terabytes of images.", {TB: 40}),
    ("Our data lake holds 40,000 GB.", {TB: 40}),
    ("The archive is 40.000 GB of scans.", {TB: 40}),
    ("1.5 petabytes of historical data", {TB: 1500}),
    ("Roughly 1,5 TB of data", {TB: 1.5}),
    ("One and a half petabytes of recordings", {TB: 1500}),
    ("30 to 50 TB of data", {TB: 40}),
    ("between 30 and 50 TB of log data", {TB: 40}),
    ("30 TB to 50 TB of data", {TB: 40}),
    ("at least 12TB of telemetry", {TB: 12}),
    ("up to 12 terabytes of text", {TB: 12}),
    ("half a petabyte of video", {TB: 500}),
    ("Our data grew from 10 TB to 40 TB.", {TB: 40}),
    ("The model will be trained on 40 TB.", {TB: 40}),
    ("2 TiB of training data", {TB: 2.199}),
    ("500 gigs of documents", {TB: 0.5}),
    ("I think we have a couple of terabytes of data.", {TB: 2}),
    ("Data volume: 40 TB", {TB: 40}),
    # load
    ("200 requests a second", {RPS: 200}),
    ("At the peak, 12k requests per minute.", {RPS: 200}),
    ("3 million predictions a day", {RPS: 34.7}),
    ("The models answer 3 million predictions a day.", {RPS: 34.7}),
    ("two thousand inferences per second", {RPS: 2000}),
    ("up to 500 rps", {RPS: 500}),
    ("The busiest hour sees 300-500 queries per second.", {RPS: 400}),
    ("The model will serve 1,200 req/s.", {RPS: 1200}),
    ("Peak load: 200 requests/s", {RPS: 200}),
    ("On average 50 requests a second, at peak 200 requests a second", {RPS: 200}),
    # latency
    ("Answers must be there within 100 ms.", {MS: 100}),
    ("The answer has to come within a fifth of a second.", {MS: 200}),
    ("We need a response in under 2 seconds.", {MS: 2000}),
    ("Latency must not exceed 50 milliseconds.", {MS: 50}),
    ("The reply may take no more than half a second.", {MS: 500}),
    ("p95 latency of 250ms is the target", {MS: 250}),
    ("Decisions are needed in less than ten milliseconds.", {MS: 10}),
    ("A prediction must come within a second.", {MS: 1000}),
    ("We need sub-100 ms inference.", {MS: 100}),
    ("Latency: 20 to 40 ms", {MS: 30}),
    # model size
    ("We want to run a model with 70B parameters.", {B: 70}),
    ("a 7 billion parameter model", {B: 7}),
    ("We fine-tune Llama 3.1 8B.", {B: 8}),
    ("We run a 13b model.", {B: 13}),
    ("Qwen2.5-72B is what we serve.", {B: 72}),
    ("Our detector has 350 million parameters.", {B: 0.35}),
    # money
    ("Budget for AI next year: $450,000", {USD: 450_000}),
    ("$1.2M a year", {USD: 1_200_000}),
    ("We can spend EUR 300k a year on AI infrastructure.", {USD: 335_160}),
    ("The AI budget is two million dollars a year.", {USD: 2_000_000}),
    ("About $200k to $300k per year is set aside for GPUs.", {USD: 250_000}),
    ("The budget for machine learning is 50,000 euros a month.", {USD: 670_320}),
    ("We have approved €3 million over three years for AI infrastructure.", {USD: 1_117_200}),
    ("Annual AI budget: USD 400,000", {USD: 400_000}),
    ("half a million pounds a year are earmarked for compute", {USD: 670_000}),
    ("CHF 2 mio per year is available for AI infrastructure", {USD: 2_430_000}),
    # GPUs
    ("We own 8 H100s.", {GPUS: 8}),
    ("8xH100 in our own rack", {GPUS: 8}),
    ("There is a pair of A100 in the basement.", {GPUS: 2}),
    ("We own no GPUs.", {GPUS: 0}),
    ("We don't have any GPUs.", {GPUS: 0}),
    ("Not a single GPU here.", {GPUS: 0}),
    ("We have four A100s and 4 L40s on site.", {GPUS: 8}),
    ("We have 8 GPUs (4 A100, 4 H100).", {GPUS: 8}),
    ("We have two servers with 8 GPUs each.", {GPUS: 16}),
    ("We've got sixteen NVIDIA GPUs on premises.", {GPUS: 16}),
    ("GPUs: 8", {GPUS: 8}),
    ("We have a GPU cluster with 64 A100s on site.", {GPUS: 64}),
    ("We have 8 GPUs for computer vision.", {GPUS: 8}),
    ("We have a single GPU under the desk.", {GPUS: 1}),
    # people
    ("Half a dozen ML engineers work here.", {TEAM: 6}),
    ("We have three data scientists.", {TEAM: 3}),
    ("three data scientists and two ML engineers", {TEAM: 5}),
    ("Our data science team of five does it.", {TEAM: 5}),
    ("We have no data scientists.", {TEAM: 0}),
    ("There is one data scientist.", {TEAM: 1}),
    ("We employ 10-12 machine learning engineers.", {TEAM: 11}),
    ("Nobody here can build models.", {TEAM: 0}),
    ("Five people build models.", {TEAM: 5}),
    # data centre
    ("We have our own data centre.", {DC: True}),
    ("There is no server room.", {DC: False}),
    ("We don't have a data center.", {DC: False}),
    ("We run two data centres of our own.", {DC: True}),
    ("It all runs in our own data centre in Graz.", {DC: True}),
    ("We closed our data centre last year.", {DC: False}),
    ("We do not run our own data centre.", {DC: False}),
    ("There's a small server room in the basement.", {DC: True}),
    ("Data centre: yes", {DC: True}),
    ("No data centre.", {DC: False}),
    # cloud
    ("Everything runs on AWS.", {CLOUD: "aws"}),
    ("We use Azure and GCP.", {CLOUD: "multi"}),
    ("We are an Azure shop.", {CLOUD: "azure"}),
    ("Our workloads run on Google Cloud.", {CLOUD: "gcp"}),
    ("We are hosted at OVH.", {CLOUD: "sovereign"}),
    ("We use a national cloud.", {CLOUD: "sovereign"}),
    ("We use no cloud at all.", {CLOUD: "none"}),
    ("We don't use any cloud.", {CLOUD: "none"}),
    ("We have 8 H100s on AWS.", {CLOUD: "aws"}),
    ("We moved from AWS to Azure.", {CLOUD: "azure"}),
    ("We run on AWS and plan to add Azure.", {CLOUD: "aws"}),
    ("We use AWS for the shop and Azure for the office.", {CLOUD: "multi"}),
    ("Multi-cloud.", {CLOUD: "multi"}),
    ("Cloud: none", {CLOUD: "none"}),
    # sensitivity
    ("We work with patient records.", {SENS: "regulated"}),
    ("It is GDPR personal data.", {SENS: "high"}),
    ("There is nothing sensitive in it.", {SENS: "low"}),
    ("The data is not sensitive.", {SENS: "low"}),
    ("We store personal data of citizens.", {SENS: "high"}),
    ("The data is highly confidential.", {SENS: "high"}),
    ("We only use public data.", {SENS: "low"}),
    ("It is just ordinary business data.", {SENS: "medium"}),
    ("The sensor data is harmless, but we also hold patient data.", {SENS: "regulated"}),
    # residency
    ("The data must stay in Germany.", {PLACE: "country"}),
    ("EU only.", {PLACE: "region"}),
    ("Data may not leave the building.", {PLACE: "on-prem-only"}),
    ("The data must not leave our premises.", {PLACE: "on-prem-only"}),
    ("We are air-gapped.", {PLACE: "on-prem-only"}),
    ("There is no rule about the location.", {PLACE: "none"}),
    ("Our data has to stay within the EU.", {PLACE: "region"}),
    ("The records may never leave the country.", {PLACE: "country"}),
    ("The data can be stored anywhere.", {PLACE: "none"}),
    ("No data may go to the cloud.", {PLACE: "on-prem-only"}),
    ("Everything must be kept on Swiss soil.", {PLACE: "country"}),
    # several at once
    (
        "We have 40 TB of data, no GPUs, and everything runs on AWS.",
        {TB: 40, GPUS: 0, CLOUD: "aws"},
    ),
    (
        "Patient records, 12 TB, must stay in France. Two data scientists, no server room, €250k a year for AI"
        " infrastructure.",
        {SENS: "regulated", TB: 12, PLACE: "country", TEAM: 2, DC: False, USD: 279_300},
    ),
    ("We own 8 GPUs, and plan to buy 16 more next year.", {GPUS: 8}),
    ("Our competitor has 500 GPUs, we have 8.", {}),
    ("Our competitor has 500 GPUs, but we have 8 GPUs.", {GPUS: 8}),
    # the same in roundabout words
    ("Three quarters of a terabyte of drawings.", {TB: 0.75}),
    ("All our tapes put together come to about 1.2 petabytes.", {TB: 1200}),
    ("Four L40S cards hum in the broom cupboard.", {GPUS: 4}),
    ("The university next door has 200 GPUs; we've got none.", {GPUS: 0}),
    ("Our three workstations have two 3090s each.", {GPUS: 6}),
    ("The welder can't wait longer than 20 milliseconds.", {MS: 20}),
    ("The pilot gets a verdict in 50 ms or we don't fly.", {MS: 50}),
    ("The answer may take five seconds, our people are patient.", {MS: 5000}),
    ("In the last minute of the auction there are 700 bids a second.", {RPS: 700}),
    ("Seventy-odd questions come in each second.", {RPS: 70}),
    ("The vendor pushes a 180 billion parameter monster. We run a 3B one.", {B: 3}),
    ("A foundation gives us $75,000 a year for computing.", {USD: 75_000}),
    ("One point five million dollars a year is set aside for compute.", {USD: 1_500_000}),
    ("We've two postdocs who build models.", {TEAM: 2}),
    ("No one in this building has ever trained a model.", {TEAM: 0}),
    ("The servers live in our cellar and two technicians look after them.", {DC: True}),
    ("There was a server room once.", {DC: False}),
    ("Patient records may not leave the hospital.", {SENS: "regulated", PLACE: "on-prem-only"}),
]

NOT_STATED: list[str] = [
    "We plan to buy 8 GPUs.",
    "Our competitor has 500 GPUs and 30 data scientists.",
    "We rent 8 H100s by the hour.",
    "We would need 8 GPUs.",
    "If we had 8 H100s we could do it.",
    "We ordered 16 GPUs.",
    "How many GPUs do we need, 8 or 16?",
    "Should we buy 8 H100s?",
    "We used 2,000 GPU hours.",
    "We used to have 8 GPUs.",
    "The vendor offered us 8 GPUs.",
    "We have 1,200 employees in 14 countries.",
    "The firm was founded in 1956.",
    "We have 40 machines and three shifts.",
    "Forty percent of the reports are automated.",
    "Our accuracy is 93.5 %.",
    "We made $1.2M a year with the pilot.",
    "The project saved us €300k a year.",
    "Our R&D budget is €40M a year.",
    "The IT budget is $10M a year.",
    "We own 8 A320 aircraft and 3 Teslas.",
    "Our biggest customer uses AWS.",
    "A team of 12 and 20 years of experience.",
    "Our revenue is $300M a year.",
    "We spend $2M a year on marketing.",
    "The licence costs 30,000 euros a year.",
    "Fraud costs us 4 million dollars a year.",
    "He earns $200k a year.",
    "We paid a consultant 80,000 euros.",
    "The server has 512 GB of RAM.",
    "My laptop has a 1 TB SSD.",
    "We produce 2 TB a day.",
    "8 H100 with 80 GB of memory would be nice.",
    "Training takes 20 seconds.",
    "We answer e-mails within 24 hours.",
    "The help desk answers the phone within 30 seconds.",
    "A machine leaves the line every 45 seconds.",
    "The ping to Frankfurt is 12 ms.",
    "We release every two weeks.",
    "We deploy 12 times a day.",
    "The web shop gets 200 requests a second.",
    "We get 300 customer requests a day.",
    "There are 15 pull requests per day.",
    "We have three models in production.",
    "Two models and 3 million customers.",
    "GPT-4 is said to have 1.8 trillion parameters.",
    "We are hiring three data scientists.",
    "We need two more ML engineers.",
    "We lost three data scientists.",
    "We have five data engineers.",
    "We have 200 software engineers.",
    "One of our data scientists left.",
    "Three external data scientists helped us.",
    "Each plant needs two data scientists.",
    "Our provider runs two data centres.",
    "We rent space in a colocation data centre.",
    "We want to build our own data centre.",
    "We are building a data centre.",
    "The data centre team is nice.",
    "AWS is too expensive.",
    "We looked at AWS and Azure.",
    "We plan to move to Azure next year.",
    "An AWS salesman visited.",
    "We decided against Google Cloud.",
    "We use Azure DevOps for tickets.",
    "We left AWS.",
    "We have no cloud strategy.",
    "We sell on Amazon.",
    "Nobody may paste personal data into ChatGPT.",
    "We have a policy about confidential data.",
    "Price-sensitive customers leave.",
    "We classified 3,000 images.",
    "We hold no patient records.",
    "We sell in the EU only.",
    "Our people must stay in Germany.",
    "We operate in Germany.",
    "The data does not have to stay in Germany.",
    "I heard that 8 H100s are in the basement.",
    "I don't know how many GPUs we have.",
    "Not sure if it is 40 TB.",
    "The conveyor moves two metres a second.",
    "The camera takes 60 frames per second.",
    "The valve closes in two seconds flat.",
    "The roof costs us 90,000 dollars a year in repairs.",
    "A hundred schools joined as a first phase.",
    "A consultant told us to get a 70 billion parameter model.",
    "Ticket 4711 was closed at 10:30 on 24.12.2024.",
    "It has been like this since 2019.",
    "We have a second data scientist starting in May.",
    "",
    "???",
]

ANSWERS: list[tuple[str, str, Value | None]] = [
    (TB, "about forty", 40),
    (TB, "40", 40),
    (TB, "maybe 30 to 50", 40),
    (TB, "40 terabytes I would say", 40),
    (TB, "More than 100 TB", 250),
    (TB, "under 1 tb", 0.5),
    (TB, "I don't know, ask our IT", None),
    (TB, "40 machines", None),
    (TB, "since 2019", None),
    (TB, "800 GB", 0.8),
    (DC, "yes", True),
    (DC, "Yes, and people run it", True),
    (DC, "no", False),
    (DC, "No, we use Azure.", False),
    (DC, "Not yet.", False),
    (DC, "no idea", None),
    (DC, "We have one, with four admins.", True),
    (DC, "We plan to build one.", None),
    (DC, "Yes, but it is rented from Equinix", None),
    (TEAM, "we have 12 people in IT", None),
    (CLOUD, "we are moving to azure", None),
    (RPS, "200", 200),
    (RPS, "200 or so", 200),
    (RPS, "Tens", 30),
    (RPS, "hundreds", 300),
    (RPS, "two hundred per second", 200),
    (RPS, "Perhaps 6000 a minute", 100),
    (RPS, "40 %", None),
    (MS, "200", 200),
    (MS, "two seconds", 2000),
    (MS, "a second or two", 1500),
    (MS, "Within a second or two", 1500),
    (MS, "within a fifth of a second", 200),
    (MS, "Minutes or overnight are fine", 60000),
    (MS, "2", None),
    (MS, "5 minutes is fine", 300000),
    (TEAM, "four", 4),
    (TEAM, "nobody yet", 0),
    (TEAM, "None.", 0),
    (TEAM, "Three people, all in Vienna", 3),
    (TEAM, "more than ten", 20),
    (TEAM, "We are hiring three.", None),
    (GPUS, "none", 0),
    (GPUS, "8", 8),
    (GPUS, "No, not yet", 0),
    (GPUS, "One to four", 2),
    (GPUS, "8 H100", 8),
    (GPUS, "we plan to buy 8", None),
    (USD, "300k", 300_000),
    (USD, "two million euros", 2_234_400),
    (USD, "$1.2M", 1_200_000),
    (USD, "50,000 to 250,000", 150_000),
    (USD, "300", None),
    (USD, "hard to say", None),
    (USD, "Two hundred grand a year", 200_000),
    (USD, "We can put 15k dollars a month into it.", 180_000),
    (TB, "Started at five terabytes, now eleven. So eleven.", 11),
    (GPUS, "Two boxes, eight cards a piece, so sixteen.", 16),
    (TEAM, "Three in Oslo and two in Bergen.", 5),
    (TEAM, "Just me, I'm afraid.", 1),
    (TEAM, "We want to hire five ML engineers by autumn; for now there is nobody.", 0),
    (MS, "An hour is soon enough.", 3_600_000),
    (RPS, "Ten thousand a day on average", None),
    (DC, "Nothing of the sort.", False),
    (CLOUD, "AWS", "aws"),
    (CLOUD, "None", "none"),
    (CLOUD, "microsoft", "azure"),
    (CLOUD, "Several", "multi"),
    (CLOUD, "Azure, and some Google Cloud", "multi"),
    (CLOUD, "a sovereign one", "sovereign"),
    (CLOUD, "Not AWS for sure", None),
    (SENS, "Public or harmless", "low"),
    (SENS, "personal data", "high"),
    (SENS, "not very", "low"),
    (SENS, "patients", "regulated"),
    (SENS, "internal stuff", "medium"),
    (SENS, "Who knows?", None),
    (PLACE, "No", "none"),
    (PLACE, "No rule", "none"),
    (PLACE, "Germany", "country"),
    (PLACE, "It must stay in our region, such as the EU", "region"),
    (PLACE, "the EU", "region"),
    (PLACE, "yes", None),
    (PLACE, "it may not leave our premises", "on-prem-only"),
]


@pytest.mark.parametrize(("text", "expected"), STATED)
def test_what_is_stated_is_read(text: str, expected: dict[str, Value]) -> None:
    found = values(text)
    assert same(found, expected), found


@pytest.mark.parametrize("text", NOT_STATED)
def test_what_only_looks_like_a_fact_is_left_alone(text: str) -> None:
    assert values(text) == {}


@pytest.mark.parametrize(("asked", "text", "expected"), ANSWERS)
def test_an_answer_is_read_in_the_light_of_its_question(asked: str, text: str, expected: Value | None) -> None:
    found = values(text, asked)
    assert same({k: v for k, v in found.items() if k == asked}, {} if expected is None else {asked: expected}), found


def test_an_option_in_its_own_words_has_its_value() -> None:
    for name, question in QUESTIONS.items():
        assert name is not None
        for option in question.options:
            assert values(option.text, name)[name] == option.value, option.text


def test_the_quote_is_the_clause_and_the_source_is_stamped() -> None:
    text = "We are a dairy. We have 40 TB of data, but nobody looks at it. Everything runs on AWS."
    facts = read(text)
    assert facts[TB] == Fact(name=TB, value=40.0, unit="TB", quote="We have 40 TB of data", source=7)
    assert facts[CLOUD].quote == "Everything runs on AWS."


def test_a_number_is_a_number_and_a_flag_a_flag() -> None:
    facts = read("We own 8 GPUs. There is no data centre.")
    assert type(facts[GPUS].value) is float
    assert facts[DC].value is False


PIECES = st.sampled_from(
    ["40", "forty", " TB", " GPUs", " no ", "we have ", "$", "€", "1.2M", " a year", "AWS", " and ", ", ", ". ", "?", "not ",
     "#0", "data", " must stay in ", "Germany", "\n", "–", "H100", " requests a second", "%", "half a ", "million ", "İ",
     "ﬁ", "’"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)),
    asked=st.sampled_from([None, *QUESTIONS]),
)
def test_quotes_are_verbatim_on_any_text(text: str, asked: str | None) -> None:
    facts = reader().read(text, QUESTIONS[asked] if asked else None, "a.txt")
    assert len({fact.name for fact in facts}) == len(facts)
    for fact in facts:
        assert fact.quote
        assert fact.quote in text
        assert fact.unit == FACT_UNITS[fact.name]
        assert fact.source == "a.txt"


LONG = [
    "we have 40 TB and no GPUs ", " ", "e.g. A ", "Dr. B. ", "one ", "1,000,", "a hundred and ", "must not be ", "#0 to ",
    "9", "we have our ", "$1 to ", "\n", "aws and ",
]  # fmt: skip


@pytest.mark.parametrize("piece", LONG)
def test_a_long_message_is_read_in_half_a_second(piece: str) -> None:
    reader().read("We have 40 TB of data.", None, 0)  # the first unit loads pint
    text = (piece * 20_000)[:20_000]
    begin = time.process_time()
    reader().read(text, QUESTIONS[TB], 0)
    assert time.process_time() - begin < 0.5


def test_a_faulty_phrase_is_named_with_its_file() -> None:
    cues = load(KNOWLEDGE / "model" / "fact_cues.yaml", FactCues)
    content = cues.model_dump()
    content["facts"]["cloud"]["veto"] = ["(unclosed"]
    with pytest.raises(KnowledgeError, match=r"fact_cues\.yaml.*cloud\.veto"):
        check(content, FactCues, Path("fact_cues.yaml"))


def test_a_question_without_a_fact_changes_nothing() -> None:
    question = Question(id="data.q", dimension="data", text="How is it?", seconds=5)
    assert [fact.name for fact in reader().read("We own 8 H100s.", question, 1)] == [GPUS]
