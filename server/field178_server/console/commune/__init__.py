"""Pages of a commune: missing entries, forms, and stored entries."""

from __future__ import annotations

from field178_server.console.commune import entry_pages, pages
from field178_server.console.shell.access import REVIEW, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

COMMUNE = any_of("create_commune_plan", "review", "sign_off_report")
ENTER_COMMUNE = any_of("create_commune_plan")

ROUTES = (
    get("/commune/new/<record_type>", entry_pages.new, ENTER_COMMUNE),
    post("/commune/new/<record_type>", entry_pages.add, ENTER_COMMUNE),
    get("/commune/entries/<record_id>", entry_pages.detail, COMMUNE),
    get("/commune/entries/<record_id>/files/<key>", entry_pages.file, COMMUNE),
    post("/commune/entries/<record_id>", entry_pages.save, ENTER_COMMUNE),
    post("/commune/entries/<record_id>/withdraw", entry_pages.withdraw_entry, ENTER_COMMUNE),
    post("/commune/entries/<record_id>/return", entry_pages.return_entry, REVIEW),
    post("/commune/entries/<record_id>/take-back", entry_pages.take_back_return, REVIEW),
    get("/commune", pages.index, COMMUNE, menu=MenuEntry(MenuGroup.REGISTER, 5, "check", N_("Commune work"))),
)
