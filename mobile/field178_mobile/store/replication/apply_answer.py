"""Committing an answer: each function is one transaction with a named crash point on both sides.

The order inside is the protocol's: rows, cursor and receipts are committed together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number, put_number, put_text
from field178_mobile.store.outbox.changes import settle_left, settle_record, settle_scope
from field178_mobile.store.replica.server_records import (
    Committed,
    ScopeCursor,
    ServerRecord,
    get_scope,
    get_server_record,
    known_ids,
    put_new_records,
    put_scope,
    recomputed_digest,
    scope_rows,
)
from field178_mobile.store.replication.erasure import forget_erased
from field178_mobile.store.replication.lease import renew_lease
from field178_mobile.store.replication.mass_deletion_guard import (
    ALLOWED,
    ANNOUNCING,
    counted,
    leaving_rows,
    let_go,
    read_on,
    stops,
    withheld_at,
)
from field178_mobile.store.replication.receipts import ReceiptPage, put_receipts
from field178_mobile.store.replication.repair import marked
from field178_mobile.store.replication.server_state import OfficeNotice, replace_notices
from field178_mobile.store.replication.tombstones import doubt_what_left, last_tombstone, take_out, take_over
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import Digest
from field178_shared.wire.protocol import LEASE_DAYS


@dataclass(frozen=True, slots=True)
class Leave:
    """Item of an answer: a record left a scope; `rev`: its last revision there, 0 if unknown."""

    record_id: str
    scope: str
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Greeting:
    """Content of `hello`, stored with the first checkpoint or the end; `at_s` is the server's time."""

    epoch: str
    backed_up: int
    notices: tuple[OfficeNotice, ...]
    granted: frozenset[str]
    revoked: bool = False
    sign_in: bool = False
    at_s: int = 0
    lease_days: int = LEASE_DAYS

    @property
    def announces_removal(self) -> bool:
        """Return whether a notice of the office announces a large removal."""
        return any(notice.kind in ANNOUNCING for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One `ck` frame of records: the rows before it, the new cursor, and in the last one the server's digest.

    `below`: the lowest stamp read of a load that has not ended, else 0. `repaired`: it closes the repair of
    its scope.
    """

    scope: str
    seq: int
    digest: Digest | None
    items: Sequence[ServerRecord | Leave]
    greeting: Greeting
    repaired: bool = False
    below: int = 0

    def is_continued_by(self, later: Checkpoint) -> bool:
        """Return whether one transaction may commit both: the same scope continued, without deletions."""
        is_same_reading = self.scope == later.scope and self.seq <= later.seq and self.digest is None
        return is_same_reading and not (self.repaired or later.repaired or self.deletes or later.deletes)

    @property
    def deletes(self) -> bool:
        """Return whether it brings a record that left or is deleted: such rows are counted by the guard."""
        return any(isinstance(item, Leave) or item.deleted for item in self.items)

    @property
    def erased_ids(self) -> frozenset[str]:
        """The records of which content was removed for good, by the office or by retention."""
        return frozenset(
            item.id for item in self.items if isinstance(item, ServerRecord) and item.is_shortened
        )


def is_unchanged(context: DatabaseContext, checkpoint: Checkpoint) -> bool:
    """Return whether a checkpoint brings nothing and its scope is proven as it is stored."""
    if checkpoint.items or checkpoint.repaired or checkpoint.scope in withheld_at(context):
        return False
    if checkpoint.seq == 0 and checkpoint.scope not in scope_rows(context):
        return False  # never read, so its row has to be written
    return is_proven(context, checkpoint.scope, checkpoint.seq, checkpoint.digest)


def is_proven(context: DatabaseContext, scope: str, seq: int | None, digest: Digest | None) -> bool:
    """Return whether the stored scope has this cursor and digest, and waits for no repair or answer."""
    row = get_scope(context, scope)
    proven = ScopeCursor(scope, row.cursor, 0, row.digest, last_tombstone=row.last_tombstone)
    return row == proven and (seq, digest) == (row.cursor, row.digest)


def commit_checkpoint(
    context: DatabaseContext, checkpoint: Checkpoint, page: ReceiptPage | None = None
) -> Committed:
    """Commit rows, cursor and receipts together; at the last checkpoint of a scope prove its digest.

    While deletions are withheld no row is deleted and the cursor stays; other rows are committed.
    """
    with context.transaction("checkpoint"):
        receipts = Committed(frozenset()) if page is None else put_receipts(context, page)
        committed = _commit(context, checkpoint, receipts.records)
        _keep_greeting(context, checkpoint.greeting)
    touched = committed.records | receipts.records
    return replace(committed, records=touched, receipts_verified=receipts.verified)


def _commit(context: DatabaseContext, checkpoint: Checkpoint, answered: frozenset[str]) -> Committed:
    before = get_scope(context, checkpoint.scope)
    leaving = _leaving(context, checkpoint)
    if checkpoint.repaired:
        let_go(context, [checkpoint.scope])
    is_withheld = checkpoint.scope in withheld_at(context)
    if is_withheld or _stops(context, checkpoint, leaving):
        gone = before.withheld if is_withheld else before.gone
        touched = _commit_withheld(context, checkpoint, gone + leaving.total(), answered)
        return Committed(touched, stopped=True)
    for scope in leaving.keys() - {checkpoint.scope}:
        put_scope(context, counted(get_scope(context, scope), leaving[scope], is_proven=False))
    digests: dict[str, Digest] = {checkpoint.scope: before.digest}
    new = _commit_items(context, checkpoint.items, digests, checkpoint.greeting.at_s)
    arrived = {item.record_id if isinstance(item, Leave) else item.id for item in checkpoint.items}
    forget_erased(context, answered | checkpoint.erased_ids)
    verified = _proof(context, checkpoint, before, digests)
    after = counted(before, leaving[checkpoint.scope], is_proven=verified is True)
    gone_ids = _put_progress(context, checkpoint, after, digests, verified)
    return Committed(frozenset(arrived | gone_ids), verified, new=new)


def _leaving(context: DatabaseContext, checkpoint: Checkpoint) -> Counter[str]:
    """Return how many live rows would be deleted, by the scope of the row here.

    A deleted record may have moved before: its row here is in the scope where it was last seen.
    """
    left = {item.record_id for item in checkpoint.items if isinstance(item, Leave)}
    deleted = {item.id for item in checkpoint.items if isinstance(item, ServerRecord) and item.deleted} - left
    leaving_counts = Counter({checkpoint.scope: leaving_rows(context, checkpoint.scope, left)})
    for row in (get_server_record(context, record_id) for record_id in sorted(deleted)):
        if row is not None:
            leaving_counts[row.scope] += leaving_rows(context, row.scope, [row.id])
    return +leaving_counts


def _stops(context: DatabaseContext, checkpoint: Checkpoint, leaving: Counter[str]) -> bool:
    if get_scope(context, checkpoint.scope).answer == ALLOWED:
        return False
    is_announced = checkpoint.greeting.announces_removal
    leaving_counts = leaving.items()
    return any(
        stops(get_scope(context, scope), count, is_announced=is_announced) for scope, count in leaving_counts
    )


def _commit_withheld(
    context: DatabaseContext, checkpoint: Checkpoint, withheld: int, answered: frozenset[str]
) -> frozenset[str]:
    scope, touched = checkpoint.scope, set()
    digests: dict[str, Digest] = {}
    for item in checkpoint.items:
        # Erased records are removed even while deletions are withheld.
        if isinstance(item, ServerRecord) and (item.is_erased or not item.deleted):
            touched.add(_commit_item(context, item, digests, checkpoint.greeting.at_s))
    forget_erased(context, answered | checkpoint.erased_ids)
    for name, digest in digests.items():
        put_scope(context, replace(get_scope(context, name), digest=digest))
    put_scope(context, replace(get_scope(context, scope), withheld=withheld, below=checkpoint.below))
    read_on(context, scope, checkpoint.seq)
    return frozenset(touched)


def commit_receipts(context: DatabaseContext, page: ReceiptPage, greeting: Greeting | None) -> Committed:
    """Commit receipts, and the checkpoint of their scope, without records: they are durable on the server.

    `greeting` is None after an answer that was cut. Its receipts come again, so changes of erased records are
    kept until then.
    """
    with context.transaction("receipts"):
        committed = put_receipts(context, page)
        if greeting is not None:
            forget_erased(context, committed.records)
        if greeting is not None and page.seq is not None:
            _keep_greeting(context, greeting)
    return committed


def finish_exchange(context: DatabaseContext, greeting: Greeting, at: datetime) -> None:
    """Store the content of `hello` at the end of an answer."""
    with context.transaction("finish"):
        _keep_greeting(context, greeting)
        renew_lease(context, at, greeting.lease_days)
        put_text(context, "last_success_at", to_wire(at))
        put_text(context, "last_error", None)


def _commit_items(
    context: DatabaseContext, items: Sequence[ServerRecord | Leave], digests: dict[str, Digest], at_s: int
) -> list[ServerRecord]:
    """Commit rows and leaves: new records at once, the others one by one; return the new records."""
    counts = Counter(item.record_id if isinstance(item, Leave) else item.id for item in items)
    existing_ids = known_ids(context, counts)
    new = [
        item
        for item in items
        if isinstance(item, ServerRecord) and item.id not in existing_ids and counts[item.id] == 1
    ]
    put_new_records(context, new, digests)
    new_ids = {item.id for item in new}
    for item in items:
        if isinstance(item, Leave) or item.id not in new_ids:
            _commit_item(context, item, digests, at_s)
    return new


def _commit_item(
    context: DatabaseContext, item: ServerRecord | Leave, digests: dict[str, Digest], at_s: int
) -> str:
    if isinstance(item, ServerRecord):
        take_over(context, item, digests, at_s)
        settle_record(context, item.id, item.rev)
        return item.id
    server_record = get_server_record(context, item.record_id)
    if server_record is None or server_record.scope == item.scope:
        # An old leave MUST NOT touch a record that has since moved to another scope. While a scope waits for
        # repair the leave may come from another history, without the revision of the row here. If the leave
        # names its last revision, a later revision here belongs to another history.
        is_unknown = server_record is not None and 0 < item.rev < server_record.rev
        lost = is_unknown or get_scope(context, item.scope).refresh > 0
        take_out(context, item.record_id, digests, at_s, lost=lost)
        settle_left(context, item.record_id, item.scope)
    return item.record_id


def _proof(
    context: DatabaseContext, checkpoint: Checkpoint, before: ScopeCursor, digests: dict[str, Digest]
) -> bool | None:
    if checkpoint.digest is None or (before.refresh and not checkpoint.repaired):
        # A scope known to differ is verified only by its repair.
        return None
    if checkpoint.repaired:
        # A repair ends with the digest computed from the rows; the stored digest may be damaged.
        digests[checkpoint.scope] = recomputed_digest(context, checkpoint.scope)
    return digests[checkpoint.scope] == checkpoint.digest


def _put_progress(
    context: DatabaseContext,
    checkpoint: Checkpoint,
    before: ScopeCursor,
    digests: Mapping[str, Digest],
    verified: bool | None,
) -> set[str]:
    """Store the cursor of the scope; return the records no longer shown since its verification."""
    gone: set[str] = set()
    for scope, digest in digests.items():
        if scope != checkpoint.scope:
            put_scope(context, replace(get_scope(context, scope), digest=digest))
    # After a change of history the repaired scope may end below its former cursor.
    cursor = checkpoint.seq if checkpoint.repaired else max(before.cursor, checkpoint.seq)
    after = replace(before, cursor=cursor, below=checkpoint.below, digest=digests[checkpoint.scope])
    if checkpoint.repaired:
        after = replace(after, refresh=0)
    if verified:
        gone = settle_scope(context, checkpoint.scope, checkpoint.seq)
        after = replace(after, last_tombstone=last_tombstone(context))
    if verified is False:
        put_number(context, "mismatches", get_number(context, "mismatches") + 1)
        doubt_what_left(context, checkpoint.scope, before.last_tombstone)
        after = marked(context, after)
    put_scope(context, after)
    return gone


def _keep_greeting(context: DatabaseContext, greeting: Greeting) -> None:
    put_text(context, "epoch", greeting.epoch)
    put_number(context, "backed_up", greeting.backed_up)
    put_number(context, "revoked", int(greeting.revoked))
    put_number(context, "sign_in", int(greeting.sign_in))
    replace_notices(context, greeting.notices)
