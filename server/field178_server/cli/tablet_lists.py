"""Command that lists the tablets: `devices`."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from field178_server.cli.context import Operator, listing_command, show_rows
from field178_server.database.tables.device import Device
from field178_server.devices.access import all_devices
from field178_server.devices.context import DeviceContext, load_devices
from field178_server.records import scopes
from field178_shared.time.clock import to_wire


@click.command()
@listing_command
def devices(at: Operator) -> None:
    """List the tablets."""

    def read(session: Session) -> list[dict[str, object]]:
        tablets = all_devices(session, at.tenant_id)
        contexts = load_devices(session, at.tenant_id, [tablet.device_id for tablet in tablets])
        return [
            _row(tablet, scopes.granted_to(session, tablet), contexts[tablet.device_id]) for tablet in tablets
        ]

    show_rows(at.read(read))


def _row(device: Device, granted: list[str], context: DeviceContext) -> dict[str, object]:
    state = "sign_in" if context.needs_sign_in else "active"
    return {
        "device": device.device_id,
        "label": device.label,
        "user": device.user_id,
        "scopes": granted,
        "enrolled": to_wire(device.enrolled_at),
        "last_seen": to_wire(device.last_seen_at) if device.last_seen_at else None,
        "state": "revoked" if context.revoked else state,
        "keys": context.key_number,
    }
