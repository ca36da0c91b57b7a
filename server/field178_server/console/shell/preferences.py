"""Language and appearance of one browser, kept in two cookies for a year."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from field178_server.console.shell.blueprint import console
from field178_server.http.browser_session import find_officer
from field178_shared.text.i18n import LANGUAGES

LANGUAGE_COOKIE = "field178_language"
THEME_COOKIE = "field178_theme"
THEMES = ("auto", "light", "dark")
_YEAR_S = 365 * 24 * 3600


@console.post("/preferences")
def set_preferences() -> Response:
    """Keep the chosen language or appearance and go back to the page it was chosen on."""
    response = redirect(local_path(request.form.get("back", "")), 303)
    if (language := request.form.get("language", "")) in LANGUAGES:
        _keep(response, LANGUAGE_COOKIE, language)
    if (theme := request.form.get("theme", "")) in THEMES:
        _keep(response, THEME_COOKIE, theme)
    return response


def chosen_language() -> str:
    """Return the language of this browser, else of its officer, else of the server."""
    officer = find_officer()
    wished = (request.cookies.get(LANGUAGE_COOKIE), officer.language if officer else None)
    fallback = str(current_app.config["FIELD178_LANGUAGE"])
    return next((language for language in wished if language in LANGUAGES), fallback)


def chosen_theme() -> str:
    """Return light, dark, or auto: whatever the system says."""
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def local_path(wanted: str) -> str:
    """Return a path of this server; anything that leads elsewhere becomes the first page."""
    parts = urlsplit(wanted)
    is_local = not parts.scheme and not parts.netloc and wanted.startswith("/")
    unsafe = wanted.startswith("//") or "\\" in wanted or any(ord(character) < 32 for character in wanted)
    return wanted if is_local and not unsafe else url_for("console.home")


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_YEAR_S, path="/", httponly=True, samesite="Lax", secure=request.is_secure
    )
