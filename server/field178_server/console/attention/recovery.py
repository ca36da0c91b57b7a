"""Recovered records as items of the list: take in, reject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request
from sqlalchemy.orm import Session

from field178_server.audit.trail import require_reason
from field178_server.console.attention.kind import Item, ItemDecision, ItemKind, ItemRow, add_names, find
from field178_server.console.attention.recovery_view import recovery_detail, recovery_row
from field178_server.console.shell.form_actions import Refusal, office, whole_number
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.attention.queries import ItemKey
from field178_server.office.recovery import operations as recovery
from field178_server.office.recovery.operations import DivergentRecordKey
from field178_server.office.recovery.queries import (
    DivergentRecordPage,
    divergent_record,
    divergent_records,
)
from field178_server.replication.divergent_records import UNDECIDED
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import ErrorCode
from field178_shared.text.i18n import N_


def _rows(session: Session, page: Page, keys: Sequence[ItemKey]) -> Mapping[ItemKey, ItemRow]:
    divergent = divergent_records(session, page.tenant_id, page.access, keys)
    add_names(page, divergent.names)
    return {
        ItemKey(copy.record.record_id, copy.record.h): recovery_row(copy, page.localizer)
        for copy in divergent.records
    }


def _find(key: ItemKey) -> DivergentRecordPage:
    return find(lambda session, tenant_id, access: divergent_record(session, tenant_id, access, *key))


def _take(session: Session, key: ItemKey) -> None:
    """Make it the latest revision of its record, as the office's own change."""
    recovery.take(session, office(), declared_types(), DivergentRecordKey(*key, whole_number("seen_rev")))


def _reject(session: Session, key: ItemKey) -> None:
    """Reject it, with a reason."""
    reason = request.form.get("reason", "").strip()
    require_reason(reason)
    recovery.reject(session, office(), DivergentRecordKey(*key), reason)


def _item(key: ItemKey, _refusal: Refusal | None) -> Item:
    page, divergent = current_page(), _find(key)
    add_names(page, divergent.names)
    copy, view = divergent.item, recovery_detail(divergent, page.localizer)
    is_open, reason = copy.state == UNDECIDED, request.form.get("reason", "")
    return Item(
        title=view.title,
        href=view.stored_href,
        is_open=is_open,
        record=(copy.record.record_id, copy.record.scope),
        values={"copy": copy, "view": view},
        unwritten=[(page.say(N_("Why it is set aside")), reason)] if reason and not is_open else [],
    )


KIND = ItemKind(
    label=N_("Recovered records"),
    word=StateLabel(N_("Recovered"), "primary", "restore"),
    template="attention/recovery.html",
    audit_actions=frozenset({"salvage_taken", "salvage_set_aside"}),
    decisions={
        "take": ItemDecision(_take, "taken_in"),
        "set-aside": ItemDecision(_reject, "salvage_aside"),
    },
    refusals={
        ErrorCode.NOT_FOUND: N_(
            "It was decided meanwhile, or its area is not known here; nothing was done."
            " Below is how it stands."
        ),
        ErrorCode.REVISION_CHANGED: N_(
            "The record on the server changed after you opened this page, so nothing was written."
            " Below is how it stands; look again and decide."
        ),
        ErrorCode.REQUIRED: N_("Write why it is set aside."),
        ErrorCode.TOO_LONG: N_("A reason or comment holds at most 500 characters."),
        ErrorCode.LOCKED: N_(
            "The record on the server is approved or void."
            " Reopen it on its own page first, then take this in."
        ),
        ErrorCode.MERGED: N_("The record was merged into another one; its values are no longer written."),
        ErrorCode.PURGED: N_("Its content was removed for good and must not come back. Set it aside."),
        ErrorCode.UNKNOWN_TYPE: N_(
            "This version of the server does not know this type; take it in after an upgrade."
        ),
        ErrorCode.FORBIDDEN: N_("Records of this type are written by the system alone. Set it aside."),
        ErrorCode.WRONG_TYPE: N_("Under this id the server has a record of another type. Set it aside."),
        ErrorCode.SCOPE_MISMATCH: N_("A record of this type does not belong in that area. Set it aside."),
        ErrorCode.SCHEMA: N_("It holds a value that cannot be stored, so it cannot be taken in as it is."),
        ErrorCode.RULE: N_("Its values do not fit together, so it cannot be taken in as it is."),
    },
    rows=_rows,
    is_open=lambda key: _find(key).item.state == UNDECIDED,
    item=_item,
)
