"""Records in conflict as items of the list: find, show, resolve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request
from sqlalchemy.orm import Session

from field178_server.console.attention.conflict_view import (
    DELETED_PATH,
    KEEP,
    OTHER,
    conflict_rows,
    resolving_view,
)
from field178_server.console.attention.kind import Item, ItemDecision, ItemKind, ItemRow, add_names, find
from field178_server.console.shell.form_actions import Refusal, actor, batch_in, lists_typed, whole_number
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.field_labels import FieldContext, label_at
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import control_for, read_typed, typed_again
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.attention.queries import ItemKey
from field178_server.office.conflicts.queries import RecordConflicts, conflicts_on, open_conflicts
from field178_server.office.conflicts.resolution import (
    ResolutionChoice,
    Settlement,
    ValueSource,
    settle_record,
)
from field178_server.records.find_record import StoredRecord
from field178_server.replication.policy.record_validation import Problems, declared_types
from field178_shared.errors import AppError, ErrorCode
from field178_shared.schemas.fields.catalogue import field_messages
from field178_shared.text.i18n import N_

PICK, TYPED, SEEN = "pick:", "typed:", "seen:"


def _rows(session: Session, page: Page, keys: Sequence[ItemKey]) -> Mapping[ItemKey, ItemRow]:
    conflicts = open_conflicts(session, page.tenant_id, page.access, {key.id for key in keys})
    add_names(page, conflicts.names)
    return {ItemKey(record_id): row for record_id, row in conflict_rows(conflicts, page.localizer).items()}


def _find(key: ItemKey) -> RecordConflicts:
    return find(lambda session, tenant_id, access: conflicts_on(session, tenant_id, access, key.id))


def _resolve(session: Session, key: ItemKey) -> None:
    """Store the chosen values; those not chosen stay readable."""
    record_type = _find(key).record.type
    seen = {name.removeprefix(SEEN): whole_number(name) for name in request.form if name.startswith(SEEN)}
    batch = batch_in(session)
    settlement = Settlement(key.id, whole_number("rev"), seen, _choices(record_type))
    settle_record(batch, declared_types(), actor(), settlement)
    batch.flush()


def _choices(record_type: str) -> dict[str, ResolutionChoice]:
    """Return the choices by path, or raise AppError(schema) with all invalid ones."""
    choices: dict[str, ResolutionChoice] = {}
    problems: Problems = {}
    for path, picked in _picked().items():
        try:
            choices[path] = _choice(record_type, path, picked)
        except AppError as error:
            problems[path] = [error.code.value]
    if problems:
        raise AppError(ErrorCode.SCHEMA, problems=problems)
    return choices


def _picked() -> dict[str, str]:
    return {path: texts[0] for path, texts in lists_typed(PICK).items()}


def _choice(record_type: str, path: str, picked: str) -> ResolutionChoice:
    if picked == KEEP:
        return ResolutionChoice(ValueSource.KEPT)
    if picked == OTHER:
        localizer = current_page().localizer
        control = None if path == DELETED_PATH else control_for(record_type, path, localizer)
        return ResolutionChoice(
            ValueSource.WRITTEN, value=read_typed(control, request.form.getlist(f"{TYPED}{path}"))
        )
    return ResolutionChoice(ValueSource.TAKEN, change_id=picked)


def _item(key: ItemKey, refusal: Refusal | None) -> Item:
    page, conflicts = current_page(), _find(key)
    add_names(page, conflicts.names)
    localizer, record = page.localizer, conflicts.record
    view, picked, typed = resolving_view(conflicts, localizer), _picked(), lists_typed(TYPED)
    here = {field.path for field in view.fields}
    problems = refusal.problems if refusal else {}
    errors = field_messages(record.type, problems, localizer.language)
    return Item(
        title=view.title,
        href=view.href,
        is_open=bool(here),
        record=(record.record_id, record.scope),
        values={"view": view, "picked": picked, "typed": typed, "errors": errors},
        faults=[
            (_label(record, path, localizer), text, f"#field-{path}" if path in here else None)
            for path, text in errors.items()
        ],
        unwritten=[
            (_label(record, path, localizer), typed_again((record.type, path), texts, localizer))
            for path, texts in typed.items()
            if path not in here and picked.get(path) == OTHER
        ],
    )


def _label(record: StoredRecord, path: str, localizer: Localizer) -> str:
    return label_at(FieldContext(record.type, path, record.data), localizer)


KIND = ItemKind(
    label=N_("Conflicts"),
    word=StateLabel(N_("Conflict"), "warn", "conflict"),
    template="attention/conflict.html",
    audit_actions=frozenset({"conflicts_settled"}),
    decisions={"resolve": ItemDecision(_resolve, "settled")},
    refusals={
        ErrorCode.REVISION_CHANGED: N_(
            "Something changed here after you opened this page, so nothing was written."
            " Below is how it stands; look at what is new and choose again."
        ),
        ErrorCode.REQUIRED: N_("Choose a value for at least one field."),
        ErrorCode.LOCKED: N_(
            "An approved record is not deleted. Void or reopen it instead, on its own page."
        ),
        ErrorCode.SCHEMA: N_("Nothing was written yet: a value below cannot be stored as it is."),
        ErrorCode.RULE: N_("Nothing was written yet: the chosen values do not fit with other fields."),
    },
    rows=_rows,
    is_open=lambda key: bool(_find(key).open),
    item=_item,
)
