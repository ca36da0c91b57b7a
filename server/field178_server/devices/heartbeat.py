"""Heartbeat of a tablet: time of its last contact, application, clock, cursors and status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, update
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import table_of
from field178_server.database.models import Device
from field178_server.devices.context import DeviceContext
from field178_shared.device_status import DeviceStatus
from field178_shared.time.clock import from_wire

# Limits the write transactions of exchanges that store nothing else.
WRITE_EVERY = timedelta(minutes=10)
# A tablet in use without contact for this time is silent (decision 0089).
SILENT_AFTER = timedelta(hours=48)
IS_IN_USE = Device.revoked_at.is_(None)
_LAST_CONTACT = func.coalesce(Device.last_seen_at, Device.enrolled_at)
_LONGEST_APP = 64


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Status of a tablet in one request.

    `keys`: the announcements of keys that it follows; `pins`: the TLS pins announced last among them.
    """

    at: datetime
    app: str
    device_now: str
    status: DeviceStatus | None = None
    cursors: Mapping[str, int] | None = None
    keys: int = 0
    pins: str | None = None

    @property
    def clock_offset_ms(self) -> int | None:
        """The tablet's clock minus the server's; None when the tablet sent no time."""
        client_time = from_wire(self.device_now)
        return None if client_time is None else round((client_time - self.at).total_seconds() * 1000)


def silent_since(now: datetime) -> datetime:
    """Return the instant before which a tablet's last contact makes it silent at `now`."""
    return now - SILENT_AFTER


def is_silent(since: datetime) -> ColumnElement[bool]:
    """Return the condition of tablets in use without contact since an instant; enrolment is a contact."""
    return and_(IS_IN_USE, since >= _LAST_CONTACT)


def is_due(device: DeviceContext, seen: Heartbeat) -> bool:
    """Return whether an exchange writes a heartbeat: every ten minutes, with a new status or new keys."""
    is_old = device.last_seen_at is None or seen.at - device.last_seen_at >= WRITE_EVERY
    return is_old or seen.status is not None or seen.keys != device.key_number


def note(session: Session, tenant_id: str, device_id: str, heartbeat: Heartbeat) -> None:
    """Write a heartbeat to the tablet's row; a new status replaces the former one."""
    values: dict[str, object] = {
        "last_seen_at": heartbeat.at,
        "app_version": heartbeat.app[:_LONGEST_APP] or None,
        "clock_offset_ms": heartbeat.clock_offset_ms,
        "key_number": heartbeat.keys,
    }
    if heartbeat.pins is not None:
        values["tls_pins"] = heartbeat.pins
    if heartbeat.cursors is not None:
        values["cursors"] = json.dumps(dict(heartbeat.cursors), separators=(",", ":"))
    if (status := heartbeat.status) is not None:
        values |= {
            "told_at": heartbeat.at,
            "unsent_count": status.unsent,
            "unsent_file_count": status.unsent_files,
            "free_mb": status.free_mb,
            "mismatch_count": status.mismatches,
            "key_store": status.key_store,
            "mismatch_records": json.dumps(status.mismatched) if status.mismatched else None,
        }
    device = table_of(Device)
    of_tablet = (device.c.tenant_id == tenant_id, device.c.device_id == device_id)
    session.execute(update(device).where(*of_tablet).values(values))
