"""The officer of a page of reports: what is seen there, and what is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.policy import may
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session
from field178_server.http.application_runtime import current_runtime
from field178_server.office.reports.queries import KnownReport, ReportViewer, find_report
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.reports import ReportSubmission
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Who reads, and what the role does: write and freeze, sign off, send."""

    reader: ReportViewer
    may_write: bool
    may_sign: bool
    may_send: bool

    def follows(self, lists: CodeLists, submission: ReportSubmission) -> bool:
        """Tell whether the officer sees if this was sent: for a report worked on, or the own part of one."""
        if self.reader.sees_drafts and self.reader.sees_area(lists, submission.area_id):
            return True
        return self.reader.owes(lists, submission)

    def may_record(self, lists: CodeLists, submission: ReportSubmission) -> bool:
        """Tell whether the officer writes down that this was sent: for a report worked on, or the own one."""
        if self.may_write and self.reader.sees_area(lists, submission.area_id):
            return True
        return self.reader.owes(lists, submission)


def reader_of(officer: OfficerContext, localizer: Localizer) -> ReportReader:
    """Return what an officer sees and does of reports."""
    lists = localizer.lists
    may_write = may(officer.role, "console.reports.write", lists)
    may_sign = may(officer.role, "console.reports.sign", lists)
    may_send = may(officer.role, "console.reports.record_submission", lists)
    return ReportReader(
        ReportViewer.of(officer, sees_drafts=may_write or may_sign), may_write, may_sign, may_send
    )


def seen_report(session: Session, reader: ReportReader, localizer: Localizer, record_id: str) -> KnownReport:
    """Return a report that the officer sees; any other one is not there."""
    found = find_report(session, reader.reader.tenant_id, record_id)
    if found is None or not reader.reader.sees(localizer.lists, found):
        raise AppError(ErrorCode.NOT_FOUND, record_id=record_id)
    return found


def today() -> date:
    """Return the day at hand in Việt Nam."""
    return local_date(current_runtime().clock.now())
