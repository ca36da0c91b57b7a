"""The Photos tab of a visit."""

from __future__ import annotations

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.components.photos.screens import photo_grid
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (comment_note.CommentNote, photo_grid.PhotoGrid)


class PhotosPane(BoxLayout):
    """The photos of the visit. show(state); visit (the presenter)."""

    visit = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional = Optional(self.ids.scroll.column)

    def show(self, state: InspectionState) -> None:
        """Draw the photos."""
        self.ids.comment.text = state.photos_comment
        self._optional.show(self.ids.comment, bool(state.photos_comment))
        self._optional.show(self.ids.nothing, not (state.photos.tiles or state.photos.undo))
        self._optional.show(self.ids.grid_card, bool(state.photos.tiles or state.photos.undo))
        self.ids.grid.show(state.photos)
        self.ids.first.disabled = not state.photos.can_add
        self.ids.first.reason = state.photos.problem
        self.ids.refused.text = state.photos.problem


load_beside(__file__)
