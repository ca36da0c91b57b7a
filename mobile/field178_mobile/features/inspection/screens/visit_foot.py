"""Action bar of an open visit: feedback, undo, and the next step."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.forms.screens import feedback_line
from field178_mobile.components.forms.screens.clock_question import ask_before_filing
from field178_mobile.components.forms.screens.filing_warning_sheet import FilingWarningSheet
from field178_mobile.features.inspection.foot import COMPLETE
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (feedback_line,)


class VisitFoot(kit.FootBar):
    """The bar. show(state); visit (the presenter)."""

    visit = ObjectProperty(None)
    can_undo = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional = Optional(self)

    def act(self, action: str) -> None:
        """Run the action of a button."""
        self.visit.act(action)
        if action == COMPLETE and self.visit.filing.warnings:
            FilingWarningSheet(self.visit, self._file, self.visit.mend_warning).open()
        elif action == COMPLETE:
            self._confirm_clock(with_warnings=False)

    def _file(self, *, with_warnings: bool) -> None:
        self.visit.complete(with_warnings=with_warnings)
        self._confirm_clock(with_warnings)

    def _confirm_clock(self, with_warnings: bool) -> None:
        if self.visit.filing.clock_question:
            ask_before_filing(
                self.visit.filing.clock_question,
                lambda: self.visit.complete(with_warnings=with_warnings, with_clock_off=True),
            )

    def show(self, state: InspectionState) -> None:
        """Draw the bar."""
        self.ids.feedback.show(state.feedback, state.checked)
        self.can_undo = bool(state.feedback.undo)
        for button, action in ((self.ids.first, state.foot.first), (self.ids.second, state.foot.second)):
            button.action, button.text, button.icon = action.id, action.label, action.icon
            self._optional.show(button, bool(action.id))
        self._optional.show(self.ids.undo, self.can_undo)


class FootButton(kit.Btn):
    """A button of the bar."""

    action = StringProperty("")


load_beside(__file__)
