"""Jobs of an import: apply a checked file, undo an import."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.database.failpoints import failpoint
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.run import JobRun
from field178_server.office.register_import.drafts import find_import
from field178_server.office.register_import.error_file import write_refused
from field178_server.office.register_import.operations import apply_import, undo_import
from field178_server.office.register_import.preview import check_preview, preview_of
from field178_server.office.register_import.staging import StagingFolder
from field178_server.records.access import access_of
from field178_shared.errors import AppError, ErrorCode

IMPORT = "register_import"
UNDO = "register_import_undo"
RIGHT = "edit_register"
IMPORT_ID, SEEN = "import_id", "seen"
# More removals than this in a scope trigger the tablet's mass deletion guard (decision 0023).
MOST_UNANNOUNCED = 50

# Announces a removal to the tablets, in the transaction of the removal.
Announce = Callable[[Session, OperationContext, int], None]


def run_import(run: JobRun) -> None:
    """Check the file again and apply it; raises AppError(revision_changed) if the result differs."""
    runtime, context, import_id = run.runtime, run.context, run.arguments[IMPORT_ID]
    folder = StagingFolder(runtime.settings.data_dir, runtime.tenant_id)
    with snapshot(runtime.engine) as session:
        officer = officers.asker_of(session, runtime.tenant_id, str(context.actor.id), RIGHT, context.lists)
        access = access_of(officer.role, officer.scopes)
        row = find_import(session, runtime.tenant_id, import_id)
        preview = preview_of(session, context, folder, row, access)
        total = preview.table.row_count
        checked = check_preview(
            session, runtime.tenant_id, preview, lambda done: run.progress(done, 2 * total)
        )
    if checked.digest != run.arguments[SEEN]:
        raise AppError(ErrorCode.REVISION_CHANGED)
    if len(checked.taken) < len(checked.rows):
        write_refused(folder.file_of(import_id), preview, checked, officer.language)
    run.progress(total, 2 * total)

    def apply(session: Session) -> None:
        counts = apply_import(session, context, import_id, checked)
        failpoint("register_import.written")
        run.conclude(session, counts)

    run_write(runtime.engine, apply)
    failpoint("register_import.applied")


def undo_with(announce: Announce) -> Callable[[JobRun], None]:
    """Return the job that undoes an import; `announce` announces a large removal to the tablets."""

    def undo(run: JobRun) -> None:
        def work(session: Session) -> None:
            counts = undo_import(session, run.context, run.arguments[IMPORT_ID])
            if counts["most_of_a_scope"] > MOST_UNANNOUNCED:
                announce(session, run.context, counts["deleted"])
            run.conclude(session, {"deleted": counts["deleted"]})

        run.raise_if_stopped()
        run_write(run.runtime.engine, work)

    return undo
