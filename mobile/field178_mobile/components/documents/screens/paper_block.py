"""Block of one paper of a record: making it, its state and its actions."""

from __future__ import annotations

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from field178_mobile.components.documents.paper_state import PaperState
from field178_mobile.components.documents.screens.pages import PagesPage
from field178_mobile.components.documents.screens.save_folder import SaveFolderPage
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.scroll_into_sight import bring_into_sight
from field178_mobile.kit.widgets.optional import Optional


class PaperBlock(kit.Column):
    """Block of a paper. title; make (button text); has_button; presenter; show(state, …).

    reason: why it cannot be made; old: text for a paper whose record has changed since.
    """

    title = StringProperty("")
    make = StringProperty("")
    old = StringProperty("")
    has_button = BooleanProperty(True)
    presenter = ObjectProperty(None, allownone=True)
    paper = StringProperty("")
    made = StringProperty("")
    hash = StringProperty("")
    message = StringProperty("")
    error = StringProperty("")
    share = NumericProperty(0)
    can_make = BooleanProperty(False)
    reason = StringProperty("")
    asks_system = BooleanProperty(False)

    def look(self) -> None:
        """Show the pages of the paper here."""
        self.presenter.output.look(self.paper, PagesPage(title=self.title, sub=self.made).show)

    def on_message(self, _block: object, text: str) -> None:
        """Scroll the message about the last action into sight: the buttons may be at the edge of the view."""
        if text:
            Clock.schedule_once(lambda _dt: bring_into_sight(self.ids.message), 0)

    def on_error(self, _block: object, text: str) -> None:
        """Scroll the error into sight."""
        if text:
            Clock.schedule_once(lambda _dt: bring_into_sight(self.ids.error), 0)

    def on_kv_post(self, _base: object) -> None:
        """Collect the lines, which exist only after the rule was applied."""
        self._lines = Optional(self)

    def show(self, state: PaperState, *, asks_system: bool) -> None:
        """Draw the state; `asks_system`: saving is the system's own sheet."""
        self.paper, self.made, self.hash = state.kind, state.made, state.hash
        self.message, self.error = state.message, state.error
        self.share, self.can_make, self.asks_system = state.share, state.can_make, asks_system
        is_there = bool(state.made) and not state.is_making
        for name, is_shown in (
            ("writing", state.is_making),
            ("file", is_there),
            ("old_words", is_there and state.is_old),
            ("actions", is_there),
            ("button", self.has_button and (not is_there or state.is_old)),
            ("message", bool(state.message)),
            ("error", bool(state.error)),
        ):
            self._lines.show(self.ids[name], is_shown)


class FolderBlock(kit.Column):
    """The folder that papers are saved to. folder; output (of the papers)."""

    folder = StringProperty("")
    output = ObjectProperty(None, allownone=True)

    def choose(self) -> None:
        """Choose another folder."""
        folder = self.output.folder()
        if folder is not None:
            SaveFolderPage(self.output.places() or (folder,), folder, self.output.choose_folder).open()


load_beside(__file__)
