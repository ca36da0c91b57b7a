"""Labels of the board of reports: states of reports, working days left, senders and their submissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.reports.queries import StoredSubmission, is_of_commune
from field178_shared.indicators.reporting import Duty
from field178_shared.records.reports import Report, ReportState, ReportSubmission
from field178_shared.text.i18n import N_
from field178_shared.time.working_days import working_days_until

_STATES = {
    ReportState.DRAFT: StateLabel(N_("Draft"), "primary", "note"),
    ReportState.SIGNED_OFF: StateLabel(N_("Signed off"), "warn", "check"),
    ReportState.FROZEN: StateLabel(N_("Frozen"), "ok", "lock"),
    ReportState.RESTATED: StateLabel(N_("Has a restatement"), "", "history"),
}
_STALE = StateLabel(N_("To be signed off again"), "bad", "alert")


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """Due or received report of a sender; `may_record`: its form is shown."""

    stored: StoredSubmission
    sender: str
    state: StateLabel
    may_record: bool


def state_label(state: ReportState, localizer: Localizer, *, is_stale: bool = False) -> StateLabel:
    """Return the label of a state; `is_stale`: figures have changed since they were signed off."""
    return (_STALE if is_stale else _STATES[state]).localized(localizer)


def title_of(report: Report, localizer: Localizer) -> str:
    """Return the title of a report: kind, year, and a mark of a restatement."""
    title = f"{localizer.label(localizer.lists.report_kinds, report.kind)} {report.year}"
    return localizer.say(N_("{report} (restatement)")).format(report=title) if report.restates else title


def duty_note(duty: Duty, today: date, localizer: Localizer) -> str:
    """Return the working days until a duty is due, and that its day was moved by a day off."""
    note = left_text(duty.due_on, today, localizer)
    if duty.due_on == duty.stated_on:
        return note
    moved = localizer.say(N_("{day} is a day off: the next working day holds"))
    return f"{note}; {moved.format(day=localizer.day(duty.stated_on))}"


def left_text(due_on: date, today: date, localizer: Localizer) -> str:
    """Return how many working days are left, or have passed."""
    holidays = localizer.lists.holidays
    if due_on >= today:
        left = working_days_until(today, due_on, holidays)
        return localizer.say(N_("{days} working days left")).format(days=localizer.number(left))
    passed = working_days_until(due_on, today, holidays)
    return localizer.say(N_("{days} working days ago")).format(days=localizer.number(passed))


def submission_line(
    stored: StoredSubmission, today: date, localizer: Localizer, *, may_record: bool
) -> SubmissionLine:
    """Return a submission with its sender and its state on a day."""
    submission = stored.submission
    sender = sender_name(submission, localizer)
    return SubmissionLine(stored, sender, submission_label(submission, today, localizer), may_record)


def sender_name(submission: ReportSubmission, localizer: Localizer) -> str:
    """Return the name of the sender: commune or agency."""
    if is_of_commune(localizer.lists, submission.agency_id):
        return localizer.label(localizer.lists.units, submission.unit_id)
    return localizer.label(localizer.lists.agencies, submission.agency_id)


def submission_label(submission: ReportSubmission, today: date, localizer: Localizer) -> StateLabel:
    """Return whether it was sent, in time, or is late."""
    if submission.submitted_on:
        if submission.was_late:
            return StateLabel(localizer.say(N_("Sent late")), "warn", "check")
        return StateLabel(localizer.say(N_("Sent in time")), "ok", "check-circle")
    assert submission.due_on is not None
    note = left_text(submission.due_on, today, localizer)
    if submission.is_late_on(today):
        return StateLabel(localizer.say(N_("Late: {note}")).format(note=note), "bad", "alert")
    return StateLabel(localizer.say(N_("Not sent: {note}")).format(note=note), "", "clock")
