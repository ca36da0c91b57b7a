"""The board of reports as the page shows it: calendar, who has sent, who is late."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.reports.queries import KnownReport, KnownSubmission, is_of_commune
from field178_shared.codelists.reports import ReportKind
from field178_shared.indicators.reporting import Duty, duties
from field178_shared.records.reports import Report, ReportState, ReportSubmission
from field178_shared.text.i18n import N_
from field178_shared.time.working_days import working_days_until

_STATES = {
    ReportState.DRAFT: (N_("Draft"), "primary", "note"),
    ReportState.SIGNED_OFF: (N_("Signed off"), "warn", "check"),
    ReportState.FROZEN: (N_("Frozen"), "ok", "lock"),
    ReportState.RESTATED: (N_("Has a restatement"), "", "history"),
}
_STALE = (N_("To be signed off again"), "bad", "alert")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report of the list."""

    href: str
    title: str
    period: str
    area: str
    state: StateLabel


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A link of the chain: who sends to whom, and by when."""

    senders: str
    receivers: str
    due: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """What one sender owes or has sent; `may_send`: its form is shown."""

    record_id: str
    rev: int
    sender: str
    due: str
    sent: str
    number: str
    state: StateLabel
    sent_on: str
    may_send: bool


def state_label(state: ReportState, localizer: Localizer, *, is_stale: bool = False) -> StateLabel:
    """Return the label of a state; `is_stale`: figures have changed since they were signed off."""
    text, tone, icon = _STALE if is_stale else _STATES[state]
    return StateLabel(localizer.say(text), tone, icon)


def title_of(report: Report, localizer: Localizer) -> str:
    """Return what a report is called: its kind and year, and that it restates another one."""
    title = f"{localizer.label(localizer.lists.report_kinds, report.kind)} {report.year}"
    return localizer.say(N_("{report} (restatement)")).format(report=title) if report.restates else title


def report_lines(
    reports: Iterable[KnownReport], stale: Collection[str], localizer: Localizer
) -> list[ReportLine]:
    """Return the lines of the list of reports; `stale`: ids of those whose figures left their sign-off."""
    return [
        ReportLine(
            url_for("console.reports.detail", record_id=one.record_id),
            title_of(one.report, localizer),
            days_of(one.report, localizer),
            localizer.area(one.report.area_id),
            state_label(one.state, localizer, is_stale=one.record_id in stale),
        )
        for one in reports
    ]


def days_of(report: Report, localizer: Localizer) -> str:
    """Return first and last day of a period."""
    return f"{localizer.day(report.first)} – {localizer.day(report.last)}"


def duty_lines(kind: ReportKind, year: int, today: date, localizer: Localizer) -> list[DutyLine]:
    """Return the calendar of a kind of report in a year."""
    return [_duty(one, today, localizer) for one in duties(localizer.lists, kind, year)]


def _duty(duty: Duty, today: date, localizer: Localizer) -> DutyLine:
    agencies = localizer.lists.agencies
    note = left_text(duty.due_on, today, localizer)
    if duty.due_on != duty.stated_on:
        moved = localizer.say(N_("{day} is a day off: the next working day holds"))
        note = f"{note}; {moved.format(day=localizer.day(duty.stated_on))}"
    return DutyLine(
        _names(duty.senders, localizer),
        "; ".join(localizer.label(agencies, one) for one in duty.receivers),
        localizer.day(duty.due_on),
        note,
        "warn" if 0 <= (duty.due_on - today).days <= 14 else "",
    )


def left_text(due_on: date, today: date, localizer: Localizer) -> str:
    """Return how many working days are left, or have passed."""
    holidays = localizer.lists.holidays
    if due_on >= today:
        left = working_days_until(today, due_on, holidays)
        return localizer.say(N_("{days} working days left")).format(days=localizer.number(left))
    gone = working_days_until(due_on, today, holidays)
    return localizer.say(N_("{days} working days ago")).format(days=localizer.number(gone))


def _names(senders: Sequence[str], localizer: Localizer) -> str:
    first = localizer.label(localizer.lists.agencies, senders[0])
    if len(senders) == 1:
        return first
    return localizer.say(N_("{agency} and {count} more")).format(agency=first, count=len(senders) - 1)


def submission_lines(
    found: Iterable[tuple[KnownSubmission, bool]], today: date, localizer: Localizer
) -> list[SubmissionLine]:
    """Return what is owed, each with whether the officer writes that it was sent."""
    return [
        SubmissionLine(
            one.record_id,
            one.rev,
            sender_name(one.submission, localizer),
            localizer.day(one.submission.due_on),
            localizer.day(one.submission.submitted_on) if one.submission.submitted_on else "",
            one.submission.document_number,
            submission_label(one.submission, today, localizer),
            (one.submission.submitted_on or today).isoformat(),
            may_send,
        )
        for one, may_send in found
    ]


def sender_name(submission: ReportSubmission, localizer: Localizer) -> str:
    """Return who sends: the commune, or the agency."""
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
