"""One report: its draft with live figures, its texts, its sign-off and its freeze."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.reports import board_view, report_view
from field178_server.console.reports.counting import (
    LOOK_AGAIN_S,
    being_counted,
    count_state,
    days_counted_at,
    is_counted_apart,
)
from field178_server.console.reports.flashes import FLASHES
from field178_server.console.reports.reader import ReportReader, reader_of, seen_report, today
from field178_server.console.reports.report_view import SECTION, TypedTexts
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import attempt, batch_in, done, office, whole_number
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reports import operations
from field178_server.office.reports.content import digest
from field178_server.office.reports.jobs import request_freeze, request_sign_off
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.printed import (
    Content,
    PrintedChange,
    PrintedReport,
    printed,
    printed_changes,
)
from field178_server.office.reports.queries import (
    Frozen,
    KnownReport,
    frozen_report,
    live_content,
    signed_content,
    withdrawn_report,
)
from field178_server.records.batch import Batch
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.records.reports import REPORT, ReportState
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
    """Show a report: as a draft its live figures, frozen what was frozen."""
    return _page(record_id)


def write(record_id: str) -> AnyResponse:
    """Write the texts of a draft; what another officer wrote meanwhile stays, unless both wrote one text."""
    localizer, known = _localizer(), _known(record_id)
    ids = _section_ids(localizer)
    stored = report_view.stored_texts(known, ids)
    sent = TypedTexts(
        {name: request.form[name] for name in stored if name in request.form},
        {name: request.form.get(f"was.{name}", "") for name in stored},
        {},
    )
    texts, errors = report_view.merged(stored, sent, localizer)
    if errors:
        return _page(
            record_id, TypedTexts({**sent.texts, **texts}, sent.was, errors), localizer.say(_WRONG), 409
        )
    changed = [
        OwnText(name, _label(name, localizer), texts[name]) for name in texts if texts[name] != stored[name]
    ]
    if asked := confirm_texts(changed, "console.reports.index"):
        return asked
    heading = {name: text for name, text in texts.items() if not name.startswith(SECTION)}
    sections = {name.removeprefix(SECTION): text for name, text in texts.items() if name.startswith(SECTION)}
    seen = SeenReport(record_id, known.rev)
    refusal = _run(lambda batch: operations.write_texts(batch, office(), seen, heading, sections))
    if refusal is not None:
        return _page(record_id, TypedTexts(texts, sent.was, {}), refusal[0], refusal[1])
    return done(url_for("console.reports.detail", record_id=record_id), "report_saved", record_id)


def withdraw(record_id: str) -> AnyResponse:
    """Take a draft away, with what is owed for it."""
    _known(record_id)
    seen = SeenReport(record_id, whole_number("seen_rev"))
    refusal = _run(lambda batch: operations.withdraw_report(batch, office(), seen))
    if refusal is not None:
        return _page(record_id, None, refusal[0], refusal[1])
    return done(url_for("console.reports.index"), "report_withdrawn", record_id)


def undo_withdrawal(record_id: str) -> AnyResponse:
    """Let a draft that was withdrawn stand again."""
    localizer, runtime = _localizer(), current_runtime()
    reader = reader_of(current_officer(), localizer).reader
    with snapshot(runtime.engine) as session:
        known = withdrawn_report(session, runtime.tenant_id, record_id)
    if known is not None and reader.sees(localizer.lists, known):
        _run(lambda batch: operations.undo_withdrawal(batch, office(), record_id))
    # Where another officer was faster, the report stands; one that is not seen is not there.
    _known(record_id)
    return done(url_for("console.reports.detail", record_id=record_id), "report_withdrawal_undone", record_id)


def sign(record_id: str) -> AnyResponse:
    """Sign a draft off as it was seen."""
    _known(record_id)
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
    localizer, known = _localizer(), _known(record_id)
    if _early(known, localizer) and not request.form.get("early"):
        refusal = localizer.say(N_("Nothing was frozen: the period is not over. Confirm it first."))
        return _page(record_id, refusal=refusal, status=422)
    if _unwritten_sections(known, localizer) and not request.form.get("empty"):
        refusal = localizer.say(N_("Nothing was frozen: sections have no text. Confirm it first."))
        return _page(record_id, refusal=refusal, status=422)
    seen = SeenReport(record_id, whole_number("seen_rev"))
    if _is_counted_apart():
        return _acted(record_id, lambda batch: request_freeze(batch, office(), seen))
    return _acted(record_id, lambda batch: operations.freeze(batch, office(), seen), "report_frozen")


def restate(record_id: str) -> AnyResponse:
    """Open the report that takes the place of a frozen one."""
    _known(record_id)
    reason, seen = request.form.get("reason", ""), SeenReport(record_id, whole_number("seen_rev"))
    if asked := confirm_texts(
        [OwnText("reason", _label("restatement_reason", _localizer()), reason)], "console.reports.index"
    ):
        return asked
    made: list[str] = []
    refusal = _run(lambda batch: made.append(operations.restate(batch, office(), seen, reason)))
    if refusal is not None:
        return _page(record_id, None, refusal[0], refusal[1], reason)
    return done(url_for("console.reports.detail", record_id=made[-1]), "report_restated", made[-1])


def _page(
    record_id: str,
    typed: TypedTexts | None = None,
    refusal: str = "",
    status: int = 200,
    reason: str | None = None,
) -> Response:
    runtime, officer, localizer = current_runtime(), current_officer(), _localizer()
    reader, flash = reader_of(officer, localizer), take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        known = seen_report(session, reader, localizer, record_id)
        frozen = frozen_report(session, runtime.tenant_id, record_id)
        layout = layout_of(session, officer, localizer)
        content = frozen.content if frozen else _live(session, known, localizer)
        if content is None:
            return being_counted(session, known, layout, localizer)
        counted_at = None if frozen else days_counted_at(session, known, localizer)
        sign_off = _sign_off_state(session, known, content)
        counting = count_state(session, known, localizer)
        people = names_of(session, runtime.tenant_id, {known.report.signed_off_by} - {""})
    named = Localizer(localizer.language, people)
    report_ = printed(content, frozen.sha256 if frozen else "")
    # What is counted is the report as it was asked for: an edit would end that for nothing.
    is_written = reader.may_write and frozen is None and not counting.under_way
    stored = report_view.stored_texts(known, _section_ids(localizer))
    fields = report_view.heading_fields(stored, typed, localizer) if is_written else []
    sections = report_view.section_views(report_, known, (stored, typed) if is_written else None, localizer)
    errors = [one for one in (*fields, *(one.field for one in sections)) if one is not None and one.error]
    response = render(
        "reports/report.html",
        status,
        layout=layout,
        active="console.reports.index",
        known=known,
        title=board_view.title_of(known.report, localizer),
        state=board_view.state_label(known.state, localizer, is_stale=sign_off.is_stale),
        sign_off=sign_off,
        signed_text=_signed_text(known, named),
        flash=flash.text("", localizer) if flash else "",
        counting=counting.under_way,
        counted_at=localizer.instant(counted_at) if counted_at else "",
        refusal=refusal or counting.failure,
        faults=[(one.label, one.error, f"#{one.id}") for one in errors],
        reason=reason,
        reason_error=""
        if reason is None or reason.strip()
        else message(ErrorCode.REQUIRED, localizer.language),
        printed=report_,
        assign_href=_assign_href(report_, officer.role, localizer),
        fields=fields,
        sections=sections,
        facts=_facts(known, frozen, report_, named),
        is_written=is_written,
        figures=digest(dict(content)) if frozen is None else "",
        actions={} if counting.under_way else _actions(known, reader, sign_off),
        early=_early(known, localizer),
        unwritten=_unwritten_sections(known, localizer),
        back=url_for("console.reports.index", of=f"{known.report.kind}.{known.report.year}"),
        files=[
            (kind.upper(), url_for("console.reports.file", record_id=record_id, kind=kind))
            for kind in ("docx", "pdf", "xlsx")
        ],
        restated_by=url_for("console.reports.detail", record_id=known.restated_by)
        if known.restated_by
        else "",
        restates=url_for("console.reports.detail", record_id=known.report.restates)
        if known.report.restates
        else "",
        shows_trace=frozen is not None,
    )
    if counting.under_way:
        response.headers["Refresh"] = str(LOOK_AGAIN_S)
    return response


def _live(session: Session, known: KnownReport, localizer: Localizer) -> Content | None:
    """Return the content of a draft, None where its figures are being counted."""
    try:
        return live_content(session, current_runtime().tenant_id, localizer.lists, known.report, today())
    except AppError as error:
        if error.code is not ErrorCode.BEING_COUNTED:
            raise
        return None


def _assign_href(report_: PrintedReport, role: str, localizer: Localizer) -> str:
    """Return the page on which what the figures leave out is assigned, "" where nothing is."""
    may_assign = bool(report_.left_out) and may(role, "console.units.index", localizer.lists)
    return url_for("console.units.index") if may_assign else ""


def _early(known: KnownReport, localizer: Localizer) -> str:
    """Return what is confirmed where a report is frozen before its period is over, else ""."""
    last = known.report.last
    if last is None or last <= today():
        return ""
    text = localizer.say(N_("The period runs until {day}; what comes later is not counted. Freeze anyway."))
    return text.format(day=localizer.day(last))


def _unwritten_sections(known: KnownReport, localizer: Localizer) -> tuple[str, ...]:
    """Return the headings of the narrative sections without a text."""
    return tuple(
        _label(f"{SECTION}{one.id}", localizer)
        for one in localizer.lists.report_sections.values()
        if one.narrative and not known.report.sections.get(one.id, "").strip()
    )


def _sign_off_state(session: Session, known: KnownReport, content: Content) -> SignOffState:
    """Compare the content shown with the one that was signed off."""
    if known.state is not ReportState.SIGNED_OFF or digest(dict(content)) == known.report.signed_figures:
        return SignOffState()
    signed = signed_content(session, current_runtime().tenant_id, known)
    if signed is None:
        return SignOffState(is_stale=True)
    return SignOffState(True, True, tuple(printed_changes(printed(signed), printed(content))))


def _signed_text(known: KnownReport, localizer: Localizer) -> str:
    """Return who signed off, and when; empty while nobody has."""
    if not known.report.signed_off_by:
        return ""
    return f"{localizer.person(known.report.signed_off_by)}, {localizer.instant(known.report.signed_off_at)}"


def _actions(known: KnownReport, reader: ReportReader, sign_off: SignOffState) -> dict[str, str]:
    """Return what the officer can do, each with why it cannot be done now, "" where it can."""
    localizer = _localizer()
    found: dict[str, str] = {}
    state = known.state
    unwritten = ", ".join(_label(one, localizer) for one in known.report.unwritten_heading)
    lacks = (
        localizer.say(N_("Not written yet: {parts}.")).format(parts=unwritten)
        if unwritten and state is ReportState.DRAFT
        else ""
    )
    if reader.may_sign and (state is ReportState.DRAFT or sign_off.is_stale):
        found["sign"] = lacks
    if reader.may_write and state in (ReportState.DRAFT, ReportState.SIGNED_OFF):
        found["freeze"] = ""
        if state is ReportState.DRAFT:
            found["freeze"] = lacks or localizer.say(N_("Leadership signs the report off first."))
        elif sign_off.is_stale:
            found["freeze"] = localizer.say(
                N_("Figures are others than those signed off: have the report signed off anew.")
            )
        found["withdraw"] = ""
        if state is ReportState.SIGNED_OFF:
            found["withdraw"] = localizer.say(
                N_("Leadership has signed it off. Change a text first: that takes the sign-off back.")
            )
    if reader.may_write and state is ReportState.FROZEN:
        found["restate"] = ""
    return found


def _facts(
    known: KnownReport, frozen: Frozen | None, report_: PrintedReport, localizer: Localizer
) -> list[tuple[str, str]]:
    report_days = board_view.days_of(known.report, localizer)
    found = [
        (localizer.say(N_("Period")), f"{report_days} {report_.period.rpartition(', ')[2].rstrip(')')}"),
        (localizer.say(N_("Area")), localizer.area(known.report.area_id)),
    ]
    if known.report.signed_off_by:
        label = words_at(REPORT, "signed_off.by", localizer.language).label
        found.append((label, _signed_text(known, localizer)))
    if frozen is not None:
        audit = frozen.content["audit"]
        found += [
            (localizer.say(N_("Frozen")), localizer.instant(frozen.content["frozen_at"])),
            ("SHA-256", frozen.sha256),
            (
                localizer.say(N_("Head of the audit chain")),
                f"{audit['index']} · {audit['hash']}" if audit else localizer.say(N_("no entry yet")),
            ),
            (localizer.say(N_("Records counted")), localizer.number(len(frozen.content["records"]))),
        ]
    return found


def _is_counted_apart() -> bool:
    with snapshot(current_runtime().engine) as session:
        return is_counted_apart(session)


def _acted(record_id: str, work: Callable[[Batch], object], flash: str = "") -> AnyResponse:
    """Do the work; without a flash the page itself says what is under way."""
    refusal = _run(work)
    if refusal is not None:
        return _page(record_id, None, refusal[0], refusal[1])
    href = url_for("console.reports.detail", record_id=record_id)
    return done(href, flash, record_id) if flash else redirect(href, 303)


def _run(work: Callable[[Batch], object]) -> tuple[str, int] | None:
    def within(session: Session) -> None:
        batch = batch_in(session)
        work(batch)
        batch.flush()

    refusal = attempt(within, _REFUSALS)
    return None if refusal is None else (refusal.message, refusal.status)


def _known(record_id: str) -> KnownReport:
    localizer = _localizer()
    with snapshot(current_runtime().engine) as session:
        return seen_report(session, reader_of(current_officer(), localizer), localizer, record_id)


def _section_ids(localizer: Localizer) -> tuple[str, ...]:
    return tuple(localizer.lists.report_sections)


def _label(name: str, localizer: Localizer) -> str:
    if name.startswith(SECTION):
        section = localizer.lists.report_sections[name.removeprefix(SECTION)]
        return f"{section.order}. {section.label(localizer.language)}"
    return words_at(REPORT, name, localizer.language).label


def _localizer() -> Localizer:
    return Localizer(chosen_language())
