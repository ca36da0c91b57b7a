"""Pages that take in a tablet's offline export: uploaded in pieces, shown, then imported."""

from __future__ import annotations

from typing import BinaryIO

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.attachments.storage.free_space import require_space_for_files
from field178_server.attachments.upload_rows import limits_of
from field178_server.console.imports.view import import_view, problem_text
from field178_server.console.shell.form_actions import office, whole_number
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.policy import tablet_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.imports.operations import open_offline_export, rehearse, take_in
from field178_server.office.imports.staging import ImportFolder
from field178_server.office.tablets.queries import TabletRow, find_tablet
from field178_server.records.labels import names_of
from field178_server.replication.exchange import Exchange
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.offline_export import OfflineExport
from field178_shared.time.clock import to_wire


def index() -> Response:
    """Show the form that takes a file."""
    return _page("imports/upload.html")


def upload() -> AnyResponse:
    """Take a file, whole or a piece of it: the page's script sends pieces and wants a short answer."""
    runtime, folder, uploaded = current_runtime(), _folder(), request.files.get("file")
    if uploaded is None or not uploaded.filename:
        return _page("imports/upload.html", 422, error=problem_text("none", Localizer(chosen_language())))
    require_space_for_files(runtime.settings)
    offset, file_id = whole_number("offset", "0"), request.form.get("upload", "")
    if not file_id:
        file_id = runtime.ids.time_ordered()
        folder.begin(file_id, runtime.clock.now())
    folder.append(file_id, offset, uploaded.stream, limits_of(runtime.settings).device)
    if request.form.get("more"):
        return jsonify(upload=file_id, href=url_for("console.imports.file", file_id=file_id))
    return redirect(url_for("console.imports.file", file_id=file_id), 303)


def file(file_id: str) -> Response:
    """Show the content of a file and the effect of its import, or the result of it."""
    folder, exchange = _folder(), _exchange()
    localizer = Localizer(chosen_language())
    with folder.opened(file_id) as file:
        try:
            opened, tablet = _open(exchange, file)
        except AppError as error:
            if error.code is not ErrorCode.RESCUE_FILE:
                raise
            return _page(
                "imports/upload.html", 422, error=problem_text(str(error.details["problem"]), localizer)
            )
        found = rehearse(exchange, opened)
    localizer = _localizer_of(tablet)
    view = import_view(found, tablet, localizer, current_officer().role, folder.done(file_id))
    return _page("imports/file.html", view=view, size_bytes=folder.size_of(file_id), file_id=file_id)


def import_file(file_id: str) -> AnyResponse:
    """Take a file in; twice is once."""
    folder, exchange = _folder(), _exchange()
    with folder.opened(file_id) as file:
        done = take_in(exchange, office(), _open(exchange, file)[0])
    folder.note_done(file_id, {**done.tally.details(), "at": to_wire(exchange.clock.now())})
    return redirect(url_for("console.imports.file", file_id=file_id), 303)


def _open(exchange: Exchange, file: BinaryIO) -> tuple[OfflineExport, TabletRow]:
    """Return a file of a tablet that this officer looks after."""
    opened = open_offline_export(exchange, current_runtime().keyring.sealing, file)
    access = tablet_access(current_officer(), load())
    with snapshot(exchange.engine) as session:
        tablet = find_tablet(session, exchange.tenant_id, access, opened.origin.device)
    if tablet is None:
        raise AppError(ErrorCode.RESCUE_FILE, problem="unknown_tablet")
    return opened, tablet


def _localizer_of(tablet: TabletRow) -> Localizer:
    runtime = current_runtime()
    teams = {one.partition(":")[2] for one in tablet.scopes if one.startswith("team:")}
    with snapshot(runtime.engine) as session:
        return Localizer(chosen_language(), names_of(session, runtime.tenant_id, teams))


def _exchange() -> Exchange:
    runtime = current_runtime()
    return Exchange(runtime.engine, runtime.tenant_id, runtime.clock, runtime.ids, declared_types())


def _folder() -> ImportFolder:
    runtime = current_runtime()
    return ImportFolder(runtime.settings.data_dir, runtime.tenant_id, current_officer().id)


def _page(template: str, status: int = 200, **values: object) -> Response:
    localizer = Localizer(chosen_language())
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, current_officer(), localizer)
    return render(template, status, layout=layout, active="console.tablets.index", **values)
