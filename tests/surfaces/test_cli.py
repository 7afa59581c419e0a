"""The command line: every command and its JSON, and one sentence with exit code 2 for whatever is wrong."""

import inspect
import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assistant import Advisor, Settings
from assistant.interview.model import DIMENSIONS
from assistant.planning.calculators import CALCULATORS
from assistant.surfaces import cli, size_options
from tests.conftest import ROOT

OPENING = "We bake bread for three cities. One model runs live and plans the night's baking; the bakers rely on it."
LABELS = {"affirmed", "denied", "planned", "partly", "not_addressed"}
ADVISOR = [sys.executable, "-c", "from assistant.surfaces.cli import main; main()"]


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one line of standard error of a command that could not be done."""
        assert self.code == 2, self
        assert self.out == ""
        told = self.err.strip()
        assert told.endswith("."), told
        assert "\n" not in told
        assert "Traceback" not in told
        return told


Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    return Advisor(Settings(data_dir=tmp_path_factory.mktemp("cli") / "data", _env_file=None))


@pytest.fixture
def anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command as a process of its own would: settings from the environment, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    if "ADVISOR_DATA_DIR" not in os.environ:
        monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, shown.out, shown.err)

    return run


@pytest.fixture
def run(anew: Run, advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same on one advisor that all tests share, so that models and index load once."""
    monkeypatch.setattr(cli, "_advisor", lambda: advisor)
    return anew


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# starting, leaving, and words that are no command


def test_help_answers_at_once() -> None:
    """Nothing heavy is loaded for it, and no settings, database or model either."""
    heavy = ("gradio", "chromadb", "langchain", "openai", "slack_bolt", "onnxruntime", "matplotlib", "numpy", "sqlalchemy")
    code = (
        "import sys\nfrom assistant.surfaces.cli import main\ntry:\n    main(['--help'])\nfinally:\n"
        f"    print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0
    assert done.stderr.strip() == "[]"
    for command in ("chat", "web", "slack", "ask", "assess", "read", "plan", "size", "knowledge", "eval", "sessions"):
        assert command in done.stdout


COMMANDS = (
    "chat", "web", "slack", "ask", "assess", "read", "plan", "eval", "size train", "size finetune", "size serve",
    "size transfer", "size energy", "size cost", "size breakeven", "knowledge add", "knowledge list", "knowledge check",
    "knowledge reindex", "sessions list", "sessions show", "sessions export", "sessions delete",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_json_and_explains_itself(anew: Run, command: str) -> None:
    shown = anew(*command.split(), "--help")
    assert shown.code == 0
    assert "--json" in shown.out
    assert len(re.sub(r"\s+", " ", shown.out)) > 150


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nosuch"], r"No such command 'nosuch'; see `advisor --help`"),
        (["ask"], r"Missing argument 'question'; see `advisor ask --help`"),
        (["ask", "Why", "here"], r"extra argument.*here.*advisor ask --help"),
        (["web", "--colour", "red"], r"--colour.*advisor web --help"),
        (["web", "--port", "many"], r"--port.*integer"),
        (["size", "energy", "--gpu-hours", "1"], r"--watts.*advisor size energy --help"),
        (["size", "transfer", "--tb", "much", "--gbps", "1"], r"--tb.*number"),
        (["plan"], r"--facts"),
        (["sessions", "show"], r"session"),
        (["ask", "what is \udcff AI"], r"question.*UTF-8"),
        (["sessions", "list", "--owner", "\udcff"], r"--owner.*UTF-8"),
    ],
)
def test_words_that_make_no_command(anew: Run, arguments: list[str], told: str) -> None:
    assert re.search(told, anew(*arguments).sentence)


def test_version(anew: Run) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", anew("--version").out)


def test_an_inner_fault_is_a_sentence_with_an_id(run: Run, advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr(advisor, "ask", broken)
    shown = run("ask", "Why?")
    assert shown.code == 1
    fault = re.search(r"number ([0-9a-f]{8})", shown.err)
    assert fault
    assert "Traceback" not in shown.err
    assert "secret" not in shown.err
    log = (advisor.settings.data_folder / "advisor.log").read_text(encoding="utf-8")
    assert fault[1] in log
    assert "ZeroDivisionError" in log


def test_settings_that_cannot_be_used_are_named(anew: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADVISOR_WEB_PORT", "many")
    assert "ADVISOR_WEB_PORT is 'many'" in anew("sessions", "list").sentence
    monkeypatch.delenv("ADVISOR_WEB_PORT")
    written(tmp_path / ".env", b"ADVISOR_OPENAI_MODEL=\xff\xfe\n")
    assert ".env" in anew("sessions", "list").sentence


@pytest.mark.parametrize("command", [["sessions", "list"], ["chat"], ["chat", "--json"]])
def test_a_data_folder_that_cannot_be_used(
    anew: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    occupied = written(tmp_path / "occupied", "a file")
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(occupied / "data"))
    told = anew(*command).sentence
    assert str(occupied) in told
    assert "ADVISOR_DATA_DIR" in told


def test_knowledge_cannot_be_added_where_nothing_can_be_kept(
    anew: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    occupied = written(tmp_path / "occupied", "a file")
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(occupied / "data"))
    paper = written(tmp_path / "ovens.md", "# Ovens\n\nWe have four ovens.\n")
    shown = anew("knowledge", "add", paper)
    assert shown.code == 2
    assert "Traceback" not in shown.err
    assert str(occupied) in shown.err.splitlines()[-1]


# chat


def test_chat_in_json_is_one_object_a_turn(run: Run) -> None:
    said = f"{OPENING}\n2\n/skip\n/undo\n/why\n/evidence\n/plan\n\n/nonsense\nWhat is a pilot?\n".encode()
    shown = run("chat", "--json", stdin=said)
    assert shown.code == 0, shown.err
    first, opening, picked, skipped, undone, why, evidence, plan, empty, nonsense, asked = map(
        json.loads, shown.out.splitlines()
    )
    assert first["session"]
    assert first["text"]
    for turn in (opening, picked, skipped, undone, empty, asked):
        assert turn["text"]
        assert turn["question"]["dimension"] in {*DIMENSIONS, "deployment"}
        assert turn["question"]["options"]
        assert turn["done"] is False
        assert turn["assessment"]["stage"] in range(1, 6)
        assert sum(turn["assessment"]["stage_probs"]) == pytest.approx(1)
        assert set(turn["assessment"]["dimensions"]) == set(DIMENSIONS)
    assert skipped["question"]["id"] != picked["question"]["id"]
    assert undone["question"] == picked["question"]
    assert "“No, we run trials that nobody relies on yet”" in evidence["text"]
    assert why["text"]
    assert set(plan["plan"]["deployment"]["placement"]) == {"training", "customisation", "inference"}
    assert "/undo" in nonsense["text"]
    resumed = run("chat", "--json", "--session", first["session"], stdin=b"/quit\n")
    assert json.loads(resumed.out)["text"] == asked["text"]
    assert json.loads(resumed.out)["question"] == asked["question"]


def test_chat_takes_bad_input_without_ending(run: Run, tmp_path: Path) -> None:
    said = (
        b"We bake \xff\xfe bread.\n" + b"x" * 30_000 + f"\n/attach {tmp_path}/none.pdf\n/report {tmp_path}/a.xyz\n".encode()
    )
    shown = run("chat", "--json", stdin=said)
    assert shown.code == 0, shown.err
    _, odd, long, attached, report = map(json.loads, shown.out.splitlines())
    assert odd["text"]
    assert "30,000 characters" in long["text"]
    assert "none.pdf does not exist" in attached["error"]
    assert ".docx" in report["error"]


def test_chat_for_people(run: Run, tmp_path: Path) -> None:
    paper = written(tmp_path / "policy.md", "Every data source in the register has a named owner.\n")
    said = f"{OPENING}\n/attach {paper}\n/report {tmp_path}/r.md\n/quit\nnever read\n".encode()
    shown = run("chat", stdin=said)
    assert shown.code == 0, shown.err
    assert "likely" in shown.out
    assert re.search(r"^\s+1\. ", shown.out, re.MULTILINE)
    kept = re.search(r"advisor chat --session (\w+)", shown.out)
    assert kept
    assert (tmp_path / "r.md").read_text(encoding="utf-8").startswith("#")
    talk = run("sessions", "show", kept[1], "--json").json
    assert talk["turns"][0]["text"] == OPENING
    assert len(talk["turns"]) == 2


def test_what_was_said_cannot_paint_the_terminal(run: Run) -> None:
    shown = run("chat", stdin=b"We bake \x1b[31mbread\x1b]0;title\x07 with a live model.\n/evidence\n/why\n")
    assert "\x1b" not in shown.out
    assert "\x07" not in shown.out


def test_chat_with_a_session_that_is_none_of_yours(run: Run) -> None:
    mine = json.loads(run("chat", "--json", "--owner", "anna").out)["session"]
    assert "another owner" in run("chat", "--session", mine).sentence
    assert "'nosuch'" in run("chat", "--session", "nosuch").sentence
    assert "owner" in run("chat", "--owner", " ").sentence


# ask, assess, read


def test_ask(run: Run) -> None:
    answer = run("ask", "Why train on premises?", "--json").json
    assert not answer["abstained"]
    assert answer["citations"]
    for citation in answer["citations"]:
        assert {"document", "section", "quote", "source"} <= citation.keys()
    text = run("ask", "Why train on premises?").out
    assert answer["text"] in text
    assert f"[1] {answer['citations'][0]['title']}" in text
    assert run("ask", "What is the best recipe for onion soup?", "--json").json["abstained"]
    assert "empty" in run("ask", "").sentence
    assert "not text" in run("ask", "\x00\x01").sentence


RESPONDENT = {
    "id": "bakery", "opening": OPENING, "answers": {"data": "Sales data has an owner; the ovens' data has none."},
    "constraints_text": "We have no data centre. We hold about 3 TB of data.",
}  # fmt: skip


def test_assess(run: Run, tmp_path: Path) -> None:
    given = [RESPONDENT, {"id": 7, "opening": "We have never used AI."}]
    file = written(tmp_path / "in.jsonl", "\n\n".join(map(json.dumps, given)))
    told = run("assess", file, "-o", tmp_path / "new" / "out.jsonl", "--json").json
    assert told == {"judged": 2, "faulty": 0, "output": str(tmp_path / "new" / "out.jsonl")}
    judged = [json.loads(line) for line in (tmp_path / "new" / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in judged] == ["bakery", 7]
    for row in judged:
        assert row["stage"] in range(1, 6)
        assert sum(row["stage_probs"]) == pytest.approx(1)
        assert set(row["dimensions"]) == set(DIMENSIONS)
        for part in row["dimensions"].values():
            assert part["level"] in range(1, 6)
            assert sum(part["probs"]) == pytest.approx(1)
        assert set(row["placement"]) == {"training", "customisation", "inference"}
    assert judged[0]["facts"]["training_data_tb"]["value"] == 3
    assert judged[0]["evidence"]
    texts = [OPENING, *RESPONDENT["answers"].values()]  # type: ignore[attr-defined]
    for item in judged[0]["evidence"]:
        assert any(item["quote"] in text for text in texts)
    assert run("assess", file, "--json").out == (tmp_path / "new" / "out.jsonl").read_text(encoding="utf-8")


def test_assess_names_each_faulty_line_and_judges_the_rest(run: Run, tmp_path: Path) -> None:
    lines: list[bytes] = [
        json.dumps(RESPONDENT).encode(), b"{broken", b'{"id": "a", "opening": 5}',
        b'{"id": "b", "answers": {"colour": "blue"}}', b'{"id": "c", "answers": {"data": ["x"]}}',
        b'{"id": "d", "answers": "none"}', b'{"opening": "no id"}', b'{"id": "silent", "opening": " "}', b"[1, 2]",
        b'{"id": "e", "opening": "\xff"}',
        b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}", b'{"id": "last", "opening": "We have no AI."}',
    ]  # fmt: skip
    file = written(tmp_path / "in.jsonl", b"\n".join(lines))
    shown = run("assess", file, "-o", tmp_path / "out.jsonl")
    assert shown.code == 2
    expected = [
        "not valid JSON", '"opening".*must be text', "unknown dimensions colour.*strategy", '"data".*must be text',
        '"answers".*object', '"id"', "says nothing", '"id"', "UTF-8", "JSON", "JSON",
    ]  # fmt: skip
    faults = shown.err.splitlines()
    assert len(faults) == len(expected)
    for number, (fault, words) in enumerate(zip(faults, expected, strict=True), start=2):
        assert re.match(rf"{re.escape(str(file))}:{number}: .*{words}.*\.$", fault), fault
    judged = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in judged] == ["bakery", "last"]
    assert "2 judged, 11 faulty" in shown.out


@pytest.mark.parametrize("command", ["assess", "read"])
def test_files_that_cannot_be_judged(run: Run, tmp_path: Path, command: str) -> None:
    assert "none.jsonl" in run(command, tmp_path / "none.jsonl").sentence
    assert "directory" in run(command, tmp_path).sentence
    assert "empty.jsonl:1" in run(command, written(tmp_path / "empty.jsonl", "\n \n")).sentence
    binary = run(command, written(tmp_path / "x.jsonl", bytes(range(128, 256))))
    assert "x.jsonl:1: not UTF-8" in binary.sentence
    file = written(tmp_path / "in.jsonl", '{"id": 1}\n')
    assert "input itself" in run(command, file, "-o", file).sentence
    assert file.read_text() == '{"id": 1}\n'
    occupied = written(tmp_path / "occupied", "")
    assert "cannot be written" in run(command, file, "-o", occupied / "out.jsonl").sentence


def test_read_judges_any_statement(run: Run, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "question": "Is anyone on call?", "text": "Yes, day and night.", "statement": "Somebody is on call."},
        {"id": "2", "text": "We bake bread.", "statement": "The moon is made of cheese."},
        {"id": "3", "text": "We bake bread."},
        {"id": "4", "text": 4, "statement": "x"},
    ]
    file = written(tmp_path / "in.jsonl", "\ufeff" + "\n".join(map(json.dumps, rows)))
    shown = run("read", file, "-o", tmp_path / "out.jsonl")
    assert shown.code == 2
    assert [fault.split(":")[1] for fault in shown.err.splitlines()] == ["3", "4"]
    judged = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in judged] == ["1", "2"]
    for row in judged:
        assert set(row) == {"id", "label", "probs"}
        assert set(row["probs"]) == LABELS
        assert sum(row["probs"].values()) == pytest.approx(1, abs=1e-5)
        assert row["probs"][row["label"]] == max(row["probs"].values())


# plan

FACTS = """\
data_sensitivity: regulated
training_data_tb: 60
has_datacentre: true
peak_rps: 20
"""


def planned(shown: Ran) -> dict[str, Any]:
    facts = shown.json["facts"]
    return {fact["name"]: fact["value"] for fact in facts}


def test_plan_from_facts(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "facts.yaml", f"stage: 3\nlevels: {{data: 2}}\n{FACTS}")
    plan = run("plan", "--facts", file, "--json").json
    assert plan["assessment"]["stage"] in (2, 3)
    assert set(plan["deployment"]["placement"]) == {"training", "customisation", "inference"}
    assert plan["roadmap"]
    text = run("plan", "--facts", file).out
    assert text.startswith("#")
    assert "on-prem" in text
    assert run("plan", "--facts", file, "-o", tmp_path / "plan.json", "--json").json == {
        "output": str(tmp_path / "plan.json")
    }
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["deployment"] == plan["deployment"]
    assert "Written to" in run("plan", "--facts", file, "-o", tmp_path / "plan.md").out
    assert (tmp_path / "plan.md").read_text(encoding="utf-8").strip() == text.strip()


@pytest.mark.parametrize("stage", [1, 2, 3, 4, 5])
def test_a_stated_stage_is_the_stage(run: Run, tmp_path: Path, stage: int) -> None:
    file = written(tmp_path / "facts.yaml", f"stage: {stage}\n")
    assert run("plan", "--facts", file, "--json").json["assessment"]["stage"] == stage


def test_set_changes_facts_wherever_they_stand(run: Run, tmp_path: Path) -> None:
    flat = written(tmp_path / "flat.yaml", FACTS)
    nested = written(tmp_path / "nested.yaml", "facts:\n  " + FACTS.replace("\n", "\n  "))
    for file in (flat, nested):
        changes = ["--set", "peak_rps=500", "--set", "cloud=none", "--set", "has_datacentre=false"]
        facts = planned(run("plan", "--facts", file, *changes, "--json"))
        assert facts["peak_rps"] == 500
        assert facts["cloud"] == "none"
        assert facts["has_datacentre"] is False
        assert facts["training_data_tb"] == 60
    assert run("plan", "--facts", flat, "--set", "stage=5", "--json").json["assessment"]["stage"] == 5


def test_what_only_the_planner_knows_can_be_stated(run: Run, tmp_path: Path) -> None:
    more = "load_steady: true\ndata_location: cloud\nair_gapped: false\nhorizon_months: 6\nload_small: false\n"
    facts = planned(run("plan", "--facts", written(tmp_path / "f.yaml", f"stage: 3\n{FACTS}{more}"), "--json"))
    assert facts["load_steady"] is True
    assert facts["data_location"] == "cloud"
    assert facts["air_gapped"] is False
    assert facts["horizon_months"] == 6
    assert facts["load_small"] is False
    here = "stage: 4\npeak_rps: 900\ndata_sensitivity: low\n"
    steady, bursts = (
        run("plan", "--facts", written(tmp_path / "g.yaml", f"{here}load_steady: {word}\nhas_datacentre: true\n"), "--json")
        for word in ("true", "false")
    )
    assert steady.json["deployment"]["placement"] != bursts.json["deployment"]["placement"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("colour: blue\n", "Unknown fact 'colour'.*peak_rps.*horizon_months"),
        ("7: blue\n", "Unknown fact 7"),
        ("peak_rps: many\n", "peak_rps is 'many'.*number.*requests/s"),
        ("peak_rps: -1\n", "peak_rps is -1"),
        ("peak_rps: .nan\n", "peak_rps is nan"),
        ("peak_rps: true\n", "peak_rps is True"),
        (f"peak_rps: {'9' * 400}\n", "peak_rps is 9+\\.\\.\\.;"),
        ("has_datacentre: yes\n", "has_datacentre is 'yes'.*true or false"),
        ("load_steady: 1\n", "load_steady is 1.*true or false"),
        ("air_gapped: often\n", "air_gapped is 'often'.*true or false"),
        ("data_location: moon\n", "data_location is 'moon'.*cloud, on-prem"),
        ("horizon_months: soon\n", "horizon_months is 'soon'.*months"),
        ("cloud: mine\n", "cloud is 'mine'.*none, aws"),
        ("residency: [country]\n", "residency is .*none, country"),
        ("stage: 6\n", "stage is 6.*from 1 to 5"),
        ("stage: Active\n", "stage is 'Active'.*from 1 to 5"),
        ("levels: {colour: 2}\n", "Unknown dimensions colour.*strategy"),
        ("levels: {data: 0}\n", "data is 0.*from 1 to 5"),
        ("levels: 3\n", "levels must map"),
        ("facts: [1]\n", "facts must map"),
        ("- a\n", r"facts\.yaml:1: facts are expected"),
        ("peak_rps: 1\ncloud: [aws\nstage: 2\n", r"facts\.yaml:3: not valid YAML"),
        ("", r"facts\.yaml:1: the file is empty"),
        (b"cloud: \xff\n", r"facts\.yaml: cannot be read"),
    ],
)
def test_facts_that_cannot_be_used(run: Run, tmp_path: Path, content: str | bytes, told: str) -> None:
    assert re.search(told, run("plan", "--facts", written(tmp_path / "facts.yaml", content)).sentence)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("peak_rps", "name=value"), ("=5", "name=value"), ("peak_rps=", "name=value"), ("peak_rps=[1", "no plain value"),
        ("colour=blue", "Unknown fact 'colour'"), ("peak_rps=fast", "peak_rps is 'fast'"),
        ("peak=5", "did you mean peak_rps"), ("gpu_on_prem*=2", "not known yet"), ("stage=7", "from 1 to 5"),
        ("usd_kwh=-1", "number above 0"), ("data=x", "from 1 to 5"),
    ],
)  # fmt: skip
def test_changes_that_cannot_be_used(run: Run, tmp_path: Path, change: str, told: str) -> None:
    assert told in run("plan", "--facts", written(tmp_path / "facts.yaml", FACTS), "--set", change).sentence


def test_what_changes_stands_before_the_plan(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "facts.yaml", f"stage: 3\n{FACTS}")
    changes = ["--set", "peak_rps*=25", "--set", "usd_kwh=0.4", "--set", "residency=on-prem-only"]
    shown = run("plan", "--facts", file, *changes, "--json").json
    assert {"assessment", "roadmap", "deployment", "what_if"} <= shown.keys()
    assert shown["deployment"]["placement"]["inference"] == "on-prem"
    assert shown["what_if"]["changes"] == ["peak_rps*=25", "usd_kwh=0.4", "residency=on-prem-only"]
    asked = {row["what"]: row for row in shown["what_if"]["rows"]}
    assert asked["peak_rps"]["numbers"]["peak_rps"] == [20, 500]
    text = run("plan", "--facts", file, *changes).out
    assert text.startswith("# What if")
    assert text.index("# What if") < text.index("# Plan")
    assert "# Plan" not in run("plan", "--facts", file, *changes, "--diff").out
    assert set(run("plan", "--facts", file, *changes, "--diff", "--json").json) == {"what_if"}
    assert "--set peak_rps=500" in run("plan", "--facts", file, "--diff").sentence
    assert "what_if" not in run("plan", "--facts", file, "--json").json


def test_a_plan_with_a_change_is_the_plan_of_the_changed_facts(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "facts.yaml", f"stage: 3\n{FACTS}")
    other = written(tmp_path / "other.yaml", f"stage: 4\n{FACTS.replace('peak_rps: 20', 'peak_rps: 90')}")
    changed = run("plan", "--facts", file, "--set", "peak_rps=90", "--set", "stage=4", "--json").json
    stated = run("plan", "--facts", other, "--json").json
    assert changed["roadmap"] == stated["roadmap"]
    assert changed["deployment"]["placement"] == stated["deployment"]["placement"]
    assert changed["deployment"]["sizing"] == stated["deployment"]["sizing"]


def test_a_plan_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "facts.yaml", FACTS)
    assert "cannot be written" in run("plan", "--facts", file, "-o", file / "plan.md").sentence
    assert "none.yaml" in run("plan", "--facts", tmp_path / "none.yaml").sentence


# size

SIZES: list[tuple[str, dict[str, float]]] = [
    ("train --params 405e9 --tokens 15e12 --gpu h100-sxm --gpu-hours 30.84e6 --gpus 16384",
     {"gpu_hours": 30.84e6, "mfu": 0.332, "flops": 3.645e25, "energy_mwh": 21588, "wall_days": 78.43}),
    ("train --params 70e9 --tokens 15e12 --gpu h100-sxm --gpu-hours 7.0e6", {"mfu": 0.253}),
    ("train --params 8e9 --tokens 15e12 --gpu h100-sxm --gpu-hours 1.46e6", {"mfu": 0.1385}),
    ("train --params 405e9 --tokens 15e12 --gpu h100-sxm --mfu 0.4", {"gpu_hours": 25.58e6, "mfu": 0.4}),
    ("finetune --params 7e9 --method full",
     {"memory_gb.weights": 14, "memory_gb.gradients": 14, "memory_gb.optimizer": 84}),
    ("serve --params 70e9 --precision bf16 --layers 80 --kv-heads 8 --head-dim 128 --context 8192 --batch 1",
     {"weights_gb": 140, "kv_bytes_per_token": 0.3125 * 2**20, "kv_gb": 2.684, "total_gb": 142.7, "gpus": 2}),
    ("serve --params 70e9 --precision int4 --layers 80 --kv-heads 8 --head-dim 128", {"weights_gb": 35}),
    ("transfer --tb 100 --gbps 10", {"hours": 27.8}),
    ("transfer --tb 100 --gbps 10 --efficiency 1", {"hours": 22.22}),
    ("energy --gpu-hours 30.84e6 --watts 700", {"mwh": 21588}),
    ("energy --gpu-hours 30.84e6 --watts 700 --pue 1.5", {"mwh": 32382}),
    ("cost --servers 1 --capex-usd 833806 --years 5 --power-kw 10 --usd-kwh 0.15",
     {"usd_total": 833806 + 5 * 8760 * 10 * 1.3 * 0.15, "usd_hour": 26.23}),
    ("breakeven --capex-usd 833806 --cloud-usd-hour 98.32 --own-usd-hour 0.87", {"hours": 8556, "months": 11.72}),
]  # fmt: skip


@pytest.mark.parametrize(("command", "expected"), SIZES)
def test_sizes(anew: Run, command: str, expected: dict[str, float]) -> None:
    answer = anew("size", *command.split(), "--json").json
    for name, value in expected.items():
        found: Any = answer
        for step in name.split("."):
            found = found[step]
        assert found == pytest.approx(value, rel=2e-3), name
    assert answer["formula"]
    assert answer["inputs"]
    assert answer["sources"]
    text = anew("size", *command.split()).out
    for name in (*(name.split(".")[0] for name in expected), "formula", "inputs", "sources"):
        assert f"{name}: " in text
    assert "None" not in text


def test_every_calculator_has_a_command_with_the_same_inputs() -> None:
    """Names as the planner has them, and where the planner has a default, the same one."""
    renamed = {"grid": "kg_co2e_kwh"}
    not_offered = {("gravity", "lines"), ("totals", "committed_years"), ("totals", "fixed_usd_year"), ("totals", "horizons")}
    own_defaults = {("gpu", "h100-sxm"), ("servers", 1), ("years", 5.0), ("usd_kwh", 0.15)}
    assert {c.name for c in size_options.CALCULATORS} == set(CALCULATORS)
    for command in size_options.CALCULATORS:
        known = inspect.signature(CALCULATORS[command.name]).parameters
        offered = {renamed.get(option.name, option.name): option.default for option in command.options}
        assert set(known) == set(offered) | {name for calculator, name in not_offered if calculator == command.name}
        for name, default in offered.items():
            if (name, default) in own_defaults or isinstance(known[name].default, tuple):
                continue
            expected = size_options.REQUIRED if known[name].default is inspect.Parameter.empty else known[name].default
            assert default == expected, (command.name, name)


def test_named_numbers(anew: Run) -> None:
    table = "size breakeven-table --capex-usd 250000 --own-usd-hour 7 --cloud-usd-hour aws=55.04 --cloud-usd-hour low=8"
    months = anew(*table.split(), "--json").json["months"]
    assert months["aws"]["1"] == pytest.approx(250000 / (730 * 48.04))
    assert months["low"]["0.5"] is None
    assert "--cloud-usd-hour 'aws'" in anew(*table.replace("aws=55.04", "aws").split()).sentence


@pytest.mark.parametrize(("method", "least", "most"), [("full", 112, 130), ("lora", 14, 20), ("qlora", 3.5, 9)])
def test_memory_of_fine_tuning_adds_up(anew: Run, method: str, least: float, most: float) -> None:
    memory = anew("size", "finetune", "--params", "7e9", "--method", method, "--json").json["memory_gb"]
    assert set(memory) == {"weights", "gradients", "optimizer", "activations", "total"}
    assert memory.pop("total") == pytest.approx(sum(memory.values()))
    assert least <= sum(memory.values()) <= most


def test_owning_that_never_pays(anew: Run) -> None:
    command = "size breakeven --capex-usd 1000 --cloud-usd-hour 1 --own-usd-hour 2"
    assert anew(*command.split(), "--json").json["hours"] is None
    assert "hours: never" in anew(*command.split()).out


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("train --params 1e9 --tokens 1e9 --gpu abacus --mfu 0.4", "'abacus'.*v100-32.*h100-sxm.*mi300x"),
        ("train --params 1e9 --tokens 1e9", "mfu.*gpu_hours.*neither"),
        ("train --params 1e9 --tokens 1e9 --mfu 0.4 --gpu-hours 1", "both"),
        ("train --params 1e9 --tokens 1e9 --mfu 40", "`mfu`.*40"),
        ("train --params -1 --tokens 1e9 --mfu 0.4", "`params`.*-1"),
        ("train --params nan --tokens 1e9 --mfu 0.4", "`params`.*nan"),
        ("train --params 1e400 --tokens 1e9 --mfu 0.4", "`params`.*inf"),
        ("train --params 1e9 --tokens 1e9 --mfu 0.4 --gpus 0", "`gpus`.*0"),
        ("finetune --params 7e9 --method magic", "'magic'|full, lora, qlora"),
        ("finetune --params 7e9 --method full --batch 0", "`batch`"),
        ("serve --params 7e9 --precision int3 --layers 32 --kv-heads 8 --head-dim 128", "bf16.*int4"),
        ("transfer --tb 0 --gbps 10", "`tb`"),
        ("transfer --tb 1 --gbps 10 --efficiency 80", "`efficiency`.*80"),
        ("energy --gpu-hours 1 --watts 700 --pue 0.5", "`pue`"),
        ("cost --capex-usd 1 --power-kw 1 --utilisation 0", "`utilisation`"),
        ("breakeven --capex-usd 0 --cloud-usd-hour 1 --own-usd-hour 0", "`capex_usd`"),
    ],
)
def test_sizes_that_cannot_be(anew: Run, command: str, told: str) -> None:
    assert re.search(told, anew("size", *command.split()).sentence)


# sessions


def test_sessions(run: Run, advisor: Advisor, tmp_path: Path) -> None:
    session = advisor.start(owner="carla")
    session.say(OPENING)
    row = run("sessions", "list", "--owner", "carla", "--json").json[0]
    assert row["id"] == session.id
    assert row["turns"] == 1
    assert row["opening"] == OPENING
    assert session.id in run("sessions", "list", "--owner", "carla").out
    shown = run("sessions", "show", session.id, "--owner", "carla", "--json").json
    assert shown["turns"][0]["text"] == OPENING
    assert shown["assessment"]["stage"] in range(1, 6)
    assert OPENING in run("sessions", "show", session.id, "--owner", "carla").out
    for suffix in ("md", "docx", "pdf", "json"):
        file = tmp_path / f"report.{suffix}"
        told = run("sessions", "export", session.id, "-o", file, "--owner", "carla", "--json").json
        assert told == {"output": str(file)}
        assert file.stat().st_size > 1000
    assert ".docx" in run("sessions", "export", session.id, "-o", tmp_path / "r.xyz", "--owner", "carla").sentence
    nowhere = tmp_path / "no" / "r.md"
    assert "cannot be written" in run("sessions", "export", session.id, "-o", nowhere, "--owner", "carla").sentence
    for command in (["show"], ["export", "-o", tmp_path / "r.md"], ["delete"]):
        assert "another owner" in run("sessions", command[0], session.id, *command[1:]).sentence
        assert "'nosuch'" in run("sessions", command[0], "nosuch", *command[1:]).sentence
    assert run("sessions", "delete", session.id, "--owner", "carla", "--json").json == {"deleted": session.id}
    assert run("sessions", "list", "--owner", "carla", "--json").json == []
    assert "No sessions yet" in run("sessions", "list", "--owner", "carla").out


# knowledge


def test_knowledge_is_added_listed_and_asked(run: Run, tmp_path: Path) -> None:
    paper = written(
        tmp_path / "ovens.md", "# Ovens\n\n## When are the ovens serviced?\nThe rotary ovens are serviced each March.\n"
    )
    assert run("knowledge", "add", paper, "--json").json == {"added": ["ovens"]}
    listed = run("knowledge", "list", "--json").json
    assert next(row for row in listed if row["id"] == "ovens")["origin"] == "added"
    assert {"id", "title", "sections"} <= listed[0].keys()
    assert "hybrid-approach" in run("knowledge", "list").out
    assert "March" in run("ask", "When are the rotary ovens serviced?").out
    counts = run("knowledge", "reindex", "--json").json
    assert counts["documents"] == len(listed)
    assert counts["embedded"] == 0
    assert "documents: " in run("knowledge", "reindex").out
    assert "none.md does not exist" in run("knowledge", "add", tmp_path / "none.md").sentence
    assert "kind" in run("knowledge", "add", written(tmp_path / "x.bin", b"\0")).sentence
    assert "not text" in run("knowledge", "add", written(tmp_path / "x.txt", bytes(range(32)))).sentence


def test_knowledge_check(anew: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sound = anew("knowledge", "check", "--json").json
    assert sound["faults"] == []
    assert "sound" in anew("knowledge", "check").out
    broken = tmp_path / "knowledge"
    for folder in ("model", "guidance", "actions", "catalog"):
        (broken / folder).mkdir(parents=True)
    monkeypatch.setenv("ADVISOR_KNOWLEDGE_DIR", str(broken))
    shown = anew("knowledge", "check", "--json")
    assert shown.code == 2
    assert any("stages.yaml" in fault for fault in json.loads(shown.out)["faults"])
    assert "Traceback" not in shown.err


# eval, web, slack


@pytest.fixture
def few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    from evals import cases, runner

    all_cases = cases.respondents
    monkeypatch.setattr(runner, "respondent_cases", lambda split: all_cases(split)[:2])


@pytest.mark.usefixtures("few_cases")
def test_eval(anew: Run, tmp_path: Path) -> None:
    shown = anew("eval", "respondents", "--split", "dev", "--html", tmp_path / "report.html", "--json")
    assert shown.code in (0, 1), shown.err
    assert "respondents" in json.loads(shown.out)["suites"]
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["poems"], "'poems'.*respondents"),
        (["--engine", "steam"], "'steam'.*embedded"),
        (["--split", "x"], "'x'.*dev, test"),
    ],
)
def test_evals_that_there_are_none_of(anew: Run, arguments: list[str], told: str) -> None:
    assert re.search(told, anew("eval", *arguments).sentence)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("0.0.0.0", 0)) as listening:  # noqa: S104, the address that the bot takes
        yield listening.getsockname()[1]


def test_a_port_in_use_is_named(anew: Run, monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setenv("ADVISOR_SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("ADVISOR_SLACK_SIGNING_SECRET", "secret")
    for command in (["web", "--host", "127.0.0.1"], ["slack"]):
        for flag in ([], ["--json"]):
            told = anew(*command, "--port", taken, *flag).sentence
            assert str(taken) in told
            assert "--port" in told


def test_addresses_and_secrets_that_are_missing(anew: Run) -> None:
    assert "70000" in anew("web", "--port", "70000").sentence
    assert "--host" in anew("web", "--host", "203.0.113.7", "--port", "7999", "--json").sentence
    assert "ADVISOR_SLACK_BOT_TOKEN" in anew("slack", "--json").sentence
    assert "ADVISOR_SLACK_APP_TOKEN" in anew("slack", "--socket").sentence


# as a process


def test_as_a_process(tmp_path: Path) -> None:
    environment = {**os.environ, "ADVISOR_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    again = {"cwd": tmp_path, "env": environment, "capture_output": True, "check": False}
    listed = subprocess.run([*ADVISOR, "size", "transfer", "--tb", "100", "--gbps", "10", "--json"], **again)  # type: ignore[call-overload]
    assert json.loads(listed.stdout)["hours"] == pytest.approx(27.8, abs=0.05)
    wrong = subprocess.run([*ADVISOR, "sessions", "show", b"\xff"], **again)  # type: ignore[call-overload]
    assert wrong.returncode == 2
    assert wrong.stderr.count(b"\n") == 1
    cut = subprocess.run(["sh", "-c", 'exec "$@" | head -c 1', "sh", *ADVISOR, "knowledge", "check"], **again)  # type: ignore[call-overload]
    assert b"Traceback" not in cut.stderr
    assert cut.stderr == b""
