"""The kinds of jobs and their functions."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.backup.job import BACKUP, run_backup
from field178_server.console.exports.sources import EXPORT_SOURCES
from field178_server.database.models.notice import REMOVAL
from field178_server.jobs.worker import Work
from field178_server.office.audit.chain_check import CHAIN_CHECK, run_check
from field178_server.office.exports.operations import EXPORT, export_with
from field178_server.office.notices.operations import Announcement, NoticeText, announce
from field178_server.office.notices.reform import announce_reform
from field178_server.office.register_import.jobs import ANNOUNCED_FOR, IMPORT, UNDO, run_import, undo_with
from field178_server.office.reports.jobs import REPORT_COUNT, run_count
from field178_server.office.units.jobs import UNIT_MOVE, move_with
from field178_server.replication.quarantine.waiting import WAITING_CHANGES, run_waiting_changes
from field178_shared.errors import AppError


def _announce_removal(session: Session, context: OperationContext, count: int) -> None:
    wording = NoticeText(
        vi=f"Văn phòng hoàn tác một lần nhập danh sách: {count} cơ sở vừa nhập được gỡ khỏi sổ.",
        en=f"The office undoes an import: {count} establishments leave the register again.",
    )
    # Raised at the maximal number of notices: then tablets ask their officers about the removal.
    with suppress(AppError):
        announce(session, context, Announcement(REMOVAL, wording, context.now() + ANNOUNCED_FOR))


JOB_KINDS: Mapping[str, Work] = {
    IMPORT: run_import,
    UNDO: undo_with(_announce_removal),
    CHAIN_CHECK: run_check,
    BACKUP: run_backup,
    UNIT_MOVE: move_with(announce_reform),
    EXPORT: export_with(EXPORT_SOURCES),
    REPORT_COUNT: run_count,
    WAITING_CHANGES: run_waiting_changes,
}
