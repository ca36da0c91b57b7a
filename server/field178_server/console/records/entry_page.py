"""The page of an entry: its form or its facts, its history; and the answer to a form that was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import Response

from field178_server.console.records.entry_form import EntryForm, entry_facts, entry_label_of
from field178_server.console.records.record_view import DifferenceView, difference_view
from field178_server.console.shell.form_actions import Refusal, attempt, batch_in
from field178_server.console.shell.form_fields import faults_of
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.entries.queries import entry_history
from field178_server.records.batch import Batch
from field178_server.records.history import RecordHistory
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
    """The page: form, stored entry, where it stands and leads; `files` are shown by its own template."""

    form: EntryForm
    entry: Stored | None
    active: str
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
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryRevision:
    """One revision of an entry: who, when, what was done, and what it changed."""

    rev: int
    who: str
    when: str
    what: str
    differences: tuple[DifferenceView, ...]


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """A form that was refused: with its errors, and what to say above it."""

    form: EntryForm
    message: str
    status: int


def entry_page(page: EntryPage, plain: Localizer, refusal: str = "", status: int = 200) -> Response:
    """Return the page of an entry with its history, or of a new one."""
    form, entry = page.form, page.entry
    officer, runtime = current_officer(), current_runtime()
    with snapshot(runtime.engine) as session:
        history = entry_history(session, runtime.tenant_id, entry) if entry else None
        named = _named(entry, history)
        names = names_of(session, runtime.tenant_id, named) if named else plain.names
        layout = layout_of(session, officer, plain)
    localizer = Localizer(plain.language, names)
    fields = form.fields(localizer)
    return render(
        page.template,
        status,
        layout=layout,
        page=page,
        active=page.active,
        title=page.title,
        fields=fields,
        faults=[*faults_of(fields), *page.faults],
        refusal=refusal,
        entry=entry,
        may_write=page.may_write and not (entry and entry.deleted),
        facts=entry_facts(form.record_type, (*page.facts, *form.paths), entry.data, localizer)
        if entry
        else (),
        history=_revisions(entry, history, localizer) if entry and history else (),
        **page.more,
    )


def save_entry(
    form: EntryForm, entry: Stored | None, data: Data, write: Callable[[Batch, Data], object], active: str
) -> Response | RefusedForm | None:
    """Write what was typed; a text that may name a person is shown once more before. None: it is written."""
    localizer = Localizer(chosen_language())
    texts = [
        OwnText(path, entry_label_of(form.record_type, path, localizer), str(data[path]))
        for path in free_text_paths(form.record_type)
        if path in data and (entry is None or entry.data.get(path) != data[path])
    ]
    if asked := confirm_texts(texts, active):
        return asked
    refusal = attempt_entry(lambda batch: write(batch, data))
    return None if refusal is None else _refused(form, refusal, localizer)


def attempt_entry(work: Callable[[Batch], object]) -> Refusal | None:
    """Run the work on entries in one transaction."""

    def run(session: Session) -> None:
        batch = batch_in(session)
        work(batch)
        batch.flush()

    return attempt(run, _REFUSALS)


def _refused(form: EntryForm, refusal: Refusal, localizer: Localizer) -> RefusedForm:
    errors = field_messages(form.record_type, refusal.problems, localizer.language)
    # What is wrong with a field that the form does not show is said above it.
    beside = [
        f"{entry_label_of(form.record_type, path, localizer)}: {said}"
        for path, said in errors.items()
        if path not in form.paths
    ]
    return RefusedForm(replace(form, errors=errors), " ".join([refusal.message, *beside]), refusal.status)


def _named(entry: Stored | None, history: RecordHistory | None) -> set[str]:
    if entry is None or history is None:
        return set()
    people = {one.user_id for one in history.revisions if one.user_id}
    return people | ({text_of(one.data, "establishment_id") for one in history.revisions} - {""})


def _revisions(entry: Stored, history: RecordHistory, localizer: Localizer) -> Sequence[EntryRevision]:
    """Return the revisions in words, the newest first."""
    found, was_withdrawn = [], False
    for one in history.revisions:
        what = N_("Corrected")
        if one.rev == 1:
            what = N_("Entered")
        elif one.is_deletion:
            what = N_("Withdrawn")
        elif was_withdrawn:
            what = N_("Entered again")
        was_withdrawn = one.is_deletion
        shown = () if one.rev == 1 else one.differences
        found.append(
            EntryRevision(
                one.rev,
                localizer.person(one.user_id),
                localizer.instant(one.received_at),
                localizer.say(what),
                tuple(
                    difference_view((entry.type, one.data), step, localizer)
                    for step in shown
                    if (spec := field_at(entry.type, step.path)) is not None and not spec.off_console
                ),
            )
        )
    return found[::-1]
