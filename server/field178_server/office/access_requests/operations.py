"""Operations on access requests: ask, accept, confirm, take effect alone, refuse, withdraw.

Nothing changes before the decision: the present password, sessions and rights stay in force.
"""

from __future__ import annotations

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import access_requests, officers
from field178_server.accounts.access_requests import WITH_PASSWORD
from field178_server.accounts.operations import require_other_overseer
from field178_server.audit import trail
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.tables.access import (
    ACCEPTED,
    ACCOUNT,
    ALONE,
    CONFIRMED,
    MEMBERSHIP,
    PASSWORD,
    REFUSED,
    RIGHTS,
    WITHDRAWN,
    AccessRequest,
)
from field178_server.office.access_requests import rights
from field178_server.office.access_requests.queries import confirmers_of, find_request
from field178_server.office.reminders import access_notices
from field178_server.office.reminders.oversight import notify_of_refused_password
from field178_shared.errors import AppError, ErrorCode


def ask_password(session: Session, context: OperationContext, officer_id: str, *, by_mail: bool) -> None:
    """Request another password, which the officer chooses by a link; the present one stays in force."""
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    if officer.disabled_at is not None:
        raise AppError(ErrorCode.FORBIDDEN, officer=officer_id)
    request = access_requests.ask(session, context, officer_id, PASSWORD)
    access_notices.notify_of_request(session, context, request, by_mail=by_mail)


def accept(session: Session, context: OperationContext, request_id: str, *, by_mail: bool) -> None:
    """Put a chosen password into effect as its officer, who typed the present password."""
    request = find_open(session, context, request_id)
    if request.kind != PASSWORD or request.officer_id != context.actor.id:
        raise AppError(ErrorCode.NOT_FOUND, request=request_id)
    _take_effect(session, context, request)
    _decide(session, context, request, ACCEPTED, by_mail=by_mail)


def confirm(  # noqa: PLR0913  # a decision by two people: which request, as it was read, by what digits
    session: Session,
    context: OperationContext,
    key: bytes,
    request_id: str,
    code: str,
    *,
    by_mail: bool,
    seen: str | None = None,
) -> None:
    """Put a request into effect as a second person. `code`: the digits that its officer reads out, if the
    officer chose a password; `seen`: the fingerprint of the request that was read, None skips the check.

    Raises AppError: not_found for a decided request, second_person_needed for who asked and for the officer,
    revision_changed without a chosen password or after a change, sign_in_refused for wrong digits.
    """
    request = _of_another(session, context, request_id)
    row = find_request(session, context.tenant_id, request_id)
    if seen is not None and row is not None and row.fingerprint != seen:
        raise AppError(ErrorCode.REVISION_CHANGED, request=request_id)
    if request.kind in WITH_PASSWORD:
        _check_code(key, request, code)
    _take_effect(session, context, request)
    _decide(session, context, request, CONFIRMED, by_mail=by_mail)


def take_effect_alone(
    session: Session, context: OperationContext, request_id: str, reason: str, *, by_mail: bool
) -> None:
    """Put a request into effect without a second person; oversight and administration are told.

    Raises AppError: last_overseer if nobody of oversight but the officer of the request would be told,
    revision_changed without a chosen password.
    """
    request = find_open(session, context, request_id)
    trail.require_reason(reason)
    require_other_overseer(session, context, request.officer_id)
    _require_password(request)
    _take_effect(session, context, request)
    _decide(session, context, request, ALONE, reason, by_mail=by_mail)


def refuse(
    session: Session, context: OperationContext, request_id: str, reason: str, *, by_mail: bool
) -> None:
    """Refuse a request as a second person."""
    request = _of_another(session, context, request_id)
    trail.require_reason(reason)
    _decide(session, context, request, REFUSED, reason, by_mail=by_mail)


def refuse_own(session: Session, context: OperationContext, request_id: str) -> None:
    """Refuse a request as its own officer, who did not ask for it."""
    request = find_open(session, context, request_id)
    if request.officer_id != context.actor.id:
        raise AppError(ErrorCode.NOT_FOUND, request=request_id)
    access_requests.decide(session, context, request, REFUSED)
    notify_of_refused_password(session, context)


def withdraw(session: Session, context: OperationContext, request_id: str) -> None:
    """Withdraw an open request."""
    access_requests.decide(session, context, find_open(session, context, request_id), WITHDRAWN)


def find_open(session: Session, context: OperationContext, request_id: str) -> AccessRequest:
    """Return an open request, locked, or raise AppError(not_found)."""
    query = select(AccessRequest).where(
        AccessRequest.tenant_id == context.tenant_id,
        AccessRequest.request_id == request_id,
        AccessRequest.decided_at.is_(None),
    )
    request = session.scalars(query.with_for_update()).one_or_none()
    if request is None:
        raise AppError(ErrorCode.NOT_FOUND, request=request_id)
    return request


def _of_another(session: Session, context: OperationContext, request_id: str) -> AccessRequest:
    request = find_open(session, context, request_id)
    confirmers = confirmers_of(session, context.tenant_id, request, context.lists)
    if context.actor.kind == "officer" and context.actor.id not in confirmers:
        raise AppError(ErrorCode.SECOND_PERSON_NEEDED, request=request_id)
    return request


def _check_code(key: bytes, request: AccessRequest, code: str) -> None:
    _require_password(request)
    if not hmac.compare_digest(access_requests.check_code(key, request).encode(), code.encode()):
        raise AppError(ErrorCode.SIGN_IN_REFUSED, request=request.request_id)


def _require_password(request: AccessRequest) -> None:
    if request.kind in WITH_PASSWORD and request.password_hash is None:
        raise AppError(ErrorCode.REVISION_CHANGED, request=request.request_id)


def _take_effect(session: Session, context: OperationContext, request: AccessRequest) -> None:
    _EFFECTS[request.kind](session, context, request)


def _set_password(session: Session, context: OperationContext, request: AccessRequest) -> None:
    officer = officers.by_login_or_id(session, context.tenant_id, request.officer_id)
    officers.set_password(session, officer, request.password_hash)
    context.note(session, AuditEntry("password_set", officer.officer_id))


def _decide(
    session: Session,
    context: OperationContext,
    request: AccessRequest,
    outcome: str,
    reason: str | None = None,
    *,
    by_mail: bool,
) -> None:
    access_requests.decide(session, context, request, outcome, reason)
    access_notices.notify_of_decided(session, context, request, by_mail=by_mail)


_EFFECTS = {
    PASSWORD: _set_password,
    ACCOUNT: rights.open_account,
    RIGHTS: rights.give_rights,
    MEMBERSHIP: rights.join_team,
}
