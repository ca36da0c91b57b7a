"""Page of the health of the system, and the action that queues a backup."""

from __future__ import annotations

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.backup.job import BACKUP
from field178_server.backup.log import recent_backups
from field178_server.backup.place import obstacle_of
from field178_server.console.health.view import attempt_view, check_view
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write
from field178_server.health.checks import address_checks, checks_of, worst_first
from field178_server.health.wording import attempt_fault
from field178_server.jobs.queue import add_once, under_way
from field178_server.records.labels import names_of


def index() -> Response:
    """Show every check with its remedy, and the last backups."""
    page = current_page()
    settings = page.runtime.settings
    with page.reading() as session:
        checks = checks_of(session, settings, page.now)
        attempts = recent_backups(session, page.tenant_id)
        job_id = under_way(session, page.tenant_id, BACKUP)
        officer_ids = {attempt.taken_by for attempt in attempts if attempt.taken_by}
        names = names_of(session, page.tenant_id, officer_ids)
    page.use_names(names)
    # After the snapshot: it waits for the network.
    checks = (*checks, *address_checks(settings))
    obstacle = obstacle_of(settings)
    return page.render(
        "health/page.html",
        checks=[check_view(check, page.localizer, page.may) for check in sorted(checks, key=worst_first)],
        attention_count=sum(check.needs_attention for check in checks),
        attempts=[attempt_view(attempt, page.localizer) for attempt in attempts],
        folder=str(settings.effective_backup_dir.absolute()),
        job_id=job_id,
        obstacle=attempt_fault(obstacle.reason.value, page.localizer.language) if obstacle else "",
        checked_at=page.runtime.clock.now(),
    )


def make_backup() -> AnyResponse:
    """Queue a job for a backup and redirect to it; if a backup is under way, redirect to its job."""
    page, context = current_page(), office()
    job_id = run_write(page.runtime.engine, lambda session: add_once(session, context, BACKUP))
    return redirect(url_for("console.jobs.detail", job_id=job_id), 303)
