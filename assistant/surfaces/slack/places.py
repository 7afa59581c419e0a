"""Where a person talks with the bot, and which session that is: every replica works out the same one by itself."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from assistant.advisor import Advisor, Session
from assistant.errors import Forbidden, NotFound, StorageError


@dataclass(frozen=True, slots=True)
class Place:
    """A person in a thread, or, without ``thread``, in their direct messages with the bot."""

    team: str
    channel: str
    user: str
    thread: str | None = None

    @property
    def owner(self) -> str:
        """The owner of the sessions that this person starts."""
        return f"{self.team}:{self.user}"

    def session_id(self, number: int = 1) -> str:
        """The session's id, at most 64 characters; ``number`` counts a person's sessions in direct messages."""
        # Direct messages are told apart by the person and not by the channel, so that a slash command finds them too.
        where = ("thread", self.channel, self.thread) if self.thread else ("direct", self.user, str(number))
        return "slack-" + hashlib.sha256("\n".join((self.team, *where)).encode()).hexdigest()[:40]


class Sessions:
    """The sessions of places. Calls for one place must not overlap."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self._numbers: dict[str, int] = {}

    def find(self, place: Place) -> Session | None:
        """The session of the place, or None when there is none, or it is another person's."""
        try:
            return self._current(place)
        except Forbidden:
            return None

    def open(self, place: Place) -> Session:
        """The session of the place, begun if need be; Forbidden when the thread is another person's."""
        return self._current(place) or self._start(place, self._numbers.get(place.owner, 1))

    def renew(self, place: Place) -> Session:
        """A new session in direct messages; one in which nothing was said yet is new already."""
        session = self.open(place)
        return self._start(place, self._numbers.get(place.owner, 1) + 1) if session.turns else session

    def _current(self, place: Place) -> Session | None:
        if place.thread:
            return self._resume(place, 1)
        number = self._numbers.get(place.owner, 1)
        session = self._resume(place, number)
        while (later := self._resume(place, number + 1)) is not None:  # begun by another replica, or before a restart
            number, session = number + 1, later
        self._numbers[place.owner] = number
        return session

    def _resume(self, place: Place, number: int) -> Session | None:
        try:
            return self._advisor.resume(place.session_id(number), owner=place.owner)
        except NotFound:
            return None

    def _start(self, place: Place, number: int) -> Session:
        session_id = place.session_id(number)
        try:
            session = self._advisor.start(owner=place.owner, session_id=session_id)
        except StorageError:
            # Another replica may have begun it in the same moment; where storage itself is at fault, this says so.
            session = self._advisor.resume(session_id, owner=place.owner)
        if not place.thread:
            self._numbers[place.owner] = number
        return session


class Seen:
    """The keys of the latest deliveries, so that a repeated one costs nothing. Safe to share between threads."""

    def __init__(self, capacity: int = 4096) -> None:
        self._capacity = capacity
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def before(self, key: str) -> bool:
        """Whether the key was there already; from now on it is."""
        with self._lock:
            known = key in self._keys
            self._keys[key] = None
            self._keys.move_to_end(key)
            if len(self._keys) > self._capacity:
                self._keys.popitem(last=False)
            return known
