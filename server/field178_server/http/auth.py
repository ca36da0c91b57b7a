"""Authentication of views: tablets by bearer token, officers by the console's session."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import g, request

from field178_server.accounts.officers import OfficerContext
from field178_server.database.unit_of_work import snapshot
from field178_server.devices.context import DeviceContext, load_device
from field178_server.devices.sessions import DeviceSessions, SessionClaim
from field178_server.http.application_runtime import current_runtime
from field178_server.http.browser_session import find_officer
from field178_server.http.lists_in_force import current_lists
from field178_server.runtime import Runtime
from field178_server.security.keyring import Purpose
from field178_shared.errors import AppError, ErrorCode

P = ParamSpec("P")
R = TypeVar("R")


def require_device(view: Callable[P, R]) -> Callable[P, R]:
    """Decorator of views for tablets with a valid session; a revoked tablet is refused."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if current_device().revoked:
            raise AppError(ErrorCode.DEVICE_REVOKED)
        return view(*args, **kwargs)

    return guarded


def require_device_even_revoked(view: Callable[P, R]) -> Callable[P, R]:
    """Decorator of views for tablets with a valid session, revoked or not: the exchange reports it."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        current_claim()
        return view(*args, **kwargs)

    return guarded


def current_device() -> DeviceContext:
    """Return the tablet of the request, or raise AppError(session_unknown | session_expired)."""
    if "device" not in g:
        runtime, claim = current_runtime(), current_claim()
        with snapshot(runtime.engine) as session:
            g.device = load_device(session, runtime.tenant_id, claim.device_id, claim.generation)
    device = g.device
    assert isinstance(device, DeviceContext)
    return device


def current_claim() -> SessionClaim:
    """Return the claim in the request's token, or raise AppError(session_unknown | session_expired).

    For callers that load the tablet in their own transaction, and compare the generation there.
    """
    if "claim" not in g:
        runtime = current_runtime()
        g.claim = device_sessions_of(runtime).claim_of(_bearer_token(), runtime.clock.now())
        g.device_id = g.claim.device_id  # for the log
        current_lists().refresh()
    claim = g.claim
    assert isinstance(claim, SessionClaim)
    return claim


def device_sessions_of(runtime: Runtime) -> DeviceSessions:
    """Return the sessions of the tablets of a runtime's tenant."""
    return DeviceSessions(runtime.tenant_id, runtime.keyring.key(Purpose.TABLET_SESSIONS))


def current_officer() -> OfficerContext:
    """Return the officer of this browser, or raise AppError(session_unknown)."""
    if (officer := find_officer()) is None:
        raise AppError(ErrorCode.SESSION_UNKNOWN)
    return officer


def _bearer_token() -> str:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise AppError(ErrorCode.SESSION_UNKNOWN)
    return given.token
