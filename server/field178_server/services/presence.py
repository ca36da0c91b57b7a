"""When a tablet was last heard of, with which application, and how far its clock is off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from field178_server import database
from field178_server.models import Device
from field178_server.models.base import table_of
from field178_server.services.device_context import DeviceContext
from field178_shared.clock import from_wire

# An exchange that stores nothing else is not made to wait for the disk just to say "seen again".
WRITE_EVERY = timedelta(minutes=10)
_LONGEST_APP = 64


@dataclass(frozen=True, slots=True)
class Presence:
    """What one request tells about its tablet."""

    at: datetime
    app: str
    device_now: str

    @property
    def clock_offset_ms(self) -> int | None:
        """The tablet's clock minus the server's; None when the tablet told no time."""
        told = from_wire(self.device_now)
        return None if told is None else round((told - self.at).total_seconds() * 1000)


def is_due(device: DeviceContext, now: datetime) -> bool:
    """Tell whether an exchange without a push should write that it took place."""
    return device.last_seen_at is None or now - device.last_seen_at >= WRITE_EVERY


def note(session: Session, tenant_id: str, device_id: str, presence: Presence) -> None:
    """Write it down in the tablet's row."""
    connection = session.connection()
    row = (
        database.stored_instant(connection, presence.at),
        presence.app[:_LONGEST_APP] or None,
        presence.clock_offset_ms,
        tenant_id,
        device_id,
    )
    columns = ("last_seen_at", "app_version", "clock_offset_ms")
    database.bulk_update(connection, table_of(Device), columns, ("tenant_id", "device_id"), [row])
