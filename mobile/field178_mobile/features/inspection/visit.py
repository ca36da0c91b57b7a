"""The data of a visit: fields from its shift, early ends, protocols, filing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from field178_mobile.components.shift.shift_data import Shift, shift_from_json, shift_to_json
from field178_mobile.features.inspection.measure_answers import without_gone
from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.filed_texts import trimmed
from field178_mobile.presentation.location import GeoPoint
from field178_mobile.presentation.moments import TZ_OFFSET
from field178_mobile.store import Draft
from field178_shared.records.inspection import INSPECTED, NOT_INSPECTED
from field178_shared.records.plan import PlanVisit
from field178_shared.records.reading import entries_of, ids_of, instant_of, text_of
from field178_shared.time.clock import from_wire, local_date, to_wire

LEADER = "team_leader"
NOBODY = "none"
_NOBODY_THERE = frozenset({"closed_on_arrival", "no_representative", "not_found"})
_CLOSED_AT_THE_DOOR = ("answers", "findings", "measures", "follow_ups", "follow_up_answers", "recommendation")
_OPTIONAL = ("decision_number", "decision_date", "local_escort_agencies")


@dataclass(frozen=True, slots=True)
class VisitedEstablishment:
    """The establishment a visit is made to."""

    id: str
    name: str
    type_id: str
    unit_id: str
    address: str = ""
    point: GeoPoint | None = None


def new_visit(
    establishment: VisitedEstablishment, shift: Shift, now: datetime, codelist_version: str
) -> dict[str, object]:
    """Return the draft of a visit that begins now under a shift."""
    visit: dict[str, object] = {
        "captured_at": to_wire(now),
        "started_at": to_wire(now),
        "tz_offset": TZ_OFFSET,
        "codelist_version": codelist_version,
        "establishment_id": establishment.id,
        "unit_id": establishment.unit_id,
    }
    return {**visit, **shift_fields(shift)}


def plan_visit(establishment: VisitedEstablishment, draft: Draft) -> PlanVisit:
    """Return the values of a draft that the plan reads."""
    data = draft.data
    started_at = instant_of(data, "started_at")
    return PlanVisit(
        id=draft.record_id,
        day=local_date(started_at) if started_at else None,
        team_id=text_of(data, "team_id"),
        establishment_id=establishment.id,
        establishment_type_id=establishment.type_id,
        unit_id=establishment.unit_id,
        kind=text_of(data, "inspection_kind"),
        plan_item_id=text_of(data, "plan_item_id"),
    )


def shift_fields(shift: Shift) -> dict[str, object]:
    """Return the values that a visit copies from its shift."""
    fields: dict[str, object] = {
        "team_id": shift.team_id,
        "inspection_kind": shift.kind,
        "trigger": shift.trigger,
        "members": {user: {"user": user, "position": position} for user, position in shift.members.items()},
    }
    if shift.escorts:
        fields["local_escort_agencies"] = list(shift.escorts)
    if shift.decision_number:
        fields["decision_number"] = shift.decision_number
    if shift.decision_date:
        fields["decision_date"] = shift.decision_date
    return fields


def arrive(data: Data, access_result: str) -> Changes:
    """Return the change of how the team got in; anything but "inspected" closes the form early."""
    changes: Changes = {"access_result": access_result}
    if access_result != INSPECTED:
        changes["overall_result"] = NOT_INSPECTED
    elif data.get("overall_result") == NOT_INSPECTED:
        changes["overall_result"] = None
    if access_result in _NOBODY_THERE:
        changes["representative_role"] = NOBODY
    elif data.get("representative_role") == NOBODY:
        changes["representative_role"] = None
    return changes


def is_closed_early(data: Data) -> bool:
    """Return whether the visit ended early: no checklist, no counts."""
    access = data.get("access_result")
    return access is not None and access != INSPECTED


def refer(protocol: str, referred_to: str, now: datetime) -> Changes:
    """Return the change of a protection protocol: time and referral, without any person."""
    return {f"protocols.{protocol}": {"at": to_wire(now), "referred_to": referred_to, "done": True}}


def is_leader(data: Data, user: str) -> bool:
    """Return whether an officer leads the team on this visit."""
    return text_of(entries_of(data, "members").get(user, {}), "position") == LEADER


def day_of(data: Data, today: date) -> date:
    """Return the local date of the visit: the law of that day applies to it."""
    started = data.get("started_at")
    instant = from_wire(started) if isinstance(started, str) else None
    return local_date(instant) if instant else today


def finished(data: Data, item_ids: Collection[str], now: datetime) -> dict[str, object]:
    """Return the data of the visit as filed now; a later edit keeps the first end.

    Answers to items that no longer apply, and answers before an early end, stay in the draft.
    """
    dropped = _CLOSED_AT_THE_DOOR if is_closed_early(data) else ()
    filed = trimmed({key: value for key, value in data.items() if key not in dropped})
    given = filed.get("answers")
    if isinstance(given, Mapping):
        filed["answers"] = {key: value for key, value in given.items() if key in item_ids}
    filed.setdefault("ended_at", to_wire(now))
    filed["filed_at"] = to_wire(now)
    return without_gone(filed)


def shift_of(data: Data) -> Shift:
    """Return the shift a visit was made under."""
    members = entries_of(data, "members")
    return Shift(
        team_id=text_of(data, "team_id"),
        kind=text_of(data, "inspection_kind"),
        trigger=text_of(data, "trigger"),
        decision_number=text_of(data, "decision_number"),
        decision_date=text_of(data, "decision_date"),
        members={text_of(member, "user"): text_of(member, "position") for member in members.values()},
        escorts=ids_of(data, "local_escort_agencies"),
        began_at=instant_of(data, "started_at"),
    )


def shift_changes(data: Data, shift: Shift) -> Changes:
    """Return the change that gives a visit another shift; its team, and so its scope, stays."""
    given = shift_fields(shift)
    given.pop("team_id")
    members = given.pop("members")
    changes: Changes = {name: None for name in _OPTIONAL if name in data and name not in given}
    current_members = entries_of(data, "members")
    changes.update({f"members.{key}": None for key in current_members if key not in shift.members})
    if isinstance(members, dict):
        changes.update({f"members.{key}": member for key, member in members.items()})
    return {**changes, **given}


class ShiftOfVisit:
    """Implement the tablet's settings on a draft, so that the shift sheet edits the open visit."""

    def __init__(self, read: Callable[[], Data], change: Callable[[Changes], None]) -> None:
        self._read = read
        self._change = change

    def get(self, key: str) -> object:
        """Return the visit's shift; there is no previous shift."""
        return shift_to_json(shift_of(self._read())) if key == "outing" else None

    def put(self, key: str, value: object) -> None:
        """Change the visit's shift durably."""
        if key == "outing":
            self._change(shift_changes(self._read(), shift_from_json(value)))
