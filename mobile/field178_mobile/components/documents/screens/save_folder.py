"""Page that chooses the folder for saved papers; the lock closes it with the other pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.documents.save_folder import SUGGESTED, SaveFolder, SaveFolderState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.presentation.wording import Wording
from field178_shared.codelists import load

_REQUIRED = (chips.ChipLine,)


class SaveFolderPage(kit.FullPage):
    """One folder at a time. SaveFolderPage(places, folder, chosen).open(); begins at `folder`."""

    def __init__(
        self, places: Sequence[Path], folder: Path, chosen: Callable[[Path], None], **kwargs: object
    ) -> None:
        super().__init__(title=_("Folder for saved papers"), **kwargs)
        self._chosen = chosen
        self.body = SaveFolderBody()
        self.add_widget(self.body)
        words = Wording(load(), language.code, language)
        self.body.presenter = SaveFolder(places, words, self._show, self._take)
        self.body.presenter.start(folder)

    def _show(self, state: SaveFolderState) -> None:
        self.sub = state.path
        self.body.show(state)

    def _take(self, folder: Path) -> None:
        self.dismiss()
        self._chosen(folder)


class SaveFolderBody(kit.Panel):
    """Places, folders, and the buttons. show(state); presenter."""

    presenter = ObjectProperty(None, allownone=True)
    free_space = StringProperty("")
    problem = StringProperty("")
    make = StringProperty("")
    can_go_up = BooleanProperty(False)
    can_make = BooleanProperty(False)
    can_take = BooleanProperty(False)
    is_empty = BooleanProperty(False)

    def show(self, state: SaveFolderState) -> None:
        """Draw a folder from its top."""
        self.free_space, self.problem = state.free_space, state.problem
        self.can_go_up, self.can_make, self.can_take = state.can_go_up, state.can_make, state.can_take
        self.make = _("Make a folder “{name}”").format(name=_(SUGGESTED)) if state.can_make else ""
        self.is_empty = not state.folders
        self.ids.places.show(state.places)
        self.ids.folders.show(
            [
                kit.Row(folder.id, folder.label, _("Folder"), icon="archive-outline")
                for folder in state.folders
            ]
        )
        self.ids.folders.scroll_y = 1


load_beside(__file__)
