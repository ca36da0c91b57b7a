"""What the list and the map know of every establishment at once: visits, groups, states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from field178_mobile.features.register.visit_index import VisitIndex
from field178_mobile.store import InboxItem, InboxKind, ShownState, StateWord, Store

ESTABLISHMENT = "establishment"
ALL, DRAFTS, RETURNED, TO_FIX, NOT_THIS_YEAR = "all", "drafts", "returned", "to_fix", "not_this_year"


@dataclass(frozen=True, slots=True)
class EstablishmentFacts:
    """The visits, the establishments of each group, the states of the visits by record, and all drafts.

    `register`: the states of the establishments themselves, of those this tablet has changed or begun.
    """

    visits: VisitIndex = field(default_factory=lambda: VisitIndex(()))
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    states: Mapping[str, ShownState] = field(default_factory=dict)
    register: Mapping[str, ShownState] = field(default_factory=dict)
    draft_count: int = 0


def read_facts(store: Store, year: int) -> EstablishmentFacts:
    """Read them; "this year" is the one given."""
    visits = store.views("inspection")
    index = VisitIndex(visits)
    where = {view.id: str(view.data.get("establishment_id", "")) for view in visits}
    register = store.own_states(ESTABLISHMENT)
    begun = {key for key, state in register.items() if state.word is StateWord.DRAFT}
    all_drafts = store.drafts.all()
    drafts = (draft for draft in all_drafts if draft.type == "inspection")
    everywhere = {listing.id for listing in store.establishments()}
    groups = {
        DRAFTS: frozenset({*begun, *(str(draft.data.get("establishment_id", "")) for draft in drafts)}),
        RETURNED: frozenset(where[item.record_id] for item in store.inbox() if _is_return(item, where)),
        TO_FIX: frozenset(place for place in where.values() if _leaves_something(index, place)),
        NOT_THIS_YEAR: frozenset(everywhere - {p for p in where.values() if index.inspected_in(p, year)}),
    }
    return EstablishmentFacts(index, groups, store.shown_states("inspection"), register, len(all_drafts))


def word_shown(visit: str, register: str) -> str:
    """Return the state word of an establishment: of its last visit, unless its own record is less far."""
    is_settled = visit in ("", StateWord.RECEIVED, StateWord.APPROVED)
    return register if is_settled and register == StateWord.UNSENT else visit


def _is_return(item: InboxItem, where: Mapping[str, str]) -> bool:
    return item.kind == InboxKind.RETURNED and item.record_id in where


def _leaves_something(index: VisitIndex, establishment_id: str) -> bool:
    last = index.last_inspected(establishment_id)
    return last is not None and bool(last.open_shortcomings())
