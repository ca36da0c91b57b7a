"""Establishments screen: the list of the area, and the open record."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from field178_mobile.components.services.services import Services
from field178_mobile.components.shift.screens.shift import ShiftSheet
from field178_mobile.components.shift.shift import ShiftState
from field178_mobile.features.census.census_state import CensusState
from field178_mobile.features.census.screens.census_form import CensusPane
from field178_mobile.features.inbox.inbox_words import SCREENS
from field178_mobile.features.register.establishment_facts import DONE, DRAFTS, NOT_THIS_YEAR, TO_FIX
from field178_mobile.features.register.establishment_form_state import EstablishmentFormState
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.features.register.establishments import EstablishmentListRow, EstablishmentsState
from field178_mobile.features.register.screens.establishment_form import EstablishmentPane
from field178_mobile.features.register.screens.filters import FilterSheet
from field178_mobile.features.workspace.drafts import DraftRow
from field178_mobile.features.workspace.screens.drafts import DraftsSheet
from field178_mobile.features.workspace.screens.record import RecordPane
from field178_mobile.features.workspace.workspace import Workspace, go_back, place_of
from field178_mobile.kit import kit
from field178_mobile.kit.establishment_icons import icon_of
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.state_tones import TONE_OF_STATE
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_shared.record_type import RecordType

# Not green while work is open, whatever the state of the record.
TILES = {TO_FIX: "warn", DONE: "ok", NOT_THIS_YEAR: "plain"}
MORE_BELOW = 0.15
_REQUIRED = (chips.OptionChips, kit.SearchField, RecordPane)


class EstablishmentsScreen(kit.Panes):
    """List and record. workspace (the presenters); navigate (opens another screen)."""

    workspace = ObjectProperty(None)
    navigate = ObjectProperty(None)
    shift = StringProperty("")
    has_shift = BooleanProperty(False)
    count = StringProperty("")
    query = StringProperty("")
    has_record = BooleanProperty(False)

    def __init__(self, workspace: Workspace, **kwargs: object) -> None:
        super().__init__(workspace=workspace, **kwargs)
        self.pane = RecordPane(record=workspace.record)
        self.pane.bind(
            on_ask_shift=self._ask_shift,
            on_mend=lambda _pane, key: workspace.open_establishment(key),
            on_count=lambda _pane, key: workspace.begin_census(key),
            on_census=lambda _pane, key: workspace.open_census(key),
            on_next=lambda _pane: workspace.go_to_next(),
        )
        self.pane.has_back = self.is_single
        self.fbind("is_single", self.pane.setter("has_back"))
        self._sheet: ShiftSheet | None = None
        self._looked_for: tuple[str, list[str]] = ("", [])
        self._nothing = self.ids.nothing.__self__
        self._pane: EstablishmentPane | None = None
        self._census: CensusPane | None = None
        self._body = Optional(self.ids.body)
        workspace.show_on(self)

    def show_list(self, state: EstablishmentsState) -> None:
        """Draw the list."""
        self.count = state.count
        self._body.show(self.ids.empty, not state.rows)
        self.ids.chips.show(state.chips)
        self.ids.rows.show([_row(row) for row in state.rows])
        self.ids.rows.chosen = state.selected
        self.query = state.query.strip()
        empty = self.ids.empty
        empty.title, empty.text, empty.action = state.empty_title, state.empty_text, state.empty_action
        self._has_more = state.has_more
        looked_for = (state.query, [chip.id for chip in state.chips if chip.is_chosen])
        if looked_for != self._looked_for:
            self._looked_for = looked_for
            self.ids.rows.scroll_y = 1  # another search is read from its beginning

    def clear_search(self) -> None:
        """Empty the search field."""
        self.ids.search.clear()

    def show_shift(self, state: ShiftState) -> None:
        """Draw the shift's line, and its sheet while it is open."""
        self.shift, self.has_shift = state.line, state.is_current
        if self._sheet is not None:
            self._sheet.show(state)

    def show_record(self, state: EstablishmentPaneState | None) -> None:
        """Draw the record, or an empty state."""
        self.has_record = self.has_detail = state is not None
        if state is not None:
            self.pane.show(state)
        else:
            self.pane.forget()
        self._put(self.pane if state is not None else self._nothing)

    def show_form(self, state: EstablishmentFormState | None) -> None:
        """Draw the establishment form, or close it."""
        if state is not None and state.feedback.filed:
            kit.toast(state.feedback.filed)
        elif state is not None:
            self.has_detail = True
            self._pane = self._pane or EstablishmentPane(workspace=self.workspace)
            self._pane.show(state)
            self._put(self._pane)
        else:
            self.has_detail = self.has_record
            self._put(self.pane if self.has_record else self._nothing)

    def show_census(self, state: CensusState | None) -> None:
        """Draw the form of a worker census, or close it."""
        if state is not None and state.feedback.filed:
            kit.toast(state.feedback.filed)
        elif state is not None:
            self.has_detail = True
            self._census = self._census or CensusPane(workspace=self.workspace)
            self._census.show(state)
            self._put(self._census)
        else:
            self.has_detail = self.has_record
            self._put(self.pane if self.has_record else self._nothing)

    def _put(self, shown: Widget) -> None:
        body = self.ids.detail
        if body.children != [shown]:
            body.clear_widgets()
            body.add_widget(shown)

    def open_shift(self, access: str = "") -> None:
        """Choose the shift; a visit that waits for it begins right after."""
        self._sheet = ShiftSheet(shift=self.workspace.shift)
        self._sheet.bind(on_confirmed=lambda _sheet: self.workspace.go_on_with(access))
        self._sheet.bind(on_dismiss=lambda _sheet: self._forget_sheet())
        self.workspace.shift.show()
        self._sheet.open()

    def open_shift_of_visit(self) -> None:
        """Edit the values that the open visit copied from its shift."""
        shift = self.workspace.record.shift_of_visit()
        if shift is not None:
            sheet = ShiftSheet(shift=shift)
            sheet.bind(on_dismiss=lambda _sheet: self.workspace.record.refresh())
            shift.show_on(sheet.show)
            sheet.open()

    def open_filters(self) -> None:
        """Narrow the list to a commune or a kind."""
        FilterSheet(self.workspace.list).open()

    def choose_chip(self, chip: str) -> None:
        """Keep a group of establishments, or list the drafts of the tablet."""
        if chip == DRAFTS:
            DraftsSheet(self.workspace.drafts, self._go_on, lambda row: self.workspace.discard(row.id)).open()
        else:
            self.workspace.list.choose_chip(chip)

    def scrolled(self, scroll_y: float) -> None:
        """Extend the list when its end is scrolled into sight."""
        if self._has_more and scroll_y < MORE_BELOW:
            self._has_more = False
            self.workspace.list.show_more()

    def place(self) -> dict[str, str]:
        """Return the open place as arguments of `open`."""
        return place_of(self.workspace)

    def open(
        self,
        record_id: str = "",
        focus_path: str = "",
        establishment_id: str = "",
        tab: str = "",
        section: str = "",
        form_id: str = "",
    ) -> None:
        """Open a filed visit or establishment at a field, an establishment, or the place before a lock.

        tab, section and form_id come from `place`.
        """
        if form_id:
            self.workspace.open_record(form_id)
        elif tab:
            go_back(self.workspace, establishment_id, tab, record_id, section)
        elif record_id:
            self.workspace.open_record(record_id, focus_path)
        elif establishment_id:
            self.workspace.open(establishment_id)

    def _go_on(self, row: DraftRow) -> None:
        if row.screen != SCREENS[RecordType.INSPECTION]:
            self.navigate(row.screen, record_id=row.record_id)
        elif not self.workspace.open_draft(row):
            sentence = _("This draft cannot be opened: its establishment is no longer on this tablet.")
            kit.toast(sentence, icon="alert-circle", tone="bad")

    def _ask_shift(self, _pane: object, access: str) -> None:
        if self.workspace.record.visit is None:
            self.open_shift(access)
        else:
            self.open_shift_of_visit()

    def _forget_sheet(self) -> None:
        self._sheet = None


def build(services: Services) -> EstablishmentsScreen:
    """Build the screen of the main work."""
    return EstablishmentsScreen(Workspace(services.records(), services.ui_thread), navigate=services.navigate)


def _row(row: EstablishmentListRow) -> kit.Row:
    return kit.Row(
        key=row.id,
        title=row.title,
        sub=row.subtitle,
        icon=icon_of(row.kind),
        tone=TILES[row.risk],
        meta=row.distance or row.visited,
        word=row.state_word,
        word_tone=TONE_OF_STATE.get(row.state, "faint"),
        is_alert=row.needs_attention,
    )


load_beside(__file__)
