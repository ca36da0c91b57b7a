"""The page of the system's health, and the backup that it takes."""

from __future__ import annotations

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.backup.job import BACKUP
from field178_server.backup.log import recent_backups
from field178_server.backup.place import obstacle_of
from field178_server.console.health.view import attempt_view, check_view
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.health.checks import address_checks, checks_of, worst_first
from field178_server.health.wording import attempt_fault
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.jobs.queue import add_once, under_way
from field178_server.records.labels import names_of


def index() -> Response:
    """Show every check with what is to be done, and the last backups."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    with snapshot(runtime.engine) as session:
        checks = checks_of(session, runtime.settings, runtime.clock.now())
        attempts = recent_backups(session, runtime.tenant_id)
        job_id = under_way(session, runtime.tenant_id, BACKUP)
        people = names_of(session, runtime.tenant_id, {one.taken_by for one in attempts if one.taken_by})
        layout = layout_of(session, officer, Localizer(language))
    # After the snapshot: it waits for the network.
    checks = (*checks, *address_checks(runtime.settings))
    localizer = Localizer(language, people)
    obstacle = obstacle_of(runtime.settings)
    return render(
        "health/page.html",
        layout=layout,
        active="console.health.index",
        checks=[check_view(one, officer.role, localizer) for one in sorted(checks, key=worst_first)],
        wanting=sum(one.needs_attention for one in checks),
        attempts=[attempt_view(one, localizer) for one in attempts],
        folder=str(runtime.settings.effective_backup_dir.absolute()),
        job_id=job_id,
        obstacle=attempt_fault(obstacle.reason.value, language) if obstacle else "",
        checked=localizer.instant(runtime.clock.now()),
    )


def make_backup() -> AnyResponse:
    """Queue a backup and lead to its job; one that is under way is the answer to a second click."""
    context = office()
    job_id = run_write(current_runtime().engine, lambda session: add_once(session, context, BACKUP))
    return redirect(url_for("console.jobs.detail", job_id=job_id), 303)
