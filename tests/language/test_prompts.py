"""Prompts are checked when they are loaded, and filled in exactly."""

from pathlib import Path

import pytest

from assistant.errors import KnowledgeError
from assistant.language.prompts import Prompt, Prompts

GOOD = "---\npurpose: Test\nversion: 1\nvariables: [who, what]\n---\nTell {{who}} about {{ what }}.\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "tell.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_places_are_filled_in_once(tmp_path: Path) -> None:
    prompt = Prompt.load(written(tmp_path, GOOD))
    assert (prompt.name, prompt.version) == ("tell", 1)
    assert prompt.render(who="{{what}}", what="\\1 {{who}}") == "Tell {{what}} about \\1 {{who}}."


@pytest.mark.parametrize("given", [{"who": "a"}, {"who": "a", "what": "b", "when": "c"}, {}])
def test_missing_and_unknown_variables_are_refused(tmp_path: Path, given: dict[str, str]) -> None:
    prompt = Prompt.load(written(tmp_path, GOOD))
    with pytest.raises(KnowledgeError, match="tell"):
        prompt.render(**given)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Tell {{who}}.", "front matter"),
        (GOOD.replace("version: 1\n", ""), "version"),
        (GOOD.replace("version: 1", "version: first"), r"tell\.md:3"),
        (GOOD.replace("[who, what]", "[who]"), "what"),
        (GOOD.replace("[who, what]", "[who, what, when]"), "when"),
        (GOOD.replace("purpose: Test", "purpose: [Test"), r"tell\.md:"),
        ("---\npurpose: Test\nversion: 1\nvariables: []\n---\n\n", "empty"),
    ],
)
def test_a_malformed_prompt_is_named_with_its_fault(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(KnowledgeError, match=named) as fault:
        Prompt.load(written(tmp_path, text))
    assert "tell.md" in str(fault.value)


def test_a_folder_without_prompts_and_a_missing_prompt_are_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="ADVISOR_PROMPTS_DIR"):
        Prompts.load(tmp_path)
    with pytest.raises(KnowledgeError, match=r"absent\.md"):
        Prompt.load(tmp_path / "absent.md")
    written(tmp_path, GOOD)
    with pytest.raises(KnowledgeError, match=r"other\.md"):
        Prompts.load(tmp_path)["other"]


def test_every_shipped_prompt_loads(prompts: Prompts) -> None:
    assert {prompt.name for prompt in prompts} >= {"reading-rules", "reading-input", "wording-rules", "wording-input"}
