"""Pages of the imports: upload, preview, run, result, undo."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from flask import Response, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.attachments.storage.free_space import require_space_for_files
from field178_server.console.register_import.frame import (
    import_page,
    may_see,
    preview_in,
    staging,
    stored_import,
)
from field178_server.console.register_import.view import (
    MOST_SHOWN,
    alike_lines,
    figures,
    file_problem,
    problem_lines,
    too_large,
)
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.jobs.queue import JobRow, add, find_job
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
from field178_server.office.uploads.reading_limits import reading_slot
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import parse_whole_number
from field178_shared.time.clock import local_date

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def index() -> Response:
    """Show the form that takes a file, and the latest imports."""
    return _upload_page()


def upload() -> AnyResponse:
    """Stage a file: what is about persons is left out before anything is kept."""
    runtime, context, uploaded = current_runtime(), office(), request.files.get("file")
    require_space_for_files(runtime.settings)
    folder, import_id = staging(), runtime.ids.time_ordered()
    try:
        if uploaded is None or not uploaded.filename:
            raise refused("none")
        with snapshot(runtime.engine) as session:
            used = used_units(session, runtime.tenant_id)
        spellings = Spellings(context.lists, local_date(context.now()), used)
        with reading_slot():
            folder.remove_old(context.now())
            tables = read_tables(cast(BinaryIO, uploaded.stream), uploaded.filename)
            folder.stage(import_id, tables, spellings.title_path)
    except AppError as error:
        if error.code is not ErrorCode.REGISTER_FILE:
            raise
        return _upload_page(422, file_problem(error, Localizer(chosen_language())))
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
    """Queue the import of what the preview showed."""
    row, runtime, context = stored_import(import_id), current_runtime(), office()
    seen = request.form.get(SEEN, "")
    numbers = (parse_whole_number(text) for text in request.form.getlist("wanted"))
    wanted = tuple(number for number in numbers if number is not None)
    choices = row.choices.with_rows(wanted)

    def queue(session: Session) -> str:
        choose_rows(session, context, import_id, choices)
        job_id = add(session, context, IMPORT, {IMPORT_ID: import_id, SEEN: seen})
        note_job(session, context, import_id, job_id)
        return job_id

    job = _job_of(row)
    if job is None or job.state.is_final:
        return redirect(url_for("console.jobs.detail", job_id=run_write(runtime.engine, queue)), 303)
    return redirect(url_for("console.jobs.detail", job_id=job.job_id), 303)


def undo(import_id: str) -> AnyResponse:
    """Queue the undoing of an import; names what stands against it, where something does."""
    row, runtime, context = stored_import(import_id), current_runtime(), office()
    with snapshot(runtime.engine) as session:
        is_blocked = bool(blockers(session, runtime.tenant_id, import_id))
    if row.applied_at is None or row.undone_at is not None or is_blocked:
        return redirect(url_for("console.register_import.detail", import_id=import_id), 303)

    def queue(session: Session) -> str:
        job_id = add(session, context, UNDO, {IMPORT_ID: import_id})
        note_job(session, context, import_id, job_id)
        return job_id

    return redirect(url_for("console.jobs.detail", job_id=run_write(runtime.engine, queue)), 303)


def refused_rows(import_id: str) -> Response:
    """Send the rows that are not taken, with the reason, as a workbook to correct."""
    row, runtime, folder = stored_import(import_id), current_runtime(), staging()
    path = folder.file_of(import_id)
    if row.applied_at is None:
        with snapshot(runtime.engine) as session:
            preview = preview_in(session, import_id)
            checked = check_preview(session, runtime.tenant_id, preview, lambda done: None)
        write_refused(path, preview, checked, chosen_language())
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
    runtime, language = current_runtime(), chosen_language()
    with snapshot(runtime.engine) as session:
        rows = [row for row in latest_imports(session, runtime.tenant_id) if may_see(row)]
        people = names_of(session, runtime.tenant_id, {one.uploaded_by for one in rows if one.uploaded_by})
    localizer = Localizer(language, people)
    return import_page(
        "register_import/upload.html",
        status,
        error=error,
        max_bytes=MAX_BYTES,
        too_large=too_large(localizer),
        imports=[
            (
                one,
                localizer.instant(one.uploaded_at),
                localizer.person(one.uploaded_by),
                localizer.number(one.counts.get("taken", 0)),
            )
            for one in rows
        ],
    )


def _preview_page(import_id: str, job: JobRow | None) -> Response:
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        preview = preview_in(session, import_id)
        checked = check_preview(session, runtime.tenant_id, preview, lambda done: None)
    alike, passed = alike_lines(checked, localizer), preview.table
    return import_page(
        "register_import/preview.html",
        row=preview.row,
        table=preview.table,
        figures=figures(_counts(checked), localizer),
        taken=len(checked.taken),
        taken_text=localizer.number(len(checked.taken)),
        problems=problem_lines(checked, localizer),
        refused=localizer.number(len(checked.refused)),
        is_cut=sum(len(one.problems) for one in checked.refused) > MOST_SHOWN,
        alike=alike,
        more_alike=max(0, len(checked.alike) - len(alike)),
        passed_over=localizer.number(passed.passed_over_count),
        passed_over_rows=", ".join(map(str, passed.passed_over)),
        seen=checked.digest,
        job=job,
    )


def _counts(checked: CheckedFile) -> dict[str, int]:
    taken, refused_count = len(checked.taken), len(checked.refused)
    alike = len(checked.rows) - taken - refused_count
    return {"rows": len(checked.rows), "taken": taken, "refused": refused_count, "alike": alike}


def _result_page(row: ImportRow) -> Response:
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        blocking = blockers(session, runtime.tenant_id, row.import_id) if row.undone_at is None else []
    return import_page(
        "register_import/result.html",
        row=row,
        figures=figures(row.counts, localizer),
        applied=localizer.instant(row.applied_at),
        undone=localizer.instant(row.undone_at) if row.undone_at else "",
        taken=localizer.number(row.counts.get("taken", 0)),
        blocking=blocking[:MOST_SHOWN],
        blocked=localizer.number(len(blocking)),
        has_file=staging().file_of(row.import_id).exists(),
        job=_job_of(row),
    )


def _job_of(row: ImportRow) -> JobRow | None:
    if row.job_id is None:
        return None
    runtime = current_runtime()
    with snapshot(runtime.engine) as session:
        return find_job(session, runtime.tenant_id, row.job_id)
