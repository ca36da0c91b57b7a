"""List of follow-ups: overdue, due, closed."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request
from sqlalchemy.orm import Session

from field178_server.console.follow_ups import list_view
from field178_server.console.follow_ups.list_view import FollowUpQuery
from field178_server.console.records.flashes import ENTRY_FLASHES
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.page import Page, current_page
from field178_server.office.follow_ups.queries import count_overdue, follow_up_page
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import find_record
from field178_server.records.labels import establishment_names
from field178_server.records.projections.follow_up import NO_DAY
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_


def index() -> Response:
    """Show one page of a tab under the filters of the address."""
    page, flash = current_page(), take_flash(ENTRY_FLASHES)
    query = FollowUpQuery.read(request.args)
    filters = query.filter(page.tenant_id, page.access, page.today)
    with page.reading() as session:
        list_page = follow_up_page(session, filters, query.position)
        title = _establishment_name(session, page.tenant_id, page.access, flash.record_id) if flash else ""
    page.use_names(list_page.names)
    return page.render(
        "follow_ups/list.html",
        flash=flash.text(title or page.say(N_("the visit")), page.localizer) if flash else "",
        query=query,
        tabs=list_view.tabs(query, list_page, page),
        filters=list_view.filters(query, list_page, page),
        lines=list_view.due_lines(list_page, query, page),
        no_day=NO_DAY,
        first=replace(query, after="").list_href() if query.after else None,
        next=query.behind(list_page.next).list_href() if list_page.next else None,
        clear=FollowUpQuery(query.tab).list_href(),
    )


def overdue_entries(session: Session, page: Page) -> int:
    """Return the number of overdue entries of follow-ups in the scopes of the officer, for the menu."""
    return count_overdue(session, page.tenant_id, page.access, page.today)


def _establishment_name(session: Session, tenant_id: str, access: AccessFilter, visit_id: str) -> str:
    visit = find_record(session, tenant_id, visit_id)
    if visit is None or not access.holds(visit.scope):
        return ""
    record_id = text_of(visit.data, "establishment_id")
    return establishment_names(session, tenant_id, [record_id]).get(record_id, "")
