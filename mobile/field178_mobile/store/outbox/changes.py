"""Table of changes: changes filed on this tablet, their state and their receipts.

A change is written once and never rendered again. It is deleted only when a verified backup of the server
contains it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number
from field178_shared.wire.canonical import canonical, receipt_hash
from field178_shared.wire.protocol import Op, Receipt, Status


class State(StrEnum):
    """State of a change; only a stored receipt makes it acknowledged."""

    PENDING = "pending"
    SENT = "sent"
    ISOLATED = "parked"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change about to be filed. `long_was` contains the full values that `was` shortens to hashes."""

    wire: Json
    incarnation: str
    long_was: Json
    replaces: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The change's idempotency key."""
        return str(self.wire["change_id"])

    @property
    def n(self) -> int:
        """The change's number in its incarnation."""
        n = self.wire["n"]
        return n if isinstance(n, int) else 0


@dataclass(frozen=True, slots=True)
class OwnChange:
    """One filed change with its state. `was` holds the full values the user saw."""

    ordinal: int
    id: str
    incarnation: str
    n: int
    record_id: str
    type: str
    scope: str
    op: str
    is_create: bool
    state: State
    status: Status | None
    reason: str | None
    rev: int
    seq: int | None
    receipt_revision: int
    receipt_scope: str | None
    settled: bool
    replaced_by: str | None
    wire: Json
    set: Json
    was: Json
    long_was: Json
    details: Mapping[str, object]

    @property
    def is_pending(self) -> bool:
        """Return whether the server has not answered this change yet."""
        return self.state is not State.ACKNOWLEDGED

    @property
    def is_applied(self) -> bool:
        """Return whether the server has applied it."""
        return not self.is_pending and self.status is Status.APPLIED

    @property
    def is_refused(self) -> bool:
        """Return whether the user has to correct it: quarantined by the server, or isolated here."""
        return self.state is State.ISOLATED or self.status is Status.QUARANTINED

    @property
    def only_settles(self) -> bool:
        """Return whether it only resolves conflicts: a deleted record stays deleted."""
        return self.op == Op.RESOLVE and not self.set


def insert_change(context: DatabaseContext, change: NewChange) -> None:
    """Insert a filed change as pending and hide the changes that it supersedes. Inside a transaction."""
    wire = change.wire
    body = canonical({"wire": wire, "long_was": change.long_was})
    sealed = context.sealer.seal("outbox", change.id, change.n, body)
    context.connection.execute(
        "INSERT INTO outbox (id, incarnation, n, record_id, type, scope, op, is_create, state, size_bytes, "
        "key_id, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
        (
            change.id,
            change.incarnation,
            change.n,
            wire["record_id"],
            wire["type"],
            wire["scope"],
            wire["op"],
            int(wire["create"] is True),
            len(canonical(wire)),
            context.sealer.key_id,
            sealed,
        ),
    )
    for replaced in change.replaces:
        context.connection.execute("UPDATE outbox SET replaced_by = ? WHERE id = ?", (change.id, replaced))


def seal_again(context: DatabaseContext, change: NewChange) -> None:
    """Rewrite the content of a change from its journal copy. Inside a transaction."""
    body = canonical({"wire": change.wire, "long_was": change.long_was})
    sealed = context.sealer.seal("outbox", change.id, change.n, body)
    context.connection.execute("UPDATE outbox SET sealed = ? WHERE id = ?", (sealed, change.id))


def all_changes(context: DatabaseContext) -> list[NewChange]:
    """Return every stored change as it was filed, in the order of filing."""
    own = _select(context, "1 = 1", ())
    replaced: dict[str, list[str]] = {}
    for change in own:
        if change.replaced_by is not None:
            replaced.setdefault(change.replaced_by, []).append(change.id)
    return [
        NewChange(change.wire, change.incarnation, change.long_was, tuple(replaced.get(change.id, ())))
        for change in own
    ]


def has_change(context: DatabaseContext, change_id: str) -> bool:
    """Return whether a change is stored here."""
    return (
        context.connection.execute("SELECT 1 FROM outbox WHERE id = ?", (change_id,)).fetchone() is not None
    )


def get_change(context: DatabaseContext, change_id: str) -> OwnChange | None:
    """Return one change, or None if it is not stored here."""
    changes = _select(context, "id = ?", (change_id,))
    return changes[0] if changes else None


def changes_of(context: DatabaseContext, record_id: str) -> list[OwnChange]:
    """Return every stored change of a record, in the order of filing."""
    return _select(context, "record_id = ?", (record_id,))


def changes_of_all(context: DatabaseContext, record_ids: Collection[str]) -> dict[str, list[OwnChange]]:
    """Return every stored change of these records, in the order of filing."""
    where = "record_id IN (SELECT value FROM json_each(?))"
    return by_record(_select(context, where, (json.dumps(sorted(record_ids)),)))


def shown_changes(context: DatabaseContext, record_type: str) -> list[OwnChange]:
    """Return the changes of a type that no server record contains yet, in the order of filing."""
    return _select(context, "type = ? AND settled = 0", (record_type,))


def refused_changes(context: DatabaseContext) -> list[OwnChange]:
    """Return the changes that the user has to correct."""
    return _select(
        context, "(status = 'quarantined' OR state = 'parked') AND settled = 0 AND replaced_by IS NULL", ()
    )


def open_changes(context: DatabaseContext, limit: int, skip: frozenset[str] = frozenset()) -> list[OwnChange]:
    """Return the changes to push, ascending: pending, and sent without an answer."""
    changes = _select(context, "state IN ('pending', 'sent')", (), limit + len(skip))
    return [change for change in changes if change.id not in skip][:limit]


def by_record(changes: Iterable[OwnChange]) -> dict[str, list[OwnChange]]:
    """Return changes by the record they are about, their order kept."""
    by_record: dict[str, list[OwnChange]] = {}
    for change in changes:
        by_record.setdefault(change.record_id, []).append(change)
    return by_record


def set_state(
    context: DatabaseContext, change_ids: Iterable[str], state: State, reason: str | None = None
) -> None:
    """Move unanswered changes to a state. Inside a transaction."""
    context.connection.executemany(
        "UPDATE outbox SET state = ?, reason = ? WHERE id = ? AND state <> 'acknowledged'",
        [(state.value, reason, change_id) for change_id in change_ids],
    )


def offer_again(context: DatabaseContext, change_ids: Iterable[str]) -> None:
    """Make acknowledged changes pending again, under the same ids. Inside a transaction.

    The digest of their scope loses their receipts: the caller computes it anew.
    """
    context.connection.executemany(
        "UPDATE outbox SET state = 'pending', status = NULL, reason = NULL, rev = 0, seq = NULL, "
        "stamp = NULL, receipt_scope = NULL, settled = 0, sealed_receipt = NULL "
        "WHERE id = ? AND state = 'acknowledged'",
        [(change_id,) for change_id in change_ids],
    )


def store_receipt(context: DatabaseContext, change: OwnChange, receipt: Receipt, settled: bool) -> None:
    """Store the receipt of a change, which makes it acknowledged. Inside a transaction."""
    revision = change.receipt_revision + 1
    sealed = context.seal("receipt", change.id, revision, receipt.to_wire())
    context.connection.execute(
        "UPDATE outbox SET state = 'acknowledged', status = ?, reason = ?, rev = ?, seq = ?, stamp = NULL, "
        "receipt_revision = ?, receipt_scope = ?, settled = ?, sealed_receipt = ? WHERE id = ?",
        (
            receipt.status.value,
            receipt.reason,
            receipt.rev,
            receipt.seq,
            revision,
            receipt.scope,
            int(settled),
            sealed,
            change.id,
        ),
    )


def settle_record(context: DatabaseContext, record_id: str, rev: int) -> None:
    """Settle changes that the server record contains: receipts up to this rev. Inside a transaction."""
    context.connection.execute(
        "UPDATE outbox SET settled = 1 WHERE record_id = ? AND state = 'acknowledged' "
        "AND status <> 'quarantined' AND rev <= ?",
        (record_id, rev),
    )


def show_again(context: DatabaseContext, record_id: str, rev: int) -> None:
    """Show settled changes that the server record lacks: receipts above this rev. Inside a transaction.

    A restored server knows neither the rev nor the change until it is pushed again.
    """
    context.connection.execute(
        "UPDATE outbox SET settled = 0 WHERE record_id = ? AND state = 'acknowledged' "
        "AND status <> 'quarantined' AND rev > ?",
        (record_id, rev),
    )


def settle_left(context: DatabaseContext, record_id: str, scope: str) -> None:
    """Settle changes answered in a scope that the record left. Inside a transaction."""
    context.connection.execute(
        "UPDATE outbox SET settled = 1 WHERE record_id = ? AND receipt_scope = ? AND state = 'acknowledged' "
        "AND status <> 'quarantined'",
        (record_id, scope),
    )


def settle_scope(context: DatabaseContext, scope: str, seq: int | None) -> set[str]:
    """Settle changes of a scope without a server record, up to a seq (None: all).

    Their record was deleted, merged or moved, or the scope was lost. Return the ids of the records that are
    no longer shown. Inside a transaction.
    """
    gone = context.connection.execute(
        "UPDATE outbox SET settled = 1 WHERE settled = 0 AND state = 'acknowledged' AND receipt_scope = ? "
        "AND status <> 'quarantined' AND (? IS NULL OR seq <= ?) "
        "AND NOT EXISTS (SELECT 1 FROM base WHERE base.id = outbox.record_id) RETURNING record_id",
        (scope, seq, seq),
    )
    return {row[0] for row in gone.fetchall()}


def receipt_hashes(context: DatabaseContext) -> Iterator[tuple[str, str]]:
    """Yield (change id, h) of the receipts of acknowledged changes."""
    query = "SELECT id, status, reason FROM outbox WHERE state = 'acknowledged'"
    for change_id, status, reason in context.connection.execute(query):
        yield change_id, receipt_hash(change_id, status, reason)


def stamp_receipts(context: DatabaseContext, seq: int, *, every: bool) -> None:
    """Note the checkpoint that proved the receipts: all of them, or those without a stamp.

    Inside a transaction.
    """
    query = "UPDATE outbox SET stamp = ? WHERE state = 'acknowledged' AND (? OR stamp IS NULL)"
    context.connection.execute(query, (seq, every))


def prunable(context: DatabaseContext) -> list[str]:
    """Return the changes that are not needed here and whose receipt is in a verified backup."""
    query = (
        "SELECT id FROM outbox WHERE state = 'acknowledged' AND settled = 1 AND status <> 'quarantined' "
        "AND stamp <= ? ORDER BY ordinal"
    )
    backed_up = get_number(context, "backed_up")
    return [row[0] for row in context.connection.execute(query, (backed_up,))]


def delete_changes(context: DatabaseContext, change_ids: Iterable[str]) -> None:
    """Delete changes. Inside a transaction."""
    context.connection.executemany(
        "DELETE FROM outbox WHERE id = ?", [(change_id,) for change_id in change_ids]
    )


def _select(
    context: DatabaseContext, where: str, values: tuple[str, ...], limit: int = -1
) -> list[OwnChange]:
    query = f"SELECT {', '.join(_Row._fields)} FROM outbox WHERE {where} ORDER BY ordinal LIMIT {limit:d}"  # noqa: S608
    return [
        _from_row(context, _Row._make(row)) for row in context.connection.execute(query, values).fetchall()
    ]


class _Row(NamedTuple):
    """One row as SQLite gives it."""

    ordinal: int
    id: str
    incarnation: str
    n: int
    record_id: str
    type: str
    scope: str
    op: str
    is_create: int
    state: str
    status: str | None
    reason: str | None
    rev: int
    seq: int | None
    receipt_revision: int
    receipt_scope: str | None
    settled: int
    replaced_by: str | None
    sealed: bytes
    sealed_receipt: bytes | None


def _from_row(context: DatabaseContext, row: _Row) -> OwnChange:
    body = context.open("outbox", row.id, row.n, row.sealed)
    wire = _object(body["wire"])
    details: Mapping[str, object] = {}
    if row.sealed_receipt is not None:
        details = _object(
            context.open("receipt", row.id, row.receipt_revision, row.sealed_receipt)["details"]
        )
    return OwnChange(
        *row[:8],
        is_create=bool(row.is_create),
        state=State(row.state),
        status=None if row.status is None else Status(row.status),
        reason=row.reason,
        rev=row.rev,
        seq=row.seq,
        receipt_revision=row.receipt_revision,
        receipt_scope=row.receipt_scope,
        settled=bool(row.settled),
        replaced_by=row.replaced_by,
        wire=wire,
        set=_object(wire["set"]),
        was={**_object(wire["was"]), **_object(body["long_was"])},
        long_was=_object(body["long_was"]),
        details=details,
    )


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
