"""The shift of one visit: what the visit took over, kept in its draft and edited there."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.features.inspection.visit import shift_fields
from field178_mobile.features.shift.shift_data import Shift, shift_from_json, shift_to_json
from field178_mobile.presentation.draft_session import Changes, Data
from field178_shared.records.reading import entries_of, ids_of, instant_of, text_of

_OPTIONAL = ("decision_number", "decision_date", "local_escort_agencies")


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
    known = entries_of(data, "members")
    changes.update({f"members.{key}": None for key in known if key not in shift.members})
    if isinstance(members, dict):
        changes.update({f"members.{key}": member for key, member in members.items()})
    return {**changes, **given}


class ShiftOfVisit:
    """Stands in for the tablet's settings, so that the shift sheet edits the open visit instead."""

    def __init__(self, read: Callable[[], Data], change: Callable[[Changes], None]) -> None:
        self._read = read
        self._change = change

    def get(self, key: str) -> object:
        """Return the visit's shift; a visit has none before it."""
        return shift_to_json(shift_of(self._read())) if key == "outing" else None

    def put(self, key: str, value: object) -> None:
        """Change the visit's shift durably."""
        if key == "outing":
            self._change(shift_changes(self._read(), shift_from_json(value)))
