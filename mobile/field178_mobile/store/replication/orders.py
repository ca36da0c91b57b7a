"""The order of the office that this tablet obeys, and the deletion of what may be read (decision 0152)."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_setting, put_number, put_setting, put_text
from field178_mobile.store.integrity.clean_close import forget_close
from field178_mobile.store.integrity.open_store import DATABASE, RECORDS
from field178_mobile.store.integrity.rebuild import damaged_folders
from field178_mobile.store.minutes_numbers import MINUTES_SETTING
from field178_mobile.store.outbox.journal import Journal
from field178_mobile.store.photos.files import PhotoFiles
from field178_mobile.store.photos.photo_store import LOOSE_SETTING
from field178_mobile.store.photos.rows import PhotoState, all_photos, forget_photo, sent_photos
from field178_mobile.store.photos.undeliverable import DISMISSED_SETTING
from field178_mobile.store.replica.server_records import ScopeCursor, put_scope, recomputed_digest, scope_rows
from field178_mobile.store.replication.lease import LEASE_SETTING
from field178_mobile.store.session import Unlocked
from field178_shared.device_orders import OrderKind, SignedOrder

ORDER_SETTING = "order"
# Settings without content of records; unsent work needs most of them.
_KEPT = (ORDER_SETTING, LEASE_SETTING, MINUTES_SETTING, LOOSE_SETTING, DISMISSED_SETTING)


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """The last order that this tablet accepted.

    `is_done`: it was carried out. `records`: deleted rows. `receipt`: signed, None before and once the server
    has it.
    """

    number: int
    kind: OrderKind
    reason: str
    at: str
    is_done: bool = False
    records: int = 0
    receipt: Json | None = None

    @property
    def closes(self) -> bool:
        """Return whether the tablet shows nothing."""
        return self.kind is not OrderKind.OPEN

    @property
    def deletes(self) -> bool:
        """Return whether the order deletes what may be read."""
        return self.kind in (OrderKind.READ_WIPE, OrderKind.FULL_WIPE)


def stored_order(context: DatabaseContext) -> StoredOrder | None:
    """Return the order, None before the first one."""
    stored = get_setting(context, ORDER_SETTING)
    return StoredOrder(**{**stored, "kind": OrderKind(stored["kind"])}) if isinstance(stored, dict) else None


def accept_order(context: DatabaseContext, order: SignedOrder) -> None:
    """Store an order whose signature was verified: from here the tablet obeys it, after a crash too."""
    put_order(context, StoredOrder(order.number, order.kind, order.reason, order.at))


def put_order(context: DatabaseContext, order: StoredOrder) -> None:
    """Store the order as it is carried out and answered."""
    with context.transaction("order"):
        put_setting(context, ORDER_SETTING, {**asdict(order), "kind": order.kind.value})


def delete_readable(unlocked: Unlocked, folder: Path) -> list[str]:
    """Delete what may be read and return the ids of the deleted records; repeatable after a crash.

    Unsent changes, drafts and files stay, with the records that name such files; so do changes that no
    verified backup of the server has (protocol R12.2).
    """
    context, files = unlocked.context, PhotoFiles(folder / "photos")
    kept = {photo.record_id for photo in all_photos(context) if photo.state is not PhotoState.SENT}
    read_ids = [row[0] for row in context.connection.execute("SELECT id FROM base")]
    deleted = [record_id for record_id in read_ids if record_id not in kept]
    with context.transaction("read_wipe"):
        context.connection.executemany("DELETE FROM base WHERE id = ?", ((name,) for name in deleted))
        context.connection.execute("DELETE FROM removed WHERE lost = 0")
        context.connection.execute("DELETE FROM notice")
        marks = ", ".join("?" for _ in _KEPT)
        context.connection.execute(f"DELETE FROM setting WHERE id NOT IN ({marks})", _KEPT)  # noqa: S608
        _begin_scopes_anew(context)
        # The count stays over a crash: the next run finds nothing more to delete.
        order = stored_order(context)
        if order is not None and not order.is_done:
            records = order.records + len(deleted)
            stored = {**asdict(replace(order, records=records)), "kind": order.kind.value}
            put_setting(context, ORDER_SETTING, stored)
    for photo in sent_photos(context):
        forget_photo(context, files, photo)
    _shorten_journal(context, unlocked.journal)
    _delete_copies(context, folder)
    return deleted


def _begin_scopes_anew(context: DatabaseContext) -> None:
    """Read each scope of records from its start at the next pull; the receipts stay proven."""
    for scope, row in scope_rows(context).items():
        if not scope.startswith("device:"):
            context.connection.execute("DELETE FROM scope WHERE id = ?", (row.id,))
            digest = recomputed_digest(context, scope)
            if digest.count:
                put_scope(context, ScopeCursor(scope, 0, 0, digest))


def _shorten_journal(context: DatabaseContext, journal: Journal) -> None:
    journal.keep_only({row[0] for row in context.connection.execute("SELECT id FROM outbox")})
    with context.transaction("journal"):
        put_text(context, "journal", journal.generation)
        put_number(context, "journal_end", journal.size)


def _delete_copies(context: DatabaseContext, folder: Path) -> None:
    """Delete what lies beside the live rows: free pages, the log, list rows, damaged databases."""
    context.connection.execute("VACUUM")
    context.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    forget_close(folder / RECORDS / DATABASE)
    (folder / RECORDS / "lists").unlink(missing_ok=True)
    for damaged in damaged_folders(folder):
        shutil.rmtree(damaged)
