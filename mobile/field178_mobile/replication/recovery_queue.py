"""Which records the server may have lost are offered to it, and which of them have had their answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from field178_mobile.replication.events import Failure, FailureKind
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.replication.tombstones import Tombstone
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import MAX_DIVERGENT_RECORDS

_ABOUT_THE_BODY = (FailureKind.REFUSED, FailureKind.TOO_LARGE, FailureKind.SERVER_ERROR)


class RecoveryQueue:
    """Offers lost records a few at a time; one without an answer is offered again after the next start.

    A server that does not take them yet, or fails on one, MUST NOT be asked for ever.
    """

    def __init__(self, store: SyncStore) -> None:
        self._store = store
        self._aside: frozenset[int] = frozenset()

    @property
    def has_next(self) -> bool:
        """Tell whether something can be offered now."""
        return bool(self._store.lost_records(1, self._aside))

    def next_batch(self, size_bytes: int) -> tuple[Tombstone, ...]:
        """Return the first records that fit, at least one of those there are."""
        chosen: list[Tombstone] = []
        for record in self._store.lost_records(MAX_DIVERGENT_RECORDS, self._aside):
            size_bytes -= len(canonical(record.to_wire()))
            if chosen and size_bytes < 0:
                break
            chosen.append(record)
        return tuple(chosen)

    def settle(self, offered: Sequence[Tombstone], salvaged: Iterable[str]) -> None:
        """Forget what the server named of what this request offered."""
        named = frozenset(salvaged)
        answered = [record.ordinal for record in offered if record.row.id in named]
        if answered:
            self._store.forget_lost(answered)
        self.set_aside(record for record in offered if record.row.id not in named)

    def learn(self, failure: Failure, offered: Sequence[Tombstone]) -> bool:
        """Take a failure's lesson; true when the rest is to be offered at once."""
        if not offered or failure.kind not in _ABOUT_THE_BODY:
            return False
        self.set_aside(offered)
        return failure.kind is not FailureKind.SERVER_ERROR

    def set_aside(self, offered: Iterable[Tombstone]) -> None:
        """Do not offer these again for as long as this program runs."""
        self._aside |= {record.ordinal for record in offered}
