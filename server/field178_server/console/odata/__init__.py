"""Data feeds: tokens of spreadsheets and dashboards, created and revoked."""

from __future__ import annotations

from field178_server.console.odata import pages
from field178_server.console.shell.access import ADMINISTER, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_server.records.access import OVERSIGHT_RIGHTS
from field178_shared.text.i18n import N_

OVERSEE_FEEDS = any_of(*ADMINISTER.rights, *OVERSIGHT_RIGHTS)

ROUTES = (
    get(
        "/feeds",
        pages.index,
        OVERSEE_FEEDS,
        menu=MenuEntry(MenuGroup.SYSTEM, 4, "database", N_("Data feeds")),
    ),
    get("/feeds/new", pages.new, ADMINISTER),
    post("/feeds/new", pages.add, ADMINISTER),
    get("/feeds/<token_id>", pages.detail, OVERSEE_FEEDS),
    post("/feeds/<token_id>/revoke", pages.revoke, OVERSEE_FEEDS),
)
