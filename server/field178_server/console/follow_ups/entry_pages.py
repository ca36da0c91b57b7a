"""Forms of office entries beside a visit: enter, correct, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from field178_server.attachments.office_files import JPEG, OfficeFile, known_file, store_file
from field178_server.console.follow_ups import entry_form
from field178_server.console.follow_ups.entry_form import TARGETS, TITLES, Doubt
from field178_server.console.follow_ups.list_view import FollowUpQuery
from field178_server.console.records.after_visit_view import entry_view
from field178_server.console.records.record_view import (
    DifferenceView,
    difference_views,
    record_address,
    record_title,
)
from field178_server.console.shell.form_actions import Refusal, attempt, done, in_batch, office, whole_number
from field178_server.console.shell.form_fields import InputField, faults_of
from field178_server.console.shell.links import with_query
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.shell.readings import note_reading
from field178_server.console.text.field_labels import field_name, type_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.follow_ups import operations
from field178_server.office.follow_ups.operations import NewEntry, SeenEntry
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.records.batch import Batch
from field178_server.records.entries import OfficeEntry
from field178_server.records.history import Revision
from field178_server.records.review_states import ShownReviewState
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import count_of, entries_of, text_of
from field178_shared.records.sanctions import counts
from field178_shared.text.i18n import N_

FILES, KEPT, CONFIRMED, SCREENED = "files", "kept", "confirmed", "screened"
# Evidence kind of a photo that proves a correction, and of other files; views of scans are audited.
_PREMISES, _SCAN = "photo_premises", "scan_document"
_KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Sent:
    """A sent form: texts, stored files, error of a new file."""

    form: MultiDict[str, str]
    files: tuple[OfficeFile, ...] = ()
    file_error: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Subject of a form: visit, type and target of the entry, the stored entry if any."""

    visit: RecordPage
    record_type: str
    target: Data
    entry: OfficeEntry | None = None

    @property
    def visit_id(self) -> str:
        """Return the id of the visit."""
        return self.visit.record.record_id

    @property
    def before(self) -> Data:
        """Return the stored values of the entry."""
        return self.entry.record.data if self.entry else {}

    def id_of(self, data: Data) -> str:
        """Return the id of an entry with these values."""
        if self.entry:
            return self.entry.record.record_id
        return operations.entry_id(self.visit_id, NewEntry(self.record_type, {**self.target, **data}))


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """A refused form: message, errors by path, doubts to confirm, link to the stored entry."""

    status: int
    text: str
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    href: str | None = None


def new_entry(record_id: str, record_type: str) -> Response:
    """Show the form of a new entry with values from the visit."""
    subject = _new_subject(record_id, record_type)
    data = entry_form.suggested(record_type, dict(request.args), subject.visit)
    typed = entry_form.typed_in(record_type, data, current_page().localizer)
    return _form_page(subject, Sent(typed))


def enter(record_id: str, record_type: str) -> AnyResponse:
    """Write a new entry; a refusal shows the form with its texts and files."""
    subject = _new_subject(record_id, record_type)
    return _written(subject, lambda batch, data: _enter(batch, subject, data), "entered")


def entry(record_id: str, entry_id: str) -> Response:
    """Show an entry with its history and, with the right, the forms to correct and withdraw it."""
    subject = _known_subject(record_id, entry_id)
    return _form_page(subject, _as_stored(subject))


def correct(record_id: str, entry_id: str) -> AnyResponse:
    """Correct an entry at the revision that the officer has seen."""
    subject = _known_subject(record_id, entry_id)
    seen = SeenEntry(record_id, entry_id, whole_number("seen_rev"))
    return _written(subject, lambda batch, data: _correct(batch, seen, data), "entry_corrected")


def withdraw(record_id: str, entry_id: str) -> AnyResponse:
    """Withdraw an entry with a reason."""
    subject = _known_subject(record_id, entry_id)
    seen, reason = SeenEntry(record_id, entry_id, whole_number("seen_rev")), request.form.get("reason", "")
    refusal = attempt(
        in_batch(lambda batch: operations.withdraw(batch, office(), seen, reason.strip())), _REFUSALS
    )
    if refusal is None:
        return done(_way_on(record_id), "entry_withdrawn", record_id)
    errors = {"reason": [refusal.code.value]} if refusal.concerns_reason else {}
    text = current_page().say(_REASON) if errors else refusal.message
    return _form_page(subject, _as_stored(subject), RefusedEntry(refusal.status, text, errors))


def _written(subject: Subject, write: Callable[[Batch, Data], None], code: str) -> AnyResponse:
    page = current_page()
    typed = entry_form.read_form(subject.record_type, request.form, page.localizer)
    sent = _with_files(subject, typed.data)
    errors = {path: [error.value] for path, error in typed.errors.items()}
    if errors or sent.file_error:
        return _form_page(subject, sent, RefusedEntry(422, page.say(_WRONG), errors))
    data = {**subject.target, **typed.data}
    doubts = entry_form.doubts(subject.record_type, data, subject.before, subject.visit, page.localizer)
    confirmed = set(request.form.getlist(CONFIRMED))
    if any(doubt.key not in confirmed for doubt in doubts):
        return _form_page(subject, sent, RefusedEntry(422, page.say(_DOUBTFUL), doubts=doubts))
    values = {**data, **_attachments(subject, sent)}
    refusal = attempt(in_batch(lambda batch: write(batch, values)), _REFUSALS)
    if refusal is not None:
        return _form_page(subject, sent, _refused(subject, data, refusal, doubts))
    return done(_way_on(subject.visit_id), code, subject.visit_id)


def _enter(batch: Batch, subject: Subject, data: Data) -> None:
    operations.enter(batch, office(), subject.visit_id, NewEntry(subject.record_type, data))


def _correct(batch: Batch, seen: SeenEntry, data: Data) -> None:
    batch.load([seen.visit_id])
    operations.correct(batch, office(), seen, {"record": seen.visit_id, **data})


def _new_subject(record_id: str, record_type: str) -> Subject:
    """Return the subject of a new form, or raise AppError(not_found) if the visit does not contain it."""
    if record_type not in TARGETS:
        raise AppError(ErrorCode.NOT_FOUND)
    visit = _visit(record_id)
    target = or_404(entry_form.target_in(record_type, request.args, visit))
    return Subject(visit, record_type, target)


def _known_subject(record_id: str, entry_id: str) -> Subject:
    visit = _visit(record_id)
    stored = or_404(
        next((entry for entry in visit.entries.every if entry.record.record_id == entry_id), None)
    )
    record_type, data = stored.record.type, stored.record.data
    target = {name: data[name] for name in TARGETS[record_type] if name in data}
    return Subject(visit, record_type, target, stored)


def _visit(record_id: str) -> RecordPage:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        visit = record_page(session, page.tenant_id, page.access, record_id)
    if visit is None or visit.record.type != RecordType.INSPECTION or visit.erased_at:
        raise AppError(ErrorCode.NOT_FOUND)
    page.use_names(visit.names)
    return visit


def _with_files(subject: Subject, data: Data) -> Sent:
    """Store the files of the form, so that a refused form keeps them, and keep the stored ones."""
    page, record_id = current_page(), subject.id_of(data)
    files, error = _ticked_files(subject, record_id), ""
    for file in request.files.getlist(FILES):
        if file.filename:
            try:
                stream = cast(BinaryIO, file.stream)
                files.append(store_file(page.runtime, page.officer.id, record_id, stream))
            except AppError as refused:
                if refused.code not in _OF_FILES:
                    raise
                error = f"{file.filename}: {page.say(_OF_FILES[refused.code])}"
    return Sent(request.form, tuple({file.sha256: file for file in files}.values()), error)


def _ticked_files(subject: Subject, record_id: str) -> list[OfficeFile]:
    """Return the ticked files: those of the stored entry, or sent before by this officer."""
    stored = {file.sha256: file for file in _stored_files(subject)}
    kept = request.form.getlist(KEPT)
    runtime, officer_id = current_page().runtime, current_page().officer.id

    def sent_before(session: Session) -> list[OfficeFile | None]:
        return [
            stored.get(sha256) or known_file(session, runtime, officer_id, record_id, sha256)
            for sha256 in kept
        ]

    return [file for file in run_write(runtime.engine, sent_before) if file] if kept else []


def _attachments(subject: Subject, sent: Sent) -> Data:
    """Return the member of an entry that lists its files, {} without files."""
    stored = {
        text_of(value, "sha256"): (key, value)
        for key, value in entries_of(subject.before, "attachments").items()
    }
    made = {file.sha256: (file.sha256[:_KEY_LENGTH], _attachment(subject, file)) for file in sent.files}
    attachments = dict(stored.get(sha256, entry) for sha256, entry in made.items())
    return {"attachments": attachments} if attachments else {}


def _attachment(subject: Subject, file: OfficeFile) -> Data:
    is_photo = subject.record_type == RecordType.FOLLOW_UP_CLOSURE and file.content_type == JPEG
    attachment = {"sha256": file.sha256, "size": file.size, "content_type": file.content_type}
    attachment["evidence_kind"] = _PREMISES if is_photo else _SCAN
    return attachment | ({"screened": True} if SCREENED in request.form else {})


def _stored_files(subject: Subject) -> tuple[OfficeFile, ...]:
    return tuple(
        OfficeFile(text_of(value, "sha256"), count_of(value, "size") or 0, text_of(value, "content_type"))
        for value in entries_of(subject.before, "attachments").values()
    )


def _as_stored(subject: Subject) -> Sent:
    typed = entry_form.typed_in(subject.record_type, subject.before, current_page().localizer)
    return Sent(typed, _stored_files(subject))


def _refused(subject: Subject, data: Data, refusal: Refusal, doubts: tuple[Doubt, ...]) -> RefusedEntry:
    href = None
    if refusal.code is ErrorCode.ALREADY_ENTERED:
        href = url_for("console.follow_ups.entry", record_id=subject.visit_id, entry_id=subject.id_of(data))
    elif refusal.code is ErrorCode.REVISION_CHANGED:
        href = _form_href(subject)
    return RefusedEntry(refusal.status, refusal.message, refusal.problems, doubts, href)


def _way_on(visit_id: str) -> str:
    """Return the address from which the form was opened: the list with its filters, or the visit."""
    if "view" in request.args:
        return FollowUpQuery.parse(request.args["view"]).list_href()
    return url_for("console.reviews.detail", record_id=visit_id, _anchor="after")


def _form_page(subject: Subject, sent: Sent, refused: RefusedEntry | None = None) -> Response:
    page, visit, stored = current_page(), subject.visit, subject.entry
    note_reading(visit.record.record_id, visit.record.scope)
    refused = refused or RefusedEntry(200, "")
    is_open = visit.state != ShownReviewState.VOID and page.may("console.follow_ups.enter")
    fields = _fields(subject, sent, refused)
    kind = subject.record_type
    title = type_name(kind, page.localizer) if stored else page.say(TITLES[kind])
    return page.render(
        "follow_ups/entry.html",
        refused.status,
        active="console.follow_ups.index",
        subject=subject,
        sent=sent,
        refused=refused,
        title=title,
        target=entry_form.target_text(kind, subject.target, visit, page.localizer),
        visit_title=record_title(visit, page.localizer),
        visit_address=record_address(visit, page.localizer),
        back=_way_on(subject.visit_id),
        fields=fields,
        faults=_faults(subject, sent, refused, fields),
        entry=entry_view(visit, stored, page.localizer, page.now) if stored else None,
        history=_history(stored, page.localizer) if stored else (),
        may_write=is_open and (stored is None or counts(stored.record.data)),
        form_href=_form_href(subject),
        jpeg=JPEG,
    )


def _fields(subject: Subject, sent: Sent, refused: RefusedEntry) -> tuple[InputField, ...]:
    errors = {path: codes for path, codes in refused.errors.items() if path != "reason"}
    localizer = current_page().localizer
    return entry_form.fields_of(subject.record_type, sent.form, errors, subject.visit, localizer)


def _faults(
    subject: Subject, sent: Sent, refused: RefusedEntry, fields: tuple[InputField, ...]
) -> list[tuple[str, str, str]]:
    """Return label, message and address of each error; without errors, of each warning."""
    faults = faults_of(fields)
    if sent.file_error:
        faults.append(("", sent.file_error, "#files"))
    if not refused.errors:
        localizer = current_page().localizer
        faults += [
            (field_name(subject.record_type, doubt.path, localizer), doubt.text, f"#field-{doubt.path}")
            for doubt in refused.doubts
        ]
    return faults


def _form_href(subject: Subject) -> str:
    path = request.path
    if subject.entry:
        entry_id = subject.entry.record.record_id
        path = url_for("console.follow_ups.entry", record_id=subject.visit_id, entry_id=entry_id)
    return with_query(path, request.query_string.decode())


def _history(entry: OfficeEntry, localizer: Localizer) -> list[tuple[Revision, tuple[DifferenceView, ...]]]:
    """Return the revisions with their differences, newest first."""
    return [
        (
            revision,
            difference_views(entry.record, revision.differences, localizer) if revision.rev > 1 else (),
        )
        for revision in reversed(entry.history.revisions)
    ]


_WRONG = N_("Nothing was written yet. What is wrong stands at its field.")
_DOUBTFUL = N_("Nothing was written yet. Look at this once more, and confirm it if it is right.")
_REASON = N_("Nothing was withdrawn: write a reason of at most 500 characters.")
_REFUSALS = {
    ErrorCode.RULE: _WRONG,
    ErrorCode.ALREADY_ENTERED: N_("This was entered already, with other content. Nothing was written."),
    ErrorCode.REVISION_CHANGED: N_("Somebody changed this entry meanwhile. Nothing was written."),
    ErrorCode.LOCKED: N_("This visit is void: nothing is entered for it."),
    ErrorCode.NOT_FOUND: N_("What this entry is about is not there any more. Nothing was written."),
    ErrorCode.REQUIRED: _REASON,
    ErrorCode.TOO_LONG: _REASON,
}
_OF_FILES = {
    ErrorCode.FILE_REFUSED: N_("this is no clean JPEG or PDF file."),
    ErrorCode.TOO_LARGE: N_("this file is too large."),
    ErrorCode.STORAGE_FULL: N_("the server’s disk is full."),
}
