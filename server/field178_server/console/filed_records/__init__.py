"""Tables of visits and of sessions: filters, order, files."""

from __future__ import annotations

from field178_server.console.filed_records import pages
from field178_server.console.shell.access import READ
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get
from field178_shared.text.i18n import N_

ROUTES = (
    get("/visits", pages.visits, READ, menu=MenuEntry(MenuGroup.REGISTER, 3, "document", N_("All visits"))),
    get("/visits/points", pages.visits_points, READ),
    get("/visits.<kind>", pages.visits_file, READ),
    get("/sessions", pages.sessions, READ, menu=MenuEntry(MenuGroup.REGISTER, 4, "outreach", N_("Outreach"))),
    get("/sessions.<kind>", pages.sessions_file, READ),
)
