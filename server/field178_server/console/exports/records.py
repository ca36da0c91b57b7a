"""Records as exports: entries of office, communes and agencies by field, without free texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from field178_server.console.components.column_cells import written_cell
from field178_server.console.exports.lists import days_of
from field178_server.console.exports.localized import LocalizedSource
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.office.exports.operations import ExportQuestion, ExportRow, ExportTable
from field178_server.office.exports.records import StoredRows
from field178_server.office.exports.table_files import TableFile
from field178_shared.merge import Data
from field178_shared.records.reading import day_of
from field178_shared.records.returns import RETURN_TYPES, day_of_return
from field178_shared.schemas.fields.columns import RecordColumn, record_columns
from field178_shared.schemas.fields.spec import FieldKind

_FIRST_DAYS = frozenset({FieldKind.DATE, FieldKind.MONTH, FieldKind.HALF_YEAR})


def records_table(record_type: str) -> LocalizedSource:
    """Return the source of the records of a type."""

    def table(session: Session, question: ExportQuestion, localizer: Localizer) -> ExportTable:
        columns = record_columns(record_type, localizer.lists)
        stored = StoredRows(session, question.context.tenant_id, question.officer, record_type)
        since, until = days_of(question)

        def rows() -> Iterator[ExportRow]:
            for body, names in stored.bodies():
                data = json.loads(body)
                if _is_between(_day(record_type, columns, data), since, until):
                    named = localizer.with_names(names)
                    yield [written_cell(column, data, named) for column in columns], None

        headings = [column.label(localizer.language) for column in columns]
        file = TableFile(record_type, type_name(record_type, localizer), headings)
        return ExportTable(file, [column.name for column in columns], rows(), stored.count())

    return table


def _day(record_type: str, columns: Sequence[RecordColumn], data: Data) -> date | None:
    """Return the day of a record: that of a return, else the first field that is a day."""
    if record_type in RETURN_TYPES:
        return day_of_return(record_type, data)
    days = (day_of(data, column.path) for column in columns if column.kind in _FIRST_DAYS)
    return next((day for day in days if day is not None), None)


def _is_between(day: date | None, since: date | None, until: date | None) -> bool:
    if day is None:
        return since is None and until is None
    return (since is None or since <= day) and (until is None or day <= until)
