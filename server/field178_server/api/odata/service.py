"""Routes of the service: service document, metadata, pages of a table, row by key, number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from flask import Blueprint, Flask, Response, current_app, g, request

from field178_server.api.odata.answers import (
    PREFIX,
    TEXT,
    XML,
    AnswerFile,
    JsonFormat,
    answer,
    check_version,
    error_answer,
    marked,
    root_address,
    row_writer,
)
from field178_server.api.odata.authentication import current_reader, note_reading
from field178_server.api.odata.metadata import metadata_json, metadata_xml, service_document
from field178_server.api.odata.query_options import (
    COUNT,
    FORMAT,
    NEXT,
    check_names,
    key_of,
    preferred_page_size,
    read_path,
    read_query,
    selects_all,
    wants_count,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.load_shedding import ConcurrencyLimit
from field178_server.http.problem_details import ERROR_ANSWERS
from field178_server.office.odata.entity_sets import EntitySet, sets_of
from field178_server.office.odata.feed_reader import FeedReader
from field178_server.office.odata.feed_table import FeedPage, FeedQuery, FeedTable, open_table
from field178_server.office.odata.operations import keep_year
from field178_server.office.odata.supported import refused
from field178_shared.errors import AppError, ErrorCode

bp = Blueprint("odata", __name__, url_prefix=PREFIX)
_LIMIT = "field178.odata_limit"
_OF_COUNT = frozenset({"$filter", "$search", FORMAT})
_OF_ROW = frozenset({"$select", FORMAT})


def init_odata(app: Flask, threads: int) -> None:
    """Register the service; its requests use at most half of the threads, the console uses the others."""
    app.extensions[_LIMIT] = ConcurrencyLimit(max(1, threads // 2))
    app.extensions.setdefault(ERROR_ANSWERS, {})[PREFIX] = error_answer
    app.register_blueprint(bp)


@bp.before_request
def _admit() -> None:
    check_version()
    limit = current_app.extensions[_LIMIT]
    limit.acquire()
    g.odata_limit = limit


@bp.teardown_request
def _release(_: BaseException | None) -> None:
    if (limit := g.pop("odata_limit", None)) is not None:
        limit.release()


@bp.after_request
def _mark(response: Response) -> Response:
    return marked(response)


@bp.get("", strict_slashes=False)
@bp.get("/", strict_slashes=False)
def service_root() -> Response:
    """Return the service document with the reader's tables."""
    reader = current_reader()
    check_names(request.args, frozenset({FORMAT}))
    form = JsonFormat.read()
    note_reading(reader, "")
    body = service_document(root_address(), _tables(reader).values(), with_context=form.has_context)
    return answer(body, form.content_type)


@bp.get("/$metadata")
def metadata() -> Response:
    """Return the metadata of the reader's tables, as JSON if requested, else as XML."""
    reader = current_reader()
    check_names(request.args, frozenset({FORMAT}))
    requested = request.args.get(FORMAT, "xml").lower()
    if requested not in ("xml", "application/xml", "json", "application/json"):
        raise refused(FORMAT, "xml or json")
    note_reading(reader, "")
    tables = _tables(reader).values()
    if requested.endswith("json"):
        return answer(metadata_json(tables), "application/json;charset=utf-8")
    return answer(metadata_xml(tables), XML)


@bp.get("/<path:resource>")
def resource(resource: str) -> Response:
    """Return a page of a table, its number of rows, or a row."""
    reader = current_reader()
    path = read_path(resource)
    table = _tables(reader).get(path.name) if path is not None else None
    if path is None or table is None:
        raise AppError(ErrorCode.NOT_FOUND, target=resource)
    note_reading(reader, table.name)
    try:
        if path.is_count:
            return _count(reader, table)
        if path.key is not None:
            return _row(reader, table, key_of(table, path.key))
        return _rows(reader, table)
    except AppError as error:
        year = error.details.get("year")
        if error.code is ErrorCode.BEING_COUNTED and isinstance(year, int):
            run_write(current_runtime().engine, lambda session: keep_year(session, reader, year))
        raise


def _rows(reader: FeedReader, table: EntitySet) -> Response:
    options, form, preferences = request.args, JsonFormat.read(), request.headers.get("Prefer", "")
    check_names(options)
    query = read_query(table, options, preferences, current_runtime().clock.now())
    has_count = wants_count(options)
    file = AnswerFile()
    try:
        with snapshot(current_runtime().engine) as session, open_table(session, reader, query) as opened:
            _write_page(file, form, opened, query, has_count=has_count)
    except BaseException:
        file.close()
        raise
    response = file.response(form.content_type)
    if preferred_page_size(preferences):
        response.headers["Preference-Applied"] = f"odata.maxpagesize={query.page_size}"
    return response


def _write_page(
    file: AnswerFile, form: JsonFormat, opened: FeedTable, query: FeedQuery, *, has_count: bool
) -> None:
    table, write = query.table, row_writer([query.table.by_name[name] for name in query.columns], form)
    head = []
    if form.has_context:
        head.append(f'"@odata.context":"{root_address()}$metadata#{table.name}{_selected(query)}"')
    if has_count:
        head.append(f'"@odata.count":{opened.count()}')
    file.write(("{" + "".join(f"{member}," for member in head) + '"value":[').encode())
    separator = b"\n"

    def add(row: object) -> None:
        nonlocal separator
        file.write(separator + write(row))  # type: ignore[arg-type]  # a row of the table
        separator = b",\n"

    page = opened.read(add)
    link = f',"@odata.nextLink":"{_next(query, page)}"' if page.after else ""
    file.write(f"\n]{link}}}".encode())


def _next(query: FeedQuery, page: FeedPage) -> str:
    """Return the URL of the next page: the same query, continued after the last row of this page."""
    kept = {name: text for name, text in request.args.items() if name not in ("$skip", "$top", COUNT, NEXT)}
    if query.top is not None:
        kept["$top"] = str(query.top - page.rows)
    text = urlencode({**kept, NEXT: page.after}, quote_via=quote, safe="$")
    return f"{root_address()}{query.table.name}?{text}"


def _selected(query: FeedQuery) -> str:
    return "" if selects_all(request.args) else f"({','.join(query.columns)})"


def _count(reader: FeedReader, table: EntitySet) -> Response:
    check_names(request.args, _OF_COUNT)
    query = read_query(table, request.args, "", current_runtime().clock.now())
    with snapshot(current_runtime().engine) as session, open_table(session, reader, query) as opened:
        return answer(str(opened.count()).encode(), TEXT)


def _row(reader: FeedReader, table: EntitySet, key: Mapping[str, str]) -> Response:
    check_names(request.args, _OF_ROW)
    form = JsonFormat.read()
    query = replace(read_query(table, request.args, "", current_runtime().clock.now()), key=key)
    write = row_writer([table.by_name[name] for name in query.columns], form)
    rows: list[bytes] = []
    with snapshot(current_runtime().engine) as session, open_table(session, reader, query) as opened:
        opened.read(lambda row: rows.append(write(row)))
    if not rows:
        raise AppError(ErrorCode.NOT_FOUND, target=table.name)
    context = f'{{"@odata.context":"{root_address()}$metadata#{table.name}{_selected(query)}/$entity",'
    body = context.encode() + rows[0][1:] if form.has_context else rows[0]
    return answer(body, form.content_type)


def _tables(reader: FeedReader) -> Mapping[str, EntitySet]:
    return sets_of(reader.officer.role, reader.lists)
