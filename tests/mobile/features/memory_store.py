"""A store of dictionaries with the surface the presenters use; saves are counted, filings kept."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection
from dataclasses import replace

from field178_mobile.store.model import (
    Draft,
    EstablishmentListing,
    InboxItem,
    InboxKind,
    MergedRecord,
    ReviewerComment,
    ShownState,
    StateWord,
)
from field178_mobile.store.photos.photo_store import NO_FILES, ServerFileCount
from field178_mobile.store.replica.listings import establishment_listing
from field178_shared.errors import AppError
from field178_shared.records.comment_threads import CommentThread
from field178_shared.records.review import PinnedRemark


class MemoryDrafts:
    def __init__(self) -> None:
        self.stored: dict[str, Draft] = {}
        self.saves = 0

    def save(self, draft: Draft) -> None:
        self.saves += 1
        self.stored[draft.id] = replace(draft, data=copy.deepcopy(draft.data))

    def get(self, draft_id: str) -> Draft | None:
        return self.stored.get(draft_id)

    def all(self) -> list[Draft]:
        return list(self.stored.values())

    def discard(self, draft_id: str) -> None:
        self.stored.pop(draft_id, None)


class MemorySettings:
    def __init__(self) -> None:
        self.stored: dict[str, object] = {}

    def get(self, key: str) -> object:
        return self.stored.get(key)

    def put(self, key: str, value: object) -> None:
        self.stored[key] = copy.deepcopy(value)


class MemoryPhotos:
    """Names of photos without bytes: what is up is what a test says."""

    def __init__(self) -> None:
        self.counts: dict[str, ServerFileCount] = {}

    def of(self, record_id: str) -> list[object]:
        return []

    def has_free_space(self) -> bool:
        return True

    def settle(self, record_id: str = "") -> None:
        """Match no photo: each has its record."""

    def count_of(self, record_id: str) -> ServerFileCount:
        return self.counts.get(record_id, NO_FILES)


class MemoryStore:
    def __init__(self) -> None:
        self.clock_is_off_by_ms = 0
        self.photos = MemoryPhotos()
        self.drafts = MemoryDrafts()
        self.settings = MemorySettings()
        self.records: dict[str, MergedRecord] = {}
        self.words: dict[str, StateWord] = {}
        self.returns: list[InboxItem] = []
        self.threads: dict[str, tuple[CommentThread, ...]] = {}
        self.filed: list[tuple[Draft, str, tuple[object, ...]]] = []
        self.refuses: AppError | None = None
        self.subscribers: list[Callable[[object], None]] = []

    def clock_offset_ms(self) -> int:
        return self.clock_is_off_by_ms

    def put(
        self, record_id: str, record_type: str, scope: str, data: dict[str, object], rev: int = 1
    ) -> None:
        self.records[record_id] = MergedRecord(record_id, record_type, scope, rev, data, False, False)

    def give_back(self, record_id: str, path: str, text: str) -> None:
        self.words[record_id] = StateWord.RETURNED
        key = f"c{len(self.threads.get(record_id, ()))}"
        remark = PinnedRemark(
            key=key, path=path, text=text, user="reviewer", at=None, done_rev=None, thread=key
        )
        self.threads[record_id] = (*self.threads.get(record_id, ()), CommentThread((remark,)))
        comment = ReviewerComment(path, text, "reviewer", None)
        self.returns.append(InboxItem(InboxKind.RETURNED, record_id, "inspection", "", "fix", (comment,)))

    def view(self, record_id: str) -> MergedRecord | None:
        return self.records.get(record_id)

    def views(self, record_type: str, scope: str | None = None) -> list[MergedRecord]:
        return [
            view for view in self.records.values() if view.type == record_type and scope in (None, view.scope)
        ]

    def shown_state(self, record_id: str) -> ShownState:
        return ShownState(self.words.get(record_id, StateWord.RECEIVED))

    def shown_states(self, record_ids: Collection[str]) -> dict[str, ShownState]:
        return {record_id: self.shown_state(record_id) for record_id in record_ids}

    def own_states(self, record_type: str) -> dict[str, ShownState]:
        return {view.id: self.shown_state(view.id) for view in self.views(record_type)}

    def visits_to(self, establishment_id: str) -> list[MergedRecord]:
        visits = self.views("inspection")
        return [view for view in visits if view.data.get("establishment_id") == establishment_id]

    def comment_threads(self, record_id: str) -> tuple[CommentThread, ...]:
        return self.threads.get(record_id, ())

    def inbox(self) -> list[InboxItem]:
        return list(self.returns)

    def establishments(self) -> list[EstablishmentListing]:
        return [establishment_listing(view.id, view.data) for view in self.views("establishment")]

    def file(self, draft: Draft, user: str, extra: tuple[object, ...] = ()) -> str:
        if self.refuses is not None:
            raise self.refuses
        self.filed.append((draft, user, extra))
        self.put(draft.record_id, draft.type, draft.scope, dict(draft.data), draft.base_rev + 1)
        self.words[draft.record_id] = StateWord.UNSENT
        self.drafts.discard(draft.id)
        return f"change-{len(self.filed)}"

    def subscribe(self, callback: Callable[[object], None]) -> None:
        self.subscribers.append(callback)
