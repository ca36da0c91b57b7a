"""Job that creates a backup: as the command does, with progress, for the officer who requested it."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.backup.create import create, failure_code
from field178_server.backup.errors import BackupError
from field178_server.backup.manifest import Manifest, Proof
from field178_server.database.unit_of_work import snapshot
from field178_server.jobs.run import JobFailed, JobRun
from field178_shared.errors import AppError, ErrorCode

BACKUP = "backup"
RIGHT = "manage_users"
NOT_PROVED = "not_proved"


def run_backup(run: JobRun) -> None:
    """Create a backup in the folder of the settings; raise JobFailed with the code of the log."""
    settings = run.runtime.settings
    _require_right(run)

    def finish(session: Session, manifest: Manifest, proof: Proof) -> None:
        if proof.is_proved:
            size = sum(file.size for file in manifest.files.values())
            run.conclude(session, {"backup_mb": -(-size >> 20)})

    folder = settings.effective_backup_dir
    try:
        taken = create(settings, run.runtime.engine, run.context, folder, run.progress, finish)
    except (BackupError, OSError, SQLAlchemyError) as error:
        raise JobFailed(failure_code(error)) from error
    if not taken.proof.is_proved:
        raise JobFailed(NOT_PROVED)


def _require_right(run: JobRun) -> None:
    context = run.context
    with snapshot(run.runtime.engine) as session:
        officer = officers.by_login_or_id(session, context.tenant_id, str(context.actor.id))
        role = context.lists.roles.get(officers.context_of(session, officer).role)
    if role is None or RIGHT not in role.rights:
        raise AppError(ErrorCode.FORBIDDEN)
