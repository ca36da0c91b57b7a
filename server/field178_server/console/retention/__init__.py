"""Retention: periods, dry run, runs decided by two officers, holds of records."""

from __future__ import annotations

from field178_server.console.retention import pages
from field178_server.console.shell.access import any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

RETAIN = any_of("run_retention", "sign_off_report")

ROUTES = (
    get(
        "/retention",
        pages.index,
        RETAIN,
        menu=MenuEntry(MenuGroup.SYSTEM, 8, "clock", N_("Retention"), badge=pages.waiting_runs),
    ),
    post("/retention", pages.submit, RETAIN),
    get("/retention/dry-run", pages.dry_run, RETAIN),
    post("/retention/holds", pages.hold, RETAIN),
    post("/retention/holds/<hold_id>/release", pages.release, RETAIN),
    get("/retention/<run_id>", pages.detail, RETAIN),
    post("/retention/<run_id>/confirm", pages.confirm, RETAIN),
    post("/retention/<run_id>/cancel", pages.cancel, RETAIN),
    post("/retention/<run_id>/resume", pages.resume, RETAIN),
)
