"""Changes of the lists: typed in a row or brought by a file, shown as a difference, then published."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.lists.frame import PUBLISHED, lists_page, pack_in_force, table_of
from field178_server.console.lists.row_form import row_form, typed_row
from field178_server.console.lists.row_names import RowNames
from field178_server.console.lists.words import fault_text, file_fault, member_name, table_name
from field178_server.console.shell.form_actions import done, office, whole_number
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write
from field178_server.http.application_runtime import current_runtime
from field178_server.http.lists_in_force import current_lists
from field178_server.office.lists.operations import Rows, publish_rows, rows_of, take_pack
from field178_server.office.lists.pack_file import MAX_BYTES, PackFile, read_pack_file, refused
from field178_server.office.lists.worksheet import read_worksheet
from field178_server.office.uploads.reading_limits import reading_slot
from field178_shared.errors import AppError, ErrorCode
from field178_shared.list_packs import ListPack, PackFault, RowChange, changes_between, problems_of
from field178_shared.list_packs.pack import files_with
from field178_shared.list_packs.records import PACK_ID
from field178_shared.list_packs.tables import TABLES
from field178_shared.text.i18n import N_

_MOST_SHOWN = 200
_YEARS = frozenset({"year", "since"})
_FAULTS_OF_A_MEMBER = frozenset({PackFault.MEMBER_ABSENT, PackFault.MEMBER_WRONG, PackFault.BAD_KEY})


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A changed row in words: its members, each before and after, and why it is refused.

    `key` is empty where the title alone says which row it is.
    """

    table: str
    key: str
    title: str
    is_new: bool
    members: tuple[tuple[str, str, str], ...]
    faults: tuple[str, ...]


def check_row(path: str) -> Response:
    """Show what a typed row changes; what is refused is told at the form, with all that was typed."""
    table, localizer = table_of(path), Localizer(chosen_language())
    key, pack = request.form.get("key", ""), pack_in_force()
    known = table.rows(files_with(pack)).get(key, {}) if key else {}
    typed = typed_row(pack, table, known, request.form, localizer)
    own_key = table.key_of(typed.row)
    errors = dict(typed.errors)
    if not own_key:
        lacking = (name for name in table.key if not typed.row.get(name))
        errors |= dict.fromkeys(lacking, localizer.say(N_("A key is needed.")))
    elif not key and own_key in table.rows(files_with(pack)):
        errors[table.key[-1]] = localizer.say(N_("There is a row with this key."))
    rows: Rows = {table.path: {own_key: typed.row}}
    refusal = localizer.say(N_("Some fields are no such value."))
    if not errors:
        # Refused here, what was typed stays: a preview has no fields.
        problems = problems_of(pack.with_rows(rows), pack)
        errors = {
            one.detail or table.key[-1]: fault_text(one, localizer)
            for one in problems
            if one.fault in _FAULTS_OF_A_MEMBER
        }
        refusal = " ".join(fault_text(one, localizer) for one in problems)
    if refusal:
        return lists_page(
            "lists/row.html",
            422,
            path=table.path,
            key=key,
            title=table_name(table.path, localizer),
            name=key,
            number=pack.number,
            form=row_form(pack, table, key, typed.row, errors, localizer),
            is_readonly=False,
            refusal=refusal,
        )
    return _preview(pack, rows, url_for("console.lists.table", path=path))


def upload() -> Response:
    """Show what a file changes: a signed pack of another office, or the worksheet that came back."""
    localizer, uploaded, pack = Localizer(chosen_language()), request.files.get("file"), pack_in_force()
    try:
        data = uploaded.stream.read(MAX_BYTES + 1) if uploaded is not None else b""
        if not data:
            raise refused("none")
        if data.startswith(b"PK"):
            with reading_slot():
                rows = read_worksheet(data, pack)
            return _preview(pack, rows, url_for("console.lists.index"))
        file = _trusted(data)
        return _preview(pack, rows_of(file.pack), url_for("console.lists.index"), file, data.decode())
    except AppError as error:
        if error.code is not ErrorCode.LISTS_REFUSED:
            raise
        return lists_page("lists/refused.html", 422, reason=file_fault(error.details, localizer))


def publish() -> AnyResponse:
    """Publish what the preview showed; what is refused by now is shown again with its reasons."""
    runtime, pack = current_runtime(), pack_in_force()
    key, text = runtime.keyring.receipt, request.form.get("pack", "")
    file = _trusted(text.encode()) if text else None
    rows: Rows = rows_of(file.pack) if file else _rows_in(request.form.get("rows", ""))
    try:
        if file is not None:
            run_write(runtime.engine, lambda session: take_pack(session, office(), key, file))
        else:
            seen = whole_number("seen")
            run_write(runtime.engine, lambda session: publish_rows(session, office(), key, rows, seen))
    except AppError as error:
        if error.code not in (ErrorCode.LISTS_REFUSED, ErrorCode.REVISION_CHANGED):
            raise
        return _preview(pack, rows, url_for("console.lists.index"), file, text, _late(error))
    current_lists().follow()
    return done(url_for("console.lists.index"), PUBLISHED, PACK_ID)


def _trusted(data: bytes) -> PackFile:
    runtime = current_runtime()
    return read_pack_file(data, {runtime.keyring.receipt_key, *runtime.settings.trusted_signers})


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
    localizer = Localizer(chosen_language())
    if error.code is ErrorCode.REVISION_CHANGED:
        return localizer.say(N_("Somebody published lists meanwhile. Look at the difference again."))
    problem = str(error.details.get("problem"))
    return file_fault(error.details, localizer) if problem == "older" else ""


def _preview(  # the parts of one page
    pack: ListPack,
    rows: Rows,
    back: str,
    file: PackFile | None = None,
    text: str = "",
    refusal: str = "",
) -> Response:
    localizer = Localizer(chosen_language())
    unknown = rows.keys() - TABLES.keys()
    after = pack.with_rows(rows)
    problems = problems_of(after, pack)
    faults: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        faults.setdefault((problem.table, problem.key), []).append(fault_text(problem, localizer))
    changes = () if unknown else changes_between(pack, after)
    names = RowNames(pack if unknown else after, localizer)
    shown = [
        _view(change, faults.get((change.table, change.key), []), names, localizer) for change in changes
    ]
    told = {(change.table, change.key) for change in changes}
    others = [
        (table_name(table, localizer), key, said)
        for (table, key), said in faults.items()
        if (table, key) not in told
    ]
    return lists_page(
        "lists/preview.html",
        422 if problems or refusal else 200,
        changes=sorted(shown, key=lambda one: not one.faults)[:_MOST_SHOWN],
        count=localizer.number(len(shown)),
        more=max(0, len(shown) - _MOST_SHOWN),
        others=others,
        refused=len(faults),
        refusal=refusal,
        back=back,
        seen=pack.number,
        rows="" if file else json.dumps(rows, ensure_ascii=False),
        pack_text=text,
        origin=file.origin if file else "",
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
                _said(name, before, names, localizer),
                _said(name, after, names, localizer),
            )
            for name, before, after in change.members
        ),
        tuple(faults),
    )


def _said(member: str, value: object, names: RowNames, localizer: Localizer) -> str:
    match value:
        case None | [] | "":
            return "—"
        case bool():
            return localizer.say(N_("Yes") if value else N_("No"))
        case int():
            return str(value) if member in _YEARS else localizer.number(value)
        case dict():
            return ", ".join(
                f"{member_name(name, localizer)}: {_said(name, one, names, localizer)}"
                for name, one in value.items()
                if one is not None
            )
        case list():
            # Entries of a nested table stand one under the other.
            between = "\n" if all(isinstance(one, dict) for one in value) else ", "
            return between.join(_said(member, one, names, localizer) for one in value)
    return names.value(member, str(value))
