"""Pages of agencies' returns: missing returns, forms, received and late ones."""

from __future__ import annotations

from field178_server.console.returns import entry_pages, pages
from field178_server.console.shell.access import any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

ENTER_RETURNS = any_of("submit_return", "review")
RETURNS = any_of("submit_return", "review", "sign_off_report")

ROUTES = (
    get("/returns/new/<record_type>", entry_pages.new, ENTER_RETURNS),
    post("/returns/new/<record_type>", entry_pages.add, ENTER_RETURNS),
    get("/returns/entries/<record_id>", entry_pages.detail, RETURNS),
    post("/returns/entries/<record_id>", entry_pages.save, ENTER_RETURNS),
    post("/returns/entries/<record_id>/withdraw", entry_pages.withdraw_return, ENTER_RETURNS),
    get("/returns", pages.index, RETURNS, menu=MenuEntry(MenuGroup.FIGURES, 2, "partial", N_("Agency data"))),
)
