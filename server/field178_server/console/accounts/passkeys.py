"""The officer's own passkeys: add, rename, remove; challenges for forms that need one."""

from __future__ import annotations

from flask import Response, jsonify, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts import passkeys
from field178_server.accounts.passkeys import MAX_NAME
from field178_server.console.accounts import own_account
from field178_server.console.shell.form_actions import done, office
from field178_server.console.shell.page import current_page
from field178_server.database.tables.passkey import CONFIRM, REGISTER
from field178_server.database.unit_of_work import run_write
from field178_server.http.browser_session import must_set_up_factor, password_refusal
from field178_server.http.passkeys import check_new_passkey, options_for
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

_REFUSED = N_("The passkey was not accepted. Try again; if it goes on, use the authenticator instead.")
_NO_NAME = N_("Give it a name by which you know it again, at most 64 characters.")


def passkey_options() -> Response:
    """Return the options for a new passkey of the officer."""
    return jsonify(options_for(current_page().officer.id, REGISTER))


def passkey_challenge() -> Response:
    """Return the options for an answer that confirms a form."""
    return jsonify(options_for(current_page().officer.id, CONFIRM))


def add_passkey() -> AnyResponse:
    """Store a passkey that the browser made, after the password."""
    page, context, name = current_page(), office(), _typed_name()
    officer_id, is_first = page.officer.id, must_set_up_factor(page.lists)
    if not name:
        return _refused((422, _NO_NAME))
    if (refusal := password_refusal()) is not None:
        return _refused(refusal)
    try:
        new = check_new_passkey(
            request.form.get("new_passkey_challenge", ""), request.form.get("new_passkey", ""), officer_id
        )
        run_write(page.runtime.engine, lambda session: passkeys.add(session, context, officer_id, new, name))
    except AppError as error:
        if error.code not in (ErrorCode.SIGN_IN_REFUSED, ErrorCode.BAD_REQUEST):
            raise
        return _refused((422, _REFUSED))
    endpoint = "console.today.index" if is_first else "console.accounts.index"
    return done(url_for(endpoint), "passkey_added", officer_id)


def rename_passkey(passkey_id: str) -> AnyResponse:
    """Rename a passkey."""
    context, officer_id, name = office(), current_page().officer.id, _typed_name()
    if not name:
        return _refused((422, _NO_NAME))
    run_write(
        current_page().runtime.engine,
        lambda session: passkeys.rename(session, context, officer_id, passkey_id, name),
    )
    return done(url_for("console.accounts.index"), "passkey_renamed", officer_id)


def remove_passkey(passkey_id: str) -> AnyResponse:
    """Remove a passkey, unless it is the last second factor of a role that must have one."""
    page, context = current_page(), office()
    officer_id = page.officer.id
    if own_account.is_last_factor():
        return _refused((422, own_account.FACTOR_IS_DUTY))
    if (refusal := password_refusal()) is not None:
        return _refused(refusal)

    def remove(session: Session) -> None:
        passkeys.remove(session, context, officer_id, passkey_id)

    run_write(page.runtime.engine, remove)
    return done(url_for("console.accounts.index"), "passkey_removed", officer_id)


def _typed_name() -> str:
    name = " ".join(request.form.get("name", "").split())
    return name if len(name) <= MAX_NAME else ""


def _refused(refusal: tuple[int, str]) -> Response:
    """Return the page of the form again: the set-up, for who has no second factor yet, or the account."""
    if must_set_up_factor(current_page().lists):
        return own_account.setup_page(refusal)
    return own_account.account_page(refusal[0], {"passkeys": refusal[1]})
