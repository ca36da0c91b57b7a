"""Operations on the plan: set quotas, and add, move and cancel planned visits and re-inspections.

The id of a planned visit is random, so that nobody can guess it. Concurrent or repeated requests plan a visit
once: planned visits are read while their establishments, or the visit that demands a re-inspection, are
locked. Nothing is deleted: a planned visit is cancelled with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from field178_server.audit.office_write import release_planned_visits, write_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry, require_reason
from field178_server.database.models import EstablishmentProjection, PlanItemRow
from field178_server.records import plan_commitments, scopes, sealed_visits
from field178_server.records.batch import Batch
from field178_server.records.planned_visits import scope_of
from field178_server.records.scopes import OFFICE
from field178_server.records.sealed_visits import Keys, OpenedVisit
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import companion_id
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.plan import RECHECK, PlanItem
from field178_shared.records.reading import day_of, entries_of, text_of
from field178_shared.time.clock import local_date

MOST_AT_ONCE = 500
# Length of the window of a re-inspection, from the day the correction is due.
RECHECK_WINDOW = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Team, window, kind, trigger and note of planned visits."""

    team_id: str
    window_from: date
    window_to: date
    kind: str
    trigger: str
    reason: str = ""

    def data(self) -> Data:
        """Return the members of the record."""
        members: Data = {
            "team_id": self.team_id,
            "window_from": self.window_from.isoformat(),
            "window_to": self.window_to.isoformat(),
            "inspection_kind": self.kind,
            "trigger": self.trigger,
        }
        return {**members, "reason": self.reason} if self.reason else members


# A planned visit as it is stored: a record, or sealed.
Planned = Stored | OpenedVisit


@dataclass(frozen=True, slots=True)
class SeenItem:
    """A planned visit and the revision that the officer saw."""

    record_id: str
    rev: int


def plan_id(year: int) -> str:
    """Return the id of the plan of a year: a tenant has one."""
    return companion_id(str(NAMESPACE_URL), RecordType.INSPECTION_PLAN, str(year))


def set_plan(batch: Batch, context: OperationContext, data: Data, seen_rev: int) -> None:
    """Write the document and the quotas of a year. `seen_rev`: the revision to replace; 0 for a new plan."""
    year = data["year"]
    assert isinstance(year, int)
    record_id = plan_id(year)
    batch.load([record_id])
    existing = batch.get(record_id)
    if (existing.rev if existing else 0) != seen_rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=record_id)
    if existing is not None and existing.data == data:
        return
    _refuse_invalid(RecordType.INSPECTION_PLAN, data)
    made = (
        next_revision(existing, data=data, deleted=False)
        if existing
        else new_record(record_id, RecordType.INSPECTION_PLAN, OFFICE, data)
    )
    scopes.ensure(batch.session, context.tenant_id, (OFFICE,), context.lists)
    _write(batch, context, made, "plan_set")


def add_items(
    batch: Batch,
    context: OperationContext,
    keys: Keys,
    establishment_ids: Iterable[str],
    assignment: Assignment,
) -> list[str]:
    """Plan a visit to each of these establishments; return the ids of the added planned visits.

    An establishment with a planned visit in the same window is skipped. A cancelled planned visit is
    reactivated. `keys`: those of sealed visits, none while they are locked.
    """
    requested_ids = sorted(set(establishment_ids))
    if len(requested_ids) > MOST_AT_ONCE:
        raise AppError(ErrorCode.TOO_LARGE, limit=MOST_AT_ONCE, unit="records")
    places = _places(batch, requested_ids)
    if missing := set(requested_ids) - set(places):
        raise AppError(ErrorCode.NOT_FOUND, record_id=min(missing))
    # The lock makes concurrent requests for these establishments wait until this one is committed.
    batch.load(requested_ids)
    planned = _planned(
        batch,
        PlanItemRow.establishment_id.in_(requested_ids),
        PlanItemRow.window_from == assignment.window_from,
        PlanItemRow.window_to == assignment.window_to,
    )
    of_places: dict[str, Planned] = {text_of(item.data, "establishment_id"): item for item in planned}
    window = (assignment.window_from, assignment.window_to)
    for sealed in sealed_visits.read(batch.session, batch.tenant_id, keys):
        item = sealed.item
        if item.establishment_id in requested_ids and (item.window_from, item.window_to) == window:
            of_places.setdefault(item.establishment_id, sealed)
    made = []
    for establishment_id in requested_ids:
        existing = of_places.get(establishment_id)
        if existing is None or "cancelled" in existing.data:
            place = {**places[establishment_id], "establishment_id": establishment_id}
            made.append(_enter(batch, context, keys, existing, {**place, **assignment.data()}))
    return made


def plan_recheck(batch: Batch, context: OperationContext, visit_id: str, follow_up_id: str) -> str:
    """Plan the re-inspection of an open correction for the team that demands it; return its id.

    If the re-inspection is planned already, nothing changes, even if its window was moved.
    """
    batch.load([visit_id])
    visit = batch.get(visit_id)
    follow_up = entries_of(visit.data, "follow_ups").get(follow_up_id) if visit else None
    if visit is None or visit.deleted or visit.type != RecordType.INSPECTION or follow_up is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=visit_id)
    planned = _planned(
        batch,
        PlanItemRow.asked_visit_id == visit_id,
        PlanItemRow.asked_follow_up_id == follow_up_id,
    )
    existing = planned[-1] if planned else None
    if existing is not None and "cancelled" not in existing.data:
        return existing.record_id
    today = local_date(context.now())
    first = max(today, day_of(follow_up, "due_on") or today)
    establishment_id = text_of(visit.data, "establishment_id")
    assignment = Assignment(
        team_id=text_of(visit.data, "team_id"),
        window_from=first,
        window_to=first + RECHECK_WINDOW,
        kind=RECHECK,
        trigger="follow_up_due",
    )
    place = _places(batch, [establishment_id]).get(establishment_id, {"unit_id": visit.data["unit_id"]})
    data: Data = {
        **place,
        "establishment_id": establishment_id,
        "asked_by": {"visit_id": visit_id, "follow_up_id": follow_up_id},
        **assignment.data(),
    }
    # A re-inspection is never unannounced: it needs no key.
    return _enter(batch, context, (), existing, data)


def move_item(
    batch: Batch, context: OperationContext, keys: Keys, seen: SeenItem, assignment: Assignment
) -> None:
    """Change window, team, kind or note of a planned visit, and its scope with the team."""
    existing = _seen_item(batch, keys, seen)
    kept = {name: value for name, value in existing.data.items() if name != "reason"}
    data = {**kept, **assignment.data(), "year": assignment.window_from.year}
    if data != existing.data:
        _put(batch, context, keys, existing, data, "plan_item_moved")


def cancel_item(batch: Batch, context: OperationContext, keys: Keys, seen: SeenItem, reason: str) -> None:
    """Cancel a planned visit with a reason. The record is kept, and the visit can be planned again."""
    require_reason(reason)
    existing = _seen_item(batch, keys, seen)
    cancelled = {"reason": reason, "on": local_date(context.now()).isoformat()}
    _put(batch, context, keys, existing, {**existing.data, "cancelled": cancelled}, "plan_item_cancelled")


def open_sealed(batch: Batch, context: OperationContext, keys: Keys) -> None:
    """Release the sealed visits that waited for the passphrase, and write that it was typed."""
    release_planned_visits(batch, context, keys)
    context.note(batch.session, AuditEntry("plan_passphrase_typed"))


def seal_again(session: Session, context: OperationContext, keys: Keys) -> None:
    """Seal all sealed visits with the newest key, after a passphrase was set."""
    sealed_visits.seal_again(session, context.tenant_id, keys)
    plan_commitments.seal_again(session, context.tenant_id, keys)
    context.note(session, AuditEntry("plan_passphrase_set"))


def _seen_item(batch: Batch, keys: Keys, seen: SeenItem) -> Planned:
    batch.load([seen.record_id])
    item: Planned | None = batch.get(seen.record_id)
    if item is None:
        item = next(iter(sealed_visits.read(batch.session, batch.tenant_id, keys, seen.record_id)), None)
    if isinstance(item, Stored) and (item.deleted or item.type != RecordType.PLAN_ITEM):
        item = None
    if item is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.record_id)
    if item.rev != seen.rev or "cancelled" in item.data:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
    return item


def _places(batch: Batch, establishment_ids: list[str]) -> dict[str, Data]:
    query = select(
        EstablishmentProjection.record_id,
        EstablishmentProjection.establishment_type_id,
        EstablishmentProjection.unit_id,
    ).where(
        EstablishmentProjection.tenant_id == batch.tenant_id,
        EstablishmentProjection.record_id.in_(establishment_ids),
    )
    return {
        record_id: {"establishment_type_id": type_id, "unit_id": unit_id}
        for record_id, type_id, unit_id in batch.session.execute(query)
    }


def _planned(batch: Batch, *conditions: ColumnElement[bool]) -> list[Stored]:
    """Return the planned visits that meet the conditions, cancelled visits first."""
    query = select(PlanItemRow.record_id).where(PlanItemRow.tenant_id == batch.tenant_id, *conditions)
    record_ids = list(
        batch.session.scalars(query.order_by(PlanItemRow.is_cancelled.desc(), PlanItemRow.record_id))
    )
    batch.load(record_ids)
    return [item for record_id in record_ids if (item := batch.get(record_id)) is not None]


def _enter(batch: Batch, context: OperationContext, keys: Keys, existing: Planned | None, data: Data) -> str:
    """Write a new planned visit, or reactivate `existing`, a cancelled one; return its id."""
    item = existing or batch.ids.random()
    _put(batch, context, keys, item, {**data, "year": _year_of(data)}, "plan_item_added")
    return _id_of(item)


def _put(
    batch: Batch, context: OperationContext, keys: Keys, existing: Planned | str, data: Data, action: str
) -> None:
    _refuse_invalid(RecordType.PLAN_ITEM, data)
    record_id = _id_of(existing)
    item = PlanItem.from_data(record_id, data)
    scope = scope_of(item, local_date(context.now()))
    if scope == OFFICE and not isinstance(existing, Stored):
        _seal(batch, context, keys, OpenedVisit(record_id, _rev_of(existing) + 1, data), action)
        return
    if isinstance(existing, OpenedVisit):
        sealed_visits.drop(batch.session, batch.tenant_id, record_id)
        existing = record_id
    scopes.ensure(batch.session, context.tenant_id, {scope, OFFICE}, context.lists)
    made = (
        new_record(record_id, RecordType.PLAN_ITEM, scope, data)
        if isinstance(existing, str)
        else next_revision(existing, data=data, scope=scope, deleted=False)
    )
    _write(batch, context, made, action)


def _seal(batch: Batch, context: OperationContext, keys: Keys, visit: OpenedVisit, action: str) -> None:
    if not keys:
        raise AppError(ErrorCode.PLAN_LOCKED)
    sealed_visits.write(batch.session, batch.tenant_id, keys, visit)
    context.note(batch.session, AuditEntry(action, visit.item_id, OFFICE, {"rev": visit.rev}))


def _id_of(item: Planned | str) -> str:
    if isinstance(item, str):
        return item
    return item.record_id if isinstance(item, Stored) else item.item_id


def _rev_of(item: Planned | str) -> int:
    return 0 if isinstance(item, str) else item.rev


def _year_of(data: Data) -> int:
    first = day_of(data, "window_from")
    assert first is not None
    return first.year


def _refuse_invalid(record_type: str, data: Data) -> None:
    if (problem := declared_types().problem(record_type, data)) is not None:
        raise AppError(ErrorCode.RULE, problems=problem[1])


def _write(batch: Batch, context: OperationContext, made: Stored, action: str) -> None:
    write_record(batch, context, made, AuditEntry(action, made.record_id, made.scope, {"rev": made.rev}))
