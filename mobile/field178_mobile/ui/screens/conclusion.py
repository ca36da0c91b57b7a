"""The Conclusion tab: what was found wrong, the result, measures, deadline and the representative's word."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.presenters.conclusion import ConclusionState, FollowUpRow, TextState
from field178_mobile.presenters.inspection_state import InspectionState, ProblemRow
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.screens import check_item, chips, info, protocol_card
from field178_mobile.ui.screens.repeat import Repeat

_REQUIRED = (check_item.CheckItem, chips.OptionChips, info.InfoPane, protocol_card.ProtocolCards)


class ConclusionPane(BoxLayout):
    """The conclusion of the visit. show(state); visit (the presenter)."""

    visit = ObjectProperty(None)
    summary = StringProperty("")
    needs_role = BooleanProperty(False)
    has_short = BooleanProperty(False)
    has_problems = BooleanProperty(False)
    has_warnings = BooleanProperty(False)
    is_clean = BooleanProperty(False)
    result_error = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._problems: Repeat[ProblemRow] = Repeat(self.ids.problems, self._make_problem)
        self._warnings: Repeat[ProblemRow] = Repeat(self.ids.warnings, self._make_problem)
        self._short: Repeat[FollowUpRow] = Repeat(self.ids.short, ShortRow)

    def show(self, state: InspectionState) -> None:
        """Draw the conclusion of the visit."""
        said, checked = state.conclusion, state.checked
        had_problems = self.has_problems
        self.has_problems, self.has_warnings = bool(checked.problems), bool(checked.warnings)
        self.is_clean = checked.is_asked and not checked.problems and not checked.warnings
        self._problems.show(checked.problems)
        self._warnings.show(checked.warnings)
        self.ids.protocols.show([each for each in state.protocols if not each.is_referred])
        self._draw(said)
        if self.has_problems and not had_problems:
            self.ids.scroll.scroll_y = 1

    def _draw(self, said: ConclusionState) -> None:
        self.summary, self.result_error = said.summary, said.problems.get("overall_result", "")
        self.ids.result_comment.text = said.comments.get("overall_result", "")
        self.ids.results.show(
            [kit.Choice(option.id, option.label) for option in said.results],
            [option.id for option in said.results if option.is_chosen],
        )
        self.ids.measures.show(said.measures)
        self.ids.roles.show(said.roles)
        self.ids.paper.show(said.paper)
        self.has_short = bool(said.shortcomings)
        self._short.show(said.shortcomings)
        self.ids.days.show(said.fix_days if said.shortcomings else ())
        self.ids.due.value = said.due_on
        for name, text in (
            ("recommendation", said.recommendation),
            ("opinion", said.opinion),
            ("minutes", said.minutes),
        ):
            self.ids[name].show(text)

    def _make_problem(self) -> ProblemLine:
        line = ProblemLine()
        line.bind(on_release=lambda line: self.visit.jump(line.path))
        return line


class ProblemLine(kit.Press):
    """One thing that was found. show(row); event on_release."""

    path = StringProperty("")
    where = StringProperty("")
    text = StringProperty("")

    def show(self, row: ProblemRow) -> None:
        """Draw the problem."""
        self.path, self.where, self.text = row.path, row.where, row.text


class ShortRow(BoxLayout):
    """One shortcoming of this visit. show(row)."""

    text = StringProperty("")
    word = StringProperty("")

    def show(self, row: FollowUpRow) -> None:
        """Draw the shortcoming."""
        self.text, self.word = row.text, row.word


class PinnedField(kit.Column):
    """A free text with the office's comment over it. show(state); label; multiline; event on_write(text)."""

    label = StringProperty("")
    multiline = BooleanProperty(True)
    __events__ = ("on_write",)

    def show(self, state: TextState) -> None:
        """Draw the text and what is pinned to it."""
        self.ids.comment.text = state.comment
        field = self.ids.field
        field.max_length, field.warning, field.error = state.longest, state.lint, state.problem
        field.text = state.text

    def on_write(self, text: str) -> None:
        """Overridden by bind."""


load_beside(__file__)
