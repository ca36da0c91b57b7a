"""What to push next, and what a failure teaches about it: one bad change delays no other."""

from __future__ import annotations

from field178_mobile.store.outbox import OwnChange
from field178_mobile.store.sync_store import SyncStore
from field178_mobile.sync.events import Failure, FailureKind
from field178_mobile.sync.pace import BatchSize
from field178_mobile.sync.request import Exchange, choose_batch
from field178_shared.protocol import MAX_CHANGES

ERRORS_BEFORE_DEFERRING = 2
SUCCESSES_BEFORE_TRYING_AGAIN = 12


class PushQueue:
    """Chooses batches of adaptive size; a change that makes the server fail is set aside for a while."""

    def __init__(self, store: SyncStore) -> None:
        self._store = store
        self._size = BatchSize()
        self._deferred: frozenset[str] = frozenset()
        self._suspect: str | None = None
        self._server_errors = 0
        self._successes = 0

    @property
    def has_next(self) -> bool:
        """Tell whether something can be pushed now."""
        return bool(self._store.open_changes(1, self._aside()))

    @property
    def size_bytes(self) -> int:
        """How many bytes the line takes well now."""
        return self._size.size_bytes

    def next_batch(self) -> tuple[OwnChange, ...]:
        """Return the first open changes that fit, ascending."""
        return choose_batch(self._store.open_changes(MAX_CHANGES, self._aside()), self._size)

    def grow(self) -> None:
        """Push more at once: an answer came whole."""
        self._size = self._size.grown()
        # Not to zero: in the middle of a bisection the next failure goes on bisecting at once.
        self._server_errors = max(self._server_errors - 1, 0)
        # Without the suspect the server answered: it is what made it fail.
        self._deferred, self._suspect = self._aside(), None
        self._successes += 1
        if self._successes % SUCCESSES_BEFORE_TRYING_AGAIN == 0:
            self.forget_deferred()

    def forget_deferred(self) -> None:
        """Try again what was set aside."""
        self._deferred = frozenset()

    def learn(self, failure: Failure, exchange: Exchange) -> bool:
        """Take a failure's lesson; true when the rest is to be sent at once."""
        if failure.kind is FailureKind.REFUSED:
            return self._learn_refusal(failure, exchange)
        if failure.kind is FailureKind.TOO_LARGE:
            return self._learn_too_large(exchange)
        if failure.kind is FailureKind.SERVER_ERROR:
            return self._learn_server_error(exchange)
        if failure.kind in (FailureKind.CUT, FailureKind.NO_NETWORK):
            # A line that breaks under a large body may carry a small one; the waiting is as usual.
            self._halve(exchange)
        return False

    def _learn_refusal(self, failure: Failure, exchange: Exchange) -> bool:
        named = [change for change in exchange.pushed if change.id == failure.change_id]
        if not named and len(exchange.pushed) == 1:
            named = [exchange.pushed[0]]
        if named:
            self._store.park(named[0], failure.code.value if failure.code else "malformed")
        else:
            self._halve(exchange)
        return True

    def _learn_too_large(self, exchange: Exchange) -> bool:
        if len(exchange.pushed) == 1:
            self._store.park(exchange.pushed[0], "too_large")
        else:
            self._halve(exchange)
        return True

    def _learn_server_error(self, exchange: Exchange) -> bool:
        # One failure is bad luck: wait. A server that fails on this batch again is stopped by something in
        # it: bisect, set the last one aside, go on with the others. If it then fails on another single one,
        # it fails on everything: nothing is set aside, wait.
        self._server_errors += 1
        if self._server_errors < ERRORS_BEFORE_DEFERRING:
            return False
        if len(exchange.pushed) > 1:
            self._halve(exchange)
            return True
        if self._suspect is None:
            self._suspect = exchange.pushed[0].id
            return True
        self._suspect = None
        return False

    def _aside(self) -> frozenset[str]:
        return self._deferred if self._suspect is None else self._deferred | {self._suspect}

    def _halve(self, exchange: Exchange) -> None:
        self._size = self._size.halved(len(exchange.pushed), exchange.pushed_bytes)
