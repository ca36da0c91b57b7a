"""Pages of the code lists: rows as the law has them, changes with a preview, packs and worksheets."""

from __future__ import annotations

from field178_server.console.lists import changes, pages
from field178_server.console.shell.access import any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

LISTS = any_of("manage_codelists", "read_visits", "approve_export")
MANAGE_LISTS = any_of("manage_codelists")

ROUTES = (
    post("/lists/<path:path>/row", changes.check_row, MANAGE_LISTS),
    post("/lists/upload", changes.upload, MANAGE_LISTS),
    post("/lists/publish", changes.publish, MANAGE_LISTS),
    get("/lists", pages.index, LISTS, menu=MenuEntry(MenuGroup.SYSTEM, 3, "fine", N_("Lists and law"))),
    get("/lists/<path:path>/rows", pages.table, LISTS),
    get("/lists/<path:path>/row", pages.row, LISTS),
    get("/lists/pack", pages.pack, LISTS),
    get("/lists/worksheet", pages.worksheet, LISTS),
)
