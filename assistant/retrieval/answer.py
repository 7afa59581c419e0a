"""A grounded answer: every sentence rests on a passage that is quoted to the letter."""

from assistant.interview.model import Value


class Citation(Value):
    """A passage that supports an answer. ``quote`` is verbatim in ``section`` of ``document``."""

    document: str
    """Id of the document."""
    section: str
    """Heading of the section."""
    quote: str
    source: str
    """Where the facts come from: titles and addresses of the sources that the passage names, or the document's title."""
    title: str = ""


class Answer(Value):
    """An answer to a question.

    When ``abstained``, the knowledge base does not cover the question and ``text`` says so, with the nearest thing it does
    cover in ``nearest`` (a question that can be asked instead).
    """

    text: str
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    nearest: str = ""
