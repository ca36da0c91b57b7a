"""Choosing a picture from the folders of a computer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.photos.photo_folder import FolderState, PhotoFolder
from field178_mobile.components.photos.screens import file_grid
from field178_mobile.components.photos.thumbnails import Thumbnails
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.presentation.background import Background
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.codelists import load

_REQUIRED = (chips.ChipLine, file_grid.FileGrid)


class PhotoPicker(kit.FullPage):
    """Page of a folder; `chosen` is called with the file of a tapped picture.

    Opened again, it shows the last folder.
    """

    more = StringProperty("")
    empty = StringProperty("")
    can_go_up = BooleanProperty(False)

    def __init__(
        self,
        folders: Sequence[Path],
        background: Background,
        chosen: Callable[[Path], None],
        **kwargs: object,
    ) -> None:
        super().__init__(title=_("Choose a picture"), **kwargs)
        self._chosen = chosen
        self._thumbnails = Thumbnails(background)
        words = Wording(load(), language.code, language)
        self._page = PickerPage(picker=self)
        self._page.ids.files.take(self._thumbnails)
        self.add_widget(self._page)
        self._folder = PhotoFolder(folders, background, words, self._show, self._take)
        self._folder.show()

    def open(self, *_args: object, **_kwargs: object) -> None:
        """Open the page; thumbnails missing since its last closing are made now."""
        super().open()
        self._page.ids.files.draw()

    def choose(self, path: str) -> None:
        """Open a folder or choose a picture."""
        self._folder.open(path)

    def go_up(self) -> None:
        """Go to the folder above."""
        self._folder.go_up()

    def on_dismiss(self) -> None:
        """Make no more thumbnails: the next use of the processor is the photo's."""
        self._thumbnails.clear()

    def _show(self, state: FolderState) -> None:
        self.sub = state.title
        self.can_go_up, self.more, self.empty = state.can_go_up, state.more, state.empty
        places = [Option(place.path, place.title, place.title == state.title) for place in state.places]
        self._page.ids.places.show(places)
        self._page.ids.files.show(state.rows)

    def _take(self, path: Path) -> None:
        self.dismiss()
        self._chosen(path)


class PickerPage(kit.Panel):
    """Page of the picker; `picker` handles its events."""

    picker = ObjectProperty(None)


load_beside(__file__)
