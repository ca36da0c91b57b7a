"""Current rights of a tablet: its scopes, its active officers, its revocation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from field178_server.accounts.officers import field_roles
from field178_server.database.engine import among
from field178_server.database.fast.prepared import Prepared, rows_together
from field178_server.database.tables.account import Officer, OfficerScope
from field178_server.database.tables.device import Device, DeviceOfficer, DeviceScope
from field178_server.database.tables.tenant import Tenant
from field178_shared.codelists import load as load_lists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import EMPTY, Digest


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """State of a tablet in a transaction.

    `users`: the officers with an active binding; without any the tablet can read nothing. `receipt_seq`,
    `receipts`, `backed_up`: the scope of its receipts: highest stamp, digest, and the highest
    stamp in a verified backup. `order_number`: the standing order of the office; None: there is none.
    """

    id: str
    scopes: frozenset[str]
    users: frozenset[str]
    revoked: bool
    receipt_seq: int = 0
    receipts: Digest = EMPTY
    backed_up: int = 0
    last_seen_at: datetime | None = None
    root_alarm: str | None = None
    order_number: int | None = None
    key_number: int = 0
    # Values of its tenant: sessions of an older generation have expired; key of payload hashes.
    session_generation: int = 0
    payload_key: bytes = b""

    @property
    def is_closed(self) -> bool:
        """Return whether the tablet can read nothing: it is revoked or has no active officer."""
        return self.revoked or not self.users

    @property
    def needs_sign_in(self) -> bool:
        """Return whether no officer's binding is active: the tablet may only send its own records."""
        return not self.revoked and not self.users


class _DeviceRow(NamedTuple):
    device_id: str
    revoked_at: datetime | None
    receipt_seq: int
    receipt_count: int
    receipt_sum: str
    backed_up: int
    last_seen_at: datetime | None
    root_alarm: str | None
    order_number: int | None
    key_number: int
    session_generation: int
    payload_key: bytes


_TENANT: BindParameter[str] = bindparam("tenant_id")
_IDS: BindParameter[str] = bindparam("device_ids")
_COLUMNS = (
    Device.device_id,
    Device.revoked_at,
    Device.verdicts,
    Device.receipt_count,
    Device.receipt_sum,
    Device.backed_up,
    Device.last_seen_at,
    Device.root_alarm,
    Device.order_number,
    Device.key_number,
    # Subqueries instead of a join: SQLite would start with the tenant and scan all its devices.
    select(Tenant.session_generation).where(Tenant.tenant_id == _TENANT).scalar_subquery(),
    select(Tenant.payload_key).where(Tenant.tenant_id == _TENANT).scalar_subquery(),
)
_THESE = (Device.tenant_id == _TENANT, among(Device.device_id, _IDS))
_LOCK = Prepared(
    select(Device.device_id).where(*_THESE).order_by(Device.device_id).with_for_update(key_share=True)
)
_BOUND = and_(DeviceOfficer.tenant_id == Device.tenant_id, DeviceOfficer.device_id == Device.device_id)
_ACTIVE = and_(
    Officer.tenant_id == DeviceOfficer.tenant_id,
    Officer.officer_id == DeviceOfficer.officer_id,
    Officer.disabled_at.is_(None),
    Officer.password_resets == DeviceOfficer.password_resets,
    among(Officer.role, bindparam("field_roles")),
)
_VIA = exists().where(
    OfficerScope.tenant_id == Officer.tenant_id,
    OfficerScope.officer_id == Officer.officer_id,
    OfficerScope.scope == DeviceScope.via,
)
_GRANTED = and_(
    DeviceScope.tenant_id == Officer.tenant_id,
    DeviceScope.device_id == Device.device_id,
    or_(DeviceScope.via.is_(None), _VIA),
)
# A row for each scope of each active officer. Plain joins: for a UNION SQLite would fill a table of its own.
_CONTEXTS = Prepared(
    select(*_COLUMNS, Officer.officer_id, DeviceScope.scope)
    .select_from(Device)
    .outerjoin(DeviceOfficer, _BOUND)
    .outerjoin(Officer, _ACTIVE)
    .outerjoin(DeviceScope, _GRANTED)
    .where(*_THESE)
)


def load_device(
    session: Session, tenant_id: str, device_id: str, generation: int | None = None, *, lock: bool = False
) -> DeviceContext:
    """Return the context of a tablet, or raise AppError(session_unknown | session_expired).

    `generation`: that of the tablet's session; None if the tablet itself does not make the request.
    """
    return in_session(load_devices(session, tenant_id, [device_id], lock=lock).get(device_id), generation)


def in_session(device: DeviceContext | None, generation: int | None) -> DeviceContext:
    """Return the tablet of a session, or raise AppError(session_unknown | session_expired)."""
    if device is None:
        raise AppError(ErrorCode.SESSION_UNKNOWN)
    if generation is not None and generation != device.session_generation:
        raise AppError(ErrorCode.SESSION_EXPIRED)
    return device


def load_devices(
    session: Session, tenant_id: str, device_ids: Iterable[str], *, lock: bool = False
) -> dict[str, DeviceContext]:
    """Return the contexts of tablets by id; with `lock` their rows stay locked until the transaction ends."""
    keys = {
        "tenant_id": tenant_id,
        "device_ids": sorted(set(device_ids)),
        "field_roles": sorted(field_roles(load_lists())),
    }
    if lock:
        # Rights are read after the lock is granted: they may change while it waits.
        _, rows = rows_together(session, (_LOCK, keys), (_CONTEXTS, keys))
    else:
        rows = _CONTEXTS.rows(session, keys)
    devices: dict[str, _DeviceRow] = {}
    scopes, users = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for *device, officer_id, scope in rows:
        device_id = device[0]
        devices[device_id] = _DeviceRow(*device)
        if officer_id is not None:
            users[device_id].add(officer_id)
        if scope is not None:
            scopes[device_id].add(scope)
    return {
        device_id: _context(row, frozenset(scopes[device_id]), frozenset(users[device_id]))
        for device_id, row in devices.items()
    }


def _context(
    row: _DeviceRow,
    scopes: frozenset[str],
    users: frozenset[str],
) -> DeviceContext:
    return DeviceContext(
        id=row.device_id,
        # A revoked tablet has no scope, although its grants are stored.
        scopes=frozenset() if row.revoked_at else scopes,
        users=users,
        revoked=row.revoked_at is not None,
        receipt_seq=row.receipt_seq,
        receipts=Digest(row.receipt_count, int(row.receipt_sum, 16)),
        backed_up=row.backed_up,
        last_seen_at=row.last_seen_at,
        root_alarm=row.root_alarm,
        order_number=row.order_number,
        key_number=row.key_number,
        session_generation=row.session_generation,
        payload_key=row.payload_key,
    )
