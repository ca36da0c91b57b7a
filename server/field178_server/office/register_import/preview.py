"""Preview of an import: checked rows, and the spellings in them."""

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

ReportProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Spelling:
    """A spelling in the file with its number of occurrences, and the id it means."""

    path: str
    text: str
    key: str
    count: int
    chosen: str
    meaning: Meaning | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Staged tables of an import, and the chosen table."""

    row: ImportRow
    tables: list[StagedTable]
    table: StagedTable
    choices: ImportChoices
    reader: RowReader
    folder: StagingFolder

    def spellings(self) -> list[Spelling]:
        """Return the distinct spellings in list columns and titles, unknown ones first."""
        counts: dict[tuple[str, str], Counter[str]] = {}
        for path, text in self._listed():
            counts.setdefault((path, self.reader.spellings.key(text)), Counter())[text] += 1
        spellings = [
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
        return sorted(
            spellings,
            key=lambda spelling: (bool(spelling.chosen), list(FIELDS).index(spelling.path), -spelling.count),
        )

    def titled(self) -> set[str]:
        """Return the fields that titles between rows fill."""
        rows = self.folder.rows(self.row.import_id, self.table)
        return {self.reader.spellings.title_path(title) for row in rows for title in row.titles}

    def check(
        self, index_of: Callable[[list[CheckedRow]], DuplicateIndex], report_progress: ReportProgress
    ) -> CheckedFile:
        """Return the checked rows of the chosen table."""
        rows = self.folder.rows(self.row.import_id, self.table)
        return check_rows(rows, self.reader, index_of, report_progress)

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
    """Return the preview of a draft; `table_number` overrides the stored choice of the table."""
    tables = folder.tables(row.import_id)
    choices = row.choices
    chosen_number = table_number if table_number is not None else choices.table if choices.is_mapped else None
    table = next(
        (candidate for candidate in tables if candidate.number == chosen_number),
        max(tables, key=lambda candidate: candidate.row_count),
    )
    if not choices.is_mapped or choices.table != table.number:
        choices = first_choices(table, remembered_columns(session, context.tenant_id, table))
    spellings = Spellings(context.lists, local_date(context.now()), used_units(session, context.tenant_id))
    words = {
        path: _offered(spellings, path, remembered_words(session, context.tenant_id, path))
        | dict(choices.words.get(path, {}))
        for path in {*choices.columns.values(), *FOR_ALL_ROWS}
        if FIELDS[path].kind is ValueKind.CHOICE
    }
    known_choices = replace(choices, words=words)
    reader = RowReader(table, known_choices, spellings, context.lists, access, context.now())
    return Preview(row, tables, table, known_choices, reader, folder)


def check_preview(
    session: Session, tenant_id: str, preview: Preview, report_progress: ReportProgress
) -> CheckedFile:
    """Return the checked rows of a preview, compared with the register in this session."""
    return preview.check(
        lambda rows: register_index(session, tenant_id, (row.data for row in rows if not row.problems)),
        report_progress,
    )


def _offered(spellings: Spellings, path: str, words: dict[str, str]) -> dict[str, str]:
    """Return the remembered words whose ids are still valid: a unit may have been abolished."""
    offered = {value for value, _ in spellings.options(path)}
    return {key: value for key, value in words.items() if not value or value in offered}


def used_units(session: Session, tenant_id: str) -> frozenset[str]:
    """Return the units that the office has records of."""
    scopes = session.scalars(select(Scope.scope).where(Scope.tenant_id == tenant_id, Scope.kind == "unit"))
    return frozenset(scope.partition(":")[2] for scope in scopes)
