"""The outreach sessions on this tablet: drafts first, then filed ones, newest first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from field178_mobile.presentation.wording import Option, Wording, row_day
from field178_mobile.store import Draft, InboxKind, ShownState, StateWord, Store
from field178_shared.merge import read_path
from field178_shared.record_type import RecordType
from field178_shared.records.reading import Data, ids_of, text_of
from field178_shared.text.formats import number_text
from field178_shared.text.normalisation import fold
from field178_shared.time.clock import Clock, local_date

PAGE = 200
ALL, DRAFTS, RETURNED, UNSENT = "all", "drafts", "returned", "unsent"
_WORDS = {RETURNED: StateWord.RETURNED, DRAFTS: StateWord.DRAFT, UNSENT: StateWord.UNSENT}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One line of the list: topic and place, below them the form and how many attended."""

    record_id: str
    draft_id: str
    title: str
    subtitle: str
    day: str
    state: str
    state_word: str
    attention: str


@dataclass(frozen=True, slots=True)
class SessionsState:
    """State of the list; `nothing_found`: no session matches search and chip.

    `rows` is the beginning of the list; `show_more` extends it.
    """

    rows: tuple[SessionRow, ...]
    has_more: bool
    selected: str
    chips: tuple[Option, ...]
    nothing_found: bool


class SessionsPresenter:
    """Lists the sessions, searches and groups them, and remembers which one is open."""

    def __init__(
        self, store: Store, clock: Clock, words: Wording, render: Callable[[SessionsState], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._render = render
        self._selected = ""
        self._query = ""
        self._chip = ALL
        self._shown = PAGE

    def show(self) -> None:
        """Show the list as the store has it now."""
        drafts = {
            draft.record_id: draft
            for draft in self._store.drafts.all()
            if draft.type == RecordType.OUTREACH_SESSION
        }
        views = {
            view.id: view.data for view in self._store.views(RecordType.OUTREACH_SESSION) if not view.deleted
        }
        bodies: dict[str, Data] = {**views, **{key: draft.data for key, draft in drafts.items()}}
        matches = {key: data for key, data in bodies.items() if self._matches(data)}
        groups = self._groups(frozenset(drafts))
        kept = [key for key in matches if key in groups.get(self._chip, matches)]
        kept.sort(key=lambda key: (key in drafts, text_of(bodies[key], "session_date")), reverse=True)
        shown = kept[: self._shown]
        states = self._store.shown_states(shown)
        self._render(
            SessionsState(
                rows=tuple(self._row(states[key], key, bodies[key], drafts.get(key)) for key in shown),
                has_more=len(kept) > len(shown),
                selected=self._selected,
                chips=self._chips(matches.keys(), groups),
                nothing_found=bool(bodies) and not kept,
            )
        )

    def search(self, query: str) -> None:
        """Show the sessions whose topic, place, commune or form contains every word, ignoring accents."""
        self._query, self._shown = fold(query), PAGE
        self.show()

    def choose_chip(self, chip: str) -> None:
        """Keep one group; the same chip again shows all."""
        self._chip, self._shown = (ALL if chip == self._chip else chip), PAGE
        self.show()

    def show_more(self) -> None:
        """Extend the list, because its end was scrolled into sight."""
        self._shown += PAGE
        self.show()

    def select(self, record_id: str) -> None:
        """Mark one session as the open one."""
        self._selected = record_id
        self.show()

    def _groups(self, drafts: frozenset[str]) -> dict[str, frozenset[str]]:
        own, inbox = self._store.own_states(RecordType.OUTREACH_SESSION), self._store.inbox()
        return {
            DRAFTS: drafts,
            RETURNED: frozenset(item.record_id for item in inbox if item.kind is InboxKind.RETURNED),
            UNSENT: frozenset(key for key, state in own.items() if state.word is StateWord.UNSENT),
        }

    def _chips(self, matches: Collection[str], groups: Mapping[str, frozenset[str]]) -> tuple[Option, ...]:
        names = {ALL: self._words.translate("All")}
        names |= {chip: self._words.choice("shown_state", word) for chip, word in _WORDS.items()}
        counts = {chip: len(groups[chip].intersection(matches)) for chip in groups} | {ALL: len(matches)}
        return tuple(
            Option(chip, f"{name} · {number_text(counts[chip], self._words.language)}", chip == self._chip)
            for chip, name in names.items()
            if chip in (ALL, self._chip) or counts[chip]
        )

    def _matches(self, data: Data) -> bool:
        if not self._query:
            return True
        parts = (*self._topics(data), self._form(data), text_of(data, "venue"), self._unit(data))
        text = fold(" ".join(parts))
        return all(word in text for word in self._query.split())

    def _row(self, shown: ShownState, record_id: str, data: Data, draft: Draft | None) -> SessionRow:
        words, topics = self._words, self._topics(data)
        state = StateWord.DRAFT if draft is not None else shown.word
        day, place = text_of(data, "session_date"), text_of(data, "venue") or self._unit(data)
        topic = topics[0] if topics else self._form(data)
        more = words.say("and {count} more", count=len(topics) - 1) if len(topics) > 1 else ""
        people = words.say("{count} people", count=number_text(attendance_of(data), words.language))
        return SessionRow(
            record_id=record_id,
            draft_id=draft.id if draft is not None else "",
            title=" · ".join(filter(None, (topic, place))),
            subtitle=" · ".join(filter(None, (more, self._form(data) if topics else "", people))),
            day=row_day(date.fromisoformat(day), local_date(self._clock.now())) if day else "",
            state=state,
            state_word=words.choice("shown_state", state),
            attention=shown.attention or "",
        )

    def _topics(self, data: Data) -> tuple[str, ...]:
        topics = self._words.lists.topics
        return tuple(
            topics[topic].label(self._words.language)
            for topic in ids_of(data, "topic_ids")
            if topic in topics
        )

    def _form(self, data: Data) -> str:
        form = self._words.lists.forms.get(text_of(data, "outreach_form_id"))
        return form.label(self._words.language) if form else self._words.record(RecordType.OUTREACH_SESSION)

    def _unit(self, data: Data) -> str:
        return self._words.unit(data.get("unit_id"))


def attendance_of(data: Mapping[str, object]) -> int:
    """Return the total attendance of all audiences."""
    audiences = data.get("audiences")
    keys = audiences if isinstance(audiences, Mapping) else ()
    counts = [read_path(data, f"audiences.{key}.attendance_count") for key in keys]
    return sum(count for count in counts if isinstance(count, int))
