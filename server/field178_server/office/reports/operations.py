"""Operations on reports: open, edit, withdraw, sign off, freeze, restate; and record submissions.

Each write names the revision that the officer saw. A sign-off covers the seen text and figures:
an edit removes it, and a freeze is refused if the figures differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL

from sqlalchemy.orm import Session

from field178_server.audit.office_write import delete_record, put_record, write_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import FrozenReport, ReportTemplate, SignedReport
from field178_server.office.indicators.report_facts import keep_periods
from field178_server.office.reports.content import digest
from field178_server.office.reports.counted_content import (
    CountedAt,
    CountedContent,
    count_frozen,
    count_signed,
    product_template,
)
from field178_server.office.reports.queries import (
    StoredReport,
    all_reports,
    live_content,
    period_of,
    senders,
    submissions_of,
    template_in_use,
)
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.scopes import OFFICE
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import companion_id
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of
from field178_shared.records.reports import HEADING, Report
from field178_shared.rules import Context, filing_problems
from field178_shared.rules.problem import by_path
from field178_shared.time.clock import local_date, to_wire

PRODUCT_TEMPLATE = "—"
_SIGNED, _FROZEN = "signed_off", "frozen"


@dataclass(frozen=True, slots=True)
class SeenReport:
    """Id and revision of a report or submission that an officer saw."""

    record_id: str
    rev: int


def report_id(kind: str, first: str, area_id: str) -> str:
    """Return the id of the report of a kind, period and area; a restatement has its own id."""
    return companion_id(str(NAMESPACE_URL), RecordType.REPORT, f"{kind}|{first}|{area_id}")


def open_report(batch: Batch, context: OperationContext, data: Data) -> str:
    """Write a new draft and the due submissions of its senders; return the id of the report.

    If a draft of the period was withdrawn, the draft is its next revision, and recorded submissions are
    restored. Raises AppError(rule) if the period has a report already or has not begun.
    """
    _refuse_wrong(context, data)
    first = day_of(data, "period_from")
    if first is not None and first > local_date(context.now()):
        raise AppError(ErrorCode.RULE, problems={"year": [ErrorCode.PERIOD_IN_FUTURE.value]})
    record_id = report_id(str(data["kind"]), str(data["period_from"]), str(data["area_id"]))
    batch.load([record_id])
    withdrawn = batch.get(record_id)
    if withdrawn is not None and (withdrawn.is_erased or not withdrawn.deleted):
        raise AppError(ErrorCode.RULE, problems={"kind": [ErrorCode.ENTERED_TWICE.value]})
    scopes.ensure(batch.session, context.tenant_id, (OFFICE,), context.lists)
    _write_owed(batch, context, record_id, Report.from_data(data))
    made = (
        new_record(record_id, RecordType.REPORT, OFFICE, data)
        if withdrawn is None
        else next_revision(withdrawn, data=data, deleted=False)
    )
    _write(batch, context, made, "report_opened")
    _keep_counted(batch, context, data)
    return record_id


def write_texts(
    batch: Batch,
    context: OperationContext,
    seen: SeenReport,
    heading: Mapping[str, str],
    sections: Mapping[str, str],
) -> None:
    """Replace heading and sections of a draft; a change removes the sign-off."""
    draft = _draft(batch, seen)
    kept = {name: value for name, value in draft.data.items() if name not in (*HEADING, "sections", _SIGNED)}
    written = {name: {"text": text} for name, text in sections.items() if text}
    data: Data = {
        **kept,
        **{name: text for name, text in heading.items() if text},
        **({"sections": written} if written else {}),
    }
    before = {name: value for name, value in draft.data.items() if name != _SIGNED}
    if data == before:
        return
    _refuse_wrong(context, data)
    _write(batch, context, next_revision(draft, data=data), "report_edited")


def withdraw_report(batch: Batch, context: OperationContext, seen: SeenReport) -> None:
    """Delete a draft with its submissions; history stays, and the period can be opened again.

    Submissions of a restatement belong to the report that it restates, and are kept.
    Raises AppError(signed_off) if the draft is signed off.
    """
    draft = _draft(batch, seen)
    if _SIGNED in draft.data:
        raise AppError(ErrorCode.SIGNED_OFF, record_id=seen.record_id)
    report = Report.from_data(draft.data)
    if not report.restates:
        submissions = submissions_of(batch.session, context.tenant_id, report.kind, report.year)
        owed = [
            submission.record_id
            for submission in submissions
            if submission.submission.area_id == report.area_id
        ]
        batch.load(owed)
        for record_id in owed:
            submission = batch.get(record_id)
            assert submission is not None
            delete_record(batch, context, submission)
    made = delete_record(batch, context, draft)
    context.note(batch.session, AuditEntry("report_withdrawn", made.record_id, OFFICE, {"rev": made.rev}))


def undo_withdrawal(batch: Batch, context: OperationContext, record_id: str) -> None:
    """Restore a withdrawn draft with its submissions.

    Raises AppError(revision_changed) if it, or another restatement of the same report, exists already.
    """
    batch.load([record_id])
    withdrawn = batch.get(record_id)
    if withdrawn is None or withdrawn.type != RecordType.REPORT or withdrawn.is_erased:
        raise AppError(ErrorCode.NOT_FOUND, record_id=record_id)
    report = Report.from_data(withdrawn.data)
    if not withdrawn.deleted or (report.restates and _restatement_of(batch, context, report.restates)):
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=record_id)
    if not report.restates:
        _write_owed(batch, context, record_id, report)
    _write(batch, context, next_revision(withdrawn, deleted=False), "report_withdrawal_undone")
    _keep_counted(batch, context, withdrawn.data)


def check_sign_off(batch: Batch, context: OperationContext, seen: SeenReport, seen_figures: str) -> None:
    """Refuse to sign off a report whose figures have changed or whose heading is incomplete.

    The figures are read from the totals; raises AppError(being_counted) while the totals are not complete.
    """
    report, today = Report.from_data(_draft(batch, seen).data), local_date(context.now())
    content = live_content(batch.session, context.tenant_id, context.lists, report, today)
    if digest(content) != seen_figures:
        raise AppError(ErrorCode.FIGURES_CHANGED, record_id=seen.record_id)
    if unwritten := report.unwritten_heading:
        raise AppError(ErrorCode.RULE, problems={name: [ErrorCode.REQUIRED.value] for name in unwritten})


def check_freeze(batch: Batch, context: OperationContext, seen: SeenReport) -> None:
    """Refuse to freeze a report that is not signed off, or whose figures have changed since.

    The figures are read from the totals; raises AppError(being_counted) while the totals are not complete.
    """
    report, today = Report.from_data(_draft(batch, seen).data), local_date(context.now())
    if not report.signed_figures:
        raise AppError(ErrorCode.NOT_SIGNED_OFF, record_id=seen.record_id)
    content = live_content(batch.session, context.tenant_id, context.lists, report, today)
    if digest(content) != report.signed_figures:
        raise AppError(ErrorCode.FIGURES_CHANGED, record_id=seen.record_id)


def sign_off(
    batch: Batch,
    context: OperationContext,
    seen: SeenReport,
    seen_figures: str,
    counted: CountedContent | None = None,
) -> None:
    """Sign off a draft at the seen revision and figures (`seen_figures`: digest of the seen content).

    The content is stored with the revisions it counts, to be compared with later figures. A signed-off draft
    can be signed off again with changed figures. `counted`: content that another process counted of this
    revision; without it all records are counted here.
    Raises AppError(rule) if the heading is incomplete, AppError(figures_changed) if the figures differ.
    """
    draft = _draft(batch, seen)
    session, report = batch.session, Report.from_data(draft.data)
    if unwritten := report.unwritten_heading:
        raise AppError(ErrorCode.RULE, problems={name: [ErrorCode.REQUIRED.value] for name in unwritten})
    counted = counted or count_signed(session, _at(context), StoredReport(draft.record_id, draft.rev, report))
    if counted.figures != seen_figures:
        raise AppError(ErrorCode.FIGURES_CHANGED, record_id=seen.record_id)
    signed = {"by": context.actor.id, "at": to_wire(context.now()), "figures": seen_figures}
    _write(batch, context, next_revision(draft, data={**draft.data, _SIGNED: signed}), "report_signed_off")
    session.merge(
        SignedReport(
            tenant_id=context.tenant_id,
            report_id=draft.record_id,
            figures=seen_figures,
            signed_at=context.now(),
            body=counted.body,
        )
    )


def freeze(
    batch: Batch, context: OperationContext, seen: SeenReport, counted: CountedContent | None = None
) -> str:
    """Freeze a signed-off report: its content, the exact revisions it counts, and its template.

    `counted`: content that another process counted of this revision; it is frozen as of that instant, and
    changes since then are listed as later changes. Without it all records are counted here.
    Returns the SHA-256. Raises AppError(figures_changed) if a figure differs from the signed-off one.
    """
    draft = _draft(batch, seen)
    session, report = batch.session, Report.from_data(draft.data)
    if not report.signed_figures:
        raise AppError(ErrorCode.NOT_SIGNED_OFF, record_id=seen.record_id)
    counted = counted or count_frozen(session, _at(context), StoredReport(draft.record_id, draft.rev, report))
    if counted.figures != report.signed_figures:
        raise AppError(ErrorCode.FIGURES_CHANGED, record_id=seen.record_id)
    _store_template(session, context, counted.template)
    session.add(
        FrozenReport(
            tenant_id=context.tenant_id,
            report_id=draft.record_id,
            sha256=counted.sha256,
            frozen_at=counted.counted_at,
            body=counted.body,
            template=counted.template,
        )
    )
    frozen = {"by": context.actor.id, "at": to_wire(counted.counted_at), "sha256": counted.sha256}
    made = next_revision(draft, data={**draft.data, _FROZEN: frozen})
    put_record(batch, context, made)
    details: dict[str, str | int | None] = {
        "rev": made.rev,
        "sha256": counted.sha256,
        "records": counted.records,
    }
    context.note(session, AuditEntry("report_frozen", draft.record_id, OFFICE, details))
    return counted.sha256


def restate(batch: Batch, context: OperationContext, seen: SeenReport, reason: str) -> str:
    """Open a restatement of a frozen report with the same texts; return its id."""
    frozen = _load_unchanged(batch, seen)
    if _FROZEN not in frozen.data:
        raise AppError(ErrorCode.NOT_SIGNED_OFF, record_id=seen.record_id)
    if _restatement_of(batch, context, frozen.record_id):
        raise AppError(ErrorCode.RULE, problems={"restatement_reason": [ErrorCode.ENTERED_TWICE.value]})
    if not reason.strip():
        raise AppError(ErrorCode.RULE, problems={"restatement_reason": [ErrorCode.REQUIRED.value]})
    kept = {name: value for name, value in frozen.data.items() if name not in (_SIGNED, _FROZEN)}
    data: Data = {**kept, "restates": frozen.record_id, "restatement_reason": reason.strip()}
    _refuse_wrong(context, data)
    made = new_record(batch.ids.time_ordered(), RecordType.REPORT, OFFICE, data)
    _write(batch, context, made, "report_restated")
    _keep_counted(batch, context, made.data)
    return made.record_id


def record_submission(
    batch: Batch, context: OperationContext, seen: SeenReport, sent_on: date | None, number: str
) -> None:
    """Record the day and number of a submission; no day: it was not sent."""
    submission = _load_unchanged(batch, seen, RecordType.REPORT_SUBMISSION)
    kept = {
        name: value
        for name, value in submission.data.items()
        if name not in ("submitted_on", "document_number")
    }
    data: Data = {
        **kept,
        **({"submitted_on": sent_on.isoformat()} if sent_on else {}),
        **({"document_number": number} if sent_on and number else {}),
    }
    if sent_on and sent_on > local_date(context.now()):
        raise AppError(ErrorCode.RULE, problems={"submitted_on": [ErrorCode.DATE_IN_FUTURE.value]})
    if data == submission.data:
        return
    _refuse_wrong(context, data, RecordType.REPORT_SUBMISSION)
    _write(batch, context, next_revision(submission, data=data), "submission_recorded")


def use_template(batch: Batch, context: OperationContext, name: str, body: bytes) -> None:
    """Put a checked template of the office in use."""
    drop_template(batch, context)
    session, sha256 = batch.session, hashlib.sha256(body).hexdigest()
    template = session.get(ReportTemplate, (context.tenant_id, sha256))
    if template is None:
        template = ReportTemplate(tenant_id=context.tenant_id, sha256=sha256, body=body)
        session.add(template)
    template.name, template.taken_at, template.ended_at = name, context.now(), None
    session.flush()
    context.note(session, AuditEntry("template_taken", None, OFFICE, {"sha256": sha256}))


def drop_template(batch: Batch, context: OperationContext) -> None:
    """End the use of the office's template; reports then use the product's template."""
    used = template_in_use(batch.session, context.tenant_id)
    if used is not None:
        used.ended_at = context.now()
        batch.session.flush()
        context.note(batch.session, AuditEntry("template_dropped", None, OFFICE, {"sha256": used.sha256}))


def _write_owed(batch: Batch, context: OperationContext, record_id: str, report: Report) -> None:
    """Write the due submission of each sender of a report; restore those that were withdrawn with it."""
    kind = context.lists.report_kinds[report.kind]
    owed = {
        companion_id(record_id, RecordType.REPORT_SUBMISSION, f"{sender.agency_id}|{sender.unit_id}"): sender
        for sender in senders(context.lists, kind, report.year, report.area_id)
    }
    batch.load(owed)
    for key, sender in owed.items():
        owes: Data = {
            "kind": report.kind,
            "year": report.year,
            "area_id": report.area_id,
            "agency_id": sender.agency_id,
            "unit_id": sender.unit_id,
            "due_on": sender.due_on.isoformat(),
        }
        existing = batch.get(key)
        if existing is None:
            put_record(batch, context, new_record(key, RecordType.REPORT_SUBMISSION, OFFICE, owes))
        elif existing.deleted and not existing.is_erased:
            put_record(batch, context, next_revision(existing, data={**existing.data, **owes}, deleted=False))


def _restatement_of(batch: Batch, context: OperationContext, record_id: str) -> bool:
    """Return whether a restatement of a report exists."""
    others = all_reports(batch.session, context.tenant_id)
    return any(other.report.restates == record_id for other in others)


def _at(context: OperationContext) -> CountedAt:
    return CountedAt(context.tenant_id, context.lists, context.now())


def _store_template(session: Session, context: OperationContext, sha256: str) -> None:
    """Store the product's report template when a frozen report first uses it."""
    if session.get(ReportTemplate, (context.tenant_id, sha256)) is not None:
        return
    own, body = product_template(context.lists)
    if own != sha256:
        raise AppError(ErrorCode.REVISION_CHANGED)
    session.add(
        ReportTemplate(
            tenant_id=context.tenant_id,
            sha256=sha256,
            name=PRODUCT_TEMPLATE,
            body=body,
            taken_at=context.now(),
            ended_at=context.now(),
        )
    )
    session.flush()


def _keep_counted(batch: Batch, context: OperationContext, data: Data) -> None:
    keep_periods(
        batch.session, context.tenant_id, period_of(Report.from_data(data)), local_date(context.now())
    )


def _draft(batch: Batch, seen: SeenReport) -> Stored:
    record = _load_unchanged(batch, seen)
    if _FROZEN in record.data:
        raise AppError(ErrorCode.REPORT_FROZEN, record_id=seen.record_id)
    return record


def _load_unchanged(batch: Batch, seen: SeenReport, type_: str = RecordType.REPORT) -> Stored:
    batch.load([seen.record_id])
    record = batch.get(seen.record_id)
    if record is None or record.type != type_ or record.deleted or record.is_erased:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.record_id)
    if record.rev != seen.rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
    return record


def _refuse_wrong(context: OperationContext, data: Data, type_: str = RecordType.REPORT) -> None:
    problems = by_path(filing_problems(type_, data, context.lists, Context(now=context.now())))
    if problems:
        raise AppError(ErrorCode.RULE, problems=problems)


def _write(batch: Batch, context: OperationContext, made: Stored, action: str) -> None:
    write_record(batch, context, made, AuditEntry(action, made.record_id, made.scope, {"rev": made.rev}))
