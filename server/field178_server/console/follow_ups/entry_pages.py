"""The forms of what the office enters beside a visit: a new entry, its correction, its withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from field178_server.attachments.office_files import JPEG, OfficeFile, known_file, store_file
from field178_server.console.follow_ups import entry_form
from field178_server.console.follow_ups.entry_form import TARGETS, TITLES, Doubt
from field178_server.console.follow_ups.list_view import FollowUpQuery
from field178_server.console.records.after_visit_view import entry_view
from field178_server.console.records.record_view import DifferenceView, difference_views, record_view
from field178_server.console.shell.form_actions import (
    Refusal,
    attempt,
    batch_in,
    done,
    office,
    whole_number,
)
from field178_server.console.shell.form_fields import faults_of
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import with_query
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.shell.readings import note_reading
from field178_server.console.text.field_labels import field_name, type_name
from field178_server.console.text.format_values import as_bytes
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.follow_ups import operations
from field178_server.office.follow_ups.operations import NewEntry, SeenEntry
from field178_server.office.reviews.record import RecordPage, record_page
from field178_server.records.access import access_of
from field178_server.records.entries import OfficeEntry
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.records.reading import count_of, entries_of, text_of
from field178_shared.records.sanctions import CLOSURE, counts
from field178_shared.text.i18n import N_

FILES, KEPT, CONFIRMED, SCREENED = "files", "kept", "confirmed", "screened"
# Of a photo that proves a correction, and of every other file: a look at the latter is written down.
_PREMISES, _SCAN = "photo_premises", "scan_document"
_KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Sent:
    """A sent form: its texts, the files that it holds already, and what is wrong with a new one."""

    form: MultiDict[str, str]
    files: tuple[OfficeFile, ...] = ()
    file_error: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form is about: a visit, the type of the entry, and the entry where there is one already."""

    page: RecordPage
    record_type: str
    target: Data
    entry: OfficeEntry | None = None

    @property
    def visit_id(self) -> str:
        """Return the id of the visit."""
        return self.page.record.record_id

    @property
    def before(self) -> Data:
        """Return what the entry says so far."""
        return self.entry.record.data if self.entry else {}

    def id_of(self, data: Data) -> str:
        """Return the id that an entry with this content has."""
        if self.entry:
            return self.entry.record.record_id
        return operations.entry_id(self.visit_id, NewEntry(self.record_type, {**self.target, **data}))


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """A refused form: the sentence, the errors by field, the doubts to confirm, a link that helps."""

    status: int
    text: str
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One revision of an entry: who, when, what changed."""

    who: str
    when: str
    differences: tuple[DifferenceView, ...]


def new_entry(record_id: str, record_type: str) -> Response:
    """Show the form of a new entry with what the visit tells already."""
    subject = _new_subject(record_id, record_type)
    localizer = _localizer(subject.page)
    data = entry_form.suggested(record_type, dict(request.args), subject.page)
    return _form_page(subject, Sent(entry_form.typed_in(record_type, data, localizer)))


def enter(record_id: str, record_type: str) -> AnyResponse:
    """Write a new entry; a refusal shows the form with all that was typed and sent."""
    subject = _new_subject(record_id, record_type)
    return _written(subject, lambda session, data: _enter(session, subject, data), "entered")


def entry(record_id: str, entry_id: str) -> Response:
    """Show an entry with its history; who may, corrects or withdraws it here."""
    subject = _known_subject(record_id, entry_id)
    return _form_page(subject, _as_stored(subject))


def correct(record_id: str, entry_id: str) -> AnyResponse:
    """Write an entry anew at the revision that was seen."""
    subject = _known_subject(record_id, entry_id)
    seen = SeenEntry(record_id, entry_id, whole_number("seen_rev"))
    return _written(subject, lambda session, data: _correct(session, seen, data), "entry_corrected")


def withdraw(record_id: str, entry_id: str) -> AnyResponse:
    """Let an entry count no longer, with a reason."""
    subject = _known_subject(record_id, entry_id)
    seen, reason = SeenEntry(record_id, entry_id, whole_number("seen_rev")), request.form.get("reason", "")

    def work(session: Session) -> None:
        batch = batch_in(session)
        operations.withdraw(batch, office(), seen, reason.strip())
        batch.flush()

    refusal = attempt(work, _REFUSALS)
    if refusal is None:
        return done(_way_on(record_id), "entry_withdrawn", record_id)
    errors = {"reason": [refusal.code.value]} if refusal.concerns_reason else {}
    text = _localizer(subject.page).say(_REASON) if errors else refusal.message
    return _form_page(subject, _as_stored(subject), RefusedEntry(refusal.status, text, errors))


def _written(subject: Subject, write: Callable[[Session, Data], None], code: str) -> AnyResponse:
    localizer = _localizer(subject.page)
    typed = entry_form.read_form(subject.record_type, request.form, localizer)
    sent = _with_files(subject, typed.data)
    errors = {path: [error.value] for path, error in typed.errors.items()}
    if errors or sent.file_error:
        return _form_page(subject, sent, RefusedEntry(422, localizer.say(_WRONG), errors))
    data = {**subject.target, **typed.data}
    found = entry_form.doubts(subject.record_type, data, subject.before, (subject.page, localizer))
    confirmed = set(request.form.getlist(CONFIRMED))
    if any(one.key not in confirmed for one in found):
        return _form_page(subject, sent, RefusedEntry(422, localizer.say(_DOUBTFUL), doubts=found))
    written = {**data, **_attachments(subject, sent)}
    refusal = attempt(lambda session: write(session, written), _REFUSALS)
    if refusal is not None:
        return _form_page(subject, sent, _refused(subject, data, refusal, found))
    return done(_way_on(subject.visit_id), code, subject.visit_id)


def _enter(session: Session, subject: Subject, data: Data) -> None:
    batch = batch_in(session)
    operations.enter(batch, office(), subject.visit_id, NewEntry(subject.record_type, data))
    batch.flush()


def _correct(session: Session, seen: SeenEntry, data: Data) -> None:
    batch = batch_in(session)
    batch.load([seen.visit_id])
    operations.correct(batch, office(), seen, {"record": seen.visit_id, **data})
    batch.flush()


def _new_subject(record_id: str, record_type: str) -> Subject:
    """Return what a new form is about; a thing that the visit does not hold is not there."""
    if record_type not in TARGETS:
        raise AppError(ErrorCode.NOT_FOUND)
    page = _visit_page(record_id)
    target = entry_form.target_in(record_type, request.args, page)
    if target is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return Subject(page, record_type, target)


def _known_subject(record_id: str, entry_id: str) -> Subject:
    page = _visit_page(record_id)
    found = next((one for one in page.entries.every if one.record.record_id == entry_id), None)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    record_type, data = found.record.type, found.record.data
    return Subject(
        page, record_type, {name: data[name] for name in TARGETS[record_type] if name in data}, found
    )


def _visit_page(record_id: str) -> RecordPage:
    officer, runtime = current_officer(), current_runtime()
    with snapshot(runtime.engine) as session:
        page = record_page(session, runtime.tenant_id, access_of(officer.role, officer.scopes), record_id)
    if page is None or page.record.type != "inspection" or page.erased_at:
        raise AppError(ErrorCode.NOT_FOUND)
    return page


def _localizer(page: RecordPage) -> Localizer:
    return Localizer(chosen_language(), page.names)


def _with_files(subject: Subject, data: Data) -> Sent:
    """Store the files that came with the form, so that none is chosen twice, and keep those of before."""
    runtime, officer_id, record_id = current_runtime(), current_officer().id, subject.id_of(data)
    files, error = _kept_files(subject, record_id), ""
    for file in request.files.getlist(FILES):
        if file.filename:
            try:
                files.append(store_file(runtime, officer_id, record_id, cast(BinaryIO, file.stream)))
            except AppError as refused:
                if refused.code not in _OF_FILES:
                    raise
                error = f"{file.filename}: {_localizer(subject.page).say(_OF_FILES[refused.code])}"
    return Sent(request.form, tuple({one.sha256: one for one in files}.values()), error)


def _kept_files(subject: Subject, record_id: str) -> list[OfficeFile]:
    """Return the files of before whose boxes are ticked: those of the entry, or sent by this officer."""
    stored = {one.sha256: one for one in _stored_files(subject)}
    kept = request.form.getlist(KEPT)
    runtime, officer_id = current_runtime(), current_officer().id

    def sent_before(session: Session) -> list[OfficeFile | None]:
        return [stored.get(one) or known_file(session, runtime, officer_id, record_id, one) for one in kept]

    return [one for one in run_write(runtime.engine, sent_before) if one] if kept else []


def _attachments(subject: Subject, sent: Sent) -> Data:
    """Return the member of an entry that names its files; nothing where it has none."""
    known = {
        text_of(one, "sha256"): (key, one) for key, one in entries_of(subject.before, "attachments").items()
    }
    made = {file.sha256: (file.sha256[:_KEY_LENGTH], _attachment(subject, file)) for file in sent.files}
    found = dict(known.get(sha256, entry) for sha256, entry in made.items())
    return {"attachments": found} if found else {}


def _attachment(subject: Subject, file: OfficeFile) -> Data:
    is_photo = subject.record_type == CLOSURE and file.content_type == JPEG
    found = {"sha256": file.sha256, "size": file.size, "content_type": file.content_type}
    found["evidence_kind"] = _PREMISES if is_photo else _SCAN
    return found | ({"screened": True} if SCREENED in request.form else {})


def _stored_files(subject: Subject) -> tuple[OfficeFile, ...]:
    return tuple(
        OfficeFile(text_of(one, "sha256"), count_of(one, "size") or 0, text_of(one, "content_type"))
        for one in entries_of(subject.before, "attachments").values()
    )


def _as_stored(subject: Subject) -> Sent:
    typed = entry_form.typed_in(subject.record_type, subject.before, _localizer(subject.page))
    return Sent(typed, _stored_files(subject))


def _refused(subject: Subject, data: Data, refusal: Refusal, found: tuple[Doubt, ...]) -> RefusedEntry:
    href = None
    if refusal.code is ErrorCode.ALREADY_ENTERED:
        href = url_for("console.follow_ups.entry", record_id=subject.visit_id, entry_id=subject.id_of(data))
    elif refusal.code is ErrorCode.REVISION_CHANGED:
        href = _form_href(subject)
    return RefusedEntry(refusal.status, refusal.message, refusal.problems, found, href)


def _way_on(visit_id: str) -> str:
    """Return where the form was opened from: the list with its filters, or the page of the visit."""
    if "view" in request.args:
        return FollowUpQuery.parse(request.args["view"]).list_href()
    return url_for("console.reviews.detail", record_id=visit_id, _anchor="after")


def _form_page(subject: Subject, sent: Sent, refused: RefusedEntry | None = None) -> Response:
    page, officer, runtime = subject.page, current_officer(), current_runtime()
    localizer = _localizer(page)
    note_reading(page.record.record_id, page.record.scope)
    with snapshot(runtime.engine) as session:
        layout = layout_of(session, officer, localizer)
    refused = refused or RefusedEntry(200, "")
    known, now = subject.entry, runtime.clock.now()
    is_open = page.state != "void" and may(officer.role, "console.follow_ups.enter", localizer.lists)
    title = type_name(subject.record_type, localizer) if known else localizer.say(TITLES[subject.record_type])
    errors = {path: codes for path, codes in refused.errors.items() if path != "reason"}
    fields = entry_form.fields_of(subject.record_type, sent.form, errors, (page, localizer))
    faults = faults_of(fields)
    if sent.file_error:
        faults.append(("", sent.file_error, "#files"))
    if not refused.errors:
        faults += [
            (field_name(subject.record_type, one.path, localizer), one.text, f"#field-{one.path}")
            for one in refused.doubts
        ]
    return render(
        "follow_ups/entry.html",
        refused.status,
        layout=layout,
        active="console.follow_ups.index",
        title=title,
        record_type=subject.record_type,
        target=entry_form.target_text(subject.record_type, subject.target, page, localizer),
        visit=record_view(page, localizer, now),
        back=_way_on(subject.visit_id),
        fields=fields,
        faults=faults,
        files=tuple(_file_line(file, localizer) for file in sent.files),
        file_error=sent.file_error,
        is_screened=SCREENED in sent.form,
        refused=refused,
        confirmed=set(sent.form.getlist(CONFIRMED)),
        reason=request.form.get("reason", ""),
        entry=entry_view(page, known, localizer, now) if known else None,
        entry_id=known.record.record_id if known else None,
        rev=known.record.rev if known else 0,
        history=_history(known, localizer) if known else (),
        may_write=is_open and (known is None or counts(known.record.data)),
        form_href=_form_href(subject),
    )


def _form_href(subject: Subject) -> str:
    path = request.path
    if subject.entry:
        entry_id = subject.entry.record.record_id
        path = url_for("console.follow_ups.entry", record_id=subject.visit_id, entry_id=entry_id)
    return with_query(path, request.query_string.decode())


def _file_line(file: OfficeFile, localizer: Localizer) -> tuple[str, str]:
    kind = localizer.say(N_("Photo") if file.content_type == JPEG else N_("Document"))
    return file.sha256, f"{kind} · {as_bytes(localizer, file.size)}"


def _history(entry: OfficeEntry, localizer: Localizer) -> tuple[Step, ...]:
    """Return the revisions, newest first."""
    return tuple(
        Step(
            localizer.person(revision.user_id),
            localizer.instant(revision.received_at),
            difference_views(entry.record, revision.differences, localizer) if revision.rev > 1 else (),
        )
        for revision in reversed(entry.history.revisions)
    )


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
