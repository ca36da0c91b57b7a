"""The kinds of jobs and their functions."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.backup.job import BACKUP, run_backup
from field178_server.console.exports.sources import EXPORT_SOURCES
from field178_server.jobs.worker import Work
from field178_server.office.audit.chain_check import CHAIN_CHECK, run_check
from field178_server.office.exports.operations import EXPORT, export_with
from field178_server.office.notices.reform import announce_reform
from field178_server.office.notices.removal import announce_removal
from field178_server.office.register_import.jobs import IMPORT, UNDO, run_import, undo_with
from field178_server.office.reports.jobs import REPORT_COUNT, run_count
from field178_server.office.retention.job import run_retention
from field178_server.office.retention.operations import RETENTION
from field178_server.office.units.jobs import UNIT_MOVE, move_with
from field178_server.replication.quarantine.waiting import WAITING_CHANGES, run_waiting_changes

JOB_KINDS: Mapping[str, Work] = {
    IMPORT: run_import,
    UNDO: undo_with(announce_removal),
    CHAIN_CHECK: run_check,
    BACKUP: run_backup,
    UNIT_MOVE: move_with(announce_reform),
    EXPORT: export_with(EXPORT_SOURCES),
    REPORT_COUNT: run_count,
    RETENTION: run_retention,
    WAITING_CHANGES: run_waiting_changes,
}
