"""Choosing a picture from the folders of a computer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.presenters.photo_folder import FileRow, FolderState, PhotoFolder
from field178_mobile.presenters.wording import Option, Wording
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.language import language
from field178_mobile.ui.language import language as _
from field178_mobile.ui.screens import chips
from field178_shared.codelists import load

_REQUIRED = (chips.ChipLine,)


class PhotoPicker(kit.FullPage):
    """One folder at a time; `chosen` is called with a picture's file once one is tapped."""

    more = StringProperty("")
    empty = StringProperty("")
    can_go_up = BooleanProperty(False)

    def __init__(self, folders: Sequence[Path], chosen: Callable[[Path], None], **kwargs: object) -> None:
        super().__init__(title=_("Choose a picture"), **kwargs)
        self._chosen = chosen
        words = Wording(load(), language.code, language)
        self._page = PickerPage(picker=self)
        self.add_widget(self._page)
        self._folder = PhotoFolder(folders, words, self._show, self._take)
        self._folder.show()

    def choose(self, path: str) -> None:
        """Go into a folder or take a picture."""
        self._folder.open(path)

    def go_up(self) -> None:
        """Go to the folder above."""
        self._folder.go_up()

    def _show(self, state: FolderState) -> None:
        self.sub = state.title
        self.can_go_up, self.more, self.empty = state.can_go_up, state.more, state.empty
        ids = self._page.ids
        places = [Option(place.path, place.title, place.title == state.title) for place in state.places]
        ids.places.show(places)
        ids.rows.show([_row(row) for row in state.rows])
        ids.rows.scroll_y = 1

    def _take(self, path: Path) -> None:
        self.dismiss()
        self._chosen(path)


def _row(row: FileRow) -> kit.Row:
    icon, tone = ("archive-outline", "plain") if row.is_folder else ("image-outline", "primary")
    return kit.Row(key=row.path, title=row.title, sub=row.sub or _("Folder"), icon=icon, tone=tone)


class PickerPage(kit.Panel):
    """What the picker shows; picker decides."""

    picker = ObjectProperty(None)


load_beside(__file__)
