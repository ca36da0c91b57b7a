"""Drafts and records of one type on this tablet, and the inputs of the form of an entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from field178_mobile.components.forms.entry_form import OpenEntry
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.presentation.draft_session import Data, superseding
from field178_mobile.store import Draft, InboxKind, MergedRecord, Store
from field178_shared.errors import message
from field178_shared.rules.commune import fact_of


@dataclass(frozen=True, slots=True)
class RecordDrafts:
    """Drafts of one type of record on this tablet: stored, new, or of a correction."""

    services: RecordServices
    type: str

    def begun(self) -> list[Draft]:
        """Return the drafts, the latest saved first."""
        return [draft for draft in self.services.store.drafts.all() if draft.type == self.type]

    def new(self, scope: str, data: Data, title: str = "") -> Draft:
        """Return the draft of a new record; it is stored at its first change."""
        services = self.services
        return Draft(
            id=services.ids.time_ordered(),
            type=self.type,
            record_id=services.ids.time_ordered(),
            scope=scope,
            data=dict(data),
            seen=None,
            base_rev=0,
            user=services.user,
            saved_at=services.clock.now(),
            title=title,
        )

    def stored(self, record_id: str) -> Draft | None:
        """Return the stored draft of a record, or None."""
        return next((draft for draft in self.begun() if draft.record_id == record_id), None)

    def draft_of(self, record_id: str) -> Draft | None:
        """Return the stored draft of a record, or a correcting draft; None if neither is on the tablet."""
        draft = self.stored(record_id)
        view = self.services.store.view(record_id)
        if draft is not None or view is None or view.type != self.type or view.deleted:
            return draft
        return self.correcting(view)

    def correcting(self, view: MergedRecord) -> Draft:
        """Return the draft that corrects a filed record."""
        services = self.services
        return superseding(view, services.ids.time_ordered(), services.user, services.clock.now())

    def opened(
        self, draft: Draft, others: Iterable[MergedRecord], known_names: tuple[str, ...] = ()
    ) -> OpenEntry:
        """Return the inputs of the form of a draft; `others`: entries that may state the same fact."""
        services, store = self.services, self.services.store
        is_known = draft.seen is not None or store.drafts.get(draft.id) is not None
        return OpenEntry(
            draft=draft,
            user=services.user,
            facts=frozenset(
                fact_of(self.type, record.data) for record in others if record.id != draft.record_id
            ),
            word=store.shown_state(draft.record_id).word if is_known else "",
            marked=refused_fields(store, draft.record_id, services.words.language),
            known_names=known_names,
            returned=self._returned(draft.record_id),
        )

    def _returned(self, record_id: str) -> tuple[str, ...]:
        """Return the office's reasons for returning an entry that was not corrected since."""
        inbox = self.services.store.inbox()
        returned = (item for item in inbox if item.kind is InboxKind.RETURNED)
        item = next((item for item in returned if item.record_id == record_id), None)
        if item is None:
            return ()
        words = self.services.words
        lines = (
            f"{words.field(self.type, comment.path)}: {comment.text}" if comment.path else comment.text
            for comment in item.comments
            if comment.is_open
        )
        return tuple(line for line in (item.reason, *lines) if line)


def refused_fields(store: Store, record_id: str, language: str) -> dict[str, str]:
    """Return messages for the fields of a record whose values the server refused, by path."""
    return {
        path: " ".join(message(code, language) for code in codes.split(","))
        for item in store.inbox()
        if item.kind is InboxKind.QUARANTINED and item.record_id == record_id
        for path, codes in item.details
    }
