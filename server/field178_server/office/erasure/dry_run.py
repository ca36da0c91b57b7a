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
    Quarantine,
    Record,
    Upload,
)
from field178_server.office.erasure.operations import refuse_unfit
from field178_server.office.erasure.related_data import divergent_of, files_of
from field178_server.office.exports.operations import record_exports
from field178_server.records.stored_record import Stored
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.quarantine.store import concerning

_BACKUP = "backup_marked"


@dataclass(frozen=True, slots=True)
class Extent:
    """Numbers of a record's rows and files by kind; `stored`: hashes of files that would be deleted."""

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
    )


def _read(session: Session, tenant_id: str, record_id: str) -> Stored | None:
    row = session.get(Record, (tenant_id, record_id))
    if row is None:
        return None
    members = (row.type, row.scope, row.rev, row.seq, row.deleted, row.h, row.body, row.subject_id)
    return Stored(row.record_id, *members)


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
