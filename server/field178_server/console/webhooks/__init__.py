"""Webhooks: receivers of events, their attempts, and replays."""

from __future__ import annotations

from field178_server.console.shell.access import ADMINISTER
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_server.console.webhooks import pages
from field178_shared.text.i18n import N_

ROUTES = (
    get("/webhooks", pages.index, ADMINISTER, menu=MenuEntry(MenuGroup.SYSTEM, 6, "swap", N_("Webhooks"))),
    get("/webhooks/new", pages.new, ADMINISTER),
    post("/webhooks/new", pages.add, ADMINISTER),
    get("/webhooks/<webhook_id>", pages.detail, ADMINISTER),
    get("/webhooks/<webhook_id>/edit", pages.edit, ADMINISTER),
    post("/webhooks/<webhook_id>/edit", pages.save, ADMINISTER),
    post("/webhooks/<webhook_id>/test", pages.send_test_message, ADMINISTER),
    post("/webhooks/<webhook_id>/pause", pages.pause, ADMINISTER),
    post("/webhooks/<webhook_id>/resume", pages.resume, ADMINISTER),
    post("/webhooks/<webhook_id>/replay", pages.replay, ADMINISTER),
    post("/webhooks/<webhook_id>/refused/<int(max=999999999):event_no>", pages.resend, ADMINISTER),
    post("/webhooks/<webhook_id>/secret", pages.change_secret, ADMINISTER),
    get("/webhooks/<webhook_id>/secret", pages.secret, ADMINISTER),
    post("/webhooks/<webhook_id>/remove", pages.remove, ADMINISTER),
)
