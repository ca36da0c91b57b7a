"""Rights of a tablet at this moment: its scopes, its active officers, its revocation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Integer, and_, bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from field178_server.accounts.officers import field_roles
from field178_server.database.engine import among
from field178_server.database.models import Device, DeviceOfficer, DeviceScope, Officer, OfficerScope
from field178_server.database.prepared import Prepared
from field178_shared.codelists import load as load_lists


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """A tablet as the transaction sees it; `verdicts` is the number of receipts made or changed for it.

    `users` are the officers with an active binding; without one nothing is readable.
    """

    id: str
    scopes: frozenset[str]
    users: frozenset[str]
    revoked: bool
    receipt_count: int = 0
    last_seen_at: datetime | None = None
    root_alarm: str | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing is readable."""
        return self.revoked or not self.users

    @property
    def needs_sign_in(self) -> bool:
        """Whether no officer's binding is active: the tablet may only send its own records."""
        return not self.revoked and not self.users


_TENANT: BindParameter[str] = bindparam("tenant_id")
_IDS: BindParameter[str] = bindparam("device_ids")
_QUERY = (
    select(Device.device_id, Device.revoked_at, Device.verdicts, Device.last_seen_at, Device.root_alarm)
    .where(Device.tenant_id == _TENANT, among(Device.device_id, _IDS))
    .order_by(Device.device_id)
)
_DEVICES = Prepared(_QUERY)
_DEVICES_LOCKED = Prepared(_QUERY.with_for_update(key_share=True))
_ACTIVE = and_(
    Officer.tenant_id == DeviceOfficer.tenant_id,
    Officer.officer_id == DeviceOfficer.officer_id,
    Officer.disabled_at.is_(None),
    Officer.password_resets == DeviceOfficer.password_resets,
    among(Officer.role, bindparam("field_roles")),
)
_OF_THESE = (DeviceOfficer.tenant_id == _TENANT, among(DeviceOfficer.device_id, _IDS))
_GRANTED = and_(
    DeviceScope.tenant_id == DeviceOfficer.tenant_id, DeviceScope.device_id == DeviceOfficer.device_id
)
_VIA = and_(
    OfficerScope.tenant_id == DeviceOfficer.tenant_id,
    OfficerScope.officer_id == DeviceOfficer.officer_id,
    OfficerScope.scope == DeviceScope.via,
)
# In a statement of its own, after the lock: what was granted or ended while this one waited counts.
_RIGHTS = Prepared(
    select(DeviceScope.device_id, DeviceScope.scope, literal_column("1", Integer))
    .select_from(DeviceOfficer)
    .join(Officer, _ACTIVE)
    .join(DeviceScope, _GRANTED)
    .outerjoin(OfficerScope, _VIA)
    .where(*_OF_THESE, or_(DeviceScope.via.is_(None), OfficerScope.scope.is_not(None)))
    .union_all(
        select(DeviceOfficer.device_id, DeviceOfficer.officer_id, literal_column("0", Integer))
        .join(Officer, _ACTIVE)
        .where(*_OF_THESE)
    )
)


def load_devices(
    session: Session, tenant_id: str, device_ids: Iterable[str], *, lock: bool = False
) -> dict[str, DeviceContext]:
    """Return the tablets by id; with `lock` their rows stay locked until the transaction ends."""
    wanted = {"tenant_id": tenant_id, "device_ids": sorted(set(device_ids))}
    rows = (_DEVICES_LOCKED if lock else _DEVICES).rows(session, wanted)
    scopes, users = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    rights = wanted | {"field_roles": field_roles(load_lists())}
    for device_id, name, is_scope in _RIGHTS.rows(session, rights):
        (scopes if is_scope else users)[device_id].add(name)
    return {
        device_id: DeviceContext(
            id=device_id,
            # A revoked tablet has no scope left, whatever was granted once.
            scopes=frozenset() if revoked_at else frozenset(scopes[device_id]),
            users=frozenset(users[device_id]),
            revoked=revoked_at is not None,
            receipt_count=receipt_count,
            last_seen_at=last_seen_at,
            root_alarm=root_alarm,
        )
        for device_id, revoked_at, receipt_count, last_seen_at, root_alarm in rows
    }
