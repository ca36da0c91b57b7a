"""State, progress and result of a job, and the page of its result."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.backup.job import BACKUP, NOT_PROVED
from field178_server.console.components.job_labels import JOB_NAMES, JOB_STATES
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.health.wording import ATTEMPT_FAULTS
from field178_server.jobs.queue import JobRow, JobState
from field178_server.office.audit.chain_check import CHAIN_CHECK
from field178_server.office.exports.operations import EXPORT
from field178_server.office.register_import.jobs import IMPORT, UNDO
from field178_server.office.reports.jobs import REPORT_COUNT
from field178_server.office.retention.job import PERIODS_CHANGED, STORE_BUSY
from field178_server.office.retention.operations import RETENTION
from field178_server.office.units.jobs import UNIT_MOVE
from field178_server.replication.quarantine.waiting import WAITING_CHANGES
from field178_shared.errors import ErrorCode, message
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class JobView:
    """Job with its state and result in words; `percent` is None while nothing is counted."""

    row: JobRow
    name: str
    state: StateLabel
    percent: int | None
    sentence: str
    endpoint: str
    link: str


def job_view(job: JobRow, localizer: Localizer) -> JobView:
    """Return the view of a job."""
    kind = _KINDS.get(job.kind, _Kind())
    state = _BROKEN if _is_chain_broken(job) else JOB_STATES[job.state]
    is_counted = job.state is JobState.RUNNING and job.total_count > 0
    return JobView(
        row=job,
        name=localizer.say(JOB_NAMES.get(job.kind, job.kind)),
        state=state.localized(localizer),
        percent=job.done_count * 100 // job.total_count if is_counted else None,
        sentence=_sentence(job, localizer),
        endpoint=kind.endpoint,
        link=localizer.say(kind.link) if kind.link else "",
    )


def page_of_kind(kind: str) -> str:
    """Return the endpoint of the page that a kind of job belongs to; empty for an unknown kind."""
    return _KINDS.get(kind, _Kind()).endpoint


def _sentence(job: JobRow, localizer: Localizer) -> str:
    if job.state is JobState.FAILED:
        return _failure(job, localizer)
    if job.is_stop_wanted and job.state is JobState.RUNNING:
        return localizer.say(N_("Being stopped …"))
    if job.state is JobState.STOPPED:
        return _nothing(job, localizer)
    if job.state is not JobState.DONE:
        return localizer.say(N_("You may leave this page: the work goes on."))
    if _is_chain_broken(job):
        return localizer.say(N_("The chain of the audit trail is broken."))
    for name, text in _COUNTS:
        if name in job.outcome:
            return localizer.say(text).format(count=localizer.number(job.outcome[name]))
    return ""


def _is_chain_broken(job: JobRow) -> bool:
    return job.kind == CHAIN_CHECK and ("entry" in job.outcome or "root" in job.outcome)


def _nothing(job: JobRow, localizer: Localizer) -> str:
    return localizer.say(_KINDS.get(job.kind, _Kind()).nothing)


def _failure(job: JobRow, localizer: Localizer) -> str:
    code = str(job.outcome.get("code", ""))
    if job.kind == BACKUP and code == NOT_PROVED:
        return localizer.say(
            N_("The backup is kept, but not proved: do not rely on it. See why under Health.")
        )
    if job.kind == BACKUP and code in ATTEMPT_FAULTS:
        why = localizer.say(ATTEMPT_FAULTS[code])
    else:
        why = localizer.say(_FAILURES[code]) if code in _FAILURES else message(code, localizer.language)
    return f"{why} {_nothing(job, localizer)}"


@dataclass(frozen=True, slots=True)
class _Kind:
    endpoint: str = ""
    link: str = ""
    nothing: str = N_("Nothing was changed.")


_KINDS = {
    IMPORT: _Kind("console.register_import.detail", N_("To the import")),
    UNDO: _Kind("console.register_import.detail", N_("To the import")),
    CHAIN_CHECK: _Kind("console.audit.index", N_("To the audit trail")),
    BACKUP: _Kind("console.health.index", N_("To the backups"), N_("No backup was kept.")),
    EXPORT: _Kind("console.exports.index", N_("To the exports"), N_("No file was kept.")),
    REPORT_COUNT: _Kind("console.reports.detail", N_("To the report")),
    WAITING_CHANGES: _Kind(
        "console.tablets.index",
        N_("To the tablets"),
        N_("What was taken in stays; the rest is taken in when the officer signs in on the tablet again."),
    ),
    RETENTION: _Kind(
        "console.retention.detail",
        N_("To the retention run"),
        N_("What was removed before stays removed; let it go on for the rest."),
    ),
    UNIT_MOVE: _Kind(
        "console.units.index",
        N_("To the communes after the reform"),
        N_("What was moved before stays moved; start it again for the rest."),
    ),
}
# The state of a check that found the audit trail broken: finished, and not in order.
_BROKEN = StateLabel(N_("Finished"), "bad", "alert")
_COUNTS = (
    ("taken", N_("Establishments added: {count}.")),
    ("backup_mb", N_("A proved backup was made: {count} MB.")),
    ("moved", N_("Establishments moved: {count}.")),
    ("deleted", N_("Establishments taken out: {count}.")),
    ("records", N_("Rows written: {count}.")),
    ("counted", N_("Records counted: {count}.")),
    ("entries", N_("Entries of the audit trail looked through: {count}.")),
)
_FAILURES = {
    "interrupted": N_("The server was ended twice while this was running."),
    ErrorCode.REVISION_CHANGED: N_("The register changed since the preview. Look at it again."),
    ErrorCode.CHANGED: N_("Establishments of this import were changed or visited meanwhile."),
    ErrorCode.UPLOAD_GONE: N_("The rows of this file were removed after a week. Upload it again."),
    PERIODS_CHANGED: N_("The retention periods changed since they were confirmed. Ask for another run."),
    STORE_BUSY: N_(
        "The store was busy: the bytes are deleted within the hour. Let the run go on to prove it."
    ),
    ErrorCode.INTERNAL: N_("The server failed."),
    ErrorCode.BUSY: N_("The store was busy for too long. Start it again."),
}
