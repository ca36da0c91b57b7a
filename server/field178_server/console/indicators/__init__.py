"""Pages of the indicators: figures, targets, and the records behind each number."""

from __future__ import annotations

from field178_server.console.indicators import detail_pages, pages, records_pages
from field178_server.console.shell.access import any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get
from field178_server.records.access import FIGURE_RIGHTS
from field178_shared.text.i18n import N_

FIGURES = any_of(*FIGURE_RIGHTS)

ROUTES = (
    get("/indicators/<indicator_id>", detail_pages.detail, FIGURES),
    get("/indicators/coverage", detail_pages.coverage, FIGURES),
    get(
        "/indicators",
        pages.index,
        FIGURES,
        menu=MenuEntry(MenuGroup.FIGURES, 1, "check-circle", N_("Indicators")),
    ),
    get("/indicators/<indicator_id>/records", records_pages.records, FIGURES),
)
