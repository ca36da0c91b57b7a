"""What the pages of the lists share: the pack in force, the table asked for, the layout around."""

from __future__ import annotations

from flask import Response

from field178_server.console.lists.flashes import FLASHES
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.records.lists_in_force import stored_pack
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.list_packs import TABLES, ListPack, ListTable

PUBLISH = "console.lists.publish"
PUBLISHED = "lists_published"


def pack_in_force() -> ListPack:
    """Return the pack that the store holds."""
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        return stored_pack(session, runtime.tenant_id)


def table_of(path: str) -> ListTable:
    """Return the table of a path in an address, or raise AppError(not_found)."""
    table = TABLES.get(path)
    if table is None:
        raise AppError(ErrorCode.NOT_FOUND, table=path)
    return table


def may_change() -> bool:
    """Tell whether the officer may change lists."""
    return may(current_officer().role, PUBLISH, load())


def lists_page(template: str, status: int = 200, **values: object) -> Response:
    """Return a page of the lists with the layout of the officer."""
    localizer = Localizer(chosen_language())
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, current_officer(), localizer)
    flash = take_flash(FLASHES)
    return render(
        template,
        status,
        layout=layout,
        active="console.lists.index",
        may_change=may_change(),
        flash=flash,
        flash_text=flash.text("", localizer) if flash else "",
        **values,
    )
