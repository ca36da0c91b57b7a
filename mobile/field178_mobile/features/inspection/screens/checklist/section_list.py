"""Section list of the checklist with counters: the first pane of an open visit."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.check_in.screens import check_in
from field178_mobile.components.comments.screens import comment_note
from field178_mobile.features.inspection.follow_up_answers import FollowUpLine
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.screens.checklist import protocol_card
from field178_mobile.features.inspection.screens.checklist.to_fix_answer import ToFixAnswerRow
from field178_mobile.features.inspection.section_view import SectionCard
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat

MARKS = {
    "comment": ("message-reply-text-outline", "warn"),
    "failed": ("alert-circle-outline", "bad"),
    "done": ("check-circle", "ok"),
    "begun": ("progress-check", "primary"),
    "open": ("circle-outline", "primary"),
}
_REQUIRED = (check_in, chips, comment_note, protocol_card)


class SectionListPane(BoxLayout):
    """Sections of the visit. show(state); visit (the presenter)."""

    visit = ObjectProperty(None)
    access = StringProperty("")
    role = StringProperty("")
    is_arrival_open = BooleanProperty(False)
    counter = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._rows: Repeat[SectionCard] = Repeat(self.ids.sections, self._make_row)
        self._to_fix: Repeat[FollowUpLine] = Repeat(self.ids.to_fix, lambda: ToFixAnswerRow(visit=self.visit))
        self._arrival = Optional(self.ids.arrival)
        self._optional = Optional(self.ids.scroll.column)

    def show(self, state: InspectionState) -> None:
        """Draw the section list of the visit."""
        self.access = next((option.label for option in state.arrival if option.is_chosen), "")
        self.role = next((option.label for option in state.roles if option.is_chosen), "")
        self.counter = state.counter
        self.ids.roles.show(state.roles)
        self.ids.accesses.show(state.arrival)
        self.ids.protocols.show(state.protocols)
        self.ids.comment.text = state.arrival_comment
        self.ids.place.show(state.place)
        self._arrival.show(self.ids.comment, bool(state.arrival_comment))
        self._arrival.show(self.ids.roles, self.is_arrival_open or not (self.role or state.is_locked))
        self._arrival.show(self.ids.accesses, self.is_arrival_open)
        self._to_fix.show(state.to_fix)
        self._optional.show(self.ids.to_fix_card, bool(state.to_fix))
        self.ids.planned.show(state.planned)
        self.ids.planned.disabled = state.is_locked
        self._optional.show(self.ids.planned_card, bool(state.planned))
        self._optional.show(self.ids.protocols, bool(state.protocols))
        self._optional.show(self.ids.checklist, not state.is_closed_early)
        self.ids.change.disabled = self.ids.protocols.disabled = state.is_locked
        self.ids.change.reason = state.notice
        self._optional.show(self.ids.help_card, bool(state.help))
        self.ids.help.show(state.help)
        self._rows.show(state.sections)
        self._state = state

    def toggle_arrival(self) -> None:
        """Show or hide the facts of the arrival, for corrections."""
        self.is_arrival_open = not self.is_arrival_open
        self.show(self._state)

    def open_protocol(self, protocol: str) -> None:
        """Show the steps of a protocol, in sight."""
        self.visit.open_protocol(protocol)
        self.ids.scroll.show_top()

    def choose_role(self, role: str) -> None:
        """Record the role of the representative."""
        self.is_arrival_open = False
        self.visit.choose_role(role)

    def choose_access(self, access: str) -> None:
        """Correct how the visit began."""
        self.is_arrival_open = False
        self.visit.arrive(access)

    def _make_row(self) -> SectionLine:
        row = SectionLine()
        row.bind(on_release=lambda row: self.visit.open_section(row.key))
        return row


class SectionLine(kit.SectionRow):
    """One section. show(card)."""

    key = StringProperty("")

    def show(self, card: SectionCard) -> None:
        """Draw the section."""
        self.key, self.name, self.sub, self.note = card.id, card.title, card.detail, card.failed
        self.counter, self.progress = card.share, card.part
        self.icon, self.tone = MARKS[card.mark]


load_beside(__file__)
