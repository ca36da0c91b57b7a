"""Records that went from the base: they rest for a while, and what the server has lost is offered to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext, parse_object
from field178_mobile.store.replica.server_records import ServerRecord, drop_server_record, put_server_record
from field178_shared.errors import AppError
from field178_shared.records import number_block
from field178_shared.wire.canonical import Digest, canonical, record_hash

REST_S = 30 * 86_400
# The server makes it alone, and leaves its numbers out where it has lost it: nobody could decide about one.
_NEVER_OFFERED = number_block.TYPE
_HASH_BYTES = 16
MOVED = ("id", "type", "scope", "rev", "deleted", "lost", "at_s", "key_id", "sealed")
_INSERT = f"INSERT INTO removed ({', '.join(MOVED)}) VALUES ({', '.join('?' * len(MOVED))})"  # noqa: S608
_COLUMNS = "ordinal, id, type, scope, rev, deleted, sealed"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One record at rest."""

    ordinal: int
    row: ServerRecord

    def to_wire(self) -> Json:
        """Return it as an entry of `salvage`."""
        row = self.row
        members = {"id": row.id, "type": row.type, "scope": row.scope, "rev": row.rev}
        return {**members, "deleted": row.deleted, "data": row.data, "h": row.h}


def take_over(context: DatabaseContext, row: ServerRecord, digests: dict[str, Digest], at_s: int) -> None:
    """Commit one record of the server's; what it knew better before is kept as lost. Inside a transaction."""
    old = put_server_record(context, row, digests)
    if row.is_purged:
        # Whatever stood here before: nothing of it rests, and none of it is offered to the office again.
        context.connection.execute("DELETE FROM removed WHERE id = ?", (row.id,))
    elif old is not None and old.h != row.h and old.rev >= row.rev:
        # A rev never falls in one history: the server went back to a backup, and this was written after it.
        _rest(context, old, at_s, lost=True)
    elif old is not None and row.deleted and not old.deleted:
        _rest(context, old, at_s, lost=False)
    elif old is None:
        _let_go(context, row)
        # It left another scope just before, and comes back as less than it was: so says a restored server.
        query = "UPDATE removed SET lost = 1 WHERE lost = 0 AND id = ? AND rev >= ?"
        context.connection.execute(query, (row.id, row.rev))


def take_out(
    context: DatabaseContext, record_id: str, digests: dict[str, Digest], at_s: int, *, lost: bool
) -> None:
    """Remove one record from the base; a live one rests. Inside a transaction."""
    old = drop_server_record(context, record_id, digests)
    if old is not None and not old.deleted:
        _rest(context, old, at_s, lost=lost)


def last_removed(context: DatabaseContext) -> int:
    """Return the ordinal of the record that came to rest last, 0 when none rests."""
    [(last,)] = context.connection.execute("SELECT coalesce(max(ordinal), 0) FROM removed").fetchall()
    return int(last)


def doubt_what_left(context: DatabaseContext, scope: str, since: int) -> None:
    """Offer what left a scope after this ordinal: the scope differs, and another history may have told of it.

    What is deleted is in the base still: the server has a later word on it. Inside a transaction.
    """
    query = (
        "UPDATE removed SET lost = 1 WHERE lost = 0 AND scope = ? AND ordinal > ? "
        "AND NOT EXISTS (SELECT 1 FROM base WHERE base.id = removed.id)"
    )
    context.connection.execute(query, (scope, since))


def lost_records(context: DatabaseContext, limit: int, skip: Iterable[int] = ()) -> list[Tombstone]:
    """Return what is to be offered to the server, the longest at rest first."""
    skipped = set(skip)
    query = f"SELECT {_COLUMNS} FROM removed WHERE lost = 1 ORDER BY ordinal LIMIT ?"  # noqa: S608  constants
    rows = context.connection.execute(query, (limit + len(skipped),)).fetchall()
    return [_opened(context, row) for row in rows if row[0] not in skipped][:limit]


def bring_back(context: DatabaseContext) -> None:
    """Offer to the office all that is at rest: the user wants it back."""
    with context.transaction("bring_back"):
        context.connection.execute("UPDATE removed SET lost = 1")


def count_tombstones(context: DatabaseContext) -> tuple[int, int]:
    """Return how many records are at rest, and how many are offered to the office."""
    query = "SELECT coalesce(sum(lost = 0), 0), coalesce(sum(lost), 0) FROM removed"
    resting, lost = context.connection.execute(query).fetchone()
    return resting, lost


def forget_tombstones(context: DatabaseContext, ordinals: Iterable[int]) -> None:
    """Let go of what the server has answered for. Inside a transaction."""
    context.connection.executemany("DELETE FROM removed WHERE ordinal = ?", [(one,) for one in ordinals])


def forget_lost(context: DatabaseContext, ordinals: Iterable[int]) -> None:
    """Let go of records that were offered and answered."""
    with context.transaction("salvaged"):
        forget_tombstones(context, ordinals)


def forget_tombstones_of(context: DatabaseContext, scope: str) -> None:
    """Let go of what a lost scope held: nothing of it stays readable. Inside a transaction."""
    context.connection.execute("DELETE FROM removed WHERE scope = ?", (scope,))


def bring_over(context: DatabaseContext, found: Mapping[str, object]) -> None:
    """Take over a row of this table from another database, as it was. Inside a transaction.

    Raises AppError or TypeError for one that does not open, or whose plain columns are not what was sealed.
    """
    values = tuple(found[name] for name in MOVED)
    record_id, record_type, scope, rev, deleted, lost, at_s, _, sealed = values
    if not (isinstance(record_id, str) and isinstance(record_type, str) and isinstance(scope, str)):
        raise TypeError
    if not (isinstance(rev, int) and isinstance(deleted, int) and isinstance(at_s, int)):
        raise TypeError
    if not isinstance(sealed, bytes):
        raise TypeError
    row = _opened(context, (0, record_id, record_type, scope, rev, deleted, sealed)).row
    if record_hash(row.id, row.type, row.rev, row.deleted, row.data) != row.h:
        raise TypeError
    context.connection.execute(_INSERT, (*values[:5], int(lost != 0), *values[6:]))


def expire_tombstones(context: DatabaseContext, now_s: int) -> None:
    """Let go of what has rested its days, by the server's clock; what is lost waits for its answer."""
    query = "FROM removed WHERE lost = 0 AND at_s < ?"
    over = (now_s - REST_S,)
    if context.connection.execute(f"SELECT 1 {query} LIMIT 1", over).fetchone() is not None:
        with context.transaction("expire"):
            context.connection.execute(f"DELETE {query}", over)


def _rest(context: DatabaseContext, row: ServerRecord, at_s: int, *, lost: bool) -> None:
    _let_go(context, row)
    if row.type == _NEVER_OFFERED:
        return
    payload = bytes.fromhex(row.h) + canonical(row.data)
    sealed = context.sealer.seal("removed", row.id, row.rev, payload)
    context.connection.execute(
        _INSERT,
        (
            *(row.id, row.type, row.scope, row.rev, int(row.deleted), int(lost), at_s),
            *(context.sealer.key_id, sealed),
        ),
    )


def _let_go(context: DatabaseContext, row: ServerRecord) -> None:
    # The same words are in the base again.
    query = f"SELECT {_COLUMNS} FROM removed WHERE id = ?"  # noqa: S608  constants
    for found in context.connection.execute(query, (row.id,)).fetchall():
        if _is_spoiled_or(context, found, row.h):
            context.connection.execute("DELETE FROM removed WHERE ordinal = ?", (found[0],))


def _is_spoiled_or(
    context: DatabaseContext, found: tuple[int, str, str, str, int, int, bytes], h: str
) -> bool:
    try:
        return _opened(context, found).row.h == h
    except AppError:
        return True


def _opened(context: DatabaseContext, row: tuple[int, str, str, str, int, int, bytes]) -> Tombstone:
    ordinal, record_id, record_type, scope, rev, deleted, sealed = row
    payload = context.sealer.open("removed", record_id, rev, sealed)
    data, h = parse_object(payload[_HASH_BYTES:]), payload[:_HASH_BYTES].hex()
    return Tombstone(ordinal, ServerRecord(record_id, record_type, scope, rev, bool(deleted), data, h))
