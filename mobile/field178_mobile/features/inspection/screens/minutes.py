"""Minutes sheet: preview, outcome of signing, and the papers made."""

from __future__ import annotations

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.documents.screens.paper_block import PaperBlock
from field178_mobile.components.forms.screens.info_rows import FactRow
from field178_mobile.features.inspection.foot import COMPLETE
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.minutes import MinutesPresenter
from field178_mobile.features.inspection.minutes_state import MinutesState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.presentation.facts import Fact
from field178_shared.documents.sources import COMMITMENT, MINUTES

_REQUIRED = (chips.OptionChips, PaperBlock)


class MinutesSheet(kit.Sheet):
    """The papers of one visit. begin(presenter, visit); show(state)."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(title=_("Minutes of the inspection"), width_dp=600, **kwargs)
        self.body = MinutesBody()
        self.add_widget(self.body)
        self._complete = kit.Btn(icon="check", text=_("Complete the visit"), size_hint_x=1)
        self._make = kit.Btn(icon="file-document-outline", size_hint_x=1)
        for button in (self._complete, self._make):
            self.footer.add_widget(button)
        self._foot = Optional(self.footer)
        self._was_made = False

    def begin(self, presenter: MinutesPresenter, visit: InspectionPresenter) -> None:
        """Draw the visit's papers; the visit can be completed from here."""
        self.body.begin(presenter)
        self._make.bind(on_release=lambda _btn: presenter.make(MINUTES))
        self._complete.bind(on_release=lambda _btn: self._go_and_complete(visit))
        presenter.show()

    def show(self, state: MinutesState) -> None:
        """Draw the state."""
        self.sub, minutes = state.place, state.paper(MINUTES)
        self._make.text = _("Make it again") if minutes.made else _("Make the minutes")
        self._foot.show(self._complete, state.to_file)
        self._foot.show(self._make, minutes.is_to_be_made and not state.to_file)
        self.body.show(state)
        if bool(minutes.made) != self._was_made:
            self._was_made = bool(minutes.made)
            Clock.schedule_once(lambda _dt: self.content.scroll_to_widget(self.body.ids.minutes), 0)

    def _go_and_complete(self, visit: InspectionPresenter) -> None:
        self.dismiss()
        visit.act(COMPLETE)


class MinutesBody(kit.Column):
    """The parts of the sheet. begin(presenter); show(state)."""

    presenter = ObjectProperty(None, allownone=True)
    number = StringProperty("")
    note = StringProperty("")
    blocked = StringProperty("")
    missing = StringProperty("")
    outcome = StringProperty("")
    can_choose = BooleanProperty(False)
    folder = StringProperty("")
    revision = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional = Optional(self)
        self._facts: Repeat[Fact] = Repeat(self.ids.facts, FactRow)

    def begin(self, presenter: MinutesPresenter) -> None:
        """Work on a visit's papers."""
        self.presenter = presenter
        for block in (self.ids.minutes, self.ids.commitment):
            block.presenter = presenter

    def show(self, state: MinutesState) -> None:
        """Draw the parts."""
        self.number, self.note, self.revision = state.number, state.number_note, state.revision
        self.blocked, self.outcome, self.can_choose = state.blocked, state.outcome, state.can_choose
        self.missing, self.folder = ", ".join(state.missing), state.folder or ""
        for name in ("blocked", "missing", "folder"):
            self._optional.show(self.ids[name], bool(getattr(self, name)))
        self._facts.show(state.facts)
        self.ids.outcomes.reason = state.blocked or _(
            "Nobody spoke for the establishment, or the record is closed."
        )
        self.ids.outcomes.show(state.outcomes)
        minutes = state.paper(MINUTES)
        is_begun = bool(minutes.made or minutes.is_making or minutes.error)
        for name in ("minutes", "below_minutes"):
            self._optional.show(self.ids[name], is_begun)
        is_making = any(state.paper(kind).is_making for kind in (MINUTES, COMMITMENT))
        uninspected = _("A commitment is made only where the inspection took place.")
        for block in (self.ids.minutes, self.ids.commitment):
            block.reason = _("One moment…") if is_making else state.blocked or uninspected
        self.ids.minutes.show(minutes, asks_system=state.folder is None)
        self.ids.commitment.show(state.paper(COMMITMENT), asks_system=state.folder is None)


load_beside(__file__)
