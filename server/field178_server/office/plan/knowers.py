"""Officers who could have known of an unannounced visit before its window, by rights and by the trail."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.actions import RECORD_OPENED
from field178_server.database.models import Audit, Officer, PlanItemRow
from field178_server.records.access import access_of
from field178_server.records.planned_visits import team_scope
from field178_server.records.scopes import OFFICE
from field178_shared.codelists import CodeLists
from field178_shared.records.plan import UNANNOUNCED
from field178_shared.time.clock import start_of_day

MOST_LISTED = 200
PLANNING_RIGHT = "review"
_PLANNED = ("plan_item_added", "plan_item_moved", "plan_item_cancelled")
_ROLE_GIVEN = ("officer_added", "officer_changed")
_ACCOUNT = (*_ROLE_GIVEN, "officer_disabled", "officer_reopened")


@dataclass(frozen=True, slots=True)
class BegunVisit:
    """An unannounced visit whose window has begun."""

    item_id: str
    team_id: str
    window_from: date
    window_to: date
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Knower:
    """An officer who could have known of a visit: planned, opened, or had the right to read it."""

    officer_id: str
    has_planned: bool
    opened_at: datetime | None
    had_right: bool


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Officers who could have known of a visit from its planning until the first day of its window.

    `planned_at`: None where the trail does not tell; then, and where it is after the first hour of the
    window, there are no knowers.
    """

    visit: BegunVisit
    planned_at: datetime | None
    is_planned_late: bool
    knowers: Sequence[Knower]


def begun_visits(session: Session, tenant_id: str, today: date) -> list[BegunVisit]:
    """Return the unannounced visits whose window has begun, the newest first."""
    query = _begun(tenant_id, today).order_by(PlanItemRow.window_from.desc(), PlanItemRow.record_id)
    return [_visit(row) for row in session.execute(query.limit(MOST_LISTED))]


def knowledge_of(
    session: Session, tenant_id: str, item_id: str, today: date, lists: CodeLists
) -> Knowledge | None:
    """Return the officers who could have known of a visit; None before its window."""
    row = session.execute(_begun(tenant_id, today).where(PlanItemRow.record_id == item_id)).first()
    if row is None:
        return None
    visit, hour = _visit(row), start_of_day(row.window_from)
    entries = session.execute(
        select(Audit.actor_id, Audit.action, Audit.at)
        .where(Audit.tenant_id == tenant_id, Audit.object_id == item_id)
        .order_by(Audit.at, Audit.audit_id)
    ).all()
    planned_at = next((entry.at for entry in entries if entry.action == "plan_item_added"), None)
    if planned_at is None or planned_at >= hour:
        return Knowledge(visit, planned_at, planned_at is not None, ())
    entries = [entry for entry in entries if entry.at < hour]
    planners = {entry.actor_id for entry in entries if entry.action in _PLANNED}
    opened = {entry.actor_id: entry.at for entry in reversed(entries) if entry.action == RECORD_OPENED}
    holders = set(_holders(session, tenant_id, visit.team_id, (planned_at, hour), lists))
    everyone = sorted({officer_id for officer_id in (*planners, *opened, *holders) if officer_id})
    knowers = [
        Knower(officer_id, officer_id in planners, opened.get(officer_id), officer_id in holders)
        for officer_id in everyone
    ]
    return Knowledge(visit, planned_at, False, knowers)


def _begun(tenant_id: str, today: date) -> Any:
    return select(*_COLUMNS).where(
        PlanItemRow.tenant_id == tenant_id,
        PlanItemRow.kind == UNANNOUNCED,
        PlanItemRow.scope != OFFICE,
        PlanItemRow.window_from <= today,
    )


def _visit(row: Any) -> BegunVisit:
    return BegunVisit(row.record_id, row.team_id, row.window_from, row.window_to, row.is_cancelled)


def _holders(
    session: Session, tenant_id: str, team_id: str, span: tuple[datetime, datetime], lists: CodeLists
) -> Iterator[str]:
    """Yield the officers who had the right to read the plan of a team at any instant of a span.

    Roles and closings are read from the trail. Areas are those of today: an officer whose account was changed
    since the span began is listed whatever the area.
    """
    begun, _ = span
    history: dict[str, list[Any]] = {}
    query = select(Audit.object_id, Audit.action, Audit.at, Audit.details).where(
        Audit.tenant_id == tenant_id, Audit.action.in_(_ACCOUNT)
    )
    for entry in session.execute(query.order_by(Audit.at, Audit.audit_id)):
        history.setdefault(str(entry.object_id), []).append(entry)
    scopes = officers.all_scopes(session, tenant_id)
    for officer in officers.everyone(session, tenant_id):
        entries = history.get(officer.officer_id, [])
        own = frozenset(scopes.get(officer.officer_id, ()))
        is_changed = any(entry.action == "officer_changed" and entry.at >= begun for entry in entries)
        is_near = is_changed or access_of(officer.role, own).holds(team_scope(team_id))
        if is_near and _had_right(officer, entries, span, lists):
            yield officer.officer_id


def _had_right(
    officer: Officer, entries: Collection[Any], span: tuple[datetime, datetime], lists: CodeLists
) -> bool:
    """Return whether an account was open with a role that plans, at any instant of a span."""
    begun, ended = span
    # Accounts older than the trail have no entry of their beginning.
    role, is_open, had_right = ("" if entries else officer.role), True, False
    for entry in entries:
        if entry.at >= ended:
            break
        if entry.at >= begun:
            had_right |= is_open and _may_plan(role, lists)
        if entry.action in _ROLE_GIVEN:
            role = str(json.loads(entry.details or "{}").get("role", ""))
        is_open = entry.action != "officer_disabled" and (is_open or entry.action == "officer_reopened")
    return had_right or (is_open and _may_plan(role, lists))


def _may_plan(role: str, lists: CodeLists) -> bool:
    return role in lists.roles and PLANNING_RIGHT in lists.roles[role].rights


_COLUMNS = (
    PlanItemRow.record_id,
    PlanItemRow.team_id,
    PlanItemRow.window_from,
    PlanItemRow.window_to,
    PlanItemRow.is_cancelled,
)
