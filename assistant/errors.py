"""The advisor's one tree of exceptions: callers catch what they can act on, and show the message as it stands.

Every message is one sentence that names the input, says what was expected and tells how to mend it.
"""


class AdvisorError(Exception):
    """Root of everything the advisor raises on purpose; anything else is a fault of the program."""


class InputError(AdvisorError):
    """A value from a person, a file or an option cannot be used; the command line ends with exit code 2."""


class KnowledgeError(AdvisorError):
    """A file of the knowledge base is missing, malformed or contradicts another one."""


class StorageError(AdvisorError):
    """The event log could not be read or written; nothing already stored is lost."""


class NotFound(AdvisorError):
    """The session, document or other thing asked for does not exist."""


class Forbidden(AdvisorError):
    """The thing asked for exists, but belongs to someone else."""


class EngineError(AdvisorError):
    """A language engine failed or returned something that could not be verified."""
