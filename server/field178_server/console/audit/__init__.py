"""Pages of the audit trail: table, file, and check of the hash chain."""

from __future__ import annotations

from field178_server.console.audit import pages
from field178_server.console.shell.access import any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

AUDIT = any_of("read_audit", "manage_users")

ROUTES = (
    get("/audit", pages.index, AUDIT, menu=MenuEntry(MenuGroup.SYSTEM, 2, "audit", N_("Audit trail"))),
    get("/audit.<kind>", pages.file, AUDIT),
    post("/audit/check", pages.check_chain, AUDIT),
)
