"""Decisions of the office on one record, read from the history of its review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from field178_server.records.history import RecordHistory, Revision
from field178_shared.records.review import PinnedRemark, ReviewRecord, ReviewState, is_decision


class DecisionKind(StrEnum):
    """Kind of a decision. `undone`: an approval was undone, and the decision before it is in force again."""

    RETURNED = ReviewState.RETURNED.value
    APPROVED = ReviewState.APPROVED.value
    VOID = ReviewState.VOID.value
    REOPENED = "reopened"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision. `rev`: of the review, `record_rev`: of the record; `user_id` None: the command line."""

    rev: int
    kind: DecisionKind
    record_rev: int
    reason: str
    comments: tuple[PinnedRemark, ...]
    user_id: str | None
    decided_at: datetime


def decisions_in(history: RecordHistory) -> tuple[Decision, ...]:
    """Return every decision in the history of a review, oldest first."""
    decisions: list[Decision] = []
    approval: Revision | None = None
    for revision in history.revisions:
        if not is_decision({step.path: step.after for step in revision.differences}):
            continue
        decision = _decision(revision, approval)
        decisions.append(decision)
        approval = revision if decision.kind is DecisionKind.APPROVED else None
    return tuple(decisions)


def standing_decision(decisions: tuple[Decision, ...]) -> Decision | None:
    """Return the decision in force; None if none was made or all were undone."""
    standing: list[Decision] = []
    for decision in decisions:
        if decision.kind is DecisionKind.UNDONE:
            standing.pop()
        else:
            standing.append(decision)
    return standing[-1] if standing else None


def _decision(revision: Revision, approval: Revision | None) -> Decision:
    before, after = ReviewRecord.from_data(revision.before), ReviewRecord.from_data(revision.data)
    is_undo = approval is not None and _takes_back(revision, approval)
    earlier_keys = {comment.key for comment in before.comments}
    return Decision(
        rev=revision.rev,
        kind=DecisionKind.UNDONE if is_undo else _kind(before, after),
        record_rev=(before if is_undo else after).record_rev,
        reason="" if is_undo else after.reason,
        comments=()
        if is_undo
        else tuple(comment for comment in after.comments if comment.key not in earlier_keys),
        user_id=revision.user_id,
        decided_at=revision.received_at,
    )


def _takes_back(revision: Revision, approval: Revision) -> bool:
    """Return whether a revision restores what an approval by the same officer replaced."""
    restored = revision.is_deletion or revision.data == approval.before
    return restored and revision.user_id == approval.user_id


def _kind(before: ReviewRecord, after: ReviewRecord) -> DecisionKind:
    if after.state == DecisionKind.RETURNED and before.state in (DecisionKind.APPROVED, DecisionKind.VOID):
        return DecisionKind.REOPENED
    return DecisionKind(after.state)
