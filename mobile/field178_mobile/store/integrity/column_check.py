"""Check that the plain columns of the database are unchanged.

SQLite detects invalid pages and indexes that differ from their tables. A flipped bit in a revision or a flag
is a valid value for SQLite; here it is compared with the sealed cell of the same row.
"""

from __future__ import annotations

import functools

from field178_mobile.ports import no_failpoint
from field178_mobile.store.database.context import DatabaseContext, parse_object
from field178_mobile.store.database.driver import Connection, is_undecodable, sqlite
from field178_mobile.store.database.key_value import get_number, get_text
from field178_mobile.store.database.migrate import migrate
from field178_shared.errors import AppError
from field178_shared.ids import is_uuid
from field178_shared.wire.canonical import record_hash_of_body

_HASH_BYTES = 16
# As bytes: a damaged text cannot even be decoded.
_SCHEMA = (
    "SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(sql AS BLOB) "
    "FROM sqlite_master ORDER BY 1, 2"
)
_NUMBERS = ("next_n", "journal_end", "backed_up", "refreshes", "mismatches", "clock_offset_ms")
_SERVER_RECORDS = "SELECT id, type, rev, deleted, sealed FROM base WHERE key_id = ?"
_RECEIPTS = (
    "SELECT id, receipt_revision, status, reason, rev, seq, receipt_scope, sealed_receipt FROM outbox "
    "WHERE key_id = ? AND sealed_receipt IS NOT NULL"
)
_OUTBOX = "SELECT id, n, record_id, type, scope, op, is_create, sealed FROM outbox WHERE key_id = ?"
_KEYED = ("base", "outbox", "scope", "notice", "draft", "setting", "removed")
# Each query finds values that this program never writes; texts are compared in SQL, without decoding.
_NEVER = (
    "SELECT 1 FROM outbox WHERE settled = 1 AND state <> 'acknowledged'",
    "SELECT 1 FROM folded_receipt WHERE bucket || total GLOB '*[^0-9a-f]*'",
    *(f"SELECT 1 FROM {table} WHERE key_id NOT IN (?1, 'spoiled')" for table in _KEYED),  # noqa: S608
)
# Texts that nothing above compares: they must at least be texts.
_TEXTS = (
    "SELECT key, value FROM meta",
    "SELECT incarnation, reason, replaced_by FROM outbox",
    "SELECT scope FROM base",
    "SELECT id FROM scope",
    "SELECT kind FROM notice",
    "SELECT id, type, scope FROM removed",
)


def has_our_tables(connection: Connection) -> bool:
    """Return whether tables, indexes and constraints are those that the migrations make."""
    return tuple(connection.execute(_SCHEMA).fetchall()) == _our_tables()


def spoiled_records(context: DatabaseContext) -> list[str] | None:
    """Return the server records whose cells do not decrypt; None if a plain column was changed.

    The plain columns must equal their sealed copies; those of a new database do.
    """
    spoiled: list[str] = []
    return spoiled if _is_as_written(context, spoiled) else None


def _is_as_written(context: DatabaseContext, spoiled: list[str]) -> bool:
    try:
        key_id = get_text(context, "key_id")
        if key_id is None:
            return _is_empty(context)
        # With a wrong key nothing decrypts: opening reports that, unless some rows decrypt.
        return (
            not any(_finds(context, query, key_id) for query in _NEVER)
            and is_uuid(get_text(context, "incarnation") or "")
            and all(_is_number(context, name) for name in _NUMBERS)
            and all(context.connection.execute(query).fetchall() is not None for query in _TEXTS)
            and all(
                _is_own_server_record(context, row, spoiled)
                for row in context.connection.execute(_SERVER_RECORDS, (key_id,))
            )
            and all(_is_own_change(context, row) for row in context.connection.execute(_OUTBOX, (key_id,)))
            and all(_is_own_receipt(context, row) for row in context.connection.execute(_RECEIPTS, (key_id,)))
        )
    except UnicodeDecodeError:
        return False
    except sqlite.OperationalError as error:
        # Anything else is no damage: the file stays where it is.
        if not is_undecodable(error):
            raise
        return False


@functools.cache
def _our_tables() -> tuple[object, ...]:
    connection = sqlite.connect(":memory:", isolation_level=None)
    try:
        migrate(connection, no_failpoint)
        return tuple(connection.execute(_SCHEMA).fetchall())
    finally:
        connection.close()


def _is_empty(context: DatabaseContext) -> bool:
    tables = ("base", "outbox", "draft", "setting")
    counts = [context.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608
    return not any(counts)


def _finds(context: DatabaseContext, query: str, key_id: str) -> bool:
    values = (key_id,) if "?1" in query else ()
    return context.connection.execute(f"{query} LIMIT 1", values).fetchone() is not None


def _is_number(context: DatabaseContext, name: str) -> bool:
    try:
        get_number(context, name)
    except ValueError:
        return False
    return True


def _is_own_server_record(
    context: DatabaseContext, row: tuple[str, str, int, int, bytes], spoiled: list[str]
) -> bool:
    record_id, record_type, rev, deleted, sealed = row
    payload = _opened(context, "base", record_id, rev, sealed)
    if payload is None:
        spoiled.append(record_id)  # repaired separately
        return True
    h = record_hash_of_body(record_id, record_type, rev, bool(deleted), payload[_HASH_BYTES:])
    return h == payload[:_HASH_BYTES].hex()


def _is_own_change(context: DatabaseContext, row: tuple[object, ...]) -> bool:
    change_id, n, record_id, record_type, scope, op, is_create, sealed = row
    assert isinstance(n, int)
    assert isinstance(sealed, bytes)
    payload = _opened(context, "outbox", str(change_id), n, sealed)
    if payload is None:
        return True
    wire = parse_object(payload)["wire"]
    assert isinstance(wire, dict)
    plain = {"record_id": record_id, "type": record_type, "scope": scope, "op": op, "create": bool(is_create)}
    return all(wire[name] == value for name, value in plain.items())


def _is_own_receipt(context: DatabaseContext, row: tuple[object, ...]) -> bool:
    change_id, receipt_revision, status, reason, rev, seq, scope, sealed = row
    assert isinstance(receipt_revision, int)
    assert isinstance(sealed, bytes)
    payload = _opened(context, "receipt", str(change_id), receipt_revision, sealed)
    if payload is None:
        return True
    sealed_values = parse_object(payload)
    plain = {"status": status, "reason": reason, "rev": rev, "seq": seq, "scope": scope}
    return all(sealed_values[name] == value for name, value in plain.items())


def _opened(context: DatabaseContext, table: str, row_id: str, revision: int, sealed: bytes) -> bytes | None:
    try:
        return context.sealer.open(table, row_id, revision, sealed)
    except AppError:
        return None
