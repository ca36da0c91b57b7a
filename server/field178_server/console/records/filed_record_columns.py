"""Columns of the tables of visits and sessions, on the page and in files.

First the columns of the projected rows, whose keys are older than the catalogue of fields; the keys of the
other columns are paths of fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from field178_server.console.components.column_cells import NUMBERS, cell_of
from field178_server.console.text.field_labels import field_name, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import short_state_label
from field178_server.office.exports.table_files import Cell
from field178_server.office.filed_records.queries import FiledRecordRow
from field178_shared.codelists import CodeLists
from field178_shared.record_type import RecordType
from field178_shared.schemas.fields.columns import RecordColumn, record_columns
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.text.i18n import N_
from field178_shared.text.privacy import lint, mask


@dataclass(frozen=True, slots=True)
class FiledRecordColumn:
    """Column of a table; `is_usual`: shown until columns are chosen.

    `is_of_office`: free text or officer, in no export. `is_typed`: typed text, in which files mask personal
    data. `is_choosable`: it can be chosen on the page, else only exports have it. `has_body`: the cell is
    read from the stored body of the record.
    """

    key: str
    label: Callable[[Localizer], str]
    cell: Callable[[FiledRecordRow, Localizer], Cell]
    is_usual: bool = True
    is_number: bool = False
    is_of_office: bool = False
    is_typed: bool = False
    is_choosable: bool = True
    has_body: bool = False

    def written(self, row: FiledRecordRow, localizer: Localizer) -> Cell:
        """Return the cell as files have it: in typed text, personal data is masked."""
        cell = self.cell(row, localizer)
        return mask(cell, lint(cell)) if self.is_typed and isinstance(cell, str) else cell


@lru_cache(maxsize=8)
def columns_of(record_type: str, lists: CodeLists) -> tuple[FiledRecordColumn, ...]:
    """Return every column of a table of this type, in order."""
    projected = _VISIT_COLUMNS if record_type == RecordType.INSPECTION else _SESSION_COLUMNS
    covered = _FIELDS_OF_VISIT_COLUMNS if record_type == RecordType.INSPECTION else _FIELDS_OF_SESSION_COLUMNS
    fields = (column for column in record_columns(record_type, lists) if column.name not in covered)
    return (*projected, *map(_field_column, fields))


def choosable_columns(record_type: str, lists: CodeLists) -> tuple[FiledRecordColumn, ...]:
    """Return the columns that can be chosen on the page."""
    return tuple(column for column in columns_of(record_type, lists) if column.is_choosable)


def _field_column(column: RecordColumn) -> FiledRecordColumn:
    """Return the column of a field of the catalogue."""
    return FiledRecordColumn(
        column.name,
        lambda localizer: column.label(localizer.language),
        lambda row, localizer: cell_of(column, row.data, localizer),
        is_usual=False,
        is_number=column.kind in NUMBERS and not column.is_list,
        is_typed=column.kind is FieldKind.TEXT,
        is_choosable=not column.why_not_in_tables,
        has_body=True,
    )


def _text(text: str) -> Callable[[Localizer], str]:
    return lambda localizer: localizer.say(text)


def _field(record_type: str, path: str) -> Callable[[Localizer], str]:
    return lambda localizer: field_name(record_type, path, localizer)


def _values(path: str, values: tuple[str, ...], localizer: Localizer) -> str:
    return "; ".join(value_text(RecordType.INSPECTION, path, value, localizer) for value in values)


def _unit(row: FiledRecordRow, localizer: Localizer) -> Cell:
    return localizer.label(localizer.lists.units, row.unit_id) if row.unit_id else ""


def _team(row: FiledRecordRow, localizer: Localizer) -> Cell:
    return localizer.team(row.team_id) if row.team_id else ""


def _officer(row: FiledRecordRow, localizer: Localizer) -> Cell:
    return localizer.person(row.user_id) if row.user_id else ""


def _state(row: FiledRecordRow, localizer: Localizer) -> Cell:
    return short_state_label(row.state, localizer).text


def _place_kind(row: FiledRecordRow, localizer: Localizer) -> Cell:
    return (
        localizer.label(localizer.lists.types, row.establishment_type_id) if row.establishment_type_id else ""
    )


def _choice(
    name: str, of: Callable[[FiledRecordRow], str | None]
) -> Callable[[FiledRecordRow, Localizer], Cell]:
    return lambda row, localizer: localizer.choice(name, of(row)) if of(row) else ""


_DAY = FiledRecordColumn("day", _text(N_("Day")), lambda row, _: row.occurred_on)
_UNIT = FiledRecordColumn("unit", _field(RecordType.ESTABLISHMENT, "unit_id"), _unit)
_LAST = (
    FiledRecordColumn("state", _text(N_("Review state")), _state),
    FiledRecordColumn("officer", _text(N_("Filed by")), _officer, is_usual=False, is_of_office=True),
    FiledRecordColumn("received", _text(N_("Received")), lambda row, _: row.received_at, is_usual=False),
)
_VISIT_COLUMNS = (
    _DAY,
    FiledRecordColumn(
        "place", _field(RecordType.ESTABLISHMENT, "name"), lambda row, localizer: _place(row, localizer)
    ),
    FiledRecordColumn(
        "place_kind", _field(RecordType.ESTABLISHMENT, "establishment_type_id"), _place_kind, is_usual=False
    ),
    FiledRecordColumn(
        "address",
        _field(RecordType.ESTABLISHMENT, "address_line"),
        lambda row, _: row.address or "",
        is_usual=False,
    ),
    _UNIT,
    FiledRecordColumn(
        "kind",
        _field(RecordType.INSPECTION, "inspection_kind"),
        _choice("inspection_kind", lambda row: row.kind),
    ),
    FiledRecordColumn("team", _field(RecordType.INSPECTION, "team_id"), _team, is_usual=False),
    FiledRecordColumn(
        "outcome",
        _field(RecordType.INSPECTION, "overall_result"),
        _choice("overall_result", lambda row: row.outcome),
    ),
    FiledRecordColumn(
        "violations",
        _text(N_("Violations found")),
        lambda row, localizer: _values("findings.x.violation_id", row.violations, localizer),
        is_usual=False,
    ),
    FiledRecordColumn(
        "measures",
        _text(N_("Measures decided")),
        lambda row, localizer: _values("measures.x.measure_id", row.measures, localizer),
        is_usual=False,
    ),
    FiledRecordColumn(
        "decision",
        _field(RecordType.INSPECTION, "decision_number"),
        lambda row, _: row.title or "",
        is_usual=False,
        is_typed=True,
    ),
    *_LAST,
)
_SESSION_COLUMNS = (
    _DAY,
    FiledRecordColumn(
        "venue",
        _field(RecordType.OUTREACH_SESSION, "venue"),
        lambda row, _: row.title or "",
        is_of_office=True,
        is_typed=True,
    ),
    _UNIT,
    FiledRecordColumn(
        "form",
        _field(RecordType.OUTREACH_SESSION, "outreach_form_id"),
        lambda row, localizer: localizer.label(localizer.lists.forms, row.kind) if row.kind else "",
    ),
    FiledRecordColumn(
        "attendance",
        _field(RecordType.OUTREACH_SESSION, "audiences.*.attendance_count"),
        lambda row, _: row.attendance_count,
        is_number=True,
    ),
    FiledRecordColumn(
        "first_time",
        _field(RecordType.OUTREACH_SESSION, "audiences.*.first_time_count"),
        lambda row, _: row.first_time_count,
        is_usual=False,
        is_number=True,
    ),
    *_LAST,
)


# Fields that these columns show under other keys.
_FIELDS_OF_VISIT_COLUMNS = frozenset(
    {"establishment_id", "unit_id", "inspection_kind", "team_id", "overall_result", "findings", "measures"}
    | {"decision_number"}
)
_FIELDS_OF_SESSION_COLUMNS = frozenset({"session_date", "unit_id", "outreach_form_id"})


def _place(row: FiledRecordRow, localizer: Localizer) -> str:
    return row.establishment or localizer.establishment(None)


def chosen_columns(record_type: str, keys: frozenset[str], lists: CodeLists) -> tuple[FiledRecordColumn, ...]:
    """Return the columns of these keys, the usual columns for no key; the day is always first."""
    choosable = choosable_columns(record_type, lists)
    if not any(column.key in keys for column in choosable):
        return tuple(column for column in choosable if column.is_usual)
    return tuple(column for column in choosable if column.key in keys or column.key == "day")
