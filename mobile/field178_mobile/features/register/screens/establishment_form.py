"""Establishment form in the record pane: head, fields, action bar."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.features.register.establishment_form_state import EstablishmentFormState
from field178_mobile.features.register.screens import establishment_fields
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.state_tones import PILL_OF_STATE
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (establishment_fields.EstablishmentFields,)


class EstablishmentPane(BoxLayout):
    """The form of one establishment. workspace (its presenters); show(state)."""

    workspace = ObjectProperty(None)
    form = ObjectProperty(None, allownone=True)
    title = StringProperty("")
    saved = StringProperty("")
    error = StringProperty("")
    word = StringProperty("")
    word_tone = StringProperty("plain")
    is_new = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional, self._head = Optional(self), Optional(self.ids.head)
        self._foot = Optional(self.ids.foot)

    def show(self, state: EstablishmentFormState) -> None:
        """Draw the form."""
        is_other = self.form is not self.workspace.editing.form
        self.form = self.ids.fields.form = self.workspace.editing.form
        self.title, self.is_new = state.title, state.is_new
        self.saved, self.error = state.feedback.saved, state.feedback.error
        self.word, self.word_tone = state.word_label, PILL_OF_STATE.get(state.word, "plain")
        self._head.show(self.ids.undo, bool(state.feedback.undo))
        self._head.show(self.ids.word, bool(self.word))
        self._optional.show(self.ids.error, bool(self.error))
        self._foot.show(self.ids.inspect, state.is_new)
        self.ids.fields.show(state)
        if is_other:
            self.ids.fields.show_top()

    def open_alike(self, establishment_id: str) -> None:
        """Leave the form for an existing establishment; the typed data stays a draft."""
        if self.form.has_draft:
            kit.toast(_("The draft is kept in the list, under Drafts."))
        self.workspace.show_establishment(establishment_id)


load_beside(__file__)
