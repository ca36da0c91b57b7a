"""Condition of the tablets that an access filter covers: those with a grant in one of its scopes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists

from field178_server.database.models import Device, DeviceScope
from field178_server.records.access import AccessFilter

# Granted to every tablet, so it does not count.
_SHARED_SCOPE = "ref"


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
