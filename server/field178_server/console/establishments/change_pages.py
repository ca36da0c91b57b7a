"""Pages that close an establishment or open it again, and that move its entry to another commune."""

from __future__ import annotations

from dataclasses import replace

from flask import request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.establishments.form import error_links, errors_of, typed_entry, units_offered
from field178_server.console.establishments.frame import (
    SENTENCES,
    EntryFormState,
    content_with,
    entry_page,
    save_values,
    typed_texts,
)
from field178_server.console.establishments.hints import unseen_hints
from field178_server.console.shell.form_actions import attempt, done, office, whole_number
from field178_server.console.shell.page import current_page
from field178_server.console.text.localize import Localizer
from field178_server.office.establishments import operations as register
from field178_server.office.establishments.operations import SeenEstablishment
from field178_server.office.records import operations as records
from field178_shared.errors import ErrorCode, message
from field178_shared.merge import Data
from field178_shared.records.establishment import values_of_move
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_

CLOSED, MOVED = "establishment_closed", "establishment_moved"


def close_form(record_id: str) -> AnyResponse:
    """Show the form that closes, suspends or reopens an establishment."""
    record = entry_page(record_id).record
    likely = "closed" if _is_operating(record.data) else "operating"
    typed = {"operating_status_id": likely, "day": current_page().today.isoformat(), "reason": ""}
    return _close_page(EntryFormState(record_id, record.data, record.rev, typed))


def close(record_id: str) -> AnyResponse:
    """Set the operating status from a day on, with its reason as a line of the note."""
    data, seen_rev = entry_page(record_id).record.data, whole_number("seen_rev")
    state = EntryFormState(record_id, data, seen_rev, typed_texts())
    errors, values = _closing_values(data)
    if errors:
        return _close_page(replace(state, errors=errors), 422)
    if hints := unseen_hints(record_id, content_with(data, values), data):
        return _close_page(replace(state, hints=hints))
    refusal = save_values(SeenEstablishment(record_id, seen_rev), values)
    if refusal is None:
        return done(url_for("console.establishments.detail", record_id=record_id), CLOSED, record_id)
    named = {_CLOSING_FIELD.get(path, path): codes for path, codes in refusal.problems.items()}
    current, errors = entry_page(record_id).record, errors_of(named, current_page().localizer)
    state = EntryFormState(record_id, current.data, current.rev, typed_texts(), errors)
    return _close_page(replace(state, message=refusal.message), refusal.status)


def move_form(record_id: str) -> AnyResponse:
    """Show the communes that an entry can be moved to."""
    record = entry_page(record_id).record
    return _move_page(EntryFormState(record_id, record.data, record.rev))


def move(record_id: str) -> AnyResponse:
    """Move an entry to the area of another commune; its visits stay with it."""
    page, record = current_page(), entry_page(record_id).record
    unit, seen_rev = request.form.get("unit_id", ""), whole_number("seen_rev")
    state = EntryFormState(record_id, record.data, record.rev, typed_texts())
    if unit not in dict(units_offered(page.access, page.today, page.localizer)):
        errors = {"unit_id": message(ErrorCode.REQUIRED, page.localizer.language)}
        return _move_page(replace(state, errors=errors), 422)

    def work(session: Session) -> None:
        # The move comes first: the commune of an entry must be that of its scope.
        records.move(session, office(), record_id, f"unit:{unit}")
        moved = SeenEstablishment(record_id, seen_rev)
        values = values_of_move(record.data, unit, page.lists)
        register.edit(session, office(), page.access, moved, values)

    refusal = attempt(work, SENTENCES)
    if refusal is None:
        return done(url_for("console.establishments.detail", record_id=record_id), MOVED, record_id)
    return _move_page(replace(state, message=refusal.message), refusal.status)


def _closing_values(data: Data) -> tuple[dict[str, str], dict[str, object]]:
    """Return the errors of the closing form by field, and the values that it sets."""
    page, form, errors = current_page(), request.form, {}
    localizer = page.localizer
    status, reason = form.get("operating_status_id", ""), form.get("reason", "").strip()
    typed = typed_entry({"status_from": form.get("day", "")}, localizer, is_new=False)
    day = typed.values["status_from"]
    missing = message(ErrorCode.REQUIRED, localizer.language)
    if status not in dict(_statuses(data, localizer)):
        errors["operating_status_id"] = missing
    if not day:
        errors["day"] = typed.errors.get("status_from", missing)
    elif str(day) > page.today.isoformat():
        errors["day"] = message(ErrorCode.IN_FUTURE, localizer.language)
    if not reason:
        errors["reason"] = missing
    note = "\n".join(part for part in (text_of(data, "note"), reason) if part)
    return errors, {
        "operating_status_id": status,
        "status_from": day,
        "closed_on": day if status == "closed" else None,
        "note": note,
    }


_CLOSING_LABELS = {
    "operating_status_id": N_("New status"),
    "day": N_("From which day"),
    "reason": N_("Reason"),
}
_CLOSING_FIELD = {"closed_on": "day", "status_from": "day", "note": "reason"}


def _is_operating(data: Data) -> bool:
    return text_of(data, "operating_status_id") == "operating"


def _statuses(data: Data, localizer: Localizer) -> list[tuple[str, str]]:
    return [
        (choice.id, choice.label(localizer.language))
        for choice in localizer.lists.choices.get("operating_status", ())
        if choice.id != text_of(data, "operating_status_id")
    ]


def _close_page(state: EntryFormState, status: int = 200) -> AnyResponse:
    page = current_page()
    return page.render(
        "establishments/close.html",
        status,
        state=state,
        statuses=_statuses(state.data, page.localizer),
        is_operating=_is_operating(state.data),
        typed=state.typed or {},
        faults=[
            (page.say(label), state.errors[name], f"#field-{name}")
            for name, label in _CLOSING_LABELS.items()
            if name in state.errors
        ],
    )


def _move_page(state: EntryFormState, status: int = 200) -> AnyResponse:
    page, unit_id = current_page(), text_of(state.data, "unit_id")
    units = units_offered(page.access, page.today, page.localizer)
    successors = {step.target for step in page.lists.successors(unit_id)}
    return page.render(
        "establishments/move.html",
        status,
        state=state,
        unit_id=unit_id,
        is_unit_gone=not page.lists.unit_valid_on(unit_id, page.today),
        # Successors of the commune come first.
        units=sorted(units, key=lambda unit: unit[0] not in successors),
        chosen=(state.typed or {}).get("unit_id", next(iter(sorted(successors)), "")),
        faults=error_links(state.errors, page.localizer),
    )
