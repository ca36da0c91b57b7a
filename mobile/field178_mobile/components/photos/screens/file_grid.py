"""The files of a folder as a grid of small pictures: only those on the screen are drawn, and made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.recycleview import RecycleView
from kivy.uix.recycleview.views import RecycleDataViewBehavior

from field178_mobile.components.photos.photo_folder import FileRow
from field178_mobile.components.photos.thumbnails import Thumbnails
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.scroll import PromptScroll

__all__ = ["FileCard", "FileGrid"]
NARROWEST_CARD, FEWEST = 190, 2
_REQUIRED = (kit.Picture,)


class FileCard(RecycleDataViewBehavior, kit.Press):
    """Card of a folder or picture: path; title; sub (time and size, or that it cannot be read)."""

    path = StringProperty("")
    title = StringProperty("")
    sub = StringProperty("")
    is_folder = BooleanProperty(False)
    is_broken = BooleanProperty(False)
    bitmap = ObjectProperty(None, allownone=True)

    def refresh_view_attrs(self, grid: FileGrid, index: int, data: Mapping[str, object]) -> None:
        """Show another file when the card is recycled."""
        super().refresh_view_attrs(grid, index, data)
        self.draw(grid)

    def draw(self, grid: FileGrid) -> None:
        """Show the thumbnail, or nothing while it is being made."""
        made = None if self.is_folder else grid.thumbnails.of(self.path)
        self.bitmap = made.bitmap if made else None
        self.is_broken = made is not None and made.bitmap is None

    def on_release(self) -> None:
        """Dispatch the choice to the grid."""
        grid = self.parent.recycleview if self.parent is not None else None
        if grid is not None:
            grid.dispatch("on_choose", self.path)


@dispatches("on_choose")
class FileGrid(PromptScroll, RecycleView):
    """Grid of files. take(thumbnails) once; show(rows) draws a folder from its top. Event on_choose(path)."""

    columns = NumericProperty(FEWEST)
    thumbnails: Thumbnails

    def take(self, thumbnails: Thumbnails) -> None:
        """Draw the pictures that these make."""
        self.thumbnails = thumbnails
        thumbnails.made = self.draw

    def show(self, rows: Sequence[FileRow]) -> None:
        """Draw another folder."""
        self.data = [_data(row) for row in rows]
        self.scroll_y = 1

    def on_width(self, _widget: object, width: float) -> None:
        """Set the number of columns, with cards wide enough for a thumb."""
        self.columns = max(FEWEST, int(width // dp(NARROWEST_CARD)))

    def draw(self, path: str = "") -> None:
        """Redraw the picture of a file, or all visible pictures."""
        for card in self.layout_manager.children:
            if path in ("", card.path):
                card.draw(self)


def _data(row: FileRow) -> Mapping[str, object]:
    return {
        "path": row.path,
        "title": row.title,
        "sub": _("Folder") if row.is_folder else row.sub,
        "is_folder": row.is_folder,
    }


load_beside(__file__)
