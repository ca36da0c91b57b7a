"""Pages of the register of establishments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.components.export_link import export_href
from field178_server.console.components.saved_views import saved_views
from field178_server.console.components.table_files import Cell, TableFile, table_response
from field178_server.console.establishments.file_view import file_facts, status_label
from field178_server.console.establishments.flashes import FLASHES
from field178_server.console.establishments.merge_pages import possible_duplicates
from field178_server.console.establishments.register_points import map_legend, register_points
from field178_server.console.records.record_view import record_view
from field178_server.console.records.register_columns import (
    LISTED_FIELDS,
    POINT_FIELDS,
    listed_cells,
    other_cells,
    other_columns,
)
from field178_server.console.shell.lists import MAP_VIEW, FilterField, ListAddress
from field178_server.console.shell.maps import map_of, point_filter, points_answer, requested_point
from field178_server.console.shell.page import current_page
from field178_server.console.shell.readings import note_reading
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.office.establishments.duplicates import DuplicateHint
from field178_server.office.establishments.file import establishment_file
from field178_server.office.establishments.map import register_map
from field178_server.office.establishments.queries import (
    RegisterQuery,
    register_page,
    stored_rows,
)
from field178_server.office.reviews.record import merge_target_within, record_page
from field178_server.records.keyset import PageStart
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label


def index() -> Response:
    """Show the register, searched without marks."""
    page, query = current_page(), _query()
    with page.reading() as session:
        register = register_page(session, query, PageStart.read(request.args))
        views = saved_views(session, _LIST)
    return page.render(
        "establishments/list.html",
        text=query.text,
        rows=register.rows,
        count=register.total,
        statuses={
            row.operating_status_id: status_label(row.operating_status_id, page.localizer)
            for row in register.rows
        },
        is_filtered=bool(_LIST.given("q", *_FILTERS)),
        is_open=bool(_LIST.given(*_FILTERS)),
        filters=_filters(query, page.localizer),
        links=_LIST.pages(register.page),
        files=_LIST.files(),
        exports=export_href(_LIST, "establishments"),
        views=views,
        map=map_of(_LIST, map_legend(page.localizer), has_flags=True) if _LIST.shows_map else None,
        ways=_LIST.ways(),
    )


def map_view() -> AnyResponse:
    """Lead on to the register on the map."""
    return redirect(url_for("console.establishments.index", view=MAP_VIEW))


def points() -> Response:
    """Return the register, as it is searched and filtered, as points."""
    page, query = current_page(), _query()
    with snapshot(page.runtime.engine) as session:
        placed = register_map(session, query)
    points = register_points(placed.points, page.today, page.localizer)
    href = url_for("console.establishments.detail", record_id="")
    return points_answer(points, placed.placed, placed.unplaced, page.localizer, href)


def file(kind: str) -> AnyResponse:
    """Return the register, as it is searched and filtered, as a file."""
    query, localizer = _query(), current_page().localizer
    columns = other_columns(localizer.lists)
    headings = [
        *(field_name(RecordType.ESTABLISHMENT, path, localizer) for path in (*LISTED_FIELDS, *POINT_FIELDS)),
        localizer.say(N_("Link")),
        *(column.label(localizer.language) for column in columns),
    ]

    def rows(session: Session) -> Iterator[Sequence[Cell]]:
        for stored in stored_rows(session, query):
            row = stored.row
            point = [f"{value / 1e7:.7f}" if value is not None else "" for value in (row.lat, row.lon)]
            link = url_for("console.establishments.detail", record_id=row.record_id, _external=True)
            yield [*listed_cells(row, localizer), *point, link, *other_cells(columns, stored, localizer)]

    table = TableFile("establishments", localizer.say(N_("Register of establishments")), headings)
    return table_response(kind, table, rows)


def detail(record_id: str) -> AnyResponse:
    """Show one register entry; a merged one shows the page of its merge target."""
    page = current_page()
    merge_target = file = None
    duplicates: Sequence[tuple[DuplicateHint, str]] = ()
    with page.reading() as session:
        entry = record_page(session, page.tenant_id, page.access, record_id)
        if entry is None:
            merge_target = merge_target_within(session, page.tenant_id, page.access, record_id)
        else:
            file = establishment_file(session, page.tenant_id, page.access, record_id)
            if page.may(_EDIT):
                duplicates = possible_duplicates(session, record_id, entry.record.data)
    if merge_target is not None:
        return redirect(url_for("console.establishments.detail", record_id=merge_target))
    if entry is None or file is None or entry.record.type != RecordType.ESTABLISHMENT:
        raise AppError(ErrorCode.NOT_FOUND)
    note_reading(record_id, entry.record.scope)
    page.use_names(entry.names | file.names)
    data = entry.record.data
    return page.render(
        "establishments/page.html",
        view=record_view(entry, page.localizer, page.now),
        data=data,
        file=file,
        facts=file_facts(file, data, page.today, page.localizer),
        duplicates=duplicates,
        flash=page.flash_text(FLASHES, str(data.get("name", ""))),
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


def _query() -> RegisterQuery:
    page = current_page()
    text, unit, kind, status = (
        request.args.get(name, "")[:_MOST] for name in ("q", "unit", "type", "status")
    )
    return RegisterQuery(page.tenant_id, page.access, text, unit, kind, status, requested_point())


_MOST = 120


def _filters(query: RegisterQuery, localizer: Localizer) -> list[FilterField]:
    lists, language = localizer.lists, localizer.language
    units = by_label((key, unit.label(language)) for key, unit in lists.units.items())
    kinds = by_label((key, kind.label(language)) for key, kind in lists.types.items())
    states = [(state.id, state.label(language)) for state in lists.choices.get("operating_status", ())]
    return [
        FilterField("unit", field_name(RecordType.ESTABLISHMENT, "unit_id", localizer), query.unit_id, units),
        FilterField(
            "type",
            field_name(RecordType.ESTABLISHMENT, "establishment_type_id", localizer),
            query.type_id,
            kinds,
        ),
        FilterField(
            "status",
            field_name(RecordType.ESTABLISHMENT, "operating_status_id", localizer),
            query.status_id,
            states,
        ),
        point_filter(query.has_point, localizer),
    ]
