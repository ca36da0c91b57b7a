"""Badge of the tablets in the menu."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.policy import tablet_access
from field178_server.console.text.localize import Localizer
from field178_server.devices.heartbeat import silent_since
from field178_server.http.application_runtime import current_runtime
from field178_server.office.tablets.queries import count_silent


def silent_tablets(session: Session, officer: OfficerContext, localizer: Localizer) -> int:
    """Count the tablets in use that are silent."""
    since = silent_since(current_runtime().clock.now())
    return count_silent(session, officer.tenant_id, tablet_access(officer, localizer.lists), since)
