"""Pages of the tables of visits and of sessions, and the same lists as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.components.export_link import export_href
from field178_server.console.components.saved_views import saved_views
from field178_server.console.components.table_files import Cell, TableFile, table_response
from field178_server.console.records.filed_columns import (
    SESSION,
    VISIT,
    FiledColumn,
    choosable_columns,
    chosen_columns,
)
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import (
    FilterField,
    ListAddress,
    wanted_day,
)
from field178_server.console.shell.maps import (
    ListedPoint,
    map_of,
    mark_of,
    marks_of_outcomes,
    point_filter,
    points_answer,
    result_text,
    wanted_point,
)
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import control_for
from field178_server.console.text.state_labels import (
    StateLabel,
    outcome_label,
    short_state_label,
    state_label,
)
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.filed.list_filter import FiledFilter, FiledList
from field178_server.office.filed.map import PlacedVisit, filed_map
from field178_server.office.filed.queries import FiledPage, FiledRow, filed_page, filed_rows, filers, teams
from field178_server.records.access import access_of
from field178_server.records.keyset import PageStart
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_STATES = ("waiting", "corrected", "returned", "approved", "void")
_MOST = 120


@dataclass(frozen=True, slots=True)
class FiledTable:
    """One of the two tables: its type, its address, and what it is called."""

    type: str
    name: str
    title: str
    search: str
    empty: str

    @property
    def endpoint(self) -> str:
        """The endpoint of this table."""
        return f"console.filed.{self.name}"

    @property
    def address(self) -> ListAddress:
        """The address of this table."""
        return ListAddress(
            self.endpoint,
            ("q", *_FILTERS, "columns", "order", "view"),
            points_endpoint="console.filed.visits_points" if self.type == VISIT else "",
            file_endpoint=f"{self.endpoint}_file",
            saved_as=self.name,
        )


@dataclass(frozen=True, slots=True)
class FiledCell:
    """One cell as the page shows it: a text, a link, or a state."""

    key: str
    text: str
    href: str = ""
    word: StateLabel | None = None
    is_number: bool = False


VISITS = FiledTable(
    VISIT,
    "visits",
    N_("Visits"),
    N_("Establishment, address or number of the decision"),
    N_("Visits stand here as soon as a tablet has filed one."),
)
SESSIONS = FiledTable(
    SESSION,
    "sessions",
    N_("Outreach sessions"),
    N_("Place of the session"),
    N_("Sessions stand here as soon as a tablet has filed one."),
)


def visits() -> AnyResponse:
    """Show the table of visits."""
    return _page(VISITS)


def visits_points() -> Response:
    """Return the table of visits as points."""
    localizer = Localizer(chosen_language())
    with snapshot(current_runtime().engine) as session:
        found = filed_map(session, _wanted(VISITS))
    href = url_for("console.reviews.detail", record_id="")
    points = _points(found.points, localizer)
    return points_answer(points, found.placed, found.unplaced, localizer, href)


def visits_file(kind: str) -> AnyResponse:
    """Return the table of visits as a file."""
    return _file(VISITS, kind)


def sessions() -> AnyResponse:
    """Show the table of outreach sessions."""
    return _page(SESSIONS)


def sessions_file(kind: str) -> AnyResponse:
    """Return the table of outreach sessions as a file."""
    return _file(SESSIONS, kind)


def _page(table: FiledTable) -> AnyResponse:
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    columns = _chosen(table, localizer)
    wanted, place = _with_bodies_for(columns, _wanted(table)), PageStart.read(request.args)
    with snapshot(runtime.engine) as session:
        found = filed_page(session, wanted, place)
        known_teams = teams(session, runtime.tenant_id) if table is VISITS else {}
        people = filers(session, runtime.tenant_id) if table is VISITS else {}
        views = saved_views(session, table.address)
        layout = layout_of(session, officer, localizer)
    words = Localizer(localizer.language, found.names)
    return render(
        "filed/list.html",
        layout=layout,
        active=table.endpoint,
        table=table,
        title=localizer.say(table.title),
        search=localizer.say(table.search),
        empty_text=localizer.say(table.empty),
        text=wanted.filter.text,
        count=_count_text(found, localizer),
        is_filtered=bool(table.address.given("q", *_FILTERS)),
        is_open=bool(table.address.given(*_FILTERS, "columns")),
        columns=[(column.key, column.label(localizer), column.is_number) for column in columns],
        choosable=[
            (column.key, column.label(localizer), column in columns)
            for column in choosable_columns(table.type, localizer.lists)
            if column.key != "day"
        ],
        rows=[[_cell(column, row, words) for column in columns] for row in found.page.rows],
        filters=_filters(table, wanted.filter, (known_teams, people), localizer),
        is_oldest_first=wanted.is_oldest_first,
        turned=table.address.href(order="" if wanted.is_oldest_first else "oldest"),
        links=table.address.pages(found.page),
        files=table.address.files(),
        exports=export_href(table.address, table.name),
        views=views,
        map=map_of(table.address, marks_of_outcomes(localizer)) if _shows_map(table) else None,
        ways=table.address.ways() if table is VISITS else (),
    )


def _count_text(found: FiledPage, localizer: Localizer) -> str:
    total = localizer.number(found.total)
    return localizer.say(N_("more than {count}")).format(count=total) if found.is_more else total


def _shows_map(table: FiledTable) -> bool:
    return table is VISITS and table.address.shows_map


def _file(table: FiledTable, kind: str) -> AnyResponse:
    language = chosen_language()
    localizer = Localizer(language)
    # A file is to be worked with: without a choice it holds every column that can be chosen. An export is
    # written in the background, and holds the answers and counts of each row of a list as well.
    is_chosen = "columns" in request.args
    columns = _chosen(table, localizer) if is_chosen else choosable_columns(table.type, localizer.lists)
    wanted = _with_bodies_for(columns, _wanted(table))

    def rows(session: Session) -> Iterator[Sequence[Cell]]:
        for row, names in filed_rows(session, wanted):
            words = Localizer(language, names)
            yield [column.written(row, words) for column in columns]

    headings = [column.label(localizer) for column in columns]
    return table_response(kind, TableFile(table.name, localizer.say(table.title), headings), rows)


def _points(visits: Iterable[PlacedVisit], localizer: Localizer) -> Iterator[ListedPoint]:
    # The few words of many marks, each put together once.
    day = cache(lambda value: localizer.day(value) if value else "")
    kind = cache(lambda value: localizer.choice("inspection_kind", value) if value else "")
    result = cache(lambda value: result_text(value, localizer))
    for visit in visits:
        yield ListedPoint(
            record_id=visit.record_id,
            lat=visit.lat,
            lon=visit.lon,
            mark=mark_of(visit.outcome),
            title=visit.establishment,
            lines=(day(visit.occurred_on), kind(visit.kind), result(visit.outcome)),
            unit_id=visit.unit_id,
        )


def _wanted(table: FiledTable) -> FiledList:
    runtime, officer, given = current_runtime(), current_officer(), request.args
    narrow = FiledFilter(
        type=table.type,
        text=given.get("q", "")[:_MOST],
        since=wanted_day("since"),
        until=wanted_day("until"),
        **{name: given.get(parameter, "")[:_MOST] for parameter, name in _EQUAL.items()},
        state=given.get("state", "") if given.get("state") in _STATES else "",
        has_point=wanted_point(),
        is_counted=table is VISITS and given.get("counted") == "yes",
    )
    access = access_of(officer.role, officer.scopes)
    return FiledList(runtime.tenant_id, access, narrow, given.get("order") == "oldest")


_EQUAL = {
    "unit": "unit_id",
    "type": "establishment_type_id",
    "team": "team_id",
    "officer": "user_id",
    "kind": "kind",
    "outcome": "outcome",
    "violation": "violation",
    "measure": "measure",
}
_FILTERS = ("since", "until", "state", "counted", "point", *_EQUAL)


def _chosen(table: FiledTable, localizer: Localizer) -> tuple[FiledColumn, ...]:
    return chosen_columns(table.type, frozenset(request.args.getlist("columns")), localizer.lists)


def _with_bodies_for(columns: Sequence[FiledColumn], wanted: FiledList) -> FiledList:
    """Return the list with the stored bodies of its records where a column reads them."""
    return replace(wanted, has_bodies=any(column.has_body for column in columns))


def _cell(column: FiledColumn, row: FiledRow, localizer: Localizer) -> FiledCell:
    value = column.cell(row, localizer)
    if isinstance(value, datetime):
        text = localizer.instant(value)
    elif isinstance(value, date):
        text = localizer.day(value)
    else:
        text = localizer.number(value) if isinstance(value, int | float) else value or ""
    href, word = "", None
    if column.key == "day":
        href = url_for("console.reviews.detail", record_id=row.record_id)
        text = text or row.record_id
    elif column.key == "place" and row.establishment_id:
        href = url_for("console.establishments.detail", record_id=row.establishment_id)
    elif column.key == "outcome" and row.outcome:
        word = outcome_label(row.outcome, localizer)
    elif column.key == "state":
        word = short_state_label(row.state, localizer)
    return FiledCell(column.key, text, href, word, column.is_number)


def _filters(
    table: FiledTable,
    narrow: FiledFilter,
    known: tuple[Mapping[str, str], Mapping[str, str]],
    localizer: Localizer,
) -> list[FilterField]:
    lists, (known_teams, people) = localizer.lists, known
    days = [
        FilterField("since", localizer.say(N_("From day")), narrow.since.isoformat() if narrow.since else ""),
        FilterField("until", localizer.say(N_("To day")), narrow.until.isoformat() if narrow.until else ""),
    ]
    units = by_label((key, unit.label(localizer.language)) for key, unit in lists.units.items())
    states = [(state, state_label(state, localizer).text) for state in _STATES]
    unit = FilterField("unit", field_name("establishment", "unit_id", localizer), narrow.unit_id, units)
    state = FilterField("state", localizer.say(N_("Review state")), narrow.state, states)
    if table is SESSIONS:
        return [*days, unit, _coded(SESSION, "kind", "outreach_form_id", narrow.kind, localizer), state]
    return [
        *days,
        unit,
        FilterField(
            "type",
            field_name("establishment", "establishment_type_id", localizer),
            narrow.establishment_type_id,
            by_label((key, one.label(localizer.language)) for key, one in lists.types.items()),
        ),
        _coded(VISIT, "kind", "inspection_kind", narrow.kind, localizer),
        FilterField(
            "team",
            field_name(VISIT, "team_id", localizer),
            narrow.team_id,
            by_label(known_teams.items()),
        ),
        FilterField("officer", localizer.say(N_("Filed by")), narrow.user_id, by_label(people.items())),
        _coded(VISIT, "outcome", "overall_result", narrow.outcome, localizer),
        _coded(VISIT, "violation", "findings.x.violation_id", narrow.violation, localizer),
        _coded(VISIT, "measure", "measures.x.measure_id", narrow.measure, localizer),
        state,
        FilterField(
            "counted",
            field_name("inspection_plan", "quotas", localizer),
            "yes" if narrow.is_counted else "",
            [("yes", localizer.say(N_("Only visits that count in a quota")))],
        ),
        point_filter(narrow.has_point, localizer),
    ]


def _coded(record_type: str, name: str, path: str, value: str, localizer: Localizer) -> FilterField:
    control = control_for(record_type, path, localizer)
    return FilterField(
        name, field_name(record_type, path, localizer), value, control.options if control else ()
    )
