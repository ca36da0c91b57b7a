"""Reports of a large store whose records a job counts: state of the counts, and the page meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response
from sqlalchemy.orm import Session

from field178_server.console.shell.form_actions import office
from field178_server.console.shell.page import Page
from field178_server.database.unit_of_work import run_write
from field178_server.jobs.queue import JobRow, JobState
from field178_server.office.indicators.source.store_size import is_large
from field178_server.office.indicators.totals.basis import current_basis
from field178_server.office.indicators.totals.day_counts import read_day_counts
from field178_server.office.indicators.totals.stored import progress_of_counts
from field178_server.office.reports.count_process import CountedFor
from field178_server.office.reports.counted_content import CountedAt, compare
from field178_server.office.reports.jobs import CountedComparison, counts_of, request_count, stored_comparison
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.queries import StoredReport, period_of
from field178_shared.errors import ErrorCode, message
from field178_shared.indicators.buckets import is_of_half_months
from field178_shared.text.i18n import N_

LOOK_AGAIN_S = 15
# A comparison or a failure is shown for this time; then the records are counted again.
_SHOWN_FOR = timedelta(hours=1)
_UNDER_WAY = {
    CountedFor.SIGN_OFF: N_("The report is being signed off: its records are counted first."),
    CountedFor.FREEZE: N_("The report is being frozen: its records are counted first."),
}
_NOT_DONE = {
    CountedFor.SIGN_OFF: N_("The report was not signed off."),
    CountedFor.FREEZE: N_("The report was not frozen."),
}


@dataclass(frozen=True, slots=True)
class ReportCounting:
    """What is counted of a report now, and why the last sign-off or freeze was not done; "" for neither."""

    under_way: str = ""
    failure: str = ""


def count_state(session: Session, page: Page, stored: StoredReport) -> ReportCounting:
    """Return the state of the last sign-off or freeze that was queued."""
    jobs = [job for job in counts_of(session, page.tenant_id, stored.record_id) if _is_act(job)]
    if not jobs:
        return ReportCounting()
    last, purpose = jobs[0], CountedFor(jobs[0].arguments["purpose"])
    if not last.state.is_final:
        return ReportCounting(under_way=page.say(_UNDER_WAY[purpose]))
    if (
        last.state is JobState.FAILED
        and last.arguments["rev"] == str(stored.rev)
        and _is_recent(last.ended_at, page)
    ):
        code = str(last.outcome.get("code", ErrorCode.INTERNAL))
        why = message(code, page.localizer.language)
        return ReportCounting(failure=f"{page.say(_NOT_DONE[purpose])} {why}")
    return ReportCounting()


def comparison_of(session: Session, page: Page, stored: StoredReport) -> CountedComparison | None:
    """Return the comparison of a report with the stored records; None: a job counts them first."""
    if not is_large(session, page.tenant_id):
        comparison = compare(session, CountedAt(page.tenant_id, page.lists, page.now), stored)
        return CountedComparison(page.now, comparison.content, comparison.changes)
    last = _last(session, page, stored, CountedFor.COMPARISON)
    kept = last and stored_comparison(page.runtime.settings.data_dir, page.tenant_id, last)
    return kept if kept and _is_recent(kept.counted_at, page) else None


def request_comparison(session: Session, page: Page, stored: StoredReport) -> bool:
    """Have a report compared with its records by a job; False: that failed within the hour."""
    return _count(session, page, stored, CountedFor.COMPARISON)


def request_figures(session: Session, page: Page, stored: StoredReport) -> bool:
    """Have the days of a draft counted that are no half-months; False: that failed within the hour."""
    if is_of_half_months(period_of(stored.report)) or not _is_basis_current(session, page):
        return True
    return _count(session, page, stored, CountedFor.DRAFT)


def days_counted_at(session: Session, page: Page, stored: StoredReport) -> datetime | None:
    """Return when the figures of a draft were counted, None where they are those of this moment.

    Counts of an hour ago are shown while others are made.
    """
    period = period_of(stored.report)
    if is_of_half_months(period) or not is_large(session, page.tenant_id):
        return None
    kept = read_day_counts(session, page.tenant_id, page.lists, period)
    if kept is None:
        return None
    jobs = counts_of(session, page.tenant_id, stored.record_id)
    has_failed = any(
        _is_act(job) and job.state is JobState.FAILED and job.queued_at > kept.counted_at for job in jobs
    )
    if has_failed or not _is_recent(kept.counted_at, page):
        _count(session, page, stored, CountedFor.DRAFT)
    return kept.counted_at


def counting_page(page: Page, title: str, back: tuple[str, str], *, is_failed: bool) -> Response:
    """Return the page that is shown while records are counted; it reloads by itself."""
    response = page.render("reports/counting.html", title=title, back=back, is_failed=is_failed)
    if not is_failed:
        response.headers["Refresh"] = str(LOOK_AGAIN_S)
    return response


def _count(session: Session, page: Page, stored: StoredReport, purpose: CountedFor) -> bool:
    """Have a report counted; False: that failed within the hour."""
    last = _last(session, page, stored, purpose)
    if last is not None and last.state is JobState.FAILED and _is_recent(last.ended_at, page):
        return False
    context, seen = office(), SeenReport(stored.record_id, stored.rev)
    run_write(page.runtime.engine, lambda session: request_count(session, context, purpose, seen))
    return True


def _is_basis_current(session: Session, page: Page) -> bool:
    """Tell whether totals are counted by the lists in force: counts of days are kept among them."""
    return progress_of_counts(session, page.tenant_id).basis == current_basis(page.lists)


def _last(session: Session, page: Page, stored: StoredReport, purpose: CountedFor) -> JobRow | None:
    jobs = counts_of(session, page.tenant_id, stored.record_id)
    return next((job for job in jobs if job.arguments["purpose"] == purpose), None)


def _is_act(job: JobRow) -> bool:
    return job.arguments["purpose"] in _UNDER_WAY


def _is_recent(instant: datetime | None, page: Page) -> bool:
    return instant is not None and page.now - instant < _SHOWN_FOR
