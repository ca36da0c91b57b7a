"""Files of a report, and the template of its document."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import Response, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.audit.trail import AuditEntry
from field178_server.console.reports.flashes import FLASHES
from field178_server.console.reports.reader import seen_report
from field178_server.console.shell.form_actions import batch_in, done, office
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.file_reading.reading_limits import reading_slot
from field178_server.office.reports import operations
from field178_server.office.reports.annex_workbook import annex_workbook
from field178_server.office.reports.printed import PrintedReport, printed
from field178_server.office.reports.queries import frozen_report, live_content, template_body, template_in_use
from field178_server.office.reports.sample import sample_report
from field178_server.office.reports.template_fault import MAX_BYTES, TemplateFault, TemplateFaultKind
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
    """Send a report as DOCX, PDF or XLSX: a frozen report by its frozen content, a draft by live figures."""
    page = current_page()
    if kind not in _TYPES:
        raise AppError(ErrorCode.NOT_FOUND, kind=kind)
    with snapshot(page.runtime.engine) as session:
        stored = seen_report(session, page, record_id)
        frozen = frozen_report(session, page.tenant_id, record_id)
        if frozen is not None:
            content, sha256, template = frozen.content, frozen.sha256, frozen.template
        else:
            used = template_in_use(session, page.tenant_id)
            content = live_content(session, page.tenant_id, page.lists, stored.report, page.today)
            sha256, template = "", template_body(used, page.lists.report_layout)
    at = from_wire(content["frozen_at"]) if frozen is not None else page.now
    data = _made(kind, printed(content, sha256), template, at)
    details: dict[str, str | int | None] = {"format": kind, "rev": stored.rev, "sha256": sha256 or None}
    context = office()
    _run(lambda session: context.note(session, AuditEntry("report_taken", record_id, OFFICE, details)))
    report_name = re.sub(r"\W+", "-", fold(content["kind_name"]))
    name = f"{report_name}-{stored.report.year}-{sha256[:8] or 'du-thao'}.{kind}"
    return _sent(data, _TYPES[kind], name)


def template() -> Response:
    """Show the page of the report template, with the form that replaces it."""
    return _template_page()


def template_file() -> Response:
    """Send the file of the report template."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        body = template_body(template_in_use(session, page.tenant_id), page.lists.report_layout)
    return _sent(body, _DOCX, "mau-bao-cao.docx")


def take_template() -> AnyResponse:
    """Put a template of the office in use, or give a made-up report in it to look at first.

    One with a wrong placeholder is refused with its paragraph.
    """
    page, file = current_page(), request.files.get("file")
    if file is None or not file.filename:
        return _template_page([page.say(N_("Choose a file."))], 422)
    body, name = file.stream.read(MAX_BYTES + 1), file.filename[:_NAME_LENGTH]
    sample = sample_report(page.lists)
    # Imported with the first document: most servers never need these modules.
    from field178_server.office.reports.template_check import template_faults

    with reading_slot():
        faults = template_faults(body, sample)
    if faults:
        return _template_page([_fault_text(fault) for fault in faults], 422)
    if "preview" in request.form:
        document = _made("docx", sample, body, page.now)
        return _sent(document, _DOCX, "xem-thu-mau-bao-cao.docx")
    _run(lambda session: operations.use_template(batch_in(session), office(), name, body))
    return done(url_for("console.reports.template"), "template_taken", _message_id())


def drop_template() -> AnyResponse:
    """Replace the office's report template by that of the product."""
    _run(lambda session: operations.drop_template(batch_in(session), office()))
    return done(url_for("console.reports.template"), "template_dropped", _message_id())


def _message_id() -> str:
    """Return an id for a message that is about no record."""
    return current_page().runtime.ids.time_ordered()


def _run(work: Callable[[Session], object]) -> None:
    run_write(current_page().runtime.engine, work)


def _made(kind: str, report: PrintedReport, template: bytes, at: datetime | None) -> bytes:
    if kind == "docx":
        from field178_server.office.reports.docx_report import report_docx

        return report_docx(report, template, at)
    if kind == "xlsx":
        return annex_workbook(report, at)
    from field178_server.office.reports.report_paper import report_pdf

    return report_pdf(report, at)


def _template_page(faults: Sequence[str] = (), status: int = 200) -> Response:
    page = current_page()
    with page.reading() as session:
        used = template_in_use(session, page.tenant_id)
    return page.render(
        "reports/template.html",
        status,
        flash=page.flash_text(FLASHES),
        used=used,
        faults=faults,
        limit=MAX_BYTES // 1024,
    )


def _fault_text(fault: TemplateFault) -> str:
    page = current_page()
    limit = page.localizer.number(MAX_BYTES // 1024)
    sentence = page.say(_FAULTS[fault.kind], what=fault.what, limit=limit)
    if not fault.paragraph:
        return sentence
    text = N_("Paragraph {number}: {said} It reads: {text}")
    return page.say(text, number=fault.paragraph, said=sentence, text=fault.text)


def _sent(data: bytes, kind: str, name: str) -> Response:
    return send_file(
        io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name, max_age=0, etag=False
    )
