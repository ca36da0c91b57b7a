"""A visit from its first tap: the fields a shift gives, the ways a visit can end at the door, its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from field178_mobile.features.shift.shift_data import Shift
from field178_mobile.presentation.distance import GeoPoint
from field178_mobile.presentation.draft_session import Changes, Data
from field178_shared.records.reading import entries_of, text_of
from field178_shared.time.clock import from_wire, local_date, to_wire

TYPE = "inspection"
INSPECTED = "inspected"
NOT_INSPECTED = "not_inspected"
LEADER = "team_leader"
NOBODY = "none"
TZ_OFFSET = "+07:00"
_NOBODY_THERE = frozenset({"closed_on_arrival", "no_representative", "not_found"})
_CLOSED_AT_THE_DOOR = ("answers", "findings", "measures", "follow_ups", "recommendation")


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


def shift_fields(shift: Shift) -> dict[str, object]:
    """Return what a visit takes over from its shift."""
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
    """Tell whether the visit ended at the door: no checklist, no counts."""
    access = data.get("access_result")
    return access is not None and access != INSPECTED


def refer(protocol: str, referred_to: str, now: datetime) -> Changes:
    """Return the change that a protection protocol was followed: when and to whom, nothing about anybody."""
    return {f"protocols.{protocol}": {"at": to_wire(now), "referred_to": referred_to, "done": True}}


def is_leader(data: Data, user: str) -> bool:
    """Tell whether an officer leads the team on this visit."""
    return text_of(entries_of(data, "members").get(user, {}), "position") == LEADER


def day_of(data: Data, today: date) -> date:
    """Return the local date of the visit: the law of that day applies to it."""
    started = data.get("started_at")
    instant = from_wire(started) if isinstance(started, str) else None
    return local_date(instant) if instant else today


def finished(data: Data, asked: Collection[str], now: datetime) -> dict[str, object]:
    """Return the visit as it is filed now; a later edit keeps the first end.

    Answers to items that are not asked any more, and what a closed door cut off, stay in the draft alone.
    """
    dropped = _CLOSED_AT_THE_DOOR if is_closed_early(data) else ()
    filed = {key: value for key, value in data.items() if key not in dropped}
    given = filed.get("answers")
    if isinstance(given, Mapping):
        filed["answers"] = {key: value for key, value in given.items() if key in asked}
    filed.setdefault("ended_at", to_wire(now))
    filed["filed_at"] = to_wire(now)
    return filed
