"""Pages of the yearly plan: quotas with progress, planned visits, calendar, changes, passphrase."""

from __future__ import annotations

from field178_server.console.plan import changes, knowers, pages, passphrase
from field178_server.console.shell.access import READ, REVIEW, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

# Leadership and privacy officers: who plans is no overseer of it.
OVERSEE_PLAN = any_of("sign_off_report", "read_audit")

ROUTES = (
    get("/plan/<int:year>/add", changes.add_form, REVIEW),
    post("/plan/<int:year>/add", changes.add, REVIEW),
    get("/plan/items/<item_id>", changes.item, READ),
    post("/plan/items/<item_id>", changes.move, REVIEW),
    post("/plan/items/<item_id>/cancel", changes.cancel, REVIEW),
    post("/plan/recheck", changes.recheck, REVIEW),
    get("/plan/<int:year>/quotas", changes.quotas, REVIEW),
    post("/plan/<int:year>/quotas", changes.set_quotas, REVIEW),
    get("/plan/passphrase", passphrase.form, REVIEW),
    post("/plan/passphrase", passphrase.set_passphrase, REVIEW),
    post("/plan/passphrase/open", passphrase.open_visits, REVIEW),
    get(
        "/plan/begun",
        knowers.begun,
        OVERSEE_PLAN,
        menu=MenuEntry(MenuGroup.REGISTER, 2, "lock", N_("Who could have known")),
    ),
    get("/plan/items/<item_id>/known", knowers.known, OVERSEE_PLAN),
    get("/plan", pages.index, READ, menu=MenuEntry(MenuGroup.REGISTER, 1, "calendar", N_("Plan"))),
    get("/plan/<int:year>", pages.year_page, READ),
    get("/plan/calendar", pages.calendar, READ),
)
