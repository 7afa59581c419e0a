"""What the bot shows: limits hold, nothing that a person typed becomes markup, and what they typed is read as typed."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from assistant import Advisor, Answer, Citation, Option, Question, Settings
from assistant.advisor import Turn
from assistant.surfaces.slack import messages
from assistant.surfaces.slack.messages import Message
from assistant.surfaces.slack.text import escape, linked, mrkdwn, pieces, shortened, spoken

HOSTILE = "<!channel> <@U1> <http://evil.example|x> &lt;!here&gt; [x](http://evil.example)"


def turn(advisor: Advisor, text: str, options: Sequence[Option] = (), question_id: str = "q") -> Turn:
    view = advisor.start(owner="t").assessment
    question = Question(id=question_id, dimension="data", text="Which?", options=tuple(options))
    return Turn(seq=1, text=text, question=question, assessment=view, done=False)


@pytest.fixture(scope="module")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    return Advisor(Settings(data_dir=tmp_path_factory.mktemp("data"), _env_file=None))


def valid(message: Message) -> list[dict[str, Any]]:
    """The blocks, after Slack's own library has found nothing wrong with them."""
    assert 0 < len(message.text) <= messages.SECTION
    assert 0 < len(message.blocks) <= 50
    for block in Block.parse_all(list(message.blocks)):
        block.validate_json()
    for block in message.blocks:
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= messages.SECTION
        for element in block.get("elements", []):
            if element["type"] == "button":
                assert len(element["text"]["text"]) <= messages.BUTTON
                assert len(element["value"]) <= messages.VALUE
                assert len(element["action_id"]) <= messages.ACTION_ID
    assert sum(len(b["text"]["text"]) for b in message.blocks if b["type"] == "section") < 13_200
    return list(message.blocks)


@pytest.mark.parametrize(
    "text",
    ["a" * 50_000, "word " * 9_000, "&<>" * 5_000, "a paragraph\n\n" * 2_000, "line\n" * 3_000, "😀" * 7_000],
    ids=["letters", "words", "entities", "paragraphs", "lines", "emoji"],
)
def test_long_texts_keep_the_limits(advisor: Advisor, text: str) -> None:
    for block in valid(messages.turn_message(turn(advisor, text), "s" * 64)):
        shown = str(block.get("text", ""))
        assert "&lt" not in shown.replace("&lt;", "")
        assert "&gt" not in shown.replace("&gt;", "")


def test_a_cut_text_says_where_the_rest_is(advisor: Advisor) -> None:
    blocks = valid(messages.turn_message(turn(advisor, "word " * 9_000), "s"))
    assert any("report" in str(block.get("text")) for block in blocks)


def test_long_and_many_options_keep_the_limits_and_stand_in_full_above(advisor: Advisor) -> None:
    options = [Option(id=f"o{n}", text=f"Option {n} " + "with very many words " * 8) for n in range(60)]
    blocks = valid(messages.turn_message(turn(advisor, "Which?", options), "s" * 64))
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    assert [len(row) for row in rows] == [25, 25, 10, 3]
    above = "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")
    assert all(option.text.strip() in above for option in options)


def test_buttons_carry_session_and_question(advisor: Advisor) -> None:
    blocks = valid(messages.turn_message(turn(advisor, "Which?", [Option(id="yes", text="Yes")], "data.owner"), "slack-1"))
    picks = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    assert [pick["action_id"] for pick in picks] == ["option:yes", "skip", "undo", "plan"]
    assert json.loads(picks[0]["value"]) == {"session": "slack-1", "question": "data.owner"}


def test_nothing_hostile_is_markup(advisor: Advisor) -> None:
    shown = json.dumps(messages.turn_message(turn(advisor, HOSTILE), "s").blocks)
    assert "<" not in shown
    assert ">" not in shown
    assert '"verbatim": true' in shown


def test_an_answer_links_its_sources_and_nothing_else() -> None:
    cited = Citation(
        document="d", section="S <b>", quote="q", source="Report, https://example.org/a?b=1&c=2; <@U1>", title="<!channel>"
    )
    blocks = valid(
        messages.answer_message(Answer(text="**Yes** [1] https://typed.example", citations=(cited,), nearest="<@U2>?"))
    )
    shown = json.dumps(blocks)
    assert "<https://example.org/a?b=1&amp;c=2>" in shown
    assert shown.count("<") == 1
    assert "*Yes*" in shown


def test_a_plan_of_any_session_keeps_the_limits(advisor: Advisor) -> None:
    for stage in range(1, 6):
        plan = advisor.plan_from_facts({"stage": stage, "peak_rps": 300, "data_sensitivity": "regulated"})
        valid(messages.plan_message(plan, "s"))


def test_an_answered_message_loses_its_buttons(advisor: Advisor) -> None:
    message = messages.turn_message(turn(advisor, "Which?", [Option(id="yes", text="Yes")]), "s")
    settled = messages.answered(message.blocks, "Yes <@U1>")
    assert not [block for block in settled if block["type"] == "actions"]
    assert "Yes &lt;@U1&gt;" in str(settled[-1])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("**bold** and *slanted*", "*bold* and _slanted_"),
        ("# Heading\ntext", "*Heading*\ntext"),
        ("- one\n* two", "• one\n• two"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("`code` stays", "`code` stays"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_markdown_becomes_mrkdwn(given: str, expected: str) -> None:
    assert mrkdwn(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<@UBOT> we run two", "we run two"),
        ("<@UBOT|advisor>: hi", ": hi"),
        ("ask <@U7|anna> in <#C1|data>", "ask @anna in #data"),
        ("<@U7> and <!channel> and <!subteam^S1|@team>", "@U7 and @channel and @team"),
        ("see <http://ibm.com|ibm.com> or <https://a.example>", "see ibm.com or https://a.example"),
        ("mail <mailto:a@b.example|a@b.example>", "mail a@b.example"),
        ("a &lt; b &amp;amp; c", "a < b &amp; c"),
        ("&lt;!channel&gt;", "<!channel>"),
    ],
)
def test_what_was_typed_is_read_as_typed(given: str, expected: str) -> None:
    assert spoken(given, "UBOT") == expected


def test_pieces_lose_no_words_and_cut_no_entity() -> None:
    text = escape("one & two < three\n\n" * 400)
    parts = list(pieces(text, 500))
    assert all(0 < len(part) <= 500 for part in parts)
    assert " ".join(parts).split() == text.split()
    assert shortened("x" * 5 + "&amp;" * 3, 12) == "x" * 5 + "&amp;…"
    assert linked("no address < here") == "no address &lt; here"
