"""The pages of the guides."""

from __future__ import annotations

from flask import Response, current_app, redirect, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.help.view import guide_of
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_shared.errors import AppError, ErrorCode


def own_guide() -> AnyResponse:
    """Lead to the guide of the officer's own role."""
    return redirect(url_for("console.help.guide", role=current_officer().role))


def guide(role: str) -> Response:
    """Show the guide of one role; an address in it is a link where the reader's own role opens it."""
    officer, localizer = current_officer(), Localizer(chosen_language())
    shown = guide_of(role, localizer.language, lambda path: _opens(path, officer.role, localizer))
    if shown is None:
        raise AppError(ErrorCode.NOT_FOUND)
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
    return render(
        "help/page.html",
        layout=layout,
        active="console.help.own_guide",
        guide=shown,
        is_own=role == officer.role,
        roles=[
            (one, localizer.label(localizer.lists.roles, one), one == role) for one in localizer.lists.roles
        ],
    )


def _opens(path: str, role: str, localizer: Localizer) -> bool:
    try:
        endpoint, _arguments = current_app.url_map.bind("").match(path.partition("?")[0])
    except HTTPException:
        return False
    return may(role, endpoint, localizer.lists)
