"""Form with checks: problems are listed at its top, and each line scrolls to its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from kivy.clock import Clock
from kivy.properties import StringProperty
from kivy.uix.widget import Widget

from field178_mobile.components.forms.screens.problem_line import ProblemLine
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.presentation.checks import Checked, ProblemRow

_CARDS = ("problems_card", "warnings_card", "clean_card")


class CheckedForm(kit.ScrollPane):
    """A scrolling form; `places` maps fields of the record to widget ids, `first` is used for other fields.

    `field_lists`: ids of the lists of fields drawn from their declarations.

    show_checked(checked) draws the result of a check, follow(path) scrolls to a field; event on_jump(path) of
    a line scrolls to its field. `optional` shows and hides the cards of the form.
    """

    places: ClassVar[Mapping[str, str]] = {}
    first: ClassVar[str] = ""
    field_lists: ClassVar[Sequence[str]] = ()
    focus_path = StringProperty("")
    __events__: tuple[str, ...] = ("on_jump",)

    def on_kv_post(self, _base: object) -> None:
        """Bind the lists to the state, after the kv rule was applied."""
        self._problems: Repeat[ProblemRow] = Repeat(self.ids.problems, self._make_problem)
        self._warnings: Repeat[ProblemRow] = Repeat(self.ids.warnings, self._make_warning)
        self.optional = Optional(self.column)

    def show_checked(self, checked: Checked) -> None:
        """Draw the result of a check; only the first result scrolls to the top."""
        had_answer = any(self.ids[card].parent is not None for card in _CARDS)
        self._problems.show(checked.problems)
        self._warnings.show(checked.warnings)
        is_clean = checked.is_asked and not checked.problems and not checked.warnings
        self.optional.show(self.ids.problems_card, bool(checked.problems))
        self.optional.show(self.ids.warnings_card, bool(checked.warnings))
        self.optional.show(self.ids.clean_card, is_clean)
        if checked.is_asked and not had_answer:
            self.show_top()

    def follow(self, path: str) -> None:
        """Scroll to the field of a path, once for each new path."""
        field = self._widget_of(path)
        if field is not None and path != self.focus_path:
            Clock.schedule_once(lambda _dt: self.bring(field), 0)  # after the layout of this frame
        self.focus_path = path

    def bring(self, field: Widget) -> None:
        """Scroll to a widget of the form, if it is visible."""
        if field.parent is not None:
            self.scroll_to_widget(field)

    def on_jump(self, path: str) -> None:
        """Scroll to the field of a path, if the form has one."""
        field = self._widget_of(path)
        if field is not None:
            self.bring(field)
        elif self.first:
            self.bring(self.ids[self.first])

    def _widget_of(self, path: str) -> Widget | None:
        name = path.partition(".")[0]
        if name in self.places:
            return self.ids[self.places[name]]
        fields = (self.ids[each].widget_of(name) for each in self.field_lists)
        return next((field for field in fields if field is not None), None)

    def _make_problem(self) -> ProblemLine:
        line = ProblemLine()
        line.bind(on_release=lambda line: self.dispatch("on_jump", line.path))
        return line

    def _make_warning(self) -> ProblemLine:
        line = self._make_problem()
        line.is_warning = True
        return line


load_beside(__file__)
