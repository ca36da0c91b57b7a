"""The password once more, for acts that cannot be undone: asked on the act's own page."""

from __future__ import annotations

from flask import request

from field178_server.browser_session import confirm, is_confirmed
from field178_shared.errors import AppError, ErrorCode
from field178_shared.i18n import N_

_REFUSALS = {
    ErrorCode.SIGN_IN_REFUSED: N_("The password is not right. Check the keyboard (Telex) and Caps Lock."),
    ErrorCode.SLOW_DOWN: N_("Too many attempts. Wait a few minutes before the next one."),
}


def password_refusal() -> tuple[int, str] | None:
    """Check the officer's password once more, where it was not typed lately; return why not: status, text."""
    if is_confirmed():
        return None
    try:
        confirm(request.form.get("password", ""))
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return error.status, _REFUSALS[error.code]
    return None
