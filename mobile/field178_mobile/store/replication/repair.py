"""Repair: a scope whose rows are not the server's is compared bucket by bucket (protocol §6.3, §12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from field178_mobile.ports import Json
from field178_mobile.store.database.context import Room
from field178_mobile.store.database.key_value import get_number, get_text, put_number, put_text
from field178_mobile.store.outbox.changes import settle_left, settle_record
from field178_mobile.store.replica.server_records import (
    BaseRow,
    Committed,
    ScopeRow,
    base_ids,
    get_base,
    get_scope,
    live_hashes,
    put_scope,
    scope_rows,
)
from field178_mobile.store.replication.erasure import forget_purged
from field178_mobile.store.replication.mass_deletion_guard import counted, hold, leaving_rows, let_go, stops
from field178_mobile.store.replication.server_state import note_differed
from field178_mobile.store.replication.tombstones import take_out, take_over
from field178_shared.wire.canonical import EMPTY, Digest, bucket


@dataclass(frozen=True, slots=True)
class RepairPage:
    """One `repair`: buckets served whole, the ids alive in them, and their records.

    `is_announced`: the office says that much will go.
    """

    scope: str
    buckets: frozenset[str]
    ids: frozenset[str]
    items: Sequence[BaseRow]
    at_s: int
    is_announced: bool = False


def bucket_digests(room: Room, scope: str) -> Json:
    """Return what the tablet holds of a scope, bucket by bucket; an empty bucket is not named."""
    digests: dict[str, Digest] = {}
    for record_id, h in live_hashes(room, scope):
        name = bucket(record_id)
        digests[name] = digests.get(name, EMPTY).add(h)
    return {name: digest.wire() for name, digest in digests.items()}


def commit_repair(room: Room, page: RepairPage) -> Committed:
    """Make these buckets the server's; what it does not know is kept as lost.

    The cursor stays where it is: only the checkpoint after the last bucket proves the scope. Where the brake
    holds, nothing moves.
    """
    gone = [
        record_id
        for record_id in base_ids(room, page.scope)
        if bucket(record_id) in page.buckets and record_id not in page.ids
    ]
    before, leaving = get_scope(room, page.scope), leaving_rows(room, page.scope, gone)
    with room.transaction("repair"):
        if stops(before, leaving, is_announced=page.is_announced):
            hold(room, before, leaving)
            return Committed(frozenset(), stopped=True)
        note_differed(room, [*gone, *(row.id for row in page.items if _differs(room, row))])
        digests: dict[str, Digest] = {page.scope: before.digest}
        for row in page.items:
            take_over(room, row, digests, page.at_s)
            settle_record(room, row.id, row.rev)
        forget_purged(room, [row.id for row in page.items if row.is_purged])
        for record_id in gone:
            take_out(room, record_id, digests, page.at_s, lost=True)
            settle_left(room, record_id, page.scope)
        put_scope(room, counted(before, leaving, is_proven=False))
        for scope, digest in digests.items():
            put_scope(room, replace(get_scope(room, scope), digest=digest))
    return Committed(frozenset({*gone, *(row.id for row in page.items)}))


def _differs(room: Room, row: BaseRow) -> bool:
    old = get_base(room, row.id)
    return old is None or old.h != row.h


def enter_epoch(room: Room, epoch: str) -> None:
    """Repair every scope and offer every change: another history began.

    Once an epoch: it counts as ours only from the first checkpoint on, and until then every `hello` names it.
    """
    if get_text(room, "entered") == epoch:
        return
    with room.transaction("epoch"):
        put_text(room, "entered", epoch)
        let_go(room, scope_rows(room))
        for scope in scope_rows(room).values():
            if scope.cursor or scope.refresh:
                put_scope(room, marked(room, scope))
        put_number(room, "must_offer", 1)


def repair_scope(room: Room, scope: str) -> None:
    """Mark one scope for repair, because the server said so."""
    found = get_scope(room, scope)
    if not found.refresh:
        with room.transaction("resync"):
            let_go(room, [scope])
            put_scope(room, marked(room, found))


def marked(room: Room, scope: ScopeRow) -> ScopeRow:
    """Return the scope marked for repair. Inside the transaction that writes it."""
    number = get_number(room, "refreshes") + 1
    put_number(room, "refreshes", number)
    return replace(scope, refresh=number)
