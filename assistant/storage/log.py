"""The event log on SQLAlchemy: append-only, ``(session, seq)`` unique, idempotency keys unique in a session."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    delete,
    event,
    insert,
    select,
)
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, OperationalError

from assistant.errors import NotFound, StorageError
from assistant.interview.events import EVENT, Event, Recorded
from assistant.interview.model import Value

_METADATA = MetaData()
_SESSIONS = Table(
    "sessions",
    _METADATA,
    Column("id", String(64), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("started_at", Float, nullable=False),
    Index("sessions_of_owner", "owner", "started_at"),
)
_EVENTS = Table(
    "events",
    _METADATA,
    Column("session", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("turn", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("key", String(200)),
    Column("at", Float, nullable=False),
    Column("event", Text, nullable=False),
    UniqueConstraint("session", "key", name="key_once_a_session"),
)


class SessionRow(Value):
    """A session as it stands in the list of sessions; ``started_at`` is seconds since 1970 (UTC)."""

    id: str
    owner: str
    started_at: float


class Conflict(StorageError):
    """Another writer appended the same step, or the same key, first: read the log again and decide anew."""


class EventLog:
    """Appends and reads events. Every append is one transaction, acknowledged only when it is on disk."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        try:
            _METADATA.create_all(self._engine)
        except DBAPIError as fault:
            raise _unusable(url, fault) from fault

    def start(self, owner: str, opening: Sequence[Event], session: str | None = None) -> str:
        """Open a session with its first events; the new session's id."""
        session = session or uuid4().hex
        now = time.time()
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_SESSIONS).values(id=session, owner=owner, started_at=now))
                _append(connection, session, 1, list(opening), turn=1, key=None)
        except IntegrityError as fault:
            raise Conflict(f"The session {session!r} exists already; resume it.") from fault
        except DBAPIError as fault:
            raise _failed(fault) from fault
        return session

    def append(
        self, session: str, after: int, events: Sequence[Event], *, turn: int | None = None, key: str | None = None
    ) -> list[Recorded]:
        """Append events after sequence number ``after``; they belong to ``turn``, or, if None, to the first of them.

        Raises Conflict when another writer was faster or the key was used before; nothing is written then.
        """
        try:
            with self._engine.begin() as connection:
                return _append(connection, session, after + 1, list(events), turn=turn or after + 1, key=key)
        except IntegrityError as fault:
            raise Conflict(f"Step {after + 1} of session {session!r} was written by another process.") from fault
        except DBAPIError as fault:
            raise _failed(fault) from fault

    def read(self, session: str, after: int = 0) -> list[Recorded]:
        """The events of a session after sequence number ``after``, in order."""
        query = (
            select(_EVENTS.c.seq, _EVENTS.c.turn, _EVENTS.c.key, _EVENTS.c.at, _EVENTS.c.event)
            .where(_EVENTS.c.session == session, _EVENTS.c.seq > after)
            .order_by(_EVENTS.c.seq)
        )
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
        except DBAPIError as fault:
            raise _failed(fault) from fault
        return [
            Recorded(seq=row.seq, turn=row.turn, key=row.key, at=row.at, event=EVENT.validate_json(row.event))
            for row in rows
        ]

    def session(self, session: str) -> SessionRow:
        """The session's row; NotFound when there is none."""
        try:
            with self._engine.connect() as connection:
                row = connection.execute(select(_SESSIONS).where(_SESSIONS.c.id == session)).first()
        except DBAPIError as fault:
            raise _failed(fault) from fault
        if row is None:
            raise NotFound(f"There is no session {session!r}; list the sessions to see which there are.")
        return SessionRow(id=row.id, owner=row.owner, started_at=row.started_at)

    def sessions(self, owner: str | None = None) -> list[SessionRow]:
        """The sessions of an owner (of all owners if None), latest first."""
        query = select(_SESSIONS).order_by(_SESSIONS.c.started_at.desc(), _SESSIONS.c.id)
        if owner is not None:
            query = query.where(_SESSIONS.c.owner == owner)
        try:
            with self._engine.connect() as connection:
                return [
                    SessionRow(id=row.id, owner=row.owner, started_at=row.started_at) for row in connection.execute(query)
                ]
        except DBAPIError as fault:
            raise _failed(fault) from fault

    def delete(self, session: str) -> None:
        """Delete a session and all its events for good."""
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(_EVENTS).where(_EVENTS.c.session == session))
                connection.execute(delete(_SESSIONS).where(_SESSIONS.c.id == session))
        except DBAPIError as fault:
            raise _failed(fault) from fault

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def _append(
    connection: Connection, session: str, first: int, events: list[Event], *, turn: int, key: str | None
) -> list[Recorded]:
    now = time.time()
    records = [
        Recorded(seq=first + i, turn=turn, event=item, key=key if i == 0 else None, at=now) for i, item in enumerate(events)
    ]
    rows = [
        {
            "session": session,
            "seq": r.seq,
            "turn": r.turn,
            "key": r.key,
            "at": r.at,
            "event": EVENT.dump_json(r.event).decode(),
        }
        for r in records
    ]
    if rows:
        connection.execute(insert(_EVENTS), rows)
    return records


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    except (ArgumentError, NoSuchModuleError, ImportError) as fault:
        raise StorageError(
            "The address of the event log is not usable (ADVISOR_DATABASE_URL); an SQLAlchemy address such as "
            "sqlite:////path/advisor.db or postgresql+psycopg://user@host/name is expected."
        ) from fault
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _make_folder(Path(parsed.database).parent)
        event.listen(engine, "connect", _durable_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StorageError(
            f"The data folder {folder} cannot be created ({fault.strerror}); set ADVISOR_DATA_DIR to a writable folder."
        ) from fault


def _durable_sqlite(connection: Any, _: object) -> None:
    """Readers beside a writer (WAL), and an acknowledged message survives a power cut (FULL)."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _unusable(url: str, fault: DBAPIError) -> StorageError:
    place = make_url(url).render_as_string(hide_password=True)
    return StorageError(
        f"The event log at {place} cannot be opened ({_cause(fault)}); "
        "set ADVISOR_DATA_DIR to a writable folder or ADVISOR_DATABASE_URL to a reachable database."
    )


def _failed(fault: DBAPIError) -> StorageError:
    again = " Try again in a moment." if isinstance(fault, OperationalError) else ""
    return StorageError(f"The event log did not take the step ({_cause(fault)}); nothing already said is lost.{again}")


def _cause(fault: DBAPIError) -> str:
    return str(fault.orig).splitlines()[0] if fault.orig and str(fault.orig) else type(fault).__name__
