"""The one word a record shows, computed from draft, receipts and review each time, stored nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from field178_mobile.store.lookups import Conflict, Review
from field178_mobile.store.model import Word
from field178_mobile.store.outbox import OwnChange

_REVIEWED = {"returned": Word.RETURNED, "approved": Word.APPROVED, "void": Word.VOID}


def word_of(*, has_draft: bool, base_rev: int, own: Sequence[OwnChange], review: Review | None) -> Word:
    """Return the word: "received" only ever from a stored receipt or a record the server sent.

    `base_rev` is 0 for a record the server never sent.
    """
    if has_draft:
        return Word.DRAFT
    if any(change.is_pending and change.replaced_by is None for change in own):
        return Word.UNSENT
    if base_rev == 0 and not own:
        return Word.DRAFT
    if review is None:
        return Word.RECEIVED
    return _reviewed(review, base_rev, own)


def attention_of(refused: str | None, conflicts: Sequence[Conflict]) -> str | None:
    """Return the code of what somebody must look at: a refusal first, then a conflict."""
    if refused is not None or not conflicts:
        return refused
    reasons = [value.reason for conflict in conflicts for value in conflict.disagreements if value.reason]
    return reasons[-1] if reasons else "changed"


def is_returned(review: Review, base_rev: int, own: Sequence[OwnChange]) -> bool:
    """Tell whether a returned record still waits for its mending: nothing was filed since."""
    if review.state != "returned" or any(change.is_pending for change in own):
        return False
    return _rev(base_rev, own) <= review.record_rev


def _reviewed(review: Review, base_rev: int, own: Sequence[OwnChange]) -> Word:
    word = _REVIEWED.get(review.state, Word.RECEIVED)
    if word is Word.RETURNED and _rev(base_rev, own) > review.record_rev:
        # Mended and received: it waits for the office again.
        return Word.RECEIVED
    return word


def _rev(base_rev: int, own: Sequence[OwnChange]) -> int:
    return max([base_rev, *(change.rev for change in own)])
