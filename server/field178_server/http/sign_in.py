"""Sign-in: rate limit, then password hash outside any transaction, then one-time code and audit entry."""

from __future__ import annotations

import hashlib
import hmac

from flask import request
from sqlalchemy.orm import Session

from field178_server.accounts import officers, one_time_codes, rate_limit
from field178_server.accounts.officers import Credentials
from field178_server.accounts.rate_limit import RateLimit
from field178_server.accounts.refusals import is_noted, note_refusal
from field178_server.audit import trail
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.load_shedding import password_slot
from field178_server.runtime import Runtime
from field178_server.security import totp
from field178_server.security.client_network import network_of
from field178_server.security.keyring import Purpose
from field178_shared.errors import AppError, ErrorCode

# Wrong attempts with one password, of any login, in ten minutes: spraying tries a common one everywhere.
SPRAYED = 20
# A login has the attempts of so many addresses together: strangers may use those up, known browsers not.
_ADDRESSES = 10
# Begin of `client` for the session of a signed-in officer, who confirms something.
SESSION = "session|"
# Stands for `client` when the one-time code is right.
_CODE = "code"


class PasskeyNeededError(Exception):
    """The password is right; one of the officer's passkeys must answer, for no one-time code was given."""

    def __init__(self, officer_id: str, *, has_codes: bool) -> None:
        super().__init__(officer_id)
        self.officer_id, self.has_codes = officer_id, has_codes


def client_address() -> str:
    """Return the client's address (IPv6: its network), by which attempts are limited.

    Headers of trusted proxies are applied before.
    """
    return network_of(request.remote_addr or "")


def check_sign_in(runtime: Runtime, login: str, password: str, code: str | None, *, client: str = "") -> str:
    """Return the officer's id; raise AppError(sign_in_refused | slow_down | busy) or PasskeyNeededError.

    An unknown login takes as long as a known one. `code` None: no second factor is required.
    `client`: session, tablet or known browser of the request, which has its own attempts; "": a stranger.
    """
    with password_slot(is_known=bool(client)):
        return _check(runtime, login, password, code, client)


def _check(runtime: Runtime, login: str, password: str, code: str | None, client: str) -> str:
    now = runtime.clock.now()
    with snapshot(runtime.engine) as session:
        credentials = officers.credentials(session, runtime.tenant_id, login)
    # A right code proves the officer's telephone: guesses of others do not keep the officer out.
    has_code = credentials is not None and code is not None and _accepted_step(runtime, credentials, code)
    budgets = _budgets(runtime, login, password, client or (_CODE if has_code else ""))
    try:
        run_write(runtime.engine, lambda session: rate_limit.take(session, runtime.tenant_id, budgets, now))
    except AppError:
        _note_slowed(runtime, credentials)
        raise
    # Outside any transaction: a hash takes 0.4 s, and no lock may be held for so long.
    is_right = runtime.passwords.matches(credentials.password_hash if credentials else None, password)
    if credentials is None or not is_right:
        run_write(runtime.engine, lambda session: _note_refused(session, runtime, credentials, client))
        raise AppError(ErrorCode.SIGN_IN_REFUSED)
    if code is not None and credentials.has_passkeys and not (credentials.totp_secret and code):
        # The attempt stays counted: who has the password alone makes few challenges.
        raise PasskeyNeededError(credentials.officer_id, has_codes=bool(credentials.totp_secret))
    accepted, renewed = credentials, _renewed(runtime, credentials, password)
    if not run_write(runtime.engine, lambda session: _settle(session, runtime, accepted, code, renewed)):
        run_write(runtime.engine, lambda session: _note_refused(session, runtime, credentials, client))
        raise AppError(ErrorCode.SIGN_IN_REFUSED)
    run_write(runtime.engine, lambda session: rate_limit.give_back(session, runtime.tenant_id, budgets))
    return credentials.officer_id


def _accepted_step(runtime: Runtime, credentials: Credentials, code: str) -> int | None:
    """Return the time step of an officer's one-time code; None if it is wrong or used, or has no secret."""
    if credentials.totp_secret is None:
        return None
    box = one_time_codes.secret_box(runtime.keyring)
    secret = one_time_codes.opened(box, credentials.officer_id, credentials.totp_secret)
    return totp.accepted_step(secret, code, runtime.clock.now(), credentials.totp_step)


def _settle(
    session: Session, runtime: Runtime, credentials: Credentials, code: str | None, renewed: str | None
) -> bool:
    """Use the one-time code and write the audit entry; return False for a wrong or used code."""
    officer = officers.by_login_or_id(session, runtime.tenant_id, credentials.officer_id)
    if credentials.totp_secret is not None and code is not None:
        step = _accepted_step(runtime, credentials, code)
        if step is None or not officers.claim_totp_step(session, officer, step):
            return False
    if renewed is not None:
        officer.password_hash = renewed
        entry = trail.AuditEntry("password_hash_renewed", credentials.officer_id)
        trail.record(session, _stamp(runtime), _actor(credentials), entry)
    trail.record(session, _stamp(runtime), _actor(credentials), trail.AuditEntry("sign_in_accepted"))
    return True


def _renewed(runtime: Runtime, credentials: Credentials, password: str) -> str | None:
    """Return a new hash of the password if the stored hash has another cost, else None."""
    is_outdated = credentials.password_hash is not None and runtime.passwords.is_outdated(
        credentials.password_hash
    )
    return runtime.passwords.hash(password) if is_outdated else None


def _note_refused(session: Session, runtime: Runtime, credentials: Credentials | None, client: str) -> None:
    action = "confirmation_refused" if client.startswith(SESSION) else "sign_in_refused"
    note_refusal(session, _stamp(runtime), _actor(credentials), action)


def _note_slowed(runtime: Runtime, credentials: Credentials | None) -> None:
    """Write once in ten minutes that an officer, or the unknown logins, had too many attempts."""
    actor, action, now = _actor(credentials), "sign_in_slowed", runtime.clock.now()
    with snapshot(runtime.engine) as session:
        if is_noted(session, runtime.tenant_id, actor, action, now):
            return
    run_write(runtime.engine, lambda session: note_refusal(session, _stamp(runtime), actor, action))


def _stamp(runtime: Runtime) -> trail.Stamp:
    return trail.Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())


def _actor(credentials: Credentials | None) -> trail.Actor:
    return trail.Actor("system") if credentials is None else trail.Actor("officer", credentials.officer_id)


def _budgets(runtime: Runtime, login: str, password: str, client: str) -> tuple[RateLimit, ...]:
    settings, address = runtime.settings, client_address()
    per_login = settings.sign_in_attempts_per_login
    by_address = RateLimit("sign_in_address", address, settings.sign_in_attempts_per_address)
    if client == _CODE:
        return (by_address,)
    if client:
        return (RateLimit("sign_in_known", f"{login}|{client}", per_login),)
    key = runtime.keyring.key(Purpose.GUESSED_PASSWORDS)
    # Keyed, so that nobody can look up in the table which passwords are tried.
    guess = hmac.new(key, password.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    return (
        by_address,
        RateLimit("sign_in_login_address", f"{login}|{address}", per_login),
        RateLimit("sign_in_login", login, per_login * _ADDRESSES),
        RateLimit("sign_in_password", guess, SPRAYED),
    )
