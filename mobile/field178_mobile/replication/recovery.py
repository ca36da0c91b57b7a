"""Recovery: react to a changed history of the server, check it is append-only, offer divergent records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from field178_mobile.replication.answer import AnswerReader
from field178_mobile.replication.events import Failure, FailureKind
from field178_mobile.replication.frames import Hello, ReceivedRoot
from field178_mobile.replication.request import SentRequest
from field178_mobile.store.outbox import in_flight
from field178_mobile.store.replication import incarnation, repair, tombstones
from field178_mobile.store.replication.checkpoint import IncarnationState, SyncCheckpoint, read_checkpoint
from field178_mobile.store.replication.lost_scopes import drop_lost_scopes
from field178_mobile.store.replication.server_state import StoredRoot
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.replication.tombstones import Tombstone
from field178_shared.crypto.signatures import is_signed
from field178_shared.wire.canonical import EMPTY, Digest, canonical
from field178_shared.wire.hash_chain import RootAlarm, signed_text
from field178_shared.wire.protocol import MAX_DIVERGENT_RECORDS

_BODY_FAILURES = (FailureKind.REFUSED, FailureKind.TOO_LARGE, FailureKind.SERVER_ERROR)


class Reactions:
    """Offers lost changes again, repairs, drops lost scopes, prunes backed-up changes; all durable."""

    def __init__(self, store: SyncStore, new_incarnation: Callable[[], str]) -> None:
        self._store = store
        self._new_incarnation = new_incarnation

    def on_hello(self, hello: Hello, exchange: SentRequest) -> None:
        """React to the first frame before any row of this answer is committed."""
        known_epoch = exchange.checkpoint.epoch
        if known_epoch is not None and known_epoch != hello.greeting.epoch:
            self._store.write(repair.enter_epoch, hello.greeting.epoch)
        if exchange.offer is not None:
            offering = not exchange.offer.complete
            self._store.write(in_flight.offer_missing, hello.missing, offering=offering)

    def on_end(self, answer: AnswerReader, exchange: SentRequest) -> None:
        """React to the end of an answer: receipts, lost scopes, backups."""
        hello = answer.hello
        assert hello is not None
        lives = self._store.read(read_checkpoint).lives
        agreed = {life.id for life in lives if life.receipts == hello.receipts.get(life.id, EMPTY)}
        self._store.prune(hello.backed_up, agreed)
        self._store.commit(drop_lost_scopes, hello.greeting.granted)
        checkpoint = self._store.read(read_checkpoint)
        if answer.all_answered and checkpoint.sent_changes == 0:
            # Only now: a change sent without an answer may or may not be among the server's receipts.
            self._compare_receipts(hello, exchange, checkpoint)

    def all_verified(self, answer: AnswerReader, checkpoint: SyncCheckpoint) -> bool:
        """Return whether all scopes, receipts and changes of tablet and server are verified as equal."""
        hello, end = answer.hello, answer.end
        if hello is None or end is None or end.more:
            return False
        if (
            hello.greeting.granted - answer.verified
            or checkpoint.receipt_count != hello.greeting.receipt_count
        ):
            return False
        if set(checkpoint.scopes) - hello.greeting.granted:
            return False
        return all(life.agrees_with(hello.receipts.get(life.id, EMPTY)) for life in checkpoint.lives)

    def _compare_receipts(self, hello: Hello, exchange: SentRequest, checkpoint: SyncCheckpoint) -> None:
        pairs = [(life, hello.receipts.get(life.id, EMPTY)) for life in checkpoint.lives]
        for life, server in pairs:
            if server == life.receipts != life.agreed:
                # The receipts agree again: the old difference would spoil the state for good.
                self._store.write(incarnation.explain, life, server, next_incarnation=None)
        differing = [(life, server) for life, server in pairs if not life.agrees_with(server)]
        offered_all = exchange.offer is not None and exchange.offer.complete and not checkpoint.must_offer
        if not differing:
            return
        if not offered_all or hello.missing:
            if not hello.missing:
                self._store.write(in_flight.demand_offer)
            return
        for life, server in differing:
            self._explain(life, server, checkpoint)

    def _explain(self, life: IncarnationState, server: Digest, checkpoint: SyncCheckpoint) -> None:
        # The server has all changes of this tablet and more of this incarnation: this database is a restored
        # copy or a clone, so it starts a new incarnation.
        is_copy = life.id == checkpoint.incarnation and server.count > life.receipts.count
        self._store.write(
            incarnation.explain, life, server, next_incarnation=self._new_incarnation() if is_copy else None
        )


def judged(stored: StoredRoot | None, hello: Hello, receipt_key: str) -> StoredRoot:
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
    if root.index and receipt_key and not _is_signed(root, epoch, receipt_key):
        return replace(stored, alarm=stored.alarm or RootAlarm.SIGNATURE)
    if root.index <= stored.index:
        return replace(stored, alarm=RootAlarm.LOWER if root.index < stored.index else RootAlarm.OTHER)
    if stored.alarm in (RootAlarm.LOWER, RootAlarm.OTHER):
        return stored
    return StoredRoot(epoch, root.index, root.hash)


def _is_signed(root: ReceivedRoot, epoch: str, receipt_key: str) -> bool:
    return is_signed(receipt_key, signed_text(epoch, root.index, root.hash), root.sig)


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
