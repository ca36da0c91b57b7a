"""Badge of the erasures in the menu."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.accounts.officers import OfficerContext
from field178_server.console.text.localize import Localizer
from field178_server.office.erasure.queries import count_requested


def requested_erasures(session: Session, officer: OfficerContext, localizer: Localizer) -> int:
    """Count the erasures that wait for a second officer."""
    return count_requested(session, officer.tenant_id)
