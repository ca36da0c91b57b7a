"""The tablets that an access filter covers: those that work in one of its scopes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists

from field178_server.database.models import Device, DeviceScope
from field178_server.records.access import AccessFilter

# Every tablet has it, so it says nothing about whose a tablet is.
_SHARED_SCOPE = "ref"


def tablets_within(tenant_id: str, access: AccessFilter) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the tablets that work in a scope within the access filter."""
    if access.scopes is None:
        return (Device.tenant_id == tenant_id,)
    works_there = exists().where(
        DeviceScope.tenant_id == Device.tenant_id,
        DeviceScope.device_id == Device.device_id,
        DeviceScope.scope != _SHARED_SCOPE,
        access.covers(DeviceScope.scope),
    )
    return (Device.tenant_id == tenant_id, works_there)
