"""Data erased with a record: history, quarantine, divergent records and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from field178_server.attachments.upload_rows import GONE, OPEN
from field178_server.database.models import (
    Attachment,
    Blob,
    ChangeHistory,
    DivergentRecord,
    DuplicateDismissal,
    Quarantine,
    RegisterImportRecord,
    Upload,
)
from field178_server.records.file_references import hashes_in
from field178_server.records.stored_record import Stored
from field178_server.replication.quarantine.store import DISCARDED, concerning
from field178_server.replication.quarantine.store import OPEN as UNDECIDED

Files = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """Hashes of the files of records: those of these records alone, and those shared with other records."""

    alone: frozenset[str]
    shared: frozenset[str]


def erase(
    session: Session,
    tenant_id: str,
    record_ids: Sequence[str],
    officer_id: str,
    source: tuple[str, datetime],
) -> None:
    """Erase the payloads of all changes of records except the erasure itself, and delete divergent records.

    Dismissals of duplicate pairs are deleted with either record.
    """
    change_id, now = source
    of_changes = (ChangeHistory.tenant_id == tenant_id, ChangeHistory.record_id.in_(record_ids))
    session.execute(
        update(ChangeHistory).where(*of_changes, ChangeHistory.change_id != change_id).values(payload=None)
    )
    of_quarantine = (Quarantine.tenant_id == tenant_id, concerning(record_ids))
    settled = {"state": DISCARDED, "settled_at": now, "settled_by": officer_id}
    unsettled = Quarantine.state.in_((UNDECIDED, DISCARDED)) & Quarantine.settled_by.is_(None)
    session.execute(update(Quarantine).where(*of_quarantine, unsettled).values(**settled))
    # Last, because `concerning` reads the payloads.
    session.execute(update(Quarantine).where(*of_quarantine).values(payload=None, settled_reason=None))
    session.execute(
        delete(DivergentRecord).where(DivergentRecord.tenant_id == tenant_id, divergent_of(record_ids))
    )
    of_pair = or_(DuplicateDismissal.one_id.in_(record_ids), DuplicateDismissal.other_id.in_(record_ids))
    session.execute(delete(DuplicateDismissal).where(DuplicateDismissal.tenant_id == tenant_id, of_pair))


def divergent_of(record_ids: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition of divergent records of these records and of their conflicts."""
    conflicts = (
        DivergentRecord.body.contains(f'"record":"{record_id}"', autoescape=True) for record_id in record_ids
    )
    return or_(DivergentRecord.record_id.in_(record_ids), *conflicts)


def take_files(session: Session, tenant_id: str, records: Sequence[Stored]) -> Files:
    """Delete the rows of files that only these records name, now or in their history; return all their files.

    MUST run before the records are written: their history and attachments are read for it.
    """
    gone = sorted(files_of(session, tenant_id, {record.record_id: record.body for record in records}).alone)
    session.execute(delete(Blob).where(Blob.tenant_id == tenant_id, Blob.sha256.in_(gone)))
    of_gone = (Upload.tenant_id == tenant_id, Upload.sha256.in_(gone))
    cut = sorted(session.scalars(select(Upload.upload_id).where(*of_gone, Upload.state == OPEN)))
    # An open upload is marked as gone, so that its sender gets an error.
    session.execute(update(Upload).where(*of_gone, Upload.state == OPEN).values(state=GONE))
    session.execute(delete(Upload).where(*of_gone, Upload.state != GONE))
    return {"blobs": gone, "uploads": cut, "imports": _imports_of(session, tenant_id, records)}


def _imports_of(session: Session, tenant_id: str, records: Sequence[Stored]) -> list[str]:
    """Return the imports that created records: their staged rows have the content of the records."""
    query = select(RegisterImportRecord.import_id).where(
        RegisterImportRecord.tenant_id == tenant_id,
        RegisterImportRecord.record_id.in_([record.record_id for record in records]),
    )
    return sorted(set(session.scalars(query)))


def files_of(session: Session, tenant_id: str, bodies: Mapping[str, str]) -> NamedFiles:
    """Return the files that records name, now or in their history; `bodies`: present contents by id."""
    named = _hashes_named(session, tenant_id, bodies)
    shared = session.scalars(
        select(Attachment.sha256).where(
            Attachment.tenant_id == tenant_id,
            Attachment.sha256.in_(sorted(named)),
            Attachment.record_id.not_in(sorted(bodies)),
        )
    )
    others = frozenset(shared)
    return NamedFiles(frozenset(named - others), others)


def _hashes_named(session: Session, tenant_id: str, bodies: Mapping[str, str]) -> set[str]:
    texts: list[str | None] = list(bodies.values())
    for model in (ChangeHistory, Quarantine):
        query = select(model.payload).where(model.tenant_id == tenant_id, model.record_id.in_(sorted(bodies)))
        texts += session.scalars(query)
    named = {sha256 for text in texts for sha256 in hashes_in(text)}
    sent = select(Upload.sha256).where(Upload.tenant_id == tenant_id, Upload.record_id.in_(sorted(bodies)))
    return named | set(session.scalars(sent))
