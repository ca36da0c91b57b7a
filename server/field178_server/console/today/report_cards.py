"""Cards of reports: to send, to sign off, to freeze, and the calendar."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import url_for
from sqlalchemy.orm import Session

from field178_server.console.shell.page import Page
from field178_server.console.today.card import TodayCard, TodayLine, count_line
from field178_server.office.reports.queries import (
    ReportViewer,
    StoredReport,
    all_reports,
    all_submissions,
    reports_and_submissions,
    stale_sign_offs,
)
from field178_server.office.returns.queries import (
    ReturnState,
    access_to_returns,
    months_asked,
    returns_owed,
    returns_seen,
)
from field178_server.office.today.report_calendar import ReportDue, reports_due
from field178_shared.records.reports import ReportState
from field178_shared.records.returns import MONTHLY_TYPES
from field178_shared.text.i18n import N_

DUE_SOON_DAYS = 14
_REPORTS = "console.reports.index"


def own_reports_card(session: Session, page: Page) -> TodayCard:
    """Return the reports and returns that the officer's agency or commune has not sent, and its calendar."""
    owner = ReportViewer.of(page.officer, sees_drafts=False)
    owed = [
        report.submission
        for report in all_submissions(session, page.tenant_id)
        if report.submission.submitted_on is None and owner.owes(page.lists, report.submission)
    ]
    is_late = any(submission.is_late_on(page.today) for submission in owed)
    tone = "bad" if is_late else "warn"
    work = (
        count_line(page, len(owed), N_("reports you have not sent yet"), _REPORTS, tone),
        *_return_lines(session, page),
    )
    dues = reports_due(page.lists, page.today, page.officer.agency)
    return _calendar_card(page, N_("Reports you owe"), work, dues, names_sender=False)


def _return_lines(session: Session, page: Page) -> tuple[TodayLine, ...]:
    """Return the line of monthly returns to send, () for an agency that sends none."""
    access = access_to_returns(session, page.officer, page.lists, page.today)
    if not any(type_ in MONTHLY_TYPES for type_ in access.types):
        return ()
    sent = returns_seen(session, access, MONTHLY_TYPES)
    owed = returns_owed(access.reporters, sent, months_asked(page.today), page.today, page.lists)
    count = sum(owed_return.state is not ReturnState.SENT for owed_return in owed)
    text = N_("returns of this month and the two before still to send")
    return (count_line(page, count, text, "console.returns.index"),)


def all_reports_card(session: Session, page: Page) -> TodayCard:
    """Return the reports to sign off, for an officer who signs, and the calendar."""
    work: tuple[TodayLine, ...] = ()
    if page.may("console.reports.sign"):
        reports = _visible(page, all_reports(session, page.tenant_id))
        drafts = sum(report.state is ReportState.DRAFT for report in reports)
        note = N_("changed since the sign-off: look at it and sign it off again")
        work = (
            count_line(page, drafts, N_("draft reports, not signed off yet"), _REPORTS),
            *_stale_lines(session, page, reports, note),
        )
    return _calendar_card(
        page, N_("Report calendar"), work, reports_due(page.lists, page.today), names_sender=True
    )


def report_work_card(session: Session, page: Page) -> TodayCard:
    """Return the work of the standing office on reports, and the calendar."""
    reports, owed = reports_and_submissions(session, page.tenant_id)
    late = sum(report.submission.is_late_on(page.today) for report in owed)
    visible = _visible(page, reports)
    note = N_("changed since the sign-off: leadership signs it off again")
    stale = _stale_lines(session, page, visible, note)
    signed = sum(report.state is ReportState.SIGNED_OFF for report in visible) - len(stale)
    work = (
        count_line(page, late, N_("agencies and communes are late with a report"), _REPORTS, "bad"),
        count_line(page, signed, N_("reports are signed off and can be frozen"), _REPORTS),
        *stale,
    )
    return _calendar_card(page, N_("Reports"), work, reports_due(page.lists, page.today), names_sender=True)


def _visible(page: Page, reports: Collection[StoredReport]) -> list[StoredReport]:
    viewer = ReportViewer.of(page.officer, sees_drafts=True)
    return [report for report in reports if viewer.sees(page.lists, report)]


def _stale_lines(
    session: Session, page: Page, reports: Collection[StoredReport], note: str
) -> tuple[TodayLine, ...]:
    """Return a line for each signed-off report whose figures have changed since."""
    localizer, lists = page.localizer, page.lists
    stale = stale_sign_offs(session, page.tenant_id, lists, reports, page.today)
    return tuple(
        TodayLine(
            "!",
            f"{localizer.label(lists.report_kinds, entry.report.kind)} {entry.report.year}"
            f" · {localizer.area(entry.report.area_id)}",
            page.say(note),
            url_for("console.reports.detail", record_id=entry.record_id),
            "bad",
        )
        for entry in reports
        if entry.record_id in stale
    )


def _calendar_card(
    page: Page, title: str, work: Sequence[TodayLine], dues: Collection[ReportDue], *, names_sender: bool
) -> TodayCard:
    calendar = tuple(_due_line(page, due, names_sender=names_sender) for due in dues)
    footer = "" if calendar else page.say(N_("The calendar names no report of your agency on this day."))
    return TodayCard(page.say(title), "calendar", (*work, *calendar), footer)


def _due_line(page: Page, due: ReportDue, *, names_sender: bool) -> TodayLine:
    localizer, left = page.localizer, (due.due_on - page.today).days
    receiver = _agencies(page, due.receivers)
    parties = (
        page.say(N_("{sender} → {receiver}"), sender=_agencies(page, due.senders), receiver=receiver)
        if names_sender
        else page.say(N_("to {receiver}"), receiver=receiver)
    )
    kind = localizer.label(page.lists.report_kinds, due.kind)
    days = page.say(N_("{days} days left"), days=localizer.number(left))
    tone = "warn" if left <= DUE_SOON_DAYS else ""
    return TodayLine(localizer.day(due.due_on), f"{kind} {parties}", days, tone=tone)


def _agencies(page: Page, agencies: tuple[str, ...]) -> str:
    first = page.localizer.label(page.lists.agencies, agencies[0])
    if len(agencies) == 1:
        return first
    return page.say(N_("{agency} and {count} more"), agency=first, count=len(agencies) - 1)
