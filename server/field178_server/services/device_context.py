"""What a tablet may do at this moment: its scopes, its officers, whether it was revoked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from field178_server.models import Device, DeviceOfficer, DeviceScope


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """A tablet as the transaction sees it; `verdicts` is the number of verdicts made or changed for it."""

    id: str
    scopes: frozenset[str]
    users: frozenset[str]
    revoked: bool
    verdicts: int = 0
    last_seen_at: datetime | None = None


# Built once: putting a statement together costs as much as running it.
_TENANT: BindParameter[str] = bindparam("tenant_id")
_IDS: BindParameter[list[str]] = bindparam("device_ids", expanding=True)
_DEVICES = (
    select(Device.device_id, Device.revoked_at, Device.verdicts, Device.last_seen_at)
    .where(Device.tenant_id == _TENANT, Device.device_id.in_(_IDS))
    .order_by(Device.device_id)
)
_DEVICES_LOCKED = _DEVICES.with_for_update(key_share=True)
_SCOPES = select(DeviceScope.device_id, DeviceScope.scope).where(
    DeviceScope.tenant_id == _TENANT, DeviceScope.device_id.in_(_IDS)
)
_OFFICERS = select(DeviceOfficer.device_id, DeviceOfficer.officer_id).where(
    DeviceOfficer.tenant_id == _TENANT, DeviceOfficer.device_id.in_(_IDS)
)


def load_devices(
    session: Session, tenant_id: str, device_ids: Iterable[str], *, lock: bool = False
) -> dict[str, DeviceContext]:
    """Return the tablets by id; with `lock` their rows stay locked until the transaction ends."""
    wanted = {"tenant_id": tenant_id, "device_ids": sorted(set(device_ids))}
    rows = session.execute(_DEVICES_LOCKED if lock else _DEVICES, wanted).all()
    scopes = defaultdict[str, set[str]](set)
    for device_id, scope in session.execute(_SCOPES, wanted):
        scopes[device_id].add(scope)
    users = defaultdict[str, set[str]](set)
    for device_id, officer_id in session.execute(_OFFICERS, wanted):
        users[device_id].add(officer_id)
    return {
        device_id: DeviceContext(
            id=device_id,
            # A revoked tablet has no scope left, whatever was granted once.
            scopes=frozenset() if revoked_at else frozenset(scopes[device_id]),
            users=frozenset(users[device_id]),
            revoked=revoked_at is not None,
            verdicts=verdicts,
            last_seen_at=last_seen_at,
        )
        for device_id, revoked_at, verdicts, last_seen_at in rows
    }
