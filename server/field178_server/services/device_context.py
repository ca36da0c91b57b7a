"""What a tablet may do at this moment: its scopes, its officers, whether it was revoked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Integer, bindparam, literal_column, select
from sqlalchemy.orm import Session

from field178_server.database import among
from field178_server.models import Device, DeviceOfficer, DeviceScope
from field178_server.prepared import Prepared


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """A tablet as the transaction sees it; `verdicts` is the number of verdicts made or changed for it."""

    id: str
    scopes: frozenset[str]
    users: frozenset[str]
    revoked: bool
    verdicts: int = 0
    last_seen_at: datetime | None = None
    root_alarm: str | None = None


_TENANT: BindParameter[str] = bindparam("tenant_id")
_IDS: BindParameter[str] = bindparam("device_ids")
_QUERY = (
    select(Device.device_id, Device.revoked_at, Device.verdicts, Device.last_seen_at, Device.root_alarm)
    .where(Device.tenant_id == _TENANT, among(Device.device_id, _IDS))
    .order_by(Device.device_id)
)
_DEVICES = Prepared(_QUERY)
_DEVICES_LOCKED = Prepared(_QUERY.with_for_update(key_share=True))
# In a statement of its own, after the lock: what was granted while this one waited counts.
_RIGHTS = Prepared(
    select(DeviceScope.device_id, DeviceScope.scope, literal_column("1", Integer))
    .where(DeviceScope.tenant_id == _TENANT, among(DeviceScope.device_id, _IDS))
    .union_all(
        select(DeviceOfficer.device_id, DeviceOfficer.officer_id, literal_column("0", Integer)).where(
            DeviceOfficer.tenant_id == _TENANT, among(DeviceOfficer.device_id, _IDS)
        )
    )
)


def load_devices(
    session: Session, tenant_id: str, device_ids: Iterable[str], *, lock: bool = False
) -> dict[str, DeviceContext]:
    """Return the tablets by id; with `lock` their rows stay locked until the transaction ends."""
    wanted = {"tenant_id": tenant_id, "device_ids": sorted(set(device_ids))}
    rows = (_DEVICES_LOCKED if lock else _DEVICES).rows(session, wanted)
    scopes, users = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for device_id, name, is_scope in _RIGHTS.rows(session, wanted):
        (scopes if is_scope else users)[device_id].add(name)
    return {
        device_id: DeviceContext(
            id=device_id,
            # A revoked tablet has no scope left, whatever was granted once.
            scopes=frozenset() if revoked_at else frozenset(scopes[device_id]),
            users=frozenset(users[device_id]),
            revoked=revoked_at is not None,
            verdicts=verdicts,
            last_seen_at=last_seen_at,
            root_alarm=root_alarm,
        )
        for device_id, revoked_at, verdicts, last_seen_at, root_alarm in rows
    }
