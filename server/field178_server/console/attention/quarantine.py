"""Changes in quarantine as items of the list: run again, correct, reject, put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request
from sqlalchemy.orm import Session

from field178_server.console.attention.kind import Item, ItemDecision, ItemKind, ItemRow, add_names, find
from field178_server.console.attention.quarantine_view import (
    correction_fields,
    quarantine_detail,
    quarantine_row,
)
from field178_server.console.shell.form_actions import Refusal, actor, batch_in, lists_typed
from field178_server.console.shell.links import record_link
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.field_labels import FieldContext, label_at
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import control_for, read_typed, typed_again
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.attention.queries import ItemKey
from field178_server.office.quarantine import operations as quarantine
from field178_server.office.quarantine.operations import Correction, QuarantineKey
from field178_server.office.quarantine.queries import (
    QuarantineItem,
    QuarantinePage,
    quarantined_change,
    quarantined_changes,
)
from field178_server.replication.policy.record_validation import Problems, declared_types
from field178_server.replication.quarantine.store import DISCARDED, OPEN
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_

TYPED, LEAVE_OUT, PATH, BESIDE = "typed:", "leave-out", "path", "beside"


def _rows(session: Session, page: Page, keys: Sequence[ItemKey]) -> Mapping[ItemKey, ItemRow]:
    quarantined = quarantined_changes(session, page.tenant_id, page.access, keys)
    add_names(page, quarantined.names)
    return {
        ItemKey(change.change_id, change.payload_hash): quarantine_row(change, page.localizer)
        for change in quarantined.changes
    }


def _find(key: ItemKey) -> QuarantinePage:
    return find(lambda session, tenant_id, access: quarantined_change(session, tenant_id, access, *key))


def _run(session: Session, key: ItemKey) -> None:
    """Evaluate the change again, with all quarantined changes of its record."""
    quarantine.run_again(batch_in(session), declared_types(), actor(), QuarantineKey(*key))


def _correct(session: Session, key: ItemKey) -> None:
    """Apply a corrected version as the office's own change."""
    correction = _correction(_find(key).change.record_type)
    quarantine.correct(batch_in(session), declared_types(), actor(), QuarantineKey(*key), correction)


def _reject(session: Session, key: ItemKey) -> None:
    """Take the change out of the list, with a reason."""
    quarantine.reject(batch_in(session), actor(), QuarantineKey(*key), request.form.get("reason", "").strip())


def _put_back(session: Session, key: ItemKey) -> None:
    """Restore a rejected change to the list."""
    quarantine.put_back(batch_in(session), actor(), QuarantineKey(*key))


def _correction(record_type: str) -> Correction:
    """Return the typed values, or raise AppError(schema) with all invalid ones.

    A field beside a fault may be empty: its value is left out.
    """
    empty = (
        path for path in request.form.getlist(BESIDE) if not request.form.get(f"{TYPED}{path}", "").strip()
    )
    left_out = frozenset([*request.form.getlist(LEAVE_OUT), *empty])
    values: dict[str, object] = {}
    problems: Problems = {}
    for path in [*request.form.getlist(PATH), *request.form.getlist(BESIDE)]:
        if path in left_out:
            continue
        try:
            control = control_for(record_type, path, current_page().localizer)
            values[path] = read_typed(control, request.form.getlist(f"{TYPED}{path}"))
        except AppError as error:
            problems[path] = [error.code.value]
    if problems:
        raise AppError(ErrorCode.SCHEMA, problems=problems)
    return Correction(values, left_out)


def _item(key: ItemKey, refusal: Refusal | None) -> Item:
    page, quarantined = current_page(), _find(key)
    add_names(page, quarantined.names)
    change, localizer = quarantined.change, page.localizer
    is_open, problems = change.state == OPEN, refusal.problems if refusal else {}
    view = quarantine_detail(change, localizer)
    fields = correction_fields(quarantined, problems, localizer)
    return Item(
        title=view.title,
        href=record_link(change.record_type, change.record_id) if change.title else None,
        is_open=is_open,
        record=(change.record_id, change.scope),
        values={
            "change": change,
            "view": view,
            "is_rejected": change.state == DISCARDED,
            "fields": fields,
            "typed": lists_typed(TYPED),
            "left_out": request.form.getlist(LEAVE_OUT),
        },
        faults=[
            (field.label, field.error, f"#field-{field.path}") for field in fields if field.path in problems
        ],
        unwritten=[] if is_open else _unwritten(change, localizer),
    )


def _unwritten(change: QuarantineItem, localizer: Localizer) -> list[tuple[str, str]]:
    """Return the input for a change that is settled already, so that it can be copied."""
    kind, reason = change.record_type, request.form.get("reason", "").strip()
    values = [
        (
            label_at(FieldContext(kind, path, change.values), localizer),
            typed_again((kind, path), texts, localizer),
        )
        for path, texts in lists_typed(TYPED).items()
    ]
    return [*values, *([(localizer.say(N_("Why it is set aside")), reason)] if reason else [])]


KIND = ItemKind(
    label=N_("Quarantined"),
    word=StateLabel(N_("Quarantined"), "bad", "quarantine"),
    template="attention/quarantine.html",
    audit_actions=frozenset(
        {"quarantine_run_again", "quarantine_mended", "quarantine_set_aside", "quarantine_put_back"}
    ),
    decisions={
        "run": ItemDecision(_run, "ran", still="still_held"),
        "mend": ItemDecision(_correct, "mended"),
        "set-aside": ItemDecision(_reject, "set_aside"),
        "put-back": ItemDecision(_put_back, "put_back"),
    },
    refusals={
        ErrorCode.REVISION_CHANGED: N_(
            "This change was dealt with meanwhile; nothing was done. Below is how it stands."
        ),
        ErrorCode.REPLACED: N_("A later change mends this one already; look at that one instead."),
        ErrorCode.REQUIRED: N_("Write why it is set aside."),
        ErrorCode.TOO_LONG: N_("A reason or comment holds at most 500 characters."),
        ErrorCode.SCHEMA: N_("Nothing was written yet: a value below cannot be stored as it is."),
        ErrorCode.RULE: N_("Nothing was written yet: the values do not fit together."),
    },
    rows=_rows,
    is_open=lambda key: _find(key).change.state == OPEN,
    item=_item,
    flashes=frozenset({"still_held"}),
)
