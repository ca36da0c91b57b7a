"""Extent of an erasure, counted before its confirmation; nothing is changed or locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from field178_server.attachments.upload_rows import OPEN
from field178_server.database.models import (
    Audit,
    Blob,
    ChangeHistory,
    DivergentRecord,
    FiledRecord,
    Quarantine,
    Record,
    Upload,
)
from field178_server.office.erasure.operations import refuse_unfit
from field178_server.office.erasure.related_data import divergent_of, files_of
from field178_server.office.exports.operations import record_exports
from field178_server.records.stored_record import Stored, data_of
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.quarantine.store import concerning
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import ANSWERS
from field178_shared.records.reading import entries_of

_BACKUP = "backup_marked"


@dataclass(frozen=True, slots=True)
class Extent:
    """Numbers of a record's rows and files by kind; `stored`: hashes of files that would be deleted.

    `repeated_by`: later visits that repeat the words of its shortcomings, which stay without an erasure of
    their own: their minutes are signed with them.
    """

    record_id: str
    type: str
    scope: str
    rev: int
    filed_at: datetime | None
    changes: int
    companions: int
    quarantined: int
    divergent: int
    stored: frozenset[str]
    shared_files: int
    uploads: int
    exports: int
    backups: int
    last_backup_at: datetime | None
    repeated_by: tuple[str, ...]


def extent_of(session: Session, tenant_id: str, rules: TypeRules, record_id: str, now: datetime) -> Extent:
    """Count the rows and files that contain data of a record; raises AppError as the request does."""
    record = refuse_unfit(_read(session, tenant_id, record_id), rules, record_id)
    companions = select(Record.record_id, Record.body).where(
        Record.tenant_id == tenant_id, Record.subject_id == record_id
    )
    bodies = {record_id: record.body} | {
        companion_id: body for companion_id, body in session.execute(companions)
    }
    ids = list(bodies)

    files = files_of(session, tenant_id, bodies)
    of_files = (Blob.tenant_id == tenant_id, Blob.sha256.in_(sorted(files.alone)))
    first = select(func.min(ChangeHistory.received_at)).where(
        ChangeHistory.tenant_id == tenant_id, ChangeHistory.record_id == record_id
    )
    filed_at = session.scalar(first)
    backups, last_backup_at = _backups(session, tenant_id, filed_at)
    return Extent(
        record_id=record_id,
        type=record.type,
        scope=record.scope,
        rev=record.rev,
        filed_at=filed_at,
        changes=_count(
            session,
            ChangeHistory.tenant_id,
            tenant_id,
            ChangeHistory.record_id.in_(ids),
            ChangeHistory.payload.is_not(None),
        ),
        companions=len(ids) - 1,
        quarantined=_count(
            session, Quarantine.tenant_id, tenant_id, concerning(ids), Quarantine.payload.is_not(None)
        ),
        divergent=_count(session, DivergentRecord.tenant_id, tenant_id, divergent_of(ids)),
        stored=frozenset(session.scalars(select(Blob.sha256).where(*of_files))),
        shared_files=len(files.shared),
        uploads=_count(
            session, Upload.tenant_id, tenant_id, Upload.sha256.in_(files.alone), Upload.state == OPEN
        ),
        exports=len(record_exports(session, tenant_id, now)),
        backups=backups,
        last_backup_at=last_backup_at,
        repeated_by=_repeated_by(session, tenant_id, record),
    )


def _read(session: Session, tenant_id: str, record_id: str) -> Stored | None:
    row = session.get(Record, (tenant_id, record_id))
    if row is None:
        return None
    members = (row.type, row.scope, row.rev, row.seq, row.deleted, row.h, row.body, row.subject_id)
    return Stored(row.record_id, *members)


def _repeated_by(session: Session, tenant_id: str, visit: Stored) -> tuple[str, ...]:
    """Return the live visits to the same establishment that answer shortcomings of a visit, by id."""
    if visit.type != RecordType.INSPECTION:
        return ()
    at_the_place = select(FiledRecord.record_id, Record.body).where(
        FiledRecord.tenant_id == tenant_id,
        FiledRecord.establishment_id == visit.data.get("establishment_id"),
        FiledRecord.record_id != visit.record_id,
        Record.tenant_id == FiledRecord.tenant_id,
        Record.record_id == FiledRecord.record_id,
    )
    rows = session.execute(at_the_place.order_by(FiledRecord.record_id))
    return tuple(record_id for record_id, body in rows if _answers(data_of(body), visit.record_id))


def _answers(data: Data, visit_id: str) -> bool:
    return any(answer.get("visit_id") == visit_id for answer in entries_of(data, ANSWERS).values())


def _count(
    session: Session, tenant: InstrumentedAttribute[str], tenant_id: str, *conditions: ColumnElement[bool]
) -> int:
    return session.scalar(select(func.count()).where(tenant == tenant_id, *conditions)) or 0


def _backups(session: Session, tenant_id: str, since: datetime | None) -> tuple[int, datetime | None]:
    if since is None:
        return 0, None
    query = select(func.count(), func.max(Audit.at)).where(
        Audit.tenant_id == tenant_id, Audit.action == _BACKUP, Audit.at >= since
    )
    count, last = session.execute(query).one()
    return count, last
