"""Scope of planned visits, and release of unannounced ones on the first day of their window.

An unannounced visit is sealed until then (`sealed_visits`). One that its team knew before it was put off is
in the office's scope, which no tablet is ever granted.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from field178_server.database.models import PlanItemRow
from field178_server.records import sealed_visits
from field178_server.records.batch import Batch
from field178_server.records.move import move
from field178_server.records.scopes import OFFICE
from field178_server.records.sealed_visits import Keys
from field178_shared.records.plan import PlanItem


def scope_of(item: PlanItem, today: date) -> str:
    """Return the scope of a planned visit on a day."""
    return OFFICE if item.is_secret(today) else team_scope(item.team_id)


def team_scope(team_id: str) -> str:
    """Return the scope that the tablets of a team read."""
    return f"team:{team_id}"


def release_due(batch: Batch, keys: Keys, today: date) -> list[str]:
    """Give the unannounced visits whose window has begun to their teams; return the ids of the visits.

    Without keys the sealed ones wait. The caller flushes the batch.
    """
    due = select(PlanItemRow.record_id, PlanItemRow.team_id).where(
        PlanItemRow.tenant_id == batch.tenant_id,
        PlanItemRow.scope == OFFICE,
        PlanItemRow.window_from <= today,
    )
    due_items = batch.session.execute(due.order_by(PlanItemRow.record_id)).all()
    for record_id, team_id in due_items:
        move(batch, record_id, team_scope(team_id))
    return [record_id for record_id, _ in due_items] + sealed_visits.release(batch, keys, today)
