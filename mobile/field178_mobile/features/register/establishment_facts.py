"""Facts about all establishments for list and map: visits, groups, own states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from field178_mobile.store import InboxKind, ShownState, StateWord, Store, VisitListing
from field178_shared.record_type import RecordType
from field178_shared.time.clock import local_date

ALL, DRAFTS, RETURNED, TO_FIX, NOT_THIS_YEAR = "all", "drafts", "returned", "to_fix", "not_this_year"
DONE = "done"


@dataclass(frozen=True, slots=True)
class EstablishmentFacts:
    """Visits by establishment (newest first), establishments by group, and number of drafts.

    `register`: states of establishment records changed or begun on this tablet.
    """

    visits: Mapping[str, tuple[VisitListing, ...]] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    register: Mapping[str, ShownState] = field(default_factory=dict)
    draft_count: int = 0

    def risk(self, establishment_id: str) -> str:
        """Return the open work at an establishment, independent of record states: TO_FIX first."""
        if establishment_id in self.groups.get(TO_FIX, ()):
            return TO_FIX
        is_done = establishment_id in self.visits and establishment_id not in self.groups[NOT_THIS_YEAR]
        return DONE if is_done else NOT_THIS_YEAR

    def last_visit(self, establishment_id: str) -> VisitListing | None:
        """Return the newest visit to an establishment, whether the team got in or not."""
        return next(iter(self.visits.get(establishment_id, ())), None)


def read_facts(store: Store, year: int) -> EstablishmentFacts:
    """Read the facts of all establishments; `year` is "this year"."""
    visits = store.visits()
    register = store.own_states(RecordType.ESTABLISHMENT)
    begun = {key for key, state in register.items() if state.word is StateWord.DRAFT}
    all_drafts = store.drafts.all()
    drafts = (draft for draft in all_drafts if draft.type == RecordType.INSPECTION)
    everywhere = {listing.id for listing in store.establishments()}
    groups = {
        DRAFTS: frozenset({*begun, *(str(draft.data.get("establishment_id", "")) for draft in drafts)}),
        RETURNED: _returned(store, visits),
        TO_FIX: frozenset(place for place, those in visits.items() if _leaves_something(those)),
        NOT_THIS_YEAR: frozenset(
            everywhere - {place for place, those in visits.items() if _are_of(those, year)}
        ),
    }
    return EstablishmentFacts(visits, groups, register, len(all_drafts))


def word_shown(visit: str, register: str) -> str:
    """Return the state word of an establishment: of its last visit, or of its own unsent record."""
    is_settled = visit in ("", StateWord.RECEIVED, StateWord.APPROVED)
    return register if is_settled and register == StateWord.UNSENT else visit


def _returned(store: Store, visits: Mapping[str, tuple[VisitListing, ...]]) -> frozenset[str]:
    returned = {item.record_id for item in store.inbox() if item.kind is InboxKind.RETURNED}
    if not returned:
        return frozenset()
    return frozenset(place for place, those in visits.items() if any(visit.id in returned for visit in those))


def _leaves_something(visits: Sequence[VisitListing]) -> bool:
    """Return whether a correction is open: records.follow_ups.open_follow_ups, of the lists alone."""
    follow_ups = {(visit.id, key) for visit in visits for key in visit.follow_up_keys}
    return bool(follow_ups.difference(*[visit.closes for visit in visits]))


def _are_of(visits: Sequence[VisitListing], year: int) -> bool:
    """Return whether a visit got in during a year (Việt Nam time)."""
    return any(
        visit.is_inspected
        and not visit.is_void
        and visit.started_at is not None
        and local_date(visit.started_at).year == year
        for visit in visits
    )
