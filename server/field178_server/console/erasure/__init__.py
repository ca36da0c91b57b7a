"""Erasure: requested by a privacy officer, confirmed or refused by another."""

from __future__ import annotations

from field178_server.console.erasure import pages
from field178_server.console.shell.access import any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

ERASE = any_of("run_retention")

ROUTES = (
    get(
        "/purges",
        pages.index,
        ERASE,
        menu=MenuEntry(MenuGroup.SYSTEM, 1, "privacy", N_("Erasures"), badge=pages.requested_erasures),
    ),
    get("/purges/ask", pages.new, ERASE),
    post("/purges/ask", pages.submit, ERASE),
    get("/purges/<record_id>", pages.detail, ERASE),
    post("/purges/<record_id>/confirm", pages.confirm, ERASE),
    post("/purges/<record_id>/refuse", pages.refuse, ERASE),
    post("/purges/<record_id>/withdraw", pages.withdraw, ERASE),
)
