"""What the office decides about the plan: quotas, planned visits, their month and team, re-inspections.

The id of a planned visit is random: nobody can compute it and ask for it. Two officers, or one who clicks
twice, plan one visit, because what is planned is read while its establishments, or the visit that asked for
a re-inspection, are locked. Nothing is deleted: a visit that is not to be made is cancelled with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL

from sqlalchemy import ColumnElement, select

from field178_server.audit.office_write import write_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry, require_reason
from field178_server.database.models import EstablishmentProjection, PlanItemRow
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.planned_visits import scope_of
from field178_server.records.scopes import OFFICE
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
# So long a team has for a re-inspection, from the day the correction is due.
RECHECK_WINDOW = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who makes planned visits, when, of what kind, and what the team is told."""

    team_id: str
    window_from: date
    window_to: date
    kind: str
    trigger: str
    reason: str = ""

    def data(self) -> Data:
        """Return it as members of the record."""
        told: Data = {
            "team_id": self.team_id,
            "window_from": self.window_from.isoformat(),
            "window_to": self.window_to.isoformat(),
            "inspection_kind": self.kind,
            "trigger": self.trigger,
        }
        return {**told, "reason": self.reason} if self.reason else told


@dataclass(frozen=True, slots=True)
class SeenItem:
    """A planned visit as an officer saw it."""

    record_id: str
    rev: int


def plan_id(year: int) -> str:
    """Return the id of the plan of a year: a tenant has one."""
    return companion_id(str(NAMESPACE_URL), RecordType.INSPECTION_PLAN, str(year))


def set_plan(batch: Batch, context: OperationContext, data: Data, seen_rev: int) -> None:
    """Write the document and the quotas of a year over the revision that was seen; 0: there was none."""
    year = data["year"]
    assert isinstance(year, int)
    record_id = plan_id(year)
    batch.load([record_id])
    known = batch.get(record_id)
    if (known.rev if known else 0) != seen_rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=record_id)
    if known is not None and known.data == data:
        return
    _refuse_wrong(RecordType.INSPECTION_PLAN, data)
    made = (
        next_revision(known, data=data, deleted=False)
        if known
        else new_record(record_id, RecordType.INSPECTION_PLAN, OFFICE, data)
    )
    scopes.ensure(batch.session, context.tenant_id, (OFFICE,), context.lists)
    _write(batch, context, made, "plan_set")


def add_items(
    batch: Batch, context: OperationContext, establishment_ids: Iterable[str], assignment: Assignment
) -> list[str]:
    """Plan a visit to each of these establishments; return the ids of those that were not planned so yet.

    An establishment that has one in the same window already is left as it is; a cancelled one counts again.
    """
    wanted = sorted(set(establishment_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise AppError(ErrorCode.TOO_LARGE, limit=MOST_AT_ONCE, unit="records")
    places = _places(batch, wanted)
    if missing := set(wanted) - set(places):
        raise AppError(ErrorCode.NOT_FOUND, record_id=min(missing))
    # Who plans a visit to one of them at the same time waits here, and then finds it planned.
    batch.load(wanted)
    planned = _planned(
        batch,
        PlanItemRow.establishment_id.in_(wanted),
        PlanItemRow.window_from == assignment.window_from,
        PlanItemRow.window_to == assignment.window_to,
    )
    of_places = {text_of(one.data, "establishment_id"): one for one in planned}
    made = []
    for establishment_id in wanted:
        known = of_places.get(establishment_id)
        if known is None or "cancelled" in known.data:
            place = {**places[establishment_id], "establishment_id": establishment_id}
            made.append(_enter(batch, context, known, {**place, **assignment.data()}))
    return made


def plan_recheck(batch: Batch, context: OperationContext, visit_id: str, follow_up_id: str) -> str:
    """Plan the re-inspection of an open correction for the team that asked for it; return its id.

    The same correction again changes nothing, wherever its visit was moved meanwhile.
    """
    batch.load([visit_id])
    visit = batch.get(visit_id)
    asked = entries_of(visit.data, "follow_ups").get(follow_up_id) if visit else None
    if visit is None or visit.deleted or visit.type != RecordType.INSPECTION or asked is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=visit_id)
    planned = _planned(
        batch,
        PlanItemRow.asked_visit_id == visit_id,
        PlanItemRow.asked_follow_up_id == follow_up_id,
    )
    known = planned[-1] if planned else None
    if known is not None and "cancelled" not in known.data:
        return known.record_id
    today = local_date(context.now())
    first = max(today, day_of(asked, "due_on") or today)
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
    return _enter(batch, context, known, data)


def move_item(batch: Batch, context: OperationContext, seen: SeenItem, assignment: Assignment) -> None:
    """Give a planned visit another window, team, kind or note; its scope follows."""
    known = _known(batch, seen)
    kept = {name: value for name, value in known.data.items() if name != "reason"}
    data = {**kept, **assignment.data(), "year": assignment.window_from.year}
    if data != known.data:
        _put(batch, context, known, data, "plan_item_moved")


def cancel_item(batch: Batch, context: OperationContext, seen: SeenItem, reason: str) -> None:
    """Take a visit out of the plan with a reason; it stays readable and can be planned again."""
    require_reason(reason)
    known = _known(batch, seen)
    cancelled = {"reason": reason, "on": local_date(context.now()).isoformat()}
    _put(batch, context, known, {**known.data, "cancelled": cancelled}, "plan_item_cancelled")


def _known(batch: Batch, seen: SeenItem) -> Stored:
    batch.load([seen.record_id])
    found = batch.get(seen.record_id)
    if found is None or found.deleted or found.type != RecordType.PLAN_ITEM:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.record_id)
    if found.rev != seen.rev or "cancelled" in found.data:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
    return found


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
    """Return the planned visits that meet the conditions, those that are cancelled first."""
    query = select(PlanItemRow.record_id).where(PlanItemRow.tenant_id == batch.tenant_id, *conditions)
    found = list(
        batch.session.scalars(query.order_by(PlanItemRow.is_cancelled.desc(), PlanItemRow.record_id))
    )
    batch.load(found)
    return [item for record_id in found if (item := batch.get(record_id)) is not None]


def _enter(batch: Batch, context: OperationContext, known: Stored | None, data: Data) -> str:
    """Write a new planned visit, or plan a cancelled one again; return its id."""
    item = known or batch.ids.random()
    _put(batch, context, item, {**data, "year": _year_of(data)}, "plan_item_added")
    return item if isinstance(item, str) else item.record_id


def _put(batch: Batch, context: OperationContext, known: Stored | str, data: Data, action: str) -> None:
    _refuse_wrong(RecordType.PLAN_ITEM, data)
    record_id = known if isinstance(known, str) else known.record_id
    item = PlanItem.from_data(record_id, data)
    scope = scope_of(item, local_date(context.now()))
    scopes.ensure(batch.session, context.tenant_id, {scope, OFFICE}, context.lists)
    made = (
        new_record(record_id, RecordType.PLAN_ITEM, scope, data)
        if isinstance(known, str)
        else next_revision(known, data=data, scope=scope, deleted=False)
    )
    _write(batch, context, made, action)


def _year_of(data: Data) -> int:
    first = day_of(data, "window_from")
    assert first is not None
    return first.year


def _refuse_wrong(record_type: str, data: Data) -> None:
    if (problem := declared_types().problem(record_type, data)) is not None:
        raise AppError(ErrorCode.RULE, problems=problem[1])


def _write(batch: Batch, context: OperationContext, made: Stored, action: str) -> None:
    write_record(batch, context, made, AuditEntry(action, made.record_id, made.scope, {"rev": made.rev}))
