"""Grid of the photos of a record: picture, evidence kind, upload state."""

from __future__ import annotations

from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from field178_mobile.components.photos.photo_gallery import GalleryState
from field178_mobile.components.photos.photo_tiles import PhotoTile
from field178_mobile.components.photos.screens import photo_notice
from field178_mobile.components.photos.screens.photo_flow import add_photo, open_photo
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat

NARROWEST_TILE, FEWEST = 176, 2
_REQUIRED = (photo_notice,)


class PhotoCard(kit.Press):
    """One photo. show(tile); event on_release."""

    key = StringProperty("")
    title = StringProperty("")
    item = StringProperty("")
    word = StringProperty("")
    tone = StringProperty("muted")
    icon = StringProperty("")
    placeholder = StringProperty("")
    part = NumericProperty(0)
    bitmap = ObjectProperty(None, allownone=True)

    def show(self, tile: PhotoTile) -> None:
        """Draw the photo; a restricted page shows a lock in its place."""
        self.key, self.title, self.item = tile.key, tile.title, tile.item
        self.word, self.tone, self.icon = tile.word, tile.tone, tile.icon
        self.bitmap, self.part = tile.picture, tile.part
        self.placeholder = "lock-outline" if tile.is_restricted else "" if tile.picture else "image-outline"


class PhotoGrid(kit.Column):
    """Grid of photos. show(state) draws them; gallery (their presenter). If empty, it explains photos."""

    gallery = ObjectProperty(None)
    summary = StringProperty("")
    problem = StringProperty("")
    undo = StringProperty("")
    empty = StringProperty("")
    can_add = BooleanProperty(False)
    tile_width = NumericProperty(dp(NARROWEST_TILE))

    def on_kv_post(self, _base: object) -> None:
        """Bind the tiles to the state, after the kv rule was applied."""
        self._tiles: Repeat[PhotoTile] = Repeat(self.ids.tiles, self._make)
        self._optional, self._head = Optional(self), Optional(self.ids.head)
        self.ids.tiles.fbind("width", self._fit)

    def show(self, state: GalleryState) -> None:
        """Draw the photos."""
        self.summary, self.problem, self.undo = state.summary, state.problem, state.undo
        self.can_add = state.can_add
        self._tiles.show(state.tiles)
        ids = self.ids
        for widget, is_shown in (
            (ids.problem, bool(state.problem)),
            (ids.undo, bool(state.undo)),
            (ids.tiles, bool(state.tiles)),
        ):
            self._optional.show(widget, is_shown)
        self._head.show(ids.add, not state.is_locked)

    def add(self) -> None:
        """Add a photo."""
        add_photo(self.gallery)

    def _make(self) -> PhotoCard:
        card = PhotoCard(size_hint=(None, None), width=self.tile_width)
        self.fbind("tile_width", card.setter("width"))
        card.bind(on_release=lambda card: open_photo(self.gallery, card.key))
        return card

    def _fit(self, flow: kit.Flow, width: float) -> None:
        gap = flow.spacing[0]
        columns = max(FEWEST, int((width + gap) // (dp(NARROWEST_TILE) + gap)))
        self.tile_width = (width - gap * (columns - 1)) / columns - 0.5


load_beside(__file__)
