"""Tablets of a tenant: all of them, and the condition of those within an access filter."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from field178_server.database.tables.device import Device, DeviceScope
from field178_server.records.access import AccessFilter

# Granted to every tablet, so it does not count.
_SHARED_SCOPE = "ref"


def all_devices(session: Session, tenant_id: str) -> list[Device]:
    """Return all tablets in order of enrolment."""
    of_tenant = select(Device).where(Device.tenant_id == tenant_id)
    return list(session.scalars(of_tenant.order_by(Device.enrolled_at, Device.device_id)))


def tablets_within(tenant_id: str, access: AccessFilter) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the tablets with a granted scope within the access filter."""
    if access.scopes is None:
        return (Device.tenant_id == tenant_id,)
    works_there = exists().where(
        DeviceScope.tenant_id == Device.tenant_id,
        DeviceScope.device_id == Device.device_id,
        DeviceScope.scope != _SHARED_SCOPE,
        access.covers(DeviceScope.scope),
    )
    return (Device.tenant_id == tenant_id, works_there)
