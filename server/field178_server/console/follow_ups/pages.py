"""The list of what visits began: overdue, due, closed."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request

from field178_server.console.follow_ups import list_view
from field178_server.console.follow_ups.list_view import FollowUpQuery
from field178_server.console.records.flashes import ENTRY_FLASHES
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.follow_ups.queries import follow_up_page
from field178_server.records.access import AccessFilter, access_of
from field178_server.records.find_record import find_record
from field178_server.records.labels import establishment_names
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date


def index() -> Response:
    """Show one page of a part, under the filters of the address."""
    runtime, officer = current_runtime(), current_officer()
    query, today = FollowUpQuery.read(request.args), local_date(runtime.clock.now())
    access = access_of(officer.role, officer.scopes)
    plain = Localizer(chosen_language())
    flash = take_flash(ENTRY_FLASHES)
    with snapshot(runtime.engine) as session:
        page = follow_up_page(session, query.filter(runtime.tenant_id, access, today), query.position)
        layout = layout_of(session, officer, plain)
        name = _place_of(session, runtime.tenant_id, access, flash.record_id) if flash else ""
    localizer = Localizer(plain.language, page.names)
    return render(
        "follow_ups/list.html",
        layout=layout,
        active="console.follow_ups.index",
        flash=flash.text(name or localizer.say(N_("the visit")), localizer) if flash else "",
        query=query,
        tabs=list_view.tabs(query, page, localizer),
        filters=list_view.filters(query, page, localizer),
        rows=list_view.lines_of(page, query, localizer, today),
        may_enter=may(officer.role, "console.follow_ups.enter", localizer.lists),
        first=replace(query, after="").list_href() if query.after else None,
        next=query.behind(page.next).list_href() if page.next else None,
        clear=FollowUpQuery(query.tab).list_href(),
    )


def _place_of(session: Session, tenant_id: str, access: AccessFilter, visit_id: str) -> str:
    visit = find_record(session, tenant_id, visit_id)
    if visit is None or not access.holds(visit.scope):
        return ""
    place = text_of(visit.data, "establishment_id")
    return establishment_names(session, tenant_id, [place]).get(place, "")
