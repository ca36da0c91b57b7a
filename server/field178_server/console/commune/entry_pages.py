"""Forms of a commune's entries: new entry, correction, withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from field178_server.attachments.queries import files_of
from field178_server.audit.trail import AuditEntry
from field178_server.console.commune.files import PlanFiles, sent_files, stored_files
from field178_server.console.commune.form import PATHS, half_years
from field178_server.console.commune.reader import commune_access, commune_reader
from field178_server.console.commune.returned import ReturnForm, ReturnView, return_form, return_view
from field178_server.console.commune.view import ADD
from field178_server.console.records.documents import send_document
from field178_server.console.records.entry_form import EntryForm, Options, data_typed, typed_entry
from field178_server.console.records.entry_page import (
    WRONG,
    EntryPage,
    RefusedForm,
    attempt_entry,
    render_entry,
    save_entry,
)
from field178_server.console.shell.form_actions import (
    Refusal,
    actor,
    attempt,
    done,
    in_batch,
    office,
    whole_number,
)
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.text.field_labels import type_name
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.commune.operations import CommuneEnterer
from field178_server.office.commune.queries import (
    entries_in,
    establishments_in,
    find_entry,
    half_year_asked,
)
from field178_server.office.entries.operations import SeenOwnEntry, correct, enter, entry_id, withdraw
from field178_server.office.reviews import operations
from field178_server.office.reviews.operations import Pin, Remarks, SeenRecord, return_for_fix
from field178_server.records.batch import Batch
from field178_server.records.labels import establishment_names
from field178_server.records.stored_record import Stored
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.reading import count_of, entries_of, text_of
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_CHANGED = N_("Somebody changed or returned this entry meanwhile. Nothing was written.")
_REFUSALS = {
    ErrorCode.REQUIRED: N_("Nothing was sent: say what is to be corrected."),
    ErrorCode.TOO_LONG: N_("Nothing was sent: the text is too long."),
    ErrorCode.REVISION_CHANGED: _CHANGED,
    ErrorCode.DECIDED_MEANWHILE: _CHANGED,
}


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form with the entry that it is about, where there is one, and the files that it holds."""

    form: EntryForm
    entry: Stored | None
    files: PlanFiles = field(default_factory=PlanFiles)
    is_return_refused: bool = False


@dataclass(frozen=True, slots=True)
class EntryExtras:
    """Values of the page of an entry beside its fields: files of a plan, and its return by the office."""

    takes_files: bool
    files: Sequence[tuple[str, str]]
    file_error: str
    documents: Sequence[str]
    returned: ReturnView | None
    return_form: ReturnForm | None
    is_return_refused: bool


def new(record_type: str) -> Response:
    """Show the form of a new entry with the values of the address."""
    _check_type(record_type)
    today = current_page().today
    typed = MultiDict({name: request.args[name] for name in PATHS[record_type] if name in request.args})
    if record_type == RecordType.COMMUNE_PLAN:
        typed.setdefault("year", str(today.year))
    if record_type == RecordType.RISK_GROUP_COUNT:
        typed.setdefault("half_year", half_year_asked(today).isoformat())
    form = _new_form(record_type, typed)
    for path, choices in form.options.items():
        # A single commune is chosen by default.
        if len(choices) == 1 and path != "replaces":
            typed.setdefault(path, choices[0][0])
    return _form_page(FormPage(form, None))


def add(record_type: str) -> AnyResponse:
    """Write a new entry; a refusal shows the form with all that was typed."""
    _check_type(record_type)
    form = _new_form(record_type, request.form)
    enterer, unit_id = _enterer(), _unit_id()
    return _written(
        form,
        None,
        lambda batch, data: enter(batch, office(), enterer, form.record_type, {"unit_id": unit_id, **data}),
    )


def detail(record_id: str) -> Response:
    """Show an entry, with the forms of correction and withdrawal for officers of the commune."""
    entry = _entry(record_id)
    return _form_page(FormPage(_stored_form(entry, _typed(entry)), entry, stored_files(entry.data)))


def file(record_id: str, key: str) -> Response:
    """Give a document of a plan; the look at it is audited."""
    page, entry = current_page(), _entry(record_id)
    with snapshot(page.runtime.engine) as session:
        files = files_of(session, page.tenant_id, record_id)
    document = or_404(next((document for document in files if document.key == key), None))
    answer = or_404(send_document(page.runtime, document) if document.has_come else None)
    seen = AuditEntry("file_viewed", record_id, entry.scope, {"key": key, "kind": document.kind})
    run_write(page.runtime.engine, lambda session: office().note(session, seen))
    return answer


def save(record_id: str) -> AnyResponse:
    """Write an entry anew over the revision that was seen."""
    entry, enterer = _entry(record_id), _enterer()
    seen = SeenOwnEntry(record_id, whole_number("seen_rev"))
    kept: Data = {
        name: value for name, value in entry.data.items() if name not in (*PATHS[entry.type], "attachments")
    }
    return _written(
        _stored_form(entry, request.form),
        entry,
        lambda batch, data: correct(batch, office(), enterer, seen, {**kept, **data}),
    )


def withdraw_entry(record_id: str) -> AnyResponse:
    """Let an entry count no longer."""
    entry, enterer = _entry(record_id), _enterer()
    seen = SeenOwnEntry(record_id, whole_number("seen_rev"))
    refusal = attempt_entry(lambda batch: withdraw(batch, office(), enterer, seen))
    if refusal is not None:
        form = _stored_form(entry, _typed(entry))
        return _form_page(FormPage(form, entry, stored_files(entry.data)), refusal.message, refusal.status)
    return done(_way_back(entry.data), "commune_withdrawn", record_id)


def return_entry(record_id: str) -> AnyResponse:
    """Return a wrong entry to its officer with a comment."""
    entry = _entry(record_id)
    text, path = request.form.get("text", "").strip(), request.form.get("path", "")
    if not text:
        return _refused_return(entry, Refusal(422, ErrorCode.REQUIRED, _REFUSALS[ErrorCode.REQUIRED]))
    label = current_page().say(N_("What is to be corrected"))
    if confirmation := confirm_texts([OwnText("text", label, text)], "console.commune.index"):
        return confirmation
    is_pinned = path in PATHS.get(entry.type, ())
    remarks = Remarks(comments=(Pin(path, text),)) if is_pinned else Remarks(text)
    return _decided(
        entry, lambda batch: return_for_fix(batch, actor(), _seen(record_id), remarks), "commune_returned"
    )


def take_back_return(record_id: str) -> AnyResponse:
    """Delete the return of an entry."""
    entry = _entry(record_id)
    return _decided(
        entry,
        lambda batch: operations.take_back_return(batch, actor(), _seen(record_id)),
        "commune_return_taken_back",
    )


def _seen(record_id: str) -> SeenRecord:
    return SeenRecord(record_id, whole_number("seen_rev"), whole_number("seen_review", "0"))


def _decided(entry: Stored, decide: Callable[[Batch], None], code: str) -> AnyResponse:
    refusal = attempt(in_batch(decide), _REFUSALS)
    return _refused_return(entry, refusal) if refusal else done(_way_back(entry.data), code, entry.record_id)


def _refused_return(entry: Stored, refusal: Refusal) -> Response:
    form = _stored_form(entry, _typed(entry))
    shown = FormPage(form, entry, stored_files(entry.data), is_return_refused=True)
    return _form_page(shown, current_page().say(refusal.message), refusal.status)


def _written(form: EntryForm, entry: Stored | None, write: Callable[[Batch, Data], object]) -> AnyResponse:
    page = current_page()
    values = form.read(page.localizer)
    data = data_typed(values)
    unit: Data = entry.data if entry else {"unit_id": _unit_id()}
    files, before = PlanFiles(), entry.data if entry else {}
    if form.record_type == RecordType.COMMUNE_PLAN:
        record_id = (
            entry.record_id if entry else entry_id(_enterer(), RecordType.COMMUNE_PLAN, {**unit, **data})
        )
        files = sent_files(record_id, before, page.localizer)
    if values.errors or files.error:
        shown = FormPage(replace(form, errors=values.errors), entry, files)
        return _form_page(shown, page.say(WRONG), 422)
    made: list[object] = []
    data |= files.attachments(before)
    answer = save_entry(
        form, entry, data, lambda batch, typed: made.append(write(batch, typed)), "console.commune.index"
    )
    if isinstance(answer, RefusedForm):
        return _form_page(FormPage(answer.form, entry, files), answer.message, answer.status)
    if answer is not None:
        return answer
    record_id = entry.record_id if entry else str(made[0])
    return done(_way_back(unit), "commune_corrected" if entry else "commune_entered", record_id)


def _form_page(shown: FormPage, refusal: str = "", status: int = 200) -> Response:
    page, form, entry = current_page(), shown.form, shown.entry
    with snapshot(page.runtime.engine) as session:
        reader = commune_reader(session, page)
        extras = _extras(session, shown)
    unit_id = text_of(entry.data, "unit_id") if entry else _unit_id()
    view = EntryPage(
        form,
        entry,
        title=type_name(form.record_type, page.localizer) if entry else page.say(ADD[form.record_type]),
        unit=page.localizer.label(page.lists.units, unit_id),
        back=_way_back({"unit_id": unit_id}),
        action=url_for("console.commune.save", record_id=entry.record_id)
        if entry
        else request.full_path.rstrip("?"),
        may_write=reader.may_enter,
        withdraw_href=url_for("console.commune.withdraw_entry", record_id=entry.record_id) if entry else "",
        no_choice=_no_choice(form),
        facts=("unit_id",),
        faults=(("", shown.files.error, "#files"),) if shown.files.error else (),
        template="commune/entry.html",
        more=extras,
    )
    return render_entry(view, refusal, status)


def _extras(session: Session, shown: FormPage) -> EntryExtras:
    """Return files and return of an entry; a refused return keeps the typed values."""
    page, form, entry = current_page(), shown.form, shown.entry
    returned = offered = None
    if entry:
        returned = return_view(session, page.tenant_id, entry, page.localizer)
        if page.may("console.commune.return_entry"):
            offered = return_form(session, page.tenant_id, entry, form.paths, page.localizer)
    if offered and shown.is_return_refused:
        offered = replace(offered, path=request.form.get("path", ""), text=request.form.get("text", ""))
    return EntryExtras(
        takes_files=form.record_type == RecordType.COMMUNE_PLAN,
        files=shown.files.lines(page.localizer),
        file_error=shown.files.error,
        documents=list(entries_of(entry.data, "attachments")) if entry else [],
        returned=returned,
        return_form=offered,
        is_return_refused=shown.is_return_refused,
    )


def _no_choice(form: EntryForm) -> str:
    """Return the message about a record that the form needs first; "" if none is missing."""
    say = current_page().say
    if form.record_type == RecordType.MEDIA_POST and not form.options["outlet_id"]:
        return say(N_("The lists name no media outlet of this commune; ask the administrator."))
    if form.record_type == RecordType.WORKER_CENSUS and not form.options["establishment_id"]:
        return say(N_("The register has no establishment in this commune."))
    return ""


def _new_form(record_type: str, typed: MultiDict[str, str]) -> EntryForm:
    options = _options(record_type, _unit_id(), None, typed)
    return EntryForm(record_type, PATHS[record_type], options, typed)


def _stored_form(entry: Stored, typed: MultiDict[str, str]) -> EntryForm:
    options = _options(entry.type, text_of(entry.data, "unit_id"), entry, typed)
    return EntryForm(entry.type, PATHS[entry.type], options, typed)


def _typed(entry: Stored) -> MultiDict[str, str]:
    return typed_entry(entry.type, PATHS[entry.type], entry.data, current_page().localizer)


def _options(record_type: str, unit_id: str, entry: Stored | None, typed: MultiDict[str, str]) -> Options:
    page = current_page()
    if record_type == RecordType.MEDIA_POST:
        outlets = (outlet for outlet in page.lists.media_outlets.values() if outlet.unit_id == unit_id)
        return {
            "outlet_id": by_label((outlet.id, outlet.label(page.localizer.language)) for outlet in outlets)
        }
    if record_type == RecordType.RISK_GROUP_COUNT:
        return {"half_year": half_years(page.today, typed.get("half_year", ""), page.localizer)}
    with snapshot(page.runtime.engine) as session:
        if record_type == RecordType.WORKER_CENSUS:
            offered = establishments_in(session, page.tenant_id, unit_id)
            return {"establishment_id": [*offered, *_ended(session, offered, entry)]}
        plans = entries_in(session, page.tenant_id, unit_id, (RecordType.COMMUNE_PLAN,))
    others = (plan for plan in plans if entry is None or plan.record_id != entry.record_id)
    return {"replaces": [(plan.record_id, _plan_name(plan)) for plan in others]}


def _ended(
    session: Session, offered: Sequence[tuple[str, str]], entry: Stored | None
) -> list[tuple[str, str]]:
    """Return the establishment of an entry if it has ended since; the entry can be corrected nevertheless."""
    own = text_of(entry.data, "establishment_id") if entry else ""
    if not own or own in dict(offered):
        return []
    return [(own, establishment_names(session, current_page().tenant_id, [own]).get(own, own))]


def _plan_name(plan: Stored) -> str:
    return f"{text_of(plan.data, 'document_number')} ({count_of(plan.data, 'year')})"


def _check_type(record_type: str) -> None:
    """Raise AppError(not_found) for a type that no commune enters."""
    if record_type not in COMMUNE_TYPES:
        raise AppError(ErrorCode.NOT_FOUND)


def _unit_id() -> str:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        unit_id = commune_reader(session, page).chosen()
    if not unit_id:
        raise AppError(ErrorCode.NOT_FOUND)
    return unit_id


def _entry(record_id: str) -> Stored:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        entry = find_entry(session, page.tenant_id, commune_access(page), record_id)
    if entry is None or entry.is_erased:
        raise AppError(ErrorCode.NOT_FOUND)
    return entry


def _enterer() -> CommuneEnterer:
    return CommuneEnterer(commune_access(current_page()))


def _way_back(data: Data) -> str:
    return url_for("console.commune.index", unit=text_of(data, "unit_id"))
