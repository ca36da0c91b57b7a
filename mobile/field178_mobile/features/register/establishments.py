"""The list of my area's establishments: search without accents, nearest first, chips that count honestly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from field178_mobile.features.register.establishment_data import listed
from field178_mobile.features.register.establishment_facts import (
    ALL,
    DRAFTS,
    NOT_THIS_YEAR,
    RETURNED,
    TO_FIX,
    EstablishmentFacts,
    read_facts,
    word_shown,
)
from field178_mobile.features.register.register_index import distance_text, metres_to
from field178_mobile.features.register.search_index import Indexed, SearchIndex, matching
from field178_mobile.presentation.location import GeoPoint
from field178_mobile.presentation.wording import Option, Wording, row_day
from field178_mobile.store import EstablishmentListing, ShownState, StateWord, Store
from field178_shared.record_type import RecordType
from field178_shared.text.formats import number_text
from field178_shared.time.clock import Clock, local_date

PAGE = 200
# Chips of the active filters; a tap removes the filter.
UNIT, KIND = "unit", "kind"


@dataclass(frozen=True, slots=True)
class EstablishmentListRow:
    """One line of the list."""

    id: str
    title: str
    subtitle: str
    distance: str
    visited: str
    state: str
    state_word: str
    needs_attention: bool
    kind: str
    # Open work there: to_fix, not_this_year or done; independent of `state`, the state of its records.
    risk: str


@dataclass(frozen=True, slots=True)
class EstablishmentsState:
    """The whole list pane; `rows` is its beginning, `show_more` makes it longer."""

    query: str
    chips: tuple[Option, ...]
    rows: tuple[EstablishmentListRow, ...]
    has_more: bool
    count: str
    selected: str
    empty_title: str
    empty_text: str
    # Offer of an empty search to register the searched name; "" without an offer.
    empty_action: str = ""


@dataclass(frozen=True, slots=True)
class FilterState:
    """The communes and kinds of the list, each with how many establishments it would leave."""

    units: tuple[Option, ...]
    kinds: tuple[Option, ...]


class EstablishmentsPresenter:
    """Searches, filters and orders the establishments this tablet holds."""

    def __init__(
        self, store: Store, clock: Clock, words: Wording, render: Callable[[EstablishmentsState], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._render = render
        self._index = SearchIndex(words)
        self._begun = SearchIndex(words)
        self._establishments: list[Indexed] = []
        self._facts = EstablishmentFacts()
        self._is_loading = False
        self._states: dict[str, ShownState] = {}
        self._position: GeoPoint | None = None
        self._query = ""
        self._chip = ALL
        self._narrowed = {UNIT: "", KIND: ""}
        self._shown = PAGE
        self._selected = ""

    def refresh(self) -> None:
        """Reload the store and draw."""
        self._facts = read_facts(self._store, local_date(self._clock.now()).year)
        self._states.clear()
        self._establishments = self._ordered()
        self._is_loading = self._store.status().is_loading
        self._show()

    def search(self, query: str) -> None:
        """Show the establishments whose name, address or commune contains every word, ignoring accents."""
        self._query, self._shown = query, PAGE
        self._show()

    def show_all(self) -> None:
        """Drop search, chip and filters."""
        self._query = ""
        self.choose_chip(ALL)

    def narrow(self, name: str, value: str) -> None:
        """Filter by commune (UNIT) or kind (KIND); the same value again removes the filter."""
        self._narrowed[name] = "" if self._narrowed[name] == value else value
        self._shown = PAGE
        self._show()

    def filters(self) -> FilterState:
        """Return the filter options, those with the most establishments first."""
        return FilterState(*(self._filter_options(name) for name in (UNIT, KIND)))

    def hides(self, establishment_id: str) -> bool:
        """Return whether search, chip or filters hide an establishment."""
        return all(listing.id != establishment_id for listing in self._kept())

    def choose_chip(self, chip: str) -> None:
        """Show one group; the same chip again shows all. Drafts have a separate list.

        ALL removes the filters too; the chip of a filter removes only that filter.
        """
        if chip in self._narrowed:
            self._narrowed[chip] = ""
        else:
            self._chip = ALL if chip == self._chip else chip
        if chip == ALL:
            self._narrowed = dict.fromkeys(self._narrowed, "")
        self._shown = PAGE
        self._show()

    def show_more(self) -> None:
        """Extend the list, because its end was scrolled into sight."""
        self._shown += PAGE
        self._show()

    def select(self, establishment_id: str) -> None:
        """Mark the open establishment in the list."""
        self._selected = establishment_id
        self._show()

    def set_position(self, position: GeoPoint | None) -> None:
        """Order by distance from a position, or by commune and name without one."""
        if position == self._position:
            return
        self._position = position
        self._establishments = self._ordered()
        self._show()

    def _show(self) -> None:
        matches = [each.listing for each in matching(self._establishments, self._query)]
        near = self._narrow(matches, UNIT, KIND)
        kept = self._of_chip(near)
        title, text = self._empty_words() if not kept else ("", "")
        self._read_states(kept[: self._shown])
        self._render(
            EstablishmentsState(
                query=self._query,
                chips=self._chips(near),
                rows=tuple(self._row(listing) for listing in kept[: self._shown]),
                has_more=len(kept) > self._shown,
                count=self._count(len(kept)),
                selected=self._selected,
                empty_title=title,
                empty_text=text,
                empty_action=self._empty_action(matches),
            )
        )

    def _kept(self) -> list[EstablishmentListing]:
        matches = [each.listing for each in matching(self._establishments, self._query)]
        return self._of_chip(self._narrow(matches, UNIT, KIND))

    def _narrow(self, listings: list[EstablishmentListing], *names: str) -> list[EstablishmentListing]:
        filters = {name: value for name in names if (value := self._narrowed[name])}
        if not filters:
            return listings
        return [
            listing
            for listing in listings
            if all(_value_of(listing, name) == filters[name] for name in filters)
        ]

    def _filter_options(self, name: str) -> tuple[Option, ...]:
        other = KIND if name == UNIT else UNIT
        left = self._narrow([each.listing for each in self._establishments], other)
        counts = Counter(_value_of(listing, name) for listing in left)
        counts.setdefault(self._narrowed[name], 0)
        return tuple(
            Option(value, f"{self._filter_word(name, value)} · {count}", value == self._narrowed[name])
            for value, count in counts.most_common()
            if value
        )

    def _filter_word(self, name: str, value: str) -> str:
        return self._words.unit(value) if name == UNIT else self._words.kind(value)

    def _of_chip(self, listings: list[EstablishmentListing]) -> list[EstablishmentListing]:
        group = self._facts.groups.get(self._chip)
        return listings if group is None else [listing for listing in listings if listing.id in group]

    def _ordered(self) -> list[Indexed]:
        """Return the drafts of new establishments, then the register."""
        here, establishments = self._position, self._index.of(self._store.establishments())
        if here is not None:
            establishments = sorted(establishments, key=lambda each: _nearness(here, each.listing))
        drafts = [
            draft
            for draft in self._store.drafts.all()
            if draft.type == RecordType.ESTABLISHMENT and draft.seen is None
        ]
        return [*self._begun.of(map(listed, drafts)), *establishments]

    def _chips(self, listings: Sequence[EstablishmentListing]) -> tuple[Option, ...]:
        _ = self._words.translate
        year = local_date(self._clock.now()).year
        names = {
            ALL: _("All"),
            RETURNED: _("Returned"),
            DRAFTS: _("Drafts"),
            TO_FIX: _("To be fixed"),
            NOT_THIS_YEAR: self._words.say("Not inspected in {year}", year=year),
        }
        ids = {listing.id for listing in listings}
        counts = {chip: len(ids & self._facts.groups.get(chip, ids)) for chip in names}
        counts[DRAFTS] = self._facts.draft_count  # all types of drafts, so that none is hidden
        narrowed = (
            Option(name, self._filter_word(name, value), True)
            for name, value in self._narrowed.items()
            if value
        )
        groups = (
            Option(chip, f"{name} · {number_text(counts[chip], self._words.language)}", chip == self._chip)
            for chip, name in names.items()
            if chip in (ALL, self._chip) or counts[chip]
        )
        return (*narrowed, *groups)

    def _row(self, listing: EstablishmentListing) -> EstablishmentListRow:
        words = self._words
        last = self._facts.last_visit(listing.id)
        state, attention = self._state(listing.id)
        visited = last.started_at if last is not None else None
        risk = self._facts.risk(listing.id)
        open_there = words.translate("To be fixed") if risk == TO_FIX else ""
        return EstablishmentListRow(
            id=listing.id,
            title=listing.name or words.translate("Establishment without a name yet"),
            subtitle=" · ".join(
                filter(None, (open_there, words.unit(listing.unit_id), words.kind(listing.type_id)))
            ),
            distance=distance_text(self._position, listing, words),
            visited=row_day(visited, local_date(self._clock.now())) if visited else "",
            state=state,
            state_word=words.choice("shown_state", state),
            needs_attention=attention,
            kind=listing.type_id,
            risk=risk,
        )

    def _read_states(self, listings: Sequence[EstablishmentListing]) -> None:
        """Read the states of the last visits of these rows, if not read yet."""
        last = (self._facts.last_visit(listing.id) for listing in listings)
        missing = [visit.id for visit in last if visit is not None and visit.id not in self._states]
        if missing:
            self._states.update(self._store.shown_states(missing))

    def _state(self, establishment_id: str) -> tuple[str, bool]:
        last = self._facts.last_visit(establishment_id)
        state = self._states.get(last.id) if last is not None else None
        register = self._facts.register.get(establishment_id)
        needs_attention = any(row is not None and row.attention is not None for row in (state, register))
        if establishment_id in self._facts.groups[DRAFTS]:
            return StateWord.DRAFT, needs_attention
        return word_shown(state.word if state else "", register.word if register else ""), needs_attention

    def _empty_action(self, matches: Sequence[EstablishmentListing]) -> str:
        # Not where a chip alone hides it: it is in the register.
        is_unknown = (bool(self._query.strip()) and not matches) or self._is_area_empty()
        return self._words.translate("Add it as a new establishment") if is_unknown else ""

    def _count(self, shown: int) -> str:
        count = number_text(shown, self._words.language)
        if self._is_loading:
            return self._words.say("{count} in the list, not all are loaded", count=count)
        return self._words.say("{count} in the list", count=count)

    def _is_area_empty(self) -> bool:
        """Return whether the office has no establishment for this tablet: a whole load returned none."""
        if self._establishments or self._is_loading:
            return False
        status = self._store.status()
        return status.last_success_at is not None and not status.is_revoked

    def _empty_words(self) -> tuple[str, str]:
        _ = self._words.translate
        if not self._establishments:
            if self._store.status().is_revoked:
                return _("This tablet was revoked"), _("Bring the tablet to the office.")
            if self._is_area_empty():
                return (
                    _("No establishment in the area of this tablet"),
                    _("The office has entered none so far. One that you meet on the way is added here."),
                )
            return (
                _("No establishment on this tablet yet"),
                _("The list comes with the first exchange. Open Sync and tap Sync now."),
            )
        if self._query.strip():
            query = self._query.strip()
            if self._is_loading:
                # Whoever takes it for missing adds it a second time.
                return (
                    self._words.say("“{query}” is not on this tablet yet", query=query),
                    _("Not all records are loaded. Wait for the rest before you add an establishment."),
                )
            sentence = self._words.say("“{query}” is not found", query=query)
            return sentence, _("Try part of the name, the street or the commune.")
        return _("Nothing in this group"), _("Choose All to see every establishment.")


def _value_of(listing: EstablishmentListing, name: str) -> str:
    return listing.unit_id if name == UNIT else listing.type_id


def _nearness(here: GeoPoint, listing: EstablishmentListing) -> tuple[bool, int]:
    metres = metres_to(here, listing)
    return metres is None, metres or 0
