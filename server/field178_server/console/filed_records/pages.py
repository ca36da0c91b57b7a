"""Pages of the tables of visits and of sessions, and the same lists as files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.components.export_link import export_href
from field178_server.console.components.saved_views import saved_views
from field178_server.console.components.table_files import Cell, TableFile, table_response
from field178_server.console.filed_records.cells import page_cell
from field178_server.console.filed_records.filters import FILTERS, filter_fields, read_filter
from field178_server.console.filed_records.tables import SESSIONS, VISITS, FiledRecordTable
from field178_server.console.filed_records.visit_points import visit_points
from field178_server.console.records.filed_record_columns import (
    FiledRecordColumn,
    choosable_columns,
    chosen_columns,
)
from field178_server.console.shell.maps import map_of, marks_of_outcomes, points_answer
from field178_server.console.shell.page import Page, current_page
from field178_server.database.unit_of_work import snapshot
from field178_server.office.filed_records.list_filter import FiledRecordList
from field178_server.office.filed_records.map import visit_map
from field178_server.office.filed_records.queries import filed_record_page, filed_record_rows, filers, teams
from field178_server.records.keyset import PageStart


def visits() -> AnyResponse:
    """Show the table of visits."""
    return _table_page(VISITS)


def visits_points() -> Response:
    """Return the table of visits as points."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        placed = visit_map(session, _query(page, VISITS))
    href = url_for("console.reviews.detail", record_id="")
    points = visit_points(placed.points, page.localizer)
    return points_answer(points, placed.placed, placed.unplaced, page.localizer, href)


def visits_file(kind: str) -> AnyResponse:
    """Return the table of visits as a file."""
    return _file(VISITS, kind)


def sessions() -> AnyResponse:
    """Show the table of outreach sessions."""
    return _table_page(SESSIONS)


def sessions_file(kind: str) -> AnyResponse:
    """Return the table of outreach sessions as a file."""
    return _file(SESSIONS, kind)


def _table_page(table: FiledRecordTable) -> Response:
    page, address = current_page(), table.address
    columns = _chosen(page, table)
    query = _with_bodies_for(columns, _query(page, table))
    with page.reading() as session:
        listing = filed_record_page(session, query, PageStart.read(request.args))
        team_names = teams(session, page.tenant_id) if table is VISITS else {}
        officer_names = filers(session, page.tenant_id) if table is VISITS else {}
        views = saved_views(session, address)
    page.use_names(listing.names)
    localizer = page.localizer
    return page.render(
        "filed_records/list.html",
        active=table.endpoint,
        table=table,
        text=query.filter.text,
        listing=listing,
        is_filtered=bool(address.given("q", *FILTERS)),
        is_open=bool(address.given(*FILTERS, "columns")),
        columns=[(column.key, column.label(localizer), column.is_number) for column in columns],
        choosable=[
            (column.key, column.label(localizer), column in columns)
            for column in choosable_columns(table.type, page.lists)
            if column.key != "day"
        ],
        rows=[[page_cell(column, row, localizer) for column in columns] for row in listing.page.rows],
        filters=filter_fields(query.filter, team_names, officer_names, localizer),
        is_oldest_first=query.is_oldest_first,
        turned=address.href(order="" if query.is_oldest_first else "oldest"),
        links=address.pages(listing.page),
        files=address.files(),
        exports=export_href(address, table.name),
        views=views,
        map=map_of(address, marks_of_outcomes(localizer)) if table is VISITS and address.shows_map else None,
        ways=address.ways() if table is VISITS else (),
    )


def _file(table: FiledRecordTable, kind: str) -> AnyResponse:
    page = current_page()
    # Without a choice a file has every column that can be chosen. An export, written by a job, has answers
    # and members of entries as well.
    is_chosen = "columns" in request.args
    columns = _chosen(page, table) if is_chosen else choosable_columns(table.type, page.lists)
    query = _with_bodies_for(columns, _query(page, table))

    def rows(session: Session) -> Iterator[Sequence[Cell]]:
        for row, names in filed_record_rows(session, query):
            localizer = page.localizer.with_names(names)
            yield [column.written(row, localizer) for column in columns]

    headings = [column.label(page.localizer) for column in columns]
    return table_response(kind, TableFile(table.name, page.say(table.title), headings), rows)


def _query(page: Page, table: FiledRecordTable) -> FiledRecordList:
    is_oldest_first = request.args.get("order") == "oldest"
    return FiledRecordList(page.tenant_id, page.access, read_filter(table.type), is_oldest_first)


def _chosen(page: Page, table: FiledRecordTable) -> tuple[FiledRecordColumn, ...]:
    return chosen_columns(table.type, frozenset(request.args.getlist("columns")), page.lists)


def _with_bodies_for(columns: Sequence[FiledRecordColumn], query: FiledRecordList) -> FiledRecordList:
    """Return the list with the stored bodies of its records where a column reads them."""
    return replace(query, has_bodies=any(column.has_body for column in columns))
