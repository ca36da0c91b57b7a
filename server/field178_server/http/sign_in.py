"""Sign-in: rate limit first, password hash outside any transaction, then the outcome."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session

from field178_server.accounts import officers, rate_limit
from field178_server.accounts.officers import Credentials
from field178_server.accounts.rate_limit import RateLimit
from field178_server.audit import trail
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.load_shedding import password_slot
from field178_server.runtime import Runtime
from field178_server.security import totp
from field178_server.security.client_network import network_of
from field178_shared.errors import AppError, ErrorCode


def client_address() -> str:
    """Return the address the request came from, of IPv6 its network: what attempts are counted by.

    A trusted proxy's header is applied before.
    """
    return network_of(request.remote_addr or "")


def check_sign_in(
    runtime: Runtime, login: str, password: str, code: str | None, *, is_known: bool = False
) -> str:
    """Return the officer's id, or raise AppError(sign_in_refused | slow_down | busy).

    An unknown login takes as long as a known one. `code` None: the one-time code is not asked again.
    `is_known`: the request has the session of an officer or of a tablet.
    """
    with password_slot(is_known=is_known):
        return _check(runtime, login, password, code)


def _check(runtime: Runtime, login: str, password: str, code: str | None) -> str:
    budgets = _budgets(runtime, login, client_address())
    now = runtime.clock.now()
    run_write(runtime.engine, lambda session: rate_limit.take(session, runtime.tenant_id, budgets, now))
    with snapshot(runtime.engine) as session:
        found = officers.credentials(session, runtime.tenant_id, login)
    # Outside every transaction: a hash takes 0.4 s, and nobody should wait for it with a lock.
    is_right = runtime.passwords.matches(found.password_hash if found else None, password)
    if found is None or not is_right:
        run_write(runtime.engine, lambda session: _note(session, runtime, "sign_in_refused", found))
        raise AppError(ErrorCode.SIGN_IN_REFUSED)
    known, renewed = found, _renewed(runtime, found, password)
    if not run_write(runtime.engine, lambda session: _settle(session, runtime, known, code, renewed)):
        raise AppError(ErrorCode.SIGN_IN_REFUSED)
    run_write(runtime.engine, lambda session: rate_limit.give_back(session, runtime.tenant_id, budgets))
    return found.officer_id


def _settle(
    session: Session, runtime: Runtime, found: Credentials, code: str | None, renewed: str | None
) -> bool:
    """Use the one-time code and write the outcome of the attempt; False when sign-in is refused."""
    officer = officers.by_login_or_id(session, runtime.tenant_id, found.officer_id)
    if found.totp_secret is not None and code is not None:
        step = totp.accepted_step(found.totp_secret, code, runtime.clock.now(), found.totp_step)
        if step is None or not officers.claim_totp_step(session, officer, step):
            _note(session, runtime, "sign_in_refused", found)
            return False
    officer.password_hash = renewed or officer.password_hash
    _note(session, runtime, "sign_in_accepted", found)
    return True


def _renewed(runtime: Runtime, found: Credentials, password: str) -> str | None:
    """Return the hash at the cost of today when the stored one was made at another."""
    is_outdated = found.password_hash is not None and runtime.passwords.is_outdated(found.password_hash)
    return runtime.passwords.hash(password) if is_outdated else None


def _note(session: Session, runtime: Runtime, action: str, found: Credentials | None) -> None:
    stamp = trail.Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
    actor = trail.Actor("system") if found is None else trail.Actor("officer", found.officer_id)
    trail.record(session, stamp, actor, trail.AuditEntry(action))


def _budgets(runtime: Runtime, login: str, address: str) -> tuple[RateLimit, ...]:
    settings = runtime.settings
    return (
        RateLimit("sign_in_address", address, settings.sign_in_attempts_per_address),
        RateLimit("sign_in_login", login, settings.sign_in_attempts_per_login),
    )
