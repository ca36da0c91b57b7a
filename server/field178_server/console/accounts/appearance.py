"""Choice of language and appearance, kept in two cookies for a year."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from field178_server.console.shell.preferences import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, local_path
from field178_shared.text.i18n import LANGUAGES

_YEAR_S = 365 * 24 * 3600


def set_preferences() -> Response:
    """Store the chosen language or appearance and redirect back to the page."""
    response = redirect(local_path(request.form.get("back", "")), 303)
    if (language := request.form.get("language", "")) in LANGUAGES:
        _keep(response, LANGUAGE_COOKIE, language)
    if (theme := request.form.get("theme", "")) in THEMES:
        _keep(response, THEME_COOKIE, theme)
    return response


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_YEAR_S, path="/", httponly=True, samesite="Lax", secure=request.is_secure
    )
