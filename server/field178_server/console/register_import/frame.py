"""Frame of the pages of one import: its draft, its preview, and the layout around them."""

from __future__ import annotations

from flask import Response

from field178_server.console.shell.form_actions import office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.register_import.drafts import ImportRow, find_import
from field178_server.office.register_import.preview import Preview, preview_of
from field178_server.office.register_import.staging import StagingFolder
from field178_server.records.access import access_of
from field178_shared.errors import AppError, ErrorCode


def import_page(template: str, status: int = 200, **values: object) -> Response:
    """Return a page of an import in its layout."""
    localizer = Localizer(chosen_language())
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, current_officer(), localizer)
    return render(template, status, layout=layout, active="console.establishments.index", **values)


def staging() -> StagingFolder:
    """Return the staged files of the tenant."""
    runtime = current_runtime()
    return StagingFolder(runtime.settings.data_dir, runtime.tenant_id)


def may_see(row: ImportRow) -> bool:
    """Tell whether the officer may see an import: an own one, or any where the officer sees all."""
    officer = current_officer()
    return row.uploaded_by == officer.id or access_of(officer.role, officer.scopes).scopes is None


def stored_import(import_id: str) -> ImportRow:
    """Return an import, or raise AppError(not_found)."""
    with snapshot(current_runtime().engine) as session:
        return _import_in(session, import_id)


def preview_in(session: Session, import_id: str, table: int | None = None) -> Preview:
    """Return the preview of a draft within what the officer may edit."""
    officer = current_officer()
    access = access_of(officer.role, officer.scopes)
    return preview_of(session, office(), staging(), _import_in(session, import_id), access, table)


def _import_in(session: Session, import_id: str) -> ImportRow:
    row = find_import(session, current_runtime().tenant_id, import_id)
    if not may_see(row):
        raise AppError(ErrorCode.NOT_FOUND)
    return row
