"""Writes the two generated blocks of README.md anew: the settings, and the replies of the worked conversation.

Run ``python docs/refresh_readme.py`` after a change of settings, wording or judgement. What the person says in the
conversation (the lines ``> **You:** ...``) is kept; what the advisor replies comes from the real one.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant import Advisor, Settings
from assistant.settings import settings_table

README = Path(__file__).resolve().parent.parent / "README.md"
YOU, ADVISOR = "> **You:** ", "> **Advisor:** "


def block(text: str, name: str) -> str:
    """What stands between the markers of a block; ValueError says which marker is missing."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if start not in text or end not in text.split(start, 1)[1]:
        raise ValueError(f"README.md needs the markers {start} and, after it, {end}, each on a line of its own.")
    return text.split(start, 1)[1].split(end, 1)[0].strip()


def with_block(text: str, name: str, content: str) -> str:
    """The text with another content between the markers."""
    block(text, name)
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = text.split(start, 1)
    return f"{before}{start}\n{content}\n{end}{rest.split(end, 1)[1]}"


def said_in(conversation: str) -> list[str]:
    """What the person says, in order; ValueError when it is nothing."""
    said = [line.removeprefix(YOU).strip() for line in conversation.splitlines() if line.startswith(YOU)]
    if not said:
        raise ValueError(f"The conversation in README.md needs at least one line that begins with '{YOU}'.")
    return said


def conversation(said: Sequence[str]) -> str:
    """The conversation with the replies of the embedded engine, each on one line."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(
            data_dir=Path(folder), engine="embedded", database_url="", chroma_url="", log_file="", _env_file=None
        )
        session = Advisor(settings).start(owner="readme")
        turns = [(text, " ".join(session.say(text).text.split())) for text in said]
    return "\n>\n".join(f"{YOU}{text}\n>\n{ADVISOR}{reply}" for text, reply in turns)


def refreshed(text: str) -> str:
    """The README with both blocks made anew."""
    text = with_block(text, "settings", settings_table())
    return with_block(text, "conversation", conversation(said_in(block(text, "conversation"))))


def main() -> int:
    """Refresh README.md in place; 2 with a sentence when a marker is missing."""
    try:
        text = refreshed(README.read_text(encoding="utf-8"))
    except ValueError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
