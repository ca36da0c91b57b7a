"""Badge of the attention list in the menu."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.accounts.officers import OfficerContext
from field178_server.console.text.localize import Localizer
from field178_server.office.attention.queries import AttentionFilter, count_items
from field178_server.records.access import access_of


def open_items(session: Session, officer: OfficerContext, localizer: Localizer) -> int:
    """Count the undecided items in the scopes of the officer."""
    access = access_of(officer.role, officer.scopes)
    return sum(count_items(session, officer.tenant_id, access, AttentionFilter()).values())
