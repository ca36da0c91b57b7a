"""What a tablet may do at this moment: its scopes, its officers, whether it was revoked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
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


def load_devices(
    session: Session, tenant_id: str, device_ids: Iterable[str], *, lock: bool = False
) -> dict[str, DeviceContext]:
    """Return the tablets by id; with `lock` their rows stay locked until the transaction ends."""
    wanted = sorted(set(device_ids))
    query = (
        select(Device.device_id, Device.revoked_at, Device.verdicts)
        .where(Device.tenant_id == tenant_id, Device.device_id.in_(wanted))
        .order_by(Device.device_id)
    )
    if lock:
        query = query.with_for_update(key_share=True)
    rows = session.execute(query).all()
    scopes = defaultdict[str, set[str]](set)
    for device_id, scope in session.execute(
        select(DeviceScope.device_id, DeviceScope.scope).where(
            DeviceScope.tenant_id == tenant_id, DeviceScope.device_id.in_(wanted)
        )
    ):
        scopes[device_id].add(scope)
    users = defaultdict[str, set[str]](set)
    for device_id, officer_id in session.execute(
        select(DeviceOfficer.device_id, DeviceOfficer.officer_id).where(
            DeviceOfficer.tenant_id == tenant_id, DeviceOfficer.device_id.in_(wanted)
        )
    ):
        users[device_id].add(officer_id)
    return {
        device_id: DeviceContext(
            id=device_id,
            # A revoked tablet has no scope left, whatever was granted once.
            scopes=frozenset() if revoked_at else frozenset(scopes[device_id]),
            users=frozenset(users[device_id]),
            revoked=revoked_at is not None,
            verdicts=verdicts,
        )
        for device_id, revoked_at, verdicts in rows
    }
