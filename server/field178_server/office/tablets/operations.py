"""Operations on tablets, and on the server's epoch, sessions and backup marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.accounts import sessions as browser_sessions
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Blob, Device, Tenant
from field178_server.devices import enrolment
from field178_server.devices import sessions as device_sessions
from field178_server.devices.access import all_devices
from field178_server.office.tablets.queries import grantable_scopes
from field178_server.records import scopes
from field178_server.replication import number_blocks
from field178_server.replication.quarantine.waiting import run_waiting
from field178_shared.errors import AppError, ErrorCode


@dataclass(frozen=True, slots=True)
class BackedUpContent:
    """Content of a verified backup: epoch, highest stamp of receipts by tablet, hashes of files."""

    epoch: str
    receipts: Mapping[str, int]
    blobs: AbstractSet[str]


def issue_code(
    session: Session, context: OperationContext, login: str, explicit: Sequence[str], code: str
) -> list[str]:
    """Store an enrolment code for an officer's tablet; return the scopes it will grant.

    Without explicit scopes it grants the officer's scopes (with predecessors of units) and `ref`.
    """
    officer = officers.by_login_or_id(session, context.tenant_id, login)
    if officer.disabled_at is not None:
        raise AppError(ErrorCode.FORBIDDEN, officer=officer.officer_id)
    own = scopes.for_tablet(officers.scopes_of(session, context.tenant_id, officer.officer_id), context.lists)
    grants = {scope: own.get(scope) for scope in explicit} or own
    if scopes.OFFICE in grants:
        raise AppError(ErrorCode.FORBIDDEN, scope=scopes.OFFICE)
    scopes.ensure(session, context.tenant_id, grants, context.lists)
    enrolment.issue(session, context, officer, code, grants)
    return sorted(grants)


def device(session: Session, context: OperationContext, device_id: str) -> Device:
    """Return a tablet by its id, or raise AppError(not_found)."""
    tablet = session.get(Device, (context.tenant_id, device_id))
    if tablet is None:
        raise AppError(ErrorCode.NOT_FOUND, device=device_id)
    return tablet


def revoke(session: Session, context: OperationContext, device_id: str) -> None:
    """Revoke a tablet; its later changes are quarantined."""
    tablet = device(session, context, device_id)
    tablet.revoked_at = tablet.revoked_at or context.now()
    context.note(session, AuditEntry("device_revoked", device_id))


def rename(session: Session, context: OperationContext, device_id: str, label: str) -> None:
    """Rename a tablet; a label has at most 64 characters."""
    device(session, context, device_id).label = label
    context.note(session, AuditEntry("device_renamed", device_id))


def grant(session: Session, context: OperationContext, device_id: str, scope: str) -> None:
    """Grant a tablet a scope of an officer who signed in on it; it reads it while the officer has it.

    Raises AppError(forbidden) for another scope: one administrator would give access without a second person.
    """
    via = grantable_scopes(session, context.tenant_id, device_id, context.lists).get(scope)
    if via is None:
        raise AppError(ErrorCode.FORBIDDEN, scope=scope)
    _grant(session, context, device_id, scope, via)


def grant_without_officer(session: Session, context: OperationContext, device_id: str, scope: str) -> None:
    """Grant a scope to the tablet itself, whatever its officers may read, as the operator of the server."""
    if scope == scopes.OFFICE:
        raise AppError(ErrorCode.FORBIDDEN, scope=scope)
    _grant(session, context, device_id, scope, None)


def _grant(session: Session, context: OperationContext, device_id: str, scope: str, via: str | None) -> None:
    tablet = device(session, context, device_id)
    scopes.ensure(session, context.tenant_id, (scope,), context.lists)
    scopes.grant(session, tablet, {scope: via}, context.now())
    context.note(session, AuditEntry("scope_granted", device_id, scope))
    # Evaluate again the changes that were quarantined without this scope.
    run_waiting(session, context, device_id)


def ungrant(session: Session, context: OperationContext, device_id: str, scope: str) -> None:
    """Remove a scope from a tablet, which deletes the scope's records at its next exchange."""
    if not scopes.ungrant(session, device(session, context, device_id), scope):
        raise AppError(ErrorCode.NOT_FOUND, scope=scope)
    context.note(session, AuditEntry("scope_ungranted", device_id, scope))


def new_epoch(session: Session, context: OperationContext) -> str:
    """Start a new epoch, as after every restore: tablets then send again what the server may lack."""
    tenant = session.get_one(Tenant, context.tenant_id, with_for_update=True)
    tenant.epoch = context.ids.random()
    number_blocks.leave_out(session, context)
    context.note(session, AuditEntry("epoch_begun", tenant.epoch))
    return tenant.epoch


def expire_sessions(session: Session, context: OperationContext) -> int:
    """End the sessions of all tablets and browsers; return the number of the new generation of tablets'."""
    browser_sessions.end_all(session, context.tenant_id)
    generation = device_sessions.expire_all(session, context.tenant_id)
    context.note(session, AuditEntry("sessions_expired", details={"generation": generation}))
    return generation


def mark_backed_up(session: Session, context: OperationContext) -> dict[str, int]:
    """Mark all present receipts and files as backed up; return the marked stamp by tablet.

    MUST be called only for a backup taken before this transaction and verified by restoring it.
    """
    present = {row.device_id: row.verdicts for row in all_devices(session, context.tenant_id)}
    blobs = session.scalars(select(Blob.sha256).where(Blob.tenant_id == context.tenant_id))
    return _mark(session, context, present, frozenset(blobs))


def mark_backup(session: Session, context: OperationContext, backup: BackedUpContent) -> dict[str, int]:
    """Mark the content of a verified backup as backed up; later receipts and files MUST NOT be marked.

    Nothing is marked if another epoch has begun since: the store may not descend from the backup.
    """
    tenant = session.get_one(Tenant, context.tenant_id, with_for_update=True)
    return _mark(session, context, backup.receipts, backup.blobs) if tenant.epoch == backup.epoch else {}


def _mark(
    session: Session, context: OperationContext, receipts: Mapping[str, int], blobs: AbstractSet[str]
) -> dict[str, int]:
    marks = {}
    _mark_blobs(session, context, blobs)
    of_tenant = select(Device).where(Device.tenant_id == context.tenant_id).order_by(Device.device_id)
    for row in session.scalars(of_tenant.with_for_update(key_share=True)):
        row.backed_up = max(row.backed_up, receipts.get(row.device_id, 0))
        marks[row.device_id] = row.backed_up
    context.note(session, AuditEntry("backup_marked", details={"count": len(marks)}))
    return marks


def _mark_blobs(session: Session, context: OperationContext, blobs: AbstractSet[str]) -> None:
    unmarked = select(Blob).where(Blob.tenant_id == context.tenant_id, Blob.backed_up_at.is_(None))
    for row in session.scalars(unmarked.order_by(Blob.sha256)):
        if row.sha256 in blobs:
            row.backed_up_at = context.now()
    session.flush()
