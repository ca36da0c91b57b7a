"""Pages of exports: form, list with progress, files."""

from __future__ import annotations

from field178_server.console.exports import pages
from field178_server.console.shell.access import REVIEW, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_server.records.access import FIGURE_RIGHTS, OVERSIGHT_RIGHTS
from field178_shared.text.i18n import N_

EXPORT_SOMETHING = any_of(*FIGURE_RIGHTS, "read_visits")
EXPORTS = any_of(*EXPORT_SOMETHING.rights, *OVERSIGHT_RIGHTS)

ROUTES = (
    get(
        "/exports",
        pages.index,
        EXPORTS,
        menu=MenuEntry(MenuGroup.FIGURES, 4, "database", N_("Exports"), hidden_from=REVIEW),
    ),
    post("/exports", pages.submit, EXPORT_SOMETHING),
    get("/exports/<job_id>/file", pages.file, EXPORT_SOMETHING),
    post("/exports/<job_id>/stop", pages.stop_export, EXPORTS),
    post("/exports/<job_id>/withdraw", pages.withdraw, EXPORTS),
)
