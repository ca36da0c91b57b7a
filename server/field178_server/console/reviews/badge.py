"""Badge of the review queue in the menu."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.accounts.officers import OfficerContext
from field178_server.console.text.localize import Localizer
from field178_server.office.reviews.queue import QueueState, QueueView, queue_counts
from field178_server.records.access import access_of


def waiting_records(session: Session, officer: OfficerContext, localizer: Localizer) -> int:
    """Count the records that wait for review in the scopes of the officer."""
    view = QueueView(officer.tenant_id, access_of(officer.role, officer.scopes))
    return queue_counts(session, view)[QueueState.WAITING]
