"""Checking a login and password at the edge: budget first, hash outside any transaction, then the verdict."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session

from field178_server.runtime import Runtime
from field178_server.services import attempts, officers, totp
from field178_server.services.attempts import Budget
from field178_server.services.officers import Credentials
from field178_server.unit_of_work import run_write, snapshot
from field178_shared.errors import AppError, ErrorCode


def client_address() -> str:
    """Return the address the request came from (a trusted proxy's word is applied before)."""
    return request.remote_addr or ""


def check_sign_in(runtime: Runtime, login: str, password: str, code: str | None, address: str) -> str:
    """Return the officer's id, or raise AppError(sign_in_refused | slow_down).

    An unknown login takes as long as a known one. `code` None: the one-time code is not asked again.
    """
    budgets = _budgets(runtime, login, address)
    run_write(
        runtime.engine,
        lambda session: attempts.take(session, runtime.tenant_id, budgets, runtime.clock.now()),
    )
    with snapshot(runtime.engine) as session:
        found = officers.credentials(session, runtime.tenant_id, login)
    # Outside every transaction: a hash takes 0.4 s, and nobody should wait for it with a lock.
    right = runtime.passwords.matches(found.password_hash if found else None, password)
    if not right or found is None:
        raise AppError(ErrorCode.SIGN_IN_REFUSED)
    if not run_write(runtime.engine, lambda session: _settle(session, runtime, found, code, budgets)):
        raise AppError(ErrorCode.SIGN_IN_REFUSED)
    return found.officer_id


def _settle(
    session: Session, runtime: Runtime, found: Credentials, code: str | None, budgets: tuple[Budget, ...]
) -> bool:
    """Use the one-time code up and take the counted attempt back."""
    if found.totp_secret is not None and code is not None:
        step = totp.accepted_step(found.totp_secret, code, runtime.clock.now(), found.totp_step)
        officer = officers.by_login_or_id(session, runtime.tenant_id, found.officer_id)
        if step is None or not officers.claim_totp_step(session, officer, step):
            return False
    attempts.give_back(session, runtime.tenant_id, budgets)
    return True


def _budgets(runtime: Runtime, login: str, address: str) -> tuple[Budget, ...]:
    settings = runtime.settings
    return (
        Budget("sign_in_address", address, settings.sign_in_attempts_per_address),
        Budget("sign_in_login", login, settings.sign_in_attempts_per_login),
    )
