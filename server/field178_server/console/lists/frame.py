"""Parts that the pages of the lists share: the pack in force, a table by its path, names of rows."""

from __future__ import annotations

from field178_server.console.shell.page import current_page, or_404
from field178_server.database.unit_of_work import snapshot
from field178_server.records.lists_in_force import stored_pack
from field178_shared.list_packs import TABLES, ListPack, ListTable
from field178_shared.list_packs.tables import Row

PUBLISH = "console.lists.publish"
PUBLISHED = "lists_published"


def pack_in_force() -> ListPack:
    """Return the pack that the store holds."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return stored_pack(session, page.tenant_id)


def table_of(path: str) -> ListTable:
    """Return the table of a path in an address, or raise AppError(not_found)."""
    return or_404(TABLES.get(path))


def own_name(row: Row, language: str) -> str:
    """Return the name of a row in a language, "" if it has none."""
    return str(row.get("en" if language == "en" else "vi") or "")
