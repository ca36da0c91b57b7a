"""Pages of the lists that are read: all tables, the rows of one, a row, and the files out."""

from __future__ import annotations

import io
from datetime import date

from flask import Response, request, send_file, url_for

from field178_server.console.lists.flashes import FLASHES
from field178_server.console.lists.frame import PUBLISH, own_name, pack_in_force, table_of
from field178_server.console.lists.row_form import NO_DAY, row_form
from field178_server.console.lists.words import CONFIDENCE, table_name
from field178_server.console.shell.links import page_links, requested_page
from field178_server.console.shell.page import current_page, or_404
from field178_server.office.lists.pack_file import write_pack_file
from field178_server.office.lists.queries import is_unsure, publications, rows_of_table, summaries
from field178_server.office.lists.worksheet import write_worksheet
from field178_server.records.labels import names_of
from field178_server.records.paging import PageOfRows
from field178_shared.list_packs.pack import files_with

_PAGE_SIZE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def index() -> Response:
    """Show every list, the version in force, and the publications."""
    page, pack = current_page(), pack_in_force()
    with page.reading() as session:
        past = publications(session, page.tenant_id)
        people = {publication.actor_id for publication in past if publication.actor_id}
        names = names_of(session, page.tenant_id, people)
    page.use_names(names)
    return page.render(
        "lists/index.html",
        flash=page.flash_text(FLASHES),
        number=pack.number,
        tables=[(table, table_name(table.path, page.localizer)) for table in summaries(pack)],
        past=past,
    )


def table(path: str) -> Response:
    """Show the rows of one list, searched without marks."""
    page, table = current_page(), table_of(path)
    text, day_text = request.args.get("q", "")[:120], request.args.get("on", "")[:10]
    try:
        day = date.fromisoformat(day_text) if day_text else None
    except ValueError:
        day = None
    rows = rows_of_table(pack_in_force(), table.path, text, day)
    shown = PageOfRows.within(requested_page(request.args.get("page", "")), _PAGE_SIZE, len(rows))

    def href(number: int) -> str:
        return url_for("console.lists.table", path=path, q=text or None, on=day_text or None, page=number)

    return page.render(
        "lists/table.html",
        path=table.path,
        title=table_name(table.path, page.localizer),
        text=text,
        on=day_text,
        on_error=page.say(NO_DAY) if day_text and day is None else "",
        count=len(rows),
        rows=rows[shown.offset : shown.offset + shown.size],
        is_unsure=is_unsure,
        confidences=CONFIDENCE,
        pages=page_links(shown, href),
    )


def row(path: str) -> Response:
    """Show a row with its form; without a key, the form of a new row."""
    page, table = current_page(), table_of(path)
    key, pack = request.args.get("key", ""), pack_in_force()
    row = or_404(table.rows(files_with(pack)).get(key)) if key else {}
    return page.render(
        "lists/row.html",
        path=table.path,
        key=key,
        title=table_name(table.path, page.localizer),
        name=own_name(row, page.localizer.language) or key,
        form=row_form(pack, table, key, row, {}, page.localizer),
        is_readonly=not page.may(PUBLISH),
    )


def pack() -> Response:
    """Send the pack in force as a signed file for another office."""
    page, pack = current_page(), pack_in_force()
    data = write_pack_file(pack, page.tenant_id, page.runtime.keyring.receipt, page.now)
    return _sent(data, "application/json", f"danh-muc-{pack.number}.json")


def worksheet() -> Response:
    """Send the lists in force as a worksheet."""
    day = current_page().today
    return _sent(write_worksheet(pack_in_force()), _XLSX, f"danh-muc-{day.isoformat()}.xlsx")


def _sent(data: bytes, mimetype: str, name: str) -> Response:
    return send_file(
        io.BytesIO(data),
        mimetype=mimetype,
        as_attachment=True,
        download_name=name,
        max_age=0,
        etag=False,
        conditional=False,
    )
