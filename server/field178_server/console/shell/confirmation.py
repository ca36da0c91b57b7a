"""Confirmation of the password before a download: a link has no field for it, so a page asks for it."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from field178_server.http.browser_session import is_confirmed


def ask_before_file(back: str) -> Response | None:
    """Return the redirect to the page that asks the password; None if it was typed lately."""
    if is_confirmed():
        return None
    return redirect(
        url_for("console.accounts.confirm_form", next=request.full_path.rstrip("?"), back=back), 303
    )
