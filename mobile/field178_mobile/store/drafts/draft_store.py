"""The drafts of this tablet, saved by every tap."""

from __future__ import annotations

from collections.abc import Iterable

from field178_mobile.store.drafts.rows import all_drafts, delete_draft, get_draft, save_draft
from field178_mobile.store.model import Draft
from field178_mobile.store.photos.photo_store import PhotoStore
from field178_mobile.store.replication.erasure import named_in, refuse_erased
from field178_mobile.store.session import DraftAccess, Unlocked
from field178_shared.record_type import RecordType


class DraftStore:
    """The drafts of this tablet: a save that returned survives a power cut."""

    def __init__(self, store: DraftAccess, photos: PhotoStore) -> None:
        self._store = store
        self._photos = photos

    def save(self, draft: Draft) -> None:
        """Write a draft whole; AppError(purged) when the office has removed the record for good since."""

        def work(unlocked: Unlocked) -> str:
            # Every tap in a form saves: only an answer is about a second record.
            named = named_in(draft) if draft.type == RecordType.COMMENT_ANSWER else (draft.record_id,)
            refuse_erased(unlocked.context, named)
            with unlocked.context.transaction("draft"):
                save_draft(unlocked.context, draft)
            return draft.record_id

        self._store.write_draft(work)

    def get(self, draft_id: str) -> Draft | None:
        """Return one draft, None if it does not exist."""
        return self._store.read(lambda context: get_draft(context, draft_id))

    def all(self) -> list[Draft]:
        """Return every draft, the latest saved first."""
        return self._store.read(all_drafts)

    def discard(self, draft_id: str) -> None:
        """Delete a draft; only at the user's request."""

        def work(unlocked: Unlocked) -> Iterable[str]:
            draft = get_draft(unlocked.context, draft_id)
            with unlocked.context.transaction("draft"):
                delete_draft(unlocked.context, draft_id)
            return () if draft is None else (draft.record_id,)

        draft = self.get(draft_id)
        self._store.write(work)
        if draft is not None:
            self._photos.forget_unfiled(draft.record_id)
