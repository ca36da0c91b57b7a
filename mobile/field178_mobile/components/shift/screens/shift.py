"""The shift sheet: team, decision, kind and people, chosen once a night."""

from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from field178_mobile.components.shift.shift import MemberGroup, ShiftState
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat

_REQUIRED = (chips.OptionChips, kit.SearchField)


@dispatches("on_confirmed")
class ShiftSheet(kit.Sheet):
    """Chooses the shift. show(state); shift (the presenter); event on_confirmed."""

    shift = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(title=_("Shift of the night"), width_dp=560, **kwargs)
        self.body = ShiftBody(shift=self.shift)
        self.add_widget(self.body)
        self.done = kit.Btn(icon="check", text=_("Use for tonight"), size_hint_x=1)
        self.done.bind(on_release=lambda _btn: self._confirm())
        self.footer.add_widget(self.done)

    def show(self, state: ShiftState) -> None:
        """Draw the shift."""
        self.sub = _("Of this visit alone") if state.is_of_visit else _("Valid for every visit until 06:00")
        self.done.text = _("OK") if state.is_of_visit else _("Use for tonight")
        self.body.show(state)
        self.done.disabled, self.done.reason = not state.can_confirm, self.body.ids.lacking.text

    def on_dismiss(self) -> None:
        """Clear the search for the next sheet."""
        self.shift.search_members("")

    def _confirm(self) -> None:
        if self.shift.confirm():
            self.dismiss()
            self.dispatch("on_confirmed")


class ShiftBody(kit.Column):
    """The fields of the shift."""

    shift = ObjectProperty(None)
    earlier = StringProperty("")
    lacking = StringProperty("")
    needs_decision = BooleanProperty(True)
    member_count = NumericProperty(0)
    unshown = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional = Optional(self)
        self._groups: Repeat[MemberGroup] = Repeat(self.ids.members, self._make_group)

    def show(self, state: ShiftState) -> None:
        """Draw the fields."""
        self.earlier = "" if state.is_current else state.earlier
        self.lacking, self.needs_decision = state.lacking, state.needs_decision
        self.ids.teams.show(state.teams)
        self._optional.show(self.ids.before, bool(self.earlier))
        self._optional.show(self.ids.team, len(state.teams) != 1)
        self._optional.show(self.ids.lacking, bool(self.lacking))
        self.ids.kinds.show(state.kinds)
        self.ids.triggers.show(state.triggers)
        self.ids.escorts.show(state.escorts)
        self.ids.number.text, self.ids.number.warning = state.decision_number, state.number_warning
        self.ids.day.value = state.decision_date
        self.member_count, self.unshown = state.member_count, state.unshown
        self._optional.show(self.ids.search, state.can_search)
        self._optional.show(self.ids.unshown, bool(state.unshown))
        self._groups.show(state.groups)

    def _make_group(self) -> MemberBox:
        box = MemberBox()
        box.ids.rows.bind(on_choose=lambda _list, key: self.shift.toggle_member(key))
        return box


class MemberBox(kit.Column):
    """The officers of one agency. show(group)."""

    title = StringProperty("")

    def show(self, group: MemberGroup) -> None:
        """Draw the officers."""
        self.title = group.title
        self.ids.rows.show(
            [kit.Choice(row.id, row.name, row.position) for row in group.rows],
            [row.id for row in group.rows if row.is_chosen],
        )


load_beside(__file__)
