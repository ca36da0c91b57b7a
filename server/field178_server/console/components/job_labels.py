"""Names of the kinds and states of jobs, for their pages and the audit trail."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.backup.job import BACKUP
from field178_server.console.text.state_labels import StateLabel
from field178_server.jobs.queue import JobState
from field178_server.office.audit.chain_check import CHAIN_CHECK
from field178_server.office.exports.operations import EXPORT
from field178_server.office.register_import.jobs import IMPORT, UNDO
from field178_server.office.reports.jobs import REPORT_COUNT
from field178_server.office.retention.operations import RETENTION
from field178_server.office.units.jobs import UNIT_MOVE
from field178_server.replication.quarantine.waiting import WAITING_CHANGES
from field178_shared.text.i18n import N_

JOB_NAMES: Mapping[str, str] = {
    IMPORT: N_("Import of establishments"),
    UNDO: N_("Undoing an import"),
    CHAIN_CHECK: N_("Check of the audit trail"),
    BACKUP: N_("Backup"),
    UNIT_MOVE: N_("Move of establishments to a new commune"),
    EXPORT: N_("Export"),
    REPORT_COUNT: N_("Counting of a report's records"),
    RETENTION: N_("Retention run"),
    WAITING_CHANGES: N_("Changes that waited on a tablet"),
}
JOB_STATES: Mapping[JobState, StateLabel] = {
    JobState.QUEUED: StateLabel(N_("Waits its turn"), "", "clock"),
    JobState.RUNNING: StateLabel(N_("Running"), "primary", "clock"),
    JobState.DONE: StateLabel(N_("Finished"), "ok", "check-circle"),
    JobState.STOPPED: StateLabel(N_("Stopped"), "", "void"),
    JobState.FAILED: StateLabel(N_("Not done"), "bad", "alert"),
}
