"""What a record is called: the name of its establishment, or its own title; nothing outside the reach."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.models import EstablishmentRow, FiledRecord
from field178_server.queries.people_and_places import place_names
from field178_server.queries.reach import Reach


def titles_of(session: Session, tenant_id: str, reach: Reach, record_ids: Collection[str]) -> dict[str, str]:
    """Return the titles of live records by id; a visit is called as its establishment is."""
    wanted = sorted(set(record_ids))
    filed = session.execute(
        select(FiledRecord.record_id, FiledRecord.title, FiledRecord.establishment_id).where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.record_id.in_(wanted),
            reach.covers(FiledRecord.scope),
        )
    ).all()
    # Whoever may read a visit may read whose visit it is, in whatever unit the place lies.
    places = place_names(session, tenant_id, {place_id for _, _, place_id in filed if place_id})
    titles = _own_names(session, tenant_id, wanted, reach)
    for record_id, title, place_id in filed:
        if found := places.get(place_id or "") or title:
            titles[record_id] = found
    return titles


def _own_names(session: Session, tenant_id: str, record_ids: list[str], reach: Reach) -> dict[str, str]:
    query = select(EstablishmentRow.record_id, EstablishmentRow.name).where(
        EstablishmentRow.tenant_id == tenant_id,
        EstablishmentRow.record_id.in_(record_ids),
        reach.covers(EstablishmentRow.scope),
    )
    return {record_id: name for record_id, name in session.execute(query)}
