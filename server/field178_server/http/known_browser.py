"""Browsers in which an officer signed in before: guesses of strangers do not use up their attempts.

A signed cookie names the officer (OWASP: device cookies). It opens nothing; it has attempts of its own.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import after_this_request, request
from werkzeug.wrappers import Response

from field178_server.runtime import Runtime, new_token
from field178_server.security.keyring import Purpose

_LIFE_S = 180 * 24 * 3600


def known_browser_of(runtime: Runtime, login: str) -> str:
    """Return the id of this browser if the officer of a login signed in here before, else ""."""
    browser_id, _, signature = request.cookies.get(_name(runtime, login), "").partition(".")
    own = _signature(runtime, login, browser_id)
    return browser_id if browser_id and hmac.compare_digest(own.encode(), signature.encode()) else ""


def remember_browser(runtime: Runtime, login: str) -> None:
    """Set the cookie of a browser in which the officer of a login has just signed in."""
    browser_id = known_browser_of(runtime, login) or new_token()
    value = f"{browser_id}.{_signature(runtime, login, browser_id)}"

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            _name(runtime, login),
            value,
            max_age=_LIFE_S,
            path="/",
            secure=runtime.settings.is_https,
            httponly=True,
            samesite="Lax",
        )
        return response


def _name(runtime: Runtime, login: str) -> str:
    prefix = "__Host-" if runtime.settings.is_https else ""
    # By officer, because several share the computer of an office; the login itself stays out of the cookie.
    return f"{prefix}field178_known_{hashlib.sha256(login.encode()).hexdigest()[:12]}"


def _signature(runtime: Runtime, login: str, browser_id: str) -> str:
    text = f"field178-known-browser-v1|{runtime.tenant_id}|{login}|{browser_id}"
    return hmac.new(runtime.keyring.key(Purpose.KNOWN_BROWSERS), text.encode(), hashlib.sha256).hexdigest()
