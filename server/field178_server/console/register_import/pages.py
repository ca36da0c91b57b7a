"""Pages of the imports: upload, preview, run, result, undo."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from flask import Response, redirect, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.attachments.storage.free_space import require_space_for_files
from field178_server.console.register_import.stored_draft import (
    MENU,
    may_see,
    preview_in,
    staging,
    stored_import,
)
from field178_server.console.register_import.view import (
    FIGURES,
    MOST_SHOWN,
    duplicate_reasons,
    file_problem,
    problem_lines,
    too_large,
)
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.queue import JobRow, add, find_job
from field178_server.office.file_reading.reading_limits import reading_slot
from field178_server.office.register_import.checking import CheckedFile
from field178_server.office.register_import.drafts import (
    ImportRow,
    add_draft,
    choose_rows,
    latest_imports,
    note_job,
)
from field178_server.office.register_import.error_file import write_refused
from field178_server.office.register_import.jobs import IMPORT, IMPORT_ID, SEEN, UNDO
from field178_server.office.register_import.operations import blockers
from field178_server.office.register_import.preview import check_preview, used_units
from field178_server.office.register_import.reading.refusal import refused
from field178_server.office.register_import.reading.table_file import MAX_BYTES, read_tables
from field178_server.office.register_import.spellings import Spellings
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import parse_whole_number

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def index() -> Response:
    """Show the form of a file, and the latest imports."""
    return _upload_page()


def upload() -> AnyResponse:
    """Stage a file; columns about persons are left out before anything is stored."""
    page, context, uploaded = current_page(), office(), request.files.get("file")
    runtime = page.runtime
    require_space_for_files(runtime.settings)
    folder, import_id = staging(), runtime.ids.time_ordered()
    try:
        if uploaded is None or not uploaded.filename:
            raise refused("none")
        with snapshot(runtime.engine) as session:
            used = used_units(session, page.tenant_id)
        spellings = Spellings(context.lists, page.today, used)
        with reading_slot():
            tables = read_tables(cast(BinaryIO, uploaded.stream), uploaded.filename)
            folder.stage(import_id, tables, spellings.title_path)
    except AppError as error:
        if error.code is not ErrorCode.REGISTER_FILE:
            raise
        return _upload_page(422, file_problem(error, page.localizer))
    file_name = uploaded.filename
    run_write(runtime.engine, lambda session: add_draft(session, context, import_id, file_name))
    return redirect(url_for("console.register_import.columns", import_id=import_id), 303)


def detail(import_id: str) -> AnyResponse:
    """Show the preview of a draft, or the result of an import."""
    row = stored_import(import_id)
    if row.applied_at is not None:
        return _result_page(row)
    if not row.choices.is_mapped:
        return redirect(url_for("console.register_import.columns", import_id=import_id))
    job = _job_of(row)
    if job is not None and not job.state.is_final:
        return redirect(url_for("console.jobs.detail", job_id=job.job_id))
    return _preview_page(import_id, job)


def run(import_id: str) -> AnyResponse:
    """Queue the import of the previewed rows."""
    row, context, engine = stored_import(import_id), office(), current_page().runtime.engine
    seen = request.form.get(SEEN, "")
    numbers = (parse_whole_number(text) for text in request.form.getlist("wanted"))
    choices = row.choices.with_rows(tuple(number for number in numbers if number is not None))

    def queue(session: Session) -> str:
        choose_rows(session, context, import_id, choices)
        job_id = add(session, context, IMPORT, {IMPORT_ID: import_id, SEEN: seen})
        note_job(session, context, import_id, job_id)
        return job_id

    job = _job_of(row)
    if job is None or job.state.is_final:
        return redirect(url_for("console.jobs.detail", job_id=run_write(engine, queue)), 303)
    return redirect(url_for("console.jobs.detail", job_id=job.job_id), 303)


def undo(import_id: str) -> AnyResponse:
    """Queue the undoing of an import; a refusal names the records that prevent it."""
    row, context, engine = stored_import(import_id), office(), current_page().runtime.engine
    with snapshot(engine) as session:
        is_blocked = bool(blockers(session, context.tenant_id, import_id))
    if row.applied_at is None or row.undone_at is not None or is_blocked:
        return redirect(url_for("console.register_import.detail", import_id=import_id), 303)

    def queue(session: Session) -> str:
        job_id = add(session, context, UNDO, {IMPORT_ID: import_id})
        note_job(session, context, import_id, job_id)
        return job_id

    return redirect(url_for("console.jobs.detail", job_id=run_write(engine, queue)), 303)


def refused_rows(import_id: str) -> Response:
    """Send the rows that are not taken, with the reason, as a workbook to correct."""
    page, row = current_page(), stored_import(import_id)
    path = staging().file_of(import_id)
    if row.applied_at is None:
        with snapshot(page.runtime.engine) as session:
            preview = preview_in(session, import_id)
            checked = check_preview(session, page.tenant_id, preview, lambda done: None)
        write_refused(path, preview, checked, page.localizer.language)
    if not path.exists():
        raise AppError(ErrorCode.NOT_FOUND)
    return send_file(
        io.BytesIO(path.read_bytes()),
        mimetype=_XLSX,
        as_attachment=True,
        download_name=f"dong-chua-nhap-{import_id[:8]}.xlsx",
        max_age=0,
        etag=False,
        conditional=False,
    )


def _upload_page(status: int = 200, error: str = "") -> Response:
    page = current_page()
    with page.reading() as session:
        imports = [row for row in latest_imports(session, page.tenant_id) if may_see(row)]
        people = {row.uploaded_by for row in imports if row.uploaded_by}
        names = names_of(session, page.tenant_id, people)
    page.use_names(names)
    return page.render(
        "register_import/upload.html",
        status,
        active=MENU,
        error=error,
        max_bytes=MAX_BYTES,
        too_large=too_large(page.localizer),
        imports=imports,
    )


def _preview_page(import_id: str, job: JobRow | None) -> Response:
    page = current_page()
    with page.reading() as session:
        preview = preview_in(session, import_id)
        checked = check_preview(session, page.tenant_id, preview, lambda done: None)
    return page.render(
        "register_import/preview.html",
        active=MENU,
        row=preview.row,
        table=preview.table,
        checked=checked,
        figures=FIGURES,
        counts=_counts(checked),
        problems=problem_lines(checked, page.localizer),
        problem_count=sum(len(row.problems) for row in checked.refused),
        alike=[(row, duplicate_reasons(row, page.localizer)) for row in checked.alike[:MOST_SHOWN]],
        job=job,
    )


def _counts(checked: CheckedFile) -> dict[str, int]:
    taken, refused_count = len(checked.taken), len(checked.refused)
    alike = len(checked.rows) - taken - refused_count
    return {"rows": len(checked.rows), "taken": taken, "refused": refused_count, "alike": alike}


def _result_page(row: ImportRow) -> Response:
    page, has_file = current_page(), staging().file_of(row.import_id).exists()
    with page.reading() as session:
        blocking = blockers(session, page.tenant_id, row.import_id) if row.undone_at is None else []
    return page.render(
        "register_import/result.html",
        active=MENU,
        row=row,
        figures=FIGURES,
        blocking=blocking,
        most_shown=MOST_SHOWN,
        has_file=has_file,
    )


def _job_of(row: ImportRow) -> JobRow | None:
    if row.job_id is None:
        return None
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return find_job(session, page.tenant_id, row.job_id)
