"""Page on which an officer chooses a password; the link with its token is the only access check.

While an access request is open the password waits with it. The officer's present password puts it into
effect; otherwise a second person does, to whom the officer reads out six digits that are shown once.
"""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import access_requests, operations, password_link
from field178_server.accounts.password_link import LinkTarget
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.console.accounts.new_password import problem_of
from field178_server.console.accounts.own_account import PASSWORD_REFUSALS
from field178_server.console.shell.layout import render
from field178_server.console.shell.once import show_once, take_shown_once
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.tables.access import PASSWORD
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.sign_in import check_sign_in
from field178_server.office.access_requests.operations import accept
from field178_server.security.keyring import Purpose
from field178_shared.codelists import load
from field178_shared.errors import AppError

_CODE = "check_code"


def choose_password_form(token: str) -> Response:
    """Show the form of a password, the digits of a chosen one, or that the link expired or was used."""
    return _page(token, code=take_shown_once(_CODE) or "")


def choose_password(token: str) -> AnyResponse:
    """Store the password; it works at once, or waits for the present password or a second person."""
    runtime = current_runtime()
    login, has_present = _owner_of(token)
    if not login:
        return _page(token)
    present = request.form.get("present", "") if has_present else ""
    chosen = request.form.get("password", "")
    problem = problem_of(chosen, request.form.get("again", ""), login) or _refusal_of(login, present)
    if problem:
        # Nobody is signed in: there is no `Page`.
        return _page(token, Localizer(chosen_language()).say(problem))
    # Outside the transaction: a hash takes 0.4 s.
    stored = runtime.passwords.hash(chosen)
    code = run_write(
        runtime.engine, lambda session: _store(session, token, stored, is_accepted=bool(present))
    )
    if code is None:
        return _page(token)
    if code:
        return show_once(url_for("console.accounts.choose_password_form", token=token), _CODE, code)
    return redirect(url_for("console.accounts.sign_in_form"), 303)


def _store(session: Session, token: str, password_hash: str, *, is_accepted: bool) -> str | None:
    """Return the digits of a password that waits, "" for one in force, None for a used link."""
    runtime, target = current_runtime(), _target(session, token)
    if target is None:
        return None
    actor = Actor("officer", target.officer.officer_id)
    context = OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), actor)
    operations.choose_password(session, context, target, password_hash)
    if target.request is None:
        return ""
    if is_accepted:
        accept(session, context, target.request.request_id, by_mail=runtime.settings.sends_mail)
        return ""
    return access_requests.check_code(runtime.keyring.key(Purpose.PASSWORD_LINKS), target.request)


def _refusal_of(login: str, present: str) -> str | None:
    """Return the sentence about a typed present password that is refused, or None."""
    if not present:
        return None
    try:
        check_sign_in(current_runtime(), login, present, None)
    except AppError as error:
        if error.code not in PASSWORD_REFUSALS:
            raise
        return PASSWORD_REFUSALS[error.code]
    return None


def _target(session: Session, token: str) -> LinkTarget | None:
    runtime = current_runtime()
    key, now = runtime.keyring.key(Purpose.PASSWORD_LINKS), runtime.clock.now()
    return password_link.find_target(session, runtime.tenant_id, key, token, now)


def _owner_of(token: str) -> tuple[str, bool]:
    """Return the login of a link ("" for a worthless one), and whether its present password is in force."""
    with snapshot(current_runtime().engine) as session:
        target = _target(session, token)
        if target is None:
            return "", False
        has_present = target.request is not None and target.request.kind == PASSWORD
        return target.officer.login, has_present and target.officer.password_hash is not None


def _is_waiting(token: str) -> bool:
    runtime = current_runtime()
    key, now = runtime.keyring.key(Purpose.PASSWORD_LINKS), runtime.clock.now()
    with snapshot(runtime.engine) as session:
        return password_link.is_waiting(session, runtime.tenant_id, key, token, now)


def _page(token: str, error: str = "", code: str = "") -> Response:
    login, has_present = _owner_of(token)
    is_waiting = not login and not code and _is_waiting(token)
    return render(
        "accounts/choose_password.html",
        422 if error else 200 if login or code or is_waiting else 404,
        login=login,
        has_present=has_present,
        is_waiting=is_waiting,
        token=token,
        code=code,
        error=error,
    )
