"""Page on which an officer chooses a password; the link with its token is the only access check."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import operations, password_link
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.console.accounts.new_password import problem_of
from field178_server.console.shell.layout import render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.security.keyring import Purpose
from field178_shared.codelists import load


def choose_password_form(token: str) -> Response:
    """Show the form of a password, or that the link has expired or was used."""
    return _page(token)


def choose_password(token: str) -> AnyResponse:
    """Set the password and redirect to the sign-in."""
    runtime = current_runtime()
    login = _login_of(token)
    if login is None:
        return _page(token)
    chosen = request.form.get("password", "")
    if problem := problem_of(chosen, request.form.get("again", ""), login):
        # Nobody is signed in: there is no `Page`.
        return _page(token, Localizer(chosen_language()).say(problem))
    # Outside the transaction: a hash takes 0.4 s.
    stored = runtime.passwords.hash(chosen)

    def choose(session: Session) -> bool:
        key, now = runtime.keyring.key(Purpose.PASSWORD_LINKS), runtime.clock.now()
        officer = password_link.find_officer(session, runtime.tenant_id, key, token, now)
        if officer is None:
            return False
        actor = Actor("officer", officer.officer_id)
        context = OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), actor)
        operations.choose_password(session, context, officer.officer_id, stored)
        return True

    return (
        redirect(url_for("console.accounts.sign_in_form"), 303)
        if run_write(runtime.engine, choose)
        else _page(token)
    )


def _login_of(token: str) -> str | None:
    runtime = current_runtime()
    key, now = runtime.keyring.key(Purpose.PASSWORD_LINKS), runtime.clock.now()
    with snapshot(runtime.engine) as session:
        officer = password_link.find_officer(session, runtime.tenant_id, key, token, now)
        return officer.login if officer else None


def _page(token: str, error: str = "") -> Response:
    login = _login_of(token)
    return render(
        "accounts/choose_password.html",
        422 if error else 200 if login else 404,
        login=login,
        token=token,
        error=error,
    )
