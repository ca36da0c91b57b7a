"""Changes of the lists: typed in a row or brought by a file, shown as a difference, then published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.lists.frame import PUBLISHED, pack_in_force, table_of
from field178_server.console.lists.row_form import row_form, typed_row
from field178_server.console.lists.row_names import RowNames
from field178_server.console.lists.words import fault_text, file_fault, member_name, table_name
from field178_server.console.shell.form_actions import done, office, whole_number
from field178_server.console.shell.page import current_page
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write
from field178_server.http.browser_session import password_refusal
from field178_server.http.lists_in_force import current_lists
from field178_server.office.file_reading.reading_limits import reading_slot
from field178_server.office.lists.operations import Rows, publish_rows, rows_of, take_pack
from field178_server.office.lists.pack_file import MAX_BYTES, PackFile, read_pack_file, refused
from field178_server.office.lists.worksheet import read_worksheet
from field178_shared.errors import AppError, ErrorCode
from field178_shared.list_packs import ListPack, ListTable, PackFault, RowChange, changes_between, problems_of
from field178_shared.list_packs.pack import files_with
from field178_shared.list_packs.records import PACK_ID
from field178_shared.list_packs.tables import TABLES, Row
from field178_shared.text.i18n import N_

_MOST_SHOWN = 200
_YEARS = frozenset({"year", "since"})
_FAULTS_OF_A_MEMBER = frozenset({PackFault.MEMBER_ABSENT, PackFault.MEMBER_WRONG, PackFault.BAD_KEY})


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Texts of a changed row: members before and after, and the reason of a refusal.

    `key` is "" if the title identifies the row.
    """

    table: str
    key: str
    title: str
    is_new: bool
    members: tuple[tuple[str, str, str], ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListsUpload:
    """Rows to publish, and the signed file that brought them with its text, where there is one."""

    rows: Rows
    file: PackFile | None = None
    text: str = ""


def check_row(path: str) -> Response:
    """Show the changes of a typed row; a refused row is shown in its form with the typed values."""
    page, table = current_page(), table_of(path)
    key, pack = request.form.get("key", ""), pack_in_force()
    stored_rows = table.rows(files_with(pack))
    typed = typed_row(pack, table, stored_rows.get(key, {}) if key else {}, request.form, page.localizer)
    errors = {**typed.errors, **_key_errors(table, key, typed.row, stored_rows, page.localizer)}
    rows: Rows = {table.path: {table.key_of(typed.row): typed.row}}
    refusal = page.say(N_("Some fields are no such value."))
    if not errors:
        # Checked before the preview, which has no fields: the typed values stay in the form.
        problems = problems_of(pack.with_rows(rows), pack)
        errors = {
            problem.detail or table.key[-1]: fault_text(problem, page.localizer)
            for problem in problems
            if problem.fault in _FAULTS_OF_A_MEMBER
        }
        refusal = " ".join(fault_text(problem, page.localizer) for problem in problems)
    if refusal:
        return page.render(
            "lists/row.html",
            422,
            path=table.path,
            key=key,
            title=table_name(table.path, page.localizer),
            name=key,
            form=row_form(pack, table, key, typed.row, errors, page.localizer),
            is_readonly=False,
            refusal=refusal,
        )
    return _preview(pack, ListsUpload(rows), url_for("console.lists.table", path=path))


def _key_errors(
    table: ListTable, key: str, row: Row, stored_rows: Mapping[str, Row], localizer: Localizer
) -> dict[str, str]:
    """Return the errors of a typed key by member: absent, or the key of another row."""
    own_key = table.key_of(row)
    if not own_key:
        sentence = localizer.say(N_("A key is needed."))
        return {name: sentence for name in table.key if not row.get(name)}
    if not key and own_key in stored_rows:
        return {table.key[-1]: localizer.say(N_("There is a row with this key."))}
    return {}


def upload() -> Response:
    """Show the changes of a file: a signed pack of another office, or an edited worksheet."""
    page, uploaded, pack = current_page(), request.files.get("file"), pack_in_force()
    try:
        data = uploaded.stream.read(MAX_BYTES + 1) if uploaded is not None else b""
        if not data:
            raise refused("none")
        if data.startswith(b"PK"):
            with reading_slot():
                rows = read_worksheet(data, pack)
            return _preview(pack, ListsUpload(rows), url_for("console.lists.index"))
        file = _trusted(data)
        sent = ListsUpload(rows_of(file.pack), file, data.decode())
        return _preview(pack, sent, url_for("console.lists.index"))
    except AppError as error:
        if error.code is not ErrorCode.LISTS_REFUSED:
            raise
        return page.render("lists/refused.html", 422, reason=file_fault(error.details, page.localizer))


def publish() -> AnyResponse:
    """Publish the rows of the preview; rows that are refused by now are shown again with the reasons."""
    runtime, pack = current_page().runtime, pack_in_force()
    key, text = runtime.keyring.receipt, request.form.get("pack", "")
    file = _trusted(text.encode()) if text else None
    rows: Rows = rows_of(file.pack) if file else _rows_in(request.form.get("rows", ""))
    sent, index = ListsUpload(rows, file, text), url_for("console.lists.index")
    if (refusal := password_refusal()) is not None:
        return _preview(pack, sent, index, refusal)
    try:
        if file is not None:
            run_write(runtime.engine, lambda session: take_pack(session, office(), key, file))
        else:
            seen = whole_number("seen")
            run_write(runtime.engine, lambda session: publish_rows(session, office(), key, rows, seen))
    except AppError as error:
        if error.code not in (ErrorCode.LISTS_REFUSED, ErrorCode.REVISION_CHANGED):
            raise
        late = _late(error)
        return _preview(pack, sent, index, (422, late) if late else None)
    current_lists().follow()
    return done(index, PUBLISHED, PACK_ID)


def _trusted(data: bytes) -> PackFile:
    runtime = current_page().runtime
    return read_pack_file(data, {*runtime.keyring.receipt_keys.split(), *runtime.settings.trusted_signers})


def _rows_in(text: str) -> Rows:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise AppError(ErrorCode.BAD_REQUEST, field="rows") from None
    if not isinstance(rows, dict) or not all(
        isinstance(table, dict) and all(isinstance(row, dict) for row in table.values())
        for table in rows.values()
    ):
        raise AppError(ErrorCode.BAD_REQUEST, field="rows")
    return rows


def _late(error: AppError) -> str:
    """Return the reason of a refusal after the preview, "" if the rows show it."""
    localizer = current_page().localizer
    if error.code is ErrorCode.REVISION_CHANGED:
        return localizer.say(N_("Somebody published lists meanwhile. Look at the difference again."))
    problem = str(error.details.get("problem"))
    return file_fault(error.details, localizer) if problem == "older" else ""


def _preview(
    pack: ListPack, sent: ListsUpload, back: str, refusal: tuple[int, str] | None = None
) -> Response:
    """Return the page of the changes, with the reasons of refused rows; `refusal`: status and text."""
    page = current_page()
    after = pack.with_rows(sent.rows)
    problems = problems_of(after, pack)
    faults: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        faults.setdefault((problem.table, problem.key), []).append(fault_text(problem, page.localizer))
    is_unknown = bool(sent.rows.keys() - TABLES.keys())
    changes = () if is_unknown else changes_between(pack, after)
    names = RowNames(pack if is_unknown else after, page.localizer)
    views = [
        _view(change, faults.get((change.table, change.key), []), names, page.localizer) for change in changes
    ]
    changed = {(change.table, change.key) for change in changes}
    others = [
        (table_name(table, page.localizer), key, sentences)
        for (table, key), sentences in faults.items()
        if (table, key) not in changed
    ]
    return page.render(
        "lists/preview.html",
        422 if problems else 200,
        refused_form=refusal,
        changes=sorted(views, key=lambda view: not view.faults)[:_MOST_SHOWN],
        count=len(views),
        more=max(0, len(views) - _MOST_SHOWN),
        others=others,
        refused=len(faults),
        back=back,
        seen=pack.number,
        sent=sent,
        rows="" if sent.file else json.dumps(sent.rows, ensure_ascii=False),
    )


def _view(change: RowChange, faults: list[str], names: RowNames, localizer: Localizer) -> ChangeView:
    row = change.after
    return ChangeView(
        table_name(change.table, localizer),
        "" if names.is_clear(change.table, change.key, row) else change.key,
        names.title(change.table, change.key, row),
        change.before is None,
        tuple(
            (
                member_name(name, localizer),
                _value_text(name, before, names, localizer),
                _value_text(name, after, names, localizer),
            )
            for name, before, after in change.members
        ),
        tuple(faults),
    )


def _value_text(member: str, value: object, names: RowNames, localizer: Localizer) -> str:
    match value:
        case None | [] | "":
            return "—"
        case bool():
            return localizer.say(N_("Yes") if value else N_("No"))
        case int():
            return str(value) if member in _YEARS else localizer.number(value)
        case dict():
            return ", ".join(
                f"{member_name(name, localizer)}: {_value_text(name, part, names, localizer)}"
                for name, part in value.items()
                if part is not None
            )
        case list():
            # Entries of a nested table have a line each.
            between = "\n" if all(isinstance(part, dict) for part in value) else ", "
            return between.join(_value_text(member, part, names, localizer) for part in value)
    return names.value(member, str(value))
