"""A second memory of what the tablet acknowledged: every draft kept, every record filed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from field178_mobile.store import Draft, MergedRecord, Store
from field178_shared.wire.canonical import canonical


class ShadowLog:
    """Writes down what a store has said is durable. It outlives every store it followed."""

    def __init__(self) -> None:
        self.drafts: dict[str, bytes] = {}
        self.filed: dict[str, bytes] = {}
        self.discarded = 0
        self.acknowledged = 0

    def follow(self, store: Store) -> None:
        """Write down what this store acknowledges from here on."""
        shelf = store.drafts
        shelf.save = self._after(shelf.save, self._saved)  # type: ignore[method-assign]
        shelf.discard = self._after(shelf.discard, self._threw_away)  # type: ignore[method-assign]
        store.file = self._after(store.file, self._filed)  # type: ignore[method-assign]

    def compare(self, store: Store) -> None:
        """Fail when the store lacks anything that was acknowledged, or holds another word of it."""
        kept = {draft.id: canonical(draft.data) for draft in store.drafts.all()}
        lost = [key for key, data in self.drafts.items() if kept.get(key) != data]
        assert not lost, f"drafts lost or not as acknowledged: {lost}"
        assert not kept.keys() - self.drafts.keys(), "a draft that was filed or discarded is back"
        for record_id, data in self.filed.items():
            view = store.view(record_id)
            assert view is not None, f"filed and gone: {record_id}"
            assert canonical(view.data) == data, f"not as filed: {record_id}"

    def _after(self, act: Callable[..., object], note: Callable[..., None]) -> Callable[..., object]:
        def acted(*arguments: object) -> object:
            result = act(*arguments)
            note(*arguments)
            self.acknowledged += 1
            return result

        return acted

    def _saved(self, draft: Draft) -> None:
        self.drafts[draft.id] = canonical(draft.data)

    def _threw_away(self, draft_id: str) -> None:
        if self.drafts.pop(draft_id, None) is not None:
            self.discarded += 1

    def _filed(
        self, draft: Draft, _user: str, extra: Sequence[Draft] = (), gone: Sequence[MergedRecord] = ()
    ) -> None:
        for filed_draft in (draft, *extra):
            self.drafts.pop(filed_draft.id, None)
            self.filed[filed_draft.record_id] = canonical(filed_draft.data)
        for view in gone:
            self.filed.pop(view.id, None)
