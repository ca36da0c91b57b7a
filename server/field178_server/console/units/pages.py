"""Pages of the reform: entries in communes that ended, and their move to the successors."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.lists import ListAddress
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.units.flashes import FLASHES
from field178_server.console.units.view import entry_line
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.queue import add, under_way
from field178_server.office.establishments.queries import RegisterQuery, register_page
from field178_server.office.notices.reform import announce_reform
from field178_server.office.units.jobs import UNIT_ID, UNIT_MOVE
from field178_server.office.units.operations import reassign
from field178_server.office.units.queries import (
    EndedUnit,
    ended_units,
    entries_after_end,
    heir_of,
    teams_of_ended_units,
)
from field178_server.records.keyset import PageStart
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.commune import DAY_OF_ENTRY

MOVED = "entries_reassigned"
CHOSEN = "unit-of-"
_MENU = "console.establishments.index"


def index() -> Response:
    """Show the communes that ended with entries in them, and the teams without their successors."""
    page = current_page()
    with page.reading() as session:
        units = ended_units(session, page.tenant_id, page.access, page.lists, page.today)
        teams = teams_of_ended_units(session, page.tenant_id, page.access, page.lists, page.today)
        late = entries_after_end(session, page.tenant_id, page.access, page.lists)
        job_id = under_way(session, page.tenant_id, UNIT_MOVE)
    return page.render(
        "units/list.html",
        active=_MENU,
        units=units,
        teams=teams,
        late=late,
        day_of_entry=DAY_OF_ENTRY,
        job_id=job_id,
        flash=page.flash_text(FLASHES),
    )


def entries(unit_id: str) -> Response:
    """Show the entries of a commune that ended, each with the communes that it may lie in now."""
    return _entries_page(_ended(unit_id))


def reassign_entries(unit_id: str) -> AnyResponse:
    """Move the entries that a commune was chosen for."""
    ended = _ended(unit_id)
    chosen = {
        name.removeprefix(CHOSEN): value
        for name, value in request.form.items()
        if name.startswith(CHOSEN) and value
    }
    if not chosen:
        return _entries_page(ended, is_empty=True)

    def work(session: Session) -> None:
        reassign(session, office(), current_page().access, unit_id, chosen, announce_reform)

    attempt(work, {})
    left = ended.entry_count - len(chosen)
    page = url_for("console.units.entries", unit_id=unit_id) if left > 0 else url_for("console.units.index")
    return done(page, MOVED, next(iter(chosen)))


def move_all() -> AnyResponse:
    """Move every entry of every commune that another took over as a whole, a job each."""
    page = current_page()

    def work(session: Session) -> None:
        for unit in ended_units(session, page.tenant_id, page.access, page.lists, page.today):
            if unit.heir is not None and page.access.holds(f"unit:{unit.heir}"):
                add(session, office(), UNIT_MOVE, {UNIT_ID: unit.unit_id})

    run_write(page.runtime.engine, work)
    return redirect(url_for("console.units.index"), 303)


def move(unit_id: str) -> AnyResponse:
    """Move every entry of a commune to the one that took it over as a whole, as a job."""
    _ended(unit_id)
    page = current_page()
    heir = heir_of(page.lists, unit_id)
    if heir is None or not page.access.holds(f"unit:{heir}"):
        raise AppError(ErrorCode.NOT_FOUND)
    job_id = run_write(
        page.runtime.engine, lambda session: add(session, office(), UNIT_MOVE, {UNIT_ID: unit_id})
    )
    return redirect(url_for("console.jobs.detail", job_id=job_id), 303)


def _entries_page(unit: EndedUnit, *, is_empty: bool = False) -> Response:
    page = current_page()
    text = request.args.get("q", "")[:100]
    query = RegisterQuery(page.tenant_id, page.access, text, unit.unit_id)
    address = ListAddress("console.units.entries", ("q",), path={"unit_id": unit.unit_id})
    with page.reading() as session:
        register = register_page(session, query, PageStart.read(request.args))
    return page.render(
        "units/entries.html",
        422 if is_empty else 200,
        active=_MENU,
        unit=unit,
        ended_on=page.lists.units[unit.unit_id].valid_to,
        entries=[entry_line(row, unit.successors) for row in register.rows],
        text=text,
        links=address.pages(register.page),
        chosen_name=CHOSEN,
        is_empty=is_empty,
        flash=page.flash_text(FLASHES),
    )


def _ended(unit_id: str) -> EndedUnit:
    """Return a commune that ended and has entries still, or raise AppError(not_found)."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        units = ended_units(session, page.tenant_id, page.access, page.lists, page.today)
    return or_404(next((unit for unit in units if unit.unit_id == unit_id), None))
