"""Reader of a page of reports: access and rights of the officer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.console.shell.page import Page
from field178_server.office.reports.queries import ReportViewer, StoredReport, find_report
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.reports import ReportSubmission


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Officer with the rights of the role: write and freeze, sign off, send."""

    viewer: ReportViewer
    may_write: bool
    may_sign: bool
    may_send: bool

    @property
    def is_sender(self) -> bool:
        """Whether the officer sends reports and writes none."""
        return self.may_send and not self.may_write

    def follows(self, lists: CodeLists, submission: ReportSubmission) -> bool:
        """Tell whether the officer sees if this was sent: for a report worked on, or the own part of one."""
        if self.viewer.sees_drafts and self.viewer.sees_area(lists, submission.area_id):
            return True
        return self.viewer.owes(lists, submission)

    def may_record(self, lists: CodeLists, submission: ReportSubmission) -> bool:
        """Tell whether the officer writes down that this was sent: for a report worked on, or the own one."""
        if self.may_write and self.viewer.sees_area(lists, submission.area_id):
            return True
        return self.viewer.owes(lists, submission)


def report_reader(page: Page) -> ReportReader:
    """Return the reader of a page of reports."""
    may_write, may_sign = page.may("console.reports.write"), page.may("console.reports.sign")
    viewer = ReportViewer.of(page.officer, sees_drafts=may_write or may_sign)
    return ReportReader(viewer, may_write, may_sign, page.may("console.reports.record_submission"))


def seen_report(session: Session, page: Page, record_id: str) -> StoredReport:
    """Return a report that the officer sees, or raise AppError(not_found)."""
    stored = find_report(session, page.tenant_id, record_id)
    if stored is None or not report_reader(page).viewer.sees(page.lists, stored):
        raise AppError(ErrorCode.NOT_FOUND, record_id=record_id)
    return stored
