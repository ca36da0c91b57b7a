"""Reports of a large store whose records are counted apart: what the pages say meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, url_for

from field178_server.console.reports import board_view
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.layout import OfficeLayout, render
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write
from field178_server.http.application_runtime import current_runtime
from field178_server.jobs.queue import JobRow, JobState
from field178_server.office.indicators.source.store_size import is_large
from field178_server.office.indicators.totals.basis import current_basis
from field178_server.office.indicators.totals.day_counts import read_day_counts
from field178_server.office.indicators.totals.stored import progress_of_counts
from field178_server.office.reports.count_process import CountedFor
from field178_server.office.reports.counted_content import CountedAt, compare
from field178_server.office.reports.jobs import CountedComparison, counts_of, kept_comparison, request_count
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.queries import KnownReport, period_of
from field178_shared.errors import ErrorCode, message
from field178_shared.indicators.buckets import is_of_half_months
from field178_shared.text.i18n import N_

LOOK_AGAIN_S = 15
# For how long a comparison is shown, and a failure told; after it the records are counted anew.
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


def is_counted_apart(session: Session) -> bool:
    """Tell whether the records of a report are counted by a job."""
    return is_large(session, current_runtime().tenant_id)


def count_state(session: Session, known: KnownReport, localizer: Localizer) -> ReportCounting:
    """Return what a page says of the last sign-off or freeze that was queued."""
    jobs = [one for one in counts_of(session, current_runtime().tenant_id, known.record_id) if _is_act(one)]
    if not jobs:
        return ReportCounting()
    last, purpose = jobs[0], CountedFor(jobs[0].arguments["purpose"])
    if not last.state.is_final:
        return ReportCounting(under_way=localizer.say(_UNDER_WAY[purpose]))
    if (
        last.state is JobState.FAILED
        and last.arguments["rev"] == str(known.rev)
        and _is_recent(last.ended_at)
    ):
        code = str(last.outcome.get("code", ErrorCode.INTERNAL))
        why = message(code, localizer.language)
        return ReportCounting(failure=f"{localizer.say(_NOT_DONE[purpose])} {why}")
    return ReportCounting()


def comparison_of(session: Session, known: KnownReport, localizer: Localizer) -> CountedComparison | None:
    """Return the comparison of a report with what is stored of it; None: it is counted first."""
    runtime, now = current_runtime(), current_runtime().clock.now()
    if not is_counted_apart(session):
        found = compare(session, CountedAt(runtime.tenant_id, localizer.lists, now), known)
        return CountedComparison(now, found.content, found.changes)
    last = _last(session, known, CountedFor.COMPARISON)
    found_by_job = last and kept_comparison(runtime.settings.data_dir, runtime.tenant_id, last)
    return found_by_job if found_by_job and _is_recent(found_by_job.counted_at) else None


def being_compared(
    session: Session, known: KnownReport, layout: OfficeLayout, localizer: Localizer
) -> Response:
    """Say that the records are counted first; the page looks again by itself."""
    is_frozen = bool(known.report.frozen_hash)
    heading = (
        N_("What has changed since the freeze") if is_frozen else N_("What has changed since the sign-off")
    )
    back = url_for("console.reports.detail", record_id=known.record_id)
    title = board_view.title_of(known.report, localizer)
    is_failed = not _count(session, known, CountedFor.COMPARISON)
    return _counting_page(layout, localizer.say(heading), (back, title), is_failed=is_failed)


def being_counted(
    session: Session, known: KnownReport, layout: OfficeLayout, localizer: Localizer
) -> Response:
    """Say that the figures of a draft are counted first, and have days counted that are no half-months."""
    is_failed = False
    if not is_of_half_months(period_of(known.report)) and _is_basis_current(session, localizer):
        is_failed = not _count(session, known, CountedFor.DRAFT)
    back = (url_for("console.reports.index"), localizer.say(N_("Reports")))
    return _counting_page(layout, board_view.title_of(known.report, localizer), back, is_failed=is_failed)


def days_counted_at(session: Session, known: KnownReport, localizer: Localizer) -> datetime | None:
    """Return when the figures of a draft were counted, None where they are those of this moment.

    Counts of an hour ago are shown while others are made.
    """
    period = period_of(known.report)
    if is_of_half_months(period) or not is_counted_apart(session):
        return None
    kept = read_day_counts(session, current_runtime().tenant_id, localizer.lists, period)
    if kept is None:
        return None
    jobs = counts_of(session, current_runtime().tenant_id, known.record_id)
    has_failed = any(
        _is_act(one) and one.state is JobState.FAILED and one.queued_at > kept.counted_at for one in jobs
    )
    if has_failed or not _is_recent(kept.counted_at):
        _count(session, known, CountedFor.DRAFT)
    return kept.counted_at


def _count(session: Session, known: KnownReport, purpose: CountedFor) -> bool:
    """Have a report counted; False: that failed within the hour."""
    last = _last(session, known, purpose)
    if last is not None and last.state is JobState.FAILED and _is_recent(last.ended_at):
        return False
    context, seen = office(), SeenReport(known.record_id, known.rev)
    run_write(current_runtime().engine, lambda session: request_count(session, context, purpose, seen))
    return True


def _counting_page(layout: OfficeLayout, title: str, back: tuple[str, str], *, is_failed: bool) -> Response:
    response = render(
        "reports/counting.html",
        layout=layout,
        active="console.reports.index",
        title=title,
        back=back,
        is_failed=is_failed,
    )
    if not is_failed:
        response.headers["Refresh"] = str(LOOK_AGAIN_S)
    return response


def _is_basis_current(session: Session, localizer: Localizer) -> bool:
    """Tell whether totals are counted by the lists in force: counts of days are kept among them."""
    progress = progress_of_counts(session, current_runtime().tenant_id)
    return progress.basis == current_basis(localizer.lists)


def _last(session: Session, known: KnownReport, purpose: CountedFor) -> JobRow | None:
    jobs = counts_of(session, current_runtime().tenant_id, known.record_id)
    return next((one for one in jobs if one.arguments["purpose"] == purpose), None)


def _is_act(job: JobRow) -> bool:
    return job.arguments["purpose"] in _UNDER_WAY


def _is_recent(instant: datetime | None) -> bool:
    return instant is not None and current_runtime().clock.now() - instant < _SHOWN_FOR
