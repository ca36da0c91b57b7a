"""Records of chosen types as figures count them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import (
    Audit,
    FiledRecord,
    FollowUpProjection,
    MergeProjection,
    Record,
)
from field178_server.records.find_record import FILED_TYPES, merge_targets_of
from field178_server.records.projections.follow_up import CORRECTION, NO_DAY
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.periods import Period
from field178_shared.records.sanctions import OFFICE_TYPES
from field178_shared.wire.protocol import ERASED_AT

_APPROVED, _VOID = "approved", "void"
_RETURNED, _REVIEWED = ("review_returned",), ("review_approved", "review_returned", "review_void")
STEP = 1000


@dataclass(frozen=True, slots=True)
class DaysAndUnits:
    """The days and units of the visits and sessions that are read."""

    period: Period
    unit_ids: Collection[str]


def counted_records(
    session: Session, tenant_id: str, types: Collection[str], within: DaysAndUnits | None = None
) -> Iterator[CountedRecord]:
    """Yield the live records of these types; visits and sessions with what became of them."""
    plain = select(Record.record_id, Record.type, Record.body).where(
        Record.tenant_id == tenant_id,
        Record.type.in_(sorted(set(types) - set(FILED_TYPES))),
        Record.deleted.is_(False),
    )
    for record_id, type_, body in session.execute(plain).yield_per(STEP):
        data = json.loads(body)
        # Nothing is known of what was erased, not even where it was.
        if data.keys() != {ERASED_AT}:
            yield CountedRecord(record_id=record_id, type=type_, data=data)
    if filed := sorted(set(types) & set(FILED_TYPES)):
        yield from _filed(session, tenant_id, filed, within)


def establishment_aliases(session: Session, tenant_id: str) -> Mapping[str, str]:
    """Return the merge targets of merged establishments by their own ids."""
    query = select(MergeProjection.record_id).where(MergeProjection.tenant_id == tenant_id)
    merged = session.scalars(query).all()
    return merge_targets_of(session, tenant_id, merged) if merged else {}


def _filed(
    session: Session, tenant_id: str, types: Sequence[str], within: DaysAndUnits | None
) -> Iterator[CountedRecord]:
    entries, closed_on = _entries(session, tenant_id), _closed_on(session, tenant_id)
    reviewed, returned = (_decided(session, tenant_id, actions) for actions in (_REVIEWED, _RETURNED))
    query = (
        select(Record.record_id, Record.type, Record.body, FiledRecord.review_state, FiledRecord.received_at)
        .join(
            FiledRecord,
            (FiledRecord.tenant_id == Record.tenant_id) & (FiledRecord.record_id == Record.record_id),
        )
        .where(Record.tenant_id == tenant_id, Record.type.in_(types), FiledRecord.review_state != _VOID)
    )
    if within is not None:
        last_day = within.period.end - timedelta(days=1)
        query = query.where(
            FiledRecord.occurred_on.between(within.period.first, last_day),
            FiledRecord.unit_id.in_(sorted(within.unit_ids)),
        )
    for record_id, type_, body, state, received_at in session.execute(query).yield_per(STEP):
        yield CountedRecord(
            record_id=record_id,
            type=type_,
            data=json.loads(body),
            is_approved=state == _APPROVED,
            was_reviewed=record_id in reviewed,
            was_returned=record_id in returned,
            received_at=received_at,
            entries=entries.get(record_id, {}),
            closed_on=closed_on.get(record_id, {}),
        )


def _entries(session: Session, tenant_id: str) -> dict[str, dict[str, tuple[str, dict[str, object]]]]:
    query = select(Record.subject_id, Record.record_id, Record.type, Record.body).where(
        Record.tenant_id == tenant_id, Record.type.in_(sorted(OFFICE_TYPES)), Record.deleted.is_(False)
    )
    found: dict[str, dict[str, tuple[str, dict[str, object]]]] = {}
    for visit_id, record_id, type_, body in session.execute(query):
        found.setdefault(str(visit_id), {})[record_id] = (type_, json.loads(body))
    return found


def _closed_on(session: Session, tenant_id: str) -> dict[str, dict[str, date]]:
    row = FollowUpProjection
    query = select(row.visit_id, row.key, row.closed_on).where(
        row.tenant_id == tenant_id, row.kind == CORRECTION, row.closed_on < NO_DAY
    )
    found: dict[str, dict[str, date]] = {}
    for visit_id, key, closed_on in session.execute(query):
        if closed_on is not None:
            found.setdefault(visit_id, {})[key] = closed_on
    return found


def _decided(session: Session, tenant_id: str, actions: Sequence[str]) -> set[str | None]:
    query = select(Audit.object_id).where(Audit.tenant_id == tenant_id, Audit.action.in_(actions)).distinct()
    return set(session.scalars(query))
