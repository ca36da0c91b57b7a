"""What the figures of an area leave out: what lies in divided communes and was not assigned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection
from field178_shared.codelists import CodeLists
from field178_shared.codelists.places import Place
from field178_shared.indicators.areas import CountedArea, units_left_out
from field178_shared.indicators.periods import Period
from field178_shared.records.establishment import ENDED


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Numbers of what is not assigned to a commune of today, by kind, and the divided communes that it is in.

    `events_until`: the day before which visits and sessions of these communes are in no figure of the period,
    None where the period began later: they keep the commune of their day, and no share of it is known.
    """

    unit_ids: tuple[str, ...]
    establishments: int
    zones: int
    schools: int
    events_until: date | None

    @property
    def is_unassigned(self) -> bool:
        """Whether something waits to be assigned."""
        return bool(self.establishments or self.zones or self.schools)


class AreaQuestion(Protocol):
    """What figures are asked for: the lists, the period, and the area at its end."""

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
    """Return what the figures of an area leave out, as the register and the lists are now."""
    lists = question.lists
    units = sorted(units_left_out(lists, question.area))
    ends = [end for one in units if (end := lists.units[one].valid_to) and question.period.first < end]
    return LeftOut(
        tuple(units),
        _establishments(session, tenant_id, units) if units else 0,
        _places(lists.zones.values(), units),
        _places(lists.schools.values(), units),
        max(ends, default=None),
    )


def _establishments(session: Session, tenant_id: str, units: Iterable[str]) -> int:
    row = EstablishmentProjection
    query = select(func.count()).where(
        row.tenant_id == tenant_id, row.unit_id.in_(units), row.operating_status_id.not_in(ENDED)
    )
    return session.scalar(query) or 0


def _places(places: Iterable[Place], units: Iterable[str]) -> int:
    return sum(one.unit_id in units for one in places)
