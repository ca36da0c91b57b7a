"""Who may call a view: tablets by bearer token, officers by the console's session."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import g, request

from field178_server.browser_session import find_officer
from field178_server.runtime import current_runtime
from field178_server.services import device_sessions
from field178_server.services.device_context import DeviceContext
from field178_server.services.officers import OfficerContext
from field178_server.unit_of_work import snapshot
from field178_shared.errors import AppError, ErrorCode

P = ParamSpec("P")
R = TypeVar("R")


def require_device(view: Callable[P, R]) -> Callable[P, R]:
    """Let only tablets with a living session in; a revoked one is refused."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if current_device().revoked:
            raise AppError(ErrorCode.DEVICE_REVOKED)
        return view(*args, **kwargs)

    return guarded


def require_device_even_revoked(view: Callable[P, R]) -> Callable[P, R]:
    """Let tablets with a living session in, revoked ones too: the exchange itself tells them."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        current_device()
        return view(*args, **kwargs)

    return guarded


def current_device() -> DeviceContext:
    """Return the tablet that asks, or raise AppError(session_unknown | session_expired)."""
    if "device" not in g:
        runtime = current_runtime()
        token = _bearer_token()
        with snapshot(runtime.engine) as session:
            g.device = device_sessions.authenticate(session, runtime.tenant_id, token, runtime.clock.now())
    found = g.device
    assert isinstance(found, DeviceContext)
    return found


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
