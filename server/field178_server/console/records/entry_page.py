"""The page of an entry: its form or its facts, its history; and the answer to a form that was sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import Response

from field178_server.console.records.entry_form import EntryForm, entry_facts, entry_label_of
from field178_server.console.records.record_view import DifferenceView, difference_view
from field178_server.console.shell.form_actions import Refusal, attempt, in_batch
from field178_server.console.shell.form_fields import faults_of
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import current_page
from field178_server.console.text.localize import Localizer
from field178_server.office.entries.queries import entry_history
from field178_server.records.batch import Batch
from field178_server.records.history import RecordHistory, Revision
from field178_server.records.labels import names_of
from field178_server.records.stored_record import Stored
from field178_shared.errors import ErrorCode
from field178_shared.merge import Data
from field178_shared.records.reading import text_of
from field178_shared.rules.free_text import free_text_paths
from field178_shared.schemas.fields.catalogue import field_at, field_messages
from field178_shared.text.i18n import N_

WRONG = N_("Nothing was written yet. What is wrong stands at its field.")
_REFUSALS = {
    ErrorCode.RULE: WRONG,
    ErrorCode.REVISION_CHANGED: N_("Somebody changed this entry meanwhile. Nothing was written."),
}


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Page of an entry: form, stored entry, menu entry and links; `more`: values for its own template."""

    form: EntryForm
    entry: Stored | None
    title: str
    unit: str
    back: str
    action: str
    may_write: bool
    withdraw_href: str = ""
    no_choice: str = ""
    facts: tuple[str, ...] = ()
    faults: tuple[tuple[str, str, str], ...] = ()
    template: str = "records/entry.html"
    more: object = None


@dataclass(frozen=True, slots=True)
class EntryRevision:
    """One revision of an entry with the action in words and the differences that it made."""

    revision: Revision
    action: str
    differences: tuple[DifferenceView, ...]


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """Refused form: errors, and the message above it."""

    form: EntryForm
    message: str
    status: int


def render_entry(view: EntryPage, refusal: str = "", status: int = 200) -> Response:
    """Return the page of an entry with its history, or of a new entry."""
    page, form, entry = current_page(), view.form, view.entry
    history, names = None, page.localizer.names
    with page.reading() as session:
        if entry:
            history = entry_history(session, page.tenant_id, entry)
            if named := _named(history):
                names = names_of(session, page.tenant_id, named)
    page.use_names(names)
    fields = form.fields(page.localizer)
    return page.render(
        view.template,
        status,
        page=view,
        title=view.title,
        fields=fields,
        faults=[*faults_of(fields), *view.faults],
        refusal=refusal,
        entry=entry,
        may_write=view.may_write and not (entry and entry.deleted),
        facts=entry_facts(form.record_type, (*view.facts, *form.paths), entry.data, page.localizer)
        if entry
        else (),
        history=_revisions(entry, history, page.localizer) if entry and history else (),
    )


def save_entry(
    form: EntryForm, entry: Stored | None, data: Data, write: Callable[[Batch, Data], object], active: str
) -> Response | RefusedForm | None:
    """Write the entry; return the page that confirms its texts, or the refused form; None: it is written.

    A text that may name a person is shown once more before it is written.
    """
    localizer = current_page().localizer
    texts = [
        OwnText(path, entry_label_of(form.record_type, path, localizer), str(data[path]))
        for path in free_text_paths(form.record_type)
        if path in data and (entry is None or entry.data.get(path) != data[path])
    ]
    if confirmation := confirm_texts(texts, active):
        return confirmation
    refusal = attempt_entry(lambda batch: write(batch, data))
    return None if refusal is None else _refused(form, refusal, localizer)


def attempt_entry(work: Callable[[Batch], object]) -> Refusal | None:
    """Run the work on entries in one transaction."""
    return attempt(in_batch(work), _REFUSALS)


def _refused(form: EntryForm, refusal: Refusal, localizer: Localizer) -> RefusedForm:
    errors = field_messages(form.record_type, refusal.problems, localizer.language)
    # Errors of fields that the form does not have are shown above it.
    beside = [
        f"{entry_label_of(form.record_type, path, localizer)}: {sentence}"
        for path, sentence in errors.items()
        if path not in form.paths
    ]
    return RefusedForm(replace(form, errors=errors), " ".join([refusal.message, *beside]), refusal.status)


def _named(history: RecordHistory) -> set[str]:
    """Return the ids of people and establishments that the revisions name."""
    people = {revision.user_id for revision in history.revisions if revision.user_id}
    places = {text_of(revision.data, "establishment_id") for revision in history.revisions}
    return people | (places - {""})


def _revisions(entry: Stored, history: RecordHistory, localizer: Localizer) -> Sequence[EntryRevision]:
    """Return the revisions with action and differences, newest first."""
    rows, was_withdrawn = [], False
    for revision in history.revisions:
        action = N_("Corrected")
        if revision.rev == 1:
            action = N_("Entered")
        elif revision.is_deletion:
            action = N_("Withdrawn")
        elif was_withdrawn:
            action = N_("Entered again")
        was_withdrawn = revision.is_deletion
        differences = tuple(
            difference_view((entry.type, revision.data), step, localizer)
            for step in (() if revision.rev == 1 else revision.differences)
            if (spec := field_at(entry.type, step.path)) is not None and not spec.off_console
        )
        rows.append(EntryRevision(revision, localizer.say(action), differences))
    return rows[::-1]
