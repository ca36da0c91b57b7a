"""Sessions of tablets: a nonce, its signature, fifteen minutes (docs/sync-protocol.md §10.3)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint
from flask.typing import ResponseReturnValue

from field178_server.api.device_schemas import ChallengeRequest, SessionRequest
from field178_server.database.unit_of_work import run_write
from field178_server.devices import sessions as devices
from field178_server.devices.sessions import SESSION_LIFE, SessionOpening
from field178_server.http.application_runtime import current_runtime
from field178_server.http.request_body import load
from field178_server.runtime import new_token
from field178_shared.errors import AppError, ErrorCode

bp = Blueprint("sessions", __name__, url_prefix="/api/v1/auth")


@bp.post("/challenge")
def challenge() -> ResponseReturnValue:
    """Give a nonce; an unknown device gets one too, so the answer tells nothing."""
    device_id = str(load(ChallengeRequest())["device"])
    runtime, nonce = current_runtime(), new_token()
    run_write(
        runtime.engine,
        lambda session: devices.issue_nonce(
            session, runtime.tenant_id, device_id, nonce, runtime.clock.now()
        ),
    )
    return {"nonce": nonce}


@bp.post("/session")
def open_session() -> ResponseReturnValue:
    """Open a session for the device that signed its nonce."""
    wanted = load(SessionRequest())
    runtime, token = current_runtime(), new_token()
    opening = SessionOpening(str(wanted["device"]), str(wanted["nonce"]), str(wanted["signature"]), token)
    opened = run_write(
        runtime.engine,
        lambda session: devices.open_session(session, runtime.tenant_id, opening, runtime.clock.now()),
    )
    if not opened:
        raise AppError(ErrorCode.SIGNATURE_REFUSED)
    return {"token": token, "expires_in_s": SESSION_LIFE // timedelta(seconds=1)}
