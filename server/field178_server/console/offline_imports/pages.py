"""Pages that import the offline export of a tablet: uploaded in pieces, shown, then imported."""

from __future__ import annotations

from typing import BinaryIO

from flask import Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.attachments.storage.free_space import require_space_for_files
from field178_server.attachments.upload_rows import limits_of
from field178_server.console.offline_imports.view import figures_of, problem_text, reasons_of, record_rows
from field178_server.console.shell.form_actions import office, whole_number
from field178_server.console.shell.page import current_page
from field178_server.console.shell.policy import tablet_access
from field178_server.database.unit_of_work import snapshot
from field178_server.office.offline_imports.operations import open_offline_export, rehearse, take_in
from field178_server.office.offline_imports.staging import ImportFolder
from field178_server.office.tablets.queries import TabletRow, find_tablet
from field178_server.records.labels import names_of
from field178_server.replication.exchange import Exchange
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import AppError, ErrorCode
from field178_shared.offline_export import OfflineExport
from field178_shared.time.clock import to_wire

_MENU = "console.tablets.index"


def index() -> Response:
    """Show the form of a file."""
    return _upload_page()


def upload() -> AnyResponse:
    """Store a file, or one piece of it; the script of the page sends pieces and gets JSON."""
    runtime, folder, uploaded = current_page().runtime, _folder(), request.files.get("file")
    if uploaded is None or not uploaded.filename:
        return _upload_page("none")
    require_space_for_files(runtime.settings)
    offset, file_id = whole_number("offset", "0"), request.form.get("upload", "")
    if not file_id:
        file_id = runtime.ids.time_ordered()
        folder.begin(file_id, runtime.clock.now())
    folder.append(file_id, offset, uploaded.stream, limits_of(runtime.settings).device)
    if request.form.get("more"):
        return jsonify(upload=file_id, href=url_for("console.offline_imports.file", file_id=file_id))
    return redirect(url_for("console.offline_imports.file", file_id=file_id), 303)


def file(file_id: str) -> Response:
    """Show the content of a file and the effect of its import, or the result of it."""
    page, folder, exchange = current_page(), _folder(), _exchange()
    with folder.opened(file_id) as file:
        try:
            export, tablet = _open(exchange, file)
        except AppError as error:
            if error.code is not ErrorCode.RESCUE_FILE:
                raise
            return _upload_page(str(error.details["problem"]))
        rehearsal = rehearse(exchange, export)
    tally = rehearsal.tally
    teams = [scope for scope in tablet.scopes if scope.startswith("team:")]
    with page.reading() as session:
        names = names_of(session, page.tenant_id, {scope.partition(":")[2] for scope in teams})
    page.use_names(names)
    has_links = page.may("console.reviews.detail") and not tally.new
    return page.render(
        "offline_imports/file.html",
        active=_MENU,
        file_id=file_id,
        tablet=tablet,
        teams=teams,
        written_at=rehearsal.origin.created_at,
        tally=tally,
        figures=figures_of(tally, page.localizer),
        reasons=reasons_of(tally, page.localizer),
        records=record_rows(tally, page.localizer, has_links=has_links),
        has_links=has_links,
        done=folder.done(file_id),
    )


def import_file(file_id: str) -> AnyResponse:
    """Import a file; importing it twice changes nothing more."""
    folder, exchange = _folder(), _exchange()
    with folder.opened(file_id) as file:
        done = take_in(exchange, office(), _open(exchange, file)[0])
    folder.note_done(file_id, {**done.tally.details(), "at": to_wire(exchange.clock.now())})
    return redirect(url_for("console.offline_imports.file", file_id=file_id), 303)


def _open(exchange: Exchange, file: BinaryIO) -> tuple[OfflineExport, TabletRow]:
    """Return a file with its tablet, which MUST be within the area of the officer."""
    page = current_page()
    export = open_offline_export(exchange, page.runtime.keyring.sealings, file)
    access = tablet_access(page.officer, page.lists)
    with snapshot(exchange.engine) as session:
        tablet = find_tablet(session, exchange.tenant_id, access, export.origin.device)
    if tablet is None:
        raise AppError(ErrorCode.RESCUE_FILE, problem="unknown_tablet")
    return export, tablet


def _exchange() -> Exchange:
    runtime = current_page().runtime
    return Exchange(runtime.engine, runtime.tenant_id, runtime.clock, runtime.ids, declared_types())


def _folder() -> ImportFolder:
    page = current_page()
    return ImportFolder(page.runtime.settings.data_dir, page.tenant_id, page.officer.id)


def _upload_page(problem: str = "") -> Response:
    page = current_page()
    error = problem_text(problem, page.localizer) if problem else ""
    return page.render("offline_imports/upload.html", 422 if problem else 200, active=_MENU, error=error)
