"""Plan of this officer's teams: due, missed, later and done visits, optionally nearest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from field178_mobile.components.shift.roster import read_roster
from field178_mobile.features.plan.planned import PlannedItem, PlannedVisits
from field178_mobile.features.register.register_index import distance_text, metres_to
from field178_mobile.presentation.location import GeoPoint
from field178_mobile.presentation.wording import Option, Wording
from field178_mobile.store import EstablishmentListing, Store, StoreChange
from field178_shared.record_type import RecordType
from field178_shared.records.plan import PlanItem, PlanState
from field178_shared.text.formats import date_text
from field178_shared.time.clock import Clock, local_date

NEAREST, ALL_TEAMS = "nearest", "all_teams"
GROUPS = (PlanState.DUE, PlanState.MISSED, PlanState.LATER, PlanState.DONE)
TONES = {PlanState.DUE: "primary", PlanState.MISSED: "warn", PlanState.LATER: "plain", PlanState.DONE: "ok"}
_FAR = 10**9


@dataclass(frozen=True, slots=True)
class PlanRow:
    """Row of a planned visit, with the tone and word of its state."""

    id: str
    title: str
    detail: str
    kind: str
    distance: str
    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class PlanScreenState:
    """State of the screen; `is_bare`: the office has planned no visit for these teams."""

    rows: tuple[PlanRow, ...]
    chips: tuple[Option, ...]
    summary: str
    is_bare: bool


class PlanPresenter:
    """Lists the planned visits that were received and opens the establishment of one."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        words: Wording,
        user: str,
        render: Callable[[PlanScreenState], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._user = user
        self._render = render
        self._planned = PlannedVisits(store)
        self._group = PlanState.DUE
        self._is_nearest = self._has_all_teams = False
        self._position: GeoPoint | None = None
        self._listings: dict[str, EstablishmentListing] = {}

    def store_changed(self, change: StoreChange) -> None:
        """Follow the store; a tap in a draft changes nothing here."""
        if change.everything or change.records:
            self._planned.forget(None if change.everything else change.records)
            self.refresh()

    def refresh(self) -> None:
        """Reload the store and draw."""
        today = local_date(self._clock.now())
        own = self._own_teams(today)
        every = self._planned.read(today)
        mine = [planned for planned in every if self._has_all_teams or not own or planned.item.team_id in own]
        self._listings = {listing.id: listing for listing in self._store.establishments()} if mine else {}
        counts = Counter(planned.progress.state for planned in mine)
        shown = sorted(
            (planned for planned in mine if planned.progress.state is self._group), key=self._order
        )
        others = any(planned.item.team_id not in own for planned in every) if own else False
        self._render(
            PlanScreenState(
                rows=tuple(self._row(planned, today) for planned in shown),
                chips=self._chips(counts, others),
                summary=self._summary(counts),
                is_bare=not mine,
            )
        )

    def choose_chip(self, chip: str) -> None:
        """Show a group; the chips NEAREST and ALL_TEAMS toggle independently."""
        if chip == NEAREST:
            self._is_nearest = not self._is_nearest
        elif chip == ALL_TEAMS:
            self._has_all_teams = not self._has_all_teams
        else:
            self._group = PlanState(chip)
        self.refresh()

    def stand_at(self, position: GeoPoint | None) -> None:
        """Set the position of this tablet, for distances."""
        self._position = position
        self.refresh()

    def establishment_of(self, item_id: str) -> str:
        """Return the establishment of a row, "" if it is not on this tablet."""
        view = self._store.view(item_id)
        place = PlanItem.from_data(item_id, view.data).establishment_id if view is not None else ""
        return place if place and self._store.view(place) is not None else ""

    def _own_teams(self, today: date) -> frozenset[str]:
        roster = read_roster(self._store.views(RecordType.TEAM), self._store.views(RecordType.PERSON), today)
        return frozenset(team.id for team in roster.teams if self._user in team.positions)

    def _chips(self, counts: Counter[PlanState], has_others: bool) -> tuple[Option, ...]:
        say = self._words.say
        names = {
            PlanState.DUE: say("In the window"),
            PlanState.MISSED: say("Late"),
            PlanState.LATER: say("Coming"),
            PlanState.DONE: say("Carried out"),
        }
        groups = [
            Option(state, names[state], state is self._group, str(counts[state]) if counts[state] else "")
            for state in GROUPS
        ]
        groups.append(Option(NEAREST, say("Nearest first"), self._is_nearest))
        if has_others:
            groups.append(Option(ALL_TEAMS, say("All teams"), self._has_all_teams))
        return tuple(groups)

    def _summary(self, counts: Counter[PlanState]) -> str:
        planned = sum(counts.values())
        if not planned:
            return ""
        return self._words.say("{done} of {planned} done", done=counts[PlanState.DONE], planned=planned)

    def _row(self, planned: PlannedItem, today: date) -> PlanRow:
        item, words = planned.item, self._words
        listing = self._listings.get(item.establishment_id)
        parts = [words.unit(item.unit_id), self._window(item)]
        if item.kind != "planned":
            parts.insert(0, words.choice("inspection_kind", item.kind))
        if item.reason:
            parts.append(item.reason)
        title = listing.name if listing is not None else words.kind(item.establishment_type_id)
        return PlanRow(
            id=item.id,
            title=title,
            detail=" · ".join(part for part in parts if part),
            kind=listing.type_id if listing is not None else item.establishment_type_id,
            distance=distance_text(self._position, listing, words) if listing is not None else "",
            word=self._word(planned, today),
            tone=TONES[planned.progress.state],
        )

    def _word(self, planned: PlannedItem, today: date) -> str:
        item, say = planned.item, self._words.say
        state = planned.progress.state
        if state is PlanState.DONE:
            return say("Carried out")
        if state is PlanState.LATER:
            return say("from {day}", day=date_text(item.window_from, self._words.language))
        if state is PlanState.DUE and planned.progress.tried:
            return say("not got in yet")
        days = (item.window_to - today).days
        if state is PlanState.MISSED:
            return say("{count} days late", count=-days)
        return say("last day") if days == 0 else say("{count} days left", count=days)

    def _window(self, item: PlanItem) -> str:
        first, last = (date_text(day, self._words.language) for day in (item.window_from, item.window_to))
        return first if first == last else f"{first} – {last}"

    def _order(self, planned: PlannedItem) -> tuple[int, date, str]:
        listing = self._listings.get(planned.item.establishment_id)
        metres = metres_to(self._position, listing) if self._is_nearest and listing is not None else None
        near = (_FAR if metres is None else metres) if self._is_nearest else 0
        return (near, planned.item.window_to, planned.item.id)
