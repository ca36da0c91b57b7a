"""Health of the system: checks with their remedies, and a backup at once."""

from __future__ import annotations

from field178_server.console.health import pages
from field178_server.console.shell.access import ADMINISTER
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

ROUTES = (
    get("/health", pages.index, ADMINISTER, menu=MenuEntry(MenuGroup.SYSTEM, 7, "health", N_("Health"))),
    post("/health/backup", pages.make_backup, ADMINISTER),
)
