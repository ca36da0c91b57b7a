"""Scope of planned visits: an unannounced one lies with the office until the first day of its window.

A tablet reads the scopes it was granted and never that of the office, so it cannot know of it earlier.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from field178_server.database.models import PlanItemRow
from field178_server.records.batch import Batch
from field178_server.records.move import move
from field178_server.records.scopes import OFFICE
from field178_shared.records.plan import PlanItem


def scope_of(item: PlanItem, today: date) -> str:
    """Return the scope of a planned visit on a day."""
    return OFFICE if item.is_secret(today) else team_scope(item.team_id)


def team_scope(team_id: str) -> str:
    """Return the scope that the tablets of a team read."""
    return f"team:{team_id}"


def release_due(batch: Batch, today: date) -> int:
    """Move the unannounced visits whose day has come to their teams; return how many there were.

    The caller flushes the batch.
    """
    due = select(PlanItemRow.record_id, PlanItemRow.team_id).where(
        PlanItemRow.tenant_id == batch.tenant_id,
        PlanItemRow.scope == OFFICE,
        PlanItemRow.window_from <= today,
    )
    found = batch.session.execute(due.order_by(PlanItemRow.record_id)).all()
    for record_id, team_id in found:
        move(batch, record_id, team_scope(team_id))
    return len(found)
