"""A job in words: its kind, its state, its progress, and the page of its result."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from field178_server.console.shell.policy import may
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.jobs.queue import JobRow, JobState
from field178_shared.errors import ErrorCode, message
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as pages show it; `percent` None: nothing to count yet."""

    job_id: str
    kind: str
    state: StateLabel
    percent: int | None
    said: str
    who: str
    queued: str
    ended: str
    href: str | None
    is_final: bool
    may_stop: bool


def job_view(job: JobRow, localizer: Localizer, role: str, *, may_stop: bool) -> JobView:
    """Return a job in words, with the page of its result where this role may open it."""
    name, endpoint = _KINDS.get(job.kind, (job.kind, ""))
    text, tone, icon = _STATES[job.state]
    is_counted = job.state is JobState.RUNNING and job.total_count > 0
    return JobView(
        job_id=job.job_id,
        kind=localizer.say(name),
        state=StateLabel(localizer.say(text), tone, icon),
        percent=job.done_count * 100 // job.total_count if is_counted else None,
        said=_said(job, localizer),
        who=localizer.person(job.queued_by) if job.queued_by else localizer.say(N_("Operator of the server")),
        queued=localizer.instant(job.queued_at),
        ended=localizer.instant(job.ended_at) if job.ended_at else "",
        href=_href(endpoint, job, localizer, role),
        is_final=job.state.is_final,
        may_stop=may_stop and not job.state.is_final and not job.is_stop_wanted,
    )


def _href(endpoint: str, job: JobRow, localizer: Localizer, role: str) -> str | None:
    if not may(role, endpoint, localizer.lists):
        return None
    import_id = job.arguments.get("import_id")
    return url_for(endpoint, import_id=import_id) if import_id else url_for(endpoint)


def _said(job: JobRow, localizer: Localizer) -> str:
    if job.state is JobState.FAILED:
        return _failure(str(job.outcome.get("code", "")), localizer)
    if job.is_stop_wanted and job.state is JobState.RUNNING:
        return localizer.say(N_("Being stopped …"))
    if job.state is JobState.STOPPED:
        return localizer.say(N_("Nothing was changed."))
    if job.state is not JobState.DONE:
        return localizer.say(N_("You may leave this page: the work goes on."))
    if "entry" in job.outcome or "root" in job.outcome:
        return localizer.say(N_("The chain of the audit trail is broken."))
    for name, text in _COUNTS:
        if name in job.outcome:
            return localizer.say(text).format(count=localizer.number(job.outcome[name]))
    return ""


def _failure(code: str, localizer: Localizer) -> str:
    why = localizer.say(_FAILURES[code]) if code in _FAILURES else message(code, localizer.language)
    return f"{why} {localizer.say(N_('Nothing was changed.'))}"


_KINDS = {
    "register_import": (N_("Import of establishments"), "console.register_import"),
    "register_import_undo": (N_("Undoing an import"), "console.register_import"),
    "chain_check": (N_("Check of the audit trail"), "console.audit"),
}
_STATES = {
    JobState.QUEUED: (N_("Waits its turn"), "", "clock"),
    JobState.RUNNING: (N_("Running"), "primary", "clock"),
    JobState.DONE: (N_("Finished"), "ok", "check-circle"),
    JobState.STOPPED: (N_("Stopped"), "", "void"),
    JobState.FAILED: (N_("Not done"), "bad", "alert"),
}
_COUNTS = (
    ("taken", N_("Establishments added: {count}.")),
    ("deleted", N_("Establishments taken out: {count}.")),
    ("entries", N_("Entries of the audit trail looked through: {count}.")),
)
_FAILURES = {
    "interrupted": N_("The server was ended twice while this was running."),
    ErrorCode.REVISION_CHANGED: N_("The register changed since the preview. Look at it again."),
    ErrorCode.CHANGED: N_("Establishments of this import were changed or visited meanwhile."),
    ErrorCode.UPLOAD_GONE: N_("The rows of this file were removed after a week. Upload it again."),
    ErrorCode.INTERNAL: N_("The server failed."),
    ErrorCode.BUSY: N_("The store was busy for too long. Start it again."),
}
