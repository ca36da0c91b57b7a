"""Jobs of the office: list, progress and results."""

from __future__ import annotations

from field178_server.console.jobs import pages
from field178_server.console.shell.access import MANAGE_TABLETS, any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

JOBS = any_of("edit_register", "manage_devices")

ROUTES = (
    get(
        "/jobs",
        pages.index,
        JOBS,
        menu=MenuEntry(MenuGroup.SYSTEM, 5, "partial", N_("Jobs"), shown_to=MANAGE_TABLETS),
    ),
    get("/jobs/<job_id>", pages.detail, JOBS),
    post("/jobs/<job_id>/stop", pages.stop_job, JOBS),
)
