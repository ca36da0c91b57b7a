"""Garbage collection of stored files: unreferenced files are marked first, and deleted weeks later.

The row is deleted before the bytes, under a lock that excludes uploads. After a power cut in between the
bytes have no row: the next collection deletes them as strays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.attachments.secure_delete import erase_unless_named
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.audit import trail
from field178_server.audit.trail import AuditEntry, Stamp
from field178_server.database.failpoints import failpoint
from field178_server.database.models import Blob
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.records import file_references
from field178_server.records.file_references import named_hashes
from field178_server.runtime import Runtime

# Files per transaction and lock: few, so that uploads wait only a moment.
_AT_ONCE = 20
_SYSTEM = trail.Actor("system")


@dataclass(frozen=True, slots=True)
class Collected:
    """Counts of a collection: deleted files, their bytes, files without a row, unreferenced files kept."""

    files: int
    size: int
    strays: int
    unnamed: int


@dataclass(frozen=True, slots=True)
class _Inventory:
    """Sizes of the stored files, referenced hashes, and since when files are unreferenced."""

    sizes: dict[str, int]
    named: set[str]
    since: dict[str, datetime | None]

    @property
    def unnamed(self) -> set[str]:
        return self.sizes.keys() - self.named


def collect(runtime: Runtime, *, is_trial: bool = False) -> Collected:
    """Delete the files unreferenced for the days of the settings; a trial run only counts them.

    0 days: never delete files. Several processes may run it at once.
    """
    days = runtime.settings.unnamed_files_days
    if not days:
        return Collected(0, 0, 0, 0)
    now = runtime.clock.now()
    until = now - timedelta(days=days)
    with snapshot(runtime.engine) as session:
        inventory = _take_inventory(session, runtime.tenant_id)
    due = [sha256 for sha256 in sorted(inventory.unnamed) if (inventory.since[sha256] or now) <= until]
    strays = list(_strays(runtime, inventory, until))
    unnamed = len(inventory.unnamed) - len(due)
    if is_trial:
        return Collected(len(due), sum(inventory.sizes[sha256] for sha256 in due), len(strays), unnamed)
    run_write(runtime.engine, lambda session: _mark(session, runtime.tenant_id, inventory, now))
    gone: dict[str, int] = {}
    for start in range(0, len(due), _AT_ONCE):
        gone |= _take(runtime, due[start : start + _AT_ONCE], until)
    for sha256 in strays:
        erase_unless_named(runtime.engine, runtime.tenant_id, file_store_of(runtime.settings), sha256)
    return Collected(len(gone), sum(gone.values()), len(strays), unnamed)


def _take_inventory(session: Session, tenant_id: str) -> _Inventory:
    rows = session.execute(
        select(Blob.sha256, Blob.size, Blob.unnamed_since).where(Blob.tenant_id == tenant_id)
    ).all()
    return _Inventory(
        {sha256: size for sha256, size, _ in rows},
        named_hashes(session, tenant_id),
        {sha256: since for sha256, _, since in rows},
    )


def _mark(session: Session, tenant_id: str, inventory: _Inventory, now: datetime) -> None:
    file_references.claim_hashes(
        session, tenant_id, [sha256 for sha256 in inventory.named if inventory.since.get(sha256)]
    )
    file_references.mark(
        session, tenant_id, [sha256 for sha256 in inventory.unnamed if inventory.since[sha256] is None], now
    )


def _take(runtime: Runtime, due: Sequence[str], until: datetime) -> dict[str, int]:
    def work(session: Session) -> dict[str, int]:
        dropped = file_references.drop_unnamed(session, runtime.tenant_id, due, until)
        if dropped:
            stamp = Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
            counts = {"count": len(dropped), "bytes": sum(dropped.values())}
            trail.record(session, stamp, _SYSTEM, AuditEntry("files_collected", details=counts))
        return dropped

    store = file_store_of(runtime.settings)
    with store.clearing():
        dropped = run_write(runtime.engine, work)
        failpoint("files.collected")
        for sha256 in dropped:
            store.erase(sha256)
    return dropped


def _strays(runtime: Runtime, inventory: _Inventory, until: datetime) -> Iterator[str]:
    # Young files may get their row soon; old ones are left from a power cut or a restored backup.
    for blob in file_store_of(runtime.settings).list_blobs():
        sha256 = blob.name.rsplit("/", 1)[1]
        if sha256 not in inventory.sizes and blob.since <= until:
            yield sha256
