"""Lists of days to which the office committed, compared with the visits that were planned on these days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import PlanCommitment, PlanItemRow, Record
from field178_server.records.plan_commitments import DayList, content_hash
from field178_server.records.scopes import OFFICE
from field178_server.records.stored_record import data_of
from field178_shared.records.plan import UNANNOUNCED

MOST_LISTED = 60


@dataclass(frozen=True, slots=True)
class CommittedDay:
    """A day with its commitment. `opened` None: the list is sealed until the day is over.

    `changed`: ids of the list whose record differs now; `added`: visits of the day that are not in the list.
    """

    day: date
    commitment: str
    opened: DayList | None = None
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether the opened list has the committed hash."""
        return self.opened is not None and self.opened.commitment == self.commitment


def committed_days(session: Session, tenant_id: str) -> list[CommittedDay]:
    """Return the last days to which the office committed, the newest first."""
    rows = session.scalars(
        select(PlanCommitment)
        .where(PlanCommitment.tenant_id == tenant_id)
        .order_by(PlanCommitment.day.desc())
        .limit(MOST_LISTED)
    ).all()
    opened = [DayList.read(row.day, row.opened) for row in rows if row.opened]
    visits = _visits_of(session, tenant_id, opened)
    lists = {of_day.day: of_day for of_day in opened}
    return [_compared(row, lists.get(row.day), visits.get(row.day, {})) for row in rows]


def _compared(row: PlanCommitment, opened: DayList | None, visits: Mapping[str, str]) -> CommittedDay:
    if opened is None:
        return CommittedDay(row.day, row.commitment)
    listed = dict(opened.visits)
    changed = tuple(item_id for item_id, hash_ in listed.items() if visits.get(item_id) != hash_)
    added = tuple(item_id for item_id in visits if item_id not in listed)
    return CommittedDay(row.day, row.commitment, opened, changed, added)


def _visits_of(session: Session, tenant_id: str, lists: Sequence[DayList]) -> dict[date, dict[str, str]]:
    """Return the hashes of the contents of released unannounced visits, by first day and id."""
    query = (
        select(PlanItemRow.window_from, Record.record_id, Record.body)
        .join(
            Record,
            (Record.tenant_id == PlanItemRow.tenant_id) & (Record.record_id == PlanItemRow.record_id),
        )
        .where(
            PlanItemRow.tenant_id == tenant_id,
            PlanItemRow.kind == UNANNOUNCED,
            PlanItemRow.scope != OFFICE,
            PlanItemRow.is_cancelled.is_(False),
            PlanItemRow.window_from.in_(sorted(of_day.day for of_day in lists)),
        )
        .order_by(Record.record_id)
    )
    by_day: dict[date, dict[str, str]] = {}
    for day, record_id, body in session.execute(query):
        by_day.setdefault(day, {})[record_id] = content_hash(data_of(body))
    return by_day
