"""File of one establishment: its visits with findings and measures, and the sessions that name it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, literal, select
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import KEY_TYPE
from field178_server.database.models import FiledFacet, FiledRecord, MergeProjection, Record
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import merged_into_any_of
from field178_server.records.labels import Names, names_of
from field178_server.records.review_states import ShownReviewState, is_corrected
from field178_shared.record_type import RecordType
from field178_shared.records.inspection import Inspection, Measure, VisitFinding
from field178_shared.records.reading import Data, entry_of, text_of
from field178_shared.records.review import ReviewState


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A filed record of the file. `state`: its review state, or `corrected` for a corrected return."""

    record_id: str
    occurred_on: date | None
    kind: str | None
    state: str


@dataclass(frozen=True, slots=True)
class FileVisit(FileEntry):
    """A visit with its team and result; a void visit has no findings and no measures."""

    team_id: str | None
    outcome: str | None
    findings: tuple[VisitFinding, ...]
    measures: tuple[Measure, ...]
    check_in: Data


@dataclass(frozen=True, slots=True)
class FileSession(FileEntry):
    """An outreach session that names the establishment."""

    venue: str | None


@dataclass(frozen=True, slots=True)
class MergedEntry:
    """A record that was merged into the establishment, at the revision of the merge."""

    record_id: str
    rev: int
    name: str


@dataclass(frozen=True, slots=True)
class EstablishmentFile:
    """Filed records about an establishment within the officer's access, newest first."""

    visits: tuple[FileVisit, ...]
    sessions: tuple[FileSession, ...]
    merged: tuple[MergedEntry, ...]
    names: Names


def establishment_file(
    session: Session, tenant_id: str, access: AccessFilter, record_id: str
) -> EstablishmentFile:
    """Return the file of an establishment, including filed records that name a record merged into it."""
    places = merged_into_any_of(tenant_id, select(literal(record_id, KEY_TYPE)))
    known_as = tuple(sorted(session.scalars(places)))
    visits = _visits(session, tenant_id, access, known_as)
    teams = {visit.team_id for visit in visits if visit.team_id}
    return EstablishmentFile(
        visits=visits,
        sessions=_sessions(session, tenant_id, access, known_as),
        merged=_merged(session, tenant_id, access, record_id) if len(known_as) > 1 else (),
        names=names_of(session, tenant_id, teams),
    )


def _merged(
    session: Session, tenant_id: str, access: AccessFilter, record_id: str
) -> tuple[MergedEntry, ...]:
    is_body = and_(
        Record.tenant_id == MergeProjection.tenant_id, Record.record_id == MergeProjection.record_id
    )
    rows = session.execute(
        select(Record.record_id, Record.rev, Record.body)
        .join(MergeProjection, is_body)
        .where(
            MergeProjection.tenant_id == tenant_id,
            MergeProjection.into_id == record_id,
            access.covers(Record.scope),
        )
        .order_by(Record.record_id)
    )
    return tuple(
        MergedEntry(merged_id, rev, text_of(json.loads(body), "name")) for merged_id, rev, body in rows
    )


def _visits(
    session: Session, tenant_id: str, access: AccessFilter, known_as: tuple[str, ...]
) -> tuple[FileVisit, ...]:
    is_body = and_(Record.tenant_id == FiledRecord.tenant_id, Record.record_id == FiledRecord.record_id)
    rows = session.execute(
        select(FiledRecord, Record.body)
        .join(Record, is_body)
        .where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.establishment_id.in_(known_as),
            FiledRecord.type == RecordType.INSPECTION,
            access.covers(FiledRecord.scope),
        )
        .order_by(FiledRecord.occurred_on.desc(), FiledRecord.record_id.desc())
    )
    return tuple(_visit(filed, body) for filed, body in rows)


def _visit(filed: FiledRecord, body: str) -> FileVisit:
    data = json.loads(body)
    visit = Inspection.from_data(data)
    is_void = filed.review_state == ReviewState.VOID
    return FileVisit(
        *_entry(filed),
        team_id=filed.team_id,
        outcome=filed.outcome,
        findings=() if is_void else visit.findings,
        measures=() if is_void else visit.measures,
        check_in={} if is_void else entry_of(data, "check_in"),
    )


def _sessions(
    session: Session, tenant_id: str, access: AccessFilter, known_as: tuple[str, ...]
) -> tuple[FileSession, ...]:
    naming = select(FiledFacet.record_id).where(
        FiledFacet.tenant_id == tenant_id,
        FiledFacet.kind == "establishment",
        FiledFacet.value.in_(known_as),
    )
    rows = session.scalars(
        select(FiledRecord)
        .where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.record_id.in_(naming),
            access.covers(FiledRecord.scope),
        )
        .order_by(FiledRecord.occurred_on.desc(), FiledRecord.record_id.desc())
    )
    return tuple(FileSession(*_entry(filed), venue=filed.title) for filed in rows)


def _entry(filed: FiledRecord) -> tuple[str, date | None, str | None, str]:
    has_correction = is_corrected(filed.review_state, filed.rev, filed.review_rev)
    return (
        filed.record_id,
        filed.occurred_on,
        filed.kind,
        ShownReviewState.CORRECTED if has_correction else filed.review_state,
    )
