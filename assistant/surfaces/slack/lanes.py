"""Work after the acknowledgement: in order within a conversation, side by side across conversations."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from assistant.logs import report_fault

Work = Callable[[], None]


class Lanes:
    """A queue for each conversation, worked off by a few threads."""

    def __init__(self, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="slack")
        self._waiting: dict[str, deque[Work]] = {}
        self._lock = Lock()

    def submit(self, lane: str, work: Work) -> None:
        """Do the work when all earlier work of the lane is done."""
        with self._lock:
            queue = self._waiting.setdefault(lane, deque())
            queue.append(work)
            if len(queue) > 1:
                return
        self._pool.submit(self._work_off, lane)

    def _work_off(self, lane: str) -> None:
        """Everything in the lane, first come first served. When the process ends, this is finished first."""
        while True:
            try:
                self._waiting[lane][0]()
            except Exception:  # a fault in one piece of work must not stop those behind it
                report_fault()
            with self._lock:
                queue = self._waiting[lane]
                queue.popleft()
                if not queue:
                    del self._waiting[lane]
                    return
