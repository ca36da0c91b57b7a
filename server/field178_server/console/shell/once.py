"""Secrets that are shown once: from the form to the page behind the redirect, in a cookie of a minute.

Loading the page again asks for nothing a second time, and shows nothing a second time.
"""

from __future__ import annotations

from flask import after_this_request, redirect, request
from werkzeug.wrappers import Response

_LIFE_S = 60


def show_once(href: str, name: str, secret: str) -> Response:
    """Redirect to the page that shows the secret."""
    response = redirect(href, 303)
    response.set_cookie(
        f"field178_{name}",
        secret,
        max_age=_LIFE_S,
        path=href,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return response


def take_shown_once(name: str) -> str | None:
    """Return the secret that a form has left for this page, and forget it."""
    secret, path = request.cookies.get(f"field178_{name}"), request.path

    @after_this_request
    def _forget(response: Response) -> Response:
        response.delete_cookie(f"field178_{name}", path=path, httponly=True, samesite="Strict")
        return response

    return secret
