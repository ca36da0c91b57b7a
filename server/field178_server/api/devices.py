"""Enrolment of tablets, their officers and their sessions (docs/sync-protocol.md §10)."""

from __future__ import annotations

import os
from datetime import timedelta

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from field178_server.accounts import rate_limit
from field178_server.accounts.rate_limit import RateLimit
from field178_server.api.device_schemas import (
    ChallengeRequest,
    EnrolRequest,
    OfficerRequest,
    OrderReceiptRequest,
    RecoveryRequest,
    SessionRequest,
)
from field178_server.audit import trail
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices import enrolment, key_recovery, orders
from field178_server.devices.enrolment import Claim, Enrolled
from field178_server.devices.key_recovery import KeyRecoveryClaim
from field178_server.devices.sessions import SESSION_LIFE, SessionOpening
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_device, device_sessions_of, require_device
from field178_server.http.request_body import load
from field178_server.http.sign_in import check_sign_in, client_address
from field178_server.replication.officer_binding import bind_officer
from field178_server.runtime import Runtime
from field178_server.security.keyring import to_base64url
from field178_shared.codelists import load as load_lists
from field178_shared.crypto import signatures
from field178_shared.device_orders import OrderOutcome, OrderReceipt, SignedOrder
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import to_wire
from field178_shared.wire.protocol import Reader

bp = Blueprint("devices", __name__, url_prefix="/api/v1/devices")
auth = Blueprint("sessions", __name__, url_prefix="/api/v1/auth")
keys = Blueprint("keys", __name__, url_prefix="/api/v1/keys")
# Made once: making a schema takes longer than reading a body by it.
_CHALLENGE, _SESSION = ChallengeRequest(), SessionRequest()


@bp.post("")
def enrol() -> ResponseReturnValue:
    """Enrol a tablet by a one-time code; a repeated request with the same key returns the same device."""
    body = load(EnrolRequest())
    claim = Claim(str(body["code"]), str(body["public_key"]), str(body["label"]), str(body["signature"]))
    runtime = current_runtime()
    budgets = _budgets(runtime, claim.code)
    run_write(
        runtime.engine,
        lambda session: rate_limit.take(session, runtime.tenant_id, budgets, runtime.clock.now()),
    )
    # The claim authenticates itself: the actor is the tablet being enrolled.
    context = _context(runtime, trail.Actor("device"))
    pins = _pins(runtime)
    enrolled = run_write(runtime.engine, lambda session: _enrol(session, context, claim, pins, budgets))
    return _answer(runtime, enrolled), 201


@bp.post("/officers")
@require_device
def add_officer() -> ResponseReturnValue:
    """Bind an officer to the tablet by password, online; repeated after each password reset."""
    body = load(OfficerRequest())
    runtime, device = current_runtime(), current_device()
    login, password, code = (str(body[name] or "") for name in ("login", "password", "totp"))
    officer_id = check_sign_in(runtime, login, password, code, client=f"tablet|{device.id}")
    context = _context(runtime, trail.Actor("officer", officer_id))
    officer = run_write(runtime.engine, lambda session: bind_officer(session, context, device.id, officer_id))
    return {"user": _user(officer)}


@bp.post("/recovery")
def recover() -> ResponseReturnValue:
    """Return a locked tablet's data key to an officer with a code of the office; no session is needed."""
    body = load(RecoveryRequest())
    runtime = current_runtime()
    login, password, totp = (str(body[name] or "") for name in ("login", "password", "totp"))
    box, device_key, answer_key = (
        signatures.decode(str(body[name])) or b"" for name in ("box", "device_key", "answer_key")
    )
    claim = KeyRecoveryClaim(str(body["device"]), str(body["code"]), box, device_key, answer_key)
    budgets = _budgets(runtime, claim.code)
    run_write(
        runtime.engine,
        lambda session: rate_limit.take(session, runtime.tenant_id, budgets, runtime.clock.now()),
    )
    officer_id = check_sign_in(runtime, login, password, totp)
    officer, sealed = run_write(
        runtime.engine, lambda session: _recover(session, runtime, officer_id, claim, budgets)
    )
    return {"user": _user(officer), "box": to_base64url(sealed)}


@bp.post("/orders")
def answer_order() -> ResponseReturnValue:
    """Take the receipt of a tablet for an order; the device's signature is its authentication."""
    body = Reader(load(OrderReceiptRequest()))
    runtime = current_runtime()
    receipt = OrderReceipt(
        device=body.text("device"),
        number=body.integer("number"),
        outcome=OrderOutcome(body.text("outcome")),
        at=body.text("at"),
        sig=body.text("signature"),
        **{name: body.integer(name) for name in ("records", "lost_changes", "lost_files", "lost_drafts")},
    )
    with snapshot(runtime.engine) as session:
        orders.check_receipt(session, runtime.tenant_id, receipt)
    context = _context(runtime, trail.Actor("device", receipt.device))
    run_write(runtime.engine, lambda session: orders.take_receipt(session, context, receipt))
    return {"number": receipt.number}


def _enrol(
    session: Session,
    context: OperationContext,
    claim: Claim,
    pins: tuple[str, ...],
    budgets: tuple[RateLimit, ...],
) -> Enrolled:
    enrolled = enrolment.enrol(session, context, claim, pins)
    rate_limit.give_back(session, context.tenant_id, budgets)
    return enrolled


def _pins(runtime: Runtime) -> tuple[str, ...]:
    from field178_server.security.certificates import pins_for  # only https needs it

    return pins_for(runtime.settings) if runtime.settings.is_https else ()


def _recover(
    session: Session,
    runtime: Runtime,
    officer_id: str,
    claim: KeyRecoveryClaim,
    budgets: tuple[RateLimit, ...],
) -> tuple[Officer, bytes]:
    context = _context(runtime, trail.Actor("officer", officer_id))
    device = key_recovery.admit(session, context.tenant_id, officer_id, claim, context.now())
    sealed = key_recovery.open_box(runtime.keyring.sealings, device, claim, os.urandom)
    rate_limit.give_back(session, context.tenant_id, budgets)
    context.note(session, trail.AuditEntry("device_recovered", claim.device_id))
    return bind_officer(session, context, claim.device_id, officer_id), sealed


def _context(runtime: Runtime, actor: trail.Actor) -> OperationContext:
    return OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load_lists(), actor)


def _user(officer: Officer) -> dict[str, str]:
    return {
        "id": officer.officer_id,
        "name": officer.name,
        "agency": officer.agency,
        "role": officer.role,
    }


def _answer(runtime: Runtime, enrolled: Enrolled) -> dict[str, object]:
    return {
        "device": enrolled.device_id,
        "tenant": runtime.tenant_id,
        "user": {"id": enrolled.officer_id, "name": enrolled.officer_name, "login": enrolled.login},
        "receipt_key": runtime.keyring.receipt_key,
        "sealing_key": runtime.keyring.sealing_key,
        "former_receipt_keys": list(runtime.keyring.former_receipts),
        "keys": len(runtime.keyring.announcements),
        "now": to_wire(runtime.clock.now()),
    }


def _budgets(runtime: Runtime, code: str) -> tuple[RateLimit, ...]:
    settings = runtime.settings
    return (
        RateLimit("enrol_address", client_address(), settings.enrol_attempts_per_address),
        RateLimit("enrol_prefix", enrolment.prefix_of(code), settings.enrol_attempts_per_prefix),
    )


@keys.get("")
def announced_keys() -> ResponseReturnValue:
    """Return the announcements of keys; a tablet that does not know the certificate follows them here."""
    return {"keys": [item.to_wire() for item in current_runtime().keyring.announcements]}


@auth.post("/challenge")
def challenge() -> ResponseReturnValue:
    """Return a nonce to a device; unknown devices get one too, so that answers do not reveal devices."""
    device_id = str(load(_CHALLENGE)["device"])
    runtime = current_runtime()
    return {"nonce": device_sessions_of(runtime).nonce(device_id, runtime.clock.now())}


@auth.post("/session")
def open_session() -> ResponseReturnValue:
    """Open a session for a device with a signed nonce; return its token and the nonce of the next session."""
    body = load(_SESSION)
    runtime = current_runtime()
    sessions, now = device_sessions_of(runtime), runtime.clock.now()
    opening = SessionOpening(str(body["device"]), str(body["nonce"]), str(body["signature"]))
    with snapshot(runtime.engine) as session:
        opened = sessions.open(session, opening, now)
        if opened is None:
            raise AppError(ErrorCode.SIGNATURE_REFUSED)
        standing = (
            orders.standing_order(session, runtime.tenant_id, opening.device_id) if opened.has_order else None
        )
    return {
        "token": opened.token,
        "expires_in_s": SESSION_LIFE // timedelta(seconds=1),
        "nonce": sessions.nonce(opening.device_id, now),
        **_order(runtime, opening.device_id, standing),
    }


def _order(runtime: Runtime, device_id: str, standing: tuple[SignedOrder, bool] | None) -> dict[str, object]:
    """Return the member with the standing order; it is delivered before the answer leaves."""
    if standing is None:
        return {}
    order, _ = standing
    is_delivered = run_write(
        runtime.engine,
        lambda session: orders.note_delivered(
            session, runtime.tenant_id, device_id, order.number, runtime.clock.now()
        ),
    )
    return {"order": order.to_wire()} if is_delivered else {}
