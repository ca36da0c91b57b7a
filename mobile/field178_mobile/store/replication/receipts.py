"""Receipts of an answer: rows of the scope of this device (docs/sync-protocol.md §6)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number, get_text, put_number
from field178_mobile.store.outbox.changes import (
    State,
    get_change,
    offer_again,
    set_state,
    stamp_receipts,
    store_receipt,
)
from field178_mobile.store.outbox.receipt_digests import fold, folded_receipts, put_folded, receipts_digest
from field178_mobile.store.replica.server_records import (
    Committed,
    ScopeCursor,
    get_scope,
    get_server_record,
    put_scope,
    scope_rows,
)
from field178_mobile.store.replication.erasure import forget_erased
from field178_mobile.store.replication.incarnation import begin_incarnation
from field178_mobile.store.replication.repair import marked
from field178_shared.errors import ErrorCode
from field178_shared.wire.canonical import EMPTY, Digest, bucket, digest_of, receipt_hash
from field178_shared.wire.protocol import Receipt, Status


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """Receipts of an answer and the checkpoint of their scope; `seq` is None while there is no checkpoint.

    `repaired`: the checkpoint closes the repair of the scope. `granted`: None without scopes.
    """

    scope: str
    receipts: list[Receipt]
    granted: frozenset[str] | None
    new_incarnation: Callable[[], str]
    seq: int | None = None
    digest: Digest | None = None
    repaired: bool = False


def put_receipts(context: DatabaseContext, page: ReceiptPage) -> Committed:
    """Store the receipts and, if the page has a checkpoint, cursor and proof of their scope.

    Without a checkpoint the receipts come again: those of changes that are not held are not counted yet.
    Inside a transaction.
    """
    before = get_scope(context, page.scope)
    digest, touched, others = _put_own(context, page, before.digest)
    if page.seq is not None and page.seq > before.cursor:
        fold(context, [(receipt.change_id, receipt.hash) for receipt in others])
        digest = digest.union(digest_of(receipt.hash for receipt in others))
        _detect_copy(context, page, others)
    after, verified = _with_proof(context, page, replace(before, digest=digest))
    if after != before:
        put_scope(context, after)
    return Committed(touched, verified)


def commit_receipt_repair(
    context: DatabaseContext, page: ReceiptPage, buckets: Collection[str], ids: Collection[str]
) -> Committed:
    """Replace the receipts of these buckets by the server's; push the changes again that it lost.

    `ids`: the change ids that it has in these buckets.
    """
    with context.transaction("repair"):
        before = get_scope(context, page.scope)
        _, touched, others = _put_own(context, page, before.digest)
        folded = folded_receipts(context)
        for name in buckets:
            served = [receipt.hash for receipt in others if bucket(receipt.change_id) == name]
            put_folded(context, name, digest_of(served))
        # A scope that was never read says nothing of copies: an earlier version stored no buckets.
        if before.cursor and len(others) > sum(folded.get(name, EMPTY).count for name in buckets):
            _detect_copy(context, page, others)
        touched |= _push_lost(context, buckets, ids)
        put_scope(context, replace(get_scope(context, page.scope), digest=receipts_digest(context)))
        forget_erased(context, touched)
    return Committed(touched)


def _put_own(
    context: DatabaseContext, page: ReceiptPage, digest: Digest
) -> tuple[Digest, frozenset[str], list[Receipt]]:
    """Store the receipts of held changes.

    Return the digest with them, the records they are about, and the receipts of other changes.
    """
    touched, others = set(), []
    for receipt in page.receipts:
        change, is_reuse = get_change(context, receipt.change_id), receipt.reason == ErrorCode.ID_REUSE
        if change is not None:
            touched.add(change.record_id)
        if change is not None and is_reuse:
            # Never instead of a good receipt; without one it needs attention.
            set_state(context, [change.id], State.ISOLATED, receipt.reason)
        elif change is not None:
            if change.status is not None:
                digest = digest.remove(receipt_hash(change.id, change.status.value, change.reason))
            digest = digest.add(receipt.hash)
            # Stored even if it is older than the present one: answers come one at a time.
            settled = _is_settled(context, change.record_id, receipt, page.granted)
            store_receipt(context, change, receipt, settled)
        elif not is_reuse:
            others.append(receipt)
    return digest, frozenset(touched), others


def _detect_copy(context: DatabaseContext, page: ReceiptPage, others: Sequence[Receipt]) -> None:
    """Begin an incarnation if another database has pushed changes under the present one."""
    present = get_text(context, "incarnation")
    if any(receipt.incarnation == present for receipt in others):
        begin_incarnation(context, page.new_incarnation())


def _with_proof(
    context: DatabaseContext, page: ReceiptPage, row: ScopeCursor
) -> tuple[ScopeCursor, bool | None]:
    if page.seq is None:
        return row, None
    if page.repaired:
        # A repair ends with the digest computed from the rows; the stored digest may be damaged.
        row = replace(row, cursor=page.seq, refresh=0, digest=receipts_digest(context))
    else:
        row = replace(row, cursor=max(row.cursor, page.seq))
    if page.digest is None or row.refresh:
        return row, None
    if row.digest == page.digest:
        # After a repair every receipt counts as committed now: stamps of another history say nothing.
        stamp_receipts(context, page.seq, every=page.repaired)
        return row, True
    put_number(context, "mismatches", get_number(context, "mismatches") + 1)
    return marked(context, row), False


def _push_lost(context: DatabaseContext, buckets: Collection[str], ids: Collection[str]) -> frozenset[str]:
    """Push acknowledged changes again that the server lost; repair their scopes afterwards.

    Server records of this tablet may contain these changes. Returns the records.
    """
    query = "SELECT id, record_id, receipt_scope, status FROM outbox WHERE state = 'acknowledged'"
    lost = [
        row
        for row in context.connection.execute(query).fetchall()
        if bucket(row[0]) in buckets and row[0] not in ids
    ]
    scopes = {scope for _, _, scope, status in lost if status != Status.QUARANTINED}
    for row in scope_rows(context).values():
        if row.id in scopes and not row.refresh:
            put_scope(context, marked(context, row))
    offer_again(context, [change_id for change_id, *_ in lost])
    return frozenset(record_id for _, record_id, _, _ in lost)


def _is_settled(
    context: DatabaseContext, record_id: str, receipt: Receipt, granted: frozenset[str] | None
) -> bool:
    if receipt.status is Status.QUARANTINED:
        return False
    server_record = get_server_record(context, record_id)
    if server_record is None:
        is_lost = granted is not None and receipt.scope not in granted
        return is_lost or _is_passed(context, receipt)
    # A record of a lost scope is shown until its rows go, and with it the user's own words.
    return server_record.rev >= receipt.rev


def _is_passed(context: DatabaseContext, receipt: Receipt) -> bool:
    # This revision was read and the record is not here: it left or was deleted. A repeated receipt MUST NOT
    # restore it.
    query = "SELECT 1 FROM scope WHERE id = ?1 AND ?2 BETWEEN below AND cursor"
    return context.connection.execute(query, (receipt.scope, receipt.seq or 0)).fetchone() is not None
