"""Secrets that are shown once: a cookie of one minute carries them to the page behind the redirect.

Reloading that page neither repeats the action nor shows the secret again.
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
    if secret is None:
        return None

    @after_this_request
    def _forget(response: Response) -> Response:
        response.delete_cookie(f"field178_{name}", path=path, httponly=True, samesite="Strict")
        return response

    return secret
