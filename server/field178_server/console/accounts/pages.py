"""Sign-in and sign-out of the console."""

from __future__ import annotations

import json

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.accounts.own_tablets import after_sign_in
from field178_server.console.shell.layout import render
from field178_server.console.shell.preferences import chosen_language, local_path
from field178_server.console.text.localize import Localizer
from field178_server.database.tables.passkey import SIGN_IN
from field178_server.http import browser_session
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.passkeys import options_for
from field178_server.http.sign_in import PasskeyNeededError
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

SESSION_ENDED = N_("Your session has ended. Sign in again to go on where you were.")
_UNSENT = {
    "yes": N_("Your session has ended, so the form was not sent. Sign in again to go back to it."),
    "kept": N_(
        "Your session has ended, so the form was not sent. Sign in again to go back to it:"
        " what you typed is kept in this browser."
    ),
}


def sign_in_form() -> AnyResponse:
    """Show the sign-in form, or redirect an officer with a session."""
    if browser_session.find_officer() is not None:
        return redirect(local_path(request.args.get("next", "")), 303)
    has_ended = browser_session.cookie_name(current_runtime()) in request.cookies
    sentence = _UNSENT.get(request.args.get("unsent", ""), SESSION_ENDED if has_ended else None)
    # Nobody is signed in: there is no `Page`.
    notice = Localizer(chosen_language()).say(sentence) if sentence else None
    return _form(200, request.args.get("next", ""), notice=notice)


def sign_in() -> AnyResponse:
    """Check login and password; a refusal shows the form with the login and a remedy."""
    form = request.form
    try:
        browser_session.sign_in(form.get("login", "").strip(), form.get("password", ""), form.get("totp", ""))
    except PasskeyNeededError as needed:
        return _passkey_page(needed, form.get("next", ""))
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        text = Localizer(chosen_language()).say(_REFUSALS[error.code])
        response = _form(error.status, form.get("next", ""), text)
        if (wait := error.details.get("retry_after_s")) is not None:
            response.headers["Retry-After"] = str(wait)
        return response
    return redirect(after_sign_in(local_path(form.get("next", ""))), 303)


def sign_in_with_passkey() -> AnyResponse:
    """Open the session by the passkey that answers the challenge after a right password."""
    form = request.form
    try:
        browser_session.sign_in_with_passkey(form.get("passkey_challenge", ""), form.get("passkey", ""))
    except AppError as error:
        if error.code is not ErrorCode.SIGN_IN_REFUSED:
            raise
        text = Localizer(chosen_language()).say(_PASSKEY_REFUSED)
        return _form(error.status, form.get("next", ""), text)
    return redirect(after_sign_in(local_path(form.get("next", ""))), 303)


def _passkey_page(needed: PasskeyNeededError, next_path: str) -> Response:
    return render(
        "accounts/sign_in_passkey.html",
        200,
        next_path=next_path,
        has_codes=needed.has_codes,
        options=json.dumps(options_for(needed.officer_id, SIGN_IN)),
    )


def stay() -> Response:
    """Extend the session while an officer works on a page; return the seconds until it ends."""
    idle_s, absolute_s = browser_session.session_left_s()
    return jsonify(idle_s=idle_s, absolute_s=absolute_s, officer=current_officer().id)


def sign_out() -> AnyResponse:
    """End the session of this browser."""
    browser_session.sign_out()
    return redirect(url_for("console.accounts.sign_in_form"), 303)


def _form(status: int, next_path: str, error: str | None = None, notice: str | None = None) -> Response:
    return render(
        "accounts/sign_in.html",
        status,
        next_path=next_path,
        error=error,
        is_wrong=error is not None and status < 500,
        notice=notice,
        login=request.form.get("login", ""),
        has_code=bool(request.form.get("totp")),
    )


_PASSKEY_REFUSED = N_("The passkey was not accepted. Sign in again, with the device that has it.")
_REFUSALS = {
    ErrorCode.SIGN_IN_REFUSED: N_(
        "The login, the password or the code is not right. Check the keyboard (Telex) and Caps Lock."
    ),
    ErrorCode.SLOW_DOWN: N_("Too many attempts. Wait a few minutes before the next one."),
    ErrorCode.BUSY: N_("Many people are signing in right now. Type the password again in some seconds."),
}
