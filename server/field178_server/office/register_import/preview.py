"""Preview of an import: the rows as they would be taken, and the spellings that stand in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Scope
from field178_server.office.register_import.checking import CheckedFile, CheckedRow, RowReader, check_rows
from field178_server.office.register_import.choices import ImportChoices, first_choices
from field178_server.office.register_import.drafts import ImportRow, remembered_columns, remembered_words
from field178_server.office.register_import.duplicates import DuplicateIndex, register_index
from field178_server.office.register_import.fields import FIELDS, FOR_ALL_ROWS, ValueKind
from field178_server.office.register_import.spellings import Meaning, Spellings
from field178_server.office.register_import.staging import StagedTable, StagingFolder
from field178_server.records.access import AccessFilter
from field178_shared.time.clock import local_date

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write something, how often it stands in the file, and what it is taken for."""

    path: str
    text: str
    key: str
    count: int
    chosen: str
    meaning: Meaning | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The staged tables of an import, and the one that was chosen."""

    row: ImportRow
    tables: list[StagedTable]
    table: StagedTable
    choices: ImportChoices
    reader: RowReader
    folder: StagingFolder

    def spellings(self) -> list[Spelling]:
        """Return the distinct spellings of the columns of lists and of titles: unknown ones first."""
        counts: dict[tuple[str, str], Counter[str]] = {}
        for path, text in self._listed():
            counts.setdefault((path, self.reader.spellings.key(text)), Counter())[text] += 1
        found = [
            Spelling(
                path,
                texts.most_common(1)[0][0],
                key,
                texts.total(),
                self.reader.meaning(path, texts.most_common(1)[0][0]),
                self.reader.spellings.meaning(path, texts.most_common(1)[0][0]),
            )
            for (path, key), texts in counts.items()
        ]
        return sorted(found, key=lambda one: (bool(one.chosen), list(FIELDS).index(one.path), -one.count))

    def titled(self) -> set[str]:
        """Return the fields that titles between the rows fill."""
        rows = self.folder.rows(self.row.import_id, self.table)
        return {self.reader.spellings.title_path(title) for row in rows for title in row.titles}

    def check(self, index_of: Callable[[list[CheckedRow]], DuplicateIndex], told: Told) -> CheckedFile:
        """Return all rows, checked."""
        rows = self.folder.rows(self.row.import_id, self.table)
        return check_rows(rows, self.reader, index_of, told)

    def _listed(self) -> Iterator[tuple[str, str]]:
        columns = [
            (number, path)
            for number, heading in enumerate(self.table.headings)
            if (path := self.choices.columns.get(heading)) and FIELDS[path].kind is ValueKind.CHOICE
        ]
        under: dict[str, str] = {}
        for row in self.folder.rows(self.row.import_id, self.table):
            under |= {self.reader.spellings.title_path(title): title for title in row.titles}
            own = {path: row.texts[number] for number, path in columns if row.texts[number]}
            yield from (under | own).items()


def preview_of(
    session: Session,
    context: OperationContext,
    folder: StagingFolder,
    row: ImportRow,
    access: AccessFilter,
    table_number: int | None = None,
) -> Preview:
    """Return the preview of a draft; `table_number` chooses another table than the one stored."""
    tables = folder.tables(row.import_id)
    choices = row.choices
    wanted = table_number if table_number is not None else choices.table if choices.is_mapped else None
    table = next((one for one in tables if one.number == wanted), max(tables, key=lambda one: one.row_count))
    if not choices.is_mapped or choices.table != table.number:
        choices = first_choices(table, remembered_columns(session, context.tenant_id, table))
    spellings = Spellings(context.lists, local_date(context.now()), used_units(session, context.tenant_id))
    words = {
        path: _offered(spellings, path, remembered_words(session, context.tenant_id, path))
        | dict(choices.words.get(path, {}))
        for path in {*choices.columns.values(), *FOR_ALL_ROWS}
        if FIELDS[path].kind is ValueKind.CHOICE
    }
    known = replace(choices, words=words)
    reader = RowReader(table, known, spellings, context.lists, access, context.now())
    return Preview(row, tables, table, known, reader, folder)


def check_preview(session: Session, tenant_id: str, preview: Preview, told: Told) -> CheckedFile:
    """Return the rows of a preview, compared with the register as this session sees it."""
    return preview.check(
        lambda rows: register_index(session, tenant_id, (one.data for one in rows if not one.problems)), told
    )


def _offered(spellings: Spellings, path: str, words: dict[str, str]) -> dict[str, str]:
    """Return the remembered words whose ids are still offered: a unit may be abolished meanwhile."""
    offered = {value for value, _ in spellings.options(path)}
    return {key: value for key, value in words.items() if not value or value in offered}


def used_units(session: Session, tenant_id: str) -> frozenset[str]:
    """Return the units that records of this office are kept under."""
    found = session.scalars(select(Scope.scope).where(Scope.tenant_id == tenant_id, Scope.kind == "unit"))
    return frozenset(scope.partition(":")[2] for scope in found)
