"""Needs attention: list and pages of conflicts, quarantined changes and recovered records."""

from __future__ import annotations

from field178_server.console.attention import pages
from field178_server.console.shell.access import READ, REVIEW
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

ROUTES = (
    get(
        "/attention",
        pages.index,
        READ,
        menu=MenuEntry(MenuGroup.REVIEW, 2, "alert", N_("Needs attention"), badge=pages.open_items),
    ),
    get("/attention/<origin>/<key>", pages.item, READ),
    post("/attention/<origin>/<key>/<decision>", pages.decide, REVIEW),
)
