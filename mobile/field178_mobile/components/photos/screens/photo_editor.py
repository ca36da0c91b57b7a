"""Photo editor page: pixelate faces and documents, choose the evidence kind, save."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.photos.photo_editor import EditorState, PhotoEditor
from field178_mobile.components.photos.screens import photo_notice
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (photo_notice, kit.Rubbed)


class PhotoPage(kit.FullPage):
    """show(state) draws the photo; begin(editor) opens the page for it.

    on_remove (of a photo of the record); on_another (leads back to where a file is chosen).
    """

    def __init__(
        self,
        on_remove: Callable[[], None] | None = None,
        on_another: Callable[[], None] | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self._on_remove = on_remove
        self._on_another = on_another
        self._editor: PhotoEditor | None = None
        self._state = EditorState()
        self.attaching = PhotoEditorPane(page=self)
        self.add_widget(self.attaching)

    @property
    def is_unkept(self) -> bool:
        """Return whether the page has a new photo, which only "save" stores (a lock discards it)."""
        return self._on_remove is None and self._state.picture is not None

    def begin(self, editor: PhotoEditor) -> None:
        """Open the page with the picture read so far."""
        self._editor = editor
        self.attaching.editor = editor
        self.open()

    def show(self, state: EditorState) -> None:
        """Draw the photo; a saved photo closes the page."""
        self._state = state
        self.title, self.sub = state.title, state.item
        self.attaching.show(state)
        self.attaching.offer_another(state.is_refused and self._on_another is not None)
        if state.is_done:
            self.dismiss()
            kit.toast(_("Photo kept on this tablet"))

    def on_back(self) -> None:
        """Close the page; an unsaved new photo needs a confirmation."""
        if self.is_unkept:
            self._ask_to_drop()
        else:
            self.leave()

    def leave(self) -> None:
        """Close the page without saving."""
        if self._editor is not None:
            self._editor.cancel()
        self.dismiss()

    def remove(self) -> None:
        """Remove the photo from the record; the grid offers to restore it."""
        self.leave()
        if self._on_remove is not None:
            self._on_remove()

    def choose_another(self) -> None:
        """Close this file and choose another file."""
        self.leave()
        if self._on_another is not None:
            self._on_another()

    def _ask_to_drop(self) -> None:
        kit.confirm(
            _("Drop this photo?"),
            _("It was not kept: nothing of it stays on this tablet."),
            _("Drop"),
            _("Go on"),
            self.leave,
            "danger",
        )


class PhotoEditorPane(BoxLayout):
    """Picture and panel, side by side or stacked. show(state); page; editor (the presenter)."""

    page = ObjectProperty(None)
    editor = ObjectProperty(None, allownone=True)
    busy = StringProperty("")
    error = StringProperty("")
    status = StringProperty("")
    status_tone = StringProperty("muted")
    missing = StringProperty("")
    is_screened = BooleanProperty(False)
    can_rub = BooleanProperty(False)
    can_undo = BooleanProperty(False)
    can_save = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._panel, self._foot = Optional(self.ids.panel.column), Optional(self.ids.foot)

    def show(self, state: EditorState) -> None:
        """Draw the photo."""
        self.busy, self.error, self.missing = state.busy, state.error, state.missing
        self.status, self.status_tone = state.status, state.status_tone
        self.is_screened, self.can_rub = state.is_screened, state.can_rub
        self.can_undo, self.can_save = state.can_undo, state.can_save
        ids = self.ids
        ids.picture.bitmap = state.picture
        ids.picture.patches = state.patches
        ids.kinds.show(
            [kit.Choice(kind.id, kind.label) for kind in state.kinds],
            [kind.id for kind in state.kinds if kind.is_chosen],
        )
        for place, widget, is_shown in (
            (self._panel, ids.error, bool(state.error)),
            (self._panel, ids.status, bool(state.status)),
            (self._panel, ids.rub_help, state.can_rub),
            (self._panel, ids.filed_help, state.can_edit and not state.can_rub),
            (self._panel, ids.undo, state.can_rub),
            (self._panel, ids.kind_title, state.can_edit),
            (self._panel, ids.kinds, state.can_edit),
            (self._panel, ids.restricted, state.is_restricted),
            (self._foot, ids.screened, state.can_edit),
            (self._foot, ids.missing, bool(state.missing)),
            (self._foot, ids.save, state.can_edit or bool(state.busy and state.picture)),
            (self._foot, ids.take_out, state.can_remove),
        ):
            place.show(widget, is_shown)

    def offer_another(self, is_offered: bool) -> None:
        """Show or hide the button back to the files."""
        self._panel.show(self.ids.another, is_offered)


load_beside(__file__)
