"""Notices of the office: list, form, one notice with its addressees; end, and mark as read."""

from __future__ import annotations

from field178_server.console.notices import pages
from field178_server.console.shell.access import NOTICES, SIGNED_IN
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

ROUTES = (
    get("/notices", pages.index, NOTICES, menu=MenuEntry(MenuGroup.PEOPLE, 4, "info", N_("Notices"))),
    get("/notices/new", pages.new, NOTICES),
    post("/notices/new", pages.announce, NOTICES),
    get("/notices/<notice_id>", pages.detail, NOTICES),
    post("/notices/<notice_id>/end", pages.end, NOTICES),
    post("/notices/<notice_id>/read", pages.mark_read, SIGNED_IN),
)
