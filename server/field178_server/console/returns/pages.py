"""The page of returns: what an agency owes, what every agency has sent, and what was entered."""

from __future__ import annotations

from datetime import date

from flask import Response, request, url_for

from field178_server.console.returns import view
from field178_server.console.returns.flashes import FLASHES
from field178_server.console.returns.reader import ReturnsReader, returns_reader, today_here
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import FilterLink, page_links, wanted_page
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import field_name, return_name, type_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.returns.queries import (
    MonthlyReturn,
    Reporter,
    agencies_without_account,
    find_return,
    months_asked,
    numbers_of_nobody,
    reporters_of,
    returns_owed,
    returns_seen,
)
from field178_server.records.paging import PageOfRows
from field178_server.records.stored_record import Stored
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.periods import months_after
from field178_shared.records.reading import text_of
from field178_shared.records.returns import MONTHLY_TYPES, RETURN_TYPES
from field178_shared.text.i18n import N_

PAGE_SIZE = 25
MONTHS_SHOWN = 12


def index() -> Response:
    """Show what is owed for the month, and the entries of a kind, the newest first."""
    officer, runtime, localizer = current_officer(), current_runtime(), Localizer(chosen_language())
    kind, flash, today = request.args.get("type", ""), take_flash(FLASHES), today_here()
    month = _month(today)
    with snapshot(runtime.engine) as session:
        reader = returns_reader(session, officer, localizer)
        every = returns_seen(session, reader.access)
        unit_id = reader.chosen()
        owed = _owed(reader, every, today, localizer)
        reporters: tuple[Reporter, ...] = ()
        sent: list[MonthlyReturn] = []
        if not reader.is_agency:
            reporters = _reporters(session, reader, localizer)
            sent = returns_owed(reporters, every, (month,), today, localizer.lists)
        done = find_return(session, reader.access, flash.record_id) if flash else None
        layout = layout_of(session, officer, localizer)
    shown_types = [one for one in RETURN_TYPES if not reader.is_agency or one in reader.types]
    only = request.args.get("unit", "")
    every = [one for one in every if only in ("", text_of(one.data, "unit_id"))]
    entries = [one for one in every if kind in ("", one.type)]
    page = PageOfRows.within(wanted_page(request.args.get("page", "")), PAGE_SIZE, len(entries))

    def href(number: int | None = None, wanted: str = kind) -> str:
        chosen = request.args.get("month") or None
        return url_for(
            "console.returns.index",
            unit=request.args.get("unit") or None,
            month=chosen,
            type=wanted or None,
            page=number,
        )

    months = [months_after(today.replace(day=1), -back) for back in range(MONTHS_SHOWN)]
    month_label = field_name(MONTHLY_TYPES[0], "month", localizer)
    missing = agencies_without_account(reporters, month, localizer.lists) if not reader.is_agency else ()
    return render(
        "returns/page.html",
        layout=layout,
        active="console.returns.index",
        flash=flash.text(type_name(done.type, localizer), localizer) if flash and done else "",
        reader=reader,
        agency=localizer.label(localizer.lists.agencies, reader.access.own_agency_id)
        if reader.is_agency
        else "",
        owed=view.owed_returns(owed, localizer, names_unit=len(reader.units) > 1),
        sends_monthly=any(one in MONTHLY_TYPES for one in reader.types),
        month=localizer.month(month),
        month_filter=(
            FilterField(
                "month",
                month_label,
                month.isoformat(),
                [(one.isoformat(), localizer.month(one)) for one in months],
                localizer.say(N_("This month")),
            ),
        ),
        unit_filter=(
            FilterField("unit", field_name(MONTHLY_TYPES[0], "unit_id", localizer), only, reader.units),
        )
        if len(reader.units) > 1
        else (),
        sent=view.sent_lines(sent, localizer),
        sent_count=localizer.number(sum(one.entry is not None for one in sent)),
        all_count=localizer.number(len(sent)),
        of_nobody=[return_name(one, localizer) for one in numbers_of_nobody(month, localizer.lists)]
        if not reader.is_agency
        else [],
        without_account=[localizer.label(localizer.lists.agencies, one) for one in missing],
        kinds=[
            FilterLink(href(wanted=wanted), label, wanted == kind, sum(wanted in ("", e.type) for e in every))
            for wanted, label in (
                ("", localizer.say(N_("All"))),
                *((one, type_name(one, localizer)) for one in shown_types),
            )
        ],
        adding=[(view.new_return_href(one, unit_id), localizer.say(view.ADD[one])) for one in reader.types]
        if unit_id
        else [],
        rows=view.return_lines(
            entries[page.offset : page.offset + page.size], localizer, names_agency=not reader.is_agency
        ),
        pages=page_links(page, href),
    )


def _owed(
    reader: ReturnsReader, entries: list[Stored], today: date, localizer: Localizer
) -> list[MonthlyReturn]:
    if not reader.is_agency:
        return []
    return returns_owed(reader.access.reporters, entries, months_asked(today), today, localizer.lists)


def _reporters(session: Session, reader: ReturnsReader, localizer: Localizer) -> tuple[Reporter, ...]:
    found = reporters_of(session, reader.access.tenant_id, localizer.lists, today_here())
    return tuple(one for one in found if reader.access.covers(one.agency_id, one.unit_id))


def _month(today: date) -> date:
    """Return the month of the address, else the one at hand."""
    wanted = request.args.get("month", "")
    if not wanted:
        return today.replace(day=1)
    try:
        return date.fromisoformat(wanted).replace(day=1)
    except ValueError:
        raise AppError(ErrorCode.NOT_FOUND) from None
