"""Records of the field whose periods have ended, read in steps; for the dry run and for the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from field178_server.database.models import ChangeHistory, Record
from field178_server.office.retention.extent import RECORDS_ON_HOLD, DueCounts, DueCountsByRow
from field178_server.office.retention.holds import holds_on
from field178_server.office.retention.periods import OF_RECORDS, RetentionPeriod
from field178_server.office.retention.reduction import Reduction, Removed
from field178_server.records.stored_record import Stored
from field178_shared.codelists.privacy_rules import RetentionAct
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.time.clock import local_date

# Records read at once; the run writes as many in one transaction, for which a push waits.
STEP = 200
_DAYS = {RecordType.INSPECTION: "started_at", RecordType.OUTREACH_SESSION: "session_date"}


@dataclass(frozen=True, slots=True)
class DueRecord:
    """A record and its companions with the periods that have ended; `holds`: why nothing may be removed."""

    record: Stored
    companions: tuple[Stored, ...]
    day: date
    periods: tuple[RetentionPeriod, ...]
    holds: frozenset[str]


def reduction_of(record_type: str, periods: Sequence[RetentionPeriod]) -> Reduction:
    """Return the reduction of records of a type by several periods."""
    decimals = [period.row.decimals for period in periods if period.row.decimals is not None]
    return Reduction(record_type, frozenset(period.act for period in periods), min(decimals, default=3))


def ids_after(session: Session, tenant_id: str, after: str) -> list[str]:
    """Return the ids of the next step of records of the field behind an id; fewer than a step at the end."""
    query = select(Record.record_id).where(
        Record.tenant_id == tenant_id, Record.type.in_(sorted(_DAYS)), Record.record_id > after
    )
    return list(session.scalars(query.order_by(Record.record_id).limit(STEP)))


def stored_records(
    session: Session, tenant_id: str, record_ids: Sequence[str]
) -> list[tuple[Stored, tuple[Stored, ...]]]:
    """Return records with their companions, without locks: for the dry run."""
    is_read = or_(Record.record_id.in_(record_ids), Record.subject_id.in_(record_ids))
    columns = [getattr(Record, name) for name in Stored.__annotations__]
    rows = session.execute(select(*columns).where(Record.tenant_id == tenant_id, is_read))
    by_subject = defaultdict[str | None, list[Stored]](list)
    records: dict[str, Stored] = {}
    for row in rows:
        record = Stored(*row)
        by_subject[record.subject_id].append(record)
        records[record.record_id] = record
    return [(records[record_id], tuple(by_subject[record_id])) for record_id in record_ids]


def due_among(
    session: Session,
    tenant_id: str,
    periods: Sequence[RetentionPeriod],
    records: Sequence[tuple[Stored, tuple[Stored, ...]]],
) -> list[DueRecord]:
    """Return the records of which a period has ended."""
    of_records = [period for period in periods if period.act in OF_RECORDS]
    filed = _last_filed(session, tenant_id, [record.record_id for record, _ in records])
    due = []
    for record, companions in records:
        if record.is_erased:
            continue
        day = day_of(record, filed.get(record.record_id))
        if ended := tuple(period for period in of_records if day < period.cutoff):
            due.append((record, companions, day, ended))
    reasons = holds_on(session, tenant_id, [record.record_id for record, *_ in due])
    return [DueRecord(*row, frozenset(reasons.get(row[0].record_id, ()))) for row in due]


def day_of(record: Stored, filed_at: datetime | None) -> date:
    """Return the day from which the periods of a record count: of the act, or of its last filing if later.

    The clock of a tablet may have been years behind.
    """
    filed_on = local_date(filed_at) if filed_at is not None else date.max
    named = text_of(record.data, _DAYS[RecordType(record.type)])[:10]
    try:
        return max(date.fromisoformat(named), filed_on)
    except ValueError:
        return filed_on


def count_due(extents: DueCountsByRow, due: DueRecord) -> None:
    """Count what is due for a record, by period; a record from which nothing would go is in no count."""
    contents = [
        (record.type, record.data) for record in (due.record, *due.companions) if not record.is_erased
    ]
    for period in due.periods:
        removed = Removed()
        for index, (record_type, data) in enumerate(contents):
            if index and period.act is not RetentionAct.CLEAR_TEXTS:
                break
            reduction = reduction_of(record_type, (period,))
            contents[index] = record_type, reduction.of_record(data)
            removed.add(reduction.removed)
        if not removed.count:
            continue
        extent = extents.setdefault(period.row.id, DueCounts())
        if due.holds:
            extent.on_hold.update(due.holds)
            extent.on_hold[RECORDS_ON_HOLD] += 1
        else:
            unit = text_of(due.record.data, "unit_id") or due.record.scope.partition(":")[2]
            extent.add(due.day, unit, items=removed.count, size=sum(removed.photos.values()))


def _last_filed(session: Session, tenant_id: str, record_ids: Sequence[str]) -> dict[str, datetime]:
    """Return when a tablet last changed each record; of others, when they came to be."""
    of_tablet = func.max(ChangeHistory.received_at).filter(ChangeHistory.device_id.is_not(None))
    filed = func.coalesce(of_tablet, func.min(ChangeHistory.received_at))
    query = (
        select(ChangeHistory.record_id, filed)
        .where(ChangeHistory.tenant_id == tenant_id, ChangeHistory.record_id.in_(record_ids))
        .group_by(ChangeHistory.record_id)
    )
    return {record_id: at for record_id, at in session.execute(query) if at is not None}
