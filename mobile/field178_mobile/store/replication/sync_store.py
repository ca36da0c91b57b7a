"""The store of the sync engine: checkpoint, changes to push, one commit for each step."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.outbox import in_flight
from field178_mobile.store.outbox import prune as pruning
from field178_mobile.store.outbox.changes import OwnChange, State, open_changes, settle_scope
from field178_mobile.store.photos.undeliverable import note_server
from field178_mobile.store.replica.server_records import (
    Committed,
    ServerRecord,
    drop_scope,
    get_server_record,
)
from field178_mobile.store.replication import (
    apply_answer,
    erasure,
    incarnation,
    mass_deletion_guard,
    repair,
    server_state,
    tombstones,
)
from field178_mobile.store.replication.apply_answer import Checkpoint, Greeting
from field178_mobile.store.replication.checkpoint import (
    IncarnationState,
    SyncCheckpoint,
    read_checkpoint,
    read_lives,
)
from field178_mobile.store.replication.mass_deletion_guard import let_go
from field178_mobile.store.replication.repair import RepairPage
from field178_mobile.store.replication.server_state import OwnCounts, StoredRoot, own_counts
from field178_mobile.store.replication.tombstones import Tombstone, forget_tombstones_of
from field178_mobile.store.session import Unlocked
from field178_mobile.store.store import Store
from field178_shared.wire.canonical import Digest
from field178_shared.wire.protocol import Receipt

Result = TypeVar("Result")


class SyncStore:
    """Hands the store's transactions to the engine; safe to call from the sync thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def turn(self, work: Callable[[], Result]) -> Result:
        """Run several calls of this store in one turn of the database thread."""
        return self._store.turn(work)

    def checkpoint(self) -> SyncCheckpoint:
        """Return the checkpoint of the tablet."""
        return self._store.read(read_checkpoint)

    def own_counts(self) -> OwnCounts:
        """Return the counts reported to the office."""
        return self._store.read(own_counts)

    def note_server(self, version: str) -> None:
        """Store the version of the server; a server without a version changes nothing."""
        self._write(lambda context: note_server(context, version))

    def open_changes(self, limit: int, skip: frozenset[str] = frozenset()) -> list[OwnChange]:
        """Return the changes to push, in the order of filing."""
        return self._store.read(lambda context: open_changes(context, limit, skip))

    def stored_ids(self, after: int, limit: int) -> list[tuple[int, str]]:
        """Return (ordinal, id) of acknowledged changes to offer, from an ordinal on."""
        query = "SELECT ordinal, id FROM outbox WHERE state = ? AND ordinal > ? ORDER BY ordinal LIMIT ?"
        values = (State.ACKNOWLEDGED.value, after, limit)
        return self._store.read(lambda context: context.connection.execute(query, values).fetchall())

    def server_record(self, record_id: str) -> ServerRecord | None:
        """Return one committed record."""
        return self._store.read(lambda context: get_server_record(context, record_id))

    def mark_sent(self, change_ids: Sequence[str]) -> None:
        """Remember that these changes may be with the server."""
        self._write(lambda context: in_flight.mark_sent(context, change_ids))

    def isolate(self, changes: Sequence[OwnChange], reason: str) -> None:
        """Isolate changes from the queue until the user corrects them."""

        def work(unlocked: Unlocked) -> list[str]:
            in_flight.isolate(unlocked.context, [change.id for change in changes], reason)
            return [change.record_id for change in changes]

        self._store.write(work)

    def retry_isolated(self, reason: str) -> None:
        """Push again changes isolated for a reason."""
        self._store.write(lambda unlocked: in_flight.retry_isolated(unlocked.context, reason))

    def commit_checkpoint(self, checkpoint: Checkpoint) -> Committed:
        """Commit rows, cursor and receipts together."""
        return self._commit(lambda context: apply_answer.commit_checkpoint(context, checkpoint))

    def give_up_wants(self, record_ids: frozenset[str]) -> None:
        """Remove records from the requested ones after a complete answer without them."""
        self._store.write(lambda unlocked: apply_answer.give_up_wants(unlocked.context, record_ids))

    def commit_receipts(self, receipts: Sequence[Receipt], granted: frozenset[str]) -> None:
        """Store receipts that no checkpoint followed."""
        if receipts:
            self._commit(lambda context: apply_answer.commit_receipts(context, receipts, granted))

    def drop_lost_scopes(self, granted: frozenset[str]) -> None:
        """Delete the records of scopes that are no longer granted."""
        self._commit(lambda context: drop_lost_scopes(context, granted))

    def finish(self, greeting: Greeting, at: datetime) -> None:
        """Store the content of `hello` at the end of an answer."""
        self._write(lambda context: apply_answer.finish_exchange(context, greeting, at))

    def note_agreement(self, at: datetime) -> None:
        """Remember that the server computed the same state."""
        self._write(lambda context: server_state.note_agreement(context, at))

    def note_error(self, code: str) -> None:
        """Store the error of the last exchange."""
        self._write(lambda context: server_state.note_error(context, code))

    def note_clock(self, offset_ms: int) -> None:
        """Store the offset of this clock from the server's."""
        self._write(lambda context: server_state.note_clock(context, offset_ms))

    def offer_missing(self, change_ids: Sequence[str], *, offering: bool) -> None:
        """Push changes lost by the server again."""
        self._write(lambda context: in_flight.offer_missing(context, change_ids, offering))

    def demand_offer(self) -> None:
        """Offer all stored changes with the next request."""
        self._write(in_flight.demand_offer)

    def explain(self, life: IncarnationState, server: Digest, *, next_incarnation: str | None) -> None:
        """Store a difference of receipts as explained."""
        self._write(
            lambda context: incarnation.explain(context, life, server, next_incarnation=next_incarnation)
        )

    def enter_device(self, device: str, new_incarnation: Callable[[], str]) -> None:
        """Store the device id; a changed id starts a new incarnation."""
        self._write(lambda context: incarnation.enter_device(context, device, new_incarnation))

    def enter_epoch(self, epoch: str) -> None:
        """Repair every scope and offer every change: another history began."""
        self._write(lambda context: repair.enter_epoch(context, epoch))

    def repair_scope(self, scope: str) -> None:
        """Mark one scope for repair at the server's request."""
        self._write(lambda context: repair.repair_scope(context, scope))

    def let_go_released(self) -> None:
        """Read scopes with allowed deletions again; never while an answer is read."""
        self._write(mass_deletion_guard.let_go_released)

    def bucket_digests(self, scope: str) -> Json:
        """Return the digests of the buckets of a scope."""
        return self._store.read(lambda context: repair.bucket_digests(context, scope))

    def commit_repair(self, page: RepairPage) -> Committed:
        """Make the named buckets the server's."""
        return self._commit(lambda context: repair.commit_repair(context, page))

    def lost_records(self, limit: int, skip: frozenset[int]) -> list[Tombstone]:
        """Return records that the server may have lost, to offer them."""
        return self._store.read(lambda context: tombstones.lost_records(context, limit, skip))

    def forget_lost(self, ordinals: Sequence[int]) -> None:
        """Delete tombstones that the server has answered for."""
        self._write(lambda context: tombstones.forget_lost(context, ordinals))

    def stored_root(self) -> StoredRoot | None:
        """Return the highest seen root of the server's history."""
        return self._store.read(server_state.stored_root)

    def store_root(self, root: StoredRoot) -> None:
        """Store a root of the server's history."""
        self._write(lambda context: server_state.store_root(context, root))

    def expire_tombstones(self, now_s: int) -> None:
        """Delete expired tombstones."""
        self._write(lambda context: tombstones.expire_tombstones(context, now_s))

    def prune(self, backed_up: Mapping[str, int], agreed: Container[str]) -> None:
        """Delete changes that are in a verified backup, of incarnations whose receipts agree."""
        stored_numbers = {life.id: life.backed_up for life in self._store.read(read_lives)}
        moved = {
            life: n for life, n in backed_up.items() if life in stored_numbers and n != stored_numbers[life]
        }
        if moved:

            def work(unlocked: Unlocked) -> tuple[()]:
                pruning.prune(unlocked.context, unlocked.journal, moved, agreed)
                return ()

            self._store.write(work)

    def set_in_sync(self, in_sync: bool) -> None:
        """Store whether tablet and server agree in everything."""
        self._store.set_in_sync(in_sync)

    def _write(self, work: Callable[[DatabaseContext], None]) -> None:
        def both(unlocked: Unlocked) -> tuple[()]:
            work(unlocked.context)
            return ()

        self._store.write(both)

    def _commit(self, work: Callable[[DatabaseContext], Committed]) -> Committed:
        return self._store.commit(lambda unlocked: work(unlocked.context), self._finish_erasures)

    def _finish_erasures(self, unlocked: Unlocked) -> None:
        erasure.finish_erasures(unlocked.context, unlocked.journal, self._store.photos.files)


def drop_lost_scopes(context: DatabaseContext, granted: frozenset[str]) -> Committed:
    """Delete the records of scopes that are no longer granted, once their changes were pushed."""
    unsent = {
        row[0]
        for row in context.connection.execute(
            "SELECT DISTINCT scope FROM outbox WHERE state IN ('pending', 'sent')"
        )
    }
    # From one scope of the index to the next: there are few scopes and many rows.
    query = (
        "WITH RECURSIVE held (scope) AS (SELECT min(scope) FROM base UNION ALL SELECT "
        "(SELECT min(scope) FROM base WHERE scope > held.scope) FROM held WHERE scope IS NOT NULL) "
        "SELECT id FROM scope UNION SELECT scope FROM held WHERE scope IS NOT NULL UNION "
        "SELECT scope FROM removed UNION "
        "SELECT receipt_scope FROM outbox WHERE settled = 0 AND status <> 'quarantined'"
    )
    stored = {row[0] for row in context.connection.execute(query)}
    lost = sorted(stored - granted - unsent)
    if not lost:
        return Committed(frozenset())
    touched: set[str] = set()
    with context.transaction("lost"):
        let_go(context, lost)
        for scope in lost:
            touched.update(drop_scope(context, scope))
            forget_tombstones_of(context, scope)
        # After all rows went: a change may have been answered in one scope while its row lay in another.
        for scope in lost:
            touched |= settle_scope(context, scope, None)
    return Committed(frozenset(touched))
