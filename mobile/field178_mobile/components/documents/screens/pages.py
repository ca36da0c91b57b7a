"""The pages of a paper on the screen, below each other."""

from __future__ import annotations

from collections.abc import Sequence

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.pictures.picture import Picture
from field178_mobile.presentation.bitmap import Bitmap


class PagePicture(Picture):
    """One page, as wide as the pane."""


class PagesPage(kit.FullPage):
    """A page over the window with the pages of a paper. show(pages) opens it."""

    def show(self, pages: Sequence[Bitmap]) -> None:
        """Draw the pages, the first in sight."""
        pane = PagesPane()
        for page in pages:
            pane.add_widget(PagePicture(bitmap=page))
        self.add_widget(pane)
        self.open()


class PagesPane(kit.ScrollPane):
    """The pages in a column."""


load_beside(__file__)
