"""Repair: a scope whose rows are not the server's is compared bucket by bucket (protocol §6.3, §12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number, get_text, put_number, put_text
from field178_mobile.store.outbox.changes import settle_left, settle_record, show_again
from field178_mobile.store.replica.server_records import (
    Committed,
    ScopeCursor,
    ServerRecord,
    get_scope,
    get_server_record,
    live_hashes,
    put_scope,
    scope_rows,
    server_record_ids,
)
from field178_mobile.store.replication.erasure import forget_erased
from field178_mobile.store.replication.mass_deletion_guard import (
    counted,
    leaving_rows,
    let_go,
    stops,
    withhold,
)
from field178_mobile.store.replication.server_state import note_differed
from field178_mobile.store.replication.tombstones import take_out, take_over
from field178_shared.wire.canonical import EMPTY, Digest, bucket


@dataclass(frozen=True, slots=True)
class RepairPage:
    """One `repair`: buckets served whole, the ids alive in them, and their records.

    `is_announced`: a notice announces large deletions.
    """

    scope: str
    buckets: frozenset[str]
    ids: frozenset[str]
    items: Sequence[ServerRecord]
    at_s: int
    is_announced: bool = False


def bucket_digests(context: DatabaseContext, scope: str) -> dict[str, Digest]:
    """Return the digests of a scope's buckets on this tablet, without empty buckets."""
    digests: dict[str, Digest] = {}
    for record_id, h in live_hashes(context, scope):
        name = bucket(record_id)
        digests[name] = digests.get(name, EMPTY).add(h)
    return digests


def commit_repair(context: DatabaseContext, page: RepairPage) -> Committed:
    """Replace these buckets by the server's; records unknown to the server become tombstones to offer.

    The cursor stays: only the checkpoint after the last bucket verifies the scope. While deletions are
    withheld nothing changes.
    """
    gone = [
        record_id
        for record_id in server_record_ids(context, page.scope)
        if bucket(record_id) in page.buckets and record_id not in page.ids
    ]
    before, leaving = get_scope(context, page.scope), leaving_rows(context, page.scope, gone)
    with context.transaction("repair"):
        if stops(before, leaving, is_announced=page.is_announced):
            withhold(context, before, leaving)
            return Committed(frozenset(), stopped=True)
        note_differed(context, [*gone, *(row.id for row in page.items if _differs(context, row))])
        digests: dict[str, Digest] = {page.scope: before.digest}
        for row in page.items:
            take_over(context, row, digests, page.at_s)
            settle_record(context, row.id, row.rev)
            show_again(context, row.id, row.rev)
        forget_erased(context, [row.id for row in page.items if row.is_shortened])
        for record_id in gone:
            take_out(context, record_id, digests, page.at_s, lost=True)
            settle_left(context, record_id, page.scope)
        put_scope(context, counted(before, leaving, is_proven=False))
        for scope, digest in digests.items():
            put_scope(context, replace(get_scope(context, scope), digest=digest))
    return Committed(frozenset({*gone, *(row.id for row in page.items)}))


def _differs(context: DatabaseContext, row: ServerRecord) -> bool:
    old = get_server_record(context, row.id)
    return old is None or old.h != row.h


def enter_epoch(context: DatabaseContext, epoch: str) -> None:
    """Mark every scope for repair, because a new history began.

    Done once for an epoch: it is stored at the first checkpoint, and until then every `hello` names it.
    """
    if get_text(context, "entered") == epoch:
        return
    with context.transaction("epoch"):
        put_text(context, "entered", epoch)
        let_go(context, scope_rows(context))
        for scope in scope_rows(context).values():
            if scope.cursor or scope.refresh:
                put_scope(context, marked(context, scope))


def repair_scope(context: DatabaseContext, scope: str) -> None:
    """Mark one scope for repair at the server's request."""
    cursor = get_scope(context, scope)
    if not cursor.refresh:
        with context.transaction("resync"):
            let_go(context, [scope])
            put_scope(context, marked(context, cursor))


def marked(context: DatabaseContext, scope: ScopeCursor) -> ScopeCursor:
    """Return the scope marked for repair. Inside the transaction that writes it."""
    number = get_number(context, "refreshes") + 1
    put_number(context, "refreshes", number)
    return replace(scope, refresh=number)
