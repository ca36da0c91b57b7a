"""Form of the open outreach session: form, place, audiences, topics, establishments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from kivy.properties import ObjectProperty, StringProperty

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.components.forms.screens import field_list, pick_field, pinned_field, repeat_card
from field178_mobile.components.forms.screens.checked_form import CheckedForm
from field178_mobile.components.photos.screens import photo_grid
from field178_mobile.features.outreach.outreach import OutreachPresenter
from field178_mobile.features.outreach.outreach_establishments import FoundState
from field178_mobile.features.outreach.outreach_state import CONTROLS, MaterialRow, OutreachState
from field178_mobile.features.outreach.outreach_state import AudienceCounts as AudienceState
from field178_mobile.features.outreach.outreach_state import EstablishmentCounts as CountsState
from field178_mobile.features.outreach.screens.audience_row import AudienceRow
from field178_mobile.features.outreach.screens.session_paper import SessionPaperSheet
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import field_words, load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.presentation.wording import Option
from field178_shared.record_type import RecordType

_REQUIRED = (chips, comment_note, field_list, photo_grid, pick_field, pinned_field, repeat_card)

# The parts that a closed record shows without taking a tap; its paper can be made all the same.
_ENTERED = (
    "session_card",
    "people",
    "establishments_card",
    "topics_card",
    "materials_card",
    "photos_card",
    "note_card",
    "content_card",
)


class EstablishmentCountRow(AudienceRow):
    """One establishment, drawn and counted as an audience is."""

    def keep(self, name: str, number: int) -> None:
        """Store a number of the establishment."""
        self.session.count_establishment(self.key, name, number)

    def drop(self) -> None:
        """Remove the establishment."""
        self.session.drop_establishment(self.key)


class EstablishmentSheet(kit.Sheet):
    """Search an establishment; a tap closes the sheet and calls back with its id."""

    def __init__(
        self, session: OutreachPresenter, on_chosen: Callable[[str], None], **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        self._on_chosen = on_chosen
        self._matches = kit.ChoiceList()
        self._message = kit.Small()
        picker = session.pick_establishment(self._show)
        search = kit.SearchField(hint=_("Name, address, commune"))
        search.bind(on_query=lambda _field, query: picker.search(query))
        self._matches.bind(on_choose=self._take)
        for widget in (search, self._matches, self._message):
            self.add_widget(widget)
        picker.search()

    def _show(self, state: FoundState) -> None:
        self._matches.show([kit.Choice(option.id, option.label, option.hint) for option in state.options])
        self._message.text = state.message

    def _take(self, _list: object, key: str) -> None:
        self.dismiss()
        self._on_chosen(key)


@dispatches("on_discard")
class OutreachFormPane(CheckedForm):
    """Form of a session. show(state); `session` (the presenter); event on_discard after a confirmation."""

    places = CONTROLS
    field_lists = ("session_fields", "content_fields")
    first = "form"
    session = ObjectProperty(None, allownone=True)
    place_audience = StringProperty("")

    def on_kv_post(self, base: object) -> None:
        """Bind the lists to the state, after the kv rule was applied."""
        super().on_kv_post(base)
        self._rows: Repeat[AudienceState] = Repeat(self.ids.audiences, self._make_row)
        self._establishments: Repeat[CountsState] = Repeat(
            self.ids.establishments, lambda: EstablishmentCountRow(session=self.session)
        )
        self._establishments_card = Optional(self.ids.establishments_card)
        self._session_card = Optional(self.ids.session_card)
        self._people = Optional(self.ids.people)
        self._audiences: tuple[Option, ...] = ()
        self._place_audience: Option | None = None
        self._materials: tuple[MaterialRow, ...] = ()

    def show(self, state: OutreachState) -> None:
        """Draw the session; a new focus is brought into view."""
        self._audiences, self._materials = state.more_audiences, state.materials
        self._place_audience = state.place_audience
        for name in _ENTERED:
            self.ids[name].disabled = state.is_locked
        self._show_session(state)
        self._show_people(state)
        self._show_establishments(state)
        self._show_content(state)
        self._show_photos(state)
        self.show_checked(state.checked)
        self.follow(state.focus)

    def add_audience(self) -> None:
        """Offer the audiences that are not on the list yet; the pad opens for the chosen one."""
        choices = [kit.Choice(option.id, option.label) for option in self._audiences]
        kit.ChoiceSheet(
            choices,
            (),
            self._audience_chosen,
            title=field_words(RecordType.OUTREACH_SESSION, "audiences").label,
        ).open()

    def count_place_audience(self) -> None:
        """Open the pad for those whom the school or zone counts for."""
        if self._place_audience is not None:
            self._audience_chosen((self._place_audience.id,))

    def add_establishment(self) -> None:
        """Open the search for an establishment to add.

        The first establishment gets the audience's numbers; further ones need their own.
        """
        EstablishmentSheet(self.session, self._establishment_chosen, title=_("Add an establishment")).open()

    def ask_quantity(self, material_id: str) -> None:
        """Ask for the quantity of a material handed out."""
        row = next(row for row in self._materials if row.id == material_id)
        pad = kit.NumberPad(
            title=row.label, on_number=lambda number: self.session.hand_out(material_id, number)
        )
        pad.start(-1 if row.quantity is None else row.quantity)
        pad.open()

    def open_paper(self) -> None:
        """Show the sheet of the session's paper."""
        SessionPaperSheet(self.session).open()

    def ask_discard(self) -> None:
        """Delete the draft after a confirmation."""
        kit.confirm(
            _("Discard this draft?"),
            _("What was entered in this session is deleted from the device. It cannot be brought back."),
            _("Discard"),
            _("Keep"),
            lambda: self.dispatch("on_discard"),
            "danger",
        )

    def choose_day(self, iso: str) -> None:
        """Set the day; clearing the field keeps the old day."""
        if iso:
            self.session.choose_day(date.fromisoformat(iso))

    def _audience_chosen(self, keys: tuple[str, ...]) -> None:
        AudienceRow(session=self.session, key=keys[0]).start()

    def _establishment_chosen(self, key: str) -> None:
        self.session.add_establishment(key)
        row = next(row for row in self.ids.establishments.children if row.key == key)
        if len(self.ids.establishments.children) > 1:
            row.start()

    def _show_establishments(self, state: OutreachState) -> None:
        """Draw the establishments of a form that names them."""
        self._establishments.show(state.establishments)
        is_shown = state.has_establishments and (bool(state.establishments) or not state.is_locked)
        self.optional.show(self.ids.establishments_card, is_shown)
        self._establishments_card.show(self.ids.add_establishment, not state.is_locked)

    def _show_session(self, state: OutreachState) -> None:
        ids = self.ids
        for name, options, path in (
            ("form", state.forms, "outreach_form_id"),
            ("unit", state.units, "unit_id"),
            ("host", state.hosts, "host_agency_id"),
            ("co_hosts", state.co_hosts, "co_hosts"),
        ):
            ids[name].show(options)
            ids[name].error = state.problems.get(path, "")
        ids.day.value = "-".join(reversed(state.session_date.split("/")))
        ids.start.value, ids.start.error = state.start_time, state.problems.get("start_time", "")
        ids.minutes.value = -1 if state.duration_minutes is None else state.duration_minutes
        ids.session_fields.show(state.fields["session"])
        self._session_card.show(ids.session_fields, bool(state.fields["session"]))
        self._session_card.show(ids.co_hosts, bool(ids.co_hosts.shown) or not state.is_locked)
        self._show_place(state)
        ids.comment.text, ids.repeat.text = state.other_comments, state.repeat_hint
        self.optional.show(ids.comment, bool(state.other_comments))
        self.optional.show(ids.paper, state.has_paper)
        self.optional.show(ids.repeat, bool(state.repeat_hint))

    def _show_place(self, state: OutreachState) -> None:
        """Draw the school or zone; hidden in a closed record without a place."""
        ids, problems = self.ids, state.problems
        ids.place.show(state.place.options)
        ids.place.error = problems.get("school_id") or problems.get("zone_id", "")
        ids.no_place.text = state.place.note
        is_shown = bool(ids.place.shown) or not state.is_locked
        self._session_card.show(ids.place, is_shown and bool(state.place.options))
        self._session_card.show(ids.no_place, is_shown and bool(state.place.note))

    def _show_people(self, state: OutreachState) -> None:
        self._rows.show(state.audiences)
        self.ids.total.text = state.total
        self.ids.audience_error.text = state.problems.get("audiences", "")
        self.optional.show(self.ids.people, state.counts_people)
        self._people.show(self.ids.people_help, not state.is_locked)
        self.place_audience = state.place_audience.label if state.place_audience else ""
        self._people.show(self.ids.place_audience, bool(self.place_audience) and not state.is_locked)
        self._people.show(self.ids.more, not state.is_locked)

    def _show_photos(self, state: OutreachState) -> None:
        """Draw the photos of a form that may have some."""
        is_shown = state.has_photos and (bool(state.photos.tiles) or not state.is_locked)
        self.ids.photos.show(state.photos)
        self.optional.show(self.ids.photos_card, is_shown)

    def _show_content(self, state: OutreachState) -> None:
        """Draw topics, materials and texts; a closed record shows only chosen values."""
        ids = self.ids
        materials = [_material(row.id, row.label, row.quantity) for row in state.materials]
        given = [option for option in materials if option.is_chosen]
        topics = [option for option in state.topics if option.is_chosen or not state.is_locked]
        ids.topics.show(topics)
        ids.topic_error.text = state.problems.get("topic_ids", "")
        ids.materials.show(given if state.is_locked else materials)
        ids.note.show(state.note)
        ids.content_fields.show(state.fields["content"])
        self.optional.show(ids.materials_card, bool(given) or not state.is_locked)
        self.optional.show(ids.note_card, state.needs_note)
        is_told = any(not field.is_empty for field in state.fields["content"])
        self.optional.show(ids.content_card, is_told or not state.is_locked)
        self.optional.show(ids.discard, state.has_draft)

    def _make_row(self) -> AudienceRow:
        return AudienceRow(session=self.session)


def _material(key: str, label: str, quantity: int | None) -> Option:
    return Option(key, label, bool(quantity), str(quantity) if quantity else "")


load_beside(__file__)
