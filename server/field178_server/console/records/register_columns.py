"""Columns of the register's files: the columns of the list, then the other fields of the record."""

from __future__ import annotations

from collections.abc import Sequence

from field178_server.console.components.column_cells import written_cell
from field178_server.console.text.localize import Localizer
from field178_server.office.establishments.queries import RegisterRow, StoredRow
from field178_server.office.exports.table_files import Cell
from field178_shared.codelists import CodeLists
from field178_shared.record_type import RecordType
from field178_shared.schemas.fields.columns import RecordColumn, record_columns

# Fields of the list, in the lasting order of the files.
LISTED_FIELDS = (
    "name",
    "establishment_type_id",
    "unit_id",
    "address_line",
    "registration_number",
    "operating_status_id",
)
POINT_FIELDS = ("lat", "lon")


def listed_cells(row: RegisterRow, localizer: Localizer) -> tuple[Cell, ...]:
    """Return the cells of `LISTED_FIELDS`."""
    lists = localizer.lists
    return (
        row.name,
        localizer.label(lists.types, row.establishment_type_id),
        localizer.label(lists.units, row.unit_id),
        row.address,
        row.registration_number,
        localizer.choice("operating_status", row.operating_status_id),
    )


def other_columns(lists: CodeLists) -> tuple[RecordColumn, ...]:
    """Return the columns of the fields that the list does not show."""
    covered = {*LISTED_FIELDS, *POINT_FIELDS}
    return tuple(
        column for column in record_columns(RecordType.ESTABLISHMENT, lists) if column.name not in covered
    )


def other_cells(columns: Sequence[RecordColumn], stored: StoredRow, localizer: Localizer) -> tuple[Cell, ...]:
    """Return the cells of these columns, chosen once for all rows (`other_columns`)."""
    named = localizer.with_names(stored.names)
    return tuple(written_cell(column, stored.data, named) for column in columns)
