"""The open outreach session: what, where, who, on which topics."""

from __future__ import annotations

from datetime import date

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.presenters.inspection_state import ProblemRow
from field178_mobile.presenters.outreach_state import AudienceRow as AudienceState
from field178_mobile.presenters.outreach_state import MaterialRow, OutreachState
from field178_mobile.presenters.wording import Option
from field178_mobile.ui import kit
from field178_mobile.ui.kv import load_beside
from field178_mobile.ui.language import language as _
from field178_mobile.ui.screens import chips, pick_field
from field178_mobile.ui.screens.audience_row import AudienceRow
from field178_mobile.ui.screens.repeat import Repeat

_REQUIRED = (chips.OptionChips, pick_field.PickField)
# Where each field of the record is on the screen, so that a problem or a comment leads to it.
PLACES = {
    "outreach_form_id": "form",
    "session_date": "day",
    "duration_minutes": "minutes",
    "unit_id": "unit",
    "host_agency_id": "host",
    "venue": "venue",
    "audiences": "audiences",
    "topic_ids": "topics",
    "materials": "materials",
    "summary": "summary",
    "note": "note",
}


class OutreachForm(kit.ScrollPane):
    """show(state) draws the session; `session` is its presenter."""

    session = ObjectProperty(None, allownone=True)
    focus_path = StringProperty("")

    def on_kv_post(self, _base: object) -> None:
        """Bind the lists that follow the state, once the kv rule has made their places."""
        self._rows: Repeat[AudienceState] = Repeat(self.ids.audiences, self._make_row)
        self._problems: Repeat[tuple[ProblemRow, bool]] = Repeat(self.ids.problems, self._make_problem)
        self._audiences: tuple[Option, ...] = ()
        self._materials: tuple[MaterialRow, ...] = ()

    def show(self, state: OutreachState) -> None:
        """Draw the session; a new focus is brought into view."""
        self._audiences, self._materials = state.more_audiences, state.materials
        ids = self.ids
        for name, options in (("form", state.forms), ("unit", state.units), ("host", state.hosts)):
            ids[name].show(options)
        ids.form.error, ids.unit.error = (
            state.problems.get("outreach_form_id", ""),
            state.problems.get("unit_id", ""),
        )
        ids.host.error = state.problems.get("host_agency_id", "")
        ids.topics.show(state.topics)
        ids.day.value = "-".join(reversed(state.session_date.split("/")))
        ids.minutes.value = -1 if state.duration_minutes is None else state.duration_minutes
        for name in ("venue", "summary", "note"):
            self._show_text(name, state)
        self._rows.show(state.audiences)
        ids.total.text = state.total
        ids.materials.show([_material(row.id, row.label, row.quantity) for row in state.materials])
        ids.repeat.text, ids.repeat_box.shown = state.repeat_hint, bool(state.repeat_hint)
        ids.people.shown, ids.venue_box.shown, ids.note_box.shown = (
            state.counts_people,
            state.has_venue,
            state.needs_note,
        )
        ids.audience_error.text = state.problems.get("audiences", "")
        ids.topic_error.text = state.problems.get("topic_ids", "")
        self._show_problems(state)
        self._follow(state.focus)

    def add_audience(self) -> None:
        """Offer the audiences that are not on the list yet; the pad opens for the chosen one."""
        choices = [kit.Choice(option.id, option.label) for option in self._audiences]
        kit.ChoiceSheet(choices, (), self._audience_chosen, title=_("Who attended")).open()

    def ask_quantity(self, material_id: str) -> None:
        """Ask how many of a material were handed out."""
        row = next(row for row in self._materials if row.id == material_id)
        pad = kit.NumberPad(
            title=row.label, on_number=lambda number: self.session.hand_out(material_id, number)
        )
        pad.start(-1 if row.quantity is None else row.quantity)
        pad.open()

    def choose_day(self, iso: str) -> None:
        """Keep the day; a cleared field keeps the old one."""
        if iso:
            self.session.choose_day(date.fromisoformat(iso))

    def _audience_chosen(self, keys: tuple[str, ...]) -> None:
        row = AudienceRow(session=self.session, key=keys[0])
        row.start()

    def _show_problems(self, state: OutreachState) -> None:
        found = [(row, False) for row in state.checked.problems] + [
            (row, True) for row in state.checked.warnings
        ]
        self._problems.show(found)
        if found and not self.ids.problem_box.shown:
            self.scroll_y = 1
        self.ids.problem_box.shown = bool(found)

    def _show_text(self, name: str, state: OutreachState) -> None:
        field, shown = self.ids[name], getattr(state, name)
        field.text, field.warning, field.error = shown.text, shown.lint or shown.comment, shown.problem

    def _make_row(self) -> AudienceRow:
        return AudienceRow(session=self.session)

    def _make_problem(self) -> ProblemLine:
        line = ProblemLine()
        line.bind(on_release=lambda line: self._follow(line.path))
        return line

    def _follow(self, path: str) -> None:
        place = PLACES.get(path.partition(".")[0])
        if place and path != self.focus_path:
            self.scroll_to_widget(self.ids[place])
        self.focus_path = path


class ProblemLine(kit.Press):
    """One thing to look at; a tap leads to it."""

    path = StringProperty("")
    where = StringProperty("")
    text = StringProperty("")
    is_warning = BooleanProperty(False)

    def show(self, found: tuple[ProblemRow, bool]) -> None:
        """Draw a problem, or a warning that keeps nothing from being filed."""
        row, self.is_warning = found
        self.path, self.where, self.text = row.path, row.where, row.text


def _material(key: str, label: str, quantity: int | None) -> Option:
    return Option(key, label, bool(quantity), str(quantity) if quantity else "")


load_beside(__file__)
