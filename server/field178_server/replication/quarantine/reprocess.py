"""Reprocessing of quarantined changes after a grant, a binding, an upgrade, or the arrival of a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select, tuple_

from field178_server.database.models import Quarantine, Record
from field178_server.devices.context import load_device, load_devices
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.policy.subjects import TYPES_BESIDE
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.quarantine.dependencies import Dependencies
from field178_server.replication.quarantine.store import IS_OPEN, concerning, find_quarantined
from field178_server.replication.receipts.receipts import read_copies
from field178_shared.errors import ErrorCode

# Changes per transaction; the limit of a push, so that other requests wait no longer than for a push.
PORTION = 500


class ChangePosition(NamedTuple):
    """Position of a change among the changes of one tablet."""

    incarnation: str = ""
    n: int = 0
    change_id: str = ""


FIRST = ChangePosition()


def run_again(batch: Batch, rules: TypeRules, device_id: str | None = None) -> int:
    """Evaluate the open changes of one tablet (None: of all) again; return the number of changed receipts."""
    return _run(batch, rules, *([Quarantine.device_id == device_id] if device_id is not None else []))


def run_portion(
    batch: Batch, rules: TypeRules, device_id: str, after: ChangePosition = FIRST
) -> ChangePosition | None:
    """Evaluate the next open changes of a tablet's active officers; return the last position, None: done.

    Includes the other open changes of their records, so that no change is applied without its correction.
    Changes of officers who are not active on the tablet are skipped: they would stay in quarantine.
    """
    users = load_device(batch.session, batch.tenant_id, device_id).users
    order = (Quarantine.incarnation, Quarantine.n, Quarantine.change_id)
    waiting = (
        select(*order, Quarantine.record_id)
        .where(
            Quarantine.tenant_id == batch.tenant_id,
            Quarantine.device_id == device_id,
            IS_OPEN,
            Quarantine.user_id.in_(sorted(users)),
            tuple_(*order) > tuple_(*after),
        )
        .order_by(*order)
        .limit(PORTION)
    )
    rows = batch.session.execute(waiting).all()
    if not rows:
        return None
    records = sorted({record_id for *_, record_id in rows})
    _run(batch, rules, Quarantine.device_id == device_id, Quarantine.record_id.in_(records))
    incarnation, n, change_id, _ = rows[-1]
    return ChangePosition(incarnation, n, change_id) if len(rows) == PORTION else None


def run_orphans(batch: Batch, rules: TypeRules, record_ids: Iterable[str]) -> int:
    """Evaluate the orphans of records that now exist; return the number of changed receipts."""
    there = select(Record.record_id).where(
        Record.tenant_id == batch.tenant_id, Record.record_id.in_(sorted(set(record_ids)))
    )
    is_free = or_(Quarantine.record_id.in_(there), Quarantine.record_type.in_(TYPES_BESIDE))
    return _run(batch, rules, Quarantine.reason == ErrorCode.ORPHAN.value, is_free)


def run_record(batch: Batch, rules: TypeRules, record_id: str) -> int:
    """Evaluate the quarantined changes of a record again, in order; return the number of changed receipts."""
    return _run(batch, rules, concerning([record_id]))


def lock_tablets(batch: Batch, record_id: str) -> None:
    """Lock the tablets of a record's quarantined changes and of the changes that depend on them.

    A transaction that ends with `run_record` MUST call this before it locks a record: a push locks its
    tablet first, so the other order would deadlock. A change quarantined after this call is locked late;
    that is rare, and the transaction is retried.
    """
    waiting = find_quarantined(batch.session, batch.tenant_id, concerning([record_id]))
    dependencies = Dependencies(batch.session, batch.tenant_id)
    waiting += dependencies.read([quarantined.change for quarantined in waiting])
    receipts = [quarantined.receipt for quarantined in waiting]
    read_copies(batch.session, batch.tenant_id, receipts)
    tablets = {device_id for receipt in receipts for device_id in receipt.devices}
    load_devices(batch.session, batch.tenant_id, tablets, lock=True)


def _run(batch: Batch, rules: TypeRules, *conditions: ColumnElement[bool]) -> int:
    waiting = find_quarantined(batch.session, batch.tenant_id, *conditions)
    if not waiting:
        return 0
    processor = ChangeProcessor(batch, rules, [])
    processor.prepare_again(waiting)
    changed = sum([processor.reprocess(quarantined) for quarantined in waiting])
    processor.flush()
    return changed
