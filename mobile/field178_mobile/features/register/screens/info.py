"""The Info tab: the register's facts, the papers, and the visits behind a button."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.components.forms.screens.info_rows import DatedLine, FactRow
from field178_mobile.components.forms.screens.to_fix import ToFixRow
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.features.register.record_view import CertificateLine
from field178_mobile.features.register.screens.certificate_row import PaperRow
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.state_tones import PILL_OF_STATE
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.presentation.facts import DatedRow, Fact, ToFix
from field178_shared.record_type import RecordType

_REQUIRED = (comment_note.CommentNote,)


@dispatches("on_ask_shift", "on_visit", "on_discard", "on_mend", "on_count", "on_census")
class InfoPane(BoxLayout):
    """Info pane of the register data. show(state).

    Events: on_ask_shift, on_visit(record id), on_discard, on_mend, on_count, on_census(record id).
    """

    shift = StringProperty("")
    has_shift = BooleanProperty(False)
    register = StringProperty("")
    register_tone = StringProperty("plain")
    is_being_mended = BooleanProperty(False)
    is_being_counted = BooleanProperty(False)
    is_loading = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._facts: Repeat[Fact] = Repeat(self.ids.facts, FactRow)
        self._papers: Repeat[CertificateLine] = Repeat(self.ids.papers, PaperRow)
        self._to_fix: Repeat[ToFix] = Repeat(self.ids.to_fix, ToFixRow)
        self._counts: Repeat[DatedRow] = Repeat(self.ids.counts, self._make_count)
        self._history: Repeat[DatedRow] = Repeat(self.ids.history, self._make_visit)
        self._optional = Optional(self.ids.scroll.column)
        self._shift = Optional(self.ids.shift_card)
        self._register = Optional(self.ids.register_head)
        self._earlier = Optional(self.ids.history_card)
        self._workers = Optional(self.ids.workers_card)

    def show(self, state: EstablishmentPaneState) -> None:
        """Draw the establishment."""
        self.shift, self.has_shift = state.shift, state.has_shift
        self.register, self.is_being_mended = state.register_word, state.is_being_mended
        self.register_tone = PILL_OF_STATE.get(state.register, "plain")
        # Without a visit the head already shows this state.
        is_said = state.state == state.register
        self._register.show(self.ids.register_word, bool(self.register) and not is_said)
        self.ids.comment.text = state.shift_comment
        self._shift.show(self.ids.comment, bool(state.shift_comment))
        self._optional.show(self.ids.discard, state.has_draft)
        self._optional.show(self.ids.papers_card, bool(state.certificates))
        self._optional.show(self.ids.to_fix_card, bool(state.to_fix))
        self._earlier.show(self.ids.history, bool(state.history))
        self.is_loading = state.is_loading
        self._earlier.show(self.ids.no_history, not state.history)
        self._facts.show(state.facts)
        self._papers.show(state.certificates)
        self._to_fix.show(state.to_fix)
        self._history.show(state.history)
        self._show_counts(state)

    def ask_discard(self) -> None:
        """Delete the draft after a confirmation."""
        kit.confirm(
            _("Discard this draft?"),
            _("What was entered in this visit is deleted from the device. It cannot be brought back."),
            _("Discard"),
            _("Keep"),
            lambda: self.dispatch("on_discard"),
            "danger",
        )

    def _show_counts(self, state: EstablishmentPaneState) -> None:
        self.is_being_counted = state.is_being_counted
        self._counts.show(state.counts)
        self._workers.show(self.ids.counts, bool(state.counts))
        self._workers.show(self.ids.no_count, not state.counts)
        self._workers.show(self.ids.old_count, state.has_old_count)

    def _make_count(self) -> DatedLine:
        line = DatedLine()
        line.bind(on_release=self._open_count)
        return line

    def _open_count(self, line: DatedLine) -> None:
        """Open the census to correct it, or the visit that counted."""
        self.dispatch("on_census" if line.type == RecordType.WORKER_CENSUS else "on_visit", line.key)

    def _make_visit(self) -> DatedLine:
        row = DatedLine()
        row.bind(on_release=lambda row: self.dispatch("on_visit", row.key))
        return row


load_beside(__file__)
