"""Digest of the access state in each root: accounts, scopes, passwords, tablets' keys, tokens, plan lists.

A part of the state that changed since the last root needs an entry of the audit trail about its object. A
row that was edited in the database has none: `check` names it, and the next root records it in the trail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.declarative_base import Base
from field178_server.database.models import (
    AccessRequest,
    AccessState,
    Audit,
    Device,
    DeviceOfficer,
    DeviceOrder,
    DeviceScope,
    EnrolmentCode,
    FeedToken,
    LegalHold,
    Officer,
    OfficerScope,
    Passkey,
    PlanCommitment,
    RetentionRun,
    Root,
    SealedVisit,
    Tenant,
    Webhook,
)
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import canonical

CONTRADICTED = "access_state_contradicted"
CONFIRMED = "access_state_confirmed"
# Begin of a line of the check about the access state.
ACCESS_FAULT = "access: "
_DIGEST_LENGTH = 32

# Digests by part and by key of the object.
Lines: TypeAlias = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the access state: columns of a table, one line for each value of the key column.

    `actions`: the actions that may change a line; their entries name the object in one of the columns
    `object_columns`. An entry of `general_actions` may change any line. `waits`: a change waits for the root
    of the hour, because a root at another time would disclose it.
    """

    name: str
    model: type[Base]
    key: str
    columns: tuple[str, ...]
    actions: frozenset[str]
    object_columns: tuple[str, ...]
    general_actions: frozenset[str] = frozenset()
    waits: bool = False

    @property
    def lines_name(self) -> str:
        """The name of its lines, with its columns: a version with other columns begins them anew."""
        return " ".join((self.name, *self.columns))


def _part(
    name: str,
    model: type[Base],
    key: str,
    columns: str,
    actions: str,
    objects: str | None = None,
) -> Part:
    named = tuple((objects or key).split())
    return Part(name, model, key, tuple(columns.split()), frozenset(actions.split()), named)


_ORDERS = "device_order_given device_order_withdrawn device_order_answered"
_PASSKEYS_SET = "passkey_added passkey_renamed passkey_removed totp_dropped account_data_removed"
_CODES_SET = "officer_added totp_set totp_dropped totp_sealed_again account_data_removed"
_SCOPES_SET = "officer_added officer_changed officer_scopes_set"
_PLANNED = "plan_item_added plan_item_moved plan_item_cancelled plan_item_released"
_DAY_LISTS = "plan_day_committed plan_day_opened"
_SEALED_AGAIN = frozenset({"plan_passphrase_set"})
_TABLET_GRANTS = "device_activated scope_granted scope_ungranted"

PARTS = (
    replace(
        _part("store", Tenant, "tenant_id", "name epoch payload_key created_at", ""),
        general_actions=frozenset({"store_restored", "epoch_begun"}),
    ),
    replace(
        _part("sessions", Tenant, "tenant_id", "session_generation", ""),
        general_actions=frozenset({"sessions_expired"}),
    ),
    _part(
        "account",
        Officer,
        "officer_id",
        "login name agency role created_at disabled_at email mail_topics",
        "officer_added officer_changed officer_disabled officer_reopened own_mail_set account_data_removed",
    ),
    _part(
        "password",
        Officer,
        "officer_id",
        "password_hash password_resets",
        "officer_added officer_reopened password_set password_reset password_chosen own_password_set"
        " password_hash_renewed account_data_removed",
    ),
    _part("one-time codes", Officer, "officer_id", "totp_secret", _CODES_SET),
    _part(
        "passkeys",
        Passkey,
        "officer_id",
        "passkey_id credential_id public_key name made_at",
        _PASSKEYS_SET,
    ),
    _part("number of passkeys", Officer, "officer_id", "passkey_count", f"officer_added {_PASSKEYS_SET}"),
    _part("scopes", OfficerScope, "officer_id", "scope", _SCOPES_SET),
    _part(
        "access request",
        AccessRequest,
        "request_id",
        "officer_id kind details password_hash asked_by asked_at decided_by decided_at outcome reason",
        "access_requested password_chosen access_accepted access_confirmed access_alone access_refused"
        " access_withdrawn",
        objects="officer_id",
    ),
    _part("tablet", Device, "device_id", "user_id enrolled_at", "device_enrolled"),
    _part("tablet label", Device, "device_id", "label", "device_enrolled device_renamed"),
    _part("tablet key", Device, "device_id", "public_key", "device_enrolled device_recovered"),
    _part(
        "tablet revoked",
        Device,
        "device_id",
        "revoked_at",
        "device_enrolled device_revoked device_disowned device_order_answered",
    ),
    _part(
        "tablet orders",
        DeviceOrder,
        "device_id",
        "number kind reason asked_by asked_at withdrawn_by withdrawn_at answered_at outcome receipt",
        _ORDERS,
    ),
    _part("tablet order", Device, "device_id", "order_number", f"device_enrolled {_ORDERS}"),
    _part("tablet scopes", DeviceScope, "device_id", "scope via granted_at", _TABLET_GRANTS),
    _part(
        "tablet officers",
        DeviceOfficer,
        "device_id",
        "officer_id bound_at password_resets",
        "officer_bound device_activated",
    ),
    _part(
        "enrolment code",
        EnrolmentCode,
        "code_hash",
        "officer_id scopes issued_by created_at expires_at used_at device_id public_key",
        "enrolment_code_issued device_enrolled device_recovered officer_bound",
        objects="officer_id device_id",
    ),
    _part(
        "data token",
        FeedToken,
        "token_id",
        "token_hash label officer_id made_by made_at accepted_at expires_at revoked_at revoked_by",
        "feed_token_made feed_token_accepted feed_token_closed feed_token_revoked",
    ),
    _part(
        "hold",
        LegalHold,
        "hold_id",
        "record_id reason set_by set_at released_by released_at",
        "record_hold_set record_hold_released",
        objects="record_id",
    ),
    _part(
        "retention run",
        RetentionRun,
        "run_id",
        "on_day periods requested_by requested_at confirmed_by confirmed_at",
        "retention_requested retention_confirmed retention_refused retention_withdrawn",
    ),
    _part(
        "webhook",
        Webhook,
        "webhook_id",
        "name url kinds made_by made_at",
        "webhook_added webhook_changed webhook_removed",
    ),
    replace(
        _part("unannounced visit", SealedVisit, "item_id", "rev sealed", _PLANNED),
        general_actions=_SEALED_AGAIN,
        waits=True,
    ),
    replace(
        _part("list of a day", PlanCommitment, "day", "commitment sealed opened", _DAY_LISTS),
        general_actions=_SEALED_AGAIN,
    ),
)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A line of the access state that changed without an entry: its part, object, and the kind of change."""

    part: str
    object_id: str
    kind: str

    def __str__(self) -> str:
        return f"{self.part} {self.object_id} {self.kind}"


def lines_of(session: Session, tenant_id: str) -> Lines:
    """Return the lines of the access state."""
    return {
        part.lines_name: {key: digest for key, digest, _ in _lines(session, tenant_id, part)}
        for part in PARTS
    }


def digest_of(lines: Mapping[str, Mapping[str, str]]) -> str:
    """Return the digest of lines, 64 hex digits: the member of a root."""
    return hashlib.sha256(canonical(["field178-access-v1", lines])).hexdigest()


def is_changed(session: Session, tenant_id: str, lines: Lines) -> bool:
    """Return whether lines differ from those of the newest root, without those that wait for the hour."""
    _, before = _last(session, tenant_id)
    at_once = [part.lines_name for part in PARTS if not part.waits]
    return before is None or any(before.get(name) != lines[name] for name in at_once)


def keep(session: Session, tenant_id: str, root_index: int, lines: Lines) -> None:
    """Store the lines of the newest root in place of those of the root before it."""
    row = session.get(AccessState, tenant_id) or AccessState(tenant_id=tenant_id)
    row.root_index, row.lines = root_index, json.dumps(lines, sort_keys=True)
    session.add(row)


def contradictions(session: Session, tenant_id: str) -> list[Contradiction]:
    """Return the lines that changed since the newest root without an entry of the trail; none before it."""
    root, before = _last(session, tenant_id)
    if root is None or root.access_digest is None:
        return []
    entries = _entries_since(session, tenant_id, root.trail_index or 0)
    if before is None or digest_of(before) != root.access_digest:
        # Without them nothing can be compared: the next root must not accept the present state in silence.
        index = str(root.root_index)
        return [] if (CONFIRMED, index) in entries else [Contradiction("lines of root", index, "altered")]
    actions = {action for action, _ in entries}
    changed: list[Contradiction] = []
    for part in PARTS:
        if part.lines_name not in before:
            continue  # a part that a newer version added or changed: the next root begins it
        left = dict(before[part.lines_name])
        for key, digest, objects in _lines(session, tenant_id, part):
            was = left.pop(key, None)
            is_explained = bool(part.general_actions & actions) or _is_named(part, (key, *objects), entries)
            if was != digest and not is_explained:
                changed.append(Contradiction(part.name, key, "added" if was is None else "altered"))
        changed += (
            Contradiction(part.name, key, "missing")
            for key in sorted(left)
            if not _is_named(part, (key,), entries)
        )
    return changed


def confirm(session: Session, context: OperationContext, object_id: str) -> None:
    """Confirm the present access state of an object, after somebody checked it.

    Raises AppError(not_found) if nothing about the object changed without an entry.
    """
    tenant_id = context.tenant_id
    changed = contradictions(session, tenant_id) + _unconfirmed(session, tenant_id)
    if object_id not in {change.object_id for change in changed}:
        raise AppError(ErrorCode.NOT_FOUND, object=object_id)
    context.note(session, AuditEntry(CONFIRMED, object_id))


def faults_of_access(session: Session, tenant_id: str) -> Iterator[str]:
    """Yield the problems of the access state, a line each, with those in the trail that nobody confirmed."""
    yield from (f"{ACCESS_FAULT}{change}" for change in contradictions(session, tenant_id))
    yield from (f"{ACCESS_FAULT}{change} (in the audit trail)" for change in _unconfirmed(session, tenant_id))


def _last(session: Session, tenant_id: str) -> tuple[Root | None, Lines | None]:
    """Return the newest root, and its lines if they are stored."""
    newest = select(Root).where(Root.tenant_id == tenant_id).order_by(Root.root_index.desc()).limit(1)
    root, row = session.scalars(newest).first(), session.get(AccessState, tenant_id)
    if root is None or row is None or row.root_index != root.root_index:
        return root, None
    try:
        lines: Lines = json.loads(row.lines)
    except ValueError:
        return root, None
    return root, lines


def _lines(session: Session, tenant_id: str, part: Part) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield key, digest and objects of the lines of a part; the rows of a key are one line."""
    model = part.model.__table__.c
    names = (part.key, *part.columns, *part.object_columns)
    rows = session.execute(select(*(model[name] for name in names)).where(model.tenant_id == tenant_id))
    width = 1 + len(part.columns)
    by_key: dict[str, tuple[list[bytes], set[str]]] = {}
    for row in rows:
        values, objects = by_key.setdefault(str(_stored(row[0])), ([], set()))
        values.append(canonical([_stored(value) for value in row[1:width]]))
        objects.update(str(_stored(value)) for value in row[width:] if value is not None)
    for key in sorted(by_key):
        values, objects = by_key[key]
        text = b"\n".join((part.name.encode(), key.encode(), *sorted(values)))
        yield key, hashlib.sha256(text).hexdigest()[:_DIGEST_LENGTH], tuple(sorted(objects))


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _entries_since(session: Session, tenant_id: str, index: int) -> set[tuple[str, str | None]]:
    """Return action and object of the entries after an index of the chain, with those not chained yet."""
    rows = session.execute(
        select(Audit.action, Audit.object_id).where(
            Audit.tenant_id == tenant_id, or_(Audit.chain_index > index, Audit.chain_index.is_(None))
        )
    )
    return {(action, object_id) for action, object_id in rows}


def _is_named(part: Part, objects: tuple[str, ...], entries: set[tuple[str, str | None]]) -> bool:
    return any((action, object_) in entries for action in (CONFIRMED, *part.actions) for object_ in objects)


def _unconfirmed(session: Session, tenant_id: str) -> list[Contradiction]:
    rows = session.execute(
        select(Audit.action, Audit.object_id, Audit.details)
        .where(Audit.tenant_id == tenant_id, Audit.action.in_((CONTRADICTED, CONFIRMED)))
        .order_by(Audit.audit_id)
    )
    open_: dict[str, list[Contradiction]] = {}
    for action, object_id, details in rows:
        if action == CONFIRMED:
            open_.pop(object_id or "", None)
        elif object_id is not None and details is not None:
            open_.setdefault(object_id, []).append(_contradiction(object_id, details))
    return [change for changes in open_.values() for change in changes]


def _contradiction(object_id: str, details: str) -> Contradiction:
    try:
        values = json.loads(details)
        return Contradiction(str(values["part"]), object_id, str(values["kind"]))
    except (ValueError, KeyError, TypeError):  # the entry was altered too: the chain of the trail names it
        return Contradiction("entry", object_id, "altered")
