"""First page of each role: cards of open work."""

from __future__ import annotations

from field178_server.console.shell.access import SIGNED_IN
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get
from field178_server.console.today import pages
from field178_shared.text.i18n import N_

ROUTES = (get("/", pages.index, SIGNED_IN, menu=MenuEntry(MenuGroup.TODAY, 1, "home", N_("Today"))),)
