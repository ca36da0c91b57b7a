"""Form of a worker census in the record pane, with number pads that follow each other."""

from __future__ import annotations

from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.forms.screens import feedback_line, pinned_field, repeat_card, returned_card
from field178_mobile.components.forms.screens.checked_form import CheckedForm
from field178_mobile.features.census.census_data import FEMALE, MALE, TOTAL
from field178_mobile.features.census.census_state import CONTROLS, CensusState, CountState
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.state_tones import PILL_OF_STATE
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat

_REQUIRED = (
    feedback_line.FeedbackLine,
    pinned_field.PinnedField,
    repeat_card.RepeatCard,
    returned_card.ReturnedCard,
    kit.DateField,
)
# The count to ask for next, by count.
_NEXT = {TOTAL: FEMALE, FEMALE: MALE}


@dispatches("on_counted")
class CensusCount(kit.Column):
    """A count. show(state); ask() opens the pad; event on_counted(number)."""

    key = StringProperty("")
    label = StringProperty("")
    unit = StringProperty("")
    subject = StringProperty("")
    last = StringProperty("")
    number = NumericProperty(-1)
    problem = StringProperty("")
    warning = StringProperty("")

    def show(self, state: CountState) -> None:
        """Draw the count."""
        self.key, self.label, self.unit, self.last = state.path, state.label, state.unit, state.last
        self.number = -1 if state.number is None else state.number
        self.problem, self.warning = state.problem, state.warning
        self.ids.count.suggestions = _offered(state)

    def ask(self) -> None:
        """Open the number pad."""
        self.ids.count.on_release()


@dispatches("on_discard")
class CensusFields(CheckedForm):
    """show(state) draws the census; `form` is its presenter; event on_discard."""

    places = CONTROLS
    first = "counts"
    form = ObjectProperty(None, allownone=True)

    def on_kv_post(self, base: object) -> None:
        """Bind the list to the state, after the kv rule was applied."""
        super().on_kv_post(base)
        self._counts: Repeat[CountState] = Repeat(self.ids.counts, self._make_count)

    def show(self, state: CensusState) -> None:
        """Draw the census; a new focus is brought into view."""
        self.ids.returned.text = state.returned
        self.optional.show(self.ids.returned, bool(state.returned))
        self.ids.repeat.text = state.repeat
        self.optional.show(self.ids.repeat, bool(state.repeat))
        self._counts.show(state.counts)
        self.ids.day.value, self.ids.day.error = state.counted_on, state.day_problem
        for name, text in state.texts.items():
            self.ids[name].show(text)
        self.optional.show(self.ids.withdraw, not state.is_new)
        self.optional.show(self.ids.discard, state.has_draft)
        self.show_checked(state.checked)
        self.follow(state.focus)

    def ask_discard(self) -> None:
        """Delete the draft after a confirmation."""
        kit.confirm(
            _("Discard this draft?"),
            _("What was entered in this count is deleted from the device. What was saved stays."),
            _("Discard"),
            _("Keep"),
            lambda: self.dispatch("on_discard"),
            "danger",
        )

    def ask_withdraw(self) -> None:
        """Withdraw the filed census after a confirmation."""
        kit.confirm(
            _("Withdraw this count?"),
            _("It counts no longer, here and at the office. The office still sees that it was there."),
            _("Withdraw"),
            _("Keep"),
            self.form.withdraw,
            "danger",
        )

    def _make_count(self) -> CensusCount:
        row = CensusCount()
        row.bind(on_counted=self._counted)
        return row

    def _counted(self, row: CensusCount, number: int) -> None:
        """Store a number, then ask for the next open count."""
        self.form.write(row.key, number)
        following = next(
            (child for child in self.ids.counts.children if child.key == _NEXT.get(row.key)), None
        )
        if following is not None and following.number < 0:
            following.ask()


class CensusPane(BoxLayout):
    """The form of one census. workspace (its presenters); show(state)."""

    workspace = ObjectProperty(None)
    form = ObjectProperty(None, allownone=True)
    establishment = StringProperty("")
    word = StringProperty("")
    word_tone = StringProperty("plain")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._head = Optional(self.ids.head)

    def show(self, state: CensusState) -> None:
        """Draw the form."""
        is_other = self.form is not self.workspace.census.form
        self.form = self.ids.fields.form = self.workspace.census.form
        self.establishment = state.establishment
        self.word, self.word_tone = state.word_label, PILL_OF_STATE.get(state.word, "plain")
        self._head.show(self.ids.undo, bool(state.feedback.undo))
        self._head.show(self.ids.word, bool(self.word))
        self.ids.status.show(state.feedback, state.checked)
        self.ids.fields.show(state)
        if is_other:
            self.ids.fields.show_top()


def _offered(state: CountState) -> list[tuple[str, int]]:
    """Return the numbers that the pad offers: the rest of the total, and the number of the last time."""
    numbers = []
    if state.rest is not None:
        numbers.append((_("The rest: {count}").format(count=state.rest), state.rest))
    if state.last_number is not None and state.last_number != state.rest:
        numbers.append((_("As last time: {count}").format(count=state.last_number), state.last_number))
    return numbers


load_beside(__file__)
