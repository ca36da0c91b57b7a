"""Rights of the signed-in officer: which pages open, and which scopes may be read."""

from __future__ import annotations

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.access import MANAGE_TABLETS
from field178_server.console.shell.routes import find_route
from field178_server.http.auth import current_officer
from field178_server.records.access import AccessFilter, access_of
from field178_shared.codelists import CodeLists


def may(role: str, endpoint: str, lists: CodeLists) -> bool:
    """Tell whether an officer of this role may call an endpoint; an unknown endpoint is closed to all."""
    route = find_route(endpoint)
    return route is not None and route.access.is_open_to(role, lists)


def own_access() -> AccessFilter:
    """Return which scopes the signed-in officer may read."""
    officer = current_officer()
    return access_of(officer.role, officer.scopes)


def tablet_access(officer: OfficerContext, lists: CodeLists) -> AccessFilter:
    """Return which tablets an officer sees: an administrator looks after all of them and reads no record."""
    if MANAGE_TABLETS.is_open_to(officer.role, lists):
        return AccessFilter(None)
    return access_of(officer.role, officer.scopes)
