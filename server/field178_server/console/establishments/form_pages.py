"""Pages that add an entry to the register and edit one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.establishments.form import (
    TYPE,
    EntryFormSource,
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
    form_page,
    save_values,
    typed_texts,
)
from field178_server.console.establishments.hints import unseen_hints
from field178_server.console.establishments.reader import own_localizer, today
from field178_server.console.shell.form_actions import Refusal, attempt, done, office, whole_number
from field178_server.console.shell.policy import own_access
from field178_server.console.text.field_labels import value_text
from field178_server.console.text.localize import Localizer
from field178_server.http.application_runtime import current_runtime
from field178_server.office.establishments import operations as register
from field178_server.office.establishments.operations import SeenEstablishment
from field178_server.office.reviews.record import RecordPage
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.merge import Data, equal, read_path
from field178_shared.text.i18n import N_

ADDED, EDITED = "establishment_added", "establishment_edited"


def new() -> AnyResponse:
    """Show the form of a new entry."""
    name = request.args.get("name", "")[:120]
    data: Data = {"operating_status_id": "operating", **({"name": name} if name else {})}
    return _form_page(EntryFormState(current_runtime().ids.time_ordered(), data, 0))


def add() -> AnyResponse:
    """File a new entry, or show what is wrong and what it may be a double of."""
    record_id = request.form.get("record", "")
    if not is_uuid(record_id):
        raise AppError(ErrorCode.BAD_REQUEST)
    typed = typed_entry(request.form, own_localizer(), is_new=True)
    state = EntryFormState(record_id, {}, 0, typed_texts(), typed.errors)
    if not typed.errors:
        content = register.content_of(typed.values)
        if hints := unseen_hints(record_id, content, {}):
            return _form_page(replace(state, hints=hints))
        refusal = attempt(
            lambda session: register.add(session, office(), own_access(), record_id, content), SENTENCES
        )
        if refusal is None:
            return done(url_for("console.establishments.detail", record_id=record_id), ADDED, record_id)
        state = replace(state, errors=errors_of(refusal.problems, own_localizer()), message=refusal.message)
    return _form_page(state, 422)


def edit(record_id: str) -> AnyResponse:
    """Show the form of an entry."""
    record = entry_page(record_id).record
    return _form_page(EntryFormState(record_id, record.data, record.rev))


def save(record_id: str) -> AnyResponse:
    """Save what was changed, or show what is wrong, what was changed elsewhere, and possible doubles."""
    page, seen_rev = entry_page(record_id), whole_number("seen_rev")
    typed = typed_entry(request.form, own_localizer(), is_new=False)
    state = EntryFormState(record_id, page.record.data, seen_rev, typed_texts(), typed.errors)
    if not typed.errors:
        if hints := unseen_hints(record_id, content_with(page.record.data, typed.values), page.record.data):
            return _form_page(replace(state, hints=hints))
        refusal = save_values(SeenEstablishment(record_id, seen_rev), typed.values)
        if refusal is None:
            return done(url_for("console.establishments.detail", record_id=record_id), EDITED, record_id)
        state = _refused(state, entry_page(record_id), typed.values, refusal)
        return _form_page(state, refusal.status)
    return _form_page(state, 422)


def _refused(
    state: EntryFormState, page: RecordPage, values: Mapping[str, object], refusal: Refusal
) -> EntryFormState:
    """Return the form after a refusal; where the entry has changed, on its newest revision.

    A field that the officer left alone shows its newest value: saved again, it would undo another's work.
    """
    localizer, record = Localizer(own_localizer().language, page.names), page.record
    errors = errors_of(refusal.problems, localizer)
    if refusal.code is not ErrorCode.REVISION_CHANGED:
        return replace(state, errors=errors, message=refusal.message)
    seen = page.history.at(state.rev)
    fresh = EntryFormState(state.record_id, record.data, record.rev, message=refusal.message)
    changed = [path for path in values if seen is None or not equal(read_path(seen, path), values[path])]
    if seen is None:
        labels = [(field_label(path, localizer), (state.typed or {}).get(path, "")) for path in changed]
        return replace(fresh, unwritten=tuple(one for one in labels if one[1]))
    said = localizer.say(N_("Changed meanwhile to “{value}”. Save again to put yours in its place."))
    now = {path: value_text(TYPE, path, read_path(record.data, path), localizer) for path in errors}
    shown = EntryFormSource(record.data, None, {})
    texts = {one.path: one.typed[0] for section in form_sections(shown, localizer) for one in section.fields}
    typed = (state.typed or {}).items()
    kept = {path: text for path, text in typed if any(_is_within(path, one) for one in changed)}
    return replace(fresh, typed=texts | kept, errors={path: said.format(value=now[path]) for path in errors})


def _is_within(path: str, changed: str) -> bool:
    return path == changed or path.startswith(f"{changed}.")


def _form_page(state: EntryFormState, status: int = 200) -> AnyResponse:
    localizer = own_localizer()
    units = units_offered(own_access(), today(), localizer) if state.is_new else None
    source = EntryFormSource(state.data, state.typed, state.errors, units)
    return form_page("establishments/form.html", state, status, sections=form_sections(source, localizer))
