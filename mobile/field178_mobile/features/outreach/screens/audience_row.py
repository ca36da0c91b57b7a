"""One audience of an outreach session with its two numbers."""

from __future__ import annotations

from kivy.properties import NumericProperty, ObjectProperty, StringProperty

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.features.outreach.outreach_state import AudienceCounts as AudienceState
from field178_mobile.features.outreach.outreach_state import EstablishmentCounts as CountsState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.optional import Optional

_REQUIRED = (comment_note.CommentNote,)


class AudienceRow(kit.Column):
    """Row of an audience. show(state); session (the presenter); start() asks for its two numbers."""

    key = StringProperty("")
    label = StringProperty("")
    attendance = NumericProperty(-1)
    first_time = NumericProperty(-1)
    problem = StringProperty("")
    warning = StringProperty("")
    comment = StringProperty("")
    path = StringProperty("")
    session = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._optional: Optional | None = None

    def show(self, state: AudienceState | CountsState) -> None:
        """Draw the audience."""
        self.key, self.path, self.label = state.id, state.path, state.label
        self.attendance = -1 if state.attendance is None else state.attendance
        self.first_time = -1 if state.first_time is None else state.first_time
        self.problem, self.warning, self.comment = state.problem, state.warning, state.comment
        if self._optional is None:  # not in __init__: inside another rule the children are added later
            self._optional = Optional(self)
        self._optional.show(self.ids.comment, bool(state.comment))

    def start(self) -> None:
        """Open the number pad of the attendance."""
        self.ids.attendance.on_release()

    def give_attendance(self, number: int) -> None:
        """Store the attendance, then ask for the number of first-time attendees."""
        self.keep("attendance_count", number)
        if self.first_time < 0:
            self.ids.first_time.on_release()

    def give_first_time(self, number: int) -> None:
        """Store the number of attendees of this topic for the first time this year."""
        self.keep("first_time_count", number)

    def keep(self, name: str, number: int) -> None:
        """Store a number of the audience."""
        self.session.count(self.key, name, number)

    def drop(self) -> None:
        """Remove the audience."""
        self.session.drop_audience(self.key)


load_beside(__file__)
