"""Data of a shift ("ca kiểm tra"): values shared by all visits of a night, stored on the tablet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from field178_shared.time.clock import VIETNAM, from_wire, to_wire

ENDS_AT = time(6, 0)
FEWEST_MEMBERS = 2
KIND_WITHOUT_DECISION = "guidance"


@dataclass(frozen=True, slots=True)
class Shift:
    """The team's choices for one night; `began_at` is None until they are confirmed."""

    team_id: str = ""
    kind: str = ""
    trigger: str = ""
    decision_number: str = ""
    decision_date: str = ""
    members: Mapping[str, str] = field(default_factory=dict)  # user id -> position
    escorts: tuple[str, ...] = ()
    began_at: datetime | None = None

    def ends_at(self) -> datetime | None:
        """Return the end of the shift: the first 06:00 (Việt Nam) after its beginning."""
        if self.began_at is None:
            return None
        local = self.began_at.astimezone(VIETNAM)
        end = datetime.combine(local.date(), ENDS_AT, VIETNAM)
        return end if local < end else end + timedelta(days=1)

    def holds_at(self, now: datetime) -> bool:
        """Return whether the shift was confirmed and its night is not over."""
        end = self.ends_at()
        return self.began_at is not None and end is not None and self.began_at <= now < end

    def gaps(self) -> tuple[str, ...]:
        """Return the names of the fields that a visit needs and the shift lacks."""
        needs_decision = self.kind != KIND_WITHOUT_DECISION
        lacking = {
            "team_id": not self.team_id,
            "inspection_kind": not self.kind,
            "trigger": not self.trigger,
            "decision_number": needs_decision and not self.decision_number.strip(),
            "decision_date": needs_decision and not self.decision_date,
            "members": len(self.members) < FEWEST_MEMBERS,
        }
        return tuple(name for name, is_lacking in lacking.items() if is_lacking)


def shift_to_json(shift: Shift) -> dict[str, object]:
    """Return the shift as the value kept in the tablet's settings."""
    return {
        "team_id": shift.team_id,
        "inspection_kind": shift.kind,
        "trigger": shift.trigger,
        "decision_number": shift.decision_number,
        "decision_date": shift.decision_date,
        "members": dict(shift.members),
        "escorts": list(shift.escorts),
        "began_at": None if shift.began_at is None else to_wire(shift.began_at),
    }


def shift_from_json(value: object) -> Shift:
    """Return the shift kept in the settings; anything unreadable is a shift not yet chosen."""
    if not isinstance(value, Mapping):
        return Shift()
    members, escorts, began = value.get("members"), value.get("escorts"), value.get("began_at")
    return Shift(
        team_id=_text(value, "team_id"),
        kind=_text(value, "inspection_kind"),
        trigger=_text(value, "trigger"),
        decision_number=_text(value, "decision_number"),
        decision_date=_text(value, "decision_date"),
        members={str(k): str(v) for k, v in members.items()} if isinstance(members, Mapping) else {},
        escorts=tuple(str(agency) for agency in escorts) if isinstance(escorts, list) else (),
        began_at=from_wire(began) if isinstance(began, str) else None,
    )


def _text(value: Mapping[str, object], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) else ""
