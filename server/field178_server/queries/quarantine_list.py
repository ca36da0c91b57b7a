"""Open quarantine: changes that could not be applied as sent, with their values and the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from field178_server.models import Quarantine
from field178_server.queries.paging import Page
from field178_server.queries.people_and_places import Names, ids_in, names_of
from field178_server.queries.reach import Reach
from field178_shared.merge import Data

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class HeldChange:
    """One change in quarantine; `problems` names the fields at fault, `values` is all it wanted to set."""

    change_id: str
    record_id: str
    record_type: str
    scope: str
    device_id: str
    user_id: str | None
    reason: str
    problems: tuple[tuple[str, tuple[str, ...]], ...]
    values: Data
    received_at: datetime


@dataclass(frozen=True, slots=True)
class QuarantineList:
    """One page of the open quarantine, newest first, with the names it mentions."""

    changes: tuple[HeldChange, ...]
    names: Names
    page: Page


def open_quarantine(session: Session, tenant_id: str, reach: Reach, wanted: int = 1) -> QuarantineList:
    """Return one page of the changes still in quarantine inside the reach, newest first."""
    page = Page.within(wanted, PAGE_SIZE, count_open_quarantine(session, tenant_id, reach))
    rows = session.scalars(
        select(Quarantine)
        .where(*_open_within(tenant_id, reach))
        .order_by(Quarantine.received_at.desc(), Quarantine.change_id)
        .offset(page.offset)
        .limit(page.size)
    )
    found = tuple(_held(row) for row in rows)
    ids = {change.device_id for change in found} | {change.user_id for change in found if change.user_id}
    for change in found:
        ids |= ids_in(change.values)
    return QuarantineList(found, names_of(session, tenant_id, ids), page)


def count_open_quarantine(session: Session, tenant_id: str, reach: Reach) -> int:
    """Return how many changes are in quarantine inside the reach."""
    query = select(func.count()).select_from(Quarantine).where(*_open_within(tenant_id, reach))
    return session.scalar(query) or 0


def _open_within(tenant_id: str, reach: Reach) -> tuple[ColumnElement[bool], ...]:
    return (Quarantine.tenant_id == tenant_id, Quarantine.state == "open", reach.covers(Quarantine.scope))


def _held(row: Quarantine) -> HeldChange:
    payload = json.loads(row.payload) if row.payload else {}
    values = payload.get("set")
    details = json.loads(row.details) if row.details else {}
    return HeldChange(
        change_id=row.change_id,
        record_id=row.record_id,
        record_type=row.record_type,
        scope=row.scope,
        device_id=row.device_id,
        user_id=row.user_id,
        reason=row.reason,
        problems=tuple(
            (path, tuple(str(code) for code in codes))
            for path, codes in details.items()
            if isinstance(codes, list)
        ),
        values=values if isinstance(values, dict) else {},
        received_at=row.received_at,
    )
