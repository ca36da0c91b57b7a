"""Decisions on a filed record from the operator's command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import Pin, Remarks, SeenRecord
from field178_server.records.batch import Batch
from field178_shared.records.reading import count_of


@dataclass(frozen=True, slots=True)
class OperatorDecision:
    """A decision on a record; `rev` None: the latest revision; `login` None: the operator is the actor.

    `review_rev` None: the operator saw no decision on the record's latest revision.
    """

    record_id: str
    kind: str
    reason: str
    path: str
    comment: str
    rev: int | None
    login: str | None
    review_rev: int | None = None


def decide(session: Session, context: OperationContext, decision: OperatorDecision) -> int:
    """Apply a decision and return the record revision it applies to."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    seen = _seen(batch, decision)
    _DECISIONS[decision.kind](batch, _actor(session, context, decision.login), decision, seen)
    batch.flush()
    return seen.rev


def _seen(batch: Batch, decision: OperatorDecision) -> SeenRecord:
    """Return the revisions that the operator saw; an older review of a corrected record need not be named."""
    latest = reviews.revisions_of(batch, decision.record_id)
    review = batch.review_of(decision.record_id)
    is_decided = review is not None and count_of(review.data, "record_rev") == latest.rev
    unnamed = 0 if is_decided else latest.review_rev
    return SeenRecord(
        record_id=decision.record_id,
        rev=latest.rev if decision.rev is None else decision.rev,
        review_rev=unnamed if decision.review_rev is None else decision.review_rev,
    )


def _approve(batch: Batch, actor: Actor, _decision: OperatorDecision, seen: SeenRecord) -> None:
    reviews.approve(batch, actor, seen)


def _return(batch: Batch, actor: Actor, decision: OperatorDecision, seen: SeenRecord) -> None:
    pins = (Pin(decision.path, decision.comment),) if decision.comment else ()
    reviews.return_for_fix(batch, actor, seen, Remarks(decision.reason, pins))


def _void(batch: Batch, actor: Actor, decision: OperatorDecision, seen: SeenRecord) -> None:
    reviews.void(batch, actor, seen, decision.reason)


def _reopen(batch: Batch, actor: Actor, decision: OperatorDecision, seen: SeenRecord) -> None:
    reviews.reopen(batch, actor, seen, decision.reason)


def _take_back(batch: Batch, actor: Actor, _decision: OperatorDecision, seen: SeenRecord) -> None:
    reviews.take_back_return(batch, actor, seen)


def _actor(session: Session, context: OperationContext, login: str | None) -> Actor:
    if login is None:
        return context.actor
    return Actor("officer", officers.by_login_or_id(session, context.tenant_id, login).officer_id)


_DECISIONS: Mapping[str, Callable[[Batch, Actor, OperatorDecision, SeenRecord], None]] = {
    "approve": _approve,
    "return": _return,
    "void": _void,
    "reopen": _reopen,
    "take-back": _take_back,
}
DECISIONS = tuple(_DECISIONS)
