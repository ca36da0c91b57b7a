"""Media posts of this tablet: the log, and the form of the open post."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.components.forms.record_drafts import RecordDrafts
from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.features.media.media_log import MediaLog, MediaLogState
from field178_mobile.features.media.post_form import PostForm, new_post
from field178_mobile.features.media.post_state import PostState
from field178_mobile.store import Draft
from field178_mobile.store.store import UNIT_SCOPE
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.time.clock import local_date


class MediaPosts:
    """Opens the form of media posts."""

    def __init__(
        self,
        services: RecordServices,
        render_log: Callable[[MediaLogState], None],
        render_post: Callable[[PostState | None], None],
    ) -> None:
        self._services = services
        self._drafts = RecordDrafts(services, RecordType.MEDIA_POST)
        self._render = render_post
        self.log = MediaLog(services.store, services.clock, services.words, render_log)
        self.form: PostForm | None = None

    @property
    def open_records(self) -> frozenset[str]:
        """The id of the open record, if any."""
        return frozenset() if self.form is None else frozenset({self.form.record_id})

    def begin(self, outlet_id: str) -> None:
        """Open the draft of an outlet's media post, or begin a new one with today's date."""
        begun = (draft for draft in self._drafts.begun() if text_of(draft.data, "outlet_id") == outlet_id)
        draft = next((candidate for candidate in begun if candidate.seen is None), None)
        if draft is None:
            outlet = self._services.words.lists.media_outlets[outlet_id]
            data = new_post(outlet, local_date(self._services.clock.now()))
            title = outlet.label(self._services.words.language)
            draft = self._drafts.new(f"{UNIT_SCOPE}{outlet.unit_id}", data, title)
        self._open(draft)

    def open(self, record_id: str, focus_path: str = "") -> bool:
        """Open a post by its draft, or to correct it; False when neither is here."""
        draft = self._drafts.draft_of(record_id)
        if draft is not None:
            self._open(draft, focus_path)
        return draft is not None

    def discard(self) -> None:
        """Delete the open draft; filed records stay."""
        if self.form is not None:
            self._services.store.drafts.discard(self.form.draft_id)
            self.close()

    def close(self) -> None:
        """Close the form; its draft stays as it is."""
        if self.form is not None:
            self.form = None
            self._render(None)
            self.log.show()

    def _open(self, draft: Draft, focus_path: str = "") -> None:
        services = self._services
        opened = self._drafts.opened(draft, services.store.views(RecordType.MEDIA_POST))
        around = (services.clock, services.ids, services.words)
        self.form = PostForm(services.store, around, opened, self._render, self.close)
        self.form.show(focus_path)
