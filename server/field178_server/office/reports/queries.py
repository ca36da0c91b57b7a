"""Reports, who has sent what for them, what was frozen, and what has changed since."""

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
from field178_server.office.reports.content import CountedReport, Plain, content_of, digest, trace
from field178_server.records.access import AGGREGATES_ONLY, access_to_communes
from field178_server.records.stored_record import Stored
from field178_shared.codelists import CodeLists
from field178_shared.codelists.reports import ReportKind, ReportLayout
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reporting import Duty, duties, report_period
from field178_shared.records.reports import REPORT, SUBMISSION, Report, ReportState, ReportSubmission

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
class KnownReport:
    """A report with its revision and its state; `restated_by` is the report that has taken its place."""

    record_id: str
    rev: int
    report: Report
    restated_by: str = ""

    @property
    def state(self) -> ReportState:
        """How far it has come."""
        return ReportState.RESTATED if self.restated_by else self.report.state


@dataclass(frozen=True, slots=True)
class KnownSubmission:
    """What is owed for a report, with its revision."""

    record_id: str
    rev: int
    submission: ReportSubmission


@dataclass(frozen=True, slots=True)
class Sender:
    """An agency, of one unit, that sends for a report, and the working day on which it is due."""

    agency_id: str
    unit_id: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was frozen: its content with the hash, and the template of its document."""

    sha256: str
    content: Mapping[str, Any]
    template: bytes


@dataclass(frozen=True, slots=True)
class LaterChange:
    """A record that figures count otherwise than in a stored content; 0: it did or does not count."""

    record_id: str
    type: str
    was_rev: int
    rev: int


@dataclass(frozen=True, slots=True)
class ReportViewer:
    """The officer who reads: tenant, role, agency, and the units that are seen (None: all)."""

    tenant_id: str
    role: str
    agency: str
    unit_ids: frozenset[str] | None
    sees_drafts: bool

    @classmethod
    def of(cls, officer: OfficerContext, *, sees_drafts: bool) -> ReportViewer:
        """Return the reader that an officer is; who reads from above sees whole areas."""
        access = access_to_communes(officer.role, officer.scopes)
        units = (
            None if access.scopes is None else frozenset(one.removeprefix("unit:") for one in access.scopes)
        )
        return cls(officer.tenant_id, officer.role, officer.agency, units, sees_drafts)

    def sees(self, lists: CodeLists, known: KnownReport) -> bool:
        """Tell whether a report is shown: all of its area is, and drafts to who works on them."""
        is_ready = self.sees_drafts or bool(known.report.frozen_hash)
        return is_ready and self.sees_area(lists, known.report.area_id)

    def sees_area(self, lists: CodeLists, area_id: str) -> bool:
        """Tell whether all of an area is seen.

        From above it is groups of communes alone: a group less one commune is an area of few (decision 0110).
        """
        if lists.area(area_id) is None:
            return False
        if lists.roles[self.role].scope == AGGREGATES_ONLY:
            return area_id in lists.unit_groups
        return self.unit_ids is None or self.unit_ids.issuperset(one.id for one in lists.members_of(area_id))

    def areas(self, lists: CodeLists, day: date) -> tuple[str, ...]:
        """Return the areas to open a report for: groups, the latest first, and communes of the day."""
        communes = (one.id for one in lists.units.values() if one.type in COMMUNE_KINDS and one.valid_on(day))
        named = (*reversed(list(lists.unit_groups)), *communes)
        return tuple(one for one in named if self.sees_area(lists, one))

    def owes(self, lists: CodeLists, submission: ReportSubmission) -> bool:
        """Tell whether the officer sends this: the own agency, or for a commune one of the own units."""
        if is_of_commune(lists, submission.agency_id):
            return self.unit_ids is not None and submission.unit_id in self.unit_ids
        return submission.agency_id == self.agency


def is_of_commune(lists: CodeLists, agency_id: str) -> bool:
    """Tell whether every commune has an agency of this kind."""
    agency = lists.agencies.get(agency_id)
    return agency is not None and agency.level == COMMUNE_LEVEL


def all_reports(session: Session, tenant_id: str) -> list[KnownReport]:
    """Return every report, the latest period first."""
    return _reports_among(_records(session, tenant_id, REPORT))


def reports_and_submissions(
    session: Session, tenant_id: str
) -> tuple[list[KnownReport], list[KnownSubmission]]:
    """Return every report, and all that is or was owed, in one statement."""
    found = _records(session, tenant_id, REPORT, SUBMISSION)
    return _reports_among(found), _submissions_among(found)


def _reports_among(records: Sequence[Stored]) -> list[KnownReport]:
    found = [
        KnownReport(one.record_id, one.rev, Report.from_data(one.data))
        for one in records
        if one.type == REPORT
    ]
    by_id = {one.report.restates: one.record_id for one in found if one.report.restates}
    known = [KnownReport(one.record_id, one.rev, one.report, by_id.get(one.record_id, "")) for one in found]
    return sorted(known, key=lambda one: (one.report.last or date.min, one.record_id), reverse=True)


def find_report(session: Session, tenant_id: str, record_id: str) -> KnownReport | None:
    """Return a report by its id."""
    return next((one for one in all_reports(session, tenant_id) if one.record_id == record_id), None)


def withdrawn_report(session: Session, tenant_id: str, record_id: str) -> KnownReport | None:
    """Return a report that was withdrawn, by its id."""
    query = select(*_COLUMNS).where(
        Record.tenant_id == tenant_id,
        Record.record_id == record_id,
        Record.type == REPORT,
        Record.deleted.is_(True),
    )
    row = session.execute(query).one_or_none()
    return None if row is None else next(iter(_reports_among([Stored(*row)])))


def submissions_of(session: Session, tenant_id: str, kind: str, year: int) -> list[KnownSubmission]:
    """Return what is owed for the reports of a kind and year, by due day, agency and unit."""
    found = [one for one in all_submissions(session, tenant_id) if one.submission.year == year]
    return [one for one in found if one.submission.kind == kind]


def all_submissions(session: Session, tenant_id: str) -> list[KnownSubmission]:
    """Return all that is or was owed, by due day, agency and unit."""
    return _submissions_among(_records(session, tenant_id, SUBMISSION))


def _submissions_among(records: Sequence[Stored]) -> list[KnownSubmission]:
    found = [
        KnownSubmission(one.record_id, one.rev, ReportSubmission.from_data(one.data))
        for one in records
        if one.type == SUBMISSION
    ]
    return sorted(
        found,
        key=lambda one: (
            one.submission.due_on or date.min,
            one.submission.agency_id,
            one.submission.unit_id,
        ),
    )


def senders(lists: CodeLists, kind: ReportKind, year: int, area_id: str) -> list[Sender]:
    """Return who sends what the report of an area is made of: the links of the chain to its compiler.

    An agency of communes sends for each commune; any other one for the unit above them.
    """
    chain = duties(lists, kind, year)
    compiler = compiler_of(lists, chain, area_id)
    units = lists.members_of(area_id)
    members = [one.id for one in units]
    above = next((one.parent for one in units if one.parent), None)
    return [
        Sender(agency, unit_id, duty.due_on)
        for duty in chain
        if compiler in duty.receivers
        for agency in duty.senders
        for unit_id in (members if is_of_commune(lists, agency) else (above or members[0],))
    ]


def compiler_of(lists: CodeLists, chain: Sequence[Duty], area_id: str) -> str:
    """Return the agency that compiles the report of an area, empty where the chain has none.

    For a commune its first receiver at that level, else the first sender; for more communes the first
    receiver above them.
    """
    receivers = [one for duty in chain for one in duty.receivers]
    if area_id in lists.unit_groups:
        return next((one for one in receivers if not is_of_commune(lists, one)), "")
    senders_ = [one for duty in chain for one in duty.senders]
    return next((one for one in (*receivers, *senders_) if is_of_commune(lists, one)), "")


def period_of(report: Report) -> Period:
    """Return the period of a report."""
    assert report.first is not None
    assert report.last is not None
    return Period(report.first, report.last + timedelta(days=1))


def facts_for(session: Session, tenant_id: str, lists: CodeLists, report: Report, today: date) -> ReportFacts:
    """Read every record of the store, and return what a report counts of them."""
    return ReportFacts(session, tenant_id, _question(session, tenant_id, lists, report, today))


def live_content(session: Session, tenant_id: str, lists: CodeLists, report: Report, today: date) -> Plain:
    """Return the content of a report as it stands now, from the totals."""
    figures = report_figures(session, tenant_id, _question(session, tenant_id, lists, report, today))
    return content_of(report, CountedReport(figures, lists, period_of(report)))


def content_of_facts(lists: CodeLists, report: Report, facts: ReportFacts) -> Plain:
    """Return the content of a report from the records that were read."""
    return content_of(report, CountedReport(facts.figures, lists, period_of(report)))


def _question(
    session: Session, tenant_id: str, lists: CodeLists, report: Report, today: date
) -> ReportQuestion:
    members = tuple(one.id for one in lists.members_of(report.area_id))
    question = ReportQuestion(lists, period_of(report), members, today)
    return replace(question, begun_on=begun_on(session, tenant_id, question))


def frozen_report(session: Session, tenant_id: str, report_id: str) -> Frozen | None:
    """Return what was frozen of a report."""
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


def signed_content(session: Session, tenant_id: str, known: KnownReport) -> Mapping[str, Any] | None:
    """Return the content that the present sign-off of a report agreed with, with the revisions it counts.

    None: nothing is signed off, or it was before contents of sign-offs were stored.
    """
    if not known.report.signed_figures:
        return None
    row = session.get(SignedReport, (tenant_id, known.record_id))
    if row is None or row.figures != known.report.signed_figures:
        return None
    content: Mapping[str, Any] = json.loads(zlib.decompress(row.body))
    return content


def stale_sign_offs(
    session: Session, tenant_id: str, lists: CodeLists, reports: Collection[KnownReport], today: date
) -> frozenset[str]:
    """Return the ids of the signed-off reports whose content is known to be another than was signed off."""

    def is_stale(known: KnownReport) -> bool:
        try:
            content = live_content(session, tenant_id, lists, known.report, today)
        except AppError as error:
            if error.code is not ErrorCode.BEING_COUNTED:
                raise
            # The list does not wait for figures; the page of the report tells that they are counted.
            return False
        return digest(content) != known.report.signed_figures

    signed = (one for one in reports if one.state is ReportState.SIGNED_OFF)
    return frozenset(one.record_id for one in signed if is_stale(one))


def template_in_use(session: Session, tenant_id: str) -> ReportTemplate | None:
    """Return the office's own template, None while the product's is in use."""
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
    # With the first report: 6 MB of a library that most processes never need.
    from field178_server.office.reports.docx_template import own_template

    return own_template(layout)


def manifest(
    session: Session, tenant_id: str, lists: CodeLists, facts: ReportFacts
) -> tuple[list[list[object]], dict[str, list[int]]]:
    """Return the exact revisions that a report counts, and which of them stand behind each figure.

    A revision is `[id, type, rev, h]`; figures name them by their place.
    """
    revisions = revisions_behind(session, tenant_id, lists, facts)
    places = {str(one[0]): place for place, one in enumerate(revisions)}
    return revisions, {
        key: sorted(places[one] for one in ids if one in places) for key, ids in trace(facts, lists)
    }


def revisions_behind(
    session: Session, tenant_id: str, lists: CodeLists, facts: ReportFacts
) -> list[list[object]]:
    """Return the exact revisions that a report counts, each `[id, type, rev, h]`, by id."""
    return revisions_of(session, tenant_id, set().union(*(ids for _, ids in trace(facts, lists))))


def revisions_of(session: Session, tenant_id: str, record_ids: Collection[str]) -> list[list[object]]:
    """Return `[id, type, rev, h]` of the live records among these, by id."""
    ordered = sorted(record_ids)
    found: list[list[object]] = []
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
        found += [list(row) for row in session.execute(query)]
    return found


def later_changes(content: Mapping[str, Any], revisions: Sequence[Sequence[Any]]) -> list[LaterChange]:
    """Return the records that came, changed or went since a content was stored."""
    was = {one[0]: one for one in content["records"]}
    now = {one[0]: one for one in revisions}
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
    found = [Stored(*row) for row in session.execute(query)]
    return [one for one in found if not one.is_erased]


def period_named(
    kind: ReportKind, year: int, first: date | None, last: date | None
) -> tuple[date, date] | None:
    """Return first and last day of a report: those of its kind, else those that were typed."""
    period = report_period(kind, year)
    if period is not None:
        return period.first, period.end - timedelta(days=1)
    return (first, last) if first is not None and last is not None and first <= last else None
