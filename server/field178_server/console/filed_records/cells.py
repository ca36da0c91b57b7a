"""Cells of the tables as the page shows them: text, link, or state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from field178_server.console.records.filed_record_columns import FiledRecordColumn
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel, outcome_label, short_state_label
from field178_server.office.filed_records.queries import FiledRecordRow


@dataclass(frozen=True, slots=True)
class PageCell:
    """Cell of a table: text, link ("" for none), and the state that takes the place of the text."""

    text: str
    href: str = ""
    state: StateLabel | None = None


def page_cell(column: FiledRecordColumn, row: FiledRecordRow, localizer: Localizer) -> PageCell:
    """Return the cell of a column for a row."""
    text = _text(column, row, localizer)
    if column.key == "day":
        return PageCell(text or row.record_id, url_for("console.reviews.detail", record_id=row.record_id))
    if column.key == "place" and row.establishment_id:
        return PageCell(text, url_for("console.establishments.detail", record_id=row.establishment_id))
    if column.key == "outcome" and row.outcome:
        return PageCell(text, state=outcome_label(row.outcome, localizer))
    if column.key == "state":
        return PageCell(text, state=short_state_label(row.state, localizer))
    return PageCell(text)


def _text(column: FiledRecordColumn, row: FiledRecordRow, localizer: Localizer) -> str:
    value = column.cell(row, localizer)
    if isinstance(value, datetime):
        return localizer.instant(value)
    if isinstance(value, date):
        return localizer.day(value)
    return localizer.number(value) if isinstance(value, int | float) else value or ""
