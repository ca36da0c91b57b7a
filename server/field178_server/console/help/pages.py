"""The pages of the guides."""

from __future__ import annotations

from flask import Response, current_app, redirect, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.help.view import guide_of
from field178_server.console.shell.page import current_page, or_404


def own_guide() -> AnyResponse:
    """Redirect to the guide of the officer's own role."""
    return redirect(url_for("console.help.guide", role=current_page().officer.role))


def guide(role: str) -> Response:
    """Show the guide of a role; an address in it is a link if the officer may open it."""
    page = current_page()
    guide = or_404(guide_of(role, page.localizer.language, _opens))
    return page.render(
        "help/page.html",
        active="console.help.own_guide",
        guide=guide,
        role=role,
        is_own=role == page.officer.role,
    )


def _opens(path: str) -> bool:
    try:
        endpoint, _arguments = current_app.url_map.bind("").match(path.partition("?")[0])
    except HTTPException:
        return False
    return current_page().may(endpoint)
