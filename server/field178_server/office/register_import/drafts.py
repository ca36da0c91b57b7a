"""Drafts of imports: an uploaded file with its choices, and the choices remembered for the next."""

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
    """An import as pages show it."""

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
    """Store an uploaded file as a draft; a file name that seems to name somebody is not kept."""
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
    """Return an import, or raise AppError(not_found)."""
    found = session.get(RegisterImport, (tenant_id, import_id))
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND, register_import=import_id)
    return _row(found)


def latest_imports(session: Session, tenant_id: str) -> list[ImportRow]:
    """Return the latest imports, the youngest first."""
    rows = session.scalars(
        select(RegisterImport)
        .where(RegisterImport.tenant_id == tenant_id)
        .order_by(RegisterImport.import_id.desc())
        .limit(_LATEST)
    )
    return [_row(row) for row in rows]


def remembered_columns(session: Session, tenant_id: str, table: StagedTable) -> dict[str, str] | None:
    """Return the columns chosen for these headings the last time, None the first time."""
    row = session.get(RegisterImportChoice, (tenant_id, _COLUMNS, memory_key(table)))
    found: dict[str, str] | None = None if row is None else json.loads(row.value)
    return found


def remembered_words(session: Session, tenant_id: str, path: str) -> dict[str, str]:
    """Return the ids chosen for spellings of a field the last times."""
    rows = session.execute(
        select(RegisterImportChoice.key, RegisterImportChoice.value).where(
            RegisterImportChoice.tenant_id == tenant_id, RegisterImportChoice.kind == path
        )
    )
    return {key: value for key, value in rows}


def choose_columns(
    session: Session, context: OperationContext, import_id: str, table: StagedTable, choices: ImportChoices
) -> None:
    """Store which column fills which field, and remember it for these headings."""
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
    """Store what spellings mean, and remember the news: {field: {spelling key: id}}."""
    _store_choices(session, context, import_id, choices)
    for path, words in news.items():
        _remember(session, context, path, words)


def choose_rows(session: Session, context: OperationContext, import_id: str, choices: ImportChoices) -> None:
    """Store which rows are taken although they look alike."""
    _store_choices(session, context, import_id, choices)


def note_job(session: Session, context: OperationContext, import_id: str, job_id: str) -> None:
    """Store the job that works on an import."""
    _locked(session, context.tenant_id, import_id).job_id = job_id


def _store_choices(
    session: Session, context: OperationContext, import_id: str, choices: ImportChoices
) -> None:
    found = _locked(session, context.tenant_id, import_id)
    if found.applied_at is not None:
        raise AppError(ErrorCode.REVISION_CHANGED, register_import=import_id)
    found.choices = choices.to_text()


def _remember(session: Session, context: OperationContext, kind: str, values: Mapping[str, str]) -> None:
    for key, value in values.items():
        row = session.get(RegisterImportChoice, (context.tenant_id, kind, key))
        if row is None:
            session.add(RegisterImportChoice(tenant_id=context.tenant_id, kind=kind, key=key, value=value))
        else:
            row.value = value


def _locked(session: Session, tenant_id: str, import_id: str) -> RegisterImport:
    found = session.get(RegisterImport, (tenant_id, import_id), with_for_update=True)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND, register_import=import_id)
    return found


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
