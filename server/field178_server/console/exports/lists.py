"""Lists as exports: register, visits, sessions, follow-ups; without free texts and officers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import TypeVar

from sqlalchemy.orm import Session

from field178_server.console.exports.localized import LocalizedSource
from field178_server.console.records.filed_record_columns import columns_of
from field178_server.console.records.register_columns import (
    LISTED_FIELDS,
    POINT_FIELDS,
    listed_cells,
    other_cells,
    other_columns,
)
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.follow_up_kinds import FOLLOW_UP_KINDS
from field178_server.console.text.localize import Localizer
from field178_server.office.establishments.queries import (
    EXPORT_STEP,
    RegisterQuery,
    register_page,
    stored_rows,
)
from field178_server.office.exports.kinds import FOLLOW_UPS, REGISTER, SESSIONS, VISITS
from field178_server.office.exports.operations import ExportQuestion, ExportRow, ExportTable
from field178_server.office.exports.table_files import TableFile
from field178_server.office.filed_records.list_filter import FiledRecordFilter, FiledRecordList
from field178_server.office.filed_records.map import points_of
from field178_server.office.filed_records.queries import (
    FiledRecordRow,
    count_filed_records,
    filed_record_rows,
)
from field178_server.office.follow_ups.queries import due_between
from field178_server.records.access import access_of
from field178_server.records.labels import Names
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_
from field178_shared.time.no_day import NO_DAY, day_or_none

# The last day is the one before NO_DAY: with a first day given, rows without a due day are left out.
_FIRST, _LAST = date(1900, 1, 1), NO_DAY - timedelta(days=1)
Row = TypeVar("Row")


def days_of(question: ExportQuestion) -> tuple[date | None, date | None]:
    """Return the first and the last day of the filter; None: no limit."""
    first, last = (question.arguments.get(name, "") for name in ("since", "until"))
    return (date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)


def register_table(session: Session, question: ExportQuestion, localizer: Localizer) -> ExportTable:
    """Return the register with the points of its entries."""
    officer, columns = question.officer, other_columns(localizer.lists)
    query = RegisterQuery(
        question.context.tenant_id,
        access_of(officer.role, officer.scopes),
        unit_id=question.arguments.get("unit", ""),
    )

    def rows() -> Iterator[ExportRow]:
        for stored in stored_rows(session, query):
            row = stored.row
            cells = (
                *listed_cells(row, localizer),
                *(None if degrees is None else round(degrees / 1e7, 6) for degrees in (row.lat, row.lon)),
                *other_cells(columns, stored, localizer),
            )
            yield cells, None if row.lat is None or row.lon is None else (row.lat, row.lon)

    fields = (*LISTED_FIELDS, *POINT_FIELDS)
    headings = [field_name(RecordType.ESTABLISHMENT, path, localizer) for path in fields]
    headings += [column.label(localizer.language) for column in columns]
    file = TableFile(REGISTER, localizer.say(N_("Register of establishments")), headings)
    names = [*fields, *(column.name for column in columns)]
    return ExportTable(file, names, rows(), register_page(session, query).total)


def filed_record_table(record_type: str) -> LocalizedSource:
    """Return the source of visits or of sessions; a visit has the point of its establishment."""
    name, title = (
        (VISITS, N_("Visits"))
        if record_type == RecordType.INSPECTION
        else (SESSIONS, N_("Outreach sessions"))
    )

    def table(session: Session, question: ExportQuestion, localizer: Localizer) -> ExportTable:
        officer = question.officer
        columns = [column for column in columns_of(record_type, localizer.lists) if not column.is_of_office]
        since, until = days_of(question)
        unit_id = question.arguments.get("unit", "")
        query = FiledRecordList(
            question.context.tenant_id,
            access_of(officer.role, officer.scopes),
            FiledRecordFilter(record_type, since=since, until=until, unit_id=unit_id),
            has_bodies=True,
        )

        def rows() -> Iterator[ExportRow]:
            for chunk in _chunks(filed_record_rows(session, query), EXPORT_STEP):
                points = _points(session, question, chunk) if record_type == RecordType.INSPECTION else {}
                for row, names in chunk:
                    named = localizer.with_names(names)
                    yield (
                        [column.written(row, named) for column in columns],
                        points.get(row.establishment_id or ""),
                    )

        file = TableFile(name, localizer.say(title), [column.label(localizer) for column in columns])
        return ExportTable(
            file, [column.key for column in columns], rows(), count_filed_records(session, query)
        )

    return table


def follow_ups_table(session: Session, question: ExportQuestion, localizer: Localizer) -> ExportTable:
    """Return the follow-ups: corrections, decisions and payments, without their texts."""
    officer = question.officer
    since, until = days_of(question)
    access = access_of(officer.role, officer.scopes)
    lists, say = localizer.lists, localizer.say

    def rows() -> Iterator[ExportRow]:
        days = since or _FIRST, until or (_LAST if since else NO_DAY)
        for row, names in due_between(session, question.context.tenant_id, access, *days):
            named = localizer.with_names(names)
            cells = (
                say(FOLLOW_UP_KINDS[row.kind]),
                named.establishment(row.establishment_id) if row.establishment_id else "",
                localizer.label(lists.units, row.unit_id) if row.unit_id else "",
                row.visited_on,
                day_or_none(row.due_on),
                row.closed_on,
                row.amount_vnd,
                row.paid_vnd,
            )
            yield cells, None

    columns = {
        "kind": say(N_("Kind")),
        "place": field_name(RecordType.ESTABLISHMENT, "name", localizer),
        "unit": field_name(RecordType.ESTABLISHMENT, "unit_id", localizer),
        "visited_on": say(N_("Day of the visit")),
        "due_on": say(N_("Day it is due")),
        "closed_on": say(N_("Day it was closed")),
        "amount_vnd": say(N_("Amount (đồng)")),
        "paid_vnd": say(N_("Paid (đồng)")),
    }
    file = TableFile(FOLLOW_UPS, say(N_("After visits")), list(columns.values()))
    return ExportTable(file, list(columns), rows(), 0)


def _points(
    session: Session, question: ExportQuestion, rows: Sequence[tuple[FiledRecordRow, Names]]
) -> dict[str, tuple[int, int]]:
    ids = {row.establishment_id for row, _ in rows if row.establishment_id}
    return dict(points_of(session, question.context.tenant_id, ids))


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    rest = iter(rows)
    while chunk := list(islice(rest, size)):
        yield chunk
