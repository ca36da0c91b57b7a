"""The pages of the guides."""

from __future__ import annotations

from flask import Response, current_app, redirect, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.help.view import emergency_guide_of, emergency_titles, guide_of
from field178_server.console.shell.layout import render
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.shell.routes import find_route
from field178_server.http.browser_session import find_officer


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
        emergencies=emergency_titles(page.localizer.language),
    )


def emergency_guide(name: str) -> Response:
    """Show the guide of an emergency, also to a stranger: who lost the telephone cannot sign in."""
    language = chosen_language()
    guide = or_404(emergency_guide_of(name, language, _opens))
    others = [other for other in emergency_titles(language) if other[0] != name]
    if find_officer() is None:
        return render("help/emergency_unframed.html", guide=guide, others=others)
    return current_page().render(
        "help/emergency.html", active="console.help.own_guide", guide=guide, others=others
    )


def _opens(path: str) -> bool:
    try:
        endpoint, _arguments = current_app.url_map.bind("").match(path.partition("?")[0])
    except HTTPException:
        return False
    if find_officer() is None:
        route = find_route(endpoint)
        return route is not None and route.access.is_public
    return current_page().may(endpoint)
