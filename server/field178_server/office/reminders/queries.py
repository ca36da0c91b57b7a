"""Figures that communes and agencies have not entered for a month, of all or of one officer."""

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
# Hour of the other e-mails.
_HOUR = 7
# Days of the next month on which a missed reminder is still sent.
_CATCH_UP_DAYS = 5


@dataclass(frozen=True, slots=True)
class OwedFigures:
    """Missing figures of a month: counts and kinds of returns, without names and establishments."""

    month: date
    communes: tuple[CommuneMonth, ...] = ()
    returns: tuple[MonthlyReturn, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no figures are missing."""
        return not (self.communes or self.returns)

    def of(self, agency_id: str, scopes: Collection[str], lists: CodeLists) -> OwedFigures:
        """Return the missing figures of an officer's agency and area."""
        units = named_units(scopes, lists)
        return OwedFigures(
            self.month,
            tuple(commune for commune in self.communes if commune.unit_id in units),
            tuple(
                monthly_return
                for monthly_return in self.returns
                if monthly_return.reporter.agency_id == agency_id
                and (not units or monthly_return.reporter.unit_id in units)
            ),
        )


def reminded_month(now: datetime) -> date | None:
    """Return the month whose reminder is due at an instant, None between two reminders."""
    local = now.astimezone(VIETNAM)
    first = local.date().replace(day=1)
    if (local.day, local.hour) >= (REMINDED_ON, _HOUR):
        return first
    return months_after(first, -1) if local.day <= _CATCH_UP_DAYS else None


def reminder_begins(month: date) -> datetime:
    """Return the instant at which the reminder of a month is due."""
    return datetime(month.year, month.month, REMINDED_ON, _HOUR, tzinfo=VIETNAM)


def reminder_ends(month: date) -> datetime:
    """Return the end of the notice of a month's reminder."""
    after = months_after(month, 1)
    return datetime(after.year, after.month, _CATCH_UP_DAYS + 1, tzinfo=VIETNAM)


def owed_figures(session: Session, tenant_id: str, today: date, month: date, lists: CodeLists) -> OwedFigures:
    """Return the missing figures of a month as of a day."""
    day = min(today, months_after(month, 1) - timedelta(days=1))
    sent = entries_of_types(session, tenant_id, MONTHLY_TYPES)
    owed = returns_owed(reporters_of(session, tenant_id, lists, today), sent, (month,), today, lists)
    return OwedFigures(
        month,
        tuple(months_owed(session, tenant_id, day, lists)),
        tuple(monthly_return for monthly_return in owed if monthly_return.is_owed),
    )
