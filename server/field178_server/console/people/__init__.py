"""People: list of accounts, one page each, and the link by which an officer chooses a password."""

from __future__ import annotations

from field178_server.console.people import open_work, pages
from field178_server.console.shell.access import ADMINISTER, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

HAND_OVER = any_of("manage_users", "review")

ROUTES = (
    get("/people/<officer_id>/open-work", open_work.open_work, HAND_OVER),
    post("/people/<officer_id>/open-work", open_work.hand_over, HAND_OVER),
    post("/people/<officer_id>/open-work/undo", open_work.undo_hand_over, HAND_OVER),
    get("/people", pages.index, ADMINISTER, menu=MenuEntry(MenuGroup.PEOPLE, 1, "people", N_("Accounts"))),
    get("/people/new", pages.new, ADMINISTER),
    post("/people/new", pages.create, ADMINISTER),
    get("/people/<officer_id>", pages.detail, ADMINISTER),
    post("/people/<officer_id>", pages.save, ADMINISTER),
    post("/people/<officer_id>/reset", pages.reset_password, ADMINISTER),
    post("/people/<officer_id>/close", pages.close, ADMINISTER),
    post("/people/<officer_id>/reopen", pages.reopen, ADMINISTER),
    post("/people/<officer_id>/drop-codes", pages.drop_codes, ADMINISTER),
    get("/people/<officer_id>/link", pages.link, ADMINISTER),
)
