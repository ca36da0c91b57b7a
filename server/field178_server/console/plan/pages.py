"""Pages of the plan: the year with its quotas and planned visits, the calendar, one planned visit."""

from __future__ import annotations

from datetime import date

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts.officers import OfficerContext
from field178_server.console.plan import view
from field178_server.console.plan.flashes import FLASHES
from field178_server.console.plan.view import PlanQuery
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import page_links, wanted_page
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.plan.progress import PlanReader
from field178_server.office.plan.queries import YearPlan, item_page, year_plan
from field178_server.records.access import access_of
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import parse_whole_number
from field178_shared.time.clock import local_date

YEARS = range(2000, 10_000)


def index() -> AnyResponse:
    """Go to the plan of this year."""
    return redirect(url_for("console.plan.year_page", year=today().year))


def year_page(year: int) -> Response:
    """Show the quotas of a year against what was done, and the planned visits under the filters."""
    officer, runtime, plain = current_officer(), current_runtime(), Localizer(chosen_language())
    query, reader = PlanQuery.read(known_year(year), request.args), reader_of(officer)
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        found = year_plan(session, reader, year)
        page = item_page(session, reader, found, query.filter(), wanted_page(request.args.get("page", "")))
        layout = layout_of(session, officer, plain)
        named = names_of(session, runtime.tenant_id, _teams_named(found))
    localizer = Localizer(plain.language, page.names)
    return render(
        "plan/year.html",
        layout=layout,
        active="console.plan.index",
        flash=flash.text("", plain) if flash else "",
        year=year,
        plan=found.plan,
        issued_on=localizer.day(found.plan.issued_on) if found.plan.issued_on else "",
        quotas=view.quota_lines(found, Localizer(plain.language, named), reader),
        states=view.state_links(query, found, localizer),
        filters=view.filters(query, found, localizer),
        query=query,
        rows=view.item_lines(page, localizer),
        pages=page_links(page.page, query.href),
        clear=PlanQuery(year).href(),
        may_plan=may_plan(officer),
    )


def calendar() -> Response:
    """Show how much of each month's plan each team has done."""
    officer, runtime, plain = current_officer(), current_runtime(), Localizer(chosen_language())
    reader = reader_of(officer)
    year = known_year(parse_whole_number(request.args.get("year", ""), 4) or reader.today.year)
    with snapshot(runtime.engine) as session:
        found = year_plan(session, reader, year)
        layout = layout_of(session, officer, plain)
        names = names_of(session, runtime.tenant_id, {one.item.team_id for one in found.items})
    localizer = Localizer(plain.language, names)
    return render(
        "plan/calendar.html",
        layout=layout,
        active="console.plan.index",
        year=year,
        months=[view.month_name(month, localizer) for month in view.MONTHS],
        this_month=reader.today.month if reader.today.year == year else 0,
        rows=view.calendar(found, localizer),
        may_plan=may_plan(officer),
    )


def reader_of(officer: OfficerContext) -> PlanReader:
    """Return what this officer may read of the plan; who plans knows of unannounced visits early."""
    access = access_of(officer.role, officer.scopes)
    return PlanReader(officer.tenant_id, access, today(), may_plan(officer))


def may_plan(officer: OfficerContext) -> bool:
    """Tell whether an officer may change the plan."""
    return may(officer.role, "console.plan.add", Localizer(chosen_language()).lists)


def known_year(year: int) -> int:
    """Return a year that a plan can have; another one is not there."""
    if year not in YEARS:
        raise AppError(ErrorCode.NOT_FOUND)
    return year


def today() -> date:
    """Return the day at hand in Việt Nam."""
    return local_date(current_runtime().clock.now())


def layout_in(session: Session) -> object:
    """Return the layout of the officer who is signed in."""
    return layout_of(session, current_officer(), Localizer(chosen_language()))


def _teams_named(found: YearPlan) -> set[str]:
    return {one.quota.team_id for one in found.quotas if one.quota.team_id}
