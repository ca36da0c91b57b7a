"""Fields of an establishment: identity, place, certificates."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.check_in.screens import check_in as point
from field178_mobile.components.forms.screens import field_list, pick_field, pinned_field
from field178_mobile.components.forms.screens.checked_form import CheckedForm
from field178_mobile.features.register.establishment_form_state import (
    CONTROLS,
    CertificateRow,
    EstablishmentFormState,
)
from field178_mobile.features.register.register_index import AlikeRow
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import field_words, load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.presentation.wording import Option
from field178_shared.record_type import RecordType

_REQUIRED = (chips, field_list, pick_field, pinned_field, point)
_TEXTS = {
    "name": "name",
    "note": "note",
    "address": "address_line",
    "village": "village",
    "number": "registration_number",
    "hours": "opening_hours",
}


@dispatches("on_open_alike", "on_discard")
class EstablishmentFields(CheckedForm):
    """show(state) draws the entry; `form` is its presenter; events on_open_alike(id), on_discard."""

    places = CONTROLS
    field_lists = ("identity_fields", "registration_fields")
    first = "name"
    form = ObjectProperty(None, allownone=True)
    needs_note = BooleanProperty(False)

    def on_kv_post(self, base: object) -> None:
        """Bind the lists to the state, after the kv rule was applied."""
        super().on_kv_post(base)
        self._alike: Repeat[AlikeRow] = Repeat(self.ids.alike, self._make_alike)
        self._papers: Repeat[CertificateRow] = Repeat(self.ids.papers, self._make_paper)
        self._place = Optional(self.ids.place_card)
        self._register = Optional(self.ids.register_card)
        self._more = Optional(self.ids.papers_card)
        self._kinds: tuple[Option, ...] = ()

    def show(self, state: EstablishmentFormState) -> None:
        """Draw the entry; a new focus is brought into view."""
        self._kinds, self.needs_note = state.more_certificates, state.needs_note
        for name, path in _TEXTS.items():
            self.ids[name].show(state.texts[path])
        self._show_choices(state)
        for section, box in (("identity", self._place), ("registration", self._register)):
            fields = self.ids[f"{section}_fields"]
            fields.show(state.fields[section])
            box.show(fields, bool(state.fields[section]))
        self.ids.place.show(state.place)
        self._alike.show(state.alike)
        self._place.show(self.ids.alike_card, bool(state.alike))
        self._papers.show(state.certificates)
        self._more.show(self.ids.more, bool(state.more_certificates))
        self.optional.show(self.ids.discard, state.has_draft)
        self.show_checked(state.checked)
        self.follow(state.focus)

    def add_paper(self) -> None:
        """Offer the papers that are not on the list yet."""
        choices = [kit.Choice(option.id, option.label) for option in self._kinds]
        kit.ChoiceSheet(
            choices, (), self._paper_chosen, title=field_words(RecordType.ESTABLISHMENT, "certificates").label
        ).open()

    def ask_discard(self) -> None:
        """Delete the draft after a confirmation."""
        kit.confirm(
            _("Discard this draft?"),
            _("What was entered about this establishment is deleted from the device. What was saved stays."),
            _("Discard"),
            _("Keep"),
            lambda: self.dispatch("on_discard"),
            "danger",
        )

    def _paper_chosen(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self.form.add_certificate(key)

    def _show_choices(self, state: EstablishmentFormState) -> None:
        ids = self.ids
        for name, options, path in (
            ("kind", state.kinds, "establishment_type_id"),
            ("unit", state.units, "unit_id"),
        ):
            ids[name].show(options)
            ids[name].error = state.problems.get(path, "")
        ids.unit.disabled, ids.unit.reason = not state.can_move, ids.unit_help.text
        self._place.show(ids.unit_help, not state.can_move)
        ids.statuses.show(state.statuses)
        ids.registrations.show(state.registrations)
        ids.rooms.value = -1 if state.rooms is None else state.rooms
        ids.rooms.error = state.problems.get("rooms_total", "")

    def _make_alike(self) -> AlikeLine:
        line = AlikeLine()
        line.bind(on_open=lambda line: self.dispatch("on_open_alike", line.key))
        return line

    def _make_paper(self) -> CertificateFields:
        row = CertificateFields(form=self.form)
        self.fbind("form", row.setter("form"))  # the row stays for the next entry
        return row


@dispatches("on_open")
class AlikeLine(BoxLayout):
    """One entry that may be the same place. show(row); event on_open."""

    key = StringProperty("")
    name = StringProperty("")
    where = StringProperty("")

    def show(self, row: AlikeRow) -> None:
        """Draw the entry."""
        self.key, self.name, self.where = row.id, row.name, row.where


class CertificateFields(kit.Column):
    """One paper. show(row); form (the presenter)."""

    form = ObjectProperty(None)
    key = StringProperty("")
    label = StringProperty("")
    problem = StringProperty("")

    def show(self, row: CertificateRow) -> None:
        """Draw the paper."""
        self.key, self.label, self.problem = row.id, row.label, row.problem
        self.ids.statuses.show(row.statuses)
        self.ids.number.text, self.ids.expires.value = row.number, row.expires_on


load_beside(__file__)
