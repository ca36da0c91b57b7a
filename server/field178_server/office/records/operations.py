"""Acts of the operator on single records: moving one, merging two and taking it back, deciding on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import Desk
from field178_server.audit.trail import Actor, Entry
from field178_server.office.records import merge as record_merge
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import Pin, Remarks
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.move import move as move_record
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import lock_tablets, run_record
from field178_shared.errors import AppError, ErrorCode


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided on a record; `rev` None: the latest revision; `login` None: the operator decides."""

    record_id: str
    kind: str
    reason: str
    path: str
    comment: str
    rev: int | None
    login: str | None


def move(session: Session, desk: Desk, record_id: str, scope: str) -> None:
    """Move a record to another scope, whose row is made when there is none.

    Changes of the record that wait in quarantine are judged again: their tablets may see it where it is now.
    """
    scopes.ensure(session, desk.tenant_id, (scope,), desk.lists)
    batch = Batch(session, desk.tenant_id, desk.clock, desk.ids)
    lock_tablets(batch, record_id)
    move_record(batch, record_id, scope, desk.actor.id)
    batch.flush()
    desk.note(session, Entry("record_moved", record_id, scope))
    run_record(Batch(session, desk.tenant_id, desk.clock, desk.ids), declared_types(), record_id)


def merge(session: Session, desk: Desk, record_id: str, into: str) -> int:
    """Merge a record into another one and return the revision of the first."""
    batch = Batch(session, desk.tenant_id, desk.clock, desk.ids)
    rev = record_merge.merge(batch, desk, record_id, into)
    batch.flush()
    return rev


def unmerge(session: Session, desk: Desk, record_id: str) -> int:
    """Take a merge back and return the revision of the record."""
    batch = Batch(session, desk.tenant_id, desk.clock, desk.ids)
    rev = record_merge.unmerge(batch, desk, record_id)
    batch.flush()
    return rev


def decide(session: Session, desk: Desk, decision: Decision) -> int:
    """Carry a decision out and return the revision it is about."""
    batch = Batch(session, desk.tenant_id, desk.clock, desk.ids)
    batch.load([decision.record_id])
    record = batch.get(decision.record_id)
    if record is None:
        raise AppError(ErrorCode.NOT_FOUND, record=decision.record_id)
    seen_rev = record.rev if decision.rev is None else decision.rev
    _DECISIONS[decision.kind](batch, _actor(session, desk, decision.login), decision, seen_rev)
    batch.flush()
    return seen_rev


def _approve(batch: Batch, actor: Actor, decision: Decision, seen_rev: int) -> None:
    reviews.approve(batch, actor, decision.record_id, seen_rev)


def _return(batch: Batch, actor: Actor, decision: Decision, seen_rev: int) -> None:
    pins = (Pin(decision.path, decision.comment),) if decision.comment else ()
    reviews.return_for_fix(batch, actor, decision.record_id, seen_rev, Remarks(decision.reason, pins))


def _void(batch: Batch, actor: Actor, decision: Decision, seen_rev: int) -> None:
    reviews.void(batch, actor, decision.record_id, seen_rev, decision.reason)


def _reopen(batch: Batch, actor: Actor, decision: Decision, seen_rev: int) -> None:
    reviews.reopen(batch, actor, decision.record_id, seen_rev, decision.reason)


def _actor(session: Session, desk: Desk, login: str | None) -> Actor:
    if login is None:
        return desk.actor
    return Actor("officer", officers.by_login_or_id(session, desk.tenant_id, login).officer_id)


_DECISIONS: Mapping[str, Callable[[Batch, Actor, Decision, int], None]] = {
    "approve": _approve,
    "return": _return,
    "void": _void,
    "reopen": _reopen,
}
DECISIONS = tuple(_DECISIONS)
