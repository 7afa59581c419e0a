"""Prompts as data: one Markdown file each, with front matter that says what it is for and which variables it takes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import Field

from assistant.errors import KnowledgeError
from assistant.interview.model import Value
from assistant.knowledge import check, parse_yaml

_FRONT = re.compile(r"---[ \t]*\n(?P<front>.*?\n)---[ \t]*\n(?P<body>.*)", re.DOTALL)
_PLACE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


class _Front(Value):
    purpose: str = Field(min_length=1)
    version: int = Field(ge=1)
    variables: tuple[str, ...] = ()


class Prompt(Value):
    """A template with ``{{name}}`` places. ``name`` is the file's name without its suffix."""

    name: str
    purpose: str
    version: int
    variables: tuple[str, ...]
    body: str

    @classmethod
    def load(cls, path: Path) -> Self:
        """The prompt in ``path``; KnowledgeError names the file, the line and the fault."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise KnowledgeError(f"{path}: cannot be read ({fault}); a readable UTF-8 prompt file is expected.") from fault
        parts = _FRONT.fullmatch(text)
        if parts is None:
            raise KnowledgeError(f"{path}:1: front matter between two lines '---' is expected at the top; add it.")
        front = check(parse_yaml(parts["front"], path, first_line=2), _Front, path, first_line=2)
        body = parts["body"].strip()
        used = set(_PLACE.findall(body))
        if not body:
            raise KnowledgeError(f"{path}: the prompt is empty; text is expected below the front matter.")
        if used != set(front.variables):
            odd = ", ".join(sorted(used ^ set(front.variables)))
            raise KnowledgeError(f"{path}: 'variables' and the places of the text differ in: {odd}; make them agree.")
        return cls(name=path.stem, body=body, **front.model_dump())

    def render(self, **variables: str) -> str:
        """The text with every place filled in once: a value that looks like a place is left as it is.

        Raises:
            KnowledgeError: a variable is missing, or one is given that the prompt does not take.
        """
        for fault, names in (
            ("needs", set(self.variables) - set(variables)),
            ("does not take", set(variables) - set(self.variables)),
        ):
            if names:
                raise KnowledgeError(f"The prompt {self.name!r} {fault} the variable(s) {', '.join(sorted(names))}.")
        return _PLACE.sub(lambda place: variables[place[1]], self.body)


class Prompts:
    """All prompts of a folder, by name."""

    def __init__(self, prompts: dict[str, Prompt], folder: Path) -> None:
        self._prompts, self._folder = prompts, folder

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Every ``*.md`` in ``folder``, but a README; KnowledgeError where one is malformed or there is none."""
        paths = [path for path in sorted(folder.glob("*.md")) if path.stem.lower() != "readme"]
        if not paths:
            raise KnowledgeError(f"{folder}: holds no prompt (*.md); set ADVISOR_PROMPTS_DIR to the folder of the prompts.")
        return cls({path.stem: Prompt.load(path) for path in paths}, folder)

    def __getitem__(self, name: str) -> Prompt:
        if name not in self._prompts:
            raise KnowledgeError(f"{self._folder / name}.md: this prompt is missing; add the file.")
        return self._prompts[name]

    def __iter__(self) -> Iterator[Prompt]:
        return iter(self._prompts.values())
