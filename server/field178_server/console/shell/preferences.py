"""Language and appearance of one browser, kept in two cookies for a year."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request, url_for

from field178_server.http.browser_session import find_officer
from field178_shared.text.i18n import LANGUAGES

LANGUAGE_COOKIE = "field178_language"
THEME_COOKIE = "field178_theme"
THEMES = ("auto", "light", "dark")


def chosen_language() -> str:
    """Return the language of this browser, else of its officer, else of the server."""
    officer = find_officer()
    wished = (request.cookies.get(LANGUAGE_COOKIE), officer.language if officer else None)
    fallback = str(current_app.config["FIELD178_LANGUAGE"])
    return next((language for language in wished if language in LANGUAGES), fallback)


def chosen_theme() -> str:
    """Return the colour theme of this browser: light, dark, or auto for that of the system."""
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def local_path(path: str) -> str:
    """Return a path of this server; the first page for an address of another server."""
    parts = urlsplit(path)
    is_local = not parts.scheme and not parts.netloc and path.startswith("/")
    unsafe = path.startswith("//") or "\\" in path or any(ord(character) < 32 for character in path)
    return path if is_local and not unsafe else url_for("console.today.index")
