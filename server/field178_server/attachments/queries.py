"""Queries of the files that records reference: stored, overdue, restricted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from field178_server.database.models import Attachment, Blob, FiledRecord, Upload
from field178_server.records.access import AccessFilter
from field178_server.records.review_states import IS_NOT_VOID
from field178_shared.schemas.declared import RESTRICTED_KINDS

OVERDUE_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file that a record references; `has_come`: its bytes are stored."""

    key: str
    sha256: str
    size: int
    content_type: str
    kind: str | None
    named_at: datetime
    has_come: bool

    def is_overdue(self, now: datetime) -> bool:
        """Return whether the file is missing for more than a week."""
        return not self.has_come and now - self.named_at > OVERDUE_AFTER


@dataclass(frozen=True, slots=True)
class RecordFileCount:
    """Counts of a record's files: referenced and stored."""

    named: int
    come: int

    @property
    def is_whole(self) -> bool:
        """Return whether all files are stored."""
        return self.come == self.named


@dataclass(frozen=True, slots=True)
class Overdue:
    """Count of filed records with an overdue file, and the id of the longest overdue."""

    records: int
    oldest: str | None


def files_of(session: Session, tenant_id: str, record_id: str) -> tuple[RecordFile, ...]:
    """Return the files of a record, sorted by key; the caller MUST have checked the access filter."""
    return files_of_all(session, tenant_id, [record_id]).get(record_id, ())


def files_of_all(
    session: Session, tenant_id: str, record_ids: Sequence[str]
) -> dict[str, tuple[RecordFile, ...]]:
    """Return the files of records by record id, sorted by key; records without files are left out."""
    query = (
        select(Attachment, _is_there(tenant_id).label("has_come"))
        .outerjoin(Blob, _is_blob_of_attachment())
        .where(Attachment.tenant_id == tenant_id, Attachment.record_id.in_(record_ids))
        .order_by(Attachment.attachment_key)
    )
    files_by_record: dict[str, tuple[RecordFile, ...]] = {}
    for row, there in session.execute(query):
        file = RecordFile(
            row.attachment_key, row.sha256, row.size, row.content_type, row.kind, row.named_at, bool(there)
        )
        files_by_record[row.record_id] = (*files_by_record.get(row.record_id, ()), file)
    return files_by_record


def file_counts(session: Session, tenant_id: str, record_ids: Sequence[str]) -> dict[str, RecordFileCount]:
    """Return the file counts of records by record id; records without files are left out."""
    query = (
        select(Attachment.record_id, func.count(), func.count().filter(_is_there(tenant_id)))
        .outerjoin(Blob, _is_blob_of_attachment())
        .where(Attachment.tenant_id == tenant_id, Attachment.record_id.in_(record_ids))
        .group_by(Attachment.record_id)
    )
    return {record_id: RecordFileCount(named, come) for record_id, named, come in session.execute(query)}


def overdue_records(session: Session, tenant_id: str, access: AccessFilter, now: datetime) -> Overdue:
    """Return the count of filed records within access with a file missing for more than a week."""
    is_filed = and_(
        FiledRecord.tenant_id == Attachment.tenant_id, FiledRecord.record_id == Attachment.record_id
    )
    missing = (
        select(Attachment.record_id, func.min(Attachment.named_at).label("since"))
        .join(FiledRecord, is_filed)
        .outerjoin(Blob, _is_blob_of_attachment())
        .where(
            Attachment.tenant_id == tenant_id,
            FiledRecord.tenant_id == tenant_id,
            access.covers(FiledRecord.scope),
            IS_NOT_VOID,
            Attachment.named_at < now - OVERDUE_AFTER,
            ~_is_there(tenant_id),
        )
        .group_by(Attachment.record_id)
        .order_by("since", Attachment.record_id)
    )
    records = session.execute(missing).all()
    return Overdue(len(records), records[0].record_id if records else None)


def known_blob(session: Session, tenant_id: str, scopes: Iterable[str], sha256: str) -> Blob | None:
    """Return the blob of a file that a live record of these scopes references, else None."""
    query = (
        select(Blob)
        .join(Attachment, _is_blob_of_attachment())
        .where(
            Blob.tenant_id == tenant_id,
            Blob.sha256 == sha256,
            Attachment.tenant_id == tenant_id,
            Attachment.scope.in_(sorted(scopes)),
            _has_come(tenant_id),
        )
        .limit(1)
    )
    return session.scalars(query).first()


def restricted_namings(
    session: Session, tenant_id: str, scopes: Iterable[str], sha256: str
) -> tuple[Attachment, ...]:
    """Return the references to a file in these scopes with a restricted kind: viewing it MUST be audited."""
    query = select(Attachment).where(
        Attachment.tenant_id == tenant_id,
        Attachment.sha256 == sha256,
        Attachment.scope.in_(sorted(scopes)),
        Attachment.kind.in_(sorted(RESTRICTED_KINDS)),
    )
    return tuple(session.scalars(query))


def _is_blob_of_attachment() -> ColumnElement[bool]:
    """Return the join condition of a file reference and the blob of the file."""
    return and_(Blob.tenant_id == Attachment.tenant_id, Blob.sha256 == Attachment.sha256)


def _has_come(tenant_id: str) -> ColumnElement[bool]:
    """Return the condition that the bytes of an attachment are stored for its record.

    The hash alone gives no access: the referencing tablet, or anybody for that record, MUST have sent the
    bytes.
    """
    return exists().where(
        Upload.tenant_id == tenant_id,
        Upload.sha256 == Attachment.sha256,
        Upload.state == "done",
        or_(Upload.device_id == Attachment.device_id, Upload.record_id == Attachment.record_id),
    )


def _is_there(tenant_id: str) -> ColumnElement[bool]:
    return and_(Blob.sha256.is_not(None), _has_come(tenant_id))
