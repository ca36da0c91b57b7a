"""Recovery: check that the server's history is append-only, and offer divergent records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from field178_mobile.replication.events import Failure, FailureKind
from field178_mobile.replication.frames import Hello, ReceivedRoot
from field178_mobile.store.replication import tombstones
from field178_mobile.store.replication.server_state import StoredRoot
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.replication.tombstones import Tombstone
from field178_shared.crypto.signatures import is_signed_by_any
from field178_shared.wire.canonical import canonical
from field178_shared.wire.hash_chain import RootAlarm, signed_text
from field178_shared.wire.protocol import MAX_DIVERGENT_RECORDS

_BODY_FAILURES = (FailureKind.REFUSED, FailureKind.TOO_LARGE, FailureKind.SERVER_ERROR)


def judged(stored: StoredRoot | None, hello: Hello, receipt_keys: str) -> StoredRoot:
    """Return the root to store after a hello; without a receipt key signatures are not verified."""
    epoch, root = hello.greeting.epoch, hello.root
    if stored is None or stored.epoch != epoch:
        # A new epoch: the office started a new history and announces it to all tablets.
        stored = StoredRoot(epoch)
    if root is None:
        return stored
    if (root.index, root.hash) == (stored.index, stored.hash):
        # Only an equal root clears the alarm: a higher root might belong to the other history.
        return replace(stored, alarm=None)
    if root.index and receipt_keys and not _is_signed(root, epoch, receipt_keys):
        return replace(stored, alarm=stored.alarm or RootAlarm.SIGNATURE)
    if root.index <= stored.index:
        return replace(stored, alarm=RootAlarm.LOWER if root.index < stored.index else RootAlarm.OTHER)
    if stored.alarm in (RootAlarm.LOWER, RootAlarm.OTHER):
        return stored
    return StoredRoot(epoch, root.index, root.hash)


def _is_signed(root: ReceivedRoot, epoch: str, receipt_keys: str) -> bool:
    return is_signed_by_any(receipt_keys, signed_text(epoch, root.index, root.hash), root.sig)


class RecoveryQueue:
    """Queue that offers divergent records in batches; unanswered records are offered after the next start.

    A server that does not accept them yet, or fails on a record, MUST NOT be asked again forever.
    """

    def __init__(self, store: SyncStore) -> None:
        self._store = store
        self._skipped: frozenset[int] = frozenset()

    @property
    def has_next(self) -> bool:
        """Return whether a record can be offered now."""
        return bool(self._store.read(tombstones.lost_records, 1, self._skipped))

    def next_batch(self, size_bytes: int) -> tuple[Tombstone, ...]:
        """Return the first records that fit into the size, at least one."""
        chosen: list[Tombstone] = []
        for record in self._store.read(tombstones.lost_records, MAX_DIVERGENT_RECORDS, self._skipped):
            size_bytes -= len(canonical(record.to_wire()))
            if chosen and size_bytes < 0:
                break
            chosen.append(record)
        return tuple(chosen)

    def settle(self, offered: Sequence[Tombstone], recovered: Iterable[str]) -> None:
        """Remove the offered records that the server has recovered."""
        named = frozenset(recovered)
        answered = [record.ordinal for record in offered if record.row.id in named]
        if answered:
            self._store.write(tombstones.forget_lost, answered)
        self._skip(record for record in offered if record.row.id not in named)

    def learn(self, failure: Failure, offered: Sequence[Tombstone]) -> bool:
        """Adapt the queue to a failure; return whether to offer the remaining records at once."""
        if not offered or failure.kind not in _BODY_FAILURES:
            return False
        self._skip(offered)
        return failure.kind is not FailureKind.SERVER_ERROR

    def _skip(self, offered: Iterable[Tombstone]) -> None:
        """Skip these records until the program ends."""
        self._skipped |= {record.ordinal for record in offered}
