"""The outreach sessions on this tablet: drafts first, then filed ones, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from field178_mobile.presentation.wording import Wording, row_day
from field178_mobile.store import Draft, ShownState, StateWord, Store
from field178_shared.merge import read_path
from field178_shared.records.reading import text_of
from field178_shared.text.formats import number_text
from field178_shared.time.clock import Clock, local_date

TYPE = "outreach_session"
PAGE = 200


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One line of the list."""

    record_id: str
    draft_id: str
    title: str
    unit: str
    venue: str
    day: str
    attendance: str
    state: str
    state_word: str
    attention: str


@dataclass(frozen=True, slots=True)
class SessionsState:
    """The list; `is_empty` asks for the words that say what to do next.

    `rows` is its beginning, `show_more` makes it longer.
    """

    rows: tuple[SessionRow, ...]
    has_more: bool
    selected: str
    is_empty: bool


class SessionsPresenter:
    """Lists the sessions and remembers which one is open."""

    def __init__(
        self, store: Store, clock: Clock, words: Wording, render: Callable[[SessionsState], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._render = render
        self._selected = ""
        self._shown = PAGE

    def show(self) -> None:
        """Show the list as the store has it now."""
        rows, has_more = self._rows()
        self._render(SessionsState(rows, has_more, self._selected, not rows))

    def show_more(self) -> None:
        """Make the list longer: the end of what is shown has come into sight."""
        self._shown += PAGE
        self.show()

    def select(self, record_id: str) -> None:
        """Mark one session as the open one."""
        self._selected = record_id
        self.show()

    def _rows(self) -> tuple[tuple[SessionRow, ...], bool]:
        drafts = {draft.record_id: draft for draft in self._store.drafts.all() if draft.type == TYPE}
        views = {view.id: view.data for view in self._store.views(TYPE) if not view.deleted}
        bodies: dict[str, Mapping[str, object]] = {
            **views,
            **{key: draft.data for key, draft in drafts.items()},
        }
        ordered = sorted(
            bodies, key=lambda key: (key in drafts, text_of(bodies[key], "session_date")), reverse=True
        )
        shown = ordered[: self._shown]
        states = self._store.shown_states(shown)
        rows = (self._row(states[key], key, bodies[key], drafts.get(key)) for key in shown)
        return tuple(rows), len(ordered) > len(shown)

    def _row(
        self, shown: ShownState, record_id: str, data: Mapping[str, object], draft: Draft | None
    ) -> SessionRow:
        words = self._words
        form = words.lists.forms.get(text_of(data, "outreach_form_id"))
        state = StateWord.DRAFT if draft is not None else shown.word
        day = text_of(data, "session_date")
        return SessionRow(
            record_id=record_id,
            draft_id=draft.id if draft is not None else "",
            title=form.label(words.language) if form else words.record(TYPE),
            unit=words.unit(data.get("unit_id")),
            venue=text_of(data, "venue"),
            day=row_day(date.fromisoformat(day), local_date(self._clock.now())) if day else "",
            attendance=words.say("{count} people", count=number_text(attendance_of(data), words.language)),
            state=state,
            state_word=words.choice("shown_state", state),
            attention=shown.attention or "",
        )


def attendance_of(data: Mapping[str, object]) -> int:
    """Return how many attended, all audiences together."""
    audiences = data.get("audiences")
    keys = audiences if isinstance(audiences, Mapping) else ()
    counts = [read_path(data, f"audiences.{key}.attendance_count") for key in keys]
    return sum(count for count in counts if isinstance(count, int))
