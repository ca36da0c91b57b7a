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
from field178_shared.errors import ErrorCode

# Changes a transaction, as many as one request may push: others wait no longer than for a push.
PORTION = 500


class ChangePosition(NamedTuple):
    """Place of a change among those of one tablet."""

    incarnation: str = ""
    n: int = 0
    change_id: str = ""


FIRST = ChangePosition()


def run_again(batch: Batch, rules: TypeRules, device_id: str | None = None) -> int:
    """Evaluate the open changes of one tablet (or of all) once more; return how many receipts changed."""
    return _run(batch, rules, *([Quarantine.device_id == device_id] if device_id is not None else []))


def run_portion(
    batch: Batch, rules: TypeRules, device_id: str, after: ChangePosition = FIRST
) -> ChangePosition | None:
    """Evaluate the next open changes of a tablet's active officers; return where they end.

    With them go the other open changes of their records, so that no change is applied without its correction.
    None: there are no more. Changes of officers who are not active on the tablet would stay as they are.
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
    """Evaluate what waited for records that are there by now; return how many receipts changed."""
    there = select(Record.record_id).where(
        Record.tenant_id == batch.tenant_id, Record.record_id.in_(sorted(set(record_ids)))
    )
    is_free = or_(Quarantine.record_id.in_(there), Quarantine.record_type.in_(TYPES_BESIDE))
    return _run(batch, rules, Quarantine.reason == ErrorCode.ORPHAN.value, is_free)


def run_record(batch: Batch, rules: TypeRules, record_id: str) -> int:
    """Evaluate all quarantined changes of one record again, in order; return how many receipts changed."""
    return _run(batch, rules, concerning([record_id]))


def lock_tablets(batch: Batch, record_id: str) -> None:
    """Lock the tablets of a record's quarantined changes, and of changes that depend on those.

    MUST come before any record is locked by a transaction that runs those changes again at its end: a push
    locks its tablet first, and the two would wait for each other. One that came after this look is locked
    late; that is rare, and the transaction runs again.
    """
    found = find_quarantined(batch.session, batch.tenant_id, concerning([record_id]))
    dependencies = Dependencies(batch.session, batch.tenant_id)
    found += dependencies.read([one.change for one in found])
    tablets = {device_id for one in found for device_id in (one.receipt.device_id, one.receipt.listener)}
    load_devices(batch.session, batch.tenant_id, tablets, lock=True)


def _run(batch: Batch, rules: TypeRules, *conditions: ColumnElement[bool]) -> int:
    found = find_quarantined(batch.session, batch.tenant_id, *conditions)
    if not found:
        return 0
    processor = ChangeProcessor(batch, rules, [])
    processor.prepare_again(found)
    changed = sum([processor.reprocess(one) for one in found])
    processor.flush()
    return changed
