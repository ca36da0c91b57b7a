"""Browser session of the console: cookie, CSRF token, sign-in, sign-out, confirmation of the password."""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from urllib.parse import urlsplit

from flask import after_this_request, g, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from field178_server.accounts import officers
from field178_server.accounts import sessions as accounts
from field178_server.accounts.officers import OfficerContext
from field178_server.database.tables.account import Officer
from field178_server.database.tables.passkey import CONFIRM, SIGN_IN
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.known_browser import known_browser_of, remember_browser
from field178_server.http.passkeys import check_passkey
from field178_server.http.sign_in import SESSION, PasskeyNeededError, check_sign_in
from field178_server.records.access import owes_second_factor
from field178_server.runtime import Runtime, new_token
from field178_server.security.keyring import Purpose
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
# Sent by automatic requests of a page: only actions of a person extend the session.
BACKGROUND_HEADER = "X-Background"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSALS = {
    ErrorCode.SIGN_IN_REFUSED: N_("The password is not right. Check the keyboard (Telex) and Caps Lock."),
    ErrorCode.SLOW_DOWN: N_("Too many attempts. Wait a few minutes before the next one."),
    ErrorCode.BUSY: N_("Many people are signing in right now. Type the password again in some seconds."),
}
CODE_FIELD = "confirm_code"
_NO_PASSWORD = N_("Type your password: this needs it.")
PASSKEY_FIELD = "passkey"
_PASSKEY_REFUSED = N_("The password is not right, or the passkey was not accepted. Try both again.")
_CODE_REFUSED = N_(
    "The password or the one-time code is not right."
    " Each code is good once: wait for the next one after signing in."
)


class Factor(StrEnum):
    """The second factor that is asked at a confirmation: codes go before passkeys."""

    NONE = "none"
    CODES = "codes"
    PASSKEYS = "passkeys"


def sign_in(login: str, password: str, totp: str = "") -> OfficerContext:
    """Check the credentials, open a session with a new token and set its cookie; return the officer.

    Raises AppError(sign_in_refused | slow_down | busy), PasskeyNeededError after a right password.
    """
    runtime = current_runtime()
    browser_id = known_browser_of(runtime, login)
    client = f"browser|{browser_id}" if browser_id else ""
    return _open_session(check_sign_in(runtime, login, password, totp, client=client))


def sign_in_with_passkey(challenge: str, answer: str) -> OfficerContext:
    """Open a session for the officer whose passkey answers the challenge that followed the right password.

    Raises AppError(sign_in_refused).
    """
    return _open_session(check_passkey(challenge, answer, SIGN_IN))


def _open_session(officer_id: str) -> OfficerContext:
    runtime = current_runtime()
    token, old, now = new_token(), _cookie_token(runtime), runtime.clock.now()

    def open_it(session: Session) -> OfficerContext:
        officer = officers.by_login_or_id(session, runtime.tenant_id, officer_id)
        if officer.disabled_at is not None:
            raise AppError(ErrorCode.SIGN_IN_REFUSED)
        # A new token at every sign-in, against session fixation.
        accounts.close(session, runtime.tenant_id, old)
        accounts.open_session(session, officer, token, now)
        return officers.context_of(session, officer)

    context = run_write(runtime.engine, open_it)
    g.officer, g.is_confirmed, g.factor, g.console_token = context, False, Factor.NONE, token
    g.session_left_s = int(accounts.IDLE.total_seconds()), int(accounts.ABSOLUTE.total_seconds())
    _plan_cookie(runtime, cookie_value(runtime, token, officer_id))
    remember_browser(runtime, context.login)
    return context


def sign_out() -> None:
    """End the browser's session and delete its cookie."""
    runtime = current_runtime()
    token = _cookie_token(runtime)
    run_write(runtime.engine, lambda session: accounts.close(session, runtime.tenant_id, token))
    g.officer, g.is_confirmed, g.factor, g.console_token = None, False, Factor.NONE, ""
    _plan_cookie(runtime, "")


def confirm(password: str, code: str = "") -> None:
    """Check the signed-in officer's password again; actions that need it are allowed for ten minutes.

    An officer with one-time codes must enter another code as well; one with passkeys alone answers by one.
    """
    runtime = current_runtime()
    if (officer := find_officer()) is None:
        raise AppError(ErrorCode.SESSION_UNKNOWN)
    second = None if asks_passkey() else code
    if asks_passkey():
        challenge, answer = (
            request.form.get(name, "") for name in (f"{PASSKEY_FIELD}_challenge", PASSKEY_FIELD)
        )
        check_passkey(challenge, answer, CONFIRM, officer.id)
    try:
        check_sign_in(runtime, officer.login, password, second, client=f"{SESSION}{officer.id}")
    except PasskeyNeededError:
        # With codes and passkeys the form asks for a code, which was left empty.
        raise AppError(ErrorCode.SIGN_IN_REFUSED) from None
    token, now = _cookie_token(runtime), runtime.clock.now()
    run_write(runtime.engine, lambda session: accounts.confirm(session, runtime.tenant_id, token, now))
    g.is_confirmed = True


def is_confirmed() -> bool:
    """Return whether the officer confirmed the password in the last ten minutes."""
    return find_officer() is not None and g.is_confirmed is True


def asks_code() -> bool:
    """Return whether the officer uses one-time codes, so that a confirmation needs a code."""
    return find_officer() is not None and g.factor is Factor.CODES


def asks_passkey() -> bool:
    """Return whether the officer has passkeys and no one-time codes, so that a confirmation needs one."""
    return find_officer() is not None and g.factor is Factor.PASSKEYS


def must_set_up_factor(lists: CodeLists) -> bool:
    """Return whether the signed-in officer has to set a second factor up before any other page opens."""
    officer, runtime = find_officer(), current_runtime()
    is_required = runtime.settings.second_factor == "required"
    return (
        is_required
        and officer is not None
        and owes_second_factor(officer.role, lists)
        and g.factor is Factor.NONE
    )


def password_refusal() -> tuple[int, str] | None:
    """Check the password of the form unless it was confirmed recently; return (status, text) of a refusal."""
    if is_confirmed():
        return None
    if not request.form.get("password"):
        # An empty field does not count as an attempt.
        return AppError(ErrorCode.SIGN_IN_REFUSED).status, _NO_PASSWORD
    try:
        confirm(request.form.get("password", ""), "".join(request.form.get(CODE_FIELD, "").split()))
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        if error.code is ErrorCode.SIGN_IN_REFUSED and g.factor is not Factor.NONE:
            return error.status, _CODE_REFUSED if asks_code() else _PASSKEY_REFUSED
        return error.status, _REFUSALS[error.code]
    return None


def find_officer() -> OfficerContext | None:
    """Return the officer of the browser's valid session, or None."""
    if "officer" not in g:
        g.officer, g.is_confirmed, g.factor = _look_up(current_runtime())
    officer = g.officer
    assert officer is None or isinstance(officer, OfficerContext)
    return officer


def forget_officer() -> None:
    """Answer the rest of this request without a session: the store of sessions cannot be read."""
    g.officer, g.is_confirmed, g.factor = None, False, Factor.NONE


def session_left_s() -> tuple[int, int]:
    """Return the seconds until the current session ends by idleness, and until it ends in any case."""
    idle_s, absolute_s = g.session_left_s
    return idle_s, absolute_s


def current_token() -> str:
    """Return the token of the browser's session."""
    return str(g.get("console_token") or _cookie_token(current_runtime()))


def csrf_token() -> str:
    """Return the CSRF token that every form and htmx request of this session must send."""
    return csrf_token_of(current_runtime(), current_token())


def csrf_token_of(runtime: Runtime, session_token: str) -> str:
    """Return the form token of a session: HMAC-SHA256 of its token, hexadecimal; empty without a session."""
    key, message = runtime.keyring.key(Purpose.FORM_TOKENS), session_token.encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest() if message else ""


def check_csrf() -> None:
    """Raise AppError(forbidden) for an unsafe request from another site; runs before every console view.

    Without a session (the sign-in form) only the browser's headers about the origin are checked.
    """
    if request.method in _SAFE_METHODS:
        return
    if not _is_same_site():
        raise AppError(ErrorCode.FORBIDDEN, problem="origin")
    if find_officer() is not None and not hmac.compare_digest(
        _sent_csrf_token().encode(), csrf_token().encode()
    ):
        raise AppError(ErrorCode.FORBIDDEN, problem="csrf_token")


def cookie_name(runtime: Runtime) -> str:
    """Return the name of the session cookie; the prefix on https enforces Secure, Path=/ and no Domain."""
    return "__Host-field178" if runtime.settings.is_https else "field178"


def cookie_value(runtime: Runtime, token: str, officer_id: str) -> str:
    """Return the value of the session cookie: the token, signed for its officer."""
    return f"{token}.{_signatures(runtime, token, officer_id)[0]}"


def _look_up(runtime: Runtime) -> tuple[OfficerContext | None, bool, Factor]:
    token, now = _cookie_token(runtime), runtime.clock.now()
    if not token:
        return None, False, Factor.NONE
    with snapshot(runtime.engine) as session:
        browser_session = accounts.find(session, runtime.tenant_id, token, now)
        if browser_session is None or not _is_signed(runtime, token, browser_session.officer.officer_id):
            return None, False, Factor.NONE
        context, confirmed = (
            officers.context_within(browser_session.officer, browser_session.scopes),
            browser_session.is_confirmed(now),
        )
        is_used = BACKGROUND_HEADER not in request.headers and accounts.needs_touch(browser_session.row, now)
        g.session_left_s = accounts.left_s(
            browser_session.row, now if is_used else browser_session.row.last_seen_at, now
        )
        factor = _factor_of(browser_session.officer)
    if is_used:
        run_write(runtime.engine, lambda session: accounts.touch(session, runtime.tenant_id, token, now))
    return context, confirmed, factor


def _factor_of(officer: Officer) -> Factor:
    if officer.totp_secret is not None:
        return Factor.CODES
    return Factor.PASSKEYS if officer.passkey_count else Factor.NONE


def _cookie_token(runtime: Runtime) -> str:
    return request.cookies.get(cookie_name(runtime), "").partition(".")[0]


def _is_signed(runtime: Runtime, token: str, officer_id: str) -> bool:
    """Return whether the session cookie is signed for this officer; a row added by SQL has no such cookie."""
    signature = request.cookies.get(cookie_name(runtime), "").partition(".")[2].encode()
    own = _signatures(runtime, token, officer_id)
    return any(hmac.compare_digest(each.encode(), signature) for each in own)


def _signatures(runtime: Runtime, token: str, officer_id: str) -> list[str]:
    """Return the signature of a session's cookie by each server secret, newest first."""
    text = f"{runtime.tenant_id}|{officer_id}|{token}".encode()
    keys = runtime.keyring.keys(Purpose.BROWSER_SESSIONS)
    return [hmac.new(key, text, hashlib.sha256).hexdigest() for key in keys]


def _plan_cookie(runtime: Runtime, value: str) -> None:
    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            cookie_name(runtime),
            value,
            max_age=None if value else 0,
            path="/",
            secure=runtime.settings.is_https,
            httponly=True,
            samesite="Lax",
        )
        return response


def _is_same_site() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _sent_csrf_token() -> str:
    return request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
