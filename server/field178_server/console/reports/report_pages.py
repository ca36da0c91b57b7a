"""One report: its draft with live figures, its texts, its sign-off, its freeze, and what came after that."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.reports import board_view, report_view
from field178_server.console.reports.reader import ReportReader, reader_of, seen_report, today
from field178_server.console.reports.report_view import SECTION, TypedTexts
from field178_server.console.shell.blueprint import console
from field178_server.console.shell.flash import REPORTS, take_flash
from field178_server.console.shell.form_actions import attempt, batch_in, done, office, whole_number
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import page_links, wanted_page
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reports import operations
from field178_server.office.reports.content import digest
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.printed import Content, PrintedReport, figure_changes, printed
from field178_server.office.reports.queries import (
    Frozen,
    KnownReport,
    content_of_facts,
    facts_for,
    frozen_report,
    later_changes,
    live_content,
    manifest,
    withdrawn_report,
)
from field178_server.records.batch import Batch
from field178_server.records.labels import names_of
from field178_server.records.paging import PageOfRows
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
PAGE_SIZE = 50


@console.get("/reports/<record_id>")
def report(record_id: str) -> Response:
    """Show a report: as a draft its live figures, frozen what was frozen."""
    return _page(record_id)


@console.post("/reports/<record_id>")
def write_report(record_id: str) -> AnyResponse:
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
    if asked := confirm_texts(changed, "console.reports"):
        return asked
    heading = {name: text for name, text in texts.items() if not name.startswith(SECTION)}
    sections = {name.removeprefix(SECTION): text for name, text in texts.items() if name.startswith(SECTION)}
    seen = SeenReport(record_id, known.rev)
    refusal = _run(lambda batch: operations.write_texts(batch, office(), seen, heading, sections))
    if refusal is not None:
        return _page(record_id, TypedTexts(texts, sent.was, {}), refusal[0], refusal[1])
    return done(url_for("console.report", record_id=record_id), "report_saved", record_id)


@console.post("/reports/<record_id>/withdraw")
def withdraw_report(record_id: str) -> AnyResponse:
    """Take a draft away, with what is owed for it."""
    _known(record_id)
    seen = SeenReport(record_id, whole_number("seen_rev"))
    refusal = _run(lambda batch: operations.withdraw_report(batch, office(), seen))
    if refusal is not None:
        return _page(record_id, None, refusal[0], refusal[1])
    return done(url_for("console.reports"), "report_withdrawn", record_id)


@console.post("/reports/<record_id>/undo-withdrawal")
def undo_report_withdrawal(record_id: str) -> AnyResponse:
    """Let a draft that was withdrawn stand again."""
    localizer, runtime = _localizer(), current_runtime()
    reader = reader_of(current_officer(), localizer).reader
    with snapshot(runtime.engine) as session:
        known = withdrawn_report(session, runtime.tenant_id, record_id)
    if known is not None and reader.sees(localizer.lists, known):
        _run(lambda batch: operations.undo_withdrawal(batch, office(), record_id))
    # Where another officer was faster, the report stands; one that is not seen is not there.
    _known(record_id)
    return done(url_for("console.report", record_id=record_id), "report_withdrawal_undone", record_id)


@console.post("/reports/<record_id>/sign-off")
def sign_report(record_id: str) -> AnyResponse:
    """Sign a draft off as it was seen."""
    _known(record_id)
    seen, figures = SeenReport(record_id, whole_number("seen_rev")), request.form.get("figures", "")
    return _acted(
        record_id,
        lambda batch: operations.sign_off(batch, office(), seen, figures),
        "report_signed",
    )


@console.post("/reports/<record_id>/freeze")
def freeze_report(record_id: str) -> AnyResponse:
    """Freeze a report that was signed off."""
    localizer = _localizer()
    if _early(_known(record_id), localizer) and not request.form.get("early"):
        refusal = localizer.say(N_("Nothing was frozen: the period is not over. Confirm it first."))
        return _page(record_id, refusal=refusal, status=422)
    seen = SeenReport(record_id, whole_number("seen_rev"))
    return _acted(record_id, lambda batch: operations.freeze(batch, office(), seen), "report_frozen")


@console.post("/reports/<record_id>/restate")
def restate_report(record_id: str) -> AnyResponse:
    """Open the report that takes the place of a frozen one."""
    _known(record_id)
    reason, seen = request.form.get("reason", ""), SeenReport(record_id, whole_number("seen_rev"))
    if asked := confirm_texts(
        [OwnText("reason", _label("restatement_reason", _localizer()), reason)], "console.reports"
    ):
        return asked
    made: list[str] = []
    refusal = _run(lambda batch: made.append(operations.restate(batch, office(), seen, reason)))
    if refusal is not None:
        return _page(record_id, None, refusal[0], refusal[1], reason)
    return done(url_for("console.report", record_id=made[-1]), "report_restated", made[-1])


@console.get("/reports/<record_id>/later")
def report_later(record_id: str) -> Response:
    """Show what has come or changed since a report was frozen, and which figures would be others now."""
    runtime, officer, localizer = current_runtime(), current_officer(), _localizer()
    with snapshot(runtime.engine) as session:
        known = seen_report(session, reader_of(officer, localizer), localizer, record_id)
        frozen = _frozen(session, known)
        facts = facts_for(session, runtime.tenant_id, localizer.lists, known.report, today())
        revisions, _ = manifest(session, runtime.tenant_id, localizer.lists, facts)
        content = content_of_facts(localizer.lists, known.report, facts)
        changes = later_changes(frozen, revisions)
        page = PageOfRows.within(wanted_page(request.args.get("page", "")), PAGE_SIZE, len(changes))
        layout = layout_of(session, officer, localizer)
    shown = changes[page.offset : page.offset + page.size]
    return render(
        "reports/later.html",
        layout=layout,
        active="console.reports",
        title=board_view.title_of(known.report, localizer),
        back=url_for("console.report", record_id=record_id),
        figures=figure_changes(printed(frozen.content, frozen.sha256), printed(content)),
        count=localizer.number(len(changes)),
        changes=[
            (
                type_name(one.type, localizer),
                _record_link(one.type, one.record_id),
                one.record_id,
                one.was_rev,
                one.rev,
            )
            for one in shown
        ],
        pages=page_links(
            page, lambda number: url_for("console.report_later", record_id=record_id, page=number)
        ),
        frozen_at=localizer.instant(frozen.content["frozen_at"]),
    )


@console.get("/reports/<record_id>/figures/<key>")
def report_trace(record_id: str, key: str) -> Response:
    """Show the exact revisions that a number of a frozen report counts."""
    runtime, officer, localizer = current_runtime(), current_officer(), _localizer()
    with snapshot(runtime.engine) as session:
        known = seen_report(session, reader_of(officer, localizer), localizer, record_id)
        frozen = _frozen(session, known)
        layout = layout_of(session, officer, localizer)
    places = frozen.content["trace"].get(key)
    if places is None:
        raise AppError(ErrorCode.NOT_FOUND, key=key)
    page = PageOfRows.within(wanted_page(request.args.get("page", "")), PAGE_SIZE, len(places))
    shown = [frozen.content["records"][place] for place in places[page.offset : page.offset + page.size]]
    report_ = printed(frozen.content, frozen.sha256)
    figures = [one for section in report_.sections for one in section.figures if one.id == key]
    annexes = [one for one in report_.annexes if one.id == key]
    return render(
        "reports/trace.html",
        layout=layout,
        active="console.reports",
        title=figures[0].label if figures else annexes[0].title if annexes else key,
        value=figures[0].value if figures else "",
        basis=figures[0].basis if figures else "",
        back=url_for("console.report", record_id=record_id),
        report_title=board_view.title_of(known.report, localizer),
        count=localizer.number(len(places)),
        records=[
            (type_name(type_, localizer), _record_link(type_, one), one, rev, h)
            for one, type_, rev, h in shown
        ],
        pages=page_links(
            page, lambda number: url_for("console.report_trace", record_id=record_id, key=key, page=number)
        ),
    )


def _page(
    record_id: str,
    typed: TypedTexts | None = None,
    refusal: str = "",
    status: int = 200,
    reason: str | None = None,
) -> Response:
    runtime, officer, localizer = current_runtime(), current_officer(), _localizer()
    reader, flash = reader_of(officer, localizer), take_flash(REPORTS)
    with snapshot(runtime.engine) as session:
        known = seen_report(session, reader, localizer, record_id)
        frozen = frozen_report(session, runtime.tenant_id, record_id)
        content: Content = (
            frozen.content
            if frozen
            else live_content(session, runtime.tenant_id, localizer.lists, known.report, today())
        )
        people = names_of(session, runtime.tenant_id, {known.report.signed_off_by} - {""})
        layout = layout_of(session, officer, localizer)
    named = Localizer(localizer.language, people)
    report_ = printed(content, frozen.sha256 if frozen else "")
    is_written = reader.may_write and frozen is None
    stored = report_view.stored_texts(known, _section_ids(localizer))
    fields = report_view.heading_fields(stored, typed, localizer) if is_written else []
    sections = report_view.section_views(report_, known, (stored, typed) if is_written else None, localizer)
    errors = [one for one in (*fields, *(one.field for one in sections)) if one is not None and one.error]
    return render(
        "reports/report.html",
        status,
        layout=layout,
        active="console.reports",
        known=known,
        title=board_view.title_of(known.report, localizer),
        state=board_view.state_label(known.state, localizer),
        flash=flash.text("", localizer) if flash else "",
        refusal=refusal,
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
        actions=_actions(known, reader, content),
        early=_early(known, localizer),
        back=url_for("console.reports", of=f"{known.report.kind}.{known.report.year}"),
        files=[
            (kind.upper(), url_for("console.report_file", record_id=record_id, kind=kind))
            for kind in ("docx", "pdf", "xlsx")
        ],
        restated_by=url_for("console.report", record_id=known.restated_by) if known.restated_by else "",
        restates=url_for("console.report", record_id=known.report.restates) if known.report.restates else "",
        shows_trace=frozen is not None,
    )


def _assign_href(report_: PrintedReport, role: str, localizer: Localizer) -> str:
    """Return the page on which what the figures leave out is assigned, "" where nothing is."""
    may_assign = bool(report_.left_out) and may(role, "console.units", localizer.lists)
    return url_for("console.units") if may_assign else ""


def _early(known: KnownReport, localizer: Localizer) -> str:
    """Return what is confirmed where a report is frozen before its period is over, else ""."""
    last = known.report.last
    if last is None or last <= today():
        return ""
    text = localizer.say(N_("The period runs until {day}; what comes later is not counted. Freeze anyway."))
    return text.format(day=localizer.day(last))


def _actions(known: KnownReport, reader: ReportReader, content: Content) -> dict[str, str]:
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
    if reader.may_sign and state is ReportState.DRAFT:
        found["sign"] = lacks
    if reader.may_write and state in (ReportState.DRAFT, ReportState.SIGNED_OFF):
        found["freeze"] = ""
        if state is ReportState.DRAFT:
            found["freeze"] = lacks or localizer.say(N_("Leadership signs the report off first."))
        elif digest(dict(content)) != known.report.signed_figures:
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
        who = localizer.person(known.report.signed_off_by)
        found.append(
            (
                words_at(REPORT, "signed_off.by", localizer.language).label,
                f"{who}, {localizer.instant(known.report.signed_off_at)}",
            )
        )
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


def _acted(record_id: str, work: Callable[[Batch], object], flash: str) -> AnyResponse:
    refusal = _run(work)
    if refusal is not None:
        return _page(record_id, None, refusal[0], refusal[1])
    return done(url_for("console.report", record_id=record_id), flash, record_id)


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


def _frozen(session: Session, known: KnownReport) -> Frozen:
    found = frozen_report(session, current_runtime().tenant_id, known.record_id)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=known.record_id)
    return found


def _record_link(type_: str, record_id: str) -> str:
    """Return the address of a record for who reads it, "" for others: records of visits are not theirs."""
    endpoint = {
        "establishment": "console.establishment",
        "inspection": "console.review_record",
        "outreach_session": "console.review_record",
    }.get(type_, "")
    if not endpoint or not may(current_officer().role, endpoint, _localizer().lists):
        return ""
    return url_for(endpoint, record_id=record_id)


def _section_ids(localizer: Localizer) -> tuple[str, ...]:
    return tuple(localizer.lists.report_sections)


def _label(name: str, localizer: Localizer) -> str:
    if name.startswith(SECTION):
        section = localizer.lists.report_sections[name.removeprefix(SECTION)]
        return f"{section.order}. {section.label(localizer.language)}"
    return words_at(REPORT, name, localizer.language).label


def _localizer() -> Localizer:
    return Localizer(chosen_language())
