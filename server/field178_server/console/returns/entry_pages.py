"""The forms of returns: a new one, its correction, its withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.records.entry_form import EntryForm, data_typed, typed_entry
from field178_server.console.records.entry_page import (
    WRONG,
    EntryPage,
    RefusedForm,
    attempt_entry,
    render_entry,
    save_entry,
)
from field178_server.console.returns.form import return_form, return_paths, with_last_period
from field178_server.console.returns.reader import ReturnsReader, returns_reader
from field178_server.console.returns.view import ADD
from field178_server.console.shell.form_actions import done, office, whole_number
from field178_server.console.shell.page import current_page
from field178_server.console.text.field_labels import type_name
from field178_server.database.unit_of_work import snapshot
from field178_server.office.entries.operations import SeenOwnEntry, correct, enter, withdraw
from field178_server.office.returns.operations import ReturnEnterer
from field178_server.office.returns.queries import Reporter, find_return, returns_seen
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.records.reading import text_of
from field178_shared.records.returns import MONTHLY_TYPES, RETURN_TYPES


def new(record_type: str) -> Response:
    """Show the form of a new return with the values of the address."""
    reader, unit_id = _reader_of_new(record_type)
    typed: MultiDict[str, str] = MultiDict()
    today = current_page().today
    if record_type in MONTHLY_TYPES:
        typed["month"] = request.args.get("month") or today.replace(day=1).isoformat()
    form = _form(reader, record_type, typed, {})
    if "year" in form.paths:
        typed["year"] = str(today.year)
    for path, choices in form.options.items():
        # A single option is chosen by default.
        if len(choices) == 1:
            typed.setdefault(path, choices[0][0])
    return _form_page(reader, form, None, unit_id)


def add(record_type: str) -> AnyResponse:
    """Write a new return; a refusal shows the form with all that was typed."""
    reader, unit_id = _reader_of_new(record_type)
    form = _form(reader, record_type, request.form, {})
    enterer = ReturnEnterer(reader.access)
    stated: Data = {"agency_id": reader.access.own_agency_id, "unit_id": unit_id}
    return _written(
        reader,
        form,
        (None, unit_id),
        lambda batch, data: enter(batch, office(), enterer, record_type, {**stated, **data}),
    )


def detail(record_id: str) -> Response:
    """Show a return with its history, and the forms of correction and withdrawal for its agency."""
    reader, entry = _reader_and_entry(record_id)
    return _stored_entry_page(reader, entry)


def save(record_id: str) -> AnyResponse:
    """Write a return anew over the revision that was seen."""
    reader, entry = _reader_and_entry(record_id)
    form = _form(reader, entry.type, request.form, entry.data)
    seen, enterer = SeenOwnEntry(record_id, whole_number("seen_rev")), ReturnEnterer(reader.access)
    shown = {path.partition(".")[0] for path in form.paths}
    kept: Data = {name: value for name, value in entry.data.items() if name not in shown}
    return _written(
        reader,
        form,
        (entry, text_of(entry.data, "unit_id")),
        lambda batch, data: correct(batch, office(), enterer, seen, {**kept, **data}),
    )


def withdraw_return(record_id: str) -> AnyResponse:
    """Let a return count no longer."""
    reader, entry = _reader_and_entry(record_id)
    seen, enterer = SeenOwnEntry(record_id, whole_number("seen_rev")), ReturnEnterer(reader.access)
    refusal = attempt_entry(lambda batch: withdraw(batch, office(), enterer, seen))
    if refusal is not None:
        return _stored_entry_page(reader, entry, refusal.message, refusal.status)
    return done(url_for("console.returns.index"), "return_withdrawn", record_id)


def _written(
    reader: ReturnsReader,
    form: EntryForm,
    of: tuple[Stored | None, str],
    write: Callable[[Batch, Data], object],
) -> AnyResponse:
    (entry, unit_id), page = of, current_page()
    values = form.read(page.localizer)
    if values.errors:
        return _form_page(reader, replace(form, errors=values.errors), entry, unit_id, page.say(WRONG), 422)
    made: list[object] = []
    answer = save_entry(
        form,
        entry,
        data_typed(values),
        lambda batch, data: made.append(write(batch, data)),
        "console.returns.index",
    )
    if isinstance(answer, RefusedForm):
        return _form_page(reader, answer.form, entry, unit_id, answer.message, answer.status)
    if answer is not None:
        return answer
    record_id = entry.record_id if entry else str(made[0])
    return done(
        url_for("console.returns.index"), "return_corrected" if entry else "return_entered", record_id
    )


def _stored_entry_page(
    reader: ReturnsReader, entry: Stored, refusal: str = "", status: int = 200
) -> Response:
    paths = _paths(reader, entry.type, entry.data)
    typed = typed_entry(entry.type, paths, entry.data, current_page().localizer)
    form = _form(reader, entry.type, typed, entry.data)
    return _form_page(reader, form, entry, text_of(entry.data, "unit_id"), refusal, status)


def _form_page(
    reader: ReturnsReader,
    form: EntryForm,
    entry: Stored | None,
    unit_id: str,
    refusal: str = "",
    status: int = 200,
) -> Response:
    page, record_type = current_page(), form.record_type
    agency_id = text_of(entry.data, "agency_id") if entry else reader.access.own_agency_id
    if record_type in MONTHLY_TYPES:
        with snapshot(page.runtime.engine) as session:
            before = returns_seen(session, reader.access, (record_type,))
        form = with_last_period(form, before, Reporter(agency_id, unit_id), page.localizer)
    names = (
        page.localizer.label(page.lists.agencies, agency_id),
        page.localizer.label(page.lists.units, unit_id),
    )
    view = EntryPage(
        form,
        entry,
        title=type_name(record_type, page.localizer) if entry else page.say(ADD[record_type]),
        unit=" · ".join(names),
        back=url_for("console.returns.index"),
        action=url_for("console.returns.save", record_id=entry.record_id)
        if entry
        else request.full_path.rstrip("?"),
        may_write=record_type in reader.types and (entry is None or reader.access.enters(entry)),
        withdraw_href=url_for("console.returns.withdraw_return", record_id=entry.record_id) if entry else "",
        facts=("agency_id", "unit_id"),
    )
    return render_entry(view, refusal, status)


def _form(reader: ReturnsReader, record_type: str, typed: MultiDict[str, str], data: Data) -> EntryForm:
    paths = _paths(reader, record_type, data)
    return return_form(record_type, paths, typed, reader.access, current_page())


def _paths(reader: ReturnsReader, record_type: str, data: Data) -> tuple[str, ...]:
    page = current_page()
    agency_id = text_of(data, "agency_id") or reader.access.own_agency_id
    return return_paths(record_type, agency_id, data, page.today, page.lists)


def _reader_of_new(record_type: str) -> tuple[ReturnsReader, str]:
    """Return the reader of the page for a type that the officer enters, with the unit of the address."""
    if record_type not in RETURN_TYPES:
        raise AppError(ErrorCode.NOT_FOUND)
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        reader = returns_reader(session, page)
    unit_id = reader.chosen()
    if record_type not in reader.types or not unit_id:
        raise AppError(ErrorCode.NOT_FOUND)
    return reader, unit_id


def _reader_and_entry(record_id: str) -> tuple[ReturnsReader, Stored]:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        reader = returns_reader(session, page)
        entry = find_return(session, reader.access, record_id)
    if entry is None or entry.is_erased:
        raise AppError(ErrorCode.NOT_FOUND)
    return reader, entry
