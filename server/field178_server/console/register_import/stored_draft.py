"""Parts that the pages of one import share: its draft, its preview, its staged files."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.console.shell.form_actions import office
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import snapshot
from field178_server.office.register_import.drafts import ImportRow, find_import
from field178_server.office.register_import.preview import Preview, preview_of
from field178_server.office.register_import.staging import StagingFolder
from field178_shared.errors import AppError, ErrorCode

# Menu entry that is marked on the pages of imports.
MENU = "console.establishments.index"


def staging() -> StagingFolder:
    """Return the staged files of the tenant."""
    page = current_page()
    return StagingFolder(page.runtime.settings.data_dir, page.tenant_id)


def may_see(row: ImportRow) -> bool:
    """Tell whether the officer may see an import: an own one, or any if the officer sees all scopes."""
    page = current_page()
    return row.uploaded_by == page.officer.id or page.access.scopes is None


def stored_import(import_id: str) -> ImportRow:
    """Return an import, or raise AppError(not_found)."""
    with snapshot(current_page().runtime.engine) as session:
        return _import_in(session, import_id)


def preview_in(session: Session, import_id: str, table: int | None = None) -> Preview:
    """Return the preview of a draft within what the officer may edit."""
    row = _import_in(session, import_id)
    return preview_of(session, office(), staging(), row, current_page().access, table)


def _import_in(session: Session, import_id: str) -> ImportRow:
    row = find_import(session, current_page().tenant_id, import_id)
    if not may_see(row):
        raise AppError(ErrorCode.NOT_FOUND)
    return row
