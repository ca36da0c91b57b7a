"""Tombstones: records that left the replica, kept for a while and offered if the server lost them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.replica.server_records import ServerRecord, drop_server_record, put_server_record
from field178_shared.errors import AppError
from field178_shared.record_type import RecordType
from field178_shared.wire.canonical import Digest, record_hash_of_body

KEPT_S = 30 * 86_400
# Types created by the server only; it skips lost numbers and recomputes figures, so nobody could decide on
# them.
_NEVER_OFFERED = (RecordType.NUMBER_BLOCK, RecordType.INDICATOR_FIGURES)
_HASH_BYTES = 16
MOVED = ("id", "type", "scope", "rev", "deleted", "lost", "at_s", "key_id", "sealed")
_INSERT = f"INSERT INTO removed ({', '.join(MOVED)}) VALUES ({', '.join('?' * len(MOVED))})"  # noqa: S608
_COLUMNS = "ordinal, id, type, scope, rev, deleted, sealed"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One record that left the replica."""

    ordinal: int
    row: ServerRecord

    def to_wire(self) -> Json:
        """Return it as an entry of `salvage`."""
        row = self.row
        members = {"id": row.id, "type": row.type, "scope": row.scope, "rev": row.rev}
        return {**members, "deleted": row.deleted, "data": row.data, "h": row.h}


def take_over(context: DatabaseContext, row: ServerRecord, digests: dict[str, Digest], at_s: int) -> None:
    """Commit a record of the server; a newer record that it replaces becomes a tombstone.

    Inside a transaction.
    """
    old = put_server_record(context, row, digests)
    if row.is_erased:
        # Erased records keep no tombstone and are never offered to the office again.
        context.connection.execute("DELETE FROM removed WHERE id = ?", (row.id,))
    elif old is not None and old.h != row.h and old.rev >= row.rev:
        # A rev never falls in one history: the server went back to a backup, and this was written after it.
        _add_tombstone(context, old, at_s, lost=True)
    elif old is not None and row.deleted and not old.deleted:
        _add_tombstone(context, old, at_s, lost=False)
    elif old is None:
        _let_go(context, row)
        # The record has just left another scope and returns with an older revision: the server was restored
        # from a backup.
        query = "UPDATE removed SET lost = 1 WHERE lost = 0 AND id = ? AND rev >= ?"
        context.connection.execute(query, (row.id, row.rev))


def take_out(
    context: DatabaseContext, record_id: str, digests: dict[str, Digest], at_s: int, *, lost: bool
) -> None:
    """Delete one server record; a live record becomes a tombstone. Inside a transaction."""
    old = drop_server_record(context, record_id, digests)
    if old is not None and not old.deleted:
        _add_tombstone(context, old, at_s, lost=lost)


def last_tombstone(context: DatabaseContext) -> int:
    """Return the ordinal of the newest tombstone, 0 if there is none."""
    [(last,)] = context.connection.execute("SELECT coalesce(max(ordinal), 0) FROM removed").fetchall()
    return int(last)


def doubt_what_left(context: DatabaseContext, scope: str, since: int) -> None:
    """Offer the records that left a scope after this ordinal.

    The digest of the scope differs, so the leaves may come from another history. A deleted record is still a
    server record and is not offered. Inside a transaction.
    """
    query = (
        "UPDATE removed SET lost = 1 WHERE lost = 0 AND scope = ? AND ordinal > ? "
        "AND NOT EXISTS (SELECT 1 FROM base WHERE base.id = removed.id)"
    )
    context.connection.execute(query, (scope, since))


def lost_records(context: DatabaseContext, limit: int, skip: Iterable[int] = ()) -> list[Tombstone]:
    """Return the tombstones to offer to the server, oldest first."""
    skipped = set(skip)
    query = f"SELECT {_COLUMNS} FROM removed WHERE lost = 1 ORDER BY ordinal LIMIT ?"  # noqa: S608  constants
    rows = context.connection.execute(query, (limit + len(skipped),)).fetchall()
    return [_opened(context, row) for row in rows if row[0] not in skipped][:limit]


def bring_back(context: DatabaseContext) -> None:
    """Offer all tombstones to the office at the request of the user."""
    with context.transaction("bring_back"):
        context.connection.execute("UPDATE removed SET lost = 1")


def count_tombstones(context: DatabaseContext) -> tuple[int, int]:
    """Return how many tombstones are kept, and how many are offered to the office."""
    query = "SELECT coalesce(sum(lost = 0), 0), coalesce(sum(lost), 0) FROM removed"
    kept, lost = context.connection.execute(query).fetchone()
    return kept, lost


def forget_tombstones(context: DatabaseContext, ordinals: Iterable[int]) -> None:
    """Delete tombstones. Inside a transaction."""
    context.connection.executemany(
        "DELETE FROM removed WHERE ordinal = ?", [(ordinal,) for ordinal in ordinals]
    )


def forget_lost(context: DatabaseContext, ordinals: Iterable[int]) -> None:
    """Delete tombstones that were offered and answered."""
    with context.transaction("salvaged"):
        forget_tombstones(context, ordinals)


def forget_tombstones_of(context: DatabaseContext, scope: str) -> None:
    """Delete the tombstones of a lost scope. Inside a transaction."""
    context.connection.execute("DELETE FROM removed WHERE scope = ?", (scope,))


def bring_over(context: DatabaseContext, tombstone: Mapping[str, object]) -> None:
    """Copy a tombstone row from another database. Inside a transaction.

    Raises AppError or TypeError if the row does not decrypt, or its plain columns differ from the sealed
    copies.
    """
    values = tuple(tombstone[name] for name in MOVED)
    record_id, record_type, scope, rev, deleted, lost, at_s, _, sealed = values
    if not (isinstance(record_id, str) and isinstance(record_type, str) and isinstance(scope, str)):
        raise TypeError
    if not (isinstance(rev, int) and isinstance(deleted, int) and isinstance(at_s, int)):
        raise TypeError
    if not isinstance(sealed, bytes):
        raise TypeError
    row = _opened(context, (0, record_id, record_type, scope, rev, deleted, sealed)).row
    if record_hash_of_body(row.id, row.type, row.rev, row.deleted, row.body) != row.h:
        raise TypeError
    context.connection.execute(_INSERT, (*values[:5], int(lost != 0), *values[6:]))


def expire_tombstones(context: DatabaseContext, now_s: int) -> None:
    """Delete expired tombstones by the server's clock, except those to offer."""
    query = "FROM removed WHERE lost = 0 AND at_s < ?"
    over = (now_s - KEPT_S,)
    if context.connection.execute(f"SELECT 1 {query} LIMIT 1", over).fetchone() is not None:
        with context.transaction("expire"):
            context.connection.execute(f"DELETE {query}", over)


def _add_tombstone(context: DatabaseContext, row: ServerRecord, at_s: int, *, lost: bool) -> None:
    _let_go(context, row)
    if row.type in _NEVER_OFFERED:
        return
    sealed = context.sealer.seal("removed", row.id, row.rev, row.payload)
    context.connection.execute(
        _INSERT,
        (
            row.id,
            row.type,
            row.scope,
            row.rev,
            int(row.deleted),
            int(lost),
            at_s,
            context.sealer.key_id,
            sealed,
        ),
    )


def _let_go(context: DatabaseContext, row: ServerRecord) -> None:
    # The same content is a server record again.
    query = f"SELECT {_COLUMNS} FROM removed WHERE id = ?"  # noqa: S608  constants
    for tombstone in context.connection.execute(query, (row.id,)).fetchall():
        if _is_spoiled_or(context, tombstone, row.h):
            context.connection.execute("DELETE FROM removed WHERE ordinal = ?", (tombstone[0],))


def _is_spoiled_or(
    context: DatabaseContext, tombstone: tuple[int, str, str, str, int, int, bytes], h: str
) -> bool:
    try:
        return _opened(context, tombstone).row.h == h
    except AppError:
        return True


def _opened(context: DatabaseContext, row: tuple[int, str, str, str, int, int, bytes]) -> Tombstone:
    ordinal, record_id, record_type, scope, rev, deleted, sealed = row
    payload = context.sealer.open("removed", record_id, rev, sealed)
    h, body = payload[:_HASH_BYTES].hex(), payload[_HASH_BYTES:]
    return Tombstone(ordinal, ServerRecord(record_id, record_type, scope, rev, bool(deleted), body, h))
