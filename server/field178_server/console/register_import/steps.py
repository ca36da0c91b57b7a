"""Steps before the preview: fields of the columns, and meanings of the words in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.register_import.stored_draft import MENU, preview_in
from field178_server.console.register_import.view import (
    column_lines,
    field_options,
    for_all_fields,
    missing_text,
    repeated_text,
    word_tables,
)
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.register_import.choices import ImportChoices
from field178_server.office.register_import.drafts import choose_columns, choose_words
from field178_server.office.register_import.fields import FIELDS, FOR_ALL_ROWS
from field178_server.office.register_import.preview import Preview
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.formats import parse_whole_number

_FOR_ALL = "all:"


def columns(import_id: str) -> AnyResponse:
    """Show the columns of the file with their fields."""
    with snapshot(current_page().runtime.engine) as session:
        preview = preview_in(session, import_id, parse_whole_number(request.args.get("sheet", ""), 3))
    if preview.row.applied_at is not None:
        return redirect(url_for("console.register_import.detail", import_id=import_id))
    return _columns_page(preview)


def save_columns(import_id: str) -> AnyResponse:
    """Store the columns; a required field without a column is an error, and the choices stay."""
    engine, context = current_page().runtime.engine, office()
    with snapshot(engine) as session:
        preview = preview_in(session, import_id, parse_whole_number(request.form.get("sheet", ""), 3))
    choices = _typed_columns(preview)
    titled = preview.titled()
    missing = [path for path in choices.missing() if path not in titled]
    repeated = [
        path for path in set(choices.columns.values()) if list(choices.columns.values()).count(path) > 1
    ]
    if missing or repeated:
        return _columns_page(replace(preview, choices=choices), missing, repeated)
    run_write(engine, lambda session: choose_columns(session, context, import_id, preview.table, choices))
    return redirect(url_for("console.register_import.words", import_id=import_id), 303)


def words(import_id: str) -> AnyResponse:
    """Show each spelling of units, kinds and states with its meaning."""
    page = current_page()
    with page.reading() as session:
        preview = preview_in(session, import_id)
    if preview.row.applied_at is not None or not preview.row.choices.is_mapped:
        return redirect(url_for("console.register_import.detail", import_id=import_id))
    tables = word_tables(preview, page.localizer)
    unknown = sum(not line.spelling.chosen for table in tables for line in table.lines)
    return page.render(
        "register_import/words.html", active=MENU, row=preview.row, tables=tables, unknown=unknown
    )


def save_words(import_id: str) -> AnyResponse:
    """Store the meanings of the spellings."""
    engine, context = current_page().runtime.engine, office()
    with snapshot(engine) as session:
        preview = preview_in(session, import_id)
    chosen: dict[str, dict[str, str]] = {}
    news: dict[str, dict[str, str]] = {}
    for spelling in preview.spellings():
        value = request.form.get(f"word:{spelling.path}:{spelling.key}", spelling.chosen)
        _refuse_unknown(preview, spelling.path, value)
        chosen.setdefault(spelling.path, {})[spelling.key] = value
        # A meaning from the lists is not stored: the lists may change.
        if value != spelling.chosen:
            news.setdefault(spelling.path, {})[spelling.key] = value
    choices = replace(preview.row.choices, words=chosen)
    run_write(engine, lambda session: choose_words(session, context, import_id, choices, news))
    return redirect(url_for("console.register_import.detail", import_id=import_id), 303)


def _typed_columns(preview: Preview) -> ImportChoices:
    chosen = {
        heading: path
        for number, heading in enumerate(preview.table.headings)
        if (path := request.form.get(f"column:{number}", "")) in FIELDS
    }
    for_all = {path: value for path in FOR_ALL_ROWS if (value := request.form.get(f"{_FOR_ALL}{path}", ""))}
    for path, value in for_all.items():
        _refuse_unknown(preview, path, value)
    return ImportChoices(preview.table.number, chosen, for_all, {}, (), is_mapped=True)


def _refuse_unknown(preview: Preview, path: str, value: str) -> None:
    """Refuse a form that was tampered with."""
    if path not in FIELDS or not FIELDS[path].choices:
        raise AppError(ErrorCode.BAD_REQUEST, field=path)
    if value and value not in {option for option, _ in preview.reader.spellings.options(path)}:
        raise AppError(ErrorCode.BAD_REQUEST, field=path)


def _columns_page(preview: Preview, missing: Sequence[str] = (), repeated: Sequence[str] = ()) -> Response:
    page = current_page()
    errors = [missing_text(missing, page.localizer)] if missing else []
    errors += [repeated_text(repeated, page.localizer)] if repeated else []
    return page.render(
        "register_import/columns.html",
        422 if errors else 200,
        active=MENU,
        row=preview.row,
        table=preview.table,
        tables=preview.tables,
        choices=preview.choices,
        lines=column_lines(preview),
        options=field_options(page.localizer),
        for_all=for_all_fields(preview, page.localizer),
        missing=missing,
        errors=errors,
    )
