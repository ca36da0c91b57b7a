"""Scopes: their names and rows, and their grants to tablets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from field178_server.database.engine import changed_rows
from field178_server.database.tables.device import Device, DeviceScope
from field178_server.database.tables.tenant import Scope
from field178_shared.codelists import CodeLists, released
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.wire.protocol import MAX_SCOPES

REF = "ref"
OFFICE = "office"
# Scope → the officer's scope that the grant depends on; None: granted to the tablet itself.
Grants = Mapping[str, str | None]
_UNIT = re.compile(r"unit:([A-Za-z0-9_-]{1,64})")


def kind_of(scope: str, lists: CodeLists) -> str:
    """Return the kind of a scope: unit, team, ref or office; raise AppError(not_found) if unknown."""
    if scope in (REF, OFFICE):
        return scope
    if scope.startswith("team:") and is_uuid(scope.removeprefix("team:")):
        return "team"
    if (match := _UNIT.fullmatch(scope)) and match[1] in lists.units:
        return "unit"
    raise AppError(ErrorCode.NOT_FOUND, scope=scope)


def ensure(session: Session, tenant_id: str, scopes: Iterable[str], lists: CodeLists) -> None:
    """Create the missing rows of scopes."""
    for scope in sorted(set(scopes)):
        kind = kind_of(scope, lists)
        if session.get(Scope, (tenant_id, scope)) is None:
            session.add(Scope(tenant_id=tenant_id, scope=scope, kind=kind))
    session.flush()


def for_tablet(scopes: Iterable[str], lists: CodeLists) -> Grants:
    """Return the grants of a tablet with these scopes: scopes, predecessors of their units, and `ref`.

    Predecessors are those of the release: a list pack, which one administrator publishes, gives no access.

    The scope `office` raises AppError(forbidden): it is never granted to a tablet.
    """
    granted: dict[str, str | None] = {REF: None}
    for scope in sorted(scopes):
        if scope == OFFICE:
            raise AppError(ErrorCode.FORBIDDEN, scope=scope)
        if kind_of(scope, lists) == "unit":
            for unit in sorted(_predecessors(scope.removeprefix("unit:"))):
                granted.setdefault(f"unit:{unit}", scope)
    return granted | {scope: scope for scope in scopes}


def grant(session: Session, device: Device, grants: Grants, now: datetime) -> None:
    """Grant scopes to a tablet, or update the officer's scope of a grant; the scopes' rows MUST exist."""
    rows = {row.scope: row for row in _rows(session, device)}
    for scope, via in sorted(grants.items()):
        if scope in rows:
            rows[scope].via = via
        else:
            key = {"tenant_id": device.tenant_id, "device_id": device.device_id, "scope": scope}
            session.add(DeviceScope(**key, via=via, granted_at=now))
    if len(rows.keys() | grants.keys()) > MAX_SCOPES:
        raise AppError(ErrorCode.TOO_LARGE, limit=MAX_SCOPES, unit="scopes")
    session.flush()


def ungrant(session: Session, device: Device, scope: str) -> bool:
    """Revoke the grant of a scope to a tablet; return False if it was not granted."""
    deleted = session.execute(
        delete(DeviceScope).where(
            DeviceScope.tenant_id == device.tenant_id,
            DeviceScope.device_id == device.device_id,
            DeviceScope.scope == scope,
        )
    )
    return changed_rows(deleted) == 1


def granted_to(session: Session, device: Device) -> list[str]:
    """Return the scopes granted to a tablet, ascending, including scopes that it cannot read at present."""
    return sorted(row.scope for row in _rows(session, device))


def _rows(session: Session, device: Device) -> Iterable[DeviceScope]:
    own = (DeviceScope.tenant_id == device.tenant_id, DeviceScope.device_id == device.device_id)
    return session.scalars(select(DeviceScope).where(*own))


def _predecessors(unit: str) -> set[str]:
    predecessors: set[str] = set()
    todo = [unit]
    while todo:
        earlier = {step.source for step in released().predecessors(todo.pop())} - predecessors
        predecessors |= earlier
        todo.extend(earlier)
    return predecessors
