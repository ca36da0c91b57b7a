"""Effect of the office's review on an open record: read-only, or a late edit."""

from __future__ import annotations

from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Store
from field178_shared.ids import review_id
from field178_shared.records.reading import text_of
from field178_shared.records.review import ReviewState

CLOSED: frozenset[str] = frozenset({ReviewState.APPROVED, ReviewState.VOID})


def is_late(store: Store, draft: Draft) -> bool:
    """Return whether a stored draft changes a record that the office has closed meanwhile."""
    if draft.seen is None or store.drafts.get(draft.id) is None:
        return False
    review = store.view(review_id(draft.record_id))
    return review is not None and text_of(review.data, "state") in CLOSED


def review_notice(word: str, late: bool, words: Wording, is_to_read: bool = False) -> str:
    """Return the notice about a closed or read-only record, or about a late draft."""
    if late:
        return words.translate(
            "The office has closed this record meanwhile. What you complete goes to the office as a late "
            "edit; the reviewed values stay until the office decides."
        )
    if word == ReviewState.APPROVED:
        return words.translate(
            "Approved: to read only. If something is wrong, ask the office to open it again."
        )
    if word in CLOSED:
        return words.translate("Void: to read only, it counts in no report.")
    return words.translate("Looking at a filed visit: nothing changes by a tap.") if is_to_read else ""
