"""Number of overdue follow-ups in the menu."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.accounts.officers import OfficerContext
from field178_server.console.text.localize import Localizer
from field178_server.http.application_runtime import current_runtime
from field178_server.office.follow_ups.queries import count_overdue
from field178_server.records.access import access_of
from field178_shared.time.clock import local_date


def overdue_entries(session: Session, officer: OfficerContext, localizer: Localizer) -> int:
    """Return the number of overdue follow-ups in the scopes of the officer."""
    today = local_date(current_runtime().clock.now())
    return count_overdue(session, officer.tenant_id, access_of(officer.role, officer.scopes), today)
