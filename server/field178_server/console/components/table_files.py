"""Lists as table files: response and entry in the audit trail."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from tempfile import TemporaryFile

from flask import request, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from field178_server.audit.trail import AuditEntry
from field178_server.console.shell.confirmation import ask_before_file
from field178_server.console.shell.form_actions import office
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.office.exports.table_files import MEDIA_TYPES, TABLE_WRITERS, Cell, TableFile
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import VIETNAM

__all__ = ["Cell", "TableFile", "table_response"]


def table_response(
    kind: str, table: TableFile, rows: Callable[[Session], Iterable[Sequence[Cell]]]
) -> Response:
    """Return a list as a file and write the download into the audit trail.

    The password is asked first; that page leads back to the list, whose address has no kind of file.
    """
    runtime = current_runtime()
    if kind not in TABLE_WRITERS:
        raise AppError(ErrorCode.NOT_FOUND)
    list_href = request.full_path.replace(f".{kind}", "", 1).rstrip("?")
    if (confirmation := ask_before_file(list_href)) is not None:
        return confirmation
    # The file is sent after the transaction: a slow connection must not keep a snapshot open.
    file = TemporaryFile()  # noqa: SIM115  # the answer closes it
    with snapshot(runtime.engine) as session:
        count = TABLE_WRITERS[kind](file, table, rows(session))
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    context = office()
    details: dict[str, str | int | None] = {"format": kind, "records": count, "sha256": sha256}
    run_write(
        runtime.engine,
        lambda session: context.note(session, AuditEntry("list_exported", table.name, None, details)),
    )
    day = runtime.clock.now().astimezone(VIETNAM).strftime("%Y%m%d-%H%M")
    return send_file(
        file,
        mimetype=MEDIA_TYPES[kind],
        as_attachment=True,
        download_name=f"{table.name}-{day}.{kind}",
        max_age=0,
        etag=False,
        conditional=False,
    )
