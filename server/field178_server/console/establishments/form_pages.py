"""Pages that add an entry to the register and edit one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.establishments.form import (
    EntryFormSource,
    error_links,
    errors_of,
    field_label,
    form_sections,
    typed_entry,
    units_offered,
)
from field178_server.console.establishments.frame import (
    SENTENCES,
    EntryFormState,
    content_with,
    entry_page,
    save_values,
    typed_texts,
)
from field178_server.console.establishments.hints import unseen_hints
from field178_server.console.shell.form_actions import Refusal, attempt, done, office, whole_number
from field178_server.console.shell.page import current_page
from field178_server.console.text.field_labels import value_text
from field178_server.console.text.localize import Localizer
from field178_server.office.establishments import operations as register
from field178_server.office.establishments.operations import SeenEstablishment
from field178_server.office.reviews.record import RecordPage
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.merge import Data, equal, read_path
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_

ADDED, EDITED = "establishment_added", "establishment_edited"


def new() -> AnyResponse:
    """Show the form of a new entry."""
    name = request.args.get("name", "")[:120]
    data: Data = {"operating_status_id": "operating", **({"name": name} if name else {})}
    return _form_page(EntryFormState(current_page().runtime.ids.time_ordered(), data, 0))


def add() -> AnyResponse:
    """Store a new entry, or show the form with errors and possible duplicates."""
    page, record_id = current_page(), request.form.get("record", "")
    if not is_uuid(record_id):
        raise AppError(ErrorCode.BAD_REQUEST)
    typed = typed_entry(request.form, page.localizer, is_new=True)
    state = EntryFormState(record_id, {}, 0, typed_texts(), typed.errors)
    if not typed.errors:
        content = register.content_of(typed.values)
        if hints := unseen_hints(record_id, content, {}):
            return _form_page(replace(state, hints=hints))
        refusal = attempt(
            lambda session: register.add(session, office(), page.access, record_id, content), SENTENCES
        )
        if refusal is None:
            return done(url_for("console.establishments.detail", record_id=record_id), ADDED, record_id)
        state = replace(state, errors=errors_of(refusal.problems, page.localizer), message=refusal.message)
    return _form_page(state, 422)


def edit(record_id: str) -> AnyResponse:
    """Show the form of an entry."""
    record = entry_page(record_id).record
    return _form_page(EntryFormState(record_id, record.data, record.rev))


def save(record_id: str) -> AnyResponse:
    """Save the values of the form, or show it again with errors, later changes and possible duplicates."""
    data, seen_rev = entry_page(record_id).record.data, whole_number("seen_rev")
    typed = typed_entry(request.form, current_page().localizer, is_new=False)
    state = EntryFormState(record_id, data, seen_rev, typed_texts(), typed.errors)
    if not typed.errors:
        if hints := unseen_hints(record_id, content_with(data, typed.values), data):
            return _form_page(replace(state, hints=hints))
        refusal = save_values(SeenEstablishment(record_id, seen_rev), typed.values)
        if refusal is None:
            return done(url_for("console.establishments.detail", record_id=record_id), EDITED, record_id)
        state = _refused(state, entry_page(record_id), typed.values, refusal)
        return _form_page(state, refusal.status)
    return _form_page(state, 422)


def _refused(
    state: EntryFormState, entry: RecordPage, values: Mapping[str, object], refusal: Refusal
) -> EntryFormState:
    """Return the form after a refusal, on the newest revision of the entry.

    An unchanged field shows its newest value: saved with the old one, it would undo a later change.
    """
    localizer, record = replace(current_page().localizer, names=entry.names), entry.record
    errors = errors_of(refusal.problems, localizer)
    if refusal.code is not ErrorCode.REVISION_CHANGED:
        return replace(state, errors=errors, message=refusal.message)
    seen = entry.history.at(state.rev)
    fresh = EntryFormState(state.record_id, record.data, record.rev, message=refusal.message)
    changed = [path for path in values if seen is None or not equal(read_path(seen, path), values[path])]
    if seen is None:
        texts = ((path, (state.typed or {}).get(path, "")) for path in changed)
        return replace(
            fresh, unwritten=tuple((field_label(path, localizer), text) for path, text in texts if text)
        )
    sentence = localizer.say(N_("Changed meanwhile to “{value}”. Save again to put yours in its place."))
    return replace(
        fresh,
        typed=_stored_texts(record.data, localizer) | _texts_within(state.typed or {}, changed),
        errors={
            path: sentence.format(
                value=value_text(RecordType.ESTABLISHMENT, path, read_path(record.data, path), localizer)
            )
            for path in errors
        },
    )


def _stored_texts(data: Data, localizer: Localizer) -> dict[str, str]:
    """Return the stored values as the form writes them, by path."""
    sections = form_sections(EntryFormSource(data, None, {}), localizer)
    return {field.path: field.typed[0] for section in sections for field in section.fields}


def _texts_within(typed: Mapping[str, str], changed: Sequence[str]) -> dict[str, str]:
    """Return the typed texts of changed paths and of the paths within them."""
    return {
        path: text
        for path, text in typed.items()
        if any(path == changed_path or path.startswith(f"{changed_path}.") for changed_path in changed)
    }


def _form_page(state: EntryFormState, status: int = 200) -> AnyResponse:
    page = current_page()
    units = units_offered(page.access, page.today, page.localizer) if state.is_new else None
    source = EntryFormSource(state.data, state.typed, state.errors, units)
    return page.render(
        "establishments/form.html",
        status,
        state=state,
        sections=form_sections(source, page.localizer),
        faults=error_links(state.errors, page.localizer),
    )
