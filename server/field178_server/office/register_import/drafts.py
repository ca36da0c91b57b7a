"""Drafts of imports: an uploaded file with its choices, and choices remembered for later imports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import RegisterImport, RegisterImportChoice
from field178_server.office.register_import.choices import ImportChoices, memory_key
from field178_server.office.register_import.staging import StagedTable
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.privacy import lint

_COLUMNS = "columns"
_MAX_FILE_NAME = 120
_LATEST = 20


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import as the pages show it."""

    import_id: str
    file_name: str
    uploaded_by: str | None
    uploaded_at: datetime
    choices: ImportChoices
    counts: Mapping[str, int]
    job_id: str | None
    applied_at: datetime | None
    undone_at: datetime | None


def add_draft(session: Session, context: OperationContext, import_id: str, file_name: str) -> None:
    """Store an uploaded file as a draft; a file name that may contain a person's name is not stored."""
    name = file_name[-_MAX_FILE_NAME:]
    session.add(
        RegisterImport(
            tenant_id=context.tenant_id,
            import_id=import_id,
            file_name="" if any(mark.kind == "person_name" for mark in lint(name)) else name,
            uploaded_by=context.actor.id,
            uploaded_at=context.now(),
        )
    )
    context.note(session, AuditEntry("register_file_uploaded", import_id))


def find_import(session: Session, tenant_id: str, import_id: str) -> ImportRow:
    """Return an import by its id, or raise AppError(not_found)."""
    register_import = session.get(RegisterImport, (tenant_id, import_id))
    if register_import is None:
        raise AppError(ErrorCode.NOT_FOUND, register_import=import_id)
    return _row(register_import)


def latest_imports(session: Session, tenant_id: str) -> list[ImportRow]:
    """Return the latest imports, newest first."""
    rows = session.scalars(
        select(RegisterImport)
        .where(RegisterImport.tenant_id == tenant_id)
        .order_by(RegisterImport.import_id.desc())
        .limit(_LATEST)
    )
    return [_row(row) for row in rows]


def remembered_columns(session: Session, tenant_id: str, table: StagedTable) -> dict[str, str] | None:
    """Return the columns last chosen for the table's headings, None if there are none."""
    row = session.get(RegisterImportChoice, (tenant_id, _COLUMNS, memory_key(table)))
    columns: dict[str, str] | None = None if row is None else json.loads(row.value)
    return columns


def remembered_words(session: Session, tenant_id: str, path: str) -> dict[str, str]:
    """Return the ids chosen earlier for spellings of a field, by spelling key."""
    rows = session.execute(
        select(RegisterImportChoice.key, RegisterImportChoice.value).where(
            RegisterImportChoice.tenant_id == tenant_id, RegisterImportChoice.kind == path
        )
    )
    return {key: value for key, value in rows}


def choose_columns(
    session: Session, context: OperationContext, import_id: str, table: StagedTable, choices: ImportChoices
) -> None:
    """Store which column fills which field, and remember the columns for these headings."""
    _store_choices(session, context, import_id, choices)
    columns = {heading: choices.columns.get(heading, "") for heading in table.headings}
    _remember(session, context, _COLUMNS, {memory_key(table): json.dumps(columns, ensure_ascii=False)})


def choose_words(
    session: Session,
    context: OperationContext,
    import_id: str,
    choices: ImportChoices,
    news: Mapping[str, Mapping[str, str]],
) -> None:
    """Store the meanings of spellings, and remember the new ones (`news`: {field: {spelling key: id}})."""
    _store_choices(session, context, import_id, choices)
    for path, words in news.items():
        _remember(session, context, path, words)


def choose_rows(session: Session, context: OperationContext, import_id: str, choices: ImportChoices) -> None:
    """Store which rows are imported despite possible duplicates."""
    _store_choices(session, context, import_id, choices)


def note_job(session: Session, context: OperationContext, import_id: str, job_id: str) -> None:
    """Store the id of the job that applies or undoes an import."""
    _locked(session, context.tenant_id, import_id).job_id = job_id


def _store_choices(
    session: Session, context: OperationContext, import_id: str, choices: ImportChoices
) -> None:
    register_import = _locked(session, context.tenant_id, import_id)
    if register_import.applied_at is not None:
        raise AppError(ErrorCode.REVISION_CHANGED, register_import=import_id)
    register_import.choices = choices.to_text()


def _remember(session: Session, context: OperationContext, kind: str, values: Mapping[str, str]) -> None:
    for key, value in values.items():
        row = session.get(RegisterImportChoice, (context.tenant_id, kind, key))
        if row is None:
            session.add(RegisterImportChoice(tenant_id=context.tenant_id, kind=kind, key=key, value=value))
        else:
            row.value = value


def _locked(session: Session, tenant_id: str, import_id: str) -> RegisterImport:
    register_import = session.get(RegisterImport, (tenant_id, import_id), with_for_update=True)
    if register_import is None:
        raise AppError(ErrorCode.NOT_FOUND, register_import=import_id)
    return register_import


def _row(row: RegisterImport) -> ImportRow:
    return ImportRow(
        row.import_id,
        row.file_name,
        row.uploaded_by,
        row.uploaded_at,
        ImportChoices.of_text(row.choices),
        json.loads(row.counts),
        row.job_id,
        row.applied_at,
        row.undone_at,
    )
