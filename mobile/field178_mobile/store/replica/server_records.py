"""Server records as last committed, and the digest of the live records of each scope."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext, parse_object
from field178_mobile.store.replica.listings import Listing, listing_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import EMPTY, Digest, digest_from_wire, digest_of
from field178_shared.wire.protocol import ERASED_AT, ERASED_OPENING, REDUCED

_HASH_BYTES = 16
_ERASED_OPENING = ERASED_OPENING.encode()
_REDUCED_MEMBER = f'"{REDUCED}":{{'.encode()
_COLUMNS = "id, type, scope, rev, deleted, sealed"
_INSERT = "INSERT OR REPLACE INTO base VALUES (?, ?, ?, ?, ?, ?, ?)"
_KNOWN = (
    "WITH asked AS MATERIALIZED (SELECT value FROM json_each(?1)) "
    "SELECT id FROM base WHERE id IN asked UNION ALL SELECT id FROM removed WHERE id IN asked "
    "UNION ALL SELECT record_id FROM outbox WHERE record_id IN asked"
)
_OF_OTHER_TYPES = (
    "SELECT id FROM base WHERE id IN (SELECT value FROM json_each(?1)) "
    "AND type NOT IN (SELECT value FROM json_each(?2))"
)
_SCOPE_COLUMNS = "id, cursor, refresh, revision, sealed, gone, held, answer, rested, below"


@dataclass(frozen=True)
class ServerRecord:
    """A committed record. `body`: canonical form of its data; `h`: the server's hash, verified here.

    `line`: its list row if its data was parsed to verify the body. Keeping the data of hundreds of records
    until their commit costs as much as parsing it.
    """

    id: str
    type: str
    scope: str
    rev: int
    deleted: bool
    body: bytes = field(repr=False)
    h: str
    line: Listing | None = field(default=None, repr=False, compare=False)

    @cached_property
    def data(self) -> Json:
        """The content, parsed at its first use: most records are stored and counted without it."""
        return parse_object(self.body)

    @property
    def listing(self) -> Listing | None:
        """List row of the record; None if deleted or erased."""
        if self.deleted or self.is_erased:
            return None
        return self.line or listing_of(self.type, self.id, self.data)

    @property
    def is_erased(self) -> bool:
        """Return whether the office has erased the content of the record."""
        return self.body.startswith(_ERASED_OPENING) and set(self.data) == {ERASED_AT}

    @property
    def reduced_at_rev(self) -> int:
        """Return the revision in which retention removed values of the record, 0 if it has them all."""
        # Most bodies have no such member: only those that may are parsed.
        marks = self.data.get(REDUCED) if _REDUCED_MEMBER in self.body else None
        rev = marks.get("rev") if isinstance(marks, dict) else None
        return rev if isinstance(rev, int) else 0

    @property
    def is_shortened(self) -> bool:
        """Return whether content of the record was removed for good, all or in part."""
        return self.is_erased or self.reduced_at_rev > 0

    @property
    def payload(self) -> bytes:
        """The sealed values of the record."""
        return bytes.fromhex(self.h) + self.body


@dataclass(frozen=True, slots=True)
class ScopeCursor:
    """Read position of a granted scope; refresh > 0 while it is being repaired.

    `below`: the lowest stamp read of a scope whose load has not ended, else 0. `gone`, `withheld` and
    `answer` belong to the mass deletion guard, `last_tombstone` to the tombstones.
    """

    id: str
    cursor: int
    refresh: int
    digest: Digest
    gone: int = 0
    withheld: int = 0
    answer: str = "none"
    last_tombstone: int = 0
    below: int = 0


@dataclass(frozen=True, slots=True)
class Committed:
    """Result of a commit. `verified` is None without a digest; `stopped`: the guard withheld deletions.

    `new`: records that no other row of this tablet refers to. `receipts_verified`: as `verified`, of receipts
    that were committed with the records.
    """

    records: frozenset[str]
    verified: bool | None = None
    receipts_verified: bool | None = None
    stopped: bool = False
    new: Sequence[ServerRecord] = ()


def get_server_record(context: DatabaseContext, record_id: str) -> ServerRecord | None:
    """Return one committed record, deleted ones included."""
    query = f"SELECT {_COLUMNS} FROM base WHERE id = ?"  # noqa: S608  constants
    row = context.connection.execute(query, (record_id,)).fetchone()
    return None if row is None else _from_row(context, row)


def server_records_of(context: DatabaseContext, record_ids: Collection[str]) -> dict[str, ServerRecord]:
    """Return those of these records that are committed here, deleted ones included."""
    query = f"SELECT {_COLUMNS} FROM base WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608  constants
    rows = context.connection.execute(query, (json.dumps(sorted(record_ids)),))
    return {row[0]: _from_row(context, row) for row in rows}


def server_records(
    context: DatabaseContext, record_type: str, scope: str | None = None
) -> Iterator[ServerRecord]:
    """Yield the committed records of a type."""
    query = f"SELECT {_COLUMNS} FROM base WHERE type = ? AND (? IS NULL OR scope = ?)"  # noqa: S608
    for row in context.connection.execute(query, (record_type, scope, scope)):
        yield _from_row(context, row)


def server_rev(context: DatabaseContext, record_id: str) -> int:
    """Return the revision of a committed record, 0 if there is none."""
    row = context.connection.execute("SELECT rev FROM base WHERE id = ?", (record_id,)).fetchone()
    return 0 if row is None else int(row[0])


def put_server_record(
    context: DatabaseContext, row: ServerRecord, digests: dict[str, Digest]
) -> ServerRecord | None:
    """Commit one record, update the digests of its scopes, and return the replaced record.

    Inside a transaction.
    """
    old = get_server_record(context, row.id)
    if old is not None and not old.deleted:
        digests[old.scope] = _digest(context, digests, old.scope).remove(old.h)
    if not row.deleted:
        digests[row.scope] = _digest(context, digests, row.scope).add(row.h)
    context.connection.execute(_INSERT, _values(context, row))
    return old


def put_new_records(
    context: DatabaseContext, rows: Sequence[ServerRecord], digests: dict[str, Digest]
) -> None:
    """Commit records that are new on this tablet (`known_ids`). Inside a transaction."""
    for scope in sorted({row.scope for row in rows}):
        live = [row.h for row in rows if row.scope == scope and not row.deleted]
        digests[scope] = _digest(context, digests, scope).union(digest_of(live))
    context.connection.executemany(_INSERT, [_values(context, row) for row in rows])


def known_ids(context: DatabaseContext, record_ids: Collection[str]) -> set[str]:
    """Return those of these records that have a row, a tombstone or an own change here."""
    return {row[0] for row in context.connection.execute(_KNOWN, (json.dumps(sorted(record_ids)),))}


def ids_of_other_types(
    context: DatabaseContext, record_ids: Collection[str], record_types: Collection[str]
) -> set[str]:
    """Return the ids of these records that have other types, without decrypting a record."""
    values = (json.dumps(sorted(record_ids)), json.dumps(sorted(record_types)))
    return {row[0] for row in context.connection.execute(_OF_OTHER_TYPES, values)}


def drop_server_record(
    context: DatabaseContext, record_id: str, digests: dict[str, Digest]
) -> ServerRecord | None:
    """Remove one server record and return it. Inside a transaction."""
    old = get_server_record(context, record_id)
    if old is None:
        return None
    if not old.deleted:
        digests[old.scope] = _digest(context, digests, old.scope).remove(old.h)
    context.connection.execute("DELETE FROM base WHERE id = ?", (record_id,))
    return old


def scope_rows(context: DatabaseContext) -> dict[str, ScopeCursor]:
    """Return every scope this tablet holds something of."""
    query = f"SELECT {_SCOPE_COLUMNS} FROM scope ORDER BY id"  # noqa: S608  constants
    return {row[0]: _scope_from_row(context, row) for row in context.connection.execute(query).fetchall()}


def is_loading(context: DatabaseContext) -> bool:
    """Return whether the load of a scope has not ended, without unsealing a scope."""
    return bool(
        context.connection.execute("SELECT EXISTS (SELECT 1 FROM scope WHERE below > 0)").fetchone()[0]
    )


def get_scope(context: DatabaseContext, scope: str) -> ScopeCursor:
    """Return one scope, or an empty one that was never read."""
    query = f"SELECT {_SCOPE_COLUMNS} FROM scope WHERE id = ?"  # noqa: S608  constants
    row = context.connection.execute(query, (scope,)).fetchone()
    return ScopeCursor(scope, 0, 0, EMPTY) if row is None else _scope_from_row(context, row)


def put_scope(context: DatabaseContext, row: ScopeCursor) -> None:
    """Store the cursor and digest of a scope. Inside a transaction, together with its rows."""
    row_of_scope = context.connection.execute("SELECT revision FROM scope WHERE id = ?", (row.id,)).fetchone()
    revision = 1 if row_of_scope is None else row_of_scope[0] + 1
    sealed = context.seal("scope", row.id, revision, {"digest": row.digest.wire()})
    context.connection.execute(
        "INSERT OR REPLACE INTO scope VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.id,
            row.cursor,
            row.refresh,
            revision,
            context.sealer.key_id,
            sealed,
            row.gone,
            row.withheld,
            row.answer,
            row.last_tombstone,
            row.below,
        ),
    )


def drop_scope(context: DatabaseContext, scope: str) -> list[str]:
    """Delete a scope: its rows, cursor and flags; return the deleted ids. Inside a transaction."""
    ids = [row[0] for row in context.connection.execute("SELECT id FROM base WHERE scope = ?", (scope,))]
    context.connection.execute("DELETE FROM base WHERE scope = ?", (scope,))
    context.connection.execute("DELETE FROM scope WHERE id = ?", (scope,))
    return ids


def server_record_ids(context: DatabaseContext, scope: str) -> list[str]:
    """Return the ids of a scope's committed records, deleted ones included."""
    query = "SELECT id FROM base WHERE scope = ? ORDER BY id"
    return [row[0] for row in context.connection.execute(query, (scope,))]


def live_hashes(context: DatabaseContext, scope: str) -> Iterator[tuple[str, str]]:
    """Yield (id, h) of a scope's live records."""
    query = "SELECT id, rev, sealed FROM base WHERE scope = ? AND deleted = 0"
    for record_id, rev, sealed in context.connection.execute(query, (scope,)):
        yield record_id, context.sealer.open("base", record_id, rev, sealed)[:_HASH_BYTES].hex()


def recomputed_digest(context: DatabaseContext, scope: str) -> Digest:
    """Return the digest of a scope computed from its rows; the stored digest MUST be equal."""
    return digest_of(h for _, h in live_hashes(context, scope))


def _digest(context: DatabaseContext, digests: dict[str, Digest], scope: str) -> Digest:
    if scope not in digests:
        digests[scope] = get_scope(context, scope).digest
    return digests[scope]


def _from_row(context: DatabaseContext, row: tuple[str, str, str, int, int, bytes]) -> ServerRecord:
    record_id, record_type, scope, rev, deleted, sealed = row
    payload = context.sealer.open("base", record_id, rev, sealed)
    h, body = payload[:_HASH_BYTES].hex(), payload[_HASH_BYTES:]
    return ServerRecord(record_id, record_type, scope, rev, bool(deleted), body, h)


def _values(context: DatabaseContext, row: ServerRecord) -> tuple[object, ...]:
    sealed = context.sealer.seal("base", row.id, row.rev, row.payload)
    return (row.id, row.type, row.scope, row.rev, int(row.deleted), context.sealer.key_id, sealed)


def _scope_from_row(
    context: DatabaseContext, row: tuple[str, int, int, int, bytes, int, int, str, int, int]
) -> ScopeCursor:
    scope, cursor, refresh, revision, sealed, gone, withheld, answer, last_tombstone, below = row
    digest = digest_from_wire(context.open("scope", scope, revision, sealed)["digest"])
    if digest is None:
        raise AppError(ErrorCode.STORE_DAMAGED, table="scope", id=scope)
    return ScopeCursor(scope, cursor, refresh, digest, gone, withheld, answer, last_tombstone, below)
