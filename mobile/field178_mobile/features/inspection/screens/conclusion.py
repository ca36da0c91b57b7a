"""Conclusion tab: shortcomings, result, measures, due days and the representative's comments."""

from __future__ import annotations

from collections.abc import Sequence

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.components.forms.screens import checked_form, field_list, pinned_field
from field178_mobile.features.inspection.conclusion import CONTROLS, ConclusionState, FollowUpRow
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.screens import answering_measures
from field178_mobile.features.inspection.screens.checklist import protocol_card
from field178_mobile.features.inspection.screens.shortcoming_row import ShortRow
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.inputs.date_field import DateSheet
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat

_REQUIRED = (
    answering_measures,
    checked_form,
    chips,
    comment_note,
    field_list,
    pinned_field,
    protocol_card,
)


@dispatches("on_minutes")
class ConclusionPane(BoxLayout):
    """The conclusion of the visit. show(state); visit (the presenter); event on_minutes."""

    visit = ObjectProperty(None)
    summary = StringProperty("")
    limits = StringProperty("")
    has_problems = BooleanProperty(False)
    result_error = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._short: Repeat[FollowUpRow] = Repeat(self.ids.short, self._make_short)
        self._due_offers: Sequence[tuple[str, str]] = ()
        self._result = Optional(self.ids.result_card)
        self._measures = Optional(self.ids.measures_card)
        self._minutes = Optional(self.ids.minutes_card)

    def show(self, state: InspectionState) -> None:
        """Draw the conclusion of the visit."""
        conclusion = state.conclusion
        assert conclusion is not None
        protocols = [each for each in state.protocols if not each.is_referred]
        self.ids.scroll.optional.show(self.ids.protocols, bool(protocols))
        self.ids.scroll.optional.show(self.ids.short_card, bool(conclusion.shortcomings))
        self.ids.protocols.show(protocols)
        self._draw(conclusion)
        for card in self.ids.scroll.column.children:
            # A reviewed visit is read-only, but its paper can still be made.
            card.disabled = state.is_locked and card is not self.ids.to_minutes.__self__
        had_problems, self.has_problems = self.has_problems, bool(state.checked.problems)
        self.ids.scroll.show_checked(state.checked)
        if self.has_problems and not had_problems:
            self.ids.scroll.show_top()

    def bring_into_sight(self, path: str) -> None:
        """Scroll to a field after the layout of this frame."""
        Clock.schedule_once(lambda _dt: self._scroll_to(path), 0)

    def _scroll_to(self, path: str) -> None:
        field = self.ids.fields.widget_of(path) or self.ids[CONTROLS.get(path, "result_card")]
        if field.parent is not None:
            self.ids.scroll.scroll_to_widget(field)

    def _draw(self, conclusion: ConclusionState) -> None:
        self.summary, self.result_error = conclusion.summary, conclusion.result_problem
        self.ids.result_comment.text, self.ids.comment.text = (
            conclusion.result_comment,
            conclusion.other_comments,
        )
        self._result.show(self.ids.result_comment, bool(conclusion.result_comment))
        self.ids.scroll.optional.show(self.ids.comment, bool(conclusion.other_comments))
        self.ids.results.show(
            [kit.Choice(option.id, option.label) for option in conclusion.results],
            [option.id for option in conclusion.results if option.is_chosen],
        )
        self.ids.measures.show(conclusion.measures)
        self._measures.show(self.ids.answered, bool(conclusion.answered))
        self.ids.answered.show(conclusion.answered)
        self.limits = "\n".join(conclusion.limits)
        self.ids.scroll.optional.show(self.ids.updates_card, bool(conclusion.updates))
        self.ids.updates.show(conclusion.updates)
        self.ids.roles.show(conclusion.roles)
        self.ids.paper.show(conclusion.paper)
        self._short.show(conclusion.shortcomings)
        self.ids.days.show(conclusion.fix_days)
        due = self.ids.due
        due.value, due.weekday, due.warning = conclusion.due_on, conclusion.due_weekday, conclusion.due_hint
        self._due_offers = conclusion.due_offers
        for path, field in conclusion.texts.items():
            self.ids[CONTROLS[path]].show(field)
        self.ids.fields.show(conclusion.fields)
        self._minutes.show(self.ids.fields, bool(conclusion.fields))

    def _make_short(self) -> ShortRow:
        row = ShortRow()
        row.bind(on_release=self._ask_due)
        return row

    def _ask_due(self, row: ShortRow) -> None:
        """Ask for the due day of one shortcoming."""
        key = row.key

        def give(iso: str) -> None:
            self.visit.fix_item_by(key, iso)

        DateSheet(row.due_on, give, self._due_offers, title=row.text).open()


load_beside(__file__)
