"""Records that the figures of an area leave out: those in divided communes without an assigned unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection
from field178_server.office.indicators.divided_records import divided_records
from field178_shared.codelists import CodeLists
from field178_shared.codelists.places import Place
from field178_shared.indicators.areas import CountedArea, units_left_out
from field178_shared.indicators.periods import Period
from field178_shared.record_type import RecordType
from field178_shared.records.establishment import ENDED
from field178_shared.records.left_out import LeftOut


class AreaQuestion(Protocol):
    """Lists, period, and area at the end of the period, for which figures are computed."""

    @property
    def lists(self) -> CodeLists:
        """The lists in force."""

    @property
    def period(self) -> Period:
        """The period that is counted."""

    @property
    def area(self) -> CountedArea:
        """The area at the end of the period."""


def left_out(session: Session, tenant_id: str, question: AreaQuestion) -> LeftOut:
    """Return the units and numbers of records that the figures of an area leave out.

    The current register and lists are used.
    """
    lists = question.lists
    units = sorted(units_left_out(lists, question.area))
    ends = [
        end for unit_id in units if (end := lists.units[unit_id].valid_to) and question.period.first < end
    ]
    done = divided_records(session, tenant_id, lists, units, question.period) if ends else []
    counts = Counter[str]()
    for divided in done:
        counts[divided.type] += divided.count if divided.unit_id in units else 0
    return LeftOut(
        unit_ids=tuple(units),
        establishments=_establishments(session, tenant_id, units) if units else 0,
        zones=_places(lists.zones.values(), units),
        schools=_places(lists.schools.values(), units),
        visits=counts[RecordType.INSPECTION],
        sessions=counts[RecordType.OUTREACH_SESSION],
        events_until=max(ends, default=None),
    )


def _establishments(session: Session, tenant_id: str, units: Iterable[str]) -> int:
    row = EstablishmentProjection
    query = select(func.count()).where(
        row.tenant_id == tenant_id, row.unit_id.in_(units), row.operating_status_id.not_in(ENDED)
    )
    return session.scalar(query) or 0


def _places(places: Iterable[Place], units: Iterable[str]) -> int:
    return sum(place.unit_id in units for place in places)
