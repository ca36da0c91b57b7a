"""Group commit: pushes of several tablets that wait for the store share one transaction (decision 0138)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy import Engine

from field178_server.database.engine import BUSY_TIMEOUT_S, write_lock
from field178_shared.errors import AppError, ErrorCode

# Limits the time for which other writers wait for a group. A single push may have as many as a request.
MAX_CHANGES = 1000
# A group waits at most so long for requests that are being read: the first tablet of a rush goes with others.
MAX_GATHER_S = 0.2

# Groups that PostgreSQL stores at the same time: while one waits for an answer, another goes on.
GROUPS_AT_ONCE = 4

Push = TypeVar("Push")
Result = TypeVar("Result")


def groups_at_once(engine: Engine) -> int:
    """Return the number of groups that are stored at the same time: SQLite has one writer."""
    return 1 if write_lock(engine) is not None else GROUPS_AT_ONCE


@dataclass(eq=False, slots=True)
class WaitingPush(Generic[Push, Result]):
    """A push in the queue; `keys` are the ids of its tablet, its changes and their records."""

    push: Push
    size: int
    keys: frozenset[str]
    # Set when there is a result or an error, and when it is this push's turn to store a group.
    is_called: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    result: Result | None = None
    error: Exception | None = None

    @property
    def is_open(self) -> bool:
        """Return whether the request has neither result nor error."""
        return self.result is None and self.error is None

    def fail(self, error: Exception) -> None:
        """Set the error of the push and call its thread."""
        self.error = error
        self.is_called.set()

    def succeed(self, result: Result) -> None:
        """Set the result of the push and call its thread."""
        self.result = result
        self.is_called.set()


class GroupCommit(Generic[Push, Result]):
    """Pushes of one process in order of arrival; while groups are stored, the next one gathers.

    `at_once`: number of groups that are stored at the same time, each by the thread of its first push, which
    then calls the thread of the next first one.
    Pushes of a group have no tablet, change or record in common, so that each has the receipts that it would
    have in a transaction of its own.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._free = at_once
        self._at_once = at_once
        self._guard = threading.Lock()
        self._has_arrived = threading.Condition(self._guard)
        self._queue: deque[WaitingPush[Push, Result]] = deque()
        self._arriving: set[int] = set()

    def __len__(self) -> int:
        """Return the number of pushes that wait for the next group."""
        return len(self._queue)

    @property
    def is_busy(self) -> bool:
        """Return whether a group of pushes is being stored."""
        return self._free < self._at_once

    @contextmanager
    def arrival(self) -> Iterator[None]:
        """Announce the request of this thread while it is read: the next group waits for its push."""
        with self._guard:
            self._arriving.add(threading.get_ident())
        try:
            yield
        finally:
            self.end_arrival()

    def end_arrival(self) -> None:
        """Announce that this thread's request has no push, or that its push is in the queue."""
        with self._guard:
            self._arriving.discard(threading.get_ident())
            self._has_arrived.notify_all()

    def run(
        self, waiting: WaitingPush[Push, Result], store: Callable[[Sequence[Push]], Sequence[Result]]
    ) -> Result:
        """Store the changes of a push, alone or in a group; return its result or raise its error.

        `store` runs one transaction for all given pushes; a failed one MUST leave nothing. Raises
        AppError(busy) for a push that was in no group for BUSY_TIMEOUT_S.
        """
        with self._guard:
            self._queue.append(waiting)
            waiting.leads = self._free > 0
            self._free -= waiting.leads
            self._arriving.discard(threading.get_ident())
            self._has_arrived.notify_all()
        if waiting.leads or self._is_called_to_lead(waiting):
            self._lead(waiting, store)
        if waiting.error is not None:
            raise waiting.error
        assert waiting.result is not None
        return waiting.result

    def _is_called_to_lead(self, waiting: WaitingPush[Push, Result]) -> bool:
        """Wait until the push has a result (False), or until it MUST store the next group (True)."""
        if not waiting.is_called.wait(BUSY_TIMEOUT_S):
            with self._guard:
                if waiting in self._queue and not waiting.leads:
                    self._queue.remove(waiting)
                    raise AppError(ErrorCode.BUSY, retry_after_s=2)
            waiting.is_called.wait()
        return waiting.leads

    def _lead(
        self, first: WaitingPush[Push, Result], store: Callable[[Sequence[Push]], Sequence[Result]]
    ) -> None:
        group: list[WaitingPush[Push, Result]] = []
        try:
            with self._guard:
                self._gather()
                group = self._take(first)
            _store(group, store)
        finally:
            for waiting in group:
                if waiting.is_open:  # this thread was ended by no Exception
                    waiting.fail(AppError(ErrorCode.BUSY, retry_after_s=2))
            with self._guard:
                self._call_next()

    def _gather(self) -> None:
        """Wait for the requests that are being read now, unless the group is large enough."""
        # Not for later ones: under a steady load some request is always being read.
        announced = frozenset(self._arriving)

        def is_complete() -> bool:
            return self._arriving.isdisjoint(announced) or self._waiting_changes() >= MAX_CHANGES

        self._has_arrived.wait_for(is_complete, MAX_GATHER_S)

    def _waiting_changes(self) -> int:
        return sum(waiting.size for waiting in self._queue)

    def _take(self, first: WaitingPush[Push, Result]) -> list[WaitingPush[Push, Result]]:
        """Remove the next group from the queue: its first push, and the later ones that may join it."""
        group: list[WaitingPush[Push, Result]] = []
        left: list[WaitingPush[Push, Result]] = []
        keys, size = set[str](), 0
        while self._queue and (not group or size + self._queue[0].size <= MAX_CHANGES):
            waiting = self._queue.popleft()
            if waiting.leads and waiting is not first:
                left.append(waiting)  # called to store a group of its own
                continue
            if keys.isdisjoint(waiting.keys):
                group.append(waiting)
                size += waiting.size
            else:
                left.append(waiting)
            # Also of a push that is left: a later one with its tablet or records MUST NOT overtake it.
            keys |= waiting.keys
        self._queue.extendleft(reversed(left))
        return group

    def _call_next(self) -> None:
        following = next((waiting for waiting in self._queue if not waiting.leads), None)
        if following is None:
            self._free += 1
        else:
            following.leads = True
            following.is_called.set()


def _store(
    group: Sequence[WaitingPush[Push, Result]], store: Callable[[Sequence[Push]], Sequence[Result]]
) -> None:
    """Store a group in one transaction; if that fails, each push in its own."""
    try:
        results = store([waiting.push for waiting in group])
    except Exception as error:  # noqa: BLE001  # each request gets its own error
        if len(group) == 1:
            group[0].fail(error)
        elif isinstance(error, AppError) and error.code is ErrorCode.BUSY:
            # The write lock was not free for BUSY_TIMEOUT_S; each alone would wait as long again.
            for waiting in group:
                waiting.fail(AppError(ErrorCode.BUSY, retry_after_s=2))
        else:
            for waiting in group:
                _store([waiting], store)
    else:
        for waiting, result in zip(group, results, strict=True):
            waiting.succeed(result)
