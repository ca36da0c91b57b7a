"""Check every sealed cell when the store is opened and repair damaged ones.

SQLite does not notice a flipped bit inside a cell; the seal does. A server record is pulled again,
a change is taken from the journal. A cell that cannot be repaired does not stop the others from being read.
"""

from __future__ import annotations

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_text, put_number, put_text
from field178_mobile.store.integrity.rebuild import journalled
from field178_mobile.store.outbox.changes import all_changes, offer_again, seal_again
from field178_mobile.store.outbox.journal import Journal, JournalEntry
from field178_mobile.store.outbox.receipt_digests import receipts_digest
from field178_mobile.store.replica.server_records import ScopeCursor, put_scope, recomputed_digest
from field178_mobile.store.replication.repair import marked
from field178_shared.errors import AppError
from field178_shared.wire.protocol import receipt_scope

# cell: table, the column that counts its revision, the sealed column
_CELLS = {
    "outbox": ("outbox", "n", "sealed"),
    "receipt": ("outbox", "receipt_revision", "sealed_receipt"),
    "draft": ("draft", "revision", "sealed"),
    "setting": ("setting", "revision", "sealed"),
    "scope": ("scope", "revision", "sealed"),
    "notice": ("notice", "1", "sealed"),
    "removed": ("removed", "rev", "sealed"),
}


def heal(context: DatabaseContext, journal: Journal, records: list[str]) -> bool:
    """Repair damaged cells, those of the given records and all others; return whether there were any."""
    spoiled = {table: _spoiled(context, table, *place) for table, place in _CELLS.items()}
    if not records and not any(spoiled.values()):
        return False
    journal_changes = {entry.change.id: entry.change for entry in journalled(journal, context.sealer)}
    with context.transaction("heal"):
        for change_id in spoiled["outbox"]:
            if change_id in journal_changes:
                seal_again(context, journal_changes[change_id])
        # The server still has the receipt: the same id gets the same answer.
        offer_again(context, spoiled["receipt"])
        _read_again(context, records, spoiled["scope"], receipts=bool(spoiled["receipt"]))
        # A draft has one copy. Its row stays for a person with better tools, out of the way of the others.
        for table, row_ids in (("draft", spoiled["draft"]), ("setting", spoiled["setting"])):
            query = f"UPDATE {table} SET key_id = 'spoiled' WHERE id = ?"  # noqa: S608  constants
            context.connection.executemany(query, [(row_id,) for row_id in row_ids])
        for table in ("notice", "removed"):
            query = f"DELETE FROM {table} WHERE id = ?"  # noqa: S608  constants
            context.connection.executemany(query, [(row_id,) for row_id in spoiled[table]])
    return True


def write_lost_journal(context: DatabaseContext, journal: Journal) -> None:
    """Give a journal that was lost or damaged its changes again: every change has two copies."""
    journaled_ids = {frame.change_id for frame in journal.frames()}
    missing = [change for change in all_changes(context) if change.id not in journaled_ids]
    if missing:
        journal.append(context.sealer, [JournalEntry(change, None) for change in missing])
    with context.transaction("journal"):
        put_text(context, "journal", journal.generation)
        put_number(context, "journal_end", journal.size)


def _spoiled(context: DatabaseContext, cell: str, table: str, revision: str, column: str) -> list[str]:
    query = f"SELECT id, {revision}, {column} FROM {table} WHERE {column} IS NOT NULL AND key_id = ?"  # noqa: S608
    row_ids = []
    for row_id, number, sealed in context.connection.execute(query, (context.sealer.key_id,)):
        try:
            context.sealer.open(cell, row_id, number, sealed)
        except AppError:
            row_ids.append(row_id)
    return row_ids


def _read_again(
    context: DatabaseContext, record_ids: list[str], scopes: list[str], *, receipts: bool
) -> None:
    own = receipt_scope(get_text(context, "device") or "")
    again = {*scopes, own} if receipts else set(scopes)
    for record_id in record_ids:
        row = context.connection.execute("SELECT scope FROM base WHERE id = ?", (record_id,)).fetchone()
        again.add(row[0])
        context.connection.execute("DELETE FROM base WHERE id = ?", (record_id,))
    for scope in sorted(again):
        row = context.connection.execute("SELECT cursor FROM scope WHERE id = ?", (scope,)).fetchone()
        # The stored digest may be the damaged cell: it is never read, only rewritten.
        digest = receipts_digest(context) if scope == own else recomputed_digest(context, scope)
        put_scope(context, marked(context, ScopeCursor(scope, 0 if row is None else row[0], 0, digest)))
