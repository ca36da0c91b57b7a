"""The minutes sheet: what will be printed, how it was signed, and the papers made of it."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.presenters.foot import COMPLETE
from field178_mobile.presenters.inspection import InspectionPresenter
from field178_mobile.presenters.minutes import MinutesPresenter
from field178_mobile.presenters.minutes_state import COMMITMENT, MINUTES, MinutesState
from field178_mobile.presenters.record_view import Fact
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.language import language as _
from field178_mobile.ui.screens import chips
from field178_mobile.ui.screens.info_rows import FactRow
from field178_mobile.ui.screens.optional import Optional
from field178_mobile.ui.screens.paper_block import PaperBlock
from field178_mobile.ui.screens.repeat import Repeat

_OPTIONAL = ("blocked", "missing", "said", "error", "folder")
_REQUIRED = (chips.OptionChips, PaperBlock)


class MinutesSheet(kit.Sheet):
    """The papers of one visit. begin(presenter, visit); show(state)."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(title=_("Minutes of the inspection"), width_dp=600, **kwargs)
        self.body = MinutesBody()
        self.add_widget(self.body)
        self._file = kit.Btn(icon="check", text=_("Complete the visit"), size_hint_x=1)

    def begin(self, presenter: MinutesPresenter, visit: InspectionPresenter) -> None:
        """Draw the visit's papers; the visit can be completed from here."""
        self.body.begin(presenter)
        self._file.bind(on_release=lambda _btn: self._complete(visit))
        presenter.show()

    def show(self, state: MinutesState) -> None:
        """Draw the state."""
        self.sub = state.place
        if state.to_file != (self._file.parent is not None):
            if state.to_file:
                self.footer.add_widget(self._file)
            else:
                self.footer.remove_widget(self._file)
        self.body.show(state)

    def _complete(self, visit: InspectionPresenter) -> None:
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
    said = StringProperty("")
    error = StringProperty("")
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
        self.missing = ", ".join(state.missing)
        self.folder, self.said, self.error = state.folder or "", state.said, state.error
        for name in _OPTIONAL:
            self._optional.show(self.ids[name], bool(getattr(self, name)))
        self._facts.show(state.facts)
        self.ids.outcomes.show(state.outcomes)
        self.ids.minutes.show(state.paper(MINUTES), asks_system=state.folder is None)
        self.ids.commitment.show(state.paper(COMMITMENT), asks_system=state.folder is None)


load_beside(__file__)
