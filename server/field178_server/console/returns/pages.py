"""Page of returns: missing returns of an agency, received returns of all agencies, stored entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from field178_server.console.records.entry_lines import EntryList, list_entries
from field178_server.console.returns.flashes import FLASHES
from field178_server.console.returns.reader import ReturnsReader, returns_reader
from field178_server.console.returns.view import (
    ADD,
    missing_first,
    new_return_href,
    owed_returns,
    return_lines,
    return_states,
)
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.field_labels import field_name, return_name, type_name
from field178_server.office.returns.queries import (
    MonthlyReturn,
    Reporter,
    agencies_without_account,
    find_return,
    months_asked,
    numbers_without_agency,
    reporters_of,
    returns_owed,
    returns_seen,
)
from field178_server.records.stored_record import Stored
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.periods import months_after
from field178_shared.records.reading import text_of
from field178_shared.records.returns import MONTHLY_TYPES, RETURN_TYPES
from field178_shared.text.i18n import N_

MONTHS_SHOWN = 12


def index() -> Response:
    """Show the missing returns of the month, and the entries of a kind, newest first."""
    page, flash = current_page(), take_flash(FLASHES)
    month = _month(page.today)
    with page.reading() as session:
        reader = returns_reader(session, page)
        entries = returns_seen(session, reader.access)
        reporters = () if reader.is_agency else _reporters(session, reader, page)
        written = find_return(session, reader.access, flash.record_id) if flash else None
    listed = _listed(reader, entries, page)
    return page.render(
        "returns/page.html",
        flash=flash.text(type_name(written.type, page.localizer), page.localizer)
        if flash and written
        else "",
        reader=reader,
        sends_monthly=any(name in MONTHLY_TYPES for name in reader.types),
        owed=owed_returns(_owed(reader, entries, page), page.localizer, names_unit=len(reader.units) > 1),
        month=month,
        month_filter=_month_filter(month, page),
        unit_filter=_unit_filter(reader, page),
        adding=_forms(reader, page),
        listed=listed,
        lines=return_lines(listed.entries, page.localizer, names_agency=not reader.is_agency),
        monthly=None if reader.is_agency else _monthly(reporters, entries, month, page),
    )


def _monthly(
    reporters: Iterable[Reporter], entries: Iterable[Stored], month: date, page: Page
) -> dict[str, object]:
    """Return the monthly returns of all agencies with their states, and the numbers without a reporter."""
    return {
        "sent": missing_first(returns_owed(reporters, entries, (month,), page.today, page.lists)),
        "states": return_states(page.localizer),
        "of_nobody": [
            return_name(word, page.localizer) for word in numbers_without_agency(month, page.lists)
        ],
        "without_account": agencies_without_account(reporters, month, page.lists),
    }


def _owed(reader: ReturnsReader, entries: Iterable[Stored], page: Page) -> list[MonthlyReturn]:
    if not reader.is_agency:
        return []
    return returns_owed(reader.access.reporters, entries, months_asked(page.today), page.today, page.lists)


def _listed(reader: ReturnsReader, entries: Iterable[Stored], page: Page) -> EntryList:
    """Return the entries of the unit, type and page of the address."""
    unit_id = request.args.get("unit", "")

    def href(record_type: str, number: int | None) -> str:
        return url_for(
            "console.returns.index",
            unit=unit_id or None,
            month=request.args.get("month") or None,
            type=record_type or None,
            page=number,
        )

    types = [name for name in RETURN_TYPES if not reader.is_agency or name in reader.types]
    of_unit = [entry for entry in entries if unit_id in ("", text_of(entry.data, "unit_id"))]
    return list_entries(of_unit, types, href, page.localizer)


def _month_filter(month: date, page: Page) -> Sequence[FilterField]:
    label = field_name(MONTHLY_TYPES[0], "month", page.localizer)
    months = [months_after(page.today.replace(day=1), -back) for back in range(MONTHS_SHOWN)]
    options = [(offered.isoformat(), page.localizer.month(offered)) for offered in months]
    return (FilterField("month", label, month.isoformat(), options, page.say(N_("This month"))),)


def _unit_filter(reader: ReturnsReader, page: Page) -> Sequence[FilterField]:
    if len(reader.units) < 2:
        return ()
    label = field_name(MONTHLY_TYPES[0], "unit_id", page.localizer)
    return (FilterField("unit", label, request.args.get("unit", ""), reader.units),)


def _forms(reader: ReturnsReader, page: Page) -> list[tuple[str, str]]:
    """Return address and text of the form of each type that the officer enters."""
    unit_id = reader.chosen()
    return [(new_return_href(name, unit_id), page.say(ADD[name])) for name in reader.types if unit_id]


def _reporters(session: Session, reader: ReturnsReader, page: Page) -> tuple[Reporter, ...]:
    reporters = reporters_of(session, page.tenant_id, page.lists, page.today)
    return tuple(
        reporter for reporter in reporters if reader.access.covers(reporter.agency_id, reporter.unit_id)
    )


def _month(today: date) -> date:
    """Return the month of the address, by default the current one."""
    text = request.args.get("month", "")
    if not text:
        return today.replace(day=1)
    try:
        return date.fromisoformat(text).replace(day=1)
    except ValueError:
        raise AppError(ErrorCode.NOT_FOUND) from None
