"""The media post that is open in its form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from field178_mobile.components.forms.entry_form import FactForm, OpenEntry
from field178_mobile.features.media.post_state import PostScene, PostState, post_state
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Store
from field178_shared.codelists.places import MediaOutlet
from field178_shared.ids import IdSource
from field178_shared.record_type import RecordType
from field178_shared.records.reading import ids_of
from field178_shared.time.clock import Clock


def new_post(outlet: MediaOutlet, today: date) -> Data:
    """Return the data of a new post of an outlet with today's date."""
    return {"outlet_id": outlet.id, "unit_id": outlet.unit_id, "published_on": today.isoformat()}


class PostForm(FactForm):
    """Works on one draft of a media post."""

    def __init__(
        self,
        store: Store,
        around: tuple[Clock, IdSource, Wording],
        opened: OpenEntry,
        render: Callable[[PostState], None],
        closed: Callable[[], None],
    ) -> None:
        super().__init__(store, around, opened, closed)
        self._render = render

    def choose_genre(self, genre_id: str) -> None:
        """Set the genre of the post."""
        self._change({"genre_id": genre_id}, self._words.field(RecordType.MEDIA_POST, "genre_id"))

    def toggle_topic(self, topic_id: str) -> None:
        """Add or remove a topic; the list of topics is replaced as a whole."""
        chosen = ids_of(self.data, "topic_ids")
        kept = [topic for topic in chosen if topic != topic_id]
        topics = kept if topic_id in chosen else [*chosen, topic_id]
        self._change({"topic_ids": topics or None}, self._words.field(RecordType.MEDIA_POST, "topic_ids"))

    def _draw(self) -> None:
        opened = self._opened
        scene = PostScene(self.data, self._words, self._word, opened.is_new, self._pins(), opened.returned)
        self._render(post_state(scene, self._checked, self._feedback, self._focus))
