"""Queries of reports, their submissions, their frozen content, and the changes since."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts.officers import OfficerContext
from field178_server.database.models import FrozenReport, Record, ReportTemplate, SignedReport
from field178_server.office.indicators.report_facts import (
    ReportFacts,
    ReportQuestion,
    begun_on,
    report_figures,
)
from field178_server.office.reports.content import (
    CountedReport,
    Plain,
    content_of,
    digest,
    indicator_ids,
    trace,
)
from field178_server.records.access import AGGREGATES_ONLY, access_to_communes
from field178_server.records.stored_record import Stored
from field178_shared.codelists import CodeLists
from field178_shared.codelists.reports import ReportKind, ReportLayout
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.differences import Published
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reporting import Duty, duties, report_period
from field178_shared.record_type import RecordType
from field178_shared.records.reports import Report, ReportState, ReportSubmission

COMMUNE_LEVEL = "commune"
_STEP = 500
_COLUMNS = (
    Record.record_id,
    Record.type,
    Record.scope,
    Record.rev,
    Record.seq,
    Record.deleted,
    Record.h,
    Record.body,
    Record.subject_id,
)


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A stored report with its revision; `restated_by` is the id of its restatement."""

    record_id: str
    rev: int
    report: Report
    restated_by: str = ""

    @property
    def state(self) -> ReportState:
        """State of the report, `RESTATED` if it has a restatement."""
        return ReportState.RESTATED if self.restated_by else self.report.state


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A stored submission with its revision."""

    record_id: str
    rev: int
    submission: ReportSubmission


@dataclass(frozen=True, slots=True)
class Sender:
    """An agency of a unit that sends for a report, and the working day on which its submission is due."""

    agency_id: str
    unit_id: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen report: content, its hash, and the template of the document."""

    sha256: str
    content: Mapping[str, Any]
    template: bytes


@dataclass(frozen=True, slots=True)
class LaterChange:
    """A record counted at another revision than in a stored content; revision 0: not counted."""

    record_id: str
    type: str
    was_rev: int
    rev: int


@dataclass(frozen=True, slots=True)
class ReportViewer:
    """The officer who reads: tenant, role, agency, and the visible units (None: all)."""

    tenant_id: str
    role: str
    agency: str
    unit_ids: frozenset[str] | None
    sees_drafts: bool

    @classmethod
    def of(cls, officer: OfficerContext, *, sees_drafts: bool) -> ReportViewer:
        """Return the viewer of an officer."""
        access = access_to_communes(officer.role, officer.scopes)
        units = (
            None
            if access.scopes is None
            else frozenset(scope.removeprefix("unit:") for scope in access.scopes)
        )
        return cls(officer.tenant_id, officer.role, officer.agency, units, sees_drafts)

    def sees(self, lists: CodeLists, report: StoredReport) -> bool:
        """Return whether the viewer may see a report: its whole area, and drafts only with `sees_drafts`."""
        is_ready = self.sees_drafts or bool(report.report.frozen_hash)
        return is_ready and self.sees_area(lists, report.report.area_id)

    def sees_area(self, lists: CodeLists, area_id: str) -> bool:
        """Return whether the viewer may see all of an area.

        Roles that read aggregates only see groups of communes: the difference of two areas could be a small
        area (decision 0110).
        """
        if lists.area(area_id) is None:
            return False
        if lists.roles[self.role].scope == AGGREGATES_ONLY:
            return area_id in lists.unit_groups
        return self.unit_ids is None or self.unit_ids.issuperset(
            unit.id for unit in lists.members_of(area_id)
        )

    def areas(self, lists: CodeLists, day: date) -> tuple[str, ...]:
        """Return the visible areas for a new report: unit groups, latest first, then communes of a day."""
        communes = (
            unit.id for unit in lists.units.values() if unit.type in COMMUNE_KINDS and unit.valid_on(day)
        )
        named = (*reversed(list(lists.unit_groups)), *communes)
        return tuple(area_id for area_id in named if self.sees_area(lists, area_id))

    def owes(self, lists: CodeLists, submission: ReportSubmission) -> bool:
        """Return whether the officer sends a submission: own agency, or communal and own unit."""
        if is_of_commune(lists, submission.agency_id):
            return self.unit_ids is not None and submission.unit_id in self.unit_ids
        return submission.agency_id == self.agency


def is_of_commune(lists: CodeLists, agency_id: str) -> bool:
    """Return whether every commune has an agency of this kind."""
    agency = lists.agencies.get(agency_id)
    return agency is not None and agency.level == COMMUNE_LEVEL


def all_reports(session: Session, tenant_id: str) -> list[StoredReport]:
    """Return every report, the latest period first."""
    return _reports_among(_records(session, tenant_id, RecordType.REPORT))


def reports_and_submissions(
    session: Session, tenant_id: str
) -> tuple[list[StoredReport], list[StoredSubmission]]:
    """Return all reports and all submissions, read in one statement."""
    records = _records(session, tenant_id, RecordType.REPORT, RecordType.REPORT_SUBMISSION)
    return _reports_among(records), _submissions_among(records)


def _reports_among(records: Sequence[Stored]) -> list[StoredReport]:
    unlinked = [
        StoredReport(record.record_id, record.rev, Report.from_data(record.data))
        for record in records
        if record.type == RecordType.REPORT
    ]
    by_id = {report.report.restates: report.record_id for report in unlinked if report.report.restates}
    reports = [
        StoredReport(report.record_id, report.rev, report.report, by_id.get(report.record_id, ""))
        for report in unlinked
    ]
    return sorted(
        reports, key=lambda report: (report.report.last or date.min, report.record_id), reverse=True
    )


def find_report(session: Session, tenant_id: str, record_id: str) -> StoredReport | None:
    """Return a report by its id."""
    return next((report for report in all_reports(session, tenant_id) if report.record_id == record_id), None)


def withdrawn_report(session: Session, tenant_id: str, record_id: str) -> StoredReport | None:
    """Return a withdrawn report by its id."""
    query = select(*_COLUMNS).where(
        Record.tenant_id == tenant_id,
        Record.record_id == record_id,
        Record.type == RecordType.REPORT,
        Record.deleted.is_(True),
    )
    row = session.execute(query).one_or_none()
    return None if row is None else next(iter(_reports_among([Stored(*row)])))


def submissions_of(session: Session, tenant_id: str, kind: str, year: int) -> list[StoredSubmission]:
    """Return the submissions for the reports of a kind and year, by due day, agency and unit."""
    submissions_of_year = [
        submission for submission in all_submissions(session, tenant_id) if submission.submission.year == year
    ]
    return [submission for submission in submissions_of_year if submission.submission.kind == kind]


def all_submissions(session: Session, tenant_id: str) -> list[StoredSubmission]:
    """Return all submissions, sent or due, by due day, agency and unit."""
    return _submissions_among(_records(session, tenant_id, RecordType.REPORT_SUBMISSION))


def _submissions_among(records: Sequence[Stored]) -> list[StoredSubmission]:
    submissions = [
        StoredSubmission(record.record_id, record.rev, ReportSubmission.from_data(record.data))
        for record in records
        if record.type == RecordType.REPORT_SUBMISSION
    ]
    return sorted(
        submissions,
        key=lambda submission: (
            submission.submission.due_on or date.min,
            submission.submission.agency_id,
            submission.submission.unit_id,
        ),
    )


def senders(lists: CodeLists, kind: ReportKind, year: int, area_id: str) -> list[Sender]:
    """Return the senders of the submissions that the report of an area is compiled from.

    A communal agency sends for each commune; another agency sends for the unit above them.
    """
    chain = duties(lists, kind, year)
    compiler = compiler_of(lists, chain, area_id)
    units = lists.members_of(area_id)
    members = [unit.id for unit in units]
    above = next((unit.parent for unit in units if unit.parent), None)
    return [
        Sender(agency, unit_id, duty.due_on)
        for duty in chain
        if compiler in duty.receivers
        for agency in duty.senders
        for unit_id in (members if is_of_commune(lists, agency) else (above or members[0],))
    ]


def compiler_of(lists: CodeLists, chain: Sequence[Duty], area_id: str) -> str:
    """Return the agency that compiles the report of an area; "" if the chain has none.

    For a commune it is the first receiver at that level, else the first sender; for a group of communes the
    first receiver above them.
    """
    receivers = [receiver for duty in chain for receiver in duty.receivers]
    if area_id in lists.unit_groups:
        return next((receiver for receiver in receivers if not is_of_commune(lists, receiver)), "")
    senders_ = [sender for duty in chain for sender in duty.senders]
    return next((agency_id for agency_id in (*receivers, *senders_) if is_of_commune(lists, agency_id)), "")


def period_of(report: Report) -> Period:
    """Return the period of a report."""
    assert report.first is not None
    assert report.last is not None
    return Period(report.first, report.last + timedelta(days=1))


def facts_for(session: Session, tenant_id: str, lists: CodeLists, report: Report, today: date) -> ReportFacts:
    """Read every record of the store and return the facts that a report counts."""
    return ReportFacts(session, tenant_id, _question(session, tenant_id, lists, report, today))


def live_content(session: Session, tenant_id: str, lists: CodeLists, report: Report, today: date) -> Plain:
    """Return the present content of a report, from the totals."""
    figures = report_figures(session, tenant_id, _question(session, tenant_id, lists, report, today))
    return content_of(report, CountedReport(figures, lists, period_of(report)))


@dataclass(frozen=True, slots=True)
class WithheldNumber:
    """A number that a report leaves out: its indicator, its period, and what readers could infer with it."""

    indicator_id: str
    period: Period
    inferred: Published


def withheld_numbers(
    session: Session, tenant_id: str, lists: CodeLists, report: Report, today: date
) -> list[WithheldNumber]:
    """Return the numbers that the present content of a report leaves out, because they disclose others."""
    figures = report_figures(session, tenant_id, _question(session, tenant_id, lists, report, today))
    return [
        WithheldNumber(indicator_id, period, inferred[formula.text])
        for indicator_id in indicator_ids(lists)
        for period, inferred in figures.disclosing.items()
        for formula in lists.figures[indicator_id].formulas
        if formula.text in inferred
    ]


def content_of_facts(lists: CodeLists, report: Report, facts: ReportFacts) -> Plain:
    """Return the content of a report from facts read from records."""
    return content_of(report, CountedReport(facts.figures, lists, period_of(report)))


def _question(
    session: Session, tenant_id: str, lists: CodeLists, report: Report, today: date
) -> ReportQuestion:
    members = tuple(unit.id for unit in lists.members_of(report.area_id))
    question = ReportQuestion(lists, period_of(report), members, today)
    return replace(question, begun_on=begun_on(session, tenant_id, question))


def frozen_report(session: Session, tenant_id: str, report_id: str) -> Frozen | None:
    """Return the frozen content of a report with its template, None if it is not frozen."""
    query = (
        select(FrozenReport.sha256, FrozenReport.body, ReportTemplate.body)
        .join(
            ReportTemplate,
            (ReportTemplate.tenant_id == FrozenReport.tenant_id)
            & (ReportTemplate.sha256 == FrozenReport.template),
        )
        .where(FrozenReport.tenant_id == tenant_id, FrozenReport.report_id == report_id)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Frozen(row[0], json.loads(zlib.decompress(row[1])), row[2])


def signed_content(session: Session, tenant_id: str, report: StoredReport) -> Mapping[str, Any] | None:
    """Return the content of the present sign-off of a report, with the revisions it counts.

    None if the report is not signed off, or was signed off by a version that did not store contents.
    """
    if not report.report.signed_figures:
        return None
    row = session.get(SignedReport, (tenant_id, report.record_id))
    if row is None or row.figures != report.report.signed_figures:
        return None
    content: Mapping[str, Any] = json.loads(zlib.decompress(row.body))
    return content


def stale_sign_offs(
    session: Session, tenant_id: str, lists: CodeLists, reports: Collection[StoredReport], today: date
) -> frozenset[str]:
    """Return the ids of the signed-off reports whose content differs from the signed-off one."""

    def is_stale(report: StoredReport) -> bool:
        try:
            content = live_content(session, tenant_id, lists, report.report, today)
        except AppError as error:
            if error.code is not ErrorCode.BEING_COUNTED:
                raise
            # The list does not wait for figures; the page of the report shows that they are being counted.
            return False
        return digest(content) != report.report.signed_figures

    signed = (report for report in reports if report.state is ReportState.SIGNED_OFF)
    return frozenset(report.record_id for report in signed if is_stale(report))


def template_in_use(session: Session, tenant_id: str) -> ReportTemplate | None:
    """Return the office's own template, None if the product's is in use."""
    query = (
        select(ReportTemplate)
        .where(ReportTemplate.tenant_id == tenant_id, ReportTemplate.ended_at.is_(None))
        .order_by(ReportTemplate.taken_at.desc())
        .limit(1)
    )
    return session.scalar(query)


def template_body(used: ReportTemplate | None, layout: ReportLayout) -> bytes:
    """Return the bytes of the office's own template, or of the product's."""
    if used is not None:
        return used.body
    # Imported late: the library takes 6 MB that most processes never need.
    from field178_server.office.reports.docx_template import own_template

    return own_template(layout)


def manifest(
    session: Session, tenant_id: str, lists: CodeLists, facts: ReportFacts
) -> tuple[list[list[object]], dict[str, list[int]]]:
    """Return the exact revisions that a report counts, and the places of those behind each figure.

    A revision is `[id, type, rev, h]`; a place is an index into the revisions.
    """
    revisions = revisions_behind(session, tenant_id, lists, facts)
    places = {str(revision[0]): place for place, revision in enumerate(revisions)}
    return revisions, {
        key: sorted(places[record_id] for record_id in ids if record_id in places)
        for key, ids in trace(facts, lists)
    }


def revisions_behind(
    session: Session, tenant_id: str, lists: CodeLists, facts: ReportFacts
) -> list[list[object]]:
    """Return the exact revisions that a report counts, each `[id, type, rev, h]`, by id."""
    return revisions_of(session, tenant_id, set().union(*(ids for _, ids in trace(facts, lists))))


def revisions_of(session: Session, tenant_id: str, record_ids: Collection[str]) -> list[list[object]]:
    """Return `[id, type, rev, h]` of the live records among these, by id."""
    ordered = sorted(record_ids)
    revisions: list[list[object]] = []
    for start in range(0, len(ordered), _STEP):
        query = (
            select(Record.record_id, Record.type, Record.rev, Record.h)
            .where(
                Record.tenant_id == tenant_id,
                Record.record_id.in_(ordered[start : start + _STEP]),
                Record.deleted.is_(False),
            )
            .order_by(Record.record_id)
        )
        revisions += [list(row) for row in session.execute(query)]
    return revisions


def later_changes(content: Mapping[str, Any], revisions: Sequence[Sequence[Any]]) -> list[LaterChange]:
    """Return the records that were added, changed or removed since a content was stored."""
    was = {revision[0]: revision for revision in content["records"]}
    now = {revision[0]: revision for revision in revisions}
    return [
        LaterChange(
            record_id,
            (now.get(record_id) or was[record_id])[1],
            was[record_id][2] if record_id in was else 0,
            now[record_id][2] if record_id in now else 0,
        )
        for record_id in sorted(was.keys() | now.keys())
        if was.get(record_id, (None,) * 4)[3] != now.get(record_id, (None,) * 4)[3]
    ]


def _records(session: Session, tenant_id: str, *types: str) -> list[Stored]:
    query = select(*_COLUMNS).where(
        Record.tenant_id == tenant_id, Record.type.in_(types), Record.deleted.is_(False)
    )
    records = [Stored(*row) for row in session.execute(query)]
    return [record for record in records if not record.is_erased]


def period_named(
    kind: ReportKind, year: int, first: date | None, last: date | None
) -> tuple[date, date] | None:
    """Return first and last day of a report: of its kind and year, else as typed; None if invalid."""
    period = report_period(kind, year)
    if period is not None:
        return period.first, period.end - timedelta(days=1)
    return (first, last) if first is not None and last is not None and first <= last else None
