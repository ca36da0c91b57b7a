"""Access requests: list of what waits for a second person, and its decision."""

from __future__ import annotations

from field178_server.console.access_requests import pages
from field178_server.console.shell.access import ADMINISTER, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_server.records.access import OVERSIGHT_RIGHTS
from field178_shared.text.i18n import N_

CONFIRM = any_of(*OVERSIGHT_RIGHTS)
SEE = any_of(*OVERSIGHT_RIGHTS, "manage_users")

ROUTES = (
    get(
        "/access-requests",
        pages.index,
        SEE,
        menu=MenuEntry(
            MenuGroup.PEOPLE, 3, "people", N_("Waiting for a second person"), badge=pages.waiting_requests
        ),
    ),
    get("/access-requests/<request_id>", pages.detail, SEE),
    post("/access-requests/<request_id>/confirm", pages.confirm, CONFIRM),
    post("/access-requests/<request_id>/refuse", pages.refuse, CONFIRM),
    post("/access-requests/<request_id>/withdraw", pages.withdraw, ADMINISTER),
    post("/access-requests/<request_id>/alone", pages.take_effect_alone, ADMINISTER),
)
