"""Queries of the lists: tables with their counts, rows with their origin, and publications."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Audit
from field178_shared.codelists.rows import ListFileRow
from field178_shared.list_packs import TABLES, ListPack
from field178_shared.list_packs.pack import files_with
from field178_shared.list_packs.tables import Row
from field178_shared.text.normalisation import fold

_MOST_PUBLICATIONS = 20


@dataclass(frozen=True, slots=True)
class TableSummary:
    """A table of the lists: numbers of rows, of rows changed by the office, and of unverified rows."""

    path: str
    rows: int
    changed: int
    unsure: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row in force, and whether the office changed it."""

    key: str
    row: Row
    is_changed: bool


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """One publication of a pack."""

    number: int
    rows: int
    at: datetime
    actor_id: str | None


def summaries(pack: ListPack) -> tuple[TableSummary, ...]:
    """Return the summaries of all tables."""
    files = files_with(pack)
    return tuple(
        TableSummary(
            path,
            len(rows := table.rows(files)),
            len(pack.rows.get(path, {})),
            sum(is_unsure(row) for row in rows.values()),
        )
        for path, table in TABLES.items()
    )


def rows_of_table(pack: ListPack, path: str, text: str, on: date | None = None) -> tuple[TableRow, ...]:
    """Return the rows of a table that contain a text, compared without diacritics.

    `on`: only rows in force on that local date.
    """
    changed: Mapping[str, str] = pack.rows.get(path, {})
    table, folded = TABLES[path], fold(text)
    return tuple(
        TableRow(key, row, key in changed)
        for key, row in table.rows(files_with(pack)).items()
        if not folded or folded in fold(" ".join(str(value) for value in row.values()))
        if on is None or table.read(ListFileRow(row, key)).valid_on(on)
    )


def is_unsure(row: Row) -> bool:
    """Return whether a row, or a frame of it, has low confidence and is not verified."""
    if is_verified(row):
        return False
    frames = row.get("frames")
    parts = [row, *(frames if isinstance(frames, list) else ())]
    return any(
        part.get("confidence") == "low" and not is_verified(part) for part in parts if isinstance(part, dict)
    )


def is_verified(row: Mapping[str, object]) -> bool:
    """Return whether a row names who verified it and when (the rule of `lists check`)."""
    return bool(row.get("verified_by") and row.get("verified_on"))


def publications(session: Session, tenant_id: str) -> list[PublicationRow]:
    """Return the latest publications of packs, newest first."""
    entries = session.scalars(
        select(Audit)
        .where(Audit.tenant_id == tenant_id, Audit.action == "lists_published")
        .order_by(Audit.audit_id.desc())
        .limit(_MOST_PUBLICATIONS)
    )
    return [_publication(entry) for entry in entries]


def _publication(entry: Audit) -> PublicationRow:
    details = json.loads(entry.details or "{}")
    return PublicationRow(int(details["number"]), int(details["rows"]), entry.at, entry.actor_id)
