"""Open conflicts: what each tablet meant and what stands there, for the office to look at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from field178_server.models import ConflictRow, EstablishmentRow, FiledRecord, Record
from field178_server.queries.paging import Page
from field178_server.queries.people_and_places import Names, ids_in, names_of
from field178_server.queries.reach import Reach
from field178_shared.merge import Data

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ConflictEntry:
    """One value that was kept aside: what its author saw, meant, and what stood there."""

    was: object
    mine: object
    current: object
    user_id: str | None
    at: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """One field of one record that one tablet and the store disagree about."""

    conflict_id: str
    record_id: str
    record_type: str
    title: str | None
    path: str
    device_id: str
    changed_at: datetime
    entries: tuple[ConflictEntry, ...]


@dataclass(frozen=True, slots=True)
class ConflictList:
    """One page of the open conflicts, newest first, with the names they mention."""

    conflicts: tuple[OpenConflict, ...]
    names: Names
    page: Page


def open_conflicts(session: Session, tenant_id: str, reach: Reach, wanted: int = 1) -> ConflictList:
    """Return one page of the open conflicts inside the reach, newest first."""
    page = Page.within(wanted, PAGE_SIZE, count_open_conflicts(session, tenant_id, reach))
    rows = session.execute(
        select(ConflictRow, Record.body, EstablishmentRow.name, FiledRecord.title)
        .join(
            Record,
            (Record.tenant_id == ConflictRow.tenant_id) & (Record.record_id == ConflictRow.conflict_id),
        )
        .outerjoin(
            FiledRecord,
            (FiledRecord.tenant_id == ConflictRow.tenant_id)
            & (FiledRecord.record_id == ConflictRow.record_id),
        )
        .outerjoin(
            EstablishmentRow,
            (EstablishmentRow.tenant_id == ConflictRow.tenant_id)
            & (
                EstablishmentRow.record_id
                == func.coalesce(FiledRecord.establishment_id, ConflictRow.record_id)
            ),
        )
        .where(*_open_within(tenant_id, reach))
        .order_by(ConflictRow.changed_at.desc(), ConflictRow.conflict_id)
        .offset(page.offset)
        .limit(page.size)
    ).all()
    found = tuple(_conflict(row, json.loads(body), name or title) for row, body, name, title in rows)
    ids = {conflict.device_id for conflict in found}
    for conflict in found:
        ids |= ids_in([[entry.user_id, entry.was, entry.mine, entry.current] for entry in conflict.entries])
    return ConflictList(found, names_of(session, tenant_id, ids), page)


def count_open_conflicts(session: Session, tenant_id: str, reach: Reach) -> int:
    """Return how many conflicts are open inside the reach."""
    query = select(func.count()).select_from(ConflictRow).where(*_open_within(tenant_id, reach))
    return session.scalar(query) or 0


def _open_within(tenant_id: str, reach: Reach) -> tuple[ColumnElement[bool], ...]:
    return (
        ConflictRow.tenant_id == tenant_id,
        ConflictRow.state == "open",
        reach.covers(ConflictRow.scope),
    )


def _conflict(row: ConflictRow, body: Data, title: str | None) -> OpenConflict:
    entries = body.get("entries")
    values = entries.values() if isinstance(entries, dict) else ()
    return OpenConflict(
        conflict_id=row.conflict_id,
        record_id=row.record_id,
        record_type=row.record_type,
        title=title,
        path=row.path,
        device_id=row.device_id,
        changed_at=row.changed_at,
        entries=tuple(_entry(value) for value in values if isinstance(value, dict)),
    )


def _entry(value: Data) -> ConflictEntry:
    user, at = value.get("user"), value.get("at")
    return ConflictEntry(
        was=value.get("was"),
        mine=value.get("mine"),
        current=value.get("current"),
        user_id=user if isinstance(user, str) else None,
        at=at if isinstance(at, str) else None,
        reason=str(value.get("reason", "changed")),
    )
