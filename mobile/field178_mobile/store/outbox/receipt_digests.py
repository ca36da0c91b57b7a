"""Digests of the receipts of this device, by bucket of the change id.

The receipt of a change that is not held here (pruned, erased, pushed by a copy of this database) is folded:
only the digest of its bucket is stored.
"""

from __future__ import annotations

from collections.abc import Iterable

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.outbox.changes import delete_changes, receipt_hashes
from field178_shared.wire.canonical import EMPTY, Digest, bucket


def receipt_buckets(context: DatabaseContext) -> dict[str, Digest]:
    """Return the digest of each bucket that is not empty, of held changes and folded receipts together."""
    digests = folded_receipts(context)
    for change_id, h in receipt_hashes(context):
        name = bucket(change_id)
        digests[name] = digests.get(name, EMPTY).add(h)
    return digests


def receipts_digest(context: DatabaseContext) -> Digest:
    """Return the digest of all receipts; the stored digest of their scope MUST be equal."""
    total = EMPTY
    for digest in receipt_buckets(context).values():
        total = total.union(digest)
    return total


def folded_receipts(context: DatabaseContext) -> dict[str, Digest]:
    """Return the digests of the folded receipts by bucket."""
    rows = context.connection.execute("SELECT bucket, count, total FROM folded_receipt")
    return {name: Digest(count, int(total, 16)) for name, count, total in rows}


def drop_folded(context: DatabaseContext) -> None:
    """Delete the digests of all folded receipts. Inside a transaction."""
    context.connection.execute("DELETE FROM folded_receipt")


def put_folded(context: DatabaseContext, name: str, digest: Digest) -> None:
    """Replace the digest of a bucket of folded receipts. Inside a transaction."""
    context.connection.execute("DELETE FROM folded_receipt WHERE bucket = ?", (name,))
    if digest.count:
        row = (name, digest.count, f"{digest.total:032x}")
        context.connection.execute("INSERT INTO folded_receipt VALUES (?, ?, ?)", row)


def fold(context: DatabaseContext, hashes: Iterable[tuple[str, str]]) -> None:
    """Fold receipts, given as (change id, h). Inside a transaction."""
    folded = folded_receipts(context)
    for change_id, h in hashes:
        name = bucket(change_id)
        folded[name] = folded.get(name, EMPTY).add(h)
        put_folded(context, name, folded[name])


def forget_changes(context: DatabaseContext, change_ids: Iterable[str]) -> None:
    """Delete changes; the receipts of acknowledged changes are folded. Inside a transaction."""
    deleted = set(change_ids)
    fold(context, [(change_id, h) for change_id, h in receipt_hashes(context) if change_id in deleted])
    delete_changes(context, deleted)
