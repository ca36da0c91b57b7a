"""Quality flags of stored records: the rule's facts, read with a constant number of statements."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, and_, select, union_all
from sqlalchemy.orm import Session

from field178_server.attachments.queries import RecordFileCount, file_counts
from field178_server.database.models import EstablishmentProjection, FiledRecord, Record
from field178_server.office.reviews.answers import answers_to
from field178_server.records.find_record import merge_targets_of
from field178_server.records.projections.filed import WAITING
from field178_shared.codelists import load
from field178_shared.merge import Data
from field178_shared.rules import Problem
from field178_shared.rules.quality_flags import FlagContext, quality_flags

# What a flag is about that no field of the record carries.
WHOLE = "_deleted"
_NO_FILES = RecordFileCount(0, 0)
_COLUMNS = (
    FiledRecord.record_id,
    FiledRecord.type,
    FiledRecord.received_at,
    FiledRecord.occurred_on,
    FiledRecord.kind,
    FiledRecord.establishment_id,
    FiledRecord.review_state,
)


@dataclass(frozen=True, slots=True)
class _Filed:
    """A filed record with what its other visits and sessions are found by."""

    record_id: str
    type: str
    received_at: datetime
    occurred_on: date | None
    kind: str | None
    establishment_id: str | None
    data: Data
    review_state: str

    @property
    def may_be_repeated(self) -> bool:
        """Whether other records may be of the same visit or session: what `_may_repeat` finds."""
        return bool(self.review_state != "void" and self.occurred_on and self.place[1])

    @property
    def place(self) -> tuple[str, str | None]:
        """The establishment of a visit, the form of a session: records of another one are no repetition."""
        return self.type, self.establishment_id if self.type == "inspection" else self.kind


def flags_of(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, tuple[Problem, ...]]:
    """Return the flags of filed records by id, those that have any."""
    records = _filed(session, tenant_id, FiledRecord.record_id.in_(sorted(record_ids)))
    if not records:
        return {}
    establishments = _establishments(session, tenant_id, records)
    neighbours = _neighbours(session, tenant_id, records)
    files = file_counts(session, tenant_id, [record.record_id for record in records])
    reviewed = [record.record_id for record in records if record.review_state != WAITING]
    answers = answers_to(session, tenant_id, reviewed) if reviewed else {}
    found = {
        record.record_id: quality_flags(
            record.type,
            record.data,
            load(),
            FlagContext(
                received_at=record.received_at,
                establishment=establishments.get(record.establishment_id or "", {}),
                others={
                    one.record_id: one.data
                    for one in neighbours.get(record.place, ())
                    if one.record_id != record.record_id
                },
                files_named=files.get(record.record_id, _NO_FILES).named,
                files_come=files.get(record.record_id, _NO_FILES).come,
                answers=tuple((WHOLE, one.answer.text) for one in answers.get(record.record_id, ())),
            ),
        )
        for record in records
    }
    return {record_id: flags for record_id, flags in found.items() if flags}


def _filed(session: Session, tenant_id: str, condition: ColumnElement[bool]) -> list[_Filed]:
    is_record = and_(Record.tenant_id == FiledRecord.tenant_id, Record.record_id == FiledRecord.record_id)
    rows = session.execute(
        select(*_COLUMNS, Record.body)
        .join(Record, is_record)
        .where(FiledRecord.tenant_id == tenant_id, condition)
    )
    return [_Filed(*row[:6], json.loads(row.body), row.review_state) for row in rows]


def _establishments(session: Session, tenant_id: str, records: Sequence[_Filed]) -> dict[str, Data]:
    """Return what the register says of the visited establishments; of a merged one, its merge target."""
    wanted = {record.establishment_id for record in records if record.establishment_id}
    known = _registered(session, tenant_id, wanted)
    targets = merge_targets_of(session, tenant_id, wanted - known.keys()) if wanted - known.keys() else {}
    merged = _registered(session, tenant_id, targets.values()) if targets else {}
    return known | {alias: merged[target] for alias, target in targets.items() if target in merged}


def _registered(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, Data]:
    rows = session.execute(
        select(
            EstablishmentProjection.record_id,
            EstablishmentProjection.name,
            EstablishmentProjection.establishment_type_id,
            EstablishmentProjection.lat,
            EstablishmentProjection.lon,
        ).where(
            EstablishmentProjection.tenant_id == tenant_id,
            EstablishmentProjection.record_id.in_(sorted(record_ids)),
        )
    )
    return {
        row.record_id: {
            "name": row.name,
            "establishment_type_id": row.establishment_type_id,
            "lat": row.lat,
            "lon": row.lon,
        }
        for row in rows
    }


def _neighbours(
    session: Session, tenant_id: str, records: Sequence[_Filed]
) -> Mapping[tuple[str, str | None], Sequence[_Filed]]:
    """Return the records that may be of the same visits and sessions, but those that are void.

    A visit around midnight is found from either side of it, so the days beside are read as well. These
    records themselves are not read twice.
    """
    found: dict[tuple[str, str | None], list[_Filed]] = {}
    is_other = FiledRecord.record_id.not_in(sorted(record.record_id for record in records))
    others = and_(FiledRecord.record_id.in_(_may_repeat(tenant_id, records)), is_other)
    for one in (*_filed(session, tenant_id, others), *(one for one in records if one.may_be_repeated)):
        found.setdefault(one.place, []).append(one)
    return found


def _may_repeat(tenant_id: str, records: Sequence[_Filed]) -> CompoundSelect[str]:
    """Return the query of the records that may be of the same visits and sessions as these.

    Each half has an index of its own; as one condition with an "or" neither is used, and all are read.
    """
    visits = [record for record in records if record.type == "inspection"]
    sessions = [record for record in records if record.type != "inspection"]
    filed = select(FiledRecord.record_id).where(
        FiledRecord.tenant_id == tenant_id, FiledRecord.review_state != "void"
    )
    return union_all(
        # Visits alone have an establishment; with their type named besides, SQLite takes the index of types,
        # and reads the whole index of lists where that has every column: the instant is not in it.
        filed.where(
            FiledRecord.received_at.is_not(None),
            FiledRecord.establishment_id.in_(sorted({one.establishment_id or "" for one in visits})),
            FiledRecord.occurred_on.in_(_days(visits, beside=1)),
        ),
        filed.where(
            FiledRecord.type == "outreach_session",
            FiledRecord.occurred_on.in_(_days(sessions, beside=0)),
            FiledRecord.kind.in_(sorted({one.kind or "" for one in sessions})),
        ),
    )


def _days(records: Sequence[_Filed], beside: int) -> list[date]:
    days = {record.occurred_on for record in records if record.occurred_on is not None}
    return sorted({day + timedelta(days=shift) for day in days for shift in range(-beside, beside + 1)})
