"""Approved visits and sessions in divided communes, by the unit in which they count."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from field178_server.database.models import FiledRecord, Record
from field178_server.office.indicators.source.assigned_places import AssignedPlaces
from field178_server.records.review_states import IS_APPROVED
from field178_shared.codelists import CodeLists
from field178_shared.indicators.events import CountedRecord, unit_of
from field178_shared.indicators.periods import Period
from field178_shared.record_type import RecordType

_ROW = FiledRecord


@dataclass(frozen=True, slots=True)
class DividedRecords:
    """Number of approved visits or sessions that count in a unit, with the day of the first."""

    type: str
    unit_id: str
    first_day: date
    count: int


def divided_records(
    session: Session, tenant_id: str, lists: CodeLists, units: Collection[str], period: Period | None = None
) -> list[DividedRecords]:
    """Return the visits and sessions of divided units in a period; `period` None: on all days.

    Visits are grouped by establishment, so their contents are not read.
    """
    of_units = [_ROW.tenant_id == tenant_id, IS_APPROVED, _ROW.unit_id.in_(sorted(units))]
    if period is not None:
        of_units.append(_ROW.occurred_on.between(period.first, period.end - timedelta(days=1)))
    visits = (
        select(_ROW.unit_id, _ROW.establishment_id, func.min(_ROW.occurred_on), func.count())
        .where(*of_units, _ROW.type == RecordType.INSPECTION)
        .group_by(_ROW.unit_id, _ROW.establishment_id)
    )
    sessions = (
        select(_ROW.record_id, _ROW.occurred_on, Record.body)
        .join(Record, and_(Record.tenant_id == _ROW.tenant_id, Record.record_id == _ROW.record_id))
        .where(*of_units, _ROW.type == RecordType.OUTREACH_SESSION)
    )
    records: list[tuple[CountedRecord, date | None, int]] = []
    for unit_id, establishment_id, day, count in session.execute(visits):
        data = {"unit_id": unit_id, "establishment_id": establishment_id or ""}
        records.append((CountedRecord(record_id="", type=RecordType.INSPECTION, data=data), day, count))
    for record_id, day, body in session.execute(sessions):
        record = CountedRecord(record_id=record_id, type=RecordType.OUTREACH_SESSION, data=json.loads(body))
        records.append((record, day, 1))
    places = AssignedPlaces.of_records(session, tenant_id, lists, [record for record, _, _ in records])
    return list(_counted(records, places, lists))


def _counted(
    records: Collection[tuple[CountedRecord, date | None, int]], places: AssignedPlaces, lists: CodeLists
) -> Iterator[DividedRecords]:
    for record, day, count in records:
        if day is None:
            continue
        yield DividedRecords(record.type, unit_of(places.with_place_unit(record), lists), day, count)
