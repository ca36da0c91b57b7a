"""A tablet whose root contradicts the chain: written down once, for the office and in the audit trail."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.models import Device
from field178_server.services import audit
from field178_server.services.audit import Actor, Entry, Stamp
from field178_shared.root_chain import RootAlarm


def note(
    session: Session, stamp: Stamp, device_id: str, alarm: RootAlarm | None, seen: int, shown: int
) -> None:
    """Keep what was found (None: nothing any more), with the index that was seen and the one shown."""
    row = session.get_one(Device, (stamp.tenant_id, device_id), with_for_update={"key_share": True})
    if row.root_alarm == alarm:
        return
    row.root_alarm, row.root_alarm_at = (alarm.value, stamp.at) if alarm else (None, None)
    details = {"alarm": alarm.value if alarm else None, "seen": seen, "shown": shown}
    action = "root_contradicted" if alarm else "root_agrees_again"
    audit.record(session, stamp, Actor("device", device_id), Entry(action, device_id, details=details))
