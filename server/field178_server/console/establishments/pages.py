"""Pages of the register of establishments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.components.export_link import export_href
from field178_server.console.components.saved_views import saved_views
from field178_server.console.components.table_files import Cell, TableFile, table_response
from field178_server.console.establishments.file_view import TYPE, file_view, status_label
from field178_server.console.establishments.flashes import FLASHES
from field178_server.console.establishments.merge_pages import double_lines
from field178_server.console.establishments.register_points import map_legend, register_points
from field178_server.console.records.record_view import record_view
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import MAP_VIEW, FilterField, ListAddress
from field178_server.console.shell.maps import map_of, point_filter, points_answer, wanted_point
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.shell.readings import note_reading
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer, address_text
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.establishments.file import establishment_file
from field178_server.office.establishments.map import register_map
from field178_server.office.establishments.queries import (
    RegisterQuery,
    RegisterRow,
    register_page,
    register_rows,
)
from field178_server.office.reviews.record import merge_target_within, record_page
from field178_server.records.access import access_of
from field178_server.records.keyset import PageStart
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One establishment as the table shows it."""

    record_id: str
    name: str
    kind: str
    address: str
    status: StateLabel


@dataclass(frozen=True, slots=True)
class EntryAction:
    """A link to what can be done with an entry."""

    label: str
    href: str


def index() -> Response:
    """Show the register, searched without marks."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    query, localizer = _query(), Localizer(language)
    with snapshot(runtime.engine) as session:
        found = register_page(session, query, PageStart.read(request.args))
        views = saved_views(session, _LIST)
        layout = layout_of(session, officer, localizer)
    return render(
        "establishments/list.html",
        layout=layout,
        active="console.establishments.index",
        may_import=may(officer.role, "console.register_import.index", localizer.lists),
        text=query.text,
        may_edit=may(officer.role, _EDIT, localizer.lists),
        rows=_register_lines(found.rows, localizer),
        count=localizer.number(found.total),
        is_filtered=bool(_LIST.given("q", *_FILTERS)),
        is_open=bool(_LIST.given(*_FILTERS)),
        filters=_filters(query, localizer),
        links=_LIST.pages(found.page),
        files=_LIST.files(),
        exports=export_href(_LIST, "establishments"),
        views=views,
        map=map_of(_LIST, map_legend(localizer), has_flags=True) if _LIST.shows_map else None,
        ways=_LIST.ways(),
    )


def map_view() -> AnyResponse:
    """Lead on to the register on the map."""
    return redirect(url_for("console.establishments.index", view=MAP_VIEW))


def points() -> Response:
    """Return the register, as it is searched and filtered, as points."""
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    query = _query()
    with snapshot(runtime.engine) as session:
        found = register_map(session, query)
    points = register_points(found.points, local_date(runtime.clock.now()), localizer)
    href = url_for("console.establishments.detail", record_id="")
    return points_answer(points, found.placed, found.unplaced, localizer, href)


def file(kind: str) -> AnyResponse:
    """Return the register, as it is searched and filtered, as a file."""
    query, localizer = _query(), Localizer(chosen_language())
    headings = [
        *(field_name(TYPE, path, localizer) for path in _FILE_FIELDS),
        localizer.say(N_("Link")),
    ]

    def rows(session: Session) -> Iterator[Sequence[Cell]]:
        for row in register_rows(session, query):
            point = [f"{value / 1e7:.7f}" if value is not None else "" for value in (row.lat, row.lon)]
            yield [
                row.name,
                localizer.label(localizer.lists.types, row.establishment_type_id),
                localizer.label(localizer.lists.units, row.unit_id),
                row.address,
                row.registration_number,
                localizer.choice("operating_status", row.operating_status_id),
                *point,
                url_for("console.establishments.detail", record_id=row.record_id, _external=True),
            ]

    table = TableFile("establishments", localizer.say(N_("Register of establishments")), headings)
    return table_response(kind, table, rows)


def detail(record_id: str) -> AnyResponse:
    """Show one register entry; a merged one shows the page of its merge target."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    access = access_of(officer.role, officer.scopes)
    with snapshot(runtime.engine) as session:
        page = record_page(session, runtime.tenant_id, access, record_id)
        merge_target = (
            merge_target_within(session, runtime.tenant_id, access, record_id) if page is None else None
        )
        file = establishment_file(session, runtime.tenant_id, access, record_id) if page else None
        may_edit = may(officer.role, _EDIT, Localizer(language).lists)
        doubles = (
            double_lines(session, record_id, page.record.data, Localizer(language))
            if page and may_edit
            else ()
        )
        layout = layout_of(session, officer, Localizer(language))
    if merge_target is not None:
        return redirect(url_for("console.establishments.detail", record_id=merge_target))
    if page is None or file is None or page.record.type != TYPE:
        raise AppError(ErrorCode.NOT_FOUND)
    note_reading(record_id, page.record.scope)
    localizer, now = Localizer(language, page.names), runtime.clock.now()
    flash = take_flash(FLASHES)
    return render(
        "establishments/page.html",
        layout=layout,
        active="console.establishments.index",
        view=record_view(page, localizer, now),
        file=file_view(file, page.record.data, local_date(now), localizer),
        kind=localizer.label(localizer.lists.types, page.record.data.get("establishment_type_id")),
        may_enter=may(officer.role, "console.follow_ups.enter", localizer.lists),
        may_audit=may(officer.role, "console.audit.index", localizer.lists),
        map_href=_on_map(record_id, page.record.data),
        actions=_actions(record_id, page.record.data, localizer) if may_edit else (),
        doubles=doubles,
        flash=flash,
        flash_text=flash.text(str(page.record.data.get("name", "")), localizer) if flash else "",
    )


def _on_map(record_id: str, data: Data) -> str:
    """Return the address of an entry on the map, among those of its commune."""
    unit, point = data.get("unit_id"), f"point-{record_id}"
    return url_for("console.establishments.index", view=MAP_VIEW, unit=unit, _anchor=point)


def _actions(record_id: str, data: Data, localizer: Localizer) -> tuple[EntryAction, ...]:
    """Return what the office may do with an entry."""
    is_operating = data.get("operating_status_id") == "operating"
    labels = (
        (_EDIT, N_("Edit")),
        (
            "console.establishments.close_form",
            N_("Close or suspend") if is_operating else N_("Open again or change the status"),
        ),
        ("console.establishments.move_form", N_("Move to another commune")),
        ("console.establishments.merge_form", N_("Merge with another entry")),
    )
    return tuple(
        EntryAction(localizer.say(label), url_for(endpoint, record_id=record_id))
        for endpoint, label in labels
    )


_EDIT = "console.establishments.edit"
_FILTERS = ("unit", "type", "status", "point")
_LIST = ListAddress(
    "console.establishments.index",
    ("q", *_FILTERS, "view"),
    points_endpoint="console.establishments.points",
    file_endpoint="console.establishments.file",
    saved_as="establishments",
)
_FILE_FIELDS = (
    *("name", "establishment_type_id", "unit_id", "address_line", "registration_number"),
    *("operating_status_id", "lat", "lon"),
)


def _register_lines(rows: Sequence[RegisterRow], localizer: Localizer) -> tuple[RegisterLine, ...]:
    """Return the rows in words."""
    return tuple(
        RegisterLine(
            record_id=row.record_id,
            name=row.name,
            kind=localizer.label(localizer.lists.types, row.establishment_type_id),
            address=address_text(row.address, localizer.label(localizer.lists.units, row.unit_id)),
            status=status_label(row.operating_status_id, localizer),
        )
        for row in rows
    )


def _query() -> RegisterQuery:
    officer = current_officer()
    text, unit, kind, status = (
        request.args.get(name, "")[:_MOST] for name in ("q", "unit", "type", "status")
    )
    access = access_of(officer.role, officer.scopes)
    return RegisterQuery(current_runtime().tenant_id, access, text, unit, kind, status, wanted_point())


_MOST = 120


def _filters(query: RegisterQuery, localizer: Localizer) -> list[FilterField]:
    lists, language = localizer.lists, localizer.language
    units = by_label((key, unit.label(language)) for key, unit in lists.units.items())
    kinds = by_label((key, kind.label(language)) for key, kind in lists.types.items())
    states = [(one.id, one.label(language)) for one in lists.choices.get("operating_status", ())]
    return [
        FilterField("unit", field_name(TYPE, "unit_id", localizer), query.unit_id, units),
        FilterField("type", field_name(TYPE, "establishment_type_id", localizer), query.type_id, kinds),
        FilterField("status", field_name(TYPE, "operating_status_id", localizer), query.status_id, states),
        point_filter(query.has_point, localizer),
    ]
