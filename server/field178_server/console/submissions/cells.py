"""Cells of the tables as the page shows them: text, link, or state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from field178_server.console.records.submission_columns import FiledColumn
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel, outcome_label, short_state_label
from field178_server.office.submissions.queries import FiledRow


@dataclass(frozen=True, slots=True)
class PageCell:
    """Cell of a table: text, link ("" for none), and the state that takes the place of the text."""

    text: str
    href: str = ""
    state: StateLabel | None = None


def page_cell(column: FiledColumn, row: FiledRow, localizer: Localizer) -> PageCell:
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


def _text(column: FiledColumn, row: FiledRow, localizer: Localizer) -> str:
    value = column.cell(row, localizer)
    if isinstance(value, datetime):
        return localizer.instant(value)
    if isinstance(value, date):
        return localizer.day(value)
    return localizer.number(value) if isinstance(value, int | float) else value or ""
