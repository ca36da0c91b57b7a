"""One report: its draft with live figures, its texts, its sign-off and its freeze."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.reports import report_view
from field178_server.console.reports.board_view import state_label, title_of
from field178_server.console.reports.counting import (
    LOOK_AGAIN_S,
    ReportCounting,
    count_state,
    counting_page,
    days_counted_at,
    request_figures,
)
from field178_server.console.reports.flashes import FLASHES
from field178_server.console.reports.reader import ReportReader, report_reader, seen_report
from field178_server.console.reports.report_view import SECTION, TypedTexts
from field178_server.console.shell.form_actions import attempt, done, in_batch, office, whole_number
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import Page, current_page
from field178_server.database.unit_of_work import snapshot
from field178_server.office.indicators.source.store_size import is_large
from field178_server.office.reports import operations
from field178_server.office.reports.content import digest
from field178_server.office.reports.jobs import request_freeze, request_sign_off
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.printed import (
    Content,
    PrintedChange,
    printed,
    printed_changes,
)
from field178_server.office.reports.queries import (
    Frozen,
    StoredReport,
    frozen_report,
    live_content,
    signed_content,
    withdrawn_report,
)
from field178_server.records.batch import Batch
from field178_server.records.labels import Names, names_of
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.record_type import RecordType
from field178_shared.records.reports import ReportState
from field178_shared.schemas.fields.catalogue import words_at
from field178_shared.text.i18n import N_

_WRONG = N_("Nothing was written yet. What is wrong stands at its field.")
_REFUSALS = {
    ErrorCode.RULE: _WRONG,
    ErrorCode.REVISION_CHANGED: N_("Somebody changed this report meanwhile. Look at it once more."),
    ErrorCode.REPORT_FROZEN: N_("The report is frozen meanwhile. Nothing was written."),
    ErrorCode.SIGNED_OFF: N_("Leadership has signed the report off meanwhile. It was not withdrawn."),
    ErrorCode.NOT_SIGNED_OFF: N_("Leadership signs the report off first."),
    ErrorCode.FIGURES_CHANGED: N_(
        "Figures or texts are others than those signed off. Look at them once more."
    ),
}


@dataclass(frozen=True, slots=True)
class SignOffState:
    """Whether the content shown is still the one signed off, and the numbers that differ from it.

    `is_compared`: the content of the sign-off is stored, so that `changes` lists every difference.
    """

    is_stale: bool = False
    is_compared: bool = False
    changes: tuple[PrintedChange, ...] = ()


def detail(record_id: str) -> Response:
    """Show a report: live figures of a draft, stored figures of a frozen report."""
    return _report_page(record_id)


def write(record_id: str) -> AnyResponse:
    """Write the texts of a draft; later texts of another officer stay, unless both wrote the same text."""
    page, stored = current_page(), _stored(record_id)
    texts_before = report_view.stored_texts(stored, tuple(page.lists.report_sections))
    sent = TypedTexts(
        {name: request.form[name] for name in texts_before if name in request.form},
        {name: request.form.get(f"was.{name}", "") for name in texts_before},
        {},
    )
    texts, errors = report_view.merged(texts_before, sent, page.localizer)
    if errors:
        typed = TypedTexts({**sent.texts, **texts}, sent.was, errors)
        return _report_page(record_id, typed, page.say(_WRONG), 409)
    changed = [
        OwnText(name, _label(name, page), text) for name, text in texts.items() if text != texts_before[name]
    ]
    if confirmation := confirm_texts(changed, "console.reports.index"):
        return confirmation
    heading = {name: text for name, text in texts.items() if not name.startswith(SECTION)}
    sections = {name.removeprefix(SECTION): text for name, text in texts.items() if name.startswith(SECTION)}
    seen = SeenReport(record_id, stored.rev)
    refusal = _run(lambda batch: operations.write_texts(batch, office(), seen, heading, sections))
    if refusal is not None:
        return _report_page(record_id, TypedTexts(texts, sent.was, {}), refusal[0], refusal[1])
    return done(url_for("console.reports.detail", record_id=record_id), "report_saved", record_id)


def withdraw(record_id: str) -> AnyResponse:
    """Withdraw a draft with its submissions."""
    _stored(record_id)
    seen = SeenReport(record_id, whole_number("seen_rev"))
    refusal = _run(lambda batch: operations.withdraw_report(batch, office(), seen))
    if refusal is not None:
        return _report_page(record_id, None, refusal[0], refusal[1])
    return done(url_for("console.reports.index"), "report_withdrawn", record_id)


def undo_withdrawal(record_id: str) -> AnyResponse:
    """Restore a withdrawn draft."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        stored = withdrawn_report(session, page.tenant_id, record_id)
    if stored is not None and report_reader(page).viewer.sees(page.lists, stored):
        _run(lambda batch: operations.undo_withdrawal(batch, office(), record_id))
    # Another officer may have undone it before; a report that is not seen raises not_found.
    _stored(record_id)
    return done(url_for("console.reports.detail", record_id=record_id), "report_withdrawal_undone", record_id)


def sign(record_id: str) -> AnyResponse:
    """Sign a draft off as it was seen."""
    _stored(record_id)
    seen, figures = SeenReport(record_id, whole_number("seen_rev")), request.form.get("figures", "")
    if _is_counted_apart():
        return _acted(record_id, lambda batch: request_sign_off(batch, office(), seen, figures))
    return _acted(
        record_id,
        lambda batch: operations.sign_off(batch, office(), seen, figures),
        "report_signed",
    )


def freeze(record_id: str) -> AnyResponse:
    """Freeze a report that was signed off."""
    page, stored = current_page(), _stored(record_id)
    if _early_end(stored, page) and not request.form.get("early"):
        refusal = page.say(N_("Nothing was frozen: the period is not over. Confirm it first."))
        return _report_page(record_id, refusal=refusal, status=422)
    if _unwritten_sections(stored, page) and not request.form.get("empty"):
        refusal = page.say(N_("Nothing was frozen: sections have no text. Confirm it first."))
        return _report_page(record_id, refusal=refusal, status=422)
    seen = SeenReport(record_id, whole_number("seen_rev"))
    if _is_counted_apart():
        return _acted(record_id, lambda batch: request_freeze(batch, office(), seen))
    return _acted(record_id, lambda batch: operations.freeze(batch, office(), seen), "report_frozen")


def restate(record_id: str) -> AnyResponse:
    """Open the restatement of a frozen report."""
    _stored(record_id)
    reason, seen = request.form.get("reason", ""), SeenReport(record_id, whole_number("seen_rev"))
    own_text = OwnText("reason", _label("restatement_reason", current_page()), reason)
    if confirmation := confirm_texts([own_text], "console.reports.index"):
        return confirmation
    made: list[str] = []
    refusal = _run(lambda batch: made.append(operations.restate(batch, office(), seen, reason)))
    if refusal is not None:
        return _report_page(record_id, None, refusal[0], refusal[1], reason)
    return done(url_for("console.reports.detail", record_id=made[-1]), "report_restated", made[-1])


@dataclass(frozen=True, slots=True)
class ReportContent:
    """A report with the content that its page shows: frozen, or counted; `counted_at` None: now."""

    stored: StoredReport
    frozen: Frozen | None
    content: Content
    counted_at: datetime | None
    sign_off: SignOffState
    counting: ReportCounting


def _report_page(
    record_id: str,
    typed: TypedTexts | None = None,
    refusal: str = "",
    status: int = 200,
    reason: str | None = None,
) -> Response:
    page, is_failed, names = current_page(), False, Names()
    flash = page.flash_text(FLASHES)
    with page.reading() as session:
        stored = seen_report(session, page, record_id)
        report = _content(session, page, stored)
        if report is None:
            is_failed = not request_figures(session, page, stored)
        else:
            names = names_of(session, page.tenant_id, {stored.report.signed_off_by} - {""})
    title = title_of(stored.report, page.localizer)
    if report is None:
        back = (url_for("console.reports.index"), page.say(N_("Reports")))
        return counting_page(page, title, back, is_failed=is_failed)
    page.use_names(names)
    reader, frozen, counting = report_reader(page), report.frozen, report.counting
    printed_report = printed(report.content, frozen.sha256 if frozen else "")
    form = _texts_form(report, reader, page)
    fields = report_view.heading_fields(form, typed, page.localizer) if form is not None else []
    section_form = None if form is None else (form, typed)
    sections = report_view.section_views(printed_report, section_form, page.localizer)
    text_fields = (*fields, *(section.field for section in sections))
    response = page.render(
        "reports/report.html",
        status,
        title=title,
        stored=stored,
        frozen=frozen,
        printed=printed_report,
        state=state_label(stored.state, page.localizer, is_stale=report.sign_off.is_stale),
        sign_off=report.sign_off,
        flash=flash,
        counting=counting.under_way,
        counted_at=report.counted_at,
        refusal=refusal or counting.failure,
        faults=[(field.label, field.error, f"#{field.id}") for field in text_fields if field and field.error],
        reason=reason,
        reason_error=_reason_error(reason, page),
        fields=fields,
        sections=sections,
        is_written=form is not None,
        figures=digest(dict(report.content)) if frozen is None else "",
        actions={} if counting.under_way else _actions(stored, reader, report.sign_off, page),
        early=_early_end(stored, page),
        unwritten=_unwritten_sections(stored, page),
    )
    if counting.under_way:
        response.headers["Refresh"] = str(LOOK_AGAIN_S)
    return response


def _content(session: Session, page: Page, stored: StoredReport) -> ReportContent | None:
    """Return a report with its content, None while the figures of a draft are being counted."""
    frozen = frozen_report(session, page.tenant_id, stored.record_id)
    content = frozen.content if frozen else _live(session, page, stored)
    if content is None:
        return None
    return ReportContent(
        stored,
        frozen,
        content,
        counted_at=None if frozen else days_counted_at(session, page, stored),
        sign_off=_sign_off_state(session, page, stored, content),
        counting=count_state(session, page, stored),
    )


def _live(session: Session, page: Page, stored: StoredReport) -> Content | None:
    """Return the content of a draft, None where its figures are being counted."""
    try:
        return live_content(session, page.tenant_id, page.lists, stored.report, page.today)
    except AppError as error:
        if error.code is not ErrorCode.BEING_COUNTED:
            raise
        return None


def _texts_form(report: ReportContent, reader: ReportReader, page: Page) -> dict[str, str] | None:
    """Return the stored texts by field if the officer may write them now, else None.

    During a sign-off or freeze nobody may write: an edit would end it.
    """
    if not reader.may_write or report.frozen is not None or report.counting.under_way:
        return None
    return report_view.stored_texts(report.stored, tuple(page.lists.report_sections))


def _reason_error(reason: str | None, page: Page) -> str:
    """Return the error of a reason that was sent empty, "" for any other."""
    if reason is None or reason.strip():
        return ""
    return message(ErrorCode.REQUIRED, page.localizer.language)


def _early_end(stored: StoredReport, page: Page) -> date | None:
    """Return the last day of a period that is not over, None for a period that is."""
    last = stored.report.last
    return None if last is None or last <= page.today else last


def _unwritten_sections(stored: StoredReport, page: Page) -> tuple[str, ...]:
    """Return the headings of the narrative sections without a text."""
    return tuple(
        _label(f"{SECTION}{section.id}", page)
        for section in page.lists.report_sections.values()
        if section.narrative and not stored.report.sections.get(section.id, "").strip()
    )


def _sign_off_state(session: Session, page: Page, stored: StoredReport, content: Content) -> SignOffState:
    """Compare the content shown with the one that was signed off."""
    if stored.state is not ReportState.SIGNED_OFF or digest(dict(content)) == stored.report.signed_figures:
        return SignOffState()
    signed = signed_content(session, page.tenant_id, stored)
    if signed is None:
        return SignOffState(is_stale=True)
    return SignOffState(True, True, tuple(printed_changes(printed(signed), printed(content))))


def _actions(
    stored: StoredReport, reader: ReportReader, sign_off: SignOffState, page: Page
) -> dict[str, str]:
    """Return the actions of the officer, each with the reason why it is not possible now, "" if it is."""
    actions: dict[str, str] = {}
    state = stored.state
    unwritten = ", ".join(_label(name, page) for name in stored.report.unwritten_heading)
    lacks = ""
    if unwritten and state is ReportState.DRAFT:
        lacks = page.say(N_("Not written yet: {parts}."), parts=unwritten)
    if reader.may_sign and (state is ReportState.DRAFT or sign_off.is_stale):
        actions["sign"] = lacks
    if reader.may_write and state in (ReportState.DRAFT, ReportState.SIGNED_OFF):
        actions["freeze"] = ""
        if state is ReportState.DRAFT:
            actions["freeze"] = lacks or page.say(N_("Leadership signs the report off first."))
        elif sign_off.is_stale:
            actions["freeze"] = page.say(
                N_("Figures are others than those signed off: have the report signed off anew.")
            )
        actions["withdraw"] = ""
        if state is ReportState.SIGNED_OFF:
            actions["withdraw"] = page.say(
                N_("Leadership has signed it off. Change a text first: that takes the sign-off back.")
            )
    if reader.may_write and state is ReportState.FROZEN:
        actions["restate"] = ""
    return actions


def _is_counted_apart() -> bool:
    """Tell whether the records of a report are counted by a job."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return is_large(session, page.tenant_id)


def _acted(record_id: str, work: Callable[[Batch], object], flash: str = "") -> AnyResponse:
    """Run an operation and redirect to the report, with a flash if one is named."""
    refusal = _run(work)
    if refusal is not None:
        return _report_page(record_id, None, refusal[0], refusal[1])
    href = url_for("console.reports.detail", record_id=record_id)
    return done(href, flash, record_id) if flash else redirect(href, 303)


def _run(work: Callable[[Batch], object]) -> tuple[str, int] | None:
    refusal = attempt(in_batch(work), _REFUSALS)
    return None if refusal is None else (refusal.message, refusal.status)


def _stored(record_id: str) -> StoredReport:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return seen_report(session, page, record_id)


def _label(name: str, page: Page) -> str:
    """Return the label of a text of the report: a section with its number, or a field of the heading."""
    if name.startswith(SECTION):
        section = page.lists.report_sections[name.removeprefix(SECTION)]
        return f"{section.order}. {section.label(page.localizer.language)}"
    return words_at(RecordType.REPORT, name, page.localizer.language).label
