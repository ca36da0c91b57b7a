"""Pages of the reform: what is still in communes that ended, and its move to those that followed."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import attempt, done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import with_query
from field178_server.console.shell.policy import own_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.console.units import view
from field178_server.console.units.flashes import FLASHES
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.jobs.queue import add, under_way
from field178_server.office.establishments.queries import RegisterQuery, RegisterRow, register_page
from field178_server.office.notices.reform import announce_reform
from field178_server.office.units.jobs import UNIT_ID, UNIT_MOVE
from field178_server.office.units.operations import reassign
from field178_server.office.units.queries import (
    EndedUnit,
    ended_units,
    entries_after_end,
    heir_of,
    successors_of,
    teams_of_ended_units,
)
from field178_server.records.keyset import KeysetPage, PageStart
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import local_date

MOVED = "entries_reassigned"
CHOSEN = "unit-of-"


def index() -> Response:
    """Show the communes that ended with entries still in them, and the teams that lack what followed."""
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    flash = take_flash(FLASHES)
    lists, today = localizer.lists, local_date(runtime.clock.now())
    with snapshot(runtime.engine) as session:
        found = ended_units(session, runtime.tenant_id, own_access(), lists, today)
        teams = teams_of_ended_units(session, runtime.tenant_id, own_access(), lists, today)
        late = entries_after_end(session, runtime.tenant_id, own_access(), lists)
        running = under_way(session, runtime.tenant_id, UNIT_MOVE)
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "units/list.html",
        layout=layout,
        active="console.establishments.index",
        units=[view.unit_line(one, localizer) for one in found],
        teams=[view.team_line(one, localizer) for one in teams],
        late=[view.late_entry_line(one, localizer) for one in late],
        running=url_for("console.jobs.detail", job_id=running) if running else "",
        flash=flash.text("", localizer) if flash else "",
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
        reassign(session, office(), own_access(), unit_id, chosen, announce_reform)

    attempt(work, {})
    left = ended.entry_count - len(chosen)
    page = url_for("console.units.entries", unit_id=unit_id) if left > 0 else url_for("console.units.index")
    return done(page, MOVED, next(iter(chosen)))


def move_all() -> AnyResponse:
    """Move every entry of every commune that another took over as a whole, a job each."""
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    today = local_date(runtime.clock.now())

    def work(session: Session) -> None:
        for one in ended_units(session, runtime.tenant_id, own_access(), localizer.lists, today):
            if one.heir is not None and own_access().holds(f"unit:{one.heir}"):
                add(session, office(), UNIT_MOVE, {UNIT_ID: one.unit_id})

    run_write(runtime.engine, work)
    return redirect(url_for("console.units.index"), 303)


def move(unit_id: str) -> AnyResponse:
    """Move every entry of a commune to the one that took it over as a whole, as a job."""
    _ended(unit_id)
    runtime, lists = current_runtime(), Localizer(chosen_language()).lists
    heir = heir_of(lists, unit_id)
    if heir is None or not own_access().holds(f"unit:{heir}"):
        raise AppError(ErrorCode.NOT_FOUND)
    job_id = run_write(runtime.engine, lambda session: add(session, office(), UNIT_MOVE, {UNIT_ID: unit_id}))
    return redirect(url_for("console.jobs.detail", job_id=job_id), 303)


def _entries_page(ended: EndedUnit, *, is_empty: bool = False) -> Response:
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    flash = take_flash(FLASHES)
    text = request.args.get("q", "")[:100]
    query = RegisterQuery(runtime.tenant_id, own_access(), text, ended.unit_id)
    with snapshot(runtime.engine) as session:
        page = register_page(session, query, PageStart.read(request.args))
        layout = layout_of(session, current_officer(), localizer)
    successors = successors_of(localizer.lists, ended.unit_id)
    return render(
        "units/entries.html",
        422 if is_empty else 200,
        layout=layout,
        active="console.establishments.index",
        unit=view.unit_line(ended, localizer),
        options=[(one, localizer.label(localizer.lists.units, one)) for one in successors],
        rows=[view.entry_line(row, successors, localizer) for row in page.rows],
        total=page.total,
        text=text,
        links=_links(ended.unit_id, text, page.page),
        chosen_name=CHOSEN,
        is_empty=is_empty,
        flash=flash.text("", localizer) if flash else "",
    )


def _links(unit_id: str, text: str, page: KeysetPage[RegisterRow]) -> dict[str, str]:
    """Return the addresses of the pages beside this one; empty: not there."""
    address = url_for("console.units.entries", unit_id=unit_id)
    return {
        name: with_query(
            address,
            urlencode({key: value for key, value in ({"q": text} | dict(place.parameters)).items() if value}),
        )
        if place is not None
        else ""
        for name, place in page.places.items()
    }


def _ended(unit_id: str) -> EndedUnit:
    """Return a commune that ended and has entries still, or raise AppError(not_found)."""
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        today = local_date(runtime.clock.now())
        found = ended_units(session, runtime.tenant_id, own_access(), localizer.lists, today)
    ended = next((one for one in found if one.unit_id == unit_id), None)
    if ended is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return ended
