"""Decisions on a filed record from the operator's command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import Pin, Remarks
from field178_server.records.batch import Batch
from field178_shared.errors import AppError, ErrorCode


@dataclass(frozen=True, slots=True)
class OperatorDecision:
    """A decision on a record; `rev` None: the latest revision; `login` None: the operator decides."""

    record_id: str
    kind: str
    reason: str
    path: str
    comment: str
    rev: int | None
    login: str | None


def decide(session: Session, context: OperationContext, decision: OperatorDecision) -> int:
    """Carry a decision out and return the revision it is about."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load([decision.record_id])
    record = batch.get(decision.record_id)
    if record is None:
        raise AppError(ErrorCode.NOT_FOUND, record=decision.record_id)
    seen_rev = record.rev if decision.rev is None else decision.rev
    _DECISIONS[decision.kind](batch, _actor(session, context, decision.login), decision, seen_rev)
    batch.flush()
    return seen_rev


def _approve(batch: Batch, actor: Actor, decision: OperatorDecision, seen_rev: int) -> None:
    reviews.approve(batch, actor, decision.record_id, seen_rev)


def _return(batch: Batch, actor: Actor, decision: OperatorDecision, seen_rev: int) -> None:
    pins = (Pin(decision.path, decision.comment),) if decision.comment else ()
    reviews.return_for_fix(batch, actor, decision.record_id, seen_rev, Remarks(decision.reason, pins))


def _void(batch: Batch, actor: Actor, decision: OperatorDecision, seen_rev: int) -> None:
    reviews.void(batch, actor, decision.record_id, seen_rev, decision.reason)


def _reopen(batch: Batch, actor: Actor, decision: OperatorDecision, seen_rev: int) -> None:
    reviews.reopen(batch, actor, decision.record_id, seen_rev, decision.reason)


def _actor(session: Session, context: OperationContext, login: str | None) -> Actor:
    if login is None:
        return context.actor
    return Actor("officer", officers.by_login_or_id(session, context.tenant_id, login).officer_id)


_DECISIONS: Mapping[str, Callable[[Batch, Actor, OperatorDecision, int], None]] = {
    "approve": _approve,
    "return": _return,
    "void": _void,
    "reopen": _reopen,
}
DECISIONS = tuple(_DECISIONS)
