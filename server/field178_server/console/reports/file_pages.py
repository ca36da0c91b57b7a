"""Files of a report, and the template of its document."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Response, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.audit.trail import AuditEntry
from field178_server.console.reports.flashes import FLASHES
from field178_server.console.reports.reader import reader_of, seen_report, today
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import batch_in, done, office
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reports import operations
from field178_server.office.reports.annex_workbook import annex_workbook
from field178_server.office.reports.printed import PrintedReport, printed
from field178_server.office.reports.queries import frozen_report, live_content, template_body, template_in_use
from field178_server.office.reports.sample import sample_report
from field178_server.office.reports.template_fault import MAX_BYTES, TemplateFault, TemplateFaultKind
from field178_server.office.uploads.reading_limits import reading_slot
from field178_server.records.scopes import OFFICE
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import fold
from field178_shared.time.clock import from_wire

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TYPES = {
    "docx": _DOCX,
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NAME_LENGTH = 120
_FAULTS: Mapping[TemplateFaultKind, str] = {
    TemplateFaultKind.NOT_A_DOCUMENT: N_("This is no Word document (DOCX)."),
    TemplateFaultKind.TOO_LARGE: N_("The file is too large; a template has at most {limit} KB."),
    TemplateFaultKind.PROGRAMS: N_(
        "The document holds macros or other programs ({what}); save it without them."
    ),
    TemplateFaultKind.LOADS: N_(
        "The document loads “{what}” from elsewhere when it is opened; take that out first."
    ),
    TemplateFaultKind.NO_PLACEHOLDER: N_(
        "The document has no placeholder: every report would read the same."
    ),
    TemplateFaultKind.UNKNOWN_PLACEHOLDER: N_("“{what}” is no placeholder of a report."),
    TemplateFaultKind.NOT_READABLE: N_("“{what}” cannot be read."),
    TemplateFaultKind.DOES_NOT_RENDER: N_("The template cannot be filled in: {what}"),
}


def file(record_id: str, kind: str) -> Response:
    """Give a report as DOCX, PDF or XLSX: frozen from what was frozen alone, else as it stands now."""
    runtime, localizer = current_runtime(), _localizer()
    if kind not in _TYPES:
        raise AppError(ErrorCode.NOT_FOUND, kind=kind)
    with snapshot(runtime.engine) as session:
        known = seen_report(session, reader_of(current_officer(), localizer), localizer, record_id)
        frozen = frozen_report(session, runtime.tenant_id, record_id)
        if frozen is not None:
            content, sha256, template = frozen.content, frozen.sha256, frozen.template
        else:
            used = template_in_use(session, runtime.tenant_id)
            content = live_content(session, runtime.tenant_id, localizer.lists, known.report, today())
            sha256, template = "", template_body(used, localizer.lists.report_layout)
    at = from_wire(content["frozen_at"]) if frozen is not None else runtime.clock.now()
    data = _made(kind, printed(content, sha256), template, at)
    details: dict[str, str | int | None] = {"format": kind, "rev": known.rev, "sha256": sha256 or None}
    context = office()
    run_write(
        runtime.engine,
        lambda session: context.note(session, AuditEntry("report_taken", record_id, OFFICE, details)),
    )
    named = re.sub(r"\W+", "-", fold(content["kind_name"]))
    name = f"{named}-{known.report.year}-{sha256[:8] or 'du-thao'}.{kind}"
    return _sent(data, _TYPES[kind], name)


def template() -> Response:
    """Show the template in use, and the form of another one."""
    return _template_page()


def template_file() -> Response:
    """Give the template in use, to be changed and sent back."""
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        body = template_body(template_in_use(session, runtime.tenant_id), _localizer().lists.report_layout)
    return _sent(body, _DOCX, "mau-bao-cao.docx")


def take_template() -> AnyResponse:
    """Put a template of the office in use, or give a made-up report in it to look at first.

    One with a wrong placeholder is refused with its paragraph.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        return _template_page([_localizer().say(N_("Choose a file."))], 422)
    body, name = file.stream.read(MAX_BYTES + 1), file.filename[:_NAME_LENGTH]
    sample = sample_report(_localizer().lists)
    # What reads and draws documents comes with the first of them, as for the papers of a visit.
    from field178_server.office.reports.template_check import template_faults

    with reading_slot():
        faults = template_faults(body, sample)
    if faults:
        return _template_page([_fault_text(one) for one in faults], 422)
    if "preview" in request.form:
        made = _made("docx", sample, body, current_runtime().clock.now())
        return _sent(made, _DOCX, "xem-thu-mau-bao-cao.docx")
    _run(lambda session: operations.take_template(batch_in(session), office(), name, body))
    return done(url_for("console.reports.template"), "template_taken", runtime_id())


def drop_template() -> AnyResponse:
    """Go back to the template of the product."""
    _run(lambda session: operations.drop_template(batch_in(session), office()))
    return done(url_for("console.reports.template"), "template_dropped", runtime_id())


def runtime_id() -> str:
    """Return an id for a message that is about no record."""
    return current_runtime().ids.time_ordered()


def _run(work: Callable[[Session], object]) -> None:
    run_write(current_runtime().engine, work)


def _made(kind: str, report: PrintedReport, template: bytes, at: datetime | None) -> bytes:
    if kind == "docx":
        from field178_server.office.reports.docx_report import report_docx

        return report_docx(report, template, at)
    if kind == "xlsx":
        return annex_workbook(report, at)
    from field178_server.office.reports.report_paper import report_pdf

    return report_pdf(report, at)


def _template_page(faults: list[str] | None = None, status: int = 200) -> Response:
    runtime, localizer, flash = current_runtime(), _localizer(), take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        used = template_in_use(session, runtime.tenant_id)
        in_use = (used.name, localizer.instant(used.taken_at)) if used else None
        layout = layout_of(session, current_officer(), localizer)
    return render(
        "reports/template.html",
        status,
        layout=layout,
        active="console.reports.index",
        flash=flash.text("", localizer) if flash else "",
        in_use=in_use,
        faults=faults or [],
        back=url_for("console.reports.index"),
        limit=localizer.number(MAX_BYTES // 1024),
    )


def _fault_text(fault: TemplateFault) -> str:
    localizer = _localizer()
    said = localizer.say(_FAULTS[fault.kind]).format(
        what=fault.what, limit=localizer.number(MAX_BYTES // 1024)
    )
    if not fault.paragraph:
        return said
    where = localizer.say(N_("Paragraph {number}: {said} It reads: {text}"))
    return where.format(number=fault.paragraph, said=said, text=fault.text)


def _sent(data: bytes, kind: str, name: str) -> Response:
    return send_file(
        io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name, max_age=0, etag=False
    )


def _localizer() -> Localizer:
    return Localizer(chosen_language())
