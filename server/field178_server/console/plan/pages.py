"""Pages of the plan: the year with its quotas and planned visits, and the calendar."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.plan import view
from field178_server.console.plan.flashes import FLASHES
from field178_server.console.plan.view import PlanQuery
from field178_server.console.shell.links import page_links, requested_page
from field178_server.console.shell.page import Page, current_page
from field178_server.office.plan.progress import PlanReader
from field178_server.office.plan.queries import item_page, year_plan
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import parse_whole_number

YEARS = range(2000, 10_000)


def index() -> AnyResponse:
    """Go to the plan of this year."""
    return redirect(url_for("console.plan.year_page", year=current_page().today.year))


def year_page(year: int) -> Response:
    """Show the quotas of a year with their progress, and the planned visits under the filters."""
    page = current_page()
    query, reader = PlanQuery.read(checked_year(year), request.args), plan_reader(page)
    with page.reading() as session:
        plan = year_plan(session, reader, year)
        items = item_page(session, reader, plan, query.filter(), requested_page(request.args.get("page", "")))
        quota_teams = {progress.quota.team_id for progress in plan.quotas if progress.quota.team_id}
        named = names_of(session, page.tenant_id, quota_teams)
    page.use_names(named | items.names)
    return page.render(
        "plan/year.html",
        flash=page.flash_text(FLASHES),
        year=year,
        plan=plan.plan,
        quotas=view.quota_lines(plan, reader, page.localizer),
        state_links=view.state_links(query, plan, page.localizer),
        filters=view.filters(query, plan, page.localizer),
        query=query,
        visits=items.rows,
        states=view.state_labels(page.localizer),
        pages=page_links(items.page, query.href),
        is_locked=not reader.keys,
    )


def calendar() -> Response:
    """Show how much of each month's plan each team has done."""
    page = current_page()
    reader = plan_reader(page)
    year = checked_year(parse_whole_number(request.args.get("year", ""), 4) or page.today.year)
    with page.reading() as session:
        plan = year_plan(session, reader, year)
        names = names_of(session, page.tenant_id, {visit.item.team_id for visit in plan.items})
    page.use_names(names)
    return page.render(
        "plan/calendar.html",
        year=year,
        this_month=page.today.month if page.today.year == year else 0,
        rows=view.calendar(plan, page.localizer),
    )


def plan_reader(page: Page) -> PlanReader:
    """Return the access to the plan; planners see unannounced visits before their window."""
    is_office, keys = page.may("console.plan.add"), page.runtime.plan_key.keys()
    return PlanReader(page.tenant_id, page.access, page.today, is_office, keys)


def checked_year(year: int) -> int:
    """Return a year that a plan can have, or raise AppError(not_found)."""
    if year not in YEARS:
        raise AppError(ErrorCode.NOT_FOUND)
    return year
