"""What communes and agencies owe for a month, whole or for one officer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from field178_server.office.commune.queries import CommuneMonth, months_owed
from field178_server.office.entries.queries import entries_of_types
from field178_server.office.returns.queries import (
    MonthlyReturn,
    named_units,
    reporters_of,
    returns_owed,
)
from field178_shared.codelists import CodeLists
from field178_shared.indicators.periods import months_after
from field178_shared.records.returns import MONTHLY_TYPES
from field178_shared.time.clock import VIETNAM

REMINDED_ON = 25
# In the morning, as other e-mails.
_HOUR = 7
# So many days into the next month a reminder is still sent that no server was there for.
_CATCH_UP_DAYS = 5


@dataclass(frozen=True, slots=True)
class OwedFigures:
    """What is owed for a month: no name, no establishment, counts of outlets and kinds of returns alone."""

    month: date
    communes: tuple[CommuneMonth, ...] = ()
    returns: tuple[MonthlyReturn, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is owed."""
        return not (self.communes or self.returns)

    def of(self, agency_id: str, scopes: Collection[str], lists: CodeLists) -> OwedFigures:
        """Return what an officer of an agency and area owes."""
        units = named_units(scopes, lists)
        return OwedFigures(
            self.month,
            tuple(one for one in self.communes if one.unit_id in units),
            tuple(
                one
                for one in self.returns
                if one.reporter.agency_id == agency_id and (not units or one.reporter.unit_id in units)
            ),
        )


def reminded_month(now: datetime) -> date | None:
    """Return the month that a reminder is due for at an instant, None between two of them."""
    local = now.astimezone(VIETNAM)
    first = local.date().replace(day=1)
    if (local.day, local.hour) >= (REMINDED_ON, _HOUR):
        return first
    return months_after(first, -1) if local.day <= _CATCH_UP_DAYS else None


def reminder_begins(month: date) -> datetime:
    """Return when the reminder of a month is due."""
    return datetime(month.year, month.month, REMINDED_ON, _HOUR, tzinfo=VIETNAM)


def reminder_ends(month: date) -> datetime:
    """Return until when the reminder of a month is shown."""
    after = months_after(month, 1)
    return datetime(after.year, after.month, _CATCH_UP_DAYS + 1, tzinfo=VIETNAM)


def owed_figures(session: Session, tenant_id: str, today: date, month: date, lists: CodeLists) -> OwedFigures:
    """Return what is owed for a month on a day."""
    day = min(today, months_after(month, 1) - timedelta(days=1))
    sent = entries_of_types(session, tenant_id, MONTHLY_TYPES)
    owed = returns_owed(reporters_of(session, tenant_id, lists, today), sent, (month,), today, lists)
    return OwedFigures(
        month,
        tuple(months_owed(session, tenant_id, day, lists)),
        tuple(one for one in owed if one.is_owed),
    )
