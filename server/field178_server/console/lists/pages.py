"""Pages of the lists that are read: all tables, the rows of one, a row, and the files out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

from flask import Response, request, send_file, url_for

from field178_server.console.lists.frame import lists_page, may_change, pack_in_force, table_of
from field178_server.console.lists.row_form import NO_DAY, row_form
from field178_server.console.lists.words import CONFIDENCE, table_name
from field178_server.console.shell.links import page_links, wanted_page
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.office.lists.pack_file import write_pack_file
from field178_server.office.lists.queries import (
    TableRow,
    is_unsure,
    publications,
    rows_of_table,
    summaries,
)
from field178_server.office.lists.worksheet import write_worksheet
from field178_server.records.labels import names_of
from field178_server.records.paging import PageOfRows
from field178_shared.errors import AppError, ErrorCode
from field178_shared.list_packs.pack import files_with
from field178_shared.list_packs.tables import Row
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

_PAGE_SIZE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row as the table of its list shows it."""

    key: str
    title: str
    facts: str
    validity: str
    source: str
    confidence: str
    tone: str
    is_changed: bool


def index() -> Response:
    """Show every list, the version in force, and the publications."""
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    pack = pack_in_force()
    with snapshot(runtime.engine) as session:
        past = publications(session, runtime.tenant_id)
        people = names_of(session, runtime.tenant_id, {one.actor_id for one in past if one.actor_id})
    named = Localizer(localizer.language, people)
    return lists_page(
        "lists/index.html",
        version=localizer.lists.version,
        number=pack.number,
        tables=[(one, table_name(one.path, localizer)) for one in summaries(pack)],
        past=[
            (
                one.number,
                named.instant(one.at),
                named.person(one.actor_id) if one.actor_id else named.say(N_("Operator of the server")),
                one.rows,
            )
            for one in past
        ],
    )


def table(path: str) -> Response:
    """Show the rows of one list, searched without marks."""
    table, localizer = table_of(path), Localizer(chosen_language())
    text, asked = request.args.get("q", "")[:120], request.args.get("on", "")[:10]
    try:
        on = date.fromisoformat(asked) if asked else None
    except ValueError:
        on = None
    found = rows_of_table(pack_in_force(), table.path, text, on)
    page = PageOfRows.within(wanted_page(request.args.get("page", "")), _PAGE_SIZE, len(found))
    return lists_page(
        "lists/table.html",
        path=table.path,
        title=table_name(table.path, localizer),
        text=text,
        on=asked,
        on_error=localizer.say(NO_DAY) if asked and on is None else "",
        count=localizer.number(len(found)),
        rows=[_line(row, localizer) for row in found[page.offset : page.offset + page.size]],
        pages=page_links(
            page,
            lambda number: url_for(
                "console.lists.table", path=path, q=text or None, on=asked or None, page=number
            ),
        ),
    )


def row(path: str) -> Response:
    """Show a row with its form; without a key, the form of a new one."""
    table, localizer = table_of(path), Localizer(chosen_language())
    key, pack = request.args.get("key", ""), pack_in_force()
    row = table.rows(files_with(pack)).get(key) if key else {}
    if row is None:
        raise AppError(ErrorCode.NOT_FOUND, key=key)
    return lists_page(
        "lists/row.html",
        path=table.path,
        key=key,
        title=table_name(table.path, localizer),
        name=_title(row, localizer) or key,
        number=pack.number,
        form=row_form(pack, table, key, row, {}, localizer),
        is_readonly=not may_change(),
    )


def pack() -> Response:
    """Send the pack in force as a signed file for another office."""
    runtime, pack = current_runtime(), pack_in_force()
    data = write_pack_file(pack, runtime.tenant_id, runtime.keyring.receipt, runtime.clock.now())
    return _sent(data, "application/json", f"danh-muc-{pack.number}.json")


def worksheet() -> Response:
    """Send the lists in force as a worksheet."""
    day = local_date(current_runtime().clock.now())
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


def _line(found: TableRow, localizer: Localizer) -> RowLine:
    row, confidence = found.row, str(found.row.get("confidence") or "")
    is_low = is_unsure(row)
    said = localizer.say(CONFIDENCE[confidence]) if confidence in CONFIDENCE else ""
    if verified := row.get("verified_by"):
        said = localizer.say(N_("Verified by {name}, {day}")).format(
            name=verified, day=localizer.day(row.get("verified_on") or "")
        )
    return RowLine(
        key=found.key,
        title=_title(row, localizer) or found.key,
        facts=" · ".join(str(row[name]) for name in ("code", "number", "gso_code") if row.get(name)),
        validity=_validity(row, localizer),
        source=str(row.get("source") or ""),
        confidence=localizer.say(N_("Not verified")) if is_low else said,
        tone="warn" if is_low else "ok" if verified else "",
        is_changed=found.is_changed,
    )


def _title(row: Row, localizer: Localizer) -> str:
    return str(row.get("en" if localizer.language == "en" else "vi") or "")


def _validity(row: Row, localizer: Localizer) -> str:
    start = row.get("valid_from") or row.get("first") or row.get("day_on")
    end = row.get("valid_to") or row.get("last")
    if not (start or end):
        return localizer.say(N_("Always"))
    return " – ".join(localizer.day(day) if day else "…" for day in (start, end))
