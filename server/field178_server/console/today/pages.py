"""The first page."""

from __future__ import annotations

from flask import Response

from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.console.today.view import cards_of, notice_lines
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.notices.queries import own_notices
from field178_shared.text.formats import weekday_name
from field178_shared.time.clock import local_date


def index() -> Response:
    """Show what waits for this officer today; each line leads to where it is done."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    now = runtime.clock.now()
    day = local_date(now)
    with snapshot(runtime.engine) as session:
        cards = cards_of(session, officer, localizer, now)
        notices = own_notices(session, officer, now)
        layout = layout_of(session, officer, localizer)
    return render(
        "today/page.html",
        layout=layout,
        active="console.today.index",
        cards=cards,
        notices=notice_lines(notices, localizer),
        day=f"{weekday_name(day, localizer.language)}, {localizer.day(day)}",
    )
