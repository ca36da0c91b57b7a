"""Records as exports: what the office, communes and agencies entered, field by field, without free texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from field178_server.console.exports.lists import days_of
from field178_server.console.text.field_labels import field_name, type_name, value_text
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session
from field178_server.office.exports.operations import ExportQuestion, ExportRow, ExportTable, Source
from field178_server.office.exports.records import StoredRows
from field178_server.office.exports.table_files import Cell, TableFile
from field178_shared.merge import Data
from field178_shared.records.reading import day_of
from field178_shared.records.returns import RETURN_TYPES, day_of_return
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.privacy import lint, mask

# A long text is a free text always, and needs no entry.
_LEFT_OUT = frozenset({FieldKind.PERSON, FieldKind.SOURCE, FieldKind.CODE})
_NUMBERS = frozenset({FieldKind.NUMBER, FieldKind.MONEY, FieldKind.BYTES})
_DAYS = frozenset({FieldKind.DATE, FieldKind.MONTH})
_FIRST_DAYS = _DAYS | {FieldKind.HALF_YEAR}


def exported_fields(record_type: str) -> tuple[FieldSpec, ...]:
    """Return the fields of a record type that leave the office: no free text, and no person."""
    specs = FIELDS[record_type].values()
    closed = {one.path.partition(".")[0] for one in specs if one.is_free_text or one.kind in _LEFT_OUT}
    return tuple(one for one in specs if "." not in one.path and one.path not in closed)


def records_table(record_type: str) -> Source:
    """Return the source of the records of a type."""
    fields = exported_fields(record_type)

    def table(session: Session, question: ExportQuestion) -> ExportTable:
        localizer = Localizer(question.officer.language)
        stored = StoredRows(session, question.context.tenant_id, question.officer, record_type)
        since, until = days_of(question)

        def rows() -> Iterator[ExportRow]:
            for body, names in stored.bodies():
                data = json.loads(body)
                if _is_between(_day(record_type, data), since, until):
                    words = Localizer(localizer.language, names)
                    yield [_cell(record_type, one, data, words) for one in fields], None

        headings = [field_name(record_type, one.path, localizer) for one in fields]
        file = TableFile(record_type, type_name(record_type, localizer), headings)
        return ExportTable(file, [one.path for one in fields], rows(), stored.count())

    return table


def _cell(record_type: str, field: FieldSpec, data: Data, localizer: Localizer) -> Cell:
    value = data.get(field.path)
    if value is None:
        return None
    if field.kind in _NUMBERS and isinstance(value, int | float):
        return value
    if field.kind in _DAYS:
        return day_of(data, field.path)
    if field.kind is FieldKind.TEXT:
        return mask(str(value), lint(str(value)))
    return value_text(record_type, field.path, value, localizer)


def _day(record_type: str, data: Data) -> date | None:
    """Return the day that a record is about: that of a return, else the first field that is a day."""
    if record_type in RETURN_TYPES:
        return day_of_return(record_type, data)
    days = (day_of(data, field.path) for field in exported_fields(record_type) if field.kind in _FIRST_DAYS)
    return next((one for one in days if one is not None), None)


def _is_between(day: date | None, since: date | None, until: date | None) -> bool:
    if day is None:
        return since is None and until is None
    return (since is None or since <= day) and (until is None or day <= until)
