"""Counted records of chosen types, days and units."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import FiledRecord, MergeProjection, Record
from field178_server.office.indicators.source.records import PLAIN_TYPES, records_to_count
from field178_server.records.find_record import FILED_TYPES, merge_targets_of
from field178_shared.codelists import CodeLists
from field178_shared.indicators.areas import units_of_parts
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.periods import Period


@dataclass(frozen=True, slots=True)
class DaysAndUnits:
    """Days and units of the visits and sessions to read."""

    period: Period
    unit_ids: Collection[str]


def counted_records(
    session: Session,
    tenant_id: str,
    lists: CodeLists,
    types: Collection[str],
    within: DaysAndUnits | None = None,
) -> Iterator[CountedRecord]:
    """Yield the records of these types that are not deleted; visits and sessions with companion data."""
    plain = select(Record.record_id).where(
        Record.tenant_id == tenant_id,
        Record.type.in_(sorted(PLAIN_TYPES.intersection(types))),
        Record.deleted.is_(False),
    )
    ids = list(session.scalars(plain))
    if filed := sorted(set(types).intersection(FILED_TYPES)):
        ids += _filed(session, tenant_id, filed, within)
    yield from records_to_count(session, tenant_id, lists, ids)


def establishment_aliases(session: Session, tenant_id: str) -> Mapping[str, str]:
    """Return the merge targets of merged establishments: id to id."""
    query = select(MergeProjection.record_id).where(MergeProjection.tenant_id == tenant_id)
    merged = session.scalars(query).all()
    return merge_targets_of(session, tenant_id, merged) if merged else {}


def _filed(
    session: Session, tenant_id: str, types: Collection[str], within: DaysAndUnits | None
) -> Collection[str]:
    query = select(FiledRecord.record_id).where(
        FiledRecord.tenant_id == tenant_id, FiledRecord.type.in_(types)
    )
    if within is not None:
        last_day = within.period.end - timedelta(days=1)
        query = query.where(
            FiledRecord.occurred_on.between(within.period.first, last_day),
            FiledRecord.unit_id.in_(sorted(units_of_parts(within.unit_ids))),
        )
    return session.scalars(query).all()
