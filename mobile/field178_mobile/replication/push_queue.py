"""Choose the next changes to push: one change that fails delays no other."""

from __future__ import annotations

from field178_mobile.replication.batch_size import BatchSize
from field178_mobile.replication.events import OF_THE_LINE, Failure, FailureKind
from field178_mobile.replication.request import SentRequest
from field178_mobile.store.outbox import in_flight
from field178_mobile.store.outbox.changes import OwnChange, open_changes
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.errors import ErrorCode
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import MAX_CHANGES

ERRORS_BEFORE_BISECTING = 2
SUCCESSES_BEFORE_TRYING_AGAIN = 12


class PushQueue:
    """Chooses batches of adaptive size; a change that makes the server fail is isolated ("cần sửa")."""

    def __init__(self, store: SyncStore) -> None:
        self._store = store
        self._size = BatchSize()
        self._suspect: tuple[OwnChange, ...] = ()
        self._server_errors = 0
        self._successes = 0

    @property
    def has_next(self) -> bool:
        """Return whether a change can be pushed now."""
        return bool(self._store.read(open_changes, 1, self._isolated()))

    @property
    def size_bytes(self) -> int:
        """Size of requests in bytes that the connection currently carries well."""
        return self._size.size_bytes

    def next_batch(self) -> tuple[OwnChange, ...]:
        """Return the first open changes that fit, at least one, ascending."""
        batch: list[OwnChange] = []
        size_bytes = 0
        for change in self._store.read(open_changes, MAX_CHANGES, self._isolated()):
            size_bytes += len(canonical(change.wire))
            if batch and (len(batch) == self._size.changes or size_bytes > self._size.size_bytes):
                break
            batch.append(change)
        return tuple(batch)

    def answered(self, exchange: SentRequest, seconds: float) -> None:
        """Adapt the queue to a complete answer; `seconds`: how long sending the request took."""
        if exchange.pushed:
            self._size = self._size.after(len(exchange.pushed), exchange.pushed_bytes, seconds)
        # Decrease instead of reset: during a bisection the next failure continues bisecting at once.
        self._server_errors = max(self._server_errors - 1, 0)
        if self._suspect:
            # The server answered without the suspect change, so that change made it fail.
            self._store.write(in_flight.isolate, self._suspect, ErrorCode.INTERNAL.value)
            self._suspect = ()
        self._successes += 1
        if self._successes % SUCCESSES_BEFORE_TRYING_AGAIN == 0:
            self.retry_isolated()

    def retry_isolated(self) -> None:
        """Push isolated changes again if the server failed on them: it may be repaired."""
        self._store.write(in_flight.retry_isolated, ErrorCode.INTERNAL.value)

    def learn(self, failure: Failure, exchange: SentRequest) -> bool:
        """Adapt the queue to a failure; return whether to send the remaining changes at once."""
        if failure.kind is FailureKind.REFUSED:
            return self._learn_refusal(failure, exchange)
        if failure.kind is FailureKind.TOO_LARGE:
            return self._learn_too_large(exchange)
        if failure.kind is FailureKind.SERVER_ERROR:
            return self._learn_server_error(exchange)
        if failure.kind in OF_THE_LINE:
            # A line that breaks under a large body may carry a small one; the waiting is as usual.
            self._halve(exchange)
        return False

    def _learn_refusal(self, failure: Failure, exchange: SentRequest) -> bool:
        pushed = exchange.pushed
        bad = pushed if len(pushed) == 1 else [change for change in pushed if change.id == failure.change_id]
        if bad:
            self._store.write(
                in_flight.isolate, bad, failure.code.value if failure.code else ErrorCode.MALFORMED.value
            )
        else:
            self._halve(exchange)
        return True

    def _learn_too_large(self, exchange: SentRequest) -> bool:
        if len(exchange.pushed) == 1:
            self._store.write(in_flight.isolate, exchange.pushed, ErrorCode.TOO_LARGE.value)
        else:
            self._halve(exchange)
        return True

    def _learn_server_error(self, exchange: SentRequest) -> bool:
        # After a first failure, wait. If the server fails on the same batch again, a change in it is the
        # cause: bisect, isolate the last change, and push the others. If it then fails on another single
        # change, it fails on everything: isolate nothing, and wait.
        self._server_errors += 1
        if self._server_errors < ERRORS_BEFORE_BISECTING:
            return False
        if len(exchange.pushed) > 1:
            self._halve(exchange)
            return True
        is_first = not self._suspect
        self._suspect = exchange.pushed if is_first else ()
        return is_first

    def _isolated(self) -> frozenset[str]:
        return frozenset(change.id for change in self._suspect)

    def _halve(self, exchange: SentRequest) -> None:
        self._size = self._size.halved(len(exchange.pushed), exchange.pushed_bytes)
